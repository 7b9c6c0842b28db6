// See services.h.
#include "systems/pegasus/services.h"

#include <utility>

namespace pegasus {

void MetaService::Handle(const Request& request, const Sink& reply) { reply(Answer(request)); }

std::string MetaService::Answer(const Request& request) {
  if (request.name == kRpcQueryConfig) {
    const std::optional<QueryCfgRequest> query = DecodeValue<QueryCfgRequest>(request.args);
    if (!query) return ReplyWithError(request, ErrorCode::kInvalidData);
    return ReplyWith(request, cluster_.Query(self_, *query));
  }
  const bool leads = cluster_.leader() == self_;
  const WireError forward{std::string(ErrorName(ErrorCode::kForwardToOthers))};
  if (request.name == kRpcCreateApp) {
    const std::optional<CreateAppRequest> create = DecodeValue<CreateAppRequest>(request.args);
    if (!create) return ReplyWithError(request, ErrorCode::kInvalidData);
    return ReplyWith(request,
                     leads ? cluster_.CreateTable(*create) : CreateAppResponse{forward, 0});
  }
  if (request.name == kRpcDropApp) {
    const std::optional<DropAppRequest> drop = DecodeValue<DropAppRequest>(request.args);
    if (!drop) return ReplyWithError(request, ErrorCode::kInvalidData);
    return ReplyWith(request, leads ? cluster_.DropTable(*drop) : DropAppResponse{forward});
  }
  return ReplyWithError(request, ErrorCode::kHandlerNotFound);
}

void ReplicaService::Handle(const Request& request, const Sink& reply) {
  std::optional<std::string> failure;
  {
    const std::lock_guard lock(mutex_);
    ++requests_;
    if (!failures_.empty()) {
      failure = std::move(failures_.front());
      failures_.pop_front();
    }
  }
  if (failure) {
    reply(EncodeReply({{*failure}, request.name + "_ACK", request.seqid, {}}));
  } else if (request.name == kRpcClearScanner) {
    // One way: no reply.
    static_cast<void>(Answer(request));
  } else {
    reply(Answer(request));
  }
}

void ReplicaService::FailNext(std::string error_name) {
  const std::lock_guard lock(mutex_);
  failures_.push_back(std::move(error_name));
}

int ReplicaService::request_count() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::string ReplicaService::Answer(const Request& request) {
  for (const auto part :
       {&ReplicaService::AnswerRead, &ReplicaService::AnswerWrite, &ReplicaService::AnswerScan}) {
    if (std::optional<std::string> reply = (this->*part)(request)) return std::move(*reply);
  }
  return ReplyWithError(request, ErrorCode::kHandlerNotFound);
}

template <typename Argument, typename Operation>
std::string ReplicaService::On(const Request& request, Cluster::Access access,
                               Operation operation) {
  if (access == Cluster::Access::kWrite && request.args.size() > kWriteBytesMax) {
    return ReplyWithError(request, ErrorCode::kInvalidData);
  }
  const std::optional<Argument> argument = DecodeValue<Argument>(request.args);
  if (!argument) return ReplyWithError(request, ErrorCode::kInvalidData);
  if (access == Cluster::Access::kRead && request.header.is_backup_request) {
    access = Cluster::Access::kBackupRead;
  }
  const Gpid& gpid = request.header.gpid;
  std::string reply;
  const ErrorCode error = cluster_.OnReplica(self_, gpid, request.header.partition_hash, access,
                                             [&](PartitionStore& store) {
                                               auto response = operation(store, *argument);
                                               response.app_id = gpid.app_id;
                                               response.partition_index = gpid.partition_index;
                                               response.server = self_.ToString();
                                               reply = ReplyWith(request, response);
                                             });
  return error == ErrorCode::kOk ? reply : ReplyWithError(request, error);
}

std::optional<std::string> ReplicaService::AnswerWrite(const Request& request) {
  using Store = PartitionStore;
  constexpr Cluster::Access kWrite = Cluster::Access::kWrite;
  const std::string& name = request.name;
  if (name == kRpcPut) return On<UpdateRequest>(request, kWrite, std::mem_fn(&Store::Put));
  if (name == kRpcRemove) return On<Blob>(request, kWrite, std::mem_fn(&Store::Remove));
  if (name == kRpcMultiPut) {
    return On<MultiPutRequest>(request, kWrite, std::mem_fn(&Store::MultiPut));
  }
  if (name == kRpcMultiRemove) {
    return On<MultiRemoveRequest>(request, kWrite, std::mem_fn(&Store::MultiRemove));
  }
  if (name == kRpcIncr) return On<IncrRequest>(request, kWrite, std::mem_fn(&Store::Incr));
  if (name == kRpcCheckAndSet) {
    return On<CheckAndSetRequest>(request, kWrite, std::mem_fn(&Store::CheckAndSet));
  }
  if (name == kRpcCheckAndMutate) {
    return On<CheckAndMutateRequest>(request, kWrite, std::mem_fn(&Store::CheckAndMutate));
  }
  return std::nullopt;
}

std::optional<std::string> ReplicaService::AnswerRead(const Request& request) {
  using Store = PartitionStore;
  constexpr Cluster::Access kRead = Cluster::Access::kRead;
  const std::string& name = request.name;
  if (name == kRpcGet) return On<Blob>(request, kRead, std::mem_fn(&Store::Get));
  if (name == kRpcTtl) return On<Blob>(request, kRead, std::mem_fn(&Store::Ttl));
  if (name == kRpcSortKeyCount) return On<Blob>(request, kRead, std::mem_fn(&Store::SortKeyCount));
  if (name == kRpcMultiGet) {
    return On<MultiGetRequest>(request, kRead, std::mem_fn(&Store::MultiGet));
  }
  if (name == kRpcBatchGet) {
    return On<BatchGetRequest>(request, kRead, std::mem_fn(&Store::BatchGet));
  }
  return std::nullopt;
}

std::optional<std::string> ReplicaService::AnswerScan(const Request& request) {
  using Store = PartitionStore;
  constexpr Cluster::Access kRead = Cluster::Access::kRead;
  const std::string& name = request.name;
  if (name == kRpcGetScanner) {
    return On<GetScannerRequest>(request, kRead, std::mem_fn(&Store::GetScanner));
  }
  if (name == kRpcScan) return On<ScanRequest>(request, kRead, std::mem_fn(&Store::Scan));
  if (name == kRpcClearScanner) {
    return On<int64_t>(request, kRead, [](Store& store, int64_t context_id) {
      store.ClearScanner(context_id);
      return ScanResponse{};
    });
  }
  return std::nullopt;
}

}  // namespace pegasus
