// See status.h.
#include "systems/olric/status.h"

#include <array>

namespace olric {
namespace {

struct Row {
  Code code;
  std::string_view prefix;
  std::string_view message;
};

constexpr std::array<Row, 18> kRows = {{
    {Code::kOk, "OK", "OK"},
    {Code::kClusterQuorum, "CLUSTERQUORUM", "cannot be reached cluster quorum to operate"},
    {Code::kClusterJoin, "CLUSTERJOIN", "cannot join the cluster"},
    {Code::kServerGone, "SERVERGONE", "server is gone"},
    {Code::kOperationTimeout, "OPERATIONTIMEOUT", "operation timeout"},
    {Code::kNoSuchLock, "NOSUCHLOCK", "no such lock"},
    {Code::kLockNotAcquired, "LOCKNOTACQUIRED", "lock not acquired"},
    {Code::kReadQuorum, "READQUORUM", "read quorum cannot be reached"},
    {Code::kWriteQuorum, "WRITEQUORUM", "write quorum cannot be reached"},
    {Code::kDMapNotFound, "DMAPNOTFOUND", "dmap not found"},
    {Code::kKeyTooLarge, "KEYTOOLARGE", "key too large"},
    {Code::kEntryTooLarge, "ENTRYTOOLARGE", "entry too large for the configured table size"},
    {Code::kKeyNotFound, "KEYNOTFOUND", "key not found"},
    {Code::kKeyFound, "KEYFOUND", "key found"},
    {Code::kInvalidArgument, "INVALIDARGUMENT", "invalid argument"},
    {Code::kError, "ERR", "error"},
    {Code::kRefused, "REFUSED", "connection refused"},
    {Code::kNotOwner, "NOTOWNER", "partition is owned by another member"},
}};

const Row& RowOf(Code code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row;
  }
  return kRows[15];
}

}  // namespace

std::string_view Prefix(Code code) { return RowOf(code).prefix; }

std::string_view DefaultMessage(Code code) { return RowOf(code).message; }

Code CodeOf(std::string_view prefix) {
  for (const Row& row : kRows) {
    if (row.prefix == prefix) return row.code;
  }
  return Code::kError;
}

}  // namespace olric
