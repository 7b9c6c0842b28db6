// The search for the leader, fixed variant; what meta servers answer; and what the client makes of a configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "systems/pegasus/meta_manager.h"
#include "systems/pegasus/one_box.h"
#include "systems/pegasus/routing.h"

namespace pegasus {
namespace {

using std::chrono::milliseconds;
using systems::Variant;
using testing::ElementsAre;

constexpr std::chrono::hours kLong{1000};

class Meta : public testing::Test {
 protected:
  Meta() { box_.CreateTable("temp", 4); }
  ~Meta() override {
    manager_->Close();
    manager_.reset();
    EXPECT_EQ(census_.leaked(), 0);
  }

  void Connect(const std::vector<std::string>& addresses, MetaOptions options = {}) {
    options.session.census = &census_;
    manager_ = MetaManager::Make(Variant::kFixed, box_.network(), addresses, options);
  }
  // Nothing has to wait for real.
  static MetaOptions Quick() {
    MetaOptions options;
    options.backup_delay = milliseconds(5);
    options.retry_delay = milliseconds(1);
    options.session.dial_timeout = milliseconds(10);
    options.session.redial_gate = milliseconds(1);
    return options;
  }
  // A leader has all the time it wants.
  static MetaOptions Patient() {
    MetaOptions options;
    options.backup_delay = kLong / 2;
    return options;
  }
  QueryResult Query(std::chrono::nanoseconds timeout = kLong) {
    return manager_->QueryConfig(Context::WithTimeout(timeout), "temp");
  }
  void ExpectFound() {
    const QueryResult result = Query();
    EXPECT_EQ(result.error, ErrorCode::kOk);
    EXPECT_EQ(result.response.err.name, "ERR_OK");
    EXPECT_EQ(result.response.partition_count, 4);
  }

  OneBox box_{{.metas = 3, .replicas = 1}};
  SessionCensus census_;
  std::unique_ptr<MetaManager> manager_;
};

TEST_F(Meta, TheFirstLeads) {
  Connect(box_.meta_list(), Patient());
  ExpectFound();
  EXPECT_EQ(manager_->leader(), "0.0.0.0:34601");
  EXPECT_EQ(box_.network().dial_count("127.0.0.1:34602"), 0);
}

TEST_F(Meta, OnlyTheLeaderIsAskedOnceItIsKnown) {
  Connect({"0.0.0.0:34602", "0.0.0.0:34603"}, Patient());
  ExpectFound();
  EXPECT_EQ(manager_->leader(), "127.0.0.1:34601");
  box_.StopMeta(1);
  ExpectFound();
  EXPECT_EQ(box_.network().dial_count("127.0.0.1:34602"), 1);
  EXPECT_EQ(box_.network().dial_count("127.0.0.1:34603"), 0);
}

TEST_F(Meta, DeadServersAreSkipped) {
  std::vector<std::string> addresses = box_.meta_list();
  addresses.insert(addresses.begin(), {"0.0.0.0:12345", "0.0.0.0:12346"});
  Connect(addresses, Quick());
  ExpectFound();
  EXPECT_THAT(manager_->leader(), testing::EndsWith(":34601"));
}

TEST_F(Meta, ASilentLeaderIsGivenItsTime) {
  box_.ChangeLeader(1);
  box_.network().Silence("127.0.0.1:34601");
  Connect(box_.meta_list(), Quick());
  const auto start = std::chrono::steady_clock::now();
  ExpectFound();
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(5));
  EXPECT_THAT(manager_->leader(), testing::EndsWith(":34602"));
}

TEST_F(Meta, AFollowerLeadsToALeaderThatIsNotInTheList) {
  Connect({"0.0.0.0:34602"}, Quick());
  ExpectFound();
  EXPECT_EQ(manager_->leader(), "127.0.0.1:34601");
  EXPECT_THAT(manager_->addresses(), ElementsAre("0.0.0.0:34602", "127.0.0.1:34601"));
  ExpectFound();
  EXPECT_EQ(manager_->addresses().size(), 2U);
}

TEST_F(Meta, ALeaderThatIsKnownAlreadyIsAskedAndNotAddedAgain) {
  Connect({"127.0.0.1:34602", "127.0.0.1:34601"}, Quick());
  ExpectFound();
  EXPECT_EQ(manager_->leader(), "127.0.0.1:34601");
  EXPECT_EQ(manager_->addresses().size(), 2U);
}

TEST_F(Meta, TheLeaderIsFoundAgainAfterAChange) {
  Connect(box_.meta_list(), Quick());
  ExpectFound();
  box_.ChangeLeader(2);
  ExpectFound();
  EXPECT_THAT(manager_->leader(), testing::EndsWith(":34603"));
  box_.StopMeta(2);
  box_.ChangeLeader(1);
  ExpectFound();
  EXPECT_THAT(manager_->leader(), testing::EndsWith(":34602"));
}

TEST_F(Meta, AQueryOutlastsAnElection) {
  box_.cluster().SetLeader(std::nullopt);
  Connect(box_.meta_list(), Quick());
  std::thread election([this] { box_.ChangeLeader(1); });
  ExpectFound();
  election.join();
}

TEST_F(Meta, WithoutAnyServerTheContextEnds) {
  Connect({"0.0.0.0:12345"}, Quick());
  EXPECT_EQ(Query(milliseconds(10)).error, ErrorCode::kTimeout);
}

TEST_F(Meta, AQueryCanBeCancelled) {
  Connect({"0.0.0.0:12345"}, Quick());
  const ContextPtr context = Context::WithTimeout(kLong);
  std::thread caller(
      [&] { EXPECT_EQ(manager_->QueryConfig(context, "temp").error, ErrorCode::kTimeout); });
  context->Cancel();
  caller.join();
}

TEST_F(Meta, CloseEndsQueries) {
  Connect({"0.0.0.0:12345"}, Quick());
  std::thread caller([&] { EXPECT_EQ(Query().error, ErrorCode::kSessionReset); });
  manager_->Close();
  caller.join();
  manager_->Close();
  EXPECT_EQ(Query().error, ErrorCode::kSessionReset);
}

TEST_F(Meta, WhatTheLeaderSaysIsAnAnswer) {
  Connect(box_.meta_list());
  const auto says = [this] { return Query().response.err.name; };
  box_.cluster().SetStage(MetaStage::kNotActive);
  EXPECT_EQ(says(), "ERR_SERVICE_NOT_ACTIVE");
  box_.cluster().SetStage(MetaStage::kUnderRecovery);
  EXPECT_EQ(says(), "ERR_UNDER_RECOVERY");
  box_.cluster().SetStage(MetaStage::kActive);
  box_.cluster().SetStatus("temp", AppStatus::kCreating);
  EXPECT_EQ(says(), "ERR_BUSY_CREATING");
  box_.cluster().SetStatus("temp", AppStatus::kRecalling);
  EXPECT_EQ(says(), "ERR_BUSY_CREATING");
  box_.cluster().SetStatus("temp", AppStatus::kDropping);
  EXPECT_EQ(says(), "ERR_BUSY_DROPPING");
  box_.cluster().SetStatus("temp", AppStatus::kDropped);
  EXPECT_EQ(says(), "ERR_UNKNOWN");
  EXPECT_EQ(box_.cluster().DropTable({"temp", {}}).err.name, "ERR_OK");
  EXPECT_EQ(says(), "ERR_OBJECT_NOT_FOUND");
}

class ClusterTest : public testing::Test {
 protected:
  std::string Create(int32_t partitions, int32_t replicas, bool success_if_exist = false) {
    CreateAppRequest request;
    request.app_name = "t";
    request.options.partition_count = partitions;
    request.options.replica_count = replicas;
    request.options.success_if_exist = success_if_exist;
    return box_.cluster().CreateTable(request).err.name;
  }
  QueryCfgResponse Query(std::vector<int32_t> indices = {}) {
    return box_.cluster().Query(*box_.cluster().leader(), {"t", std::move(indices)});
  }
  OneBox box_{{.metas = 2, .replicas = 2}};
};

TEST_F(ClusterTest, CreateAndDrop) {
  EXPECT_EQ(Create(0, 2), "ERR_INVALID_PARAMETERS");
  EXPECT_EQ(Create(4, 0), "ERR_INVALID_PARAMETERS");
  EXPECT_EQ(Create(4, 2), "ERR_OK");
  EXPECT_EQ(Create(4, 2), "ERR_APP_EXIST");
  EXPECT_EQ(Create(4, 2, true), "ERR_OK");
  EXPECT_EQ(Create(8, 2, true), "ERR_APP_EXIST");
  EXPECT_EQ(box_.cluster().DropTable({"none", {}}).err.name, "ERR_APP_NOT_EXIST");
  EXPECT_EQ(box_.cluster().DropTable({"none", {true, {}}}).err.name, "ERR_OK");
  box_.cluster().SetStage(MetaStage::kFreezed);
  EXPECT_EQ(box_.cluster().DropTable({"t", {}}).err.name, "ERR_OK");
  EXPECT_EQ(Create(4, 2), "ERR_STATE_FREEZED");
}

TEST_F(ClusterTest, IndicesOutOfRangeAreSkippedAndNoneMeansAll) {
  Create(4, 2);
  EXPECT_EQ(Query({1, 9, -1}).partitions.size(), 1U);
  EXPECT_EQ(Query({9}).partitions.size(), 4U);
  EXPECT_EQ(Query().partitions.size(), 4U);
}

TEST_F(ClusterTest, AFollowerNamesTheLeaderIfItKnowsOne) {
  Create(4, 2);
  const RpcAddress follower = *RpcAddress::Parse(box_.meta_address(1));
  const QueryCfgResponse response = box_.cluster().Query(follower, {"t", {}});
  EXPECT_EQ(response.err.name, "ERR_FORWARD_TO_OTHERS");
  EXPECT_EQ(response.partitions[0].primary.ToString(), box_.meta_address(0));
  EXPECT_EQ(response.partitions[0].hp_primary->port, 34601);
  box_.cluster().SetLeader(std::nullopt);
  EXPECT_TRUE(box_.cluster().Query(follower, {"t", {}}).partitions.empty());
}

TEST_F(ClusterTest, PrimariesMoveWhenTheirNodeGoes) {
  Create(2, 2);
  const PartitionConfiguration before = Query().partitions[0];
  box_.cluster().NodeDown(before.primary);
  const PartitionConfiguration after = Query().partitions[0];
  EXPECT_EQ(after.primary, before.secondaries[0]);
  EXPECT_GT(after.ballot, before.ballot);
  EXPECT_THAT(after.last_drops, ElementsAre(before.primary));
  box_.cluster().NodeDown(after.primary);
  EXPECT_FALSE(Query().partitions[0].primary.valid());
  box_.cluster().NodeUp(before.primary);
  EXPECT_EQ(Query().partitions[0].primary, before.primary);
}

QueryCfgResponse Configuration(int32_t count) {
  QueryCfgResponse response;
  response.app_id = 3;
  response.partition_count = count;
  for (int32_t i = 0; i < count; ++i) {
    PartitionConfiguration& each = response.partitions.emplace_back();
    each.pid = {3, i};
    each.ballot = 1;
    each.primary = {0x7f000001, static_cast<uint16_t>(34801 + i)};
  }
  return response;
}

TEST(RoutingTest, ChoosesByHash) {
  const auto routing = Routing::Make(Configuration(4)).routing;
  EXPECT_EQ(routing->For(6).gpid, (Gpid{3, 2}));
  EXPECT_EQ(routing->For(6).address, "127.0.0.1:34803");
}

TEST(RoutingTest, AChildThatIsNotReadyIsItsParents) {
  QueryCfgResponse response = Configuration(4);
  response.partitions[3].ballot = -1;
  response.partitions[3].primary = {};
  const auto routing = Routing::Make(response).routing;
  EXPECT_EQ(routing->For(3).gpid, (Gpid{3, 1}));
  EXPECT_EQ(routing->For(2).gpid, (Gpid{3, 2}));
}

TEST(RoutingTest, RefusesWhatCannotBeUsed) {
  const auto refused = [](const QueryCfgResponse& response) {
    return Routing::Make(response).routing == nullptr;
  };
  EXPECT_FALSE(refused(Configuration(2)));
  EXPECT_TRUE(refused(Configuration(1)));
  EXPECT_TRUE(refused(Configuration(3)));
  QueryCfgResponse response = Configuration(4);
  response.partitions.pop_back();
  EXPECT_TRUE(refused(response));
  response = Configuration(4);
  response.partitions[2].primary = {};
  EXPECT_TRUE(refused(response));
  response = Configuration(4);
  response.partitions[2].ballot = 0;
  EXPECT_TRUE(refused(response));
  response = Configuration(4);
  response.partitions[0].ballot = -1;  // it has no parent
  EXPECT_TRUE(refused(response));
  response = Configuration(4);
  response.err.name = "ERR_BUSY_CREATING";
  EXPECT_EQ(Routing::Make(response).why_not, "ERR_BUSY_CREATING");
}

TEST(RoutingTest, PolicyOfErrors) {
  using enum ErrorCode;
  for (const ErrorCode each :
       {kOk, kTimeout, kNotEnoughMember, kCapacityExceeded, kBusy, kSplitting, kDiskInsufficient}) {
    EXPECT_FALSE(PolicyOf(each).update || PolicyOf(each).retry) << ErrorName(each);
  }
  for (const ErrorCode each : {kSessionReset, kInvalidState, kParentPartitionMisused}) {
    EXPECT_TRUE(PolicyOf(each).update && !PolicyOf(each).retry) << ErrorName(each);
  }
  for (const ErrorCode each : {kObjectNotFound, kUnknown, kDiskIoError, kHandlerNotFound}) {
    EXPECT_TRUE(PolicyOf(each).update && PolicyOf(each).retry) << ErrorName(each);
  }
}

}  // namespace
}  // namespace pegasus
