// What only an observing execution notes: every access to one place of memory, and what synchronises its threads
// (trace/observed.h). Other executions pay nothing for it.
//
// The fast path answers accesses that tell the detector nothing new. They count here all the same, so the cells of the
// watched granules become records, which the fast path does not know (race/detector.h, AlwaysAsk). The rest of the
// program's memory stays as fast as it was.
//
// A lock is known by its address, which another execution may give to another lock if it is on the heap. So each lock,
// when first held at an access, is noted with the block that it lies in; for that all blocks are remembered.
#include "engine/engine.h"

namespace heddle::engine {

using trace::ObservedKind;
using trace::ObservedStep;
using trace::OpKind;

namespace {

struct Instance {
  uintptr_t granule;
  uintptr_t start;  // of its block, 0 if it is no block
};

struct Block {
  uintptr_t start;
  uint64_t bytes;
  uintptr_t pc;
};

constinit Instance g_instances[kObservedBlocksMax] = {};
constinit uint32_t g_instance_count = 0;
constinit uintptr_t g_lowest =
    0;  // bounds of the watched granules, because most accesses are far away
constinit uintptr_t g_highest = 0;
constinit Block g_heap[kObservedHeapMax] = {};
constinit uint32_t g_heap_count = 0;

constexpr uint32_t kPlacedLocksMax = 256;
constinit uintptr_t g_placed[kPlacedLocksMax] = {};  // addresses whose block was noted
constinit uint32_t g_placed_count = 0;

void Watch(uintptr_t granule, uintptr_t start) {
  if (g_instance_count == kObservedBlocksMax) return;
  g_instances[g_instance_count++] = {granule, start};
  if (g_lowest == 0 || granule < g_lowest) g_lowest = granule;
  if (granule + race::kGranuleBytes > g_highest) g_highest = granule + race::kGranuleBytes;
}

// A block at these addresses is new, so the ones that were there are gone.
void ForgetInstances(uintptr_t address, uint64_t bytes) {
  for (uint32_t i = 0; i < g_instance_count;) {
    const bool gone = g_instances[i].granule >= address && g_instances[i].granule < address + bytes;
    if (gone) {
      g_instances[i] = g_instances[--g_instance_count];
    } else {
      ++i;
    }
  }
}

// Of the same kind: the same code asked for about as much.
bool Fits(const trace::ObservedPlace& place, uint64_t bytes, uintptr_t pc) {
  if (place.site != pc || bytes <= place.offset || bytes == 0) return false;
  return __builtin_clzll(bytes) == __builtin_clzll(place.bytes | 1);
}

}  // namespace

void Engine::StartObserving() {
  trace::Observation& observation = region_->observed;
  observation.count = 0;
  observation.left_out = 0;
  g_instance_count = 0;
  g_heap_count = 0;
  g_placed_count = 0;
  g_lowest = 0;
  g_highest = 0;
  if (observation.place.address == 0) return;
  const uintptr_t granule = observation.place.address & ~(race::kGranuleBytes - 1);
  Watch(granule, 0);
  detector_.AlwaysAsk(granule);
}

ObservedStep* Engine::NewStep(ObservedKind kind) {
  trace::Observation& observation = region_->observed;
  const uint32_t thread = Index(current_->id);
  if (observation.count == kObservedStepsMax || thread >= kObservedThreadsMax) {
    ++observation.left_out;
    return nullptr;
  }
  ObservedStep* step = &observation.steps[observation.count++];
  *step = {};
  step->kind = kind;
  step->thread = thread;
  step->snapshot = trace::kNoIndex;
  return step;
}

void Engine::FillClocks(ObservedStep* step) const {
  const Thread& thread = *current_;
  const auto relative = [this](uint64_t clock) {
    return clock < base_clock_ ? 0 : static_cast<uint32_t>(clock - base_clock_ + 1);
  };
  step->clock = relative(thread.own_clock);
  step->created_clock = static_cast<uint32_t>(thread.lineage.Get(step->thread));
  for (uint32_t i = 0; i < kObservedThreadsMax && i < thread_count_; ++i) {
    step->known[i] = relative(thread.clock.Get(i));
    step->created[i] = static_cast<uint32_t>(thread.lineage.Get(i));
  }
}

void Engine::ObserveAccess(const race::AccessInfo& access) {
  const uintptr_t end = access.address + access.bytes;
  if (access.address >= g_highest || end <= g_lowest) return;
  for (uint32_t i = 0; i < g_instance_count; ++i) {
    const Instance instance = g_instances[i];
    if (access.address >= instance.granule + race::kGranuleBytes || end <= instance.granule)
      continue;
    const Thread* thread = current_;
    for (uint32_t k = 0; k < thread->held_count && k < kObservedLocksMax; ++k)
      ObserveBlockOf(thread->held[k].object->address);
    ObservedStep* step = NewStep(ObservedKind::kAccess);
    if (step == nullptr) return;
    step->op = access.write ? OpKind::kPlainWrite : OpKind::kPlainRead;
    step->size = static_cast<uint8_t>(access.bytes > 255 ? 255 : access.bytes);
    step->flags = static_cast<uint8_t>((access.write ? trace::kObservedWrite : 0) |
                                       (access.atomic ? trace::kObservedAtomic : 0) |
                                       (access.free ? trace::kObservedFree : 0));
    step->address = instance.granule;
    step->start = instance.start;
    step->pc = access.pc;
    step->snapshot = Snapshot(current_, 8u << 10);
    for (uint32_t k = 0; k < thread->held_count && k < kObservedLocksMax; ++k) {
      const Held& held = thread->held[k];
      step->locks[step->lock_count++] = {held.object->address, static_cast<uint32_t>(held.kind), 0};
    }
    FillClocks(step);
  }
}

void Engine::ObserveAllocation(uintptr_t address, uint64_t bytes, uintptr_t pc) {
  if (g_heap_count < kObservedHeapMax) g_heap[g_heap_count++] = {address, bytes, pc};
  const trace::ObservedPlace& place = region_->observed.place;
  if (place.address != 0) return;
  ForgetInstances(address, bytes);
  if (!Fits(place, bytes, pc)) return;
  ObservedStep* step = NewStep(ObservedKind::kBlock);
  if (step == nullptr) return;
  const uintptr_t granule = address + (place.offset & ~(race::kGranuleBytes - 1));
  Watch(granule, address);
  detector_.AlwaysAsk(granule);
  step->address = granule;
  step->start = address;
  step->value = bytes;
  step->pc = pc;
  step->snapshot = Snapshot(current_, 8u << 10);
}

// The block that a lock lies in, once for each lock. One that is in no block that was allocated in this execution has
// the same address in all of them.
void Engine::ObserveBlockOf(uintptr_t address) {
  for (uint32_t i = 0; i < g_placed_count; ++i) {
    if (g_placed[i] == address) return;
  }
  if (g_placed_count == kPlacedLocksMax) return;
  g_placed[g_placed_count++] = address;
  for (uint32_t i = g_heap_count; i-- > 0;) {
    const Block& block = g_heap[i];
    if (address < block.start || address >= block.start + block.bytes) continue;
    if (ObservedStep* step = NewStep(ObservedKind::kBlock); step != nullptr) {
      step->address = address;
      step->start = block.start;
      step->value = block.bytes;
      step->pc = block.pc;
    }
    return;
  }
}

void Engine::ObserveSync(OpKind kind, const SyncObject* object, uint32_t result, uint64_t value) {
  if (kind == OpKind::kYield || kind == OpKind::kClock) return;
  const bool is_lock = object != nullptr &&
                       (object->kind == ObjectKind::kMutex || object->kind == ObjectKind::kRwLock);
  if (is_lock) ObserveBlockOf(object->address);
  ObservedStep* step = NewStep(ObservedKind::kSync);
  if (step == nullptr) return;
  const bool atomic = kind == OpKind::kAtomicLoad || kind == OpKind::kAtomicStore ||
                      kind == OpKind::kAtomicRmw || kind == OpKind::kAtomicCas;
  step->op = kind;
  step->result = result;
  step->address = object != nullptr ? object->address : 0;
  step->value = value;
  step->pc = current_->pc;
  if (atomic) {
    step->order = static_cast<uint8_t>(observed_atomic_.order);
    step->flags = observed_atomic_.wrote ? trace::kObservedChanged : 0;
  }
  // Where a lock was taken gives it a name; where an atomic operation is too weak is where to change it.
  const bool weak = atomic && observed_atomic_.order != __ATOMIC_SEQ_CST;
  if (is_lock || weak) step->snapshot = Snapshot(current_, 4u << 10);
  FillClocks(step);
}

}  // namespace heddle::engine
