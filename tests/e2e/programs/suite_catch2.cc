// A Catch2 program whose test cases have names that a test specification would read otherwise. See check_test_runs.py.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <mutex>
#include <thread>

// The bug: no lock.
TEST_CASE("racy, with [brackets]", "[threads]") {
  int balance = 0;
  std::thread other([&balance] { balance += 1; });
  balance += 2;
  other.join();
}

TEST_CASE("sound \"quoted\" \\ *", "[threads]") {
  std::mutex mutex;
  int balance = 0;
  const auto add = [&] {
    std::lock_guard lock(mutex);
    ++balance;
  };
  std::thread other(add);
  add();
  other.join();
  REQUIRE(balance == 2);
}

TEST_CASE("[ begins oddly") {}
TEST_CASE("~negated") {}
TEST_CASE("-dash") {}
TEST_CASE("#hash") {}
TEST_CASE("exclude:nothing") {}
TEST_CASE("hidden", "[.]") { REQUIRE(false); }
