// The in-memory ends: processes without processes, and a stream without a wire.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "systems/crio/memory_runtime.h"
#include "systems/crio/memory_stream.h"

namespace crio {
namespace {

using std::chrono::milliseconds;

class MemoryRuntimeTest : public testing::Test {
 protected:
  MemoryRuntimeTest() {
    runtime_.SetExitListener([this](const std::string& id) { exits_.push_back(id); });
  }

  void Create(const std::string& id, std::vector<std::string> command) {
    EXPECT_TRUE(runtime_.Create(id, {.command = std::move(command)}).ok());
  }

  systems::ManualClock clock_;
  MemoryRuntime runtime_{clock_};
  std::vector<std::string> exits_;
};

TEST_F(MemoryRuntimeTest, RunsUntilItIsTerminated) {
  Create("a", {"serve"});
  EXPECT_EQ(runtime_.State("a")->process, ProcessState::kCreated);
  EXPECT_TRUE(runtime_.Start("a").ok());
  EXPECT_EQ(runtime_.State("a")->process, ProcessState::kRunning);
  EXPECT_FALSE(runtime_.WaitForExit("a", milliseconds(0)));
  EXPECT_FALSE(runtime_.Delete("a").ok());
  EXPECT_TRUE(runtime_.Kill("a", Signal::kTerm).ok());
  EXPECT_TRUE(runtime_.WaitForExit("a", milliseconds(0)));
  EXPECT_EQ(runtime_.State("a")->exit_code, 143);
  EXPECT_THAT(exits_, testing::ElementsAre("a"));
  EXPECT_TRUE(runtime_.Delete("a").ok());
  EXPECT_EQ(runtime_.process_count(), 0U);
}

TEST_F(MemoryRuntimeTest, MayIgnoreSigtermButNotSigkill) {
  Create("a", {"ignore-term"});
  EXPECT_TRUE(runtime_.Start("a").ok());
  EXPECT_TRUE(runtime_.Kill("a", Signal::kTerm).ok());
  EXPECT_EQ(runtime_.State("a")->process, ProcessState::kRunning);
  EXPECT_TRUE(runtime_.Kill("a", Signal::kKill).ok());
  EXPECT_EQ(runtime_.State("a")->exit_code, 137);
}

TEST_F(MemoryRuntimeTest, MayEndAtOnce) {
  Create("a", {"exit", "3"});
  EXPECT_TRUE(runtime_.Start("a").ok());
  EXPECT_EQ(runtime_.State("a")->process, ProcessState::kStopped);
  EXPECT_EQ(runtime_.State("a")->exit_code, 3);
  EXPECT_FALSE(runtime_.Start("a").ok());
}

TEST_F(MemoryRuntimeTest, TellsOfAnExitOnce) {
  Create("a", {});
  EXPECT_TRUE(runtime_.Kill("a", Signal::kKill).ok());
  EXPECT_TRUE(runtime_.Kill("a", Signal::kKill).ok());
  EXPECT_TRUE(runtime_.End("a", {}).ok());
  EXPECT_THAT(exits_, testing::ElementsAre("a"));
}

TEST_F(MemoryRuntimeTest, KnowsWhatItWasTold) {
  EXPECT_EQ(runtime_.Start("a").code(), Code::kNotFound);
  EXPECT_EQ(runtime_.Kill("a", Signal::kKill).code(), Code::kNotFound);
  EXPECT_EQ(runtime_.State("a").status().code(), Code::kNotFound);
  EXPECT_TRUE(runtime_.WaitForExit("a", milliseconds(0)));
  Create("a", {});
  EXPECT_FALSE(runtime_.Create("a", {}).ok());
}

TEST_F(MemoryRuntimeTest, PausesWhatRuns) {
  Create("a", {});
  EXPECT_FALSE(runtime_.Pause("a").ok());
  EXPECT_TRUE(runtime_.Start("a").ok());
  EXPECT_TRUE(runtime_.Pause("a").ok());
  EXPECT_EQ(runtime_.State("a")->process, ProcessState::kPaused);
  EXPECT_TRUE(runtime_.Resume("a").ok());
  EXPECT_FALSE(runtime_.Resume("a").ok());
}

TEST(MemoryStreamTest, DiesAtTheSendItIsToldTo) {
  MemoryStream stream({.dies_at_send = 2});
  EXPECT_TRUE(stream.Send({}).ok());
  EXPECT_TRUE(TransportIsClosing(stream.Send({})));
  EXPECT_TRUE(TransportIsClosing(stream.Missed(1)));
  EXPECT_FALSE(stream.context().stop_requested());
  EXPECT_EQ(stream.sent_count(), 1U);
}

TEST(MemoryStreamTest, WaitsWhileItsWindowIsFull) {
  MemoryStream stream({.window = 1});
  std::thread server([&] {
    EXPECT_TRUE(stream.Send({.container_id = "a"}).ok());
    EXPECT_TRUE(stream.Missed(3).ok());
    EXPECT_TRUE(stream.Send({.container_id = "b"}).ok());
    stream.Finish({});
  });
  EXPECT_EQ(stream.Read().event->container_id, "a");
  EXPECT_EQ(stream.Read().missed, 3U);
  EXPECT_EQ(stream.Read().event->container_id, "b");
  EXPECT_FALSE(stream.Read().event) << "the end";
  server.join();
}

TEST(MemoryStreamTest, ASendThatWaitsEndsWhenTheClientLeavesOrTheCallIsCancelled) {
  MemoryStream left({.window = 0});
  MemoryStream cancelled({.window = 0});
  std::thread client([&] { left.Disconnect(); });
  EXPECT_TRUE(TransportIsClosing(left.Send({})));
  client.join();
  EXPECT_TRUE(left.context().stop_requested());
  std::thread server([&] { cancelled.Cancel(); });
  EXPECT_EQ(cancelled.Send({}).code(), Code::kCancelled);
  server.join();
  EXPECT_TRUE(cancelled.context().stop_requested());
}

}  // namespace
}  // namespace crio
