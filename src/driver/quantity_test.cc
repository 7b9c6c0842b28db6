#include "driver/quantity.h"

#include <gtest/gtest.h>

namespace heddle::driver {
namespace {

TEST(QuantityTest, ReadsDurationsWithTheirUnits) {
  EXPECT_EQ(ParseDuration("250ms").value(), 250'000'000u);
  EXPECT_EQ(ParseDuration("30s").value(), 30'000'000'000u);
  EXPECT_EQ(ParseDuration("30").value(), 30'000'000'000u);
  EXPECT_EQ(ParseDuration("5m").value(), 300'000'000'000u);
  EXPECT_EQ(ParseDuration("2h").value(), 7'200'000'000'000u);
  EXPECT_EQ(ParseDuration("1.5s").value(), 1'500'000'000u);
}

TEST(QuantityTest, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "s", "-1s", "+1s", "1 s", "1d", "0s", "0x10s", "1e3s", "inf", "nan",
                           "1..5s", "2000h", "99999999999999999999999999h", "0.1ns"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

TEST(QuantityTest, ReadsCounts) {
  EXPECT_EQ(ParseCount("1").value(), 1u);
  EXPECT_EQ(ParseCount("10k").value(), 10'000u);
  EXPECT_EQ(ParseCount("2M").value(), 2'000'000u);
  EXPECT_EQ(ParseCount("1.5k").value(), 1'500u);
}

TEST(QuantityTest, ReadsParts) {
  EXPECT_DOUBLE_EQ(ParsePart("1%").value(), 0.01);
  EXPECT_DOUBLE_EQ(ParsePart("0.25%").value(), 0.0025);
  EXPECT_DOUBLE_EQ(ParsePart("0.01").value(), 0.01);
  for (const char* text : {"", "0", "0%", "1", "100%", "-1%", "1 %", "half", "5s"}) {
    EXPECT_FALSE(ParsePart(text).ok()) << text;
  }
}

TEST(QuantityTest, RefusesWhatIsNoCount) {
  for (const char* text : {"", "0", "-1", "1.5", "ten", "10s", "99999999999999999999999"}) {
    EXPECT_FALSE(ParseCount(text).ok()) << text;
  }
}

}  // namespace
}  // namespace heddle::driver
