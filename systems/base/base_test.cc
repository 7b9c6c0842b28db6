// What the systems share, alone and with threads. Under `heddle run` each of these is explored as well.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "systems/base/broadcast.h"
#include "systems/base/clock.h"
#include "systems/base/latch.h"
#include "systems/base/panic.h"
#include "systems/base/periodic.h"
#include "systems/base/registry.h"
#include "systems/base/scenario.h"
#include "systems/base/wait_group.h"

namespace systems {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(WaitGroupTest, WaitsUntilAllAreDone) {
  WaitGroup group;
  int done = 0;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    group.Add(1);
    threads.emplace_back([&] {
      {
        const std::lock_guard lock(mutex);
        ++done;
      }
      group.Done();
    });
  }
  group.Wait();
  EXPECT_EQ(done, 3);  // not locked: who was waited for is visible
  for (std::thread& thread : threads) thread.join();
}

TEST(WaitGroupTest, WaitReturnsAtOnceWhenThereIsNothing) {
  WaitGroup group;
  group.Wait();
}

TEST(WaitGroupTest, MayBeDestroyedAsSoonAsWaitReturns) {
  std::thread worker;
  {
    WaitGroup group;
    group.Add(1);
    worker = std::thread([&group] { group.Done(); });
    group.Wait();
  }
  worker.join();
}

TEST(LatchTest, TheFirstWordStays) {
  Latch latch;
  EXPECT_EQ(latch.state(), Latch::State::kWaiting);
  EXPECT_TRUE(latch.Open());
  EXPECT_FALSE(latch.Stop());
  EXPECT_FALSE(latch.Open());
  EXPECT_EQ(latch.Wait(), Latch::State::kOpen);
}

TEST(LatchTest, OneOfTwoSettlesItAndPublishesWhatItDid) {
  Latch latch;
  int opened_by = 0;
  std::atomic<int> settled{0};
  std::thread opener([&] {
    opened_by = 1;
    settled += latch.Open();
  });
  std::thread stopper([&] { settled += latch.Stop(); });
  if (latch.Wait() == Latch::State::kOpen) EXPECT_EQ(opened_by, 1);
  opener.join();
  stopper.join();
  EXPECT_EQ(settled, 1);
}

TEST(LatchTest, WaitForEnds) {
  const Latch latch;
  EXPECT_EQ(latch.WaitFor(milliseconds(1)), Latch::State::kWaiting);
}

TEST(RegistryTest, ASnapshotDoesNotChange) {
  Registry<std::string, int> registry;
  EXPECT_TRUE(registry.Insert("a", 1));
  EXPECT_FALSE(registry.Insert("a", 2));
  const auto before = registry.Read();
  EXPECT_TRUE(registry.Erase("a"));
  EXPECT_FALSE(registry.Erase("a"));
  EXPECT_EQ(before->at("a"), 1);
  EXPECT_EQ(registry.Get("a", 7), 7);
}

TEST(RegistryTest, WritersLoseNothingAndReadersSeeWholeChanges) {
  Registry<int, int> registry;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&registry, writer] {
      registry.Update([&](Registry<int, int>::Map& map) {
        map[2 * writer] = 1;
        map[2 * writer + 1] = 1;
        return true;
      });
    });
  }
  EXPECT_EQ(registry.Read()->size() % 2, 0u);
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(registry.Read()->size(), 4u);
}

TEST(MailboxTest, TellsHowManyWereMissedBeforeWhatCameAfter) {
  Mailbox<int> mailbox(2);
  EXPECT_TRUE(mailbox.Put(1));
  EXPECT_TRUE(mailbox.Put(2));
  EXPECT_FALSE(mailbox.Put(3));
  EXPECT_FALSE(mailbox.Put(4));
  EXPECT_EQ(mailbox.Take().value, 1);
  EXPECT_TRUE(mailbox.Put(5));
  Delivery<int> delivery = mailbox.Take();
  EXPECT_EQ(delivery.value, 2);
  EXPECT_EQ(delivery.missed, 0u);
  delivery = mailbox.Take();
  EXPECT_EQ(delivery.value, 5);
  EXPECT_EQ(delivery.missed, 2u);
}

TEST(MailboxTest, WhatIsQueuedSurvivesTheEnd) {
  Mailbox<int> mailbox(1);
  mailbox.Put(1);
  mailbox.Put(2);
  mailbox.Close();
  EXPECT_FALSE(mailbox.Put(3));
  EXPECT_EQ(mailbox.Take().value, 1);
  const Delivery<int> end = mailbox.Take();
  EXPECT_FALSE(end.value.has_value());
  EXPECT_EQ(end.missed, 1u);
  EXPECT_EQ(mailbox.TakeFor(seconds(10))->missed, 0u);
}

TEST(MailboxTest, AGapCanBeToldBeforeAnythingFollowsIt) {
  Mailbox<int> mailbox(1);
  EXPECT_TRUE(mailbox.Put(1));
  EXPECT_FALSE(mailbox.Put(2));
  EXPECT_EQ(mailbox.TakeWithGaps().value, 1);
  const Delivery<int> gap = mailbox.TakeWithGaps();
  EXPECT_FALSE(gap.value.has_value());
  EXPECT_EQ(gap.missed, 1u);
  mailbox.Close();
  EXPECT_EQ(mailbox.TakeWithGaps().missed, 0u) << "the end";
  Mailbox<int> nothing_fits(0);
  std::thread publisher([&] { EXPECT_FALSE(nothing_fits.Put(1)); });
  EXPECT_EQ(nothing_fits.TakeWithGaps().missed, 1u);
  publisher.join();
}

// Whatever is published, and however slowly it is read: each value arrives or is counted, also the last ones, before the end.
TEST(MailboxTest, EveryValueIsTakenOrToldAsMissedThoughNothingFollowsIt) {
  constexpr int kValues = 4;
  Mailbox<int> mailbox(1);
  std::thread publisher([&] {
    for (int i = 1; i <= kValues; ++i) mailbox.Put(i);
  });
  int accounted = 0;
  while (accounted < kValues) {
    const Delivery<int> delivery = mailbox.TakeWithGaps();
    accounted += static_cast<int>(delivery.missed);
    if (delivery.value) EXPECT_EQ(*delivery.value, ++accounted);
  }
  publisher.join();
  mailbox.Put(5);
  mailbox.Put(6);
  mailbox.Close();
  EXPECT_EQ(mailbox.TakeWithGaps().value, 5);
  EXPECT_EQ(mailbox.TakeWithGaps().missed, 1u);
  const Delivery<int> end = mailbox.TakeWithGaps();
  EXPECT_FALSE(end.value.has_value());
  EXPECT_EQ(end.missed, 0u);
}

TEST(MailboxTest, TakeForGivesUp) {
  Mailbox<int> mailbox(1);
  EXPECT_FALSE(mailbox.TakeFor(milliseconds(1)).has_value());
}

TEST(BroadcastTest, EachSubscriberGetsEverythingInTheSameOrder) {
  Broadcast<int> broadcast;
  const auto one = broadcast.Subscribe(8);
  const auto other = broadcast.Subscribe(8);
  std::thread first([&] { broadcast.Publish(1); });
  std::thread second([&] { broadcast.Publish(2); });
  const std::vector<int> seen = {*one->Take().value, *one->Take().value};
  EXPECT_THAT(seen, ::testing::UnorderedElementsAre(1, 2));
  EXPECT_EQ(*other->Take().value, seen[0]);
  EXPECT_EQ(*other->Take().value, seen[1]);
  first.join();
  second.join();
}

TEST(BroadcastTest, NobodyWaitsForEverWhoSubscribesWhileItCloses) {
  Broadcast<int> broadcast;
  std::thread subscriber([&] {
    const auto mailbox = broadcast.Subscribe(1);
    while (mailbox->Take().value) {
    }
  });
  broadcast.Publish(1);
  broadcast.Close();
  broadcast.Close();
  subscriber.join();
  EXPECT_EQ(broadcast.subscriber_count(), 0u);
}

TEST(BroadcastTest, ASubscriberThatLeavesIsForgotten) {
  Broadcast<int> broadcast;
  const auto mailbox = broadcast.Subscribe(1);
  broadcast.Unsubscribe(mailbox);
  broadcast.Unsubscribe(mailbox);
  EXPECT_EQ(broadcast.Publish(1), 0u);
  EXPECT_FALSE(mailbox->Take().value.has_value());
}

TEST(PeriodicTest, DoesItsTurnsUntilItIsStopped) {
  std::atomic<int> turns{0};
  Latch twice;
  Periodic periodic(milliseconds(1), [&] {
    if (++turns == 2) twice.Open();
  });
  EXPECT_EQ(twice.Wait(), Latch::State::kOpen);
  periodic.Stop();
  const int at_the_end = turns;
  periodic.Stop();
  EXPECT_EQ(turns, at_the_end);
}

TEST(ManualClockTest, MovesOnlyWhenTold) {
  ManualClock clock;
  const Clock::Time before = clock.Now();
  EXPECT_EQ(clock.Now(), before);
  clock.Advance(seconds(2));
  EXPECT_EQ(clock.Now() - before, seconds(2));
}

int runs = 0;

TEST(ScenarioMainTest, RunsWhatIsAskedForAndRefusesTheRest) {
  static constexpr Scenario kScenarios[] = {{"reported", "counts", [](Variant variant) {
                                               runs += variant == Variant::kFixed ? 100 : 1;
                                             }}};
  const auto main = [](std::vector<std::string> arguments) {
    std::vector<char*> argv;
    arguments.insert(arguments.begin(), "program");
    for (std::string& argument : arguments) argv.push_back(argument.data());
    return ScenarioMain(kScenarios, static_cast<int>(argv.size()), argv.data());
  };
  runs = 0;
  EXPECT_EQ(main({}), 0);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(main({"--variant", "fixed", "--repeat", "2"}), 0);
  EXPECT_EQ(runs, 201);
  EXPECT_EQ(main({"--list"}), 0);
  EXPECT_EQ(main({"--scenario", "other"}), 2);
  EXPECT_EQ(main({"--variant", "wrong"}), 2);
  EXPECT_EQ(main({"--repeat", "0"}), 2);
  EXPECT_EQ(main({"--repeat"}), 2);
  EXPECT_EQ(runs, 201);
}

TEST(WaitGroupDeathTest, BelowZeroIsAPanicInGosWords) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        WaitGroup group;
        group.Add(1);
        group.Done();
        group.Done();
      },
      "panic: sync: negative WaitGroup counter");
}

}  // namespace
}  // namespace systems
