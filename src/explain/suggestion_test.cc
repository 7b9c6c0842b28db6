// From scripts of executions to the remedy: each pattern, and what must not be taken for it.
#include "explain/suggestion.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "explain/observations_for_test.h"

namespace heddle::explain {
namespace {

struct Case {
  const char* name;
  const char* remedy;  // "" is no suggestion
  const char* lock;
  const char* place;
  std::function<void(Script&)> run;  // threads 1 and 2 exist
};

const Case kCases[] = {
    {"a reader forgets the lock", "hold-lock", "m", "Get",
     [](Script& s) {
       s.Take(1, "m");
       s.Write(1, "Put");
       s.Give(1, "m");
       s.Read(2, "Get");
     }},
    {"a writer forgets the lock", "hold-lock", "m", "Reset",
     [](Script& s) {
       s.Take(1, "m");
       s.Write(1, "Put");
       s.Give(1, "m");
       s.Write(2, "Reset");
     }},
    {"a reader has let go of the lock", "snapshot-under-lock", "m", "Encode",
     [](Script& s) {
       s.Take(2, "m");
       s.Give(2, "m");
       s.Take(1, "m");
       s.Write(1, "Put");
       s.Give(1, "m");
       s.Read(2, "Encode");
     }},
    {"a reader had the lock long ago", "hold-lock", "m", "Get",
     [](Script& s) {
       s.Take(2, "m");
       s.Give(2, "m");
       s.Wait(2, "other");
       s.Take(1, "m");
       s.Write(1, "Put");
       s.Give(1, "m");
       s.Read(2, "Get");
     }},
    {"each its own lock", "", "", "",
     [](Script& s) {
       s.Take(1, "a");
       s.Write(1, "Left");
       s.Give(1, "a");
       s.Take(2, "b");
       s.Write(2, "Right");
       s.Give(2, "b");
     }},
    {"a read lock for writing", "hold-lock", "l", "Put",
     [](Script& s) {
       s.Take(1, "l", true);
       s.Take(2, "l", true);
       s.Write(1, "Put");
       s.Read(2, "Get");
     }},
    {"first look without lock, second with", "publish-release-acquire", "m", "FirstLook",
     [](Script& s) {
       s.Take(1, "m");
       s.Write(1, "Make");
       s.Read(2, "FirstLook");
       s.Give(1, "m");
       s.Take(2, "m");
       s.Read(2, "SecondLook");
       s.Give(2, "m");
     }},
    {"relaxed publication", "publish-release-acquire", "", "Put",
     [](Script& s) {
       s.Write(1, "Put");
       s.Store(1, "flag", __ATOMIC_RELAXED);
       s.Load(2, "flag", __ATOMIC_RELAXED);
       s.Read(2, "Get");
     }},
    {"a store that orders, a load that does not", "publish-release-acquire", "", "Put",
     [](Script& s) {
       s.Write(1, "Put");
       s.Store(1, "flag", __ATOMIC_RELEASE);
       s.Load(2, "flag", __ATOMIC_RELAXED);
       s.Read(2, "Get");
     }},
    {"posts before it writes", "insert-after-exists", "", "Put",
     [](Script& s) {
       s.Post(1, "ready");
       s.Wait(2, "ready");
       s.Write(1, "Put");
       s.Read(2, "Get");
     }},
    {"a lock that only readers hold is no discipline", "insert-after-exists", "", "Put",
     [](Script& s) {
       s.Post(1, "ready");
       s.Wait(2, "ready");
       s.Take(2, "handlers");
       s.Write(1, "Put");
       s.Read(2, "Get");
       s.Give(2, "handlers");
     }},
    {"polls a plain flag", "publish-release-acquire", "", "Spin",
     [](Script& s) {
       for (int i = 0; i < 4; ++i) s.Read(2, "Spin");
       s.Write(1, "Put");
     }},
    {"main reads before it joins", "wait-for-all", "", "main",
     [](Script& s) {
       s.Write(1, "Work");
       s.Read(0, "main");
       s.Join(0, 1);
     }},
    {"two that know nothing of each other", "", "", "",
     [](Script& s) {
       s.Write(1, "A");
       s.Write(2, "B");
     }},
    {"no race", "", "", "",
     [](Script& s) {
       s.Take(1, "m");
       s.Write(1, "Put");
       s.Give(1, "m");
       s.Take(2, "m");
       s.Read(2, "Get");
       s.Give(2, "m");
     }},
};

TEST(SuggestionTest, FitsTheEvidence) {
  for (const Case& test : kCases) {
    SCOPED_TRACE(test.name);
    Observations observations;
    for (int i = 0; i < 2; ++i) {
      Script script(&observations);
      script.Create(0, 1);
      script.Create(0, 2);
      test.run(script);
    }
    const auto suggestion = SuggestForRace(Count(observations), observations);
    EXPECT_EQ(suggestion ? suggestion->remedy : "", test.remedy);
    if (!suggestion) continue;
    EXPECT_FALSE(suggestion->evidence.empty());
    EXPECT_FALSE(suggestion->advice.empty());
    EXPECT_EQ(suggestion->lock != kNothing ? observations.locks[suggestion->lock].name : "",
              test.lock);
    ASSERT_NE(suggestion->place, kNothing);
    EXPECT_EQ(observations.places[suggestion->place].function, test.place);
  }
}

// One execution that does not fit is enough: what was seen then has two readings.
TEST(SuggestionTest, OneCounterexampleTakesItBack) {
  Observations observations;
  for (int i = 0; i < 5; ++i) {
    Script script(&observations);
    script.Create(0, 1);
    script.Create(0, 2);
    if (i < 4) {
      script.Post(1, "ready");
      script.Wait(2, "ready");
    }
    script.Write(1, "Put");
    script.Read(2, "Get");
  }
  EXPECT_FALSE(SuggestForRace(Count(observations), observations).has_value());
}

TEST(SuggestionTest, EvidenceHasTheExactCounts) {
  Observations observations;
  Script script(&observations);
  script.Create(0, 1);
  script.Create(0, 2);
  for (int i = 0; i < 7; ++i) {
    script.Take(1, "m");
    script.Write(1, "Put");
    script.Give(1, "m");
  }
  script.Read(2, "Get");
  const auto suggestion = SuggestForRace(Count(observations), observations);
  ASSERT_TRUE(suggestion.has_value());
  EXPECT_EQ(suggestion->evidence, "7 of 8 contended accesses held m, 1 did not");
}

}  // namespace
}  // namespace heddle::explain
