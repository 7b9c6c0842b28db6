// See meta_variants.h. First the query as reported, then the one that holds.
#include "systems/pegasus/meta_variants.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "systems/base/mailbox.h"
#include "systems/base/panic.h"

namespace pegasus {

using systems::Latch;
using Kind = MetaAnswer::Kind;

// ---- As reported ----------------------------------------------------------------------------------------------------------

namespace {
// Lists never move, so that a race on one is a torn list (as upstream's slice headers) and not a read of freed memory.
constexpr size_t kListCapacity = 64;
}  // namespace

// One query. Its threads share it, and some live longer than the query.
class ReportedCall : public std::enable_shared_from_this<ReportedCall> {
 public:
  ReportedCall(ReportedMetaManager& manager, const std::shared_ptr<Context>& context,
               std::string table)
      : manager_(manager), context_(Context::Within(context)), table_(std::move(table)) {
    {
      const std::lock_guard lock(manager_.mutex_);
      lead_ = manager_.current_leader_;
    }
    metas_.reserve(kListCapacity);
    meta_addresses_.reserve(kListCapacity);
    metas_ = manager_.metas_;  // without the manager's lock (R1)
    meta_addresses_ = manager_.meta_addresses_;
  }

  QueryResult Run() {
    std::thread leader([this] {
      if (!IssueSingleMeta(lead_)) backup_->Open();
    });
    std::thread backup([this] {
      context_->Enroll([latch = backup_] { latch->Stop(); });
      const Latch::State state = backup_->WaitFor(manager_.options_.backup_delay);
      if (state != Latch::State::kStopped) IssueBackupMetas();
    });
    context_->WaitFor(answered_);
    context_->Cancel();
    leader.join();
    backup.join();  // but not those that it started
    const std::lock_guard lock(channel_mutex_);
    return sent_ ? QueryResult{ErrorCode::kOk, response_} : QueryResult{};
  }

  // What the manager takes over. The threads left behind may still add to the lists.
  uint32_t new_lead_ = 0;
  std::vector<NodeSession*> metas_;
  std::vector<std::string> meta_addresses_;

 private:
  void IssueBackupMetas() {
    const size_t count = metas_.size();  // while others add to it (race 3)
    for (size_t i = 0; i < count; ++i) {
      if (i == lead_) continue;
      manager_.strays_.Add(1);
      std::thread([self = shared_from_this(), i]() mutable {
        self->IssueSingleMeta(i);
        systems::WaitGroup& strays = self->manager_.strays_;
        self.reset();
        strays.Done();
      }).detach();
    }
  }

  // Asks one server, and then the leader that it names if that is new. True if that gave the answer.
  bool IssueSingleMeta(size_t index) {
    MetaAnswer answer = Ask(index);
    if (answer.kind == Kind::kForward) {
      if (answer.leader.empty() || Known(answer.leader)) return false;
      NodeSession* session = manager_.Open(answer.leader);
      {
        const std::lock_guard lock(lock_);  // Known() gave it up in between (race 4)
        meta_addresses_.push_back(answer.leader);
        metas_.push_back(session);
      }
      index = metas_.size() - 1;  // by now perhaps somebody else's (race 2)
      answer = Ask(index);
    }
    if (answer.kind != Kind::kFinal) return false;
    std::atomic_ref(new_lead_).store(static_cast<uint32_t>(index));  // read without (race 5)
    Send(std::move(answer.response));
    return true;
  }

  MetaAnswer Ask(size_t index) {
    systems::Ensure(index < metas_.size(), "index out of range");
    return ReadMetaAnswer(metas_[index]->Call(context_, QueryConfigRequest(table_)));
  }

  bool Known(const std::string& address) {
    const std::lock_guard lock(lock_);
    return std::find(meta_addresses_.begin(), meta_addresses_.end(), address) !=
           meta_addresses_.end();
  }

  // As through a channel without buffer: the caller takes one, the others find nobody who takes theirs.
  void Send(QueryCfgResponse response) {
    {
      const std::lock_guard lock(channel_mutex_);
      if (std::exchange(sent_, true)) return;
      response_ = std::move(response);
    }
    answered_->Open();
  }

  ReportedMetaManager& manager_;
  const std::shared_ptr<Context> context_;
  const std::string table_;
  size_t lead_ = 0;
  std::mutex lock_;  // upstream's: taken to add to the lists, not to read them
  const std::shared_ptr<Latch> backup_ = std::make_shared<Latch>();
  const std::shared_ptr<Latch> answered_ = std::make_shared<Latch>();
  std::mutex channel_mutex_;
  bool sent_ = false;          // guarded by channel_mutex_
  QueryCfgResponse response_;  // guarded by channel_mutex_
};

QueryResult ReportedMetaManager::QueryConfig(const std::shared_ptr<Context>& context,
                                             const std::string& table) {
  const auto call = std::make_shared<ReportedCall>(*this, context, table);
  QueryResult result = call->Run();
  if (result.error != ErrorCode::kOk) return result;
  // Race 1: reads without the call's lock. R2, R3: three critical sections, each overwriting what another query learned.
  const uint32_t new_lead = call->new_lead_;
  {
    const std::lock_guard lock(mutex_);
    current_leader_ = new_lead;
  }
  {
    const std::lock_guard lock(mutex_);
    metas_ = call->metas_;
  }
  {
    const std::lock_guard lock(mutex_);
    meta_addresses_ = call->meta_addresses_;
  }
  return result;
}

// ---- Fixed ----------------------------------------------------------------------------------------------------------------

// One query, owned by the thread that asks; only the inbox is shared.
class OwnedCall {
 public:
  OwnedCall(OwnedMetaManager& manager, std::shared_ptr<Context> context, const std::string& table)
      : manager_(manager),
        context_(std::move(context)),
        cancellation_(context_->Enroll([inbox = inbox_] { inbox->Close(); })),
        request_(QueryConfigRequest(table)) {}

  ~OwnedCall() {
    context_->Withdraw(cancellation_);
    for (const auto& [session, call] : calls_) session->Forget(call);
  }

  QueryResult Run() {
    while (context_->alive()) {
      const OwnedMetaManager::Servers servers = manager_.Snapshot();
      if (servers.metas.empty()) return {ErrorCode::kSessionReset, {}};
      if (std::optional<QueryResult> result = Round(servers)) return std::move(*result);
      static_cast<void>(inbox_->TakeFor(AtMost(manager_.options_.retry_delay)));
    }
    return {};
  }

 private:
  struct Letter {
    size_t call;  // an index into calls_
    RpcResult rpc;
  };

  // Asks the leader, then everybody. Nothing if nobody had an answer.
  std::optional<QueryResult> Round(const OwnedMetaManager::Servers& servers) {
    asked_.clear();
    const auto backup_time = std::chrono::steady_clock::now() + manager_.options_.backup_delay;
    bool everybody = false;
    Ask(servers.metas[servers.leader]);
    while (context_->alive() && (outstanding_ > 0 || !everybody)) {
      const auto patience =
          everybody ? context_->left() : AtMost(backup_time - std::chrono::steady_clock::now());
      const auto delivery = inbox_->TakeFor(patience);
      if (delivery) {
        if (!delivery->value) return std::nullopt;  // cancelled
        if (std::optional<QueryResult> result = Receive(*delivery->value)) return result;
      }
      if (everybody || (delivery && outstanding_ > 0)) continue;
      everybody = true;
      for (const OwnedMetaManager::Session& each : servers.metas) Ask(each);
    }
    return std::nullopt;
  }

  std::optional<QueryResult> Receive(const Letter& letter) {
    --outstanding_;
    MetaAnswer answer = ReadMetaAnswer(letter.rpc);
    if (answer.kind == Kind::kFinal) {
      manager_.Confirm(calls_[letter.call].first);
      return QueryResult{ErrorCode::kOk, std::move(answer.response)};
    }
    if (!answer.leader.empty()) Ask(manager_.Learn(answer.leader));
    return std::nullopt;
  }

  // Each server once a round.
  void Ask(const OwnedMetaManager::Session& session) {
    if (session == nullptr || !asked_.insert(session.get()).second) return;
    ++outstanding_;
    request_.header.client_timeout_ms = ClientTimeoutMs(context_->left());
    const NodeSession::CallId call =
        session->Start(request_, [index = calls_.size(), inbox = inbox_](RpcResult rpc) {
          inbox->Put({index, std::move(rpc)});
        });
    calls_.emplace_back(session, call);
  }

  std::chrono::nanoseconds AtMost(std::chrono::nanoseconds time) const {
    return std::clamp(time, std::chrono::nanoseconds(0), context_->left());
  }

  OwnedMetaManager& manager_;
  // Bounded in name only: a server is asked once a round.
  const std::shared_ptr<systems::Mailbox<Letter>> inbox_ =
      std::make_shared<systems::Mailbox<Letter>>(SIZE_MAX);
  const std::shared_ptr<Context> context_;
  const Context::EnrollmentId cancellation_;
  Request request_;
  std::set<const NodeSession*> asked_;  // in this round
  size_t outstanding_ = 0;              // letters that will come
  std::vector<std::pair<OwnedMetaManager::Session, NodeSession::CallId>> calls_;
};

QueryResult OwnedMetaManager::QueryConfig(const std::shared_ptr<Context>& context,
                                          const std::string& table) {
  return OwnedCall(*this, context, table).Run();
}

OwnedMetaManager::Servers OwnedMetaManager::Snapshot() const {
  const std::lock_guard lock(mutex_);
  return servers_;
}

OwnedMetaManager::Session OwnedMetaManager::Learn(const std::string& address) {
  const std::lock_guard lock(mutex_);
  std::vector<Session>& metas = servers_.metas;
  if (metas.empty()) return nullptr;
  const auto found = std::find_if(metas.begin(), metas.end(),
                                  [&](const Session& each) { return each->address() == address; });
  if (found != metas.end()) return *found;
  return metas.emplace_back(std::make_shared<NodeSession>(transport_, address, options_.session));
}

void OwnedMetaManager::Confirm(const Session& session) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find(servers_.metas.begin(), servers_.metas.end(), session);
  if (found == servers_.metas.end()) return;  // closed meanwhile
  servers_.leader = static_cast<size_t>(found - servers_.metas.begin());
}

// ---- The rest of both -----------------------------------------------------------------------------------------------------

ReportedMetaManager::ReportedMetaManager(Transport& transport,
                                         const std::vector<std::string>& addresses,
                                         MetaOptions options)
    : transport_(transport), options_(std::move(options)), meta_addresses_(addresses) {
  metas_.reserve(kListCapacity);
  meta_addresses_.reserve(kListCapacity);
  for (const std::string& address : addresses) metas_.push_back(Open(address));
}

ReportedMetaManager::~ReportedMetaManager() {
  Close();
  strays_.Wait();
}

NodeSession* ReportedMetaManager::Open(const std::string& address) {
  const std::lock_guard lock(heap_mutex_);
  return heap_.emplace_back(std::make_unique<NodeSession>(transport_, address, options_.session))
      .get();
}

std::string ReportedMetaManager::leader() const {
  const std::lock_guard lock(mutex_);
  systems::Ensure(current_leader_ < metas_.size(), "index out of range");
  return metas_[current_leader_]->address();
}

void ReportedMetaManager::Close() {
  for (NodeSession* each : metas_) each->Close();  // without the lock (R1)
}

OwnedMetaManager::OwnedMetaManager(Transport& transport, const std::vector<std::string>& addresses,
                                   MetaOptions options)
    : transport_(transport), options_(std::move(options)) {
  for (const std::string& address : addresses) {
    servers_.metas.push_back(std::make_shared<NodeSession>(transport_, address, options_.session));
  }
}

std::vector<std::string> OwnedMetaManager::addresses() const {
  std::vector<std::string> addresses;
  for (const Session& each : Snapshot().metas) addresses.push_back(each->address());
  return addresses;
}

std::string OwnedMetaManager::leader() const {
  const Servers servers = Snapshot();
  return servers.metas.empty() ? "" : servers.metas[servers.leader]->address();
}

void OwnedMetaManager::Close() {
  Servers servers;
  {
    const std::lock_guard lock(mutex_);
    servers_.metas.swap(servers.metas);
  }
  for (const Session& each : servers.metas) each->Close();
}

std::unique_ptr<MetaManager> MetaManager::Make(systems::Variant variant, Transport& transport,
                                               const std::vector<std::string>& addresses,
                                               MetaOptions options) {
  systems::Ensure(!addresses.empty(), "the list of meta servers is empty");
  if (variant == systems::Variant::kFixed) {
    return std::make_unique<OwnedMetaManager>(transport, addresses, std::move(options));
  }
  options.session.unreachable = SessionOptions::Unreachable::kWait;
  options.session.gate = variant;
  return std::make_unique<ReportedMetaManager>(transport, addresses, std::move(options));
}

}  // namespace pegasus
