// Channels, patterns, subscribers on several nodes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "systems/olric/cluster.h"

namespace olric {
namespace {

using testing::ElementsAre;

class PubSubTest : public testing::Test {
 protected:
  PubSubTest() : cluster_(Configuration()) {
    cluster_.Add();
    cluster_.Add();
    cluster_.Settle();
  }
  static Config Configuration() {
    Config config = QuietConfig(3);
    config.cluster_events = true;
    return config;
  }
  int64_t Publish(const std::string& channel, const std::string& payload) {
    return cluster_[0].Execute({"PUBLISH", channel, payload}).integer;
  }
  PubSub& here() { return cluster_[0].pubsub(); }
  PubSub& there() { return cluster_[1].pubsub(); }

  Cluster cluster_;
};

TEST_F(PubSubTest, AMessageReachesTheSubscribersOfAllNodes) {
  const PubSub::Handle near = here().Connect(4);
  const PubSub::Handle far = there().Connect(4);
  EXPECT_EQ(here().Subscribe(near, "news"), 1u);
  EXPECT_EQ(there().Subscribe(far, "news"), 1u);
  EXPECT_EQ(Publish("news", "hello"), 2);
  EXPECT_EQ(near->Take().value->payload, "hello");
  EXPECT_EQ(far->Take().value->channel, "news");
}

// Defect 6 of the specification: only who receives a message is counted.
TEST_F(PubSubTest, APatternThatDoesNotMatchIsNotCounted) {
  const PubSub::Handle subscriber = here().Connect(4);
  here().PatternSubscribe(subscriber, "news.*");
  EXPECT_EQ(Publish("weather", "rain"), 0);
  EXPECT_EQ(Publish("news.local", "fire"), 1);
  const auto delivery = subscriber->Take();
  EXPECT_EQ(delivery.value->pattern, "news.*");
  EXPECT_EQ(delivery.value->payload, "fire");
}

TEST_F(PubSubTest, AChannelAndAPatternOfOneSubscriberCountTwice) {
  const PubSub::Handle subscriber = here().Connect(4);
  EXPECT_EQ(here().Subscribe(subscriber, "a"), 1u);
  EXPECT_EQ(here().PatternSubscribe(subscriber, "?"), 2u);
  EXPECT_EQ(Publish("a", "x"), 2);
}

TEST_F(PubSubTest, WhoUnsubscribedGetsNothing) {
  const PubSub::Handle subscriber = here().Connect(4);
  here().Subscribe(subscriber, "a");
  EXPECT_EQ(here().Unsubscribe(subscriber, "a"), 0u);
  here().PatternSubscribe(subscriber, "*");
  EXPECT_EQ(here().PatternUnsubscribe(subscriber, "*"), 0u);
  EXPECT_EQ(Publish("a", "x"), 0);
}

TEST_F(PubSubTest, ASubscriberThatDoesNotReadIsToldWhatItMissed) {
  const PubSub::Handle subscriber = here().Connect(1);
  here().Subscribe(subscriber, "a");
  for (const char* payload : {"1", "2", "3"}) Publish("a", payload);
  EXPECT_EQ(subscriber->Take().value->payload, "1");
  Publish("a", "4");
  const auto delivery = subscriber->Take();
  EXPECT_EQ(delivery.missed, 2u);
  EXPECT_EQ(delivery.value->payload, "4");
}

TEST_F(PubSubTest, ASubscriberIsToldWhatItMissedThoughNothingFollows) {
  const PubSub::Handle subscriber = here().Connect(1);
  here().Subscribe(subscriber, "a");
  for (const char* payload : {"1", "2", "3"}) Publish("a", payload);
  EXPECT_EQ(subscriber->Take().value->payload, "1");
  const auto gap = subscriber->Take();
  EXPECT_FALSE(gap.value.has_value());
  EXPECT_EQ(gap.missed, 2u);
}

TEST_F(PubSubTest, WhoDisconnectsReachesTheEnd) {
  const PubSub::Handle subscriber = here().Connect(1);
  here().Subscribe(subscriber, "a");
  std::thread reader([&] {
    while (subscriber->Take().value) {
    }
  });
  Publish("a", "1");
  here().Disconnect(subscriber);
  here().Disconnect(subscriber);
  reader.join();
  EXPECT_EQ(Publish("a", "2"), 0);
  EXPECT_EQ(cluster_[0].counters().current_subscribers.value(), 0u);
}

TEST_F(PubSubTest, ANodeThatEndsEndsItsSubscribers) {
  const PubSub::Handle subscriber = there().Connect(1);
  there().Subscribe(subscriber, "a");
  cluster_.Leave(1);
  EXPECT_FALSE(subscriber->Take().value.has_value());
}

TEST_F(PubSubTest, ANodeAnswersAboutItsOwnSubscribers) {
  const PubSub::Handle subscriber = here().Connect(1);
  here().Subscribe(subscriber, "a.1");
  here().Subscribe(subscriber, "b.1");
  here().PatternSubscribe(subscriber, "*");
  Node& node = cluster_[0];
  EXPECT_THAT(node.Execute({"PubSub", "CHANNELS"}).items,
              ElementsAre(Reply::Bulk("a.1"), Reply::Bulk("b.1")));
  EXPECT_THAT(node.Execute({"PUBSUB", "CHANNELS", "a.*"}).items, ElementsAre(Reply::Bulk("a.1")));
  EXPECT_EQ(node.Execute({"PUBSUB", "NUMPAT"}), Reply::Integer(1));
  EXPECT_THAT(
      node.Execute({"PUBSUB", "NUMSUB", "a.1", "z"}).items,
      ElementsAre(Reply::Bulk("a.1"), Reply::Integer(1), Reply::Bulk("z"), Reply::Integer(0)));
  EXPECT_FALSE(node.Execute({"PUBSUB", "WHAT"}).ok());
  EXPECT_TRUE(cluster_[1].Execute({"PUBSUB", "CHANNELS"}).items.empty());
}

TEST_F(PubSubTest, JoiningAndLeavingAreEvents) {
  const PubSub::Handle subscriber = here().Connect(4);
  here().Subscribe(subscriber, "cluster.events");
  const std::string address = cluster_.Add().address();
  EXPECT_THAT(subscriber->Take().value->payload,
              testing::AllOf(testing::HasSubstr("node-join-event"), testing::HasSubstr(address)));
  cluster_.Leave(2);
  EXPECT_THAT(subscriber->Take().value->payload, testing::HasSubstr("node-left-event"));
}

TEST_F(PubSubTest, PingAnswers) {
  EXPECT_EQ(cluster_[0].Execute({"PING"}), Reply::Simple("PONG"));
  EXPECT_EQ(cluster_[0].Execute({"PING", "hello"}), Reply::Simple("hello"));
}

TEST(PatternTest, StarsQuestionMarksAndSets) {
  EXPECT_TRUE(MatchesPattern("*", ""));
  EXPECT_TRUE(MatchesPattern("a*c", "abbbc"));
  EXPECT_TRUE(MatchesPattern("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(MatchesPattern("a*c", "abbb"));
  EXPECT_TRUE(MatchesPattern("h?llo", "hello"));
  EXPECT_FALSE(MatchesPattern("h?llo", "hllo"));
  EXPECT_TRUE(MatchesPattern("h[ae]llo", "hallo"));
  EXPECT_FALSE(MatchesPattern("h[^e]llo", "hello"));
  EXPECT_TRUE(MatchesPattern("[a-c]1", "b1"));
  EXPECT_FALSE(MatchesPattern("[a-c]1", "d1"));
  EXPECT_TRUE(MatchesPattern("a\\*", "a*"));
  EXPECT_FALSE(MatchesPattern("a\\*", "ab"));
  EXPECT_FALSE(MatchesPattern("", "a"));
}

}  // namespace
}  // namespace olric
