#include "driver/elf_probe.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace heddle::driver {
namespace {

using testing::HasSubstr;

class ElfProbeTest : public testing::Test {
 protected:
  ElfProbeTest() {
    std::string name = testing::TempDir() + "heddle-probe-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~ElfProbeTest() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string Write(const std::string& name, const std::string& contents,
                                  int mode = 0755) {
    const std::string path = directory_ / name;
    std::ofstream(path, std::ios::binary) << contents;
    chmod(path.c_str(), static_cast<mode_t>(mode));
    return path;
  }
  // This test program: an ordinary, dynamically linked one.
  [[nodiscard]] static std::string OwnImage() {
    std::ifstream file("/proc/self/exe", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] static Elf64_Ehdr& Header(std::string& image) {
    return *reinterpret_cast<Elf64_Ehdr*>(image.data());
  }
  // Turns the program headers of one type into ones that nobody looks at.
  static void Remove(std::string& image, uint32_t type) {
    const Elf64_Ehdr& header = Header(image);
    for (int i = 0; i < header.e_phnum; ++i) {
      auto* segment = reinterpret_cast<Elf64_Phdr*>(image.data() + header.e_phoff) + i;
      if (segment->p_type == type) segment->p_type = PT_NULL;
    }
  }
  std::filesystem::path directory_;
};

TEST_F(ElfProbeTest, AcceptsAnOrdinaryProgram) {
  const Result<ProgramFacts> facts = ProbeProgram("/bin/true");
  ASSERT_TRUE(facts.ok()) << facts.error().message;
  EXPECT_FALSE(facts.value().instrumented);
}

TEST_F(ElfProbeTest, RefusesWhatIsNoProgram) {
  EXPECT_THAT(ProbeProgram(directory_ / "missing").error().message, HasSubstr("No such file"));
  EXPECT_THAT(ProbeProgram(directory_).error().message, HasSubstr("directory"));
  EXPECT_THAT(ProbeProgram("/dev/null").error().message, HasSubstr("not a regular file"));
  EXPECT_THAT(ProbeProgram(Write("plain", "x", 0644)).error().message, HasSubstr("not executable"));
  EXPECT_THAT(ProbeProgram(Write("empty", "")).error().message, HasSubstr("not an ELF"));
  EXPECT_EQ(ProbeProgram(Write("text", "hello")).error().exit_status, kExitUsage);
}

TEST_F(ElfProbeTest, NamesTheInterpreterOfAScript) {
  const Result<ProgramFacts> facts =
      ProbeProgram(Write("script", "#! /usr/bin/env python3\nprint(1)\n"));
  ASSERT_FALSE(facts.ok());
  EXPECT_THAT(facts.error().message, HasSubstr("/usr/bin/env python3"));
  EXPECT_EQ(facts.error().exit_status, kExitUsage);
}

TEST_F(ElfProbeTest, RefusesOtherMachinesAndKindsOfFile) {
  std::string image = OwnImage();
  Header(image).e_machine = EM_PPC64;
  EXPECT_THAT(ProbeProgram(Write("ppc", image)).error().message, HasSubstr("machine 21"));
  image = OwnImage();
  Header(image).e_type = ET_REL;
  EXPECT_THAT(ProbeProgram(Write("object", image)).error().message, HasSubstr("object file"));
}

TEST_F(ElfProbeTest, StaticProgramsAreUnsupportedWithARemedy) {
  std::string image = OwnImage();
  Remove(image, PT_INTERP);
  Remove(image, PT_DYNAMIC);
  const Result<ProgramFacts> facts = ProbeProgram(Write("static", image));
  ASSERT_FALSE(facts.ok());
  EXPECT_EQ(facts.error().exit_status, kExitUnsupported);
  EXPECT_THAT(facts.error().message, HasSubstr("statically linked"));
  EXPECT_THAT(facts.error().remedy, HasSubstr("dynamically"));
}

TEST_F(ElfProbeTest, SurvivesEveryTruncationAndFlippedHeaderByte) {
  const std::string image = OwnImage();
  for (size_t length = 0; length < 5000; length += 31) {
    (void)ProbeProgram(Write("cut", image.substr(0, length)));
  }
  for (size_t at = 0; at < 1200; at += 5) {
    std::string broken = image.substr(0, 20'000);
    broken[at] = static_cast<char>(broken[at] ^ 0xff);
    (void)ProbeProgram(Write("flipped", broken));
  }
}

TEST_F(ElfProbeTest, FindsProgramsAsTheShellDoes) {
  const std::string path = Write("tool", "x");
  (void)Write("data", "x", 0644);
  EXPECT_EQ(FindProgram("tool", ("/nowhere:" + directory_.string()).c_str()).value(), path);
  EXPECT_EQ(FindProgram(path, nullptr).value(), path);
  EXPECT_FALSE(FindProgram("data", directory_.c_str()).ok());
  EXPECT_FALSE(FindProgram("tool", "/nowhere").ok());
  EXPECT_FALSE(FindProgram("", "/bin").ok());
}

}  // namespace
}  // namespace heddle::driver
