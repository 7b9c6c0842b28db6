// The kernel of a bug in the Pegasus client (incubator-pegasus issue 2256): a query asks the meta server it believes to
// be the leader, and if that one is silent it asks all the others at once. The threads of this fan-out are not waited
// for. One that is told of an unknown leader appends it to the query's list, under the query's lock, while
// MetaManager::Call, which has its answer already, reads that list without it.
//
//   step | caller (MetaManager::Call)       | backup thread    | fan-out 34602 (follower)     | fan-out 34601 (leader)
//   1    | asks 12345: dead, wakes backup   |                  |                              |
//   2    | waits for an answer              | starts fan-out   |                              |
//   3    |                                  | ends             |                              |
//   4    |                                  |                  |                              | answers OK
//   5    | has the answer, joins backup     |                  | is told "ask 127.0.0.1:34601"|
//   6    | reads call.metas, no lock        |                  | call.lock; metas.push_back   |   <- data-race
//
// As reported: as above; if step 6 comes late, the new session is lost as well. Fixed (-DDEMO_FIXED=1): the backup
// thread joins its fan-out; every access to a call is under its lock; look-up and append are one critical section;
// answer and leader are chosen together; what was learned is merged into the manager in one critical section.
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#ifndef DEMO_FIXED
#define DEMO_FIXED 0
#endif

namespace {

constexpr bool kFixed = DEMO_FIXED;

enum class ErrorCode { kOk, kForwardToOthers, kTimeout };

struct Reply {
  ErrorCode error = ErrorCode::kTimeout;
  std::string forward_address;
};

// A connection to one meta server. The servers are constant, so a session may be used by any thread.
struct MetaSession {
  std::string address;

  Reply QueryConfig() const {
    if (address.ends_with(":34601")) return {ErrorCode::kOk, ""};
    // Followers name the leader by its real address, which the client's list spells differently.
    if (address.ends_with(":34602")) return {ErrorCode::kForwardToOthers, "127.0.0.1:34601"};
    return {};
  }
};
using MetaList = std::vector<std::shared_ptr<MetaSession>>;

// One query. Kept alive by its threads, because as reported they may outlive it.
class MetaCall : public std::enable_shared_from_this<MetaCall> {
 public:
  MetaCall(MetaList metas, size_t lead) : lead_(lead), metas_(std::move(metas)) {
    metas_.reserve(8);
  }

  // Asks until one server answers.
  void Run() {
    std::thread backup([self = shared_from_this()] { self->IssueBackupMetas(); });
    const bool answered = IssueSingleMeta(lead_);
    {
      std::unique_lock lock(lock_);
      if (!answered) backup_wanted_ = true;
      changed_.notify_all();
      changed_.wait(lock, [&] { return leader_.has_value(); });
    }
    backup.join();
  }

  // What the query learned, for MetaManager::Call.
  size_t new_leader() {
    std::lock_guard lock(lock_);
    return *leader_;
  }

  MetaList metas() {
    if constexpr (kFixed) {
      std::lock_guard lock(lock_);
      return metas_;
    } else {
      return metas_;  // Step 6, caller.
    }
  }

 private:
  void IssueBackupMetas() {
    size_t count = 0;
    {
      std::unique_lock lock(lock_);
      changed_.wait(lock, [&] { return backup_wanted_ || leader_.has_value(); });
      if (!backup_wanted_) return;
      count = metas_.size();
    }
    std::vector<std::thread> fan_out;
    for (size_t i = 0; i < count; ++i) {
      if (i != lead_)
        fan_out.emplace_back([self = shared_from_this(), i] { self->IssueSingleMeta(i); });
    }
    for (std::thread& thread : fan_out) {
      if constexpr (kFixed) {
        thread.join();
      } else {
        thread.detach();  // Step 3: nobody waits for these.
      }
    }
  }

  // Asks one server, and the leader it names, if any. Returns whether that gave an answer.
  bool IssueSingleMeta(size_t index) {
    std::shared_ptr<MetaSession> session;
    {
      std::lock_guard lock(lock_);
      session = metas_[index];
    }
    Reply reply = session->QueryConfig();
    if (reply.error == ErrorCode::kForwardToOthers) {
      std::lock_guard lock(lock_);
      const auto known = std::find_if(metas_.begin(), metas_.end(), [&](const auto& meta) {
        return meta->address == reply.forward_address;
      });
      if (known != metas_.end()) return false;
      session = std::make_shared<MetaSession>(MetaSession{reply.forward_address});
      index = metas_.size();
      metas_.push_back(session);  // Step 6, fan-out.
      reply = session->QueryConfig();
    }
    if (reply.error != ErrorCode::kOk) return false;
    std::lock_guard lock(lock_);
    if (!leader_) leader_ = index;  // The first answer is the answer, and its server the leader.
    changed_.notify_all();
    return true;
  }

  const size_t lead_;
  std::mutex lock_;  // Guards all below.
  std::condition_variable changed_;
  bool backup_wanted_ = false;
  std::optional<size_t> leader_;
  MetaList metas_;
};

// One per client, shared by all its tables.
class MetaManager {
 public:
  explicit MetaManager(const std::vector<std::string>& addresses) {
    for (const std::string& address : addresses)
      metas_.push_back(std::make_shared<MetaSession>(MetaSession{address}));
  }

  // Returns the address of the leader that answered.
  std::string Call() {
    std::shared_ptr<MetaCall> call;
    {
      std::lock_guard lock(mutex_);
      call = std::make_shared<MetaCall>(metas_, current_leader_);
    }
    call->Run();
    const MetaList learned = call->metas();
    const std::shared_ptr<MetaSession> leader = learned[call->new_leader()];

    std::lock_guard lock(mutex_);
    for (const auto& session : learned) {
      const auto same = [&](const auto& meta) { return meta->address == session->address; };
      if (std::none_of(metas_.begin(), metas_.end(), same)) metas_.push_back(session);
    }
    for (size_t i = 0; i < metas_.size(); ++i) {
      if (metas_[i]->address == leader->address) current_leader_ = i;
    }
    return leader->address;
  }

 private:
  std::mutex mutex_;  // Guards the list and the leader's index into it, which change together.
  MetaList metas_;
  size_t current_leader_ = 0;
};

}  // namespace

int main() {
  MetaManager manager({"0.0.0.0:12345", "0.0.0.0:34601", "0.0.0.0:34602"});
  std::printf("leader %s\n", manager.Call().c_str());
}
