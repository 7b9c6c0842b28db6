#include "base/thread_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/prng.h"

namespace heddle {
namespace {

std::vector<uint32_t> Members(const ThreadSet& set) {
  std::vector<uint32_t> members;
  set.ForEach([&](ThreadId id) { members.push_back(Index(id)); });
  return members;
}

void ExpectSame(const ThreadSet& set, const std::set<uint32_t>& reference) {
  ASSERT_EQ(set.count(), reference.size());
  EXPECT_EQ(set.empty(), reference.empty());
  EXPECT_EQ(Members(set), std::vector<uint32_t>(reference.begin(), reference.end()));
  uint32_t n = 0;
  for (uint32_t id : reference) {
    ASSERT_EQ(Index(set.Nth(n)), id);
    ++n;
  }
}

// Random insertions, removals and clearings among ids below `ids`, compared with std::set after each.
void CompareWithStdSet(uint32_t ids, int steps, uint64_t seed) {
  Prng prng(seed);
  ThreadSet set;
  std::set<uint32_t> reference;
  for (int step = 0; step < steps; ++step) {
    const uint32_t id = prng.Below(ids);
    const uint32_t what = prng.Below(100);
    if (what < 55) {
      set.Insert(ThreadId{id});
      reference.insert(id);
    } else if (what < 99) {
      set.Erase(ThreadId{id});
      reference.erase(id);
    } else {
      set.Clear();
      reference.clear();
    }
    const uint32_t asked = prng.Below(ids);
    ASSERT_EQ(set.Contains(ThreadId{asked}), reference.count(asked) != 0);
    ASSERT_NO_FATAL_FAILURE(ExpectSame(set, reference)) << "seed " << seed << " step " << step;
  }
}

TEST(ThreadSetTest, IsEmptyAtFirst) {
  const ThreadSet set;
  EXPECT_TRUE(set.empty());
  EXPECT_FALSE(set.Contains(ThreadId{0}));
  EXPECT_FALSE(set.Contains(ThreadId{kThreadsMax - 1}));
  EXPECT_TRUE(Members(set).empty());
}

TEST(ThreadSetTest, HoldsAMemberOnce) {
  ThreadSet set;
  set.Insert(ThreadId{5});
  set.Insert(ThreadId{5});
  EXPECT_EQ(set.count(), 1u);
  set.Erase(ThreadId{5});
  set.Erase(ThreadId{5});
  set.Erase(ThreadId{900});  // in a word that was never used
  EXPECT_TRUE(set.empty());
}

TEST(ThreadSetTest, AgreesWithStdSet) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    CompareWithStdSet(4, 300, seed);
    CompareWithStdSet(64, 300, seed);  // exactly one word
    CompareWithStdSet(65, 300, seed);
    CompareWithStdSet(kThreadsMax, 300, seed);
  }
}

TEST(ThreadSetTest, CanHoldEveryThread) {
  ThreadSet set;
  for (uint32_t id = kThreadsMax; id-- > 0;) set.Insert(ThreadId{id});
  EXPECT_EQ(set.count(), kThreadsMax);
  for (uint32_t n : {0u, 63u, 64u, 65u, kThreadsMax - 1}) EXPECT_EQ(Index(set.Nth(n)), n);
  EXPECT_TRUE(std::ranges::is_sorted(Members(set)));
}

// A set that was cleared must not bring back members of words that it used before.
TEST(ThreadSetTest, ForgetsHighMembersWhenCleared) {
  ThreadSet set;
  for (uint32_t id : {0u, 100u, 3999u}) set.Insert(ThreadId{id});
  set.Clear();
  set.Insert(ThreadId{3998});
  EXPECT_EQ(Members(set), std::vector<uint32_t>{3998});
}

TEST(ThreadSetTest, MayLoseTheMemberThatIsVisited) {
  ThreadSet set;
  for (uint32_t id = 0; id < 200; id += 3) set.Insert(ThreadId{id});
  uint32_t visited = 0;
  set.ForEach([&](ThreadId id) {
    ++visited;
    set.Erase(id);
  });
  EXPECT_EQ(visited, 67u);
  EXPECT_TRUE(set.empty());
}

}  // namespace
}  // namespace heddle
