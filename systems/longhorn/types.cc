// See types.h. The names are upstream's.
#include "systems/longhorn/types.h"

namespace longhorn {

std::string_view StateName(State state) {
  switch (state) {
    case State::kPending:
      return "pending";
    case State::kStopped:
      return "stopped";
    case State::kRunning:
      return "running";
    case State::kTerminating:
      return "terminating";
    case State::kError:
      return "error";
    case State::kSuspended:
      return "suspended";
  }
  return "";
}

std::string_view StateName(BackingImageState state) {
  switch (state) {
    case BackingImageState::kPending:
      return "pending";
    case BackingImageState::kStarting:
      return "starting";
    case BackingImageState::kInProgress:
      return "in-progress";
    case BackingImageState::kReady:
      return "ready";
    case BackingImageState::kFailed:
      return "failed";
    case BackingImageState::kUnknown:
      return "unknown";
  }
  return "";
}

std::string_view ModeName(Mode mode) {
  switch (mode) {
    case Mode::kWO:
      return "WO";
    case Mode::kRW:
      return "RW";
    case Mode::kErr:
      return "ERR";
  }
  return "";
}

}  // namespace longhorn
