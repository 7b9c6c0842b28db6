// Heddle in Catch2 (version 2 or 3): a test case whose body is explored instead of run once.
//
//   HEDDLE_TEST_CASE("the queue keeps what was pushed", "[queue]") {
//     Queue queue;
//     std::thread producer([&] { queue.Push(1); });
//     std::thread consumer([&] { HEDDLE_CHECK(queue.Pop() == 1); });
//     producer.join();
//     consumer.join();
//   }
//
// CHECK_EXPLORED(body, options) explores a part of an ordinary test case. Catch2's own CHECK and REQUIRE are not made for
// several threads: inside a body use HEDDLE_CHECK and HEDDLE_REQUIRE, whose failures are findings (assertion) of the schedule
// in which they failed. Sections do not mix with bodies: a body runs many times, a section once.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include "heddle/detail/expect.h"

#define CHECK_EXPLORED(...)                                                \
  do {                                                                     \
    const ::heddle::Result heddle_result = ::heddle::Explore(__VA_ARGS__); \
    INFO(heddle_result.ToString());                                        \
    CHECK(heddle_result.ok());                                             \
  } while (false)

// The name of the test case, then tags as in TEST_CASE.
#define HEDDLE_TEST_CASE(title, ...) \
  HEDDLE_TEST_CASE_(INTERNAL_CATCH_UNIQUE_NAME(HeddleBody), title __VA_OPT__(, ) __VA_ARGS__)
#define HEDDLE_TEST_CASE_(body, title, ...)     \
  static void body();                           \
  TEST_CASE(title __VA_OPT__(, ) __VA_ARGS__) { \
    ::heddle::Options heddle_options;           \
    heddle_options.name = title;                \
    heddle_options.replay_argument = title;     \
    CHECK_EXPLORED(body, heddle_options);       \
  }                                             \
  static void body()
