// Heddle in doctest: a test case whose body is explored instead of run once.
//
//   HEDDLE_TEST_CASE("the queue keeps what was pushed") {
//     Queue queue;
//     std::thread producer([&] { queue.Push(1); });
//     std::thread consumer([&] { HEDDLE_CHECK(queue.Pop() == 1); });
//     producer.join();
//     consumer.join();
//   }
//
// CHECK_EXPLORED(body, options) explores a part of an ordinary test case. Inside a body use HEDDLE_CHECK and HEDDLE_REQUIRE,
// whose failures are findings (assertion) of the schedule in which they failed; doctest's own count for the test case as a
// whole, and its bookkeeping would be explored with the body. Subcases do not mix with bodies.
#pragma once

#include <doctest/doctest.h>

#include "heddle/detail/expect.h"

#define CHECK_EXPLORED(...)                                                \
  do {                                                                     \
    const ::heddle::Result heddle_result = ::heddle::Explore(__VA_ARGS__); \
    const std::string heddle_story = heddle_result.ToString();             \
    INFO(heddle_story);                                                    \
    CHECK(heddle_result.ok());                                             \
  } while (false)

#define HEDDLE_TEST_CASE(title) HEDDLE_TEST_CASE_(DOCTEST_ANONYMOUS(HeddleBody), title)
#define HEDDLE_TEST_CASE_(body, title)                                    \
  static void body();                                                     \
  TEST_CASE(title) {                                                      \
    ::heddle::Options heddle_options;                                     \
    heddle_options.name = title;                                          \
    heddle_options.replay_argument = std::string("--test-case=") + title; \
    CHECK_EXPLORED(body, heddle_options);                                 \
  }                                                                       \
  static void body()
