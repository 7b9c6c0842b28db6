// What a meta server's reply to a configuration query means for the search for the leader.
#pragma once

#include <optional>
#include <string>

#include "systems/pegasus/meta_messages.h"
#include "systems/pegasus/node_session.h"

namespace pegasus {

struct MetaAnswer {
  // Only a failed call and ERR_FORWARD_TO_OTHERS are reasons to ask somebody else: every other error is the leader's word.
  enum class Kind { kFailed, kForward, kFinal };
  Kind kind = Kind::kFailed;
  std::string leader;  // whom a follower names; empty if it knows none
  QueryCfgResponse response;
};

[[nodiscard]] inline MetaAnswer ReadMetaAnswer(const RpcResult& rpc) {
  if (rpc.error.code() != ErrorCode::kOk) return {};
  std::optional<QueryCfgResponse> response = DecodeValue<QueryCfgResponse>(rpc.result);
  if (!response) return {};
  if (response->err.code() != ErrorCode::kForwardToOthers) {
    return {MetaAnswer::Kind::kFinal, {}, std::move(*response)};
  }
  MetaAnswer forward{.kind = MetaAnswer::Kind::kForward, .leader = {}, .response = {}};
  if (!response->partitions.empty() && response->partitions[0].primary.valid()) {
    forward.leader = response->partitions[0].primary.ToString();
  }
  return forward;
}

[[nodiscard]] inline Request QueryConfigRequest(const std::string& table) {
  Request request;
  request.name = kRpcQueryConfig;
  request.args = EncodeValue(QueryCfgRequest{.app_name = table, .partition_indices = {}});
  return request;
}

}  // namespace pegasus
