// See scenarios.h.
#include "systems/olric/scenarios.h"

#include <string>
#include <thread>

#include "systems/base/panic.h"
#include "systems/olric/cluster.h"
#include "systems/olric/history.h"

namespace olric {

using systems::Ensure;
using systems::Variant;

namespace {

Config ConfigWith(Variant variant, Defect defect, uint32_t partition_count = 7) {
  Config config = QuietConfig(partition_count);
  config.design = Design(variant, defect);
  return config;
}

void Increment(Node& node, History& history) {
  (void)history.Record([&](const Command& command) { return node.Execute(command); },
                       {"DM.INCR", "counters", "visits", "1"});
}

void CheckIncrements(Node& node, const History& history, int increments) {
  const Reply sum = node.Execute({"DM.GET", "counters", "visits"});
  const std::string told = sum.text + " after\n" + history.ToString();
  Ensure(sum.text == std::to_string(increments), "an increment was lost: " + told);
  Ensure(history.Linearizable(), "the history is not linearizable: " + told);
}

}  // namespace

// Issue 247 with two members: one is there, the other joins. Seven partitions, of which the new one gets some.
void Reported(Variant variant) {
  Cluster cluster(ConfigWith(variant, Defect::kServesBeforeJoining));
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  cluster.CheckRouting();
}

// The same as in the report: five members. Here they start at the same time.
void FiveMembers(Variant variant) {
  Cluster cluster(ConfigWith(variant, Defect::kServesBeforeJoining, 11));
  cluster.AddTogether(5);
  cluster.Settle();
  cluster.CheckRouting();
}

// Two members take the coordinator's table; the threads that send it share a status.
void SharedPushStatus(Variant variant) {
  Cluster cluster(ConfigWith(variant, Defect::kSharedPushStatus));
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  cluster.CheckRouting();
}

// Somebody asks the first member for its statistics while the second joins.
void UnlockedMembers(Variant variant) {
  Cluster cluster(ConfigWith(variant, Defect::kUnlockedMembers));
  Node& first = cluster.Add();
  std::thread monitor([&] { Ensure(first.Execute({"STATS"}).ok(), "no statistics"); });
  cluster.Add();
  monitor.join();
  cluster.Settle();
}

// Two clients increment one counter, each through another node.
void LostIncrement(Variant variant) {
  Cluster cluster(ConfigWith(variant, Defect::kLocksAtReceiver));
  Node& first = cluster.Add();
  Node& second = cluster.Add();
  cluster.Settle();
  History history;
  std::thread client([&] { Increment(first, history); });
  Increment(second, history);
  client.join();
  CheckIncrements(first, history, 2);
}

// A counter is incremented while a second member joins, which may become its owner.
void IncrementDuringHandover(Variant variant) {
  Config config = ConfigWith(variant, Defect::kOwnerChangesUnnoticed, 3);
  Cluster cluster(config);
  Node& first = cluster.Add();
  History history;
  std::thread client([&] { Increment(first, history); });
  Node& second = cluster.Add();
  Increment(second, history);
  client.join();
  cluster.Settle();
  first.Balance();
  CheckIncrements(first, history, 2);
  CheckIncrements(second, history, 2);
}

std::span<const systems::Scenario> Scenarios() {
  static constexpr systems::Scenario kScenarios[] = {
      {"reported", "a node joins while the coordinator pushes the routing table to it", Reported},
      {"five-members", "five nodes start at the same time", FiveMembers},
      {"shared-push-status", "the threads of a routing push share one status", SharedPushStatus},
      {"unlocked-members", "statistics walk the members while one joins", UnlockedMembers},
      {"lost-increment", "INCR of one key through two nodes", LostIncrement},
      {"increment-handover", "INCR while the key's partition gets another owner",
       IncrementDuringHandover},
  };
  return kScenarios;
}

}  // namespace olric
