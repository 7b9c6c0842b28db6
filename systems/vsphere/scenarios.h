// What threads do in the bug reports on this system, each over an inventory of one machine.
#pragma once

#include <span>

#include "systems/base/scenario.h"
#include "systems/base/variant.h"

namespace vsphere {

[[nodiscard]] std::span<const systems::Scenario> Scenarios();

// The report: a client reads config, summary and guest of a machine and encodes them; another customises the machine, turns
// it on, and off again.
void Reported(systems::Variant variant);

// The same bug class on the path of updates: the reader waits for changes of the machine and encodes them.
void UpdatePath(systems::Variant variant);
// A traversal reads a folder's children while one is added.
void Traversal(systems::Variant variant);
// A list view changes while a client waits for updates of a filter that begins at it.
void FilterSync(systems::Variant variant);
// A filter is destroyed while a client waits for updates.
void DestroyFilter(systems::Variant variant);
// As FilterSync, with the lock that upstream put around the flag: filter then view, view then filter.
void LockInversion(systems::Variant variant);
// A machine moves to another folder while a client asks for it.
void Relocation(systems::Variant variant);
// A network card is removed between customising and powering on.
void LostCard(systems::Variant variant);
// One call powers on two machines.
void PowerOnMulti(systems::Variant variant);

}  // namespace vsphere
