// What holds of several nodes: routing, forwarding, replicas, moving data, coming, going and dying; and the defects of the
// specification that show only there.
#include "systems/olric/cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "systems/olric/hash.h"
#include "systems/olric/history.h"

namespace olric {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::StartsWith;

std::string Text(Node& node, const Command& command) {
  const Reply reply = node.Execute(command);
  if (reply.kind == Reply::Kind::kInteger) return std::to_string(reply.integer);
  return reply.kind == Reply::Kind::kNil ? "(nil)" : reply.text;
}

Config Replicated(uint32_t partition_count = 3) {
  Config config = QuietConfig(partition_count);
  config.replica_count = 2;
  return config;
}

// The node that keeps the replica of the key, in a cluster of two.
size_t ReplicaOf(const Cluster& cluster, const std::string& key) {
  return cluster.StrangerOf("d", key);
}

std::vector<std::string> Keys(int count) {
  std::vector<std::string> keys;
  for (int i = 0; i < count; ++i) keys.push_back("key" + std::to_string(i));
  return keys;
}

// --- life cycle and routing ---

TEST(ClusterTest, EveryNodeKnowsTheOldestAsCoordinator) {
  Cluster cluster(QuietConfig());
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  for (size_t i = 0; i < 2; ++i) {
    const Reply members = cluster[i].Execute({"CLUSTER.MEMBERS"});
    ASSERT_EQ(members.items.size(), 2u);
    EXPECT_EQ(members.items[0].items[0].text, cluster[0].address());
    EXPECT_EQ(members.items[0].items[2].text, "true");
    EXPECT_EQ(members.items[1].items[2].text, "false");
  }
}

TEST(ClusterTest, ThreeNodesThatStartTogetherAgree) {
  Cluster cluster(QuietConfig());
  cluster.AddTogether(3);
  cluster.Settle();
  cluster.CheckRouting();
}

TEST(ClusterTest, TheRoutingTableNamesOwners) {
  Cluster cluster(QuietConfig(2));
  cluster.Add();
  const Reply table = cluster[0].Execute({"CLUSTER.ROUTINGTABLE"});
  ASSERT_EQ(table.items.size(), 2u);
  EXPECT_EQ(table.items[1].items[0], Reply::Integer(1));
  EXPECT_THAT(table.items[1].items[1].items, ElementsAre(Reply::Bulk(cluster[0].address())));
  EXPECT_TRUE(table.items[1].items[2].items.empty());
}

TEST(ClusterTest, WhoLeavesIsForgotten) {
  Cluster cluster(QuietConfig());
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  cluster.Leave(0);
  cluster.Settle();
  cluster.CheckRouting();
  EXPECT_EQ(cluster[0].owned_partition_count(), 7u);
}

TEST(ClusterTest, WhoDiesIsForgotten) {
  Cluster cluster(QuietConfig());
  for (int i = 0; i < 3; ++i) cluster.Add();
  cluster.Settle();
  cluster.Kill(1);
  cluster.Settle();
  cluster.CheckRouting();
}

// The coordinator pushes to a node that is being refused: it is told so instead of waiting for ever.
TEST(ClusterTest, ANodeThatCannotJoinLetsEverybodyGo) {
  Cluster cluster(QuietConfig());
  Node& first = cluster.Add();
  const std::unique_ptr<Node> refused = cluster.Make();
  // The next free port after the first node's.
  const std::string address =
      "127.0.0.1:" + std::to_string(std::stoi(first.address().substr(10)) + 1);
  cluster.gossip().RefuseNext(address);
  EXPECT_EQ(refused->Start().code, Code::kClusterJoin);
  cluster.Settle();
  cluster.CheckRouting();
  EXPECT_EQ(Text(first, {"DM.PUT", "d", "k", "v"}), "OK");
  refused->Shutdown();
}

TEST(ClusterTest, JoiningIsTriedAgain) {
  Config config = QuietConfig();
  config.join_attempts_max = 2;
  Cluster cluster(config);
  cluster.gossip().RefuseNext("127.0.0.1:40000");
  const Node& node = cluster.Add();
  EXPECT_EQ(node.address(), "127.0.0.1:40000");
}

TEST(ClusterTest, WhatIsSentBeforeANodeServesWaitsForIt) {
  MemoryTransport transport;
  Result<std::unique_ptr<Endpoint>> endpoint = transport.Bind("a:1");
  ASSERT_TRUE(endpoint.ok());
  const auto early = transport.Send("b:1", "a:1", {"PING"});
  struct Echo final : Handler {
    Reply Handle(const Command& command) override { return Reply::Simple(command[0]); }
  } echo;
  (*endpoint)->Serve(&echo);
  EXPECT_EQ(early->Wait({}).text, "PING");
  (*endpoint)->Close();
  EXPECT_EQ(transport.Send("b:1", "a:1", {"PING"})->Wait({}).code(), Code::kRefused);
}

TEST(ClusterTest, AClosedAddressRefusesWhoWaits) {
  MemoryTransport transport;
  Result<std::unique_ptr<Endpoint>> endpoint = transport.Bind("a:1");
  ASSERT_TRUE(endpoint.ok());
  EXPECT_FALSE(transport.Bind("a:1").ok());
  const auto early = transport.Send("b:1", "a:1", {"PING"});
  (*endpoint)->Close();
  EXPECT_EQ(early->Wait({}).code(), Code::kRefused);
}

TEST(ClusterTest, ATableFromSomebodyElseIsRefused) {
  Cluster cluster(QuietConfig(2));
  cluster.Add();
  Node& second = cluster.Add();
  cluster.Settle();
  const std::string payload = EncodeRoutes(Routes(2, Route{{second.self()}, {}}));
  const uint64_t before = second.table().signature();
  const auto push = [&](uint64_t id, const std::string& table, const char* epoch) {
    return Text(second, {"INTERNAL.NODE.UPDATEROUTING", table, std::to_string(id), epoch});
  };
  EXPECT_THAT(push(12345, payload, "99"), StartsWith("ERR member not found"));
  EXPECT_THAT(push(second.self().id, payload, "99"),
              StartsWith("ERR unrecognized cluster coordinator"));
  const uint64_t coordinator = cluster[0].self().id;
  EXPECT_THAT(push(coordinator, payload, "0"), StartsWith("ERR a later routing table"));
  EXPECT_THAT(push(coordinator, "garbage", "99"), StartsWith("INVALIDARGUMENT"));
  EXPECT_EQ(second.table().signature(), before);
  EXPECT_TRUE(cluster[0].PushRoutingTable());
}

TEST(ClusterTest, TooFewMembersRefuseToWork) {
  Config config = QuietConfig();
  config.member_count_quorum = 2;
  Cluster cluster(config);
  cluster.Add();
  EXPECT_THAT(Text(cluster[0], {"DM.GET", "d", "k"}), StartsWith("CLUSTERQUORUM"));
  cluster.Add();
  cluster.Settle();
  EXPECT_THAT(Text(cluster[0], {"DM.GET", "d", "k"}), StartsWith("KEYNOTFOUND"));
}

TEST(ClusterTest, TimersDoWhatIsDoneByHandElsewhere) {
  Config config = QuietConfig(1);
  config.routing_push_interval = milliseconds(1);
  config.balance_interval = milliseconds(1);
  config.eviction_interval = milliseconds(1);
  Cluster cluster(config);
  Node& node = cluster.Add();
  Text(node, {"DM.PUT", "d", "k", "v", "PX", "1"});
  cluster.clock().Advance(milliseconds(1));
  while (node.counters().evicted_total.value() == 0) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_EQ(node.data().Length(Kind::kPrimary, 0), 0u);
}

// --- operations through a node that is not the owner ---

class TwoNodesTest : public testing::Test {
 protected:
  explicit TwoNodesTest(Config config = QuietConfig(3)) : cluster_(std::move(config)) {
    cluster_.Add();
    cluster_.Add();
    cluster_.Settle();
  }
  Node& Stranger(const std::string& key) { return cluster_[cluster_.StrangerOf("d", key)]; }
  Node& Owner(const std::string& key) { return cluster_[cluster_.OwnerOf("d", key)]; }

  Cluster cluster_;
};

TEST_F(TwoNodesTest, AnyNodeAnswersForAllKeys) {
  for (const std::string& key : Keys(4)) {
    EXPECT_EQ(Text(cluster_[0], {"DM.PUT", "d", key, key}), "OK");
    EXPECT_EQ(Text(cluster_[1], {"DM.GET", "d", key}), key);
    EXPECT_EQ(Text(cluster_[1], {"DM.GETPUT", "d", key, "new"}), key);
    EXPECT_EQ(Text(cluster_[0], {"DM.GET", "d", key}), "new");
  }
}

// Defect 1: the time to live of a lock survives the way to the owner.
TEST_F(TwoNodesTest, ALockThroughAnotherNodeExpires) {
  const std::string token = Text(Stranger("k"), {"DM.LOCK", "d", "k", "0", "PX", "10"});
  EXPECT_EQ(token.size(), 32u);
  cluster_.clock().Advance(milliseconds(10));
  EXPECT_EQ(Text(Stranger("k"), {"DM.LOCK", "d", "k", "0", "EX", "1"}).size(), 32u);
  EXPECT_THAT(Text(Stranger("k"), {"DM.UNLOCK", "d", "k", token}), StartsWith("NOSUCHLOCK"));
}

TEST_F(TwoNodesTest, AConditionalPutThroughAnotherNodeExpires) {
  EXPECT_EQ(Text(Stranger("k"), {"DM.PUT", "d", "k", "v", "PX", "10", "NX"}), "OK");
  cluster_.clock().Advance(milliseconds(10));
  EXPECT_THAT(Text(Owner("k"), {"DM.GET", "d", "k"}), StartsWith("KEYNOTFOUND"));
}

// Defect 2: a key that is given a time to live through another node keeps its value.
TEST_F(TwoNodesTest, ExpireThroughAnotherNodeKeepsTheValue) {
  Text(Owner("k"), {"DM.PUT", "d", "k", "v"});
  EXPECT_EQ(Text(Stranger("k"), {"DM.EXPIRE", "d", "k", "10"}), "OK");
  EXPECT_EQ(Text(Owner("k"), {"DM.GET", "d", "k"}), "v");
  EXPECT_EQ(Text(Stranger("k"), {"DM.PEXPIRE", "d", "k", "10"}), "OK");
  EXPECT_EQ(Text(Owner("k"), {"DM.GET", "d", "k"}), "v");
  cluster_.clock().Advance(milliseconds(10));
  EXPECT_THAT(Text(Owner("k"), {"DM.GET", "d", "k"}), StartsWith("KEYNOTFOUND"));
}

// Defect 3: all keys of a DM.DEL are deleted, wherever they are, and counted.
TEST_F(TwoNodesTest, DelReachesTheKeysOfAllOwners) {
  Command del = {"DM.DEL", "d"};
  std::set<size_t> owners;
  for (const std::string& key : Keys(6)) {
    Text(cluster_[0], {"DM.PUT", "d", key, "v"});
    del.push_back(key);
    owners.insert(cluster_.OwnerOf("d", key));
  }
  ASSERT_EQ(owners.size(), 2u) << "the keys have to be on both nodes";
  EXPECT_EQ(Text(cluster_[1], del), "6");
  for (const std::string& key : Keys(6)) {
    EXPECT_THAT(Text(cluster_[0], {"DM.GET", "d", key}), StartsWith("KEYNOTFOUND"));
  }
}

// Defect 4: increments through different nodes are all counted.
TEST_F(TwoNodesTest, IncrementsThroughBothNodesAreAllCounted) {
  History history;
  const auto increment = [&](size_t node) {
    (void)history.Record([&](const Command& command) { return cluster_[node].Execute(command); },
                         {"DM.INCR", "d", "k", "1"});
  };
  std::thread other([&] { increment(0); });
  increment(1);
  other.join();
  EXPECT_EQ(Text(cluster_[0], {"DM.GET", "d", "k"}), "2");
  EXPECT_TRUE(history.Linearizable()) << history.ToString();
}

TEST_F(TwoNodesTest, AKeyWithWritersAndReadersOnBothNodesIsLinearizable) {
  History history;
  const auto run = [&](size_t node, const Command& command) {
    (void)history.Record([&](const Command& c) { return cluster_[node].Execute(c); }, command);
  };
  std::thread other([&] {
    run(0, {"DM.PUT", "d", "k", "1"});
    run(0, {"DM.GET", "d", "k"});
  });
  run(1, {"DM.INCR", "d", "k", "10"});
  run(1, {"DM.DEL", "d", "k"});
  run(1, {"DM.GET", "d", "k"});
  other.join();
  EXPECT_TRUE(history.Linearizable()) << history.ToString();
}

TEST_F(TwoNodesTest, DestroyReachesAllMembers) {
  for (const std::string& key : Keys(4)) Text(cluster_[0], {"DM.PUT", "d", key, "v"});
  EXPECT_EQ(Text(cluster_[0], {"DM.DESTROY", "d"}), "OK");
  for (const std::string& key : Keys(4)) {
    EXPECT_THAT(Text(cluster_[1], {"DM.GET", "d", key}), StartsWith("KEYNOTFOUND"));
  }
}

TEST_F(TwoNodesTest, WhoIsNotTheOwnerSaysSoToWhoForwards) {
  EXPECT_EQ(Stranger("k").Execute({"INTERNAL.NODE.FORWARDED", "DM.GET", "d", "k"}).code(),
            Code::kNotOwner);
}

TEST_F(TwoNodesTest, AnOwnerThatDiesIsReplaced) {
  const size_t owner = cluster_.OwnerOf("d", "k");
  Text(cluster_[0], {"DM.PUT", "d", "k", "v"});
  cluster_.Kill(owner);
  cluster_.Settle();
  EXPECT_THAT(Text(cluster_[0], {"DM.GET", "d", "k"}), StartsWith("KEYNOTFOUND"));
  EXPECT_EQ(Text(cluster_[0], {"DM.PUT", "d", "k", "w"}), "OK");
}

// --- moving data ---

TEST(BalanceTest, NoKeyIsLostWhenANodeComes) {
  Cluster cluster(QuietConfig());
  cluster.Add();
  for (const std::string& key : Keys(12)) Text(cluster[0], {"DM.PUT", "d", key, key});
  cluster.Add();
  cluster.Settle();
  const auto check = [&] {
    for (const std::string& key : Keys(12)) {
      EXPECT_EQ(Text(cluster[0], {"DM.GET", "d", key}), key);
      EXPECT_EQ(Text(cluster[1], {"DM.GET", "d", key}), key);
    }
  };
  check();
  EXPECT_GT(cluster[0].Balance(), 0u);
  EXPECT_EQ(cluster[0].Balance(), 0u);
  check();
  // Found empty, the old owner is no longer listed.
  EXPECT_TRUE(cluster[0].PushRoutingTable());
  for (const Route& route : *cluster[0].table().routes()) EXPECT_EQ(route.owners.size(), 1u);
  check();
}

TEST(BalanceTest, WhatWasDeletedMeanwhileDoesNotComeBack) {
  Cluster cluster(QuietConfig());
  cluster.Add();
  for (const std::string& key : Keys(12)) Text(cluster[0], {"DM.PUT", "d", key, key});
  cluster.Add();
  cluster.Settle();
  for (const std::string& key : Keys(12)) Text(cluster[1], {"DM.DEL", "d", key});
  cluster[0].Balance();
  cluster[0].PushRoutingTable();
  for (const std::string& key : Keys(12)) {
    EXPECT_THAT(Text(cluster[0], {"DM.GET", "d", key}), StartsWith("KEYNOTFOUND"));
  }
}

TEST(BalanceTest, TheNewestVersionWins) {
  Cluster cluster(QuietConfig());
  cluster.Add();
  for (const std::string& key : Keys(12)) Text(cluster[0], {"DM.PUT", "d", key, "old"});
  cluster.Add();
  cluster.Settle();
  for (const std::string& key : Keys(12)) Text(cluster[0], {"DM.PUT", "d", key, "new"});
  cluster[0].Balance();
  for (const std::string& key : Keys(12)) EXPECT_EQ(Text(cluster[1], {"DM.GET", "d", key}), "new");
}

TEST(BalanceTest, AFragmentIsTakenOnlyByItsOwner) {
  Cluster cluster(QuietConfig(2));
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  const MovedFragment moved = {0, Kind::kPrimary, "dmap.d", {{"k", "v", 0, 1, 1}}};
  const uint64_t owner = (*cluster[0].table().routes())[0].owners.back().id;
  Node& stranger = cluster[cluster[0].self().id == owner ? 1 : 0];
  EXPECT_THAT(Text(stranger, {"INTERNAL.NODE.MOVEFRAGMENT", EncodeFragment(moved)}),
              StartsWith("ERR partition 0 doesn't belong to"));
}

// A coordinator that knows nothing of what others hold learns it from their answers.
TEST(BalanceTest, DataThatTheTableDoesNotKnowOfIsReported) {
  Cluster cluster(QuietConfig(2));
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  const uint32_t partition = PartitionOf("d", "lost", 2);
  Node& stranger = cluster[cluster.StrangerOf("d", "lost")];
  stranger.data().Make(Kind::kPrimary, partition, "dmap.d").Put({"lost", "found", 0, 1, 1});
  EXPECT_TRUE(cluster[0].PushRoutingTable());
  EXPECT_EQ((*cluster[0].table().routes())[partition].owners.size(), 2u);
  EXPECT_EQ(Text(cluster[0], {"DM.GET", "d", "lost"}), "found");
  EXPECT_EQ(stranger.Balance(), 1u);
  EXPECT_EQ(Text(cluster[1], {"DM.GET", "d", "lost"}), "found");
}

TEST(BalanceTest, AKeyIsLinearizableWhileANodeJoins) {
  Cluster cluster(QuietConfig(3));
  Node& first = cluster.Add();
  History history;
  const auto run = [&](Node& node, const Command& command) {
    (void)history.Record([&](const Command& c) { return node.Execute(c); }, command);
  };
  std::thread client([&] {
    run(first, {"DM.PUT", "d", "key1", "1"});
    run(first, {"DM.INCR", "d", "key1", "1"});
    run(first, {"DM.GET", "d", "key1"});
  });
  Node& second = cluster.Add();
  run(second, {"DM.INCR", "d", "key1", "10"});
  first.Balance();
  run(second, {"DM.GET", "d", "key1"});
  client.join();
  EXPECT_TRUE(history.Linearizable()) << history.ToString();
}

// --- replicas ---

TEST(ReplicaTest, AWriteIsOnTheReplicaWhenItIsAnswered) {
  Cluster cluster(Replicated());
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  Text(cluster[0], {"DM.PUT", "d", "k", "v"});
  Node& replica = cluster[ReplicaOf(cluster, "k")];
  const std::optional<Entry> copy = DecodeEntry(Text(replica, {"DM.GETENTRY", "d", "k", "RC"}));
  ASSERT_TRUE(copy.has_value());
  EXPECT_EQ(copy->value, "v");
  Text(cluster[0], {"DM.DEL", "d", "k"});
  EXPECT_THAT(Text(replica, {"DM.GETENTRY", "d", "k", "RC"}), StartsWith("KEYNOTFOUND"));
}

TEST(ReplicaTest, TheReplicaAnswersWhenTheOwnerIsDead) {
  Cluster cluster(Replicated());
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  for (const std::string& key : Keys(6)) Text(cluster[0], {"DM.PUT", "d", key, key});
  cluster.Kill(1);
  cluster.Settle();
  const auto check = [&] {
    for (const std::string& key : Keys(6)) EXPECT_EQ(Text(cluster[0], {"DM.GET", "d", key}), key);
  };
  check();
  cluster[0].Balance();  // what it kept as replicas is its own now
  check();
  for (uint32_t partition = 0; partition < 3; ++partition) {
    EXPECT_EQ(cluster[0].data().Length(Kind::kBackup, partition), 0u);
  }
}

TEST(ReplicaTest, WritesNeedTheirQuorum) {
  Config config = Replicated();
  config.write_quorum = 2;
  Cluster cluster(config);
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  EXPECT_EQ(Text(cluster[0], {"DM.PUT", "d", "k", "v"}), "OK");
  Node& owner = cluster[cluster.OwnerOf("d", "k")];
  Node& replica = cluster[ReplicaOf(cluster, "k")];
  cluster.transport().SetLink(owner.address(), replica.address(), MemoryTransport::Link::kDown);
  EXPECT_THAT(Text(owner, {"DM.PUT", "d", "k", "w"}), StartsWith("WRITEQUORUM"));
  EXPECT_THAT(Text(owner, {"DM.DEL", "d", "k"}), StartsWith("WRITEQUORUM"));
  EXPECT_EQ(Text(owner, {"DM.GET", "d", "k"}), "v");
}

TEST(ReplicaTest, ReadsNeedTheirQuorum) {
  Config config = Replicated();
  config.read_quorum = 2;
  Cluster cluster(config);
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  EXPECT_EQ(Text(cluster[0], {"DM.PUT", "d", "k", "v"}), "OK");
  Node& owner = cluster[cluster.OwnerOf("d", "k")];
  Node& replica = cluster[ReplicaOf(cluster, "k")];
  EXPECT_EQ(Text(owner, {"DM.GET", "d", "k"}), "v");
  cluster.transport().SetLink(owner.address(), replica.address(), MemoryTransport::Link::kDown);
  EXPECT_THAT(Text(owner, {"DM.GET", "d", "k"}), StartsWith("READQUORUM"));
}

// One replica that cannot be reached costs its copy, not the write; what was deleted meanwhile stays deleted.
TEST(ReplicaTest, ADeletionThatMissedAReplicaStands) {
  Cluster cluster(Replicated());
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  Text(cluster[0], {"DM.PUT", "d", "k", "v"});
  Node& owner = cluster[cluster.OwnerOf("d", "k")];
  Node& replica = cluster[ReplicaOf(cluster, "k")];
  const auto link = [&](MemoryTransport::Link state) {
    cluster.transport().SetLink(owner.address(), replica.address(), state);
  };
  link(MemoryTransport::Link::kDown);
  EXPECT_EQ(Text(owner, {"DM.DEL", "d", "k"}), "1");
  link(MemoryTransport::Link::kUp);
  EXPECT_THAT(Text(owner, {"DM.GET", "d", "k"}), StartsWith("KEYNOTFOUND"));
}

TEST(ReplicaTest, ReadRepairBringsTheNewestVersionEverywhere) {
  Config config = Replicated();
  config.read_repair = true;
  Cluster cluster(config);
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  Node& owner = cluster[cluster.OwnerOf("d", "k")];
  Node& replica = cluster[ReplicaOf(cluster, "k")];
  const auto link = [&](MemoryTransport::Link state) {
    cluster.transport().SetLink(owner.address(), replica.address(), state);
  };
  Text(owner, {"DM.PUT", "d", "k", "old"});
  link(MemoryTransport::Link::kDown);
  EXPECT_EQ(Text(owner, {"DM.PUT", "d", "k", "new"}), "OK");
  link(MemoryTransport::Link::kUp);
  EXPECT_EQ(Text(owner, {"DM.GET", "d", "k"}), "new");
  const std::optional<Entry> copy = DecodeEntry(Text(replica, {"DM.GETENTRY", "d", "k", "RC"}));
  ASSERT_TRUE(copy.has_value());
  EXPECT_EQ(copy->value, "new");
}

TEST(ReplicaTest, AnAsynchronousWriteWaitsForNobody) {
  Config config = Replicated();
  config.replication = Config::Replication::kAsync;
  Cluster cluster(config);
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  Node& owner = cluster[cluster.OwnerOf("d", "k")];
  Node& replica = cluster[ReplicaOf(cluster, "k")];
  cluster.transport().SetLink(owner.address(), replica.address(), MemoryTransport::Link::kSlow);
  EXPECT_EQ(Text(owner, {"DM.PUT", "d", "k", "v"}), "OK");
  EXPECT_THAT(Text(replica, {"DM.GETENTRY", "d", "k", "RC"}), StartsWith("KEYNOTFOUND"));
  cluster.transport().SetLink(owner.address(), replica.address(), MemoryTransport::Link::kUp);
  while (!replica.Execute({"DM.GETENTRY", "d", "k", "RC"}).ok()) {
    std::this_thread::sleep_for(milliseconds(1));
  }
}

// Defect 8: a slow replica delays the writer of a key, and no other key of its partition.
TEST(ReplicaTest, ASlowReplicaDoesNotStallThePartition) {
  Cluster cluster(Replicated(2));
  cluster.Add();
  cluster.Add();
  cluster.Settle();
  const uint32_t partition = PartitionOf("d", "slow", 2);
  const std::vector<std::string> keys = Keys(8);
  const auto other = std::find_if(keys.begin(), keys.end(), [&](const std::string& key) {
    return PartitionOf("d", key, 2) == partition;
  });
  ASSERT_NE(other, keys.end());
  Node& owner = cluster[cluster.OwnerOf("d", "slow")];
  Node& replica = cluster[ReplicaOf(cluster, "slow")];
  const auto link = [&](MemoryTransport::Link state) {
    cluster.transport().SetLink(owner.address(), replica.address(), state);
  };
  Text(owner, {"DM.PUT", "d", *other, "v"});
  link(MemoryTransport::Link::kSlow);
  std::thread writer([&] { EXPECT_EQ(Text(owner, {"DM.PUT", "d", "slow", "v"}), "OK"); });
  // The partition answers others, whatever the writer is waiting for.
  EXPECT_TRUE(owner.Execute({"DM.GETENTRY", "d", *other}).ok());
  const Command scan = {"DM.SCAN", std::to_string(partition), "d", "0"};
  EXPECT_EQ(owner.Execute(scan).items[1].items.size(), 1u);
  link(MemoryTransport::Link::kUp);
  writer.join();
  EXPECT_EQ(Text(owner, {"DM.GET", "d", "slow"}), "v");
}

// --- histories ---

RecordedOperation Operation(Command command, Reply reply, uint64_t begin, uint64_t end) {
  return {std::move(command), std::move(reply), begin, end};
}

TEST(LinearizableTest, AReadMustSeeWhatWasAnswered) {
  const Reply miss = Reply::Error(Code::kKeyNotFound);
  const Command put = {"DM.PUT", "d", "k", "v"};
  const Command get = {"DM.GET", "d", "k"};
  EXPECT_FALSE(Linearizable({Operation(put, Reply::Ok(), 1, 2), Operation(get, miss, 3, 4)}));
  EXPECT_TRUE(Linearizable({Operation(put, Reply::Ok(), 1, 4), Operation(get, miss, 2, 3)}));
  EXPECT_TRUE(
      Linearizable({Operation(put, Reply::Ok(), 1, 4), Operation(get, Reply::Bulk("v"), 2, 3)}));
}

TEST(LinearizableTest, TwoReadsMustAgreeOnTheOrder) {
  const Reply miss = Reply::Error(Code::kKeyNotFound);
  const Command get = {"DM.GET", "d", "k"};
  EXPECT_FALSE(Linearizable({Operation({"DM.PUT", "d", "k", "v"}, Reply::Ok(), 1, 6),
                             Operation(get, Reply::Bulk("v"), 2, 3), Operation(get, miss, 4, 5)}));
}

TEST(LinearizableTest, ALostIncrementIsFound) {
  const Command increment = {"DM.INCR", "d", "k", "1"};
  EXPECT_FALSE(Linearizable({Operation(increment, Reply::Integer(1), 1, 3),
                             Operation(increment, Reply::Integer(1), 2, 4)}));
  EXPECT_TRUE(Linearizable({Operation(increment, Reply::Integer(2), 1, 3),
                            Operation(increment, Reply::Integer(1), 2, 4)}));
}

TEST(LinearizableTest, WhatWasNotAnsweredMayHaveHappenedOrNot) {
  const RecordedOperation put = {{"DM.PUT", "d", "k", "v"}, std::nullopt, 1};
  const Command get = {"DM.GET", "d", "k"};
  EXPECT_TRUE(Linearizable({put, Operation(get, Reply::Bulk("v"), 2, 3)}));
  EXPECT_TRUE(Linearizable({put, Operation(get, Reply::Error(Code::kKeyNotFound), 2, 3)}));
}

}  // namespace
}  // namespace olric
