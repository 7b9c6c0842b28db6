// The client's operations against a one-box cluster: what they do, and what happens when partitions move, split and fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "systems/pegasus/client.h"
#include "systems/pegasus/one_box.h"
#include "systems/pegasus/scanner.h"

namespace pegasus {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

// Longer than anything has to wait for, also if a schedule lets time run ahead.
constexpr std::chrono::hours kLong{1000};
constexpr int kPartitions = 4;

class TableTest : public testing::Test {
 protected:
  TableTest() {
    box_.CreateTable("temp", kPartitions);
    ClientOptions options;
    options.meta_servers = box_.meta_list();
    options.meta.session.census = &census_;
    options.replica.census = &census_;
    options.replica.redial_gate = milliseconds(1);
    options.replica.dial_timeout = milliseconds(10);
    // Nothing has to wait for real.
    options.table.retry_pause = milliseconds(1);
    options.table.update_pause = milliseconds(1);
    options.table.update_timeout = kLong;
    options.table.clock = &clock_;
    client_ = std::move(*Client::Make(box_.network(), options));
    table_ = *client_->OpenTable(Within(), "temp");
  }
  ~TableTest() override {
    client_->Close();
    EXPECT_EQ(census_.leaked(), 0);
  }

  static ContextPtr Within(std::chrono::nanoseconds time = kLong) {
    return Context::WithTimeout(time);
  }
  void Set(const Key& key, const std::string& value, seconds ttl = {}) {
    const Result<Nothing> done = table_->Set(Within(), key, value, ttl);
    EXPECT_TRUE(done.ok()) << done.error().ToString();
  }
  std::optional<std::string> Get(const Key& key) {
    Result<std::optional<std::string>> value = table_->Get(Within(), key);
    EXPECT_TRUE(value.ok()) << value.error().ToString();
    return value.ok() ? *value : std::nullopt;
  }
  // Of the client's belief.
  const Route& RouteOf(const Key& key) {
    routing_ = table_->routing();
    return routing_->For(PartitionHash(key.hash_key, key.sort_key));
  }
  // Tries until it succeeds, as an application does with an error that makes the client update.
  static void Eventually(const std::function<bool()>& succeeds) {
    constexpr minutes kPauseMax{10};
    for (std::chrono::nanoseconds pause = milliseconds(1); pause < kPauseMax; pause *= 2) {
      if (succeeds()) return;
      std::this_thread::sleep_for(pause);
    }
    ADD_FAILURE() << "it did not happen";
  }
  static std::vector<std::string> Keys(const MultiGetRows& rows) {
    std::vector<std::string> keys;
    for (const SortedValue& each : rows.rows) keys.push_back(each.sort_key);
    return keys;
  }
  static std::vector<std::string> Drain(Scanner& scanner) {
    std::vector<std::string> keys;
    for (;;) {
      const Result<std::optional<ScannedRecord>> next = scanner.Next(Within());
      EXPECT_TRUE(next.ok()) << next.error().ToString();
      if (!next.ok() || !*next) return keys;
      keys.push_back((*next)->hash_key + "/" + (*next)->sort_key);
    }
  }

  systems::ManualClock clock_;
  OneBox box_{{.metas = 2, .replicas = 2, .clock = &clock_}};
  SessionCensus census_;
  std::unique_ptr<Client> client_;
  std::shared_ptr<Table> table_;
  std::shared_ptr<const Routing> routing_;
};

TEST_F(TableTest, SetGetDel) {
  const Key key{"h", "s"};
  EXPECT_EQ(Get(key), std::nullopt);
  Set(key, "v");
  EXPECT_THAT(Get(key), Optional(std::string("v")));
  EXPECT_TRUE(*table_->Exist(Within(), key));
  EXPECT_TRUE(table_->Del(Within(), key).ok());
  EXPECT_EQ(Get(key), std::nullopt);
  EXPECT_FALSE(*table_->Exist(Within(), key));
}

TEST_F(TableTest, TimeToLive) {
  const Key key{"h", "s"};
  EXPECT_EQ(*table_->Ttl(Within(), key), -2);
  Set(key, "v");
  EXPECT_EQ(*table_->Ttl(Within(), key), -1);
  Set(key, "v", seconds(10));
  EXPECT_EQ(*table_->Ttl(Within(), key), 10);
  clock_.Advance(seconds(10));
  EXPECT_EQ(*table_->Ttl(Within(), key), -2);
  EXPECT_EQ(Get(key), std::nullopt);
}

TEST_F(TableTest, WrongArgumentsCostNoMessage) {
  const auto message = [](const auto& result) { return result.error().message; };
  const int before = box_.replica(0).request_count() + box_.replica(1).request_count();
  EXPECT_EQ(message(table_->Get(Within(), {"", "s"})),
            "InvalidParameter: hashkey must not be empty");
  EXPECT_EQ(message(table_->Set(Within(), {std::string(65535, 'x'), ""}, "v")),
            "InvalidParameter: length of hashkey (65535) must be less than 65535");
  EXPECT_EQ(message(table_->Set(Within(), {"h", ""}, "v", seconds(-1))),
            "InvalidParameter: ttl must not be negative");
  EXPECT_EQ(message(table_->MultiGet(Within(), "h", {})),
            "InvalidParameter: sortkeys must not be empty");
  EXPECT_EQ(message(table_->MultiSet(Within(), "h", {})),
            "InvalidParameter: sortkeys must not be empty");
  EXPECT_EQ(message(table_->MultiDel(Within(), "", {"s"})),
            "InvalidParameter: hashkey must not be empty");
  EXPECT_EQ(box_.replica(0).request_count() + box_.replica(1).request_count(), before);
}

TEST_F(TableTest, MultiSetGetDel) {
  EXPECT_TRUE(table_->MultiSet(Within(), "h", {{"a", "1"}, {"b", "2"}, {"c", "3"}}).ok());
  const Result<MultiGetRows> some = table_->MultiGet(Within(), "h", {"c", "none", "a"});
  EXPECT_THAT(some->rows, ElementsAre(SortedValue{"a", "1"}, SortedValue{"c", "3"}));
  EXPECT_EQ(*table_->SortKeyCount(Within(), "h"), 3);
  EXPECT_TRUE(table_->MultiDel(Within(), "h", {"a", "b"}).ok());
  EXPECT_EQ(*table_->SortKeyCount(Within(), "h"), 1);
}

TEST_F(TableTest, MultiGetRange) {
  EXPECT_TRUE(table_->MultiSet(Within(), "h", {{"a", "1"}, {"b", "2"}, {"c", "3"}}).ok());
  EXPECT_THAT(Keys(*table_->MultiGetRange(Within(), "h", {"", ""})), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Keys(*table_->MultiGetRange(Within(), "h", {"a", "c"})), ElementsAre("a", "b"));
  const MultiGetOptions last{.rows_max = 1, .no_value = true, .reverse = true};
  const Result<MultiGetRows> rows = table_->MultiGetRange(Within(), "h", {"", ""}, last);
  EXPECT_THAT(rows->rows, ElementsAre(SortedValue{"c", ""}));
  EXPECT_FALSE(rows->complete);
}

TEST_F(TableTest, DelRangeDeletesBatchByBatch) {
  EXPECT_TRUE(table_->MultiSet(Within(), "h", {{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}}).ok());
  EXPECT_TRUE(table_->DelRange(Within(), "h", {"", "d"}, {.rows_max = 2}).ok());
  EXPECT_THAT(Keys(*table_->MultiGetRange(Within(), "h", {"", ""})), ElementsAre("d"));
}

TEST_F(TableTest, Incr) {
  EXPECT_EQ(*table_->Incr(Within(), {"h", "n"}, 5), 5);
  EXPECT_EQ(*table_->Incr(Within(), {"h", "n"}, -2), 3);
  Set({"h", "n"}, "x");
  const Result<int64_t> wrong = table_->Incr(Within(), {"h", "n"}, 1);
  EXPECT_EQ(wrong.error().status, StorageStatus::kInvalidArgument);
  EXPECT_THAT(wrong.error().ToString(), HasSubstr("pegasus INCR failed: kInvalidArgument [1."));
  EXPECT_THAT(wrong.error().ToString(), HasSubstr("(replica), table=temp]"));
}

TEST_F(TableTest, ConcurrentIncrLosesNothing) {
  std::thread other([this] { EXPECT_TRUE(table_->Incr(Within(), {"h", "n"}, 1).ok()); });
  EXPECT_TRUE(table_->Incr(Within(), {"h", "n"}, 1).ok());
  other.join();
  EXPECT_THAT(Get({"h", "n"}), Optional(std::string("2")));
}

TEST_F(TableTest, CheckAndSet) {
  const Table::Check absent{"lock", CheckType::kNotExist, ""};
  EXPECT_TRUE(table_->CheckAndSet(Within(), "h", absent, {"lock", "me"})->set);
  const Result<CheckAndSetOutcome> again = table_->CheckAndSet(
      Within(), "h", absent, {"lock", "you"}, {.ttl = {}, .return_check_value = true});
  EXPECT_FALSE(again->set);
  EXPECT_THAT(again->check_value, Optional(std::string("me")));
  const Table::Check mine{"lock", CheckType::kBytesEqual, "me"};
  EXPECT_TRUE(table_->CheckAndSet(Within(), "h", mine, {"other", "v"}, {.ttl = seconds(5)})->set);
  EXPECT_EQ(*table_->Ttl(Within(), {"h", "other"}), 5);
  EXPECT_THAT(Get({"h", "lock"}), Optional(std::string("me")));
}

TEST_F(TableTest, BatchGetKeepsTheOrder) {
  Set({"a", "1"}, "x");
  Set({"b", "2"}, "y");
  const auto values = table_->BatchGet(Within(), {{"b", "2"}, {"none", ""}, {"a", "1"}});
  EXPECT_THAT(*values,
              ElementsAre(Optional(std::string("y")), std::nullopt, Optional(std::string("x"))));
}

TEST_F(TableTest, ScanOfAHashKey) {
  EXPECT_TRUE(table_->MultiSet(Within(), "h", {{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}}).ok());
  Set({"i", "a"}, "");
  const auto all = std::move(*table_->GetScanner("h", {"", ""}, {.batch_size = 3}));
  EXPECT_THAT(Drain(*all), ElementsAre("h/a", "h/b", "h/c", "h/d"));
  EXPECT_FALSE((*all->Next(Within())).has_value());
  const auto part = std::move(*table_->GetScanner("h", {"b", "d"}));
  EXPECT_THAT(Drain(*part), ElementsAre("h/b", "h/c"));
}

TEST_F(TableTest, ScannersOfEverything) {
  std::vector<std::string> expected;
  for (const std::string hash_key : {"a", "b", "c", "d", "e", "f"}) {
    Set({hash_key, "s"}, "v");
    expected.push_back(hash_key + "/s");
  }
  for (const int32_t split : {1, 3, 100}) {
    const auto scanners = table_->GetUnorderedScanners(split);
    EXPECT_EQ(scanners->size(), static_cast<size_t>(std::min(split, kPartitions)));
    std::vector<std::string> found;
    for (const auto& each : *scanners) {
      const std::vector<std::string> keys = Drain(*each);
      found.insert(found.end(), keys.begin(), keys.end());
    }
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(expected));
  }
  EXPECT_FALSE(table_->GetUnorderedScanners(0).ok());
}

TEST_F(TableTest, AScanThatTheServerForgotGoesOn) {
  EXPECT_TRUE(table_->MultiSet(Within(), "h", {{"a", ""}, {"b", ""}, {"c", ""}}).ok());
  const auto scanner = std::move(*table_->GetScanner("h", {"", ""}, {.batch_size = 1}));
  EXPECT_EQ((*scanner->Next(Within()))->sort_key, "a");
  clock_.Advance(minutes(6));
  EXPECT_THAT(Drain(*scanner), ElementsAre("h/b", "h/c"));
}

TEST_F(TableTest, AScannerThatIsClosedIsForgotten) {
  EXPECT_TRUE(table_->MultiSet(Within(), "h", {{"a", ""}, {"b", ""}}).ok());
  const auto scanner = std::move(*table_->GetScanner("h", {"", ""}, {.batch_size = 1}));
  EXPECT_TRUE(scanner->Next(Within()).ok());
  scanner->Close();
  const Gpid gpid = RouteOf({"h", ""}).gpid;
  size_t contexts = 1;
  EXPECT_EQ(box_.cluster().OnReplica(
                box_.cluster().PrimaryOf("temp", gpid.partition_index), gpid,
                static_cast<uint64_t>(gpid.partition_index), Cluster::Access::kRead,
                [&](PartitionStore& store) { contexts = store.scan_context_count(); }),
            ErrorCode::kOk);
  EXPECT_EQ(contexts, 0U);
}

TEST_F(TableTest, AMovedPrimaryIsAnErrorAndThenFound) {
  const Key key{"h", "s"};
  Set(key, "v");
  const Route before = RouteOf(key);
  const RpcAddress other = before.address == box_.replica(0).address().ToString()
                               ? box_.replica(1).address()
                               : box_.replica(0).address();
  box_.cluster().MovePrimary("temp", before.gpid.partition_index, other);
  const Result<std::optional<std::string>> moved = table_->Get(Within(), key);
  EXPECT_EQ(moved.error().code, ErrorCode::kInvalidState);
  Eventually([&] { return table_->Get(Within(), key).ok(); });
  EXPECT_EQ(RouteOf(key).address, other.ToString());
  EXPECT_THAT(Get(key), Optional(std::string("v")));
}

TEST_F(TableTest, ARetryGoesWhereThePartitionIsNow) {
  const Key key{"h", "s"};
  Set(key, "v");
  // The node lives, and does not have the partition any more: ERR_OBJECT_NOT_FOUND, which is retried.
  box_.cluster().NodeDown(*RpcAddress::Parse(RouteOf(key).address));
  EXPECT_THAT(Get(key), Optional(std::string("v")));
}

TEST_F(TableTest, ANodeFailureIsSurvived) {
  const Key key{"h", "s"};
  Set(key, "v");
  const size_t node = RouteOf(key).address == box_.replica(0).address().ToString() ? 0 : 1;
  box_.StopReplica(node);
  EXPECT_EQ(table_->Get(Within(), key).error().code, ErrorCode::kSessionReset);
  Eventually([&] { return table_->Get(Within(), key).ok(); });
  box_.StartReplica(node);
  EXPECT_THAT(Get(key), Optional(std::string("v")));
}

TEST_F(TableTest, ErrorsThatPassByDoNotUpdate) {
  const Key key{"h", "s"};
  const size_t node = RouteOf(key).address == box_.replica(0).address().ToString() ? 0 : 1;
  for (const ErrorCode each : {ErrorCode::kBusy, ErrorCode::kSplitting,
                               ErrorCode::kCapacityExceeded, ErrorCode::kDiskInsufficient}) {
    box_.replica(node).FailNext(std::string(ErrorName(each)));
    EXPECT_EQ(table_->Get(Within(), key).error().code, each);
  }
  EXPECT_EQ(table_->update_count(), 0);
}

TEST_F(TableTest, AnErrorThatNobodyKnowsIsRetried) {
  const Key key{"h", "s"};
  const size_t node = RouteOf(key).address == box_.replica(0).address().ToString() ? 0 : 1;
  box_.replica(node).FailNext("ERR_OF_THE_FUTURE");
  box_.replica(node).FailNext("ERR_DISK_IO_ERROR");
  EXPECT_EQ(Get(key), std::nullopt);
}

TEST_F(TableTest, WritesNeedEnoughMembers) {
  box_.cluster().DropTable({"temp", {}});
  CreateAppRequest request;
  request.app_name = "three";
  request.options.partition_count = 2;
  request.options.replica_count = 3;  // of which there are two nodes
  ASSERT_EQ(box_.cluster().CreateTable(request).err.name, "ERR_OK");
  const auto table = *client_->OpenTable(Within(), "three");
  EXPECT_TRUE(table->Set(Within(), {"h", "s"}, "v").ok());
  const std::string primary = table->routing()->For(PartitionHash("h", "s")).address;
  box_.StopReplica(primary == box_.replica(0).address().ToString() ? 1 : 0);
  EXPECT_EQ(table->Set(Within(), {"h", "s"}, "w").error().code, ErrorCode::kNotEnoughMember);
  EXPECT_TRUE(table->Get(Within(), {"h", "s"}).ok());
}

TEST_F(TableTest, ASplitIsFollowed) {
  std::vector<std::string> hash_keys;
  for (int i = 0; i < 6; ++i) {
    hash_keys.push_back("h" + std::to_string(i));
    Set({hash_keys.back(), ""}, hash_keys.back());
  }
  box_.cluster().StartSplit("temp");
  table_->RequestUpdate();
  Eventually([&] { return table_->routing()->partition_count() == 2 * kPartitions; });
  for (const std::string& each : hash_keys) EXPECT_THAT(Get({each, ""}), Optional(each));
  box_.cluster().BlockWrites("temp");
  EXPECT_EQ(table_->Set(Within(), {"h0", ""}, "h0").error().code, ErrorCode::kSplitting);
  box_.cluster().FinishSplit("temp");
  for (const std::string& each : hash_keys) {
    Eventually([&] { return table_->Get(Within(), {each, ""}).ok(); });
    EXPECT_THAT(Get({each, ""}), Optional(each));
  }
  EXPECT_EQ(box_.cluster().RecordCount("temp"), 6);
}

TEST_F(TableTest, ASplitCanBeCancelled) {
  Set({"h", ""}, "v");
  box_.cluster().StartSplit("temp");
  table_->RequestUpdate();
  Eventually([&] { return table_->routing()->partition_count() == 2 * kPartitions; });
  box_.cluster().CancelSplit("temp");
  table_->RequestUpdate();
  Eventually([&] { return table_->routing()->partition_count() == kPartitions; });
  EXPECT_THAT(Get({"h", ""}), Optional(std::string("v")));
}

TEST_F(TableTest, CloseEndsWhatRuns) {
  const Key key{"h", "s"};
  box_.network().Silence(RouteOf(key).address);
  std::thread caller([&] { EXPECT_FALSE(table_->Get(Within(), key).ok()); });
  client_->Close();
  caller.join();
  EXPECT_FALSE(table_->Get(Within(), key).ok());
}

TEST_F(TableTest, TablesShareSessionsAndAreOpenedOnce) {
  box_.CreateTable("other", 2);
  std::shared_ptr<Table> first;
  std::thread opener([&] { first = *client_->OpenTable(Within(), "other"); });
  const std::shared_ptr<Table> second = *client_->OpenTable(Within(), "other");
  opener.join();
  EXPECT_EQ(first, second);
  for (const std::string hash_key : {"a", "b", "c", "d"}) {
    EXPECT_TRUE(second->Set(Within(), {hash_key, ""}, "v").ok());
    Set({hash_key, ""}, "v");
  }
  EXPECT_LE(client_->replicas().session_count(), 2U);
}

TEST_F(TableTest, TablesThatCannotBeOpened) {
  EXPECT_EQ(client_->OpenTable(Within(), "none").error().code, ErrorCode::kObjectNotFound);
  box_.CreateTable("one partition", 1);
  EXPECT_THAT(client_->OpenTable(Within(), "one partition").error().message,
              HasSubstr("partition count"));
  client_->Close();
  EXPECT_FALSE(client_->OpenTable(Within(), "temp").ok());
}

TEST(ClientTest, ListsThatAreNone) {
  MemoryNetwork network;
  EXPECT_FALSE(Client::Make(network, {.meta_servers = {}}).ok());
  EXPECT_THAT(Client::Make(network, {.meta_servers = {"127.0.0.1:1", "x"}}).error().message,
              HasSubstr("not an address of a meta server: x"));
}

}  // namespace
}  // namespace pegasus
