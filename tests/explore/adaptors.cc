// The adaptors for Catch2 and doctest: a sound body passes, a failing HEDDLE_CHECK in a thread fails the test case with its
// story. Built once for each framework; check_adaptors.py runs both.
#ifdef USE_DOCTEST
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "heddle/doctest.h"
#define TAGS(...)
#else
#define CATCH_CONFIG_MAIN
#include "heddle/catch2.h"
#define TAGS(...) , __VA_ARGS__
#endif

#include <atomic>
#include <thread>

namespace {

void AddTwice(bool atomically) {
  std::atomic<int> count = 0;
  const auto add = [&] {
    if (atomically) {
      ++count;
    } else {
      count.store(count.load() + 1);
    }
  };
  std::thread first(add);
  std::thread second(add);
  first.join();
  second.join();
  HEDDLE_CHECK(count.load() == 2);
}

}  // namespace

HEDDLE_TEST_CASE("sound" TAGS("[queue]")) { AddTwice(true); }

HEDDLE_TEST_CASE("loses an update") { AddTwice(false); }

TEST_CASE("a part of a test") {
  CHECK_EXPLORED([] { AddTwice(true); }, {.schedules = 100});
}

HEDDLE_TEST_CASE("requires what does not hold") {
  std::thread([] { HEDDLE_REQUIRE(1 + 1 == 3); }).join();
}
