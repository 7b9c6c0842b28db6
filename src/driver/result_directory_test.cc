// The result directory: only cards count, the oldest go first, and nothing of anybody else's is touched.
#include "driver/result_directory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace heddle::driver {
namespace {

namespace fs = std::filesystem;

class ResultDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "heddle-test-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }

  // A file of this age in hours.
  std::string Make(const std::string& name, int age = 0) {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "{}";
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(age));
    return path.string();
  }

  fs::path root_;
};

TEST_F(ResultDirectoryTest, ACardIsNamedByVerdictAndDigits) {
  EXPECT_TRUE(IsCardName("data-race-1981fea0.card"));
  EXPECT_TRUE(IsCardName("deadlock-00000000.card"));
  EXPECT_FALSE(IsCardName("birthday.card"));
  EXPECT_FALSE(IsCardName("data-race-1981fea0.json"));
  EXPECT_FALSE(IsCardName("data-race-1981feaX.card"));
  EXPECT_FALSE(IsCardName("my-race-1981fea0.card"));
}

TEST_F(ResultDirectoryTest, ListsCardsAndThoseOfTests) {
  const std::string first = Make("data-race-00000001.card");
  const std::string second = Make("Suite.Test/deadlock-00000002.card");
  Make("notes.txt");
  Make("a/b/deadlock-00000003.card");
  EXPECT_EQ(ListCards(root_).value(), (std::vector<std::string>{second, first}));
  EXPECT_FALSE(ListCards(root_ / "nothing").ok());
}

TEST_F(ResultDirectoryTest, TheOldestCardsGoFirst) {
  const std::string old = Make("data-race-00000001.card", 3);
  const std::string newer = Make("data-race-00000002.card", 2);
  Make("data-race-00000003.card", 1);
  const std::string other = Make("readme", 9);
  EXPECT_EQ(PruneCards(root_, 3), 0u);
  EXPECT_EQ(PruneCards(root_, 2), 1u);
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(newer));
  EXPECT_TRUE(fs::exists(other));
}

TEST_F(ResultDirectoryTest, CleaningLeavesWhatIsNotOurs) {
  Make("data-race-00000001.card");
  Make("Suite.Test/deadlock-00000002.card");
  const std::string other = Make("mine/notes");
  const Cleaned cleaned = CleanResults(root_).value();
  EXPECT_EQ(cleaned.cards, 2u);
  EXPECT_FALSE(cleaned.directory_removed);
  EXPECT_TRUE(fs::exists(other));
  EXPECT_FALSE(fs::exists(root_ / "Suite.Test"));
}

TEST_F(ResultDirectoryTest, CleaningRemovesTheDirectoryThatHeldNothingElse) {
  Make("data-race-00000001.card");
  EXPECT_TRUE(CleanResults(root_).value().directory_removed);
  EXPECT_FALSE(fs::exists(root_));
}

}  // namespace
}  // namespace heddle::driver
