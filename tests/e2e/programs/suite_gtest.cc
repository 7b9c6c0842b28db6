// A GoogleTest program of every kind of test: racy, sound, parameterised, typed, disabled. What check_test_runs.py runs.
#include <gtest/gtest.h>

#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

namespace {

struct Account {
  std::mutex mutex;
  int balance = 0;
};

// The bug: the threads do not take the lock.
TEST(AccountTest, Racy) {
  Account account;
  std::thread other([&account] { account.balance += 1; });
  account.balance += 2;
  other.join();
}

TEST(AccountTest, Sound) {
  Account account;
  const auto add = [&account] {
    std::lock_guard lock(account.mutex);
    ++account.balance;
  };
  std::thread other(add);
  add();
  other.join();
  EXPECT_EQ(account.balance, 2);
}

TEST(AccountTest, DISABLED_Broken) { std::abort(); }

class CountTest : public testing::TestWithParam<int> {};

TEST_P(CountTest, Joins) {
  int count = 0;
  std::thread other([&count] { count += GetParam(); });
  other.join();
  EXPECT_EQ(count, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Some, CountTest, testing::Values(1, 2));

template <typename T>
class TypedTest : public testing::Test {};

// A name with characters that mean something in a filter.
struct Names {
  template <typename T>
  static std::string GetName(int index) {
    return index == 0 ? "std::pair<int-long>" : "int";
  }
};

using Types = testing::Types<std::pair<int, long>, int>;
TYPED_TEST_SUITE(TypedTest, Types, Names);

TYPED_TEST(TypedTest, Works) {
  TypeParam value{};
  std::thread other([&value] { value = TypeParam{}; });
  other.join();
}

}  // namespace
