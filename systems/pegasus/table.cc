// See table.h: the way of a call, the updates, and the operations on one record. Those on several are in table_multi.cc.
#include "systems/pegasus/table.h"

#include <algorithm>

#include "systems/pegasus/table_run.h"

namespace pegasus {
namespace {

using systems::Variant;

// Longer than any program runs, and short enough to be added to a time.
constexpr std::chrono::hours kForever{24 * 365};

}  // namespace

std::optional<PError> CheckHashKey(const char* op, std::string_view hash_key) {
  if (hash_key.empty()) return WrongArgument(op, "hashkey must not be empty");
  if (hash_key.size() < 65535) return std::nullopt;
  return WrongArgument(
      op, "length of hashkey (" + std::to_string(hash_key.size()) + ") must be less than 65535");
}

PError WrongArgument(const char* op, const std::string& what) {
  return {.op = op,
          .code = ErrorCode::kInvalidParameters,
          .status = StorageStatus::kInvalidArgument,
          .message = "InvalidParameter: " + what,
          .where = ""};
}

Result<std::shared_ptr<Table>> Table::Open(const ContextPtr& context, std::string name,
                                           MetaManager& metas, ReplicaManager& replicas,
                                           TableOptions options) {
  const QueryResult result = metas.QueryConfig(context, name);
  PError error{"OpenTable", result.error, StorageStatus::kOk, std::string(ErrorName(result.error)),
               "[table=" + name + "]"};
  if (result.error != ErrorCode::kOk) return error;
  Routing::Made made = Routing::Make(result.response);
  if (made.routing == nullptr) {
    error.code = result.response.err.code();
    error.message = made.why_not;
    return error;
  }
  return std::shared_ptr<Table>(
      new Table(std::move(name), metas, replicas, options, std::move(made.routing)));
}

Table::Table(std::string name, MetaManager& metas, ReplicaManager& replicas, TableOptions options,
             std::shared_ptr<const Routing> routing)
    : name_(std::move(name)),
      metas_(metas),
      replicas_(replicas),
      options_(options),
      life_(Context::WithTimeout(kForever)),
      routing_(std::move(routing)) {
  replicas_.Subscribe(this);
  updater_ = std::thread([this] { UpdateLoop(); });
}

void Table::Close() {
  std::thread updater;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    updater.swap(updater_);
    changed_.notify_all();
  }
  life_->Cancel();
  if (!updater.joinable()) return;
  replicas_.Unsubscribe(this);
  updater.join();
}

std::shared_ptr<const Routing> Table::routing() const {
  const std::lock_guard lock(mutex_);
  return routing_;
}

int Table::update_count() const {
  const std::lock_guard lock(mutex_);
  return updates_;
}

void Table::RequestUpdate() {
  const std::lock_guard lock(mutex_);
  update_wanted_ = true;
  changed_.notify_all();
}

void Table::OnUnresponsive(const std::string& /*address*/) { RequestUpdate(); }

void Table::UpdateLoop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closed_ || update_wanted_; });
    if (closed_) return;
    update_wanted_ = false;
    lock.unlock();
    const QueryResult result =
        metas_.QueryConfig(Context::Within(life_, options_.update_timeout), name_);
    Routing::Made made;
    if (result.error == ErrorCode::kOk) made = Routing::Make(result.response);
    lock.lock();
    ++updates_;
    // An answer that cannot be used leaves the old routing: the next failure asks again.
    if (made.routing != nullptr) routing_ = std::move(made.routing);
    changed_.wait_for(lock, options_.update_pause, [this] { return closed_; });
  }
}

Result<std::string> Table::Send(const ContextPtr& context, const Call& call, Request request) {
  const ContextPtr part = Context::Within(context);
  const Context::EnrollmentId enrollment = life_->Enroll([part] { part->Cancel(); });
  request.name = call.rpc;
  request.header.partition_hash = call.partition_hash;
  std::chrono::nanoseconds pause = options_.retry_pause;
  std::optional<Route> route;
  RpcResult rpc;
  for (;;) {
    // Upstream looks up the route before the loop, and retries at the same place (D2).
    if (!route || options_.variant == Variant::kFixed) route = routing()->For(call.partition_hash);
    request.header.gpid = route->gpid;
    const std::shared_ptr<NodeSession> session = replicas_.Get(route->address);
    rpc = session == nullptr ? RpcResult{{"ERR_SESSION_RESET"}, {}} : session->Call(part, request);
    const ErrorPolicy policy = PolicyOf(rpc.error.code());
    if (policy.update) RequestUpdate();
    if (!policy.retry || !part->alive()) break;
    part->SleepFor(pause);
    pause *= 2;
  }
  life_->Withdraw(enrollment);
  if (rpc.error.code() == ErrorCode::kOk) return std::move(rpc.result);
  return Failure(call, rpc, *route);
}

PError Table::Failure(const Call& call, const RpcResult& rpc, const Route& route) const {
  return {.op = call.op,
          .code = rpc.error.code(),
          .status = StorageStatus::kOk,
          .message = rpc.error.name,
          .where = "[" + route.gpid.ToString() + ", " + route.address +
                   "(replica), table=" + name_ + "]"};
}

PError Table::Failure(const Call& call, StorageStatus status) const {
  const Route route = routing()->For(call.partition_hash);
  PError error = Failure(call, {}, route);
  error.status = status;
  error.message = StorageStatusName(status);
  return error;
}

int32_t Table::ExpireTs(std::chrono::seconds ttl) const {
  if (ttl.count() <= 0) return 0;
  return static_cast<int32_t>(ExpiryClock(options_.clock->Now()) +
                              static_cast<uint32_t>(ttl.count()));
}

Result<std::optional<std::string>> Table::Get(const ContextPtr& context, const Key& key) {
  const Call call{"GET", kRpcGet, PartitionHash(key.hash_key, key.sort_key)};
  if (std::optional<PError> wrong = CheckHashKey(call.op, key.hash_key)) return *wrong;
  const Result<ReadResponse> response =
      Run<ReadResponse>(context, call, Blob{StorageKey(key.hash_key, key.sort_key)});
  if (!response.ok()) return response.error();
  if (response->error == StorageStatus::kNotFound) return std::optional<std::string>();
  if (response->error != StorageStatus::kOk) return Failure(call, response->error);
  return std::optional(response->value.data);
}

Result<Nothing> Table::Set(const ContextPtr& context, const Key& key, const std::string& value,
                           std::chrono::seconds ttl) {
  const Call call{"SET", kRpcPut, PartitionHash(key.hash_key, key.sort_key)};
  if (std::optional<PError> wrong = CheckHashKey(call.op, key.hash_key)) return *wrong;
  if (ttl.count() < 0) return WrongArgument(call.op, "ttl must not be negative");
  const UpdateRequest request{.key = {StorageKey(key.hash_key, key.sort_key)},
                              .value = {value},
                              .expire_ts = ExpireTs(ttl)};
  return Write<UpdateResponse>(context, call, request);
}

Result<Nothing> Table::Del(const ContextPtr& context, const Key& key) {
  const Call call{"DEL", kRpcRemove, PartitionHash(key.hash_key, key.sort_key)};
  if (std::optional<PError> wrong = CheckHashKey(call.op, key.hash_key)) return *wrong;
  return Write<UpdateResponse>(context, call, Blob{StorageKey(key.hash_key, key.sort_key)});
}

Result<int32_t> Table::Ttl(const ContextPtr& context, const Key& key) {
  constexpr int32_t kNoRecord = -2;
  const Call call{"TTL", kRpcTtl, PartitionHash(key.hash_key, key.sort_key)};
  if (std::optional<PError> wrong = CheckHashKey(call.op, key.hash_key)) return *wrong;
  const Result<TtlResponse> response =
      Run<TtlResponse>(context, call, Blob{StorageKey(key.hash_key, key.sort_key)});
  if (!response.ok()) return response.error();
  if (response->error == StorageStatus::kNotFound) return kNoRecord;
  if (response->error != StorageStatus::kOk) return Failure(call, response->error);
  return response->ttl_seconds;
}

Result<bool> Table::Exist(const ContextPtr& context, const Key& key) {
  const Result<int32_t> ttl = Ttl(context, key);
  if (!ttl.ok()) return ttl.error();
  return *ttl != -2;
}

Result<int64_t> Table::Incr(const ContextPtr& context, const Key& key, int64_t increment) {
  const Call call{"INCR", kRpcIncr, PartitionHash(key.hash_key, key.sort_key)};
  if (std::optional<PError> wrong = CheckHashKey(call.op, key.hash_key)) return *wrong;
  const IncrRequest request{
      .key = {StorageKey(key.hash_key, key.sort_key)}, .increment = increment, .expire_ts = 0};
  const Result<IncrResponse> response = Run<IncrResponse>(context, call, request);
  if (!response.ok()) return response.error();
  if (response->error != StorageStatus::kOk) return Failure(call, response->error);
  return response->new_value;
}

}  // namespace pegasus
