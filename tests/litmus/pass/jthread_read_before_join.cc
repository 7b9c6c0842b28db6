// heddle: ways=gcc,clang levels=O0,O2
// Fixed: join first.
// Covers: std::jthread, std::stop_token.
#include <stop_token>
#include <thread>

int rounds;

int main() {
  std::jthread worker([](std::stop_token stop) {
    for (int i = 0; i < 3 && !stop.stop_requested(); ++i) ++rounds;
  });
  worker.request_stop();
  worker.join();
  return rounds > 3;
}
