// Pods and containers: their states, the errors of each request, and which event comes when.
#include "systems/crio/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "systems/crio/memory_runtime.h"
#include "systems/crio/memory_stream.h"

namespace crio {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using Type = ContainerEventType;

PodSandboxConfig Pod(const std::string& name, const std::string& uid = "u1") {
  return {.metadata = {.name = name, .uid = uid, .name_space = "default"}};
}

ContainerConfig Named(const std::string& name, std::vector<std::string> command = {"serve"}) {
  return {.metadata = {.name = name},
          .image = {.image = "busybox"},
          .command = std::move(command),
          .labels = {{kPodUidLabel, "u1"}}};
}

// A server, one pod, and its requests without the ceremony.
class ServiceTest : public testing::Test {
 protected:
  explicit ServiceTest(ServiceOptions options = {}) : server_(options, runtime_, clock_) {}

  std::string Run(const PodSandboxConfig& config) { return Value(server_.RunPodSandbox(config)); }
  std::string Create(const std::string& pod, const ContainerConfig& config) {
    return Value(server_.CreateContainer(pod, config));
  }
  std::string Started(const std::string& pod, const ContainerConfig& config) {
    std::string id = Create(pod, config);
    EXPECT_EQ(server_.StartContainer(id), Status());
    return id;
  }
  ContainerStatus StatusOf(const std::string& id) {
    const Result<ContainerStatus> status = server_.GetContainerStatus(id);
    EXPECT_TRUE(status.ok()) << status.status().message();
    return status.ok() ? *status : ContainerStatus();
  }
  static std::string Value(const Result<std::string>& id) {
    EXPECT_TRUE(id.ok()) << id.status().message();
    return id.ok() ? *id : "";
  }

  systems::ManualClock clock_;
  MemoryRuntime runtime_{clock_};
  RuntimeService server_;
};

TEST_F(ServiceTest, SaysWhatItIs) {
  EXPECT_EQ(server_.Version().version, "0.1.0");
  EXPECT_EQ(server_.Version().runtime_name, "cri-o");
  EXPECT_EQ(server_.Version().runtime_api_version, "v1");
  ASSERT_THAT(server_.RuntimeStatus(), SizeIs(2));
  EXPECT_EQ(server_.RuntimeStatus()[0].type, "RuntimeReady");
  EXPECT_TRUE(server_.RuntimeStatus()[0].status);
  EXPECT_EQ(server_.RuntimeStatus()[1].type, "NetworkReady");
  server_.Shutdown();
  EXPECT_FALSE(server_.RuntimeStatus()[0].status);
}

TEST_F(ServiceTest, APodIsReadyUntilItIsStopped) {
  const std::string pod = Run(Pod("web"));
  EXPECT_THAT(pod, SizeIs(64));
  const Result<PodSandboxStatusResponse> ready = server_.GetPodSandboxStatus(pod);
  ASSERT_TRUE(ready.ok());
  EXPECT_EQ(ready->status.state, PodSandboxState::kReady);
  EXPECT_EQ(ready->status.metadata.name, "web");
  EXPECT_EQ(ready->status.network.ip, "10.85.0.1");
  EXPECT_EQ(ready->timestamp, 0) << "events are not enabled";
  EXPECT_EQ(server_.StopPodSandbox(pod), Status());
  EXPECT_EQ(server_.GetPodSandboxStatus(pod)->status.state, PodSandboxState::kNotReady);
  EXPECT_EQ(server_.StopPodSandbox(pod), Status()) << "again";
  EXPECT_EQ(server_.RemovePodSandbox(pod), Status());
  EXPECT_EQ(server_.GetPodSandboxStatus(pod).status().code(), Code::kNotFound);
}

TEST_F(ServiceTest, UnknownPodsAreStoppedAndRemovedAlready) {
  EXPECT_EQ(server_.StopPodSandbox("beef"), Status());
  EXPECT_EQ(server_.RemovePodSandbox("beef"), Status());
  EXPECT_EQ(server_.StopPodSandbox("").code(), Code::kInvalidArgument);
  EXPECT_EQ(server_.RemovePodSandbox("").code(), Code::kInvalidArgument);
  EXPECT_THAT(server_.GetPodSandboxStatus("beef").status().message(),
              StartsWith("could not find pod \"beef\""));
}

TEST_F(ServiceTest, APodNeedsANameThatIsFree) {
  EXPECT_EQ(server_.RunPodSandbox(Pod("")).status().code(), Code::kInvalidArgument);
  const std::string pod = Run(Pod("web"));
  EXPECT_EQ(server_.RunPodSandbox(Pod("web")).status().code(), Code::kUnknown);
  EXPECT_EQ(server_.RemovePodSandbox(pod), Status());
  EXPECT_NE(Run(Pod("web")), pod);
}

TEST_F(ServiceTest, PodsAreListedByIdStateAndLabel) {
  PodSandboxConfig labelled = Pod("b");
  labelled.labels = {{"app", "shop"}, {"tier", "web"}};
  const std::string a = Run(Pod("a"));
  const std::string b = Run(labelled);
  EXPECT_EQ(server_.StopPodSandbox(a), Status());
  EXPECT_THAT(server_.ListPodSandbox(), SizeIs(2));
  EXPECT_THAT(server_.ListPodSandbox({.id = a.substr(0, 20)}), SizeIs(1));
  EXPECT_THAT(server_.ListPodSandbox({.id = "none"}), IsEmpty());
  const auto ready = server_.ListPodSandbox({.state = PodSandboxState::kReady});
  ASSERT_THAT(ready, SizeIs(1));
  EXPECT_EQ(ready[0].id, b);
  EXPECT_THAT(server_.ListPodSandbox({.label_selector = {{"app", "shop"}}}), SizeIs(1));
  EXPECT_THAT(server_.ListPodSandbox({.label_selector = {{"app", "bank"}}}), IsEmpty());
}

TEST_F(ServiceTest, AContainerGoesFromCreatedToRunningToExited) {
  const std::string id = Create(Run(Pod("web")), Named("main"));
  EXPECT_EQ(StatusOf(id).state, ContainerState::kCreated);
  clock_.Advance(seconds(1));
  EXPECT_EQ(server_.StartContainer(id), Status());
  EXPECT_EQ(StatusOf(id).state, ContainerState::kRunning);
  EXPECT_EQ(StatusOf(id).started_at - StatusOf(id).created_at, 1'000'000'000);
  EXPECT_EQ(server_.StopContainer(id, seconds(10)), Status());
  const ContainerStatus exited = StatusOf(id);
  EXPECT_EQ(exited.state, ContainerState::kExited);
  EXPECT_EQ(exited.exit_code, 143);
  EXPECT_EQ(exited.reason, "Error");
  EXPECT_GT(exited.finished_at, 0);
  EXPECT_EQ(server_.StopContainer(id, seconds(10)), Status()) << "again";
  EXPECT_EQ(server_.RemoveContainer(id), Status());
  EXPECT_EQ(server_.GetContainerStatus(id).status().code(), Code::kNotFound);
  EXPECT_EQ(runtime_.process_count(), 0U);
}

TEST_F(ServiceTest, OnlyACreatedContainerStarts) {
  const std::string id = Started(Run(Pod("web")), Named("main"));
  const Status again = server_.StartContainer(id);
  EXPECT_EQ(again.code(), Code::kUnknown);
  EXPECT_EQ(again.message(), "container " + id + " is not in created state: running");
  EXPECT_EQ(server_.StopContainer(id, seconds(10)), Status());
  EXPECT_THAT(server_.StartContainer(id).message(), HasSubstr("created state: stopped"));
}

TEST_F(ServiceTest, AFailureOfTheRuntimeIsTheFailureOfTheStart) {
  const std::string id = Create(Run(Pod("web")), Named("main"));
  runtime_.FailNextStart({Code::kUnknown, "no such program"});
  EXPECT_EQ(server_.StartContainer(id).message(), "no such program");
  EXPECT_EQ(StatusOf(id).state, ContainerState::kCreated);
  EXPECT_EQ(server_.StartContainer(id), Status());
}

TEST_F(ServiceTest, UnknownContainersAreNotFound) {
  for (const Status& status :
       {server_.StartContainer("beef"), server_.StopContainer("beef", seconds(1)),
        server_.RemoveContainer("beef"), server_.GetContainerStatus("beef").status(),
        server_.PauseContainer("beef"), server_.UnpauseContainer("beef")}) {
    EXPECT_EQ(status.code(), Code::kNotFound);
    EXPECT_THAT(status.message(), StartsWith("could not find container \"beef\": "));
  }
  EXPECT_EQ(server_.CreateContainer("beef", Named("main")).status().code(), Code::kNotFound);
  EXPECT_EQ(server_.StartContainer("").code(), Code::kInvalidArgument);
}

TEST_F(ServiceTest, AnIdMayBeAbbreviatedAsLongAsItIsClear) {
  const std::string pod = Run(Pod("web"));
  const std::string id = Create(pod.substr(0, 12), Named("main"));
  EXPECT_EQ(StatusOf(id.substr(0, 8)).id, id);
  // Seventeen ids cannot all begin with another digit.
  for (int i = 0; i < 16; ++i) Create(pod, Named("c" + std::to_string(i)));
  int ambiguous = 0;
  for (const char digit : std::string("0123456789abcdef")) {
    const Code code = server_.GetContainerStatus(std::string(1, digit)).status().code();
    ambiguous += code == Code::kInvalidArgument ? 1 : 0;
  }
  EXPECT_GT(ambiguous, 0);
}

TEST_F(ServiceTest, ContainersAreListedByIdStatePodAndLabel) {
  const std::string first = Run(Pod("a"));
  const std::string second = Run(Pod("b", "u2"));
  const std::string running = Started(first, Named("main"));
  Create(second, Named("main"));
  EXPECT_THAT(server_.ListContainers(), SizeIs(2));
  EXPECT_THAT(server_.ListContainers({.id = running}), SizeIs(1));
  EXPECT_THAT(server_.ListContainers({.state = ContainerState::kRunning}), SizeIs(1));
  EXPECT_THAT(server_.ListContainers({.pod_sandbox_id = second}), SizeIs(1));
  EXPECT_THAT(server_.ListContainers({.label_selector = {{kPodUidLabel, "u1"}}}), SizeIs(2));
  EXPECT_THAT(server_.ListContainers({.label_selector = {{"app", "shop"}}}), IsEmpty());
}

TEST_F(ServiceTest, AContainerNeedsANameThatIsFree) {
  const std::string pod = Run(Pod("web"));
  EXPECT_EQ(server_.CreateContainer(pod, Named("")).status().code(), Code::kInvalidArgument);
  const std::string id = Create(pod, Named("main"));
  EXPECT_EQ(server_.CreateContainer(pod, Named("main")).status().code(), Code::kUnknown);
  EXPECT_EQ(server_.RemoveContainer(id), Status());
  Create(pod, Named("main"));
}

TEST_F(ServiceTest, NothingIsCreatedInAStoppedPod) {
  const std::string pod = Run(Pod("web"));
  EXPECT_EQ(server_.StopPodSandbox(pod), Status());
  const Status status = server_.CreateContainer(pod, Named("main")).status();
  EXPECT_EQ(status.code(), Code::kUnknown);
  EXPECT_THAT(status.message(), StartsWith("CreateContainer failed as the sandbox was stopped"));
}

TEST_F(ServiceTest, StoppingAPodStopsItsContainersAndRemovingItRemovesThem) {
  const std::string pod = Run(Pod("web"));
  const std::string running = Started(pod, Named("a"));
  const std::string created = Create(pod, Named("b"));
  const std::string elsewhere = Started(Run(Pod("other", "u2")), Named("a"));
  EXPECT_EQ(server_.StopPodSandbox(pod), Status());
  EXPECT_EQ(StatusOf(running).state, ContainerState::kExited);
  EXPECT_EQ(StatusOf(created).state, ContainerState::kExited);
  EXPECT_EQ(StatusOf(elsewhere).state, ContainerState::kRunning);
  EXPECT_EQ(server_.RemovePodSandbox(pod), Status());
  EXPECT_THAT(server_.ListContainers(), SizeIs(1));
  EXPECT_EQ(runtime_.process_count(), 1U);
}

TEST_F(ServiceTest, WhoIgnoresSigtermIsKilledAfterTheTimeout) {
  const std::string pod = Run(Pod("web"));
  const std::string slow = Started(pod, Named("slow", {"ignore-term"}));
  const std::string quick = Started(pod, Named("quick"));
  EXPECT_EQ(server_.StopContainer(slow, milliseconds(2)), Status());
  EXPECT_EQ(StatusOf(slow).exit_code, 137);
  EXPECT_EQ(server_.StopContainer(quick, seconds(0)), Status());
  EXPECT_EQ(StatusOf(quick).exit_code, 137) << "no time, no SIGTERM";
}

TEST_F(ServiceTest, ThereIsAReasonForEveryEnd) {
  const std::string pod = Run(Pod("web"));
  const auto reason_after = [&](const std::string& name, MemoryRuntime::Exit exit) {
    const std::string id = Started(pod, Named(name));
    EXPECT_EQ(runtime_.End(id, exit), Status());
    return std::pair(StatusOf(id).reason, StatusOf(id).exit_code);
  };
  EXPECT_EQ(reason_after("a", {.code = 0}), std::pair(std::string("Completed"), 0));
  EXPECT_EQ(reason_after("b", {.code = 7}), std::pair(std::string("Error"), 7));
  EXPECT_EQ(reason_after("c", {.code = 137, .oom_killed = true}).first, "OOMKilled");
  EXPECT_EQ(reason_after("d", {.code = 159, .seccomp_killed = true}).first, "seccomp killed");
  EXPECT_EQ(reason_after("e", {.code = {}}), std::pair(std::string("Error"), -1));
}

TEST_F(ServiceTest, APausedContainerIsRunning) {
  const std::string id = Started(Run(Pod("web")), Named("main"));
  EXPECT_EQ(server_.PauseContainer(id), Status());
  EXPECT_EQ(StatusOf(id).state, ContainerState::kRunning);
  EXPECT_EQ(server_.UnpauseContainer(id), Status());
  EXPECT_FALSE(server_.UnpauseContainer(id).ok());
}

TEST_F(ServiceTest, WithoutEventsTheirStreamEndsAtOnce) {
  MemoryStream stream;
  EXPECT_EQ(server_.GetContainerEvents(stream), Status());
  server_.Shutdown();
  server_.Shutdown();
}

TEST(EnablePodEventsTest, IsABooleanAsGoHasIt) {
  EXPECT_TRUE(*ParseEnablePodEvents("true"));
  EXPECT_FALSE(*ParseEnablePodEvents("0"));
  EXPECT_EQ(ParseEnablePodEvents("yes").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(ParseEnablePodEvents("").status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace crio
