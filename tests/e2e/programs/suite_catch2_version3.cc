// Answers as a program with Catch2 3 does, of which Debian 12 has no package: lists its test cases as XML, and runs the
// one that its last word specifies. Ends badly for words that only version 2 takes, or that choose more than one.
#include <cstdio>
#include <cstring>
#include <thread>

namespace {

int balance;

int List() {
  std::puts(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<MatchingTests>\n"
      "  <TestCase>\n    <Name>racy, &amp; more</Name>\n    <ClassName/>\n  </TestCase>\n"
      "  <TestCase>\n    <Name>sound</Name>\n    <ClassName/>\n  </TestCase>\n"
      "</MatchingTests>");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--list-tests") == 0) return List();
    if (std::strcmp(argv[i], "--warn") == 0 || std::strcmp(argv[i], "[t]") == 0) return 1;
  }
  const bool racy = std::strcmp(argv[argc - 1], "racy\\, & more") == 0;
  if (!racy && std::strcmp(argv[argc - 1], "sound") != 0) return 2;
  // The bug: no lock.
  std::thread other([racy] {
    if (racy) ++balance;
  });
  if (racy) ++balance;
  other.join();
}
