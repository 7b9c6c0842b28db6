// A probe's account of who touches what, and from where (trace::Profile).
#include "engine/engine.h"

namespace heddle::engine {

// What strategy surw learns from a probe.
void Engine::NoteProfile(trace::OpKind kind, const SyncObject* object) {
  trace::Profile& profile = region_->profile;
  const uint32_t thread = Index(current_->id);
  if (thread >= trace::kProfileThreads) return;
  profile.parents[thread] = Index(current_->parent);
  if (object == nullptr) return;
  const uint32_t place = trace::ProfilePlace(kind, trace::SiteOf(current_->pc));
  const uint32_t number = Index(object->id);
  for (uint32_t i = 0; i < profile.entry_count; ++i) {
    trace::ProfileEntry& entry = profile.entries[i];
    if (entry.object != number || entry.place != place || entry.thread != thread) continue;
    ++entry.count;
    return;
  }
  if (profile.entry_count == trace::kProfileEntries) return;
  profile.entries[profile.entry_count++] = {number, place, thread, 1};
}

}  // namespace heddle::engine
