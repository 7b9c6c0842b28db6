#include "cli/wrapper_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

constexpr const char* kLibrary = "/opt/heddle/lib/libtsan.so.2";

TEST(WrapperArgumentsTest, CompilingOnlyInstruments) {
  EXPECT_THAT(WrapperArguments(CompilerFamily::kClang, {"-O2", "-c", "a.cc"}, kLibrary),
              ElementsAre("-fsanitize=thread", "-g", "-O2", "-c", "a.cc"));
}

TEST(WrapperArgumentsTest, LinkingReplacesTheRuntime) {
  EXPECT_THAT(WrapperArguments(CompilerFamily::kClang, {"a.cc", "-o", "a"}, kLibrary),
              ElementsAre("-fsanitize=thread", "-g", "-fno-sanitize-link-runtime", "a.cc", "-o",
                          "a", kLibrary, "-Wl,-rpath,/opt/heddle/lib"));
}

TEST(WrapperArgumentsTest, TheLibraryIsNotReadAsSource) {
  const Arguments arguments =
      WrapperArguments(CompilerFamily::kClang, {"-x", "c++", "-"}, kLibrary);
  EXPECT_THAT(arguments,
              ElementsAre("-fsanitize=thread", "-g", "-fno-sanitize-link-runtime", "-x", "c++", "-",
                          "-x", "none", kLibrary, "-Wl,-rpath,/opt/heddle/lib"));
}

TEST(WrapperArgumentsTest, GccNeedsToBeToldWhereTheLibraryLies) {
  EXPECT_THAT(WrapperArguments(CompilerFamily::kGcc, {"a.cc"}, kLibrary),
              ElementsAre("-fsanitize=thread", "-g", "a.cc", "-Wl,-rpath,/opt/heddle/lib"));
  EXPECT_THAT(WrapperArguments(CompilerFamily::kGcc, {"-c", "a.cc"}, kLibrary),
              ElementsAre("-fsanitize=thread", "-g", "-c", "a.cc"));
}

TEST(WrapperArgumentsTest, DebugOptionsOfTheUserStay) {
  for (const char* option : {"-g", "-g0", "-g3", "-ggdb", "-gdwarf-5", "-gline-tables-only"}) {
    EXPECT_THAT(WrapperArguments(CompilerFamily::kGcc, {option, "a.cc"}, kLibrary),
                ElementsAre("-fsanitize=thread", option, "a.cc", "-Wl,-rpath,/opt/heddle/lib"));
  }
  EXPECT_THAT(
      WrapperArguments(CompilerFamily::kClang, {"--gcc-toolchain=/usr", "-c", "a.cc"}, kLibrary),
      Contains("-g"));
}

TEST(WrapperArgumentsTest, KnowsWhatLinks) {
  EXPECT_TRUE(Links({"a.o", "b.o"}));
  EXPECT_TRUE(Links({"-shared", "a.o"}));
  EXPECT_TRUE(Links({"@files.rsp"}));
  EXPECT_FALSE(Links({"--version"}));
  EXPECT_FALSE(Links({"-###"}));
  EXPECT_FALSE(Links({"-print-search-dirs", "-o", "a"}));
  for (const char* stop : {"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only"})
    EXPECT_FALSE(Links({stop, "a.cc"})) << stop;
  EXPECT_TRUE(Links({"-MD", "-MF", "a.d", "a.cc"}));
}

TEST(WrapperArgumentsTest, KnowsTheFamilyByTheName) {
  EXPECT_EQ(FamilyOf("/usr/bin/g++-12"), CompilerFamily::kGcc);
  EXPECT_EQ(FamilyOf("x86_64-linux-gnu-gcc"), CompilerFamily::kGcc);
  EXPECT_EQ(FamilyOf("/usr/bin/clang++-14"), CompilerFamily::kClang);
  EXPECT_EQ(FamilyOf("/opt/gcc/bin/clang"), CompilerFamily::kClang);
}

}  // namespace
}  // namespace heddle::cli
