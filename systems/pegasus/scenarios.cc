// See scenarios.h.
#include "systems/pegasus/scenarios.h"

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "systems/base/panic.h"
#include "systems/pegasus/meta_manager.h"
#include "systems/pegasus/one_box.h"

namespace pegasus {

using systems::Ensure;
using systems::Variant;

namespace {

// A client's meta manager and its cluster, and the count of its sessions at the end, as upstream's leaktest.
class MetaClient {
 public:
  MetaClient(Variant variant, OneBox& box, const std::vector<std::string>& addresses) {
    MetaOptions options;
    // In real time these would make a run last seconds, for nothing.
    options.backup_delay = std::chrono::milliseconds(2);
    options.retry_delay = std::chrono::milliseconds(2);
    options.session.redial_gate = std::chrono::milliseconds(2);
    options.session.census = &census_;
    manager_ = MetaManager::Make(variant, box.network(), addresses, options);
  }

  ~MetaClient() {
    manager_->Close();
    manager_.reset();
    Ensure(census_.leaked() == 0, "a meta session was opened and never closed");
  }

  void Query(const std::string& table) {
    const QueryResult result = manager_->QueryConfig(Context::WithTimeout(kPatience), table);
    Ensure(result.error == ErrorCode::kOk, "the query found no leader");
    Ensure(result.response.err.code() == ErrorCode::kOk, "the leader does not know the table");
  }

  [[nodiscard]] std::string leader() const { return manager_->leader(); }

 private:
  static constexpr std::chrono::hours kPatience{1000};

  SessionCensus census_;
  std::unique_ptr<MetaManager> manager_;
};

// Keeps the first request until Release, and answers later ones at once.
class LateService final : public Service {
 public:
  explicit LateService(std::shared_ptr<Service> service) : service_(std::move(service)) {}

  void Handle(const Request& request, const Sink& reply) override {
    {
      const std::lock_guard lock(mutex_);
      if (!released_) {
        kept_.emplace_back(request, reply);
        return;
      }
    }
    service_->Handle(request, reply);
  }

  void Release() {
    std::vector<std::pair<Request, Sink>> kept;
    {
      const std::lock_guard lock(mutex_);
      released_ = true;
      kept.swap(kept_);
    }
    for (const auto& [request, reply] : kept) service_->Handle(request, reply);
  }

 private:
  const std::shared_ptr<Service> service_;
  std::mutex mutex_;
  bool released_ = false;                       // guarded by mutex_
  std::vector<std::pair<Request, Sink>> kept_;  // guarded by mutex_
};

// Does something else first.
class HookedService final : public Service {
 public:
  HookedService(std::function<void()> hook, std::shared_ptr<Service> service)
      : hook_(std::move(hook)), service_(std::move(service)) {}

  void Handle(const Request& request, const Sink& reply) override {
    hook_();
    service_->Handle(request, reply);
  }

 private:
  const std::function<void()> hook_;
  const std::shared_ptr<Service> service_;
};

OneBoxOptions MetasOnly(size_t metas) { return {.metas = metas, .replicas = 1}; }

}  // namespace

void MustQueryLeader(Variant variant) {
  OneBox box(MetasOnly(3));
  box.CreateTable("temp", 2);
  std::vector<std::string> addresses = box.meta_list();
  addresses.insert(addresses.begin(), {"0.0.0.0:12345", "0.0.0.0:12346"});
  MetaClient client(variant, box, addresses);
  client.Query("temp");
}

void LateLeader(Variant variant) {
  OneBox box(MetasOnly(2));
  box.CreateTable("temp", 2);
  const auto leader = std::make_shared<LateService>(box.MakeMeta(0));
  box.network().Listen(box.meta_address(0), leader);
  box.network().Listen(box.meta_address(1), std::make_shared<HookedService>(
                                                [leader] { leader->Release(); }, box.MakeMeta(1)));
  MetaClient client(variant, box, box.meta_list());
  client.Query("temp");
}

void ConcurrentQueries(Variant variant) {
  OneBox box(MetasOnly(2));
  box.CreateTable("one", 2);
  box.CreateTable("two", 2);
  box.ChangeLeader(1);
  MetaClient client(variant, box, box.meta_list());
  std::thread other([&] { client.Query("two"); });
  client.Query("one");
  other.join();
}

void LeaderChange(Variant variant) {
  OneBox box(MetasOnly(2));
  box.CreateTable("one", 2);
  box.CreateTable("two", 2);
  MetaClient client(variant, box, box.meta_list());
  std::thread other([&] {
    client.Query("two");
    client.Query("two");
  });
  box.ChangeLeader(1);
  client.Query("one");
  other.join();
  client.Query("one");
  Ensure(client.leader().ends_with(":34602"), "who no longer leads is believed to");
}

std::span<const systems::Scenario> Scenarios() {
  static constexpr std::array kScenarios = {
      systems::Scenario{"reported", "two dead meta servers first, as in the report",
                        &MustQueryLeader},
      systems::Scenario{"late-leader", "an answer while a follower names an unknown leader",
                        &LateLeader},
      systems::Scenario{"concurrent-queries", "two tables query at once", &ConcurrentQueries},
      systems::Scenario{"leader-change", "the leader changes between and during queries",
                        &LeaderChange},
  };
  return kScenarios;
}

}  // namespace pegasus
