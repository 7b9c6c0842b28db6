// Every limit of the runtime: one name, one place, the reason. Passing one ends the execution with
// exit status 4 and a message that names it (never with a wrong result).
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle {

// Threads in one execution, those that ended included. Epochs have 12 bits for a thread, and the
// highest numbers are tags (race/epoch.h).
inline constexpr uint32_t kThreadsMax = 4000;

// Decisions in one execution: 4 bytes each in the shared region, touched only when used.
inline constexpr uint32_t kDecisionsMax = 16u << 20;

// Choices of an execution that is shrunk: a longer one is reported as it was found.
inline constexpr uint32_t kGuideMax = 1u << 20;

// Events kept by a diagnosing execution; older ones stay, newer ones are counted only.
inline constexpr uint32_t kEventsMax = 1u << 20;

// Choices of one execution that a systematic search goes through; later ones are not searched, and the search says so.
// Nobody gets to the end of a tree that deep.
inline constexpr uint32_t kSearchDepthMax = 1u << 20;

// The search without repetitions (strategy dpor): steps of one execution, threads and objects in it, and branches that wait
// to be explored. An execution that passes one of them is not searched beyond it, and the result says so. The comparison of
// steps costs the square of their number, so deeper executions would be hopeless anyway.
inline constexpr uint32_t kDporDepthMax = 1u << 13;
inline constexpr uint32_t kDporThreadsMax = 64;
inline constexpr uint32_t kDporObjectsMax = 1u << 14;
inline constexpr uint32_t kDporTreeMax = 1u << 20;

// Executions of one batch whose orders are told to the driver. A batch lasts a fraction of a second, and each is a process.
inline constexpr uint32_t kOrderLogMax = 1u << 14;

// Findings kept of one execution; a data race does not end an execution, so there may be several.
inline constexpr uint32_t kFindingsMax = 16;

// Locks listed for one side of a finding.
inline constexpr uint32_t kHeldLocksMax = 16;

// Locks listed for each thread of a finding.
inline constexpr uint32_t kThreadLocksMax = 4;

// Threads in the wait-for cycle of a deadlock that are listed in order.
inline constexpr uint32_t kCycleMax = 32;

// Raw bytes of stack kept per snapshot: the driver unwinds it with the program's own unwind tables.
inline constexpr uint32_t kSnapshotBytesMax = 64u << 10;

// All snapshots of one execution together.
inline constexpr size_t kSnapshotPoolBytes = 96u << 20;
inline constexpr uint32_t kSnapshotsMax = 16384;

// Things outside of control that are named in a report.
inline constexpr uint32_t kUncontrolledMax = 64;

// Races (by place) that the driver has told the loom not to report again.
inline constexpr uint32_t kKnownRacesMax = 1024;

// Observing executions (trace/observed.h): steps noted of one, threads told apart, locks of one access, blocks watched at a
// time, blocks remembered so that locks in them have a name. What is beyond is left out, and counted.
inline constexpr uint32_t kObservedStepsMax = 4096;
inline constexpr uint32_t kObservedThreadsMax = 16;
inline constexpr uint32_t kObservedLocksMax = 6;
inline constexpr uint32_t kObservedBlocksMax = 64;
inline constexpr uint32_t kObservedHeapMax = 1u << 16;

// The name of an exploration (heddle::Options::name), its end included.
inline constexpr uint32_t kExploreNameBytes = 512;

// Different names that heddle::Sometimes is called with in one exploration.
inline constexpr uint32_t kSometimesMax = 256;

}  // namespace heddle
