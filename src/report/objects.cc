// See objects.h.
#include "report/objects.h"

#include <fmt/format.h>

#include <optional>

namespace heddle::report {

ObjectKind KindOfObject(trace::OpKind op) {
  using enum trace::OpKind;
  switch (op) {
    case kMutexLock:
    case kMutexTryLock:
    case kMutexTimedLock:
    case kMutexUnlock:
    case kCondRelock:
      return {"mutex", "M"};
    case kCondWait:
    case kCondTimedWait:
    case kCondSignal:
    case kCondBroadcast:
      return {"condition variable", "C"};
    case kReadLock:
    case kTryReadLock:
    case kTimedReadLock:
    case kWriteLock:
    case kTryWriteLock:
    case kTimedWriteLock:
    case kRwUnlock:
      return {"rwlock", "RW"};
    case kSpinLock:
    case kSpinTryLock:
    case kSpinUnlock:
      return {"spin lock", "S"};
    case kBarrierWait:
      return {"barrier", "B"};
    case kSemWait:
    case kSemTryWait:
    case kSemTimedWait:
    case kSemPost:
    case kSemGetValue:
      return {"semaphore", "SEM"};
    case kOnce:
      return {"once-only initialiser", "O"};
    case kGuardAcquire:
    case kGuardRelease:
      return {"function-local static", "G"};
    case kFutexWait:
    case kFutexWake:
      return {"futex", "F"};
    case kAtomicLoad:
    case kAtomicStore:
    case kAtomicRmw:
    case kAtomicCas:
    case kSpin:
      return {"atomic", "A"};
    case kIoRead:
    case kIoWrite:
    case kIoWait:
      return {"descriptor", "FD"};
    case kNone:
    case kThreadStart:
    case kThreadCreate:
    case kThreadJoin:
    case kThreadDetach:
    case kThreadExit:
    case kThreadCancel:
    case kFence:
    case kYield:
    case kSleep:
    case kClock:
    case kProcessWait:
    case kSignalWait:
    case kSignalSend:
    case kPlainRead:
    case kPlainWrite:
    case kMalloc:
    case kFree:
    case kChoose:
    case kExit:
      return {"", ""};
  }
  return {"", ""};  // A number out of a corrupt region.
}

ObjectKind KindOfLock(trace::LockKind kind) {
  switch (kind) {
    case trace::LockKind::kMutex:
      return {"mutex", "M"};
    case trace::LockKind::kRwRead:
    case trace::LockKind::kRwWrite:
      return {"rwlock", "RW"};
    case trace::LockKind::kSpin:
      return {"spin lock", "S"};
  }
  return {"lock", "L"};
}

std::string VariableName(Symbolizer& symbolizer, uint64_t address) {
  if (address == 0) return {};
  const std::optional<DataSymbol> symbol = symbolizer.SymbolizeData(address);
  if (!symbol) return {};
  const uint64_t offset = address - symbol->start;
  return offset == 0 ? symbol->name : fmt::format("{}+{}", symbol->name, offset);
}

const ObjectName& ObjectNames::Name(uint32_t id, ObjectKind kind, uint64_t address) {
  const auto [entry, inserted] = names_.try_emplace(id);
  ObjectName& name = entry->second;
  if (inserted) {
    if (kind.letters.empty()) kind = {"object", "X"};
    name.name = fmt::format("{}{}", kind.letters, ++next_[kind.letters]);
    name.kind = kind.words;
  }
  if (name.variable.empty()) name.variable = VariableName(symbolizer_, address);
  return name;
}

}  // namespace heddle::report
