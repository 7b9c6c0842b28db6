// What subscribers get and what is dropped. The designs that send from one thread are tested for what they do right: the
// as-reported one is not, because under `heddle run` it would not survive.
#include "systems/crio/broadcaster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "systems/crio/go.h"
#include "systems/crio/memory_stream.h"

namespace crio {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Type = ContainerEventType;

// Long enough never to be the reason why a call ends.
constexpr std::chrono::hours kLong(1);

ContainerEventResponse Event(const std::string& id) { return {.container_id = id}; }

std::vector<std::string> IdsOf(const std::vector<MemoryStream::Message>& messages) {
  std::vector<std::string> ids;
  for (const MemoryStream::Message& each : messages) {
    ids.push_back(each.event ? each.event->container_id : "-" + std::to_string(each.missed));
  }
  return ids;
}

// A call of GetContainerEvents, as a transport makes it.
class Call {
 public:
  Call(Broadcaster& broadcaster, MemoryStream& stream)
      : thread_([&broadcaster, &stream] { stream.Finish(broadcaster.Serve(stream)); }),
        stream_(stream) {}
  ~Call() { thread_.join(); }

  // Reads to the end of the stream.
  std::vector<std::string> ReadAll() {
    std::vector<MemoryStream::Message> messages;
    for (;;) {
      MemoryStream::Message message = stream_.Read();
      if (!message.event && message.missed == 0) return IdsOf(messages);
      messages.push_back(std::move(message));
    }
  }

 private:
  std::thread thread_;
  MemoryStream& stream_;
};

class EachDesignTest : public testing::TestWithParam<Design> {
 protected:
  static std::unique_ptr<Broadcaster> Make(BroadcasterOptions options = {}) {
    options.design = GetParam();
    options.drain_timeout = kLong;
    return Broadcaster::Make(options);
  }
};

TEST_P(EachDesignTest, ReachesEverySubscriber) {
  MemoryStream streams[2];
  const auto broadcaster = Make();
  Call first(*broadcaster, streams[0]);
  Call second(*broadcaster, streams[1]);
  broadcaster->WaitForSubscribers(2);
  for (const char* id : {"a", "b", "c"}) EXPECT_TRUE(broadcaster->Publish(Event(id)));
  broadcaster->Shutdown();
  EXPECT_THAT(first.ReadAll(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(second.ReadAll(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(streams[0].finished(), Status());
}

TEST_P(EachDesignTest, DropsWhatDoesNotFitBeforeTheFirstSubscriber) {
  const auto broadcaster = Make({.capacity = 2});
  EXPECT_TRUE(broadcaster->Publish(Event("a")));
  EXPECT_TRUE(broadcaster->Publish(Event("b")));
  EXPECT_FALSE(broadcaster->Publish(Event("c")));
  EXPECT_EQ(broadcaster->stats().published, 2U);
  EXPECT_EQ(broadcaster->stats().dropped, 1U);
}

TEST_P(EachDesignTest, OneDeadSubscriberDoesNotHarmTheOther) {
  MemoryStream dead({.dies_at_send = 1});
  MemoryStream live;
  const auto broadcaster = Make();
  std::thread dead_call([&] { EXPECT_EQ(broadcaster->Serve(dead), Status()); });
  Call live_call(*broadcaster, live);
  broadcaster->WaitForSubscribers(2);
  broadcaster->Publish(Event("a"));
  broadcaster->Publish(Event("b"));
  dead_call.join();
  broadcaster->Shutdown();
  EXPECT_THAT(live_call.ReadAll(), ElementsAre("a", "b"));
}

INSTANTIATE_TEST_SUITE_P(Designs, EachDesignTest,
                         testing::Values(Design::kUpstreamFix, Design::kFixed));

class BroadcasterTest : public testing::Test {
 protected:
  static std::unique_ptr<Broadcaster> Make(BroadcasterOptions options = {}) {
    if (options.drain_timeout == BroadcasterOptions().drain_timeout) options.drain_timeout = kLong;
    return Broadcaster::Make(options);
  }
};

TEST_F(BroadcasterTest, KeepsEventsForTheFirstSubscriberEver) {
  MemoryStream streams[2];
  const auto broadcaster = Make();
  for (const char* id : {"a", "b", "c"}) broadcaster->Publish(Event(id));
  Call first(*broadcaster, streams[0]);
  broadcaster->WaitForSubscribers(1);
  Call second(*broadcaster, streams[1]);
  broadcaster->WaitForSubscribers(2);
  broadcaster->Publish(Event("d"));
  broadcaster->Shutdown();
  EXPECT_THAT(first.ReadAll(), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(second.ReadAll(), ElementsAre("d"));
}

TEST_F(BroadcasterTest, KeepsNothingOnceThereHasBeenASubscriber) {
  MemoryStream streams[2];
  const auto broadcaster = Make({.capacity = 1});
  {
    Call first(*broadcaster, streams[0]);
    broadcaster->WaitForSubscribers(1);
    streams[0].Disconnect();
  }
  EXPECT_TRUE(broadcaster->Publish(Event("a")));
  EXPECT_TRUE(broadcaster->Publish(Event("b")));
  Call second(*broadcaster, streams[1]);
  broadcaster->WaitForSubscribers(2);
  broadcaster->Shutdown();
  EXPECT_THAT(second.ReadAll(), IsEmpty());
  EXPECT_EQ(broadcaster->stats().dropped, 0U);
}

TEST_F(BroadcasterTest, EndsTheStreamOfAReaderThatIsTooSlowAndSaysHowManyItMissed) {
  MemoryStream stream({.window = 1});
  const auto broadcaster = Make({.subscriber_capacity = 2});
  Call call(*broadcaster, stream);
  broadcaster->WaitForSubscribers(1);
  broadcaster->Publish(Event("0"));
  stream.WaitForSends(1);  // the window is full: one more can be held by the sender
  for (int i = 1; i < 6; ++i) broadcaster->Publish(Event(std::to_string(i)));
  const std::vector<std::string> ids = call.ReadAll();
  ASSERT_TRUE(stream.finished());
  EXPECT_EQ(stream.finished()->code(), Code::kResourceExhausted);
  EXPECT_EQ(stream.finished()->message(),
            "the client reads too slowly: it missed " + std::to_string(6 - ids.size()) + " events");
  EXPECT_GT(broadcaster->stats().missed, 0U);
  broadcaster->Shutdown();
}

TEST_F(BroadcasterTest, TellsTheNumberOfMissedEventsAndGoesOn) {
  MemoryStream stream({.window = 1});
  const auto broadcaster = Make({.subscriber_capacity = 2, .overflow = Overflow::kTellAndGoOn});
  Call call(*broadcaster, stream);
  broadcaster->WaitForSubscribers(1);
  for (int i = 0; i < 6; ++i) broadcaster->Publish(Event(std::to_string(i)));
  std::thread shutdown([&] { broadcaster->Shutdown(); });
  // Whatever was received: with the gaps it is all of it, in order.
  int next = 0;
  for (const std::string& id : call.ReadAll()) {
    const int value = std::stoi(id);
    if (id[0] == '-') {
      next -= value;
    } else {
      EXPECT_EQ(value, next++);
    }
  }
  EXPECT_EQ(next, 6);
  shutdown.join();
}

TEST_F(BroadcasterTest, ASlowReaderDelaysNobody) {
  MemoryStream slow({.window = 1});
  MemoryStream live;
  const auto broadcaster = Make();
  Call slow_call(*broadcaster, slow);
  Call live_call(*broadcaster, live);
  broadcaster->WaitForSubscribers(2);
  for (const char* id : {"a", "b", "c"}) broadcaster->Publish(Event(id));
  live.WaitForSends(3);
  slow.Disconnect();
  broadcaster->Shutdown();
}

TEST_F(BroadcasterTest, EndsTheCallOfAClientThatLeavesWithoutAWord) {
  MemoryStream stream;
  const auto broadcaster = Make();
  std::thread call([&] { EXPECT_EQ(broadcaster->Serve(stream).code(), Code::kCancelled); });
  broadcaster->WaitForSubscribers(1);
  stream.Disconnect();
  call.join();
}

TEST_F(BroadcasterTest, EndsTheCallWithTheErrorOfTheSend) {
  const Status too_large(Code::kResourceExhausted, "trying to send message larger than max");
  MemoryStream stream({.dies_at_send = 2, .death = too_large});
  const auto broadcaster = Make();
  broadcaster->Publish(Event("a"));
  broadcaster->Publish(Event("b"));
  EXPECT_EQ(broadcaster->Serve(stream), too_large);
  EXPECT_THAT(IdsOf(stream.ReadAvailable()), ElementsAre("a"));
}

TEST_F(BroadcasterTest, RefusesWhoComesAfterShutdown) {
  MemoryStream stream;
  const auto broadcaster = Make();
  broadcaster->Shutdown();
  EXPECT_EQ(broadcaster->Serve(stream).code(), Code::kUnavailable);
  EXPECT_FALSE(broadcaster->Publish(Event("a")));
  EXPECT_EQ(broadcaster->stats().dropped, 1U);
}

TEST_F(BroadcasterTest, ShutsDownTwiceAtTheSameTime) {
  MemoryStream stream;
  const auto broadcaster = Make();
  broadcaster->Publish(Event("a"));
  Call call(*broadcaster, stream);
  broadcaster->WaitForSubscribers(1);
  std::thread other([&] { broadcaster->Shutdown(); });
  broadcaster->Shutdown();
  EXPECT_EQ(stream.sent_count(), 1U) << "what was accepted is delivered before Shutdown returns";
  other.join();
  broadcaster->Shutdown();
}

TEST_F(BroadcasterTest, CancelsTheCallsOfThoseWhoDoNotReadWhenItMustEnd) {
  MemoryStream stream({.window = 0});
  const auto broadcaster = Make({.drain_timeout = std::chrono::milliseconds(1)});
  broadcaster->Publish(Event("a"));
  Call call(*broadcaster, stream);
  broadcaster->WaitForSubscribers(1);
  broadcaster->Shutdown();
  EXPECT_THAT(call.ReadAll(), IsEmpty());
  EXPECT_EQ(stream.finished()->code(), Code::kCancelled);
}

TEST_F(BroadcasterTest, SubscribersComeAndGoWhileEventsAreProduced) {
  MemoryStream stays;
  MemoryStream leaves({.dies_at_send = 2});
  const auto broadcaster = Make();
  Call call(*broadcaster, stays);
  broadcaster->WaitForSubscribers(1);
  std::thread producer([&] {
    broadcaster->Publish(Event("a1"));
    broadcaster->Publish(Event("a2"));
  });
  std::thread guest([&] {
    const Status status = broadcaster->Serve(leaves);
    EXPECT_TRUE(status.ok() || status.code() == Code::kUnavailable) << "served, or too late";
  });
  broadcaster->Publish(Event("b1"));
  broadcaster->Publish(Event("b2"));
  producer.join();
  broadcaster->Shutdown();
  guest.join();
  EXPECT_THAT(call.ReadAll(), testing::UnorderedElementsAre("a1", "a2", "b1", "b2"));
}

TEST(GoChannelTest, KeepsOrderAndDeliversWhatWasSentBeforeItWasClosed) {
  go::Channel<int> channel(2);
  EXPECT_TRUE(channel.TrySend(1));
  EXPECT_TRUE(channel.TrySend(2));
  EXPECT_FALSE(channel.TrySend(3));
  channel.Close();
  EXPECT_EQ(channel.Receive(), 1);
  EXPECT_EQ(channel.Receive(), 2);
  EXPECT_EQ(channel.Receive(), std::nullopt);
}

TEST(GoSyncMapTest, RangeLeavesOutWhatIsDeletedBeforeItGetsThere) {
  go::SyncMap<int, std::string> map;
  map.Store(1, std::make_shared<std::string>("one"));
  map.Store(2, std::make_shared<std::string>("two"));
  std::vector<std::string> seen;
  map.Range([&](int, const std::string& value) {
    seen.push_back(value);
    map.Delete(2);
  });
  EXPECT_THAT(seen, ElementsAre("one"));
}

TEST(EventTypeTest, NamesAreThoseOfTheInterface) {
  EXPECT_EQ(ContainerEventTypeName(Type::kCreated), "CONTAINER_CREATED_EVENT");
  EXPECT_EQ(ContainerEventTypeName(Type::kStarted), "CONTAINER_STARTED_EVENT");
  EXPECT_EQ(ContainerEventTypeName(Type::kStopped), "CONTAINER_STOPPED_EVENT");
  EXPECT_EQ(ContainerEventTypeName(Type::kDeleted), "CONTAINER_DELETED_EVENT");
}

TEST(StatusTest, CodesAreNamedAsGrpcNamesThem) {
  EXPECT_EQ(CodeName(Status().code()), "OK");
  EXPECT_EQ(CodeName(Code::kNotFound), "NotFound");
  EXPECT_EQ(CodeName(Code::kUnavailable), "Unavailable");
}

}  // namespace
}  // namespace crio
