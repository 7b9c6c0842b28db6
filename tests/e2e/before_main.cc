// A program that never reaches main: its constructor ends the process or, with SLOW set, takes its time.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

struct Early {
  Early() {
    std::fputs("said before main\n", stderr);
    if (std::getenv("SLOW") != nullptr) sleep(60);
    _exit(7);
  }
} early;

}  // namespace

int main() { return 0; }
