// A program for tests of the driver: behaves as its arguments say for the execution it runs in (fake_loom.cc).
//
//   choosy CHOICE STATUS [CHOICE STATUS …]   ends with STATUS in executions whose choice is CHOICE or "all"
//   choosy cat                               prints its standard input
#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int argc, char** argv) {
  const char* text = std::getenv("FAKE_CHOICE");
  const int choice = text != nullptr ? std::atoi(text) : -1;
  if (argc == 2 && std::strcmp(argv[1], "cat") == 0) {
    for (int c = std::getchar(); c != EOF; c = std::getchar()) std::putchar(c);
    return 0;
  }
  std::printf("choice %d\n", choice);
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "all") == 0 || std::atoi(argv[i]) == choice)
      return std::atoi(argv[i + 1]);
  }
  return 0;
}
