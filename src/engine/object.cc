// See object.h.
#include "engine/object.h"

#include <new>

#include "base/check.h"
#include "base/prng.h"

namespace heddle::engine {

void ObjectTable::Init(SyncObject* objects, uint32_t capacity, uint64_t* slots,
                       uint32_t slot_count) {
  HEDDLE_CHECK((slot_count & (slot_count - 1)) == 0);
  HEDDLE_CHECK(slot_count >= 2 * capacity);
  objects_ = objects;
  capacity_ = capacity;
  slots_ = slots;
  slot_count_max_ = slot_count;
  constexpr uint32_t kSlotsFirst = 4096 / sizeof(uint64_t);
  slot_mask_ = kSlotsFirst - 1;
}

void ObjectTable::StartExecution() {
  ++execution_;
  HEDDLE_CHECK(execution_ != 0);
  count_ = 0;
  lowest_ = ~uintptr_t{0};
  highest_ = 0;
}

// The slot that holds `address`, or the free one where it would go. Addresses decide only where an object is stored,
// never its number, so their order cannot be observed.
uint32_t ObjectTable::Probe(uintptr_t address) const {
  uint32_t slot = static_cast<uint32_t>((address >> 2) * 0x9e3779b97f4a7c15 >> 40) & slot_mask_;
  for (;; slot = (slot + 1) & slot_mask_) {
    const uint64_t word = slots_[slot];
    if (word >> 32 != execution_) return slot;
    if (objects_[static_cast<uint32_t>(word) - 1].address == address) return slot;
  }
}

SyncObject* ObjectTable::Find(uintptr_t address, ObjectKind kind) {
  const uint64_t word = slots_[Probe(address)];
  if (word >> 32 != execution_) return nullptr;
  SyncObject* object = &objects_[static_cast<uint32_t>(word) - 1];
  return object->kind == kind ? object : nullptr;
}

SyncObject* ObjectTable::Make(uintptr_t address, ObjectKind kind) {
  if (count_ == capacity_)
    DieOfLimit("objects", "synchronisation objects in one execution", capacity_);
  if (2 * count_ > slot_mask_ && slot_mask_ + 1 < slot_count_max_) Grow();
  const uint32_t slot = Probe(address);
  const uint32_t index = count_++;
  slots_[slot] = uint64_t{execution_} << 32 | (index + 1);
  SyncObject* object = &objects_[index];
  object->address = address;
  object->id = ObjectId{index + 1};
  object->kind = kind;
  object->destroyed = false;
  object->clock_id = 0;
  object->version = 0;
  object->first_waiter = nullptr;
  object->last_waiter = nullptr;
  object->order = {};
  object->queue_order = {};
  object->clock.Reset();
  object->read_clock.Reset();
  if (address < lowest_) lowest_ = address;
  if (address > highest_) highest_ = address;
  return object;
}

// Twice as many slots. A new execution number makes all old entries worthless; the objects are entered again, the newer
// one of two at the same address last.
void ObjectTable::Grow() {
  slot_mask_ = 2 * slot_mask_ + 1;
  ++execution_;
  for (uint32_t i = 0; i < count_; ++i) {
    slots_[Probe(objects_[i].address)] = uint64_t{execution_} << 32 | (i + 1);
  }
}

void ObjectTable::Forget(uintptr_t address, uint64_t bytes) {
  if (address > highest_ || address + bytes <= lowest_) return;
  const auto forget = [](SyncObject* object) {
    // Threads may still wait on an object in freed memory: that is their finding to come, not ours to hide.
    if (object->first_waiter == nullptr) object->kind = ObjectKind::kNone;
  };
  if (bytes / 4 <= count_) {
    for (uintptr_t place = (address + 3) & ~uintptr_t{3}; place < address + bytes; place += 4) {
      const uint64_t word = slots_[Probe(place)];
      if (word >> 32 == execution_) forget(&objects_[static_cast<uint32_t>(word) - 1]);
    }
    return;
  }
  for (uint32_t i = 0; i < count_; ++i) {
    if (objects_[i].address >= address && objects_[i].address < address + bytes)
      forget(&objects_[i]);
  }
}

}  // namespace heddle::engine
