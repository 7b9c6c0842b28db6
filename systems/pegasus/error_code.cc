// See error_code.h.
#include "systems/pegasus/error_code.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pegasus {
namespace {

using Entry = std::pair<ErrorCode, std::string_view>;

constexpr std::array kErrors = {
    Entry{ErrorCode::kOk, "ERR_OK"},
    Entry{ErrorCode::kUnknown, "ERR_UNKNOWN"},
    Entry{ErrorCode::kServiceNotFound, "ERR_SERVICE_NOT_FOUND"},
    Entry{ErrorCode::kServiceAlreadyRunning, "ERR_SERVICE_ALREADY_RUNNING"},
    Entry{ErrorCode::kIoPending, "ERR_IO_PENDING"},
    Entry{ErrorCode::kTimeout, "ERR_TIMEOUT"},
    Entry{ErrorCode::kServiceNotActive, "ERR_SERVICE_NOT_ACTIVE"},
    Entry{ErrorCode::kBusy, "ERR_BUSY"},
    Entry{ErrorCode::kNetworkInitFailed, "ERR_NETWORK_INIT_FAILED"},
    Entry{ErrorCode::kForwardToOthers, "ERR_FORWARD_TO_OTHERS"},
    Entry{ErrorCode::kObjectNotFound, "ERR_OBJECT_NOT_FOUND"},
    Entry{ErrorCode::kHandlerNotFound, "ERR_HANDLER_NOT_FOUND"},
    Entry{ErrorCode::kLearnFileFailed, "ERR_LEARN_FILE_FAILED"},
    Entry{ErrorCode::kGetLearnStateFailed, "ERR_GET_LEARN_STATE_FAILED"},
    Entry{ErrorCode::kInvalidVersion, "ERR_INVALID_VERSION"},
    Entry{ErrorCode::kInvalidParameters, "ERR_INVALID_PARAMETERS"},
    Entry{ErrorCode::kCapacityExceeded, "ERR_CAPACITY_EXCEEDED"},
    Entry{ErrorCode::kInvalidState, "ERR_INVALID_STATE"},
    Entry{ErrorCode::kInactiveState, "ERR_INACTIVE_STATE"},
    Entry{ErrorCode::kNotEnoughMember, "ERR_NOT_ENOUGH_MEMBER"},
    Entry{ErrorCode::kFileOperationFailed, "ERR_FILE_OPERATION_FAILED"},
    Entry{ErrorCode::kHandleEof, "ERR_HANDLE_EOF"},
    Entry{ErrorCode::kWrongChecksum, "ERR_WRONG_CHECKSUM"},
    Entry{ErrorCode::kInvalidData, "ERR_INVALID_DATA"},
    Entry{ErrorCode::kInconsistentState, "ERR_INCONSISTENT_STATE"},
    Entry{ErrorCode::kAppExist, "ERR_APP_EXIST"},
    Entry{ErrorCode::kAppNotExist, "ERR_APP_NOT_EXIST"},
    Entry{ErrorCode::kBusyCreating, "ERR_BUSY_CREATING"},
    Entry{ErrorCode::kBusyDropping, "ERR_BUSY_DROPPING"},
    Entry{ErrorCode::kExpired, "ERR_EXPIRED"},
    Entry{ErrorCode::kLockAlreadyExist, "ERR_LOCK_ALREADY_EXIST"},
    Entry{ErrorCode::kHoldByOthers, "ERR_HOLD_BY_OTHERS"},
    Entry{ErrorCode::kNetworkFailure, "ERR_NETWORK_FAILURE"},
    Entry{ErrorCode::kUnderRecovery, "ERR_UNDER_RECOVERY"},
    Entry{ErrorCode::kOperationDisabled, "ERR_OPERATION_DISABLED"},
    Entry{ErrorCode::kAclDeny, "ERR_ACL_DENY"},
    Entry{ErrorCode::kSplitting, "ERR_SPLITTING"},
    Entry{ErrorCode::kParentPartitionMisused, "ERR_PARENT_PARTITION_MISUSED"},
    Entry{ErrorCode::kChildNotReady, "ERR_CHILD_NOT_READY"},
    Entry{ErrorCode::kDiskInsufficient, "ERR_DISK_INSUFFICIENT"},
    Entry{ErrorCode::kDiskIoError, "ERR_DISK_IO_ERROR"},
    Entry{ErrorCode::kRdbCorruption, "ERR_RDB_CORRUPTION"},
    Entry{ErrorCode::kStateFreezed, "ERR_STATE_FREEZED"},
    Entry{ErrorCode::kSessionReset, "ERR_SESSION_RESET"},
};

using StatusEntry = std::pair<StorageStatus, std::string_view>;

constexpr std::array kStatuses = {
    StatusEntry{StorageStatus::kOk, "kOk"},
    StatusEntry{StorageStatus::kNotFound, "kNotFound"},
    StatusEntry{StorageStatus::kCorruption, "kCorruption"},
    StatusEntry{StorageStatus::kNotSupported, "kNotSupported"},
    StatusEntry{StorageStatus::kInvalidArgument, "kInvalidArgument"},
    StatusEntry{StorageStatus::kIOError, "kIOError"},
    StatusEntry{StorageStatus::kMergeInProgress, "kMergeInProgress"},
    StatusEntry{StorageStatus::kIncomplete, "kIncomplete"},
    StatusEntry{StorageStatus::kShutdownInProgress, "kShutdownInProgress"},
    StatusEntry{StorageStatus::kTimedOut, "kTimedOut"},
    StatusEntry{StorageStatus::kAborted, "kAborted"},
    StatusEntry{StorageStatus::kBusy, "kBusy"},
    StatusEntry{StorageStatus::kExpired, "kExpired"},
    StatusEntry{StorageStatus::kTryAgain, "kTryAgain"},
    StatusEntry{StorageStatus::kNoNeedOperate, "kNoNeedOperate"},
};

}  // namespace

std::string_view ErrorName(ErrorCode code) {
  const auto* found = std::find_if(kErrors.begin(), kErrors.end(),
                                   [&](const Entry& each) { return each.first == code; });
  return found == kErrors.end() ? "ERR_UNKNOWN" : found->second;
}

ErrorCode ErrorFromName(std::string_view name) {
  const auto* found = std::find_if(kErrors.begin(), kErrors.end(),
                                   [&](const Entry& each) { return each.second == name; });
  return found == kErrors.end() ? ErrorCode::kUnknown : found->first;
}

std::string_view StorageStatusName(StorageStatus status) {
  const auto* found = std::find_if(kStatuses.begin(), kStatuses.end(),
                                   [&](const StatusEntry& each) { return each.first == status; });
  return found == kStatuses.end() ? "kOther" : found->second;
}

}  // namespace pegasus
