// The names of Pegasus' errors. On the wire an error is its name, so a peer may send one that is not in this table: it is
// kUnknown here, with the name kept beside it by whoever read it, and never ends a connection.
#pragma once

#include <cstdint>
#include <string_view>

namespace pegasus {

// Order and numbers are ours: only the names travel.
enum class ErrorCode : uint8_t {
  kOk,
  kUnknown,
  kServiceNotFound,
  kServiceAlreadyRunning,
  kIoPending,
  kTimeout,
  kServiceNotActive,
  kBusy,
  kNetworkInitFailed,
  kForwardToOthers,
  kObjectNotFound,
  kHandlerNotFound,
  kLearnFileFailed,
  kGetLearnStateFailed,
  kInvalidVersion,
  kInvalidParameters,
  kCapacityExceeded,
  kInvalidState,
  kInactiveState,
  kNotEnoughMember,
  kFileOperationFailed,
  kHandleEof,
  kWrongChecksum,
  kInvalidData,
  kInconsistentState,
  kAppExist,
  kAppNotExist,
  kBusyCreating,
  kBusyDropping,
  kExpired,
  kLockAlreadyExist,
  kHoldByOthers,
  kNetworkFailure,
  kUnderRecovery,
  kOperationDisabled,
  kAclDeny,
  kSplitting,
  kParentPartitionMisused,
  kChildNotReady,
  kDiskInsufficient,
  kDiskIoError,
  kRdbCorruption,
  kStateFreezed,
  kSessionReset,  // of clients only: the connection went away under the call
};

// "ERR_OK" and so on.
[[nodiscard]] std::string_view ErrorName(ErrorCode code);

// kUnknown for a name that is not in the table.
[[nodiscard]] ErrorCode ErrorFromName(std::string_view name);

// What the storage says, in the field `error` of a data reply.
enum class StorageStatus : int32_t {
  kOk = 0,
  kNotFound = 1,
  kCorruption = 2,
  kNotSupported = 3,
  kInvalidArgument = 4,
  kIOError = 5,
  kMergeInProgress = 6,
  kIncomplete = 7,
  kShutdownInProgress = 8,
  kTimedOut = 9,
  kAborted = 10,
  kBusy = 11,
  kExpired = 12,
  kTryAgain = 13,
  kNoNeedOperate = 101,
};

// "kNotFound" and so on; "kOther" for a number without a name.
[[nodiscard]] std::string_view StorageStatusName(StorageStatus status);

}  // namespace pegasus
