#include "report/caveats.h"

#include <gtest/gtest.h>

namespace heddle::report {
namespace {

FindingView Race(const std::string& module) {
  FindingView view;
  view.verdict = trace::Verdict::kDataRace;
  AccessView access;
  access.stack.frames.push_back({.module = "/home/me/program", .function = "Use"});
  access.stack.frames.push_back({.module = module, .function = "Log"});
  view.accesses = {access, {}};
  return view;
}

TEST(CaveatsTest, ALibraryOfTheSystemIsNamed) {
  const std::vector<std::string> caveats =
      Caveats(Race("/usr/lib/x86_64-linux-gnu/libspdlog.so.1"));
  ASSERT_EQ(caveats.size(), 1u);
  EXPECT_EQ(caveats[0].rfind("libspdlog.so.1 takes part", 0), 0u) << caveats[0];
}

TEST(CaveatsTest, WhatTheLoomTakesOverNeedsNoWord) {
  EXPECT_TRUE(Caveats(Race("/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30")).empty());
  EXPECT_TRUE(Caveats(Race("/lib/x86_64-linux-gnu/libc.so.6")).empty());
  EXPECT_TRUE(Caveats(Race("/usr/local/lib/heddle/libtsan.so.2")).empty());
  EXPECT_TRUE(Caveats(Race("/home/me/libmine.so")).empty());
}

TEST(CaveatsTest, LibrariesThatMayOrderTheAccessesAreNamed) {
  FindingView view = Race("/home/me/libmine.so");
  view.unseen_libraries = {"libabsl_synchronization.so.20220623"};
  ASSERT_EQ(Caveats(view).size(), 1u);
  EXPECT_EQ(Caveats(view)[0].rfind("libabsl_synchronization.so.20220623 has atomic operations", 0),
            0u);
  view.unseen_libraries = {"liba.so", "libb.so", "libc3.so", "libd.so", "libe.so"};
  EXPECT_EQ(Caveats(view)[0].rfind("liba.so, libb.so, libc3.so and 2 others have", 0), 0u)
      << Caveats(view)[0];
  // One that takes part is named with stronger words.
  view = Race("/usr/lib/libspdlog.so.1");
  view.unseen_libraries = {"libspdlog.so.1"};
  ASSERT_EQ(Caveats(view).size(), 1u);
  EXPECT_EQ(Caveats(view)[0].rfind("libspdlog.so.1 takes part", 0), 0u);
}

TEST(CaveatsTest, OnlyRacesDependOnWhatIsSeen) {
  FindingView view = Race("/usr/lib/libspdlog.so.1");
  view.verdict = trace::Verdict::kDeadlock;
  EXPECT_TRUE(Caveats(view).empty());
}

}  // namespace
}  // namespace heddle::report
