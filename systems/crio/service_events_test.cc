// Which event comes when, with what in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "systems/crio/memory_runtime.h"
#include "systems/crio/memory_stream.h"
#include "systems/crio/service.h"

namespace crio {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Type = ContainerEventType;

PodSandboxConfig Pod() {
  return {.metadata = {.name = "web", .uid = "u1", .name_space = "default"}};
}

ContainerConfig Named(const std::string& name, std::vector<std::string> command = {"serve"}) {
  return {
      .metadata = {.name = name}, .command = std::move(command), .labels = {{kPodUidLabel, "u1"}}};
}

// What a client hears, in short: (type, who).
using Heard = std::pair<Type, std::string>;

// A server with one client that subscribed before anything happened.
class EventsTest : public testing::Test {
 protected:
  explicit EventsTest(bool drop_infra_ctr = true)
      : server_({.enable_pod_events = true,
                 .drop_infra_ctr = drop_infra_ctr,
                 .events = {.drain_timeout = std::chrono::hours(1)}},
                runtime_, clock_),
        call_([this] { stream_.Finish(server_.GetContainerEvents(stream_)); }) {
    server_.WaitForSubscribers(1);
  }
  ~EventsTest() override {
    server_.Shutdown();
    call_.join();
  }

  ContainerEventResponse Next() {
    const MemoryStream::Message message = stream_.Read();
    EXPECT_TRUE(message.event) << "the end of the stream";
    return message.event.value_or(ContainerEventResponse());
  }
  std::vector<Heard> Hear(int count) {
    std::vector<Heard> heard;
    for (int i = 0; i < count; ++i) {
      const ContainerEventResponse event = Next();
      heard.emplace_back(event.container_event_type, event.container_id);
    }
    return heard;
  }
  std::string Value(const Result<std::string>& id) {
    EXPECT_TRUE(id.ok()) << id.status().message();
    return id.ok() ? *id : "";
  }

  systems::ManualClock clock_;
  MemoryRuntime runtime_{clock_};
  MemoryStream stream_;
  RuntimeService server_;
  std::thread call_;
};

class EventsOfInfraTest : public EventsTest {
 protected:
  EventsOfInfraTest() : EventsTest(false) {}
};

TEST_F(EventsTest, TellTheLifeOfAPodAndItsContainer) {
  const std::string pod = Value(server_.RunPodSandbox(Pod()));
  const std::string id = Value(server_.CreateContainer(pod, Named("main")));
  EXPECT_EQ(server_.StartContainer(id), Status());
  EXPECT_EQ(server_.StopContainer(id, seconds(10)), Status());
  EXPECT_THAT(Hear(4), ElementsAre(Heard(Type::kStarted, pod), Heard(Type::kCreated, id),
                                   Heard(Type::kStarted, id), Heard(Type::kStopped, id)));
  EXPECT_EQ(server_.RemoveContainer(id), Status());
  EXPECT_EQ(server_.StopPodSandbox(pod), Status());
  EXPECT_THAT(Hear(2), ElementsAre(Heard(Type::kDeleted, id), Heard(Type::kStopped, pod)));
  EXPECT_EQ(server_.RemovePodSandbox(pod), Status());
  server_.Shutdown();
  EXPECT_FALSE(stream_.Read().event) << "the removal of a pod is not told, as upstream";
}

TEST_F(EventsTest, CarryTheStateOfThePodAndItsContainers) {
  const std::string pod = Value(server_.RunPodSandbox(Pod()));
  const ContainerEventResponse started = Next();
  EXPECT_EQ(started.pod_sandbox_status.id, pod);
  EXPECT_EQ(started.pod_sandbox_status.state, PodSandboxState::kReady);
  EXPECT_THAT(started.containers_statuses, IsEmpty());
  EXPECT_EQ(started.created_at, 1'700'000'000'000'000'000);
  const std::string id = Value(server_.CreateContainer(pod, Named("main", {"exit", "2"})));
  ContainerConfig stranger = Named("stranger");
  stranger.labels.clear();
  Value(server_.CreateContainer(pod, stranger));
  EXPECT_EQ(server_.StartContainer(id), Status());
  EXPECT_THAT(Next().containers_statuses, SizeIs(1));
  EXPECT_THAT(Next().containers_statuses, SizeIs(1)) << "the other one lacks the label";
  Next();
  const ContainerEventResponse stopped = Next();
  ASSERT_THAT(stopped.containers_statuses, SizeIs(1));
  EXPECT_EQ(stopped.containers_statuses[0].state, ContainerState::kExited);
  EXPECT_EQ(stopped.containers_statuses[0].exit_code, 2);
  EXPECT_EQ(server_.RemoveContainer(id), Status());
  EXPECT_THAT(Next().containers_statuses, IsEmpty()) << "a removed container is not there";
}

TEST_F(EventsTest, APodsStatusHasItsContainersAndTheTime) {
  const std::string pod = Value(server_.RunPodSandbox(Pod()));
  Value(server_.CreateContainer(pod, Named("main")));
  const Result<PodSandboxStatusResponse> status = server_.GetPodSandboxStatus(pod);
  ASSERT_TRUE(status.ok());
  EXPECT_THAT(status->containers_statuses, SizeIs(1));
  EXPECT_EQ(status->timestamp, 1'700'000'000'000'000'000) << "nanoseconds";
}

TEST_F(EventsTest, StartedComesBeforeStoppedHoweverShortTheLife) {
  const std::string pod = Value(server_.RunPodSandbox(Pod()));
  const std::string id = Value(server_.CreateContainer(pod, Named("main", {"exit", "0"})));
  EXPECT_EQ(server_.StartContainer(id), Status());
  EXPECT_THAT(Hear(4), ElementsAre(Heard(Type::kStarted, pod), Heard(Type::kCreated, id),
                                   Heard(Type::kStarted, id), Heard(Type::kStopped, id)));
}

TEST_F(EventsTest, StoppedComesOnceAndBeforeDeleted) {
  const std::string pod = Value(server_.RunPodSandbox(Pod()));
  const std::string id = Value(server_.CreateContainer(pod, Named("main")));
  EXPECT_EQ(server_.StartContainer(id), Status());
  EXPECT_EQ(server_.RemoveContainer(id), Status());
  EXPECT_EQ(server_.StopPodSandbox(pod), Status());
  EXPECT_THAT(Hear(6), ElementsAre(Heard(Type::kStarted, pod), Heard(Type::kCreated, id),
                                   Heard(Type::kStarted, id), Heard(Type::kStopped, id),
                                   Heard(Type::kDeleted, id), Heard(Type::kStopped, pod)));
}

TEST_F(EventsTest, AFailedStartIsNotTold) {
  const std::string pod = Value(server_.RunPodSandbox(Pod()));
  const std::string id = Value(server_.CreateContainer(pod, Named("main")));
  runtime_.FailNextStart({Code::kUnknown, "no such program"});
  EXPECT_FALSE(server_.StartContainer(id).ok());
  server_.Shutdown();
  EXPECT_THAT(Hear(2), ElementsAre(Heard(Type::kStarted, pod), Heard(Type::kCreated, id)));
  EXPECT_FALSE(stream_.Read().event);
}

TEST_F(EventsTest, OfContainersThatLiveAtTheSameTimeAreInOrderForEach) {
  const std::string pod = Value(server_.RunPodSandbox(Pod()));
  const auto live = [&](const std::string& name) {
    const std::string id = Value(server_.CreateContainer(pod, Named(name, {"exit", "0"})));
    EXPECT_EQ(server_.StartContainer(id), Status());
    EXPECT_EQ(server_.RemoveContainer(id), Status());
  };
  std::thread other([&] { live("a"); });
  live("b");
  other.join();
  server_.Shutdown();
  std::map<std::string, std::vector<Type>> of;
  for (const auto& [type, id] : Hear(9)) of[id].push_back(type);
  ASSERT_THAT(of, SizeIs(3));
  of.erase(pod);
  for (const auto& [id, types] : of) {
    EXPECT_THAT(types, ElementsAre(Type::kCreated, Type::kStarted, Type::kStopped, Type::kDeleted));
  }
}

TEST_F(EventsTest, OfExitsThatHappenedBeforeShutdownAreDelivered) {
  const std::string pod = Value(server_.RunPodSandbox(Pod()));
  const std::string id = Value(server_.CreateContainer(pod, Named("main")));
  EXPECT_EQ(server_.StartContainer(id), Status());
  EXPECT_EQ(runtime_.End(id, {}), Status());
  server_.Shutdown();
  EXPECT_THAT(Hear(4), testing::Contains(Heard(Type::kStopped, id)));
}

TEST_F(EventsOfInfraTest, TheEndOfTheInfraProcessIsThatOfThePod) {
  const std::string pod = Value(server_.RunPodSandbox(Pod()));
  EXPECT_THAT(Hear(1), ElementsAre(Heard(Type::kStarted, pod)));
  EXPECT_EQ(runtime_.End(pod, {}), Status());
  const ContainerEventResponse stopped = Next();
  EXPECT_EQ(stopped.container_event_type, Type::kStopped);
  EXPECT_EQ(stopped.pod_sandbox_status.state, PodSandboxState::kNotReady);
  EXPECT_EQ(server_.RemovePodSandbox(pod), Status());
  EXPECT_EQ(runtime_.process_count(), 0U);
}

TEST_F(EventsOfInfraTest, APodWhoseInfraProcessDoesNotStartIsNotThere) {
  runtime_.FailNextStart({Code::kUnknown, "no such program"});
  EXPECT_EQ(server_.RunPodSandbox(Pod()).status().message(), "no such program");
  EXPECT_THAT(server_.ListPodSandbox(), IsEmpty());
  EXPECT_EQ(runtime_.process_count(), 0U);
  Value(server_.RunPodSandbox(Pod()));
}

}  // namespace
}  // namespace crio
