// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: request_stop asks a thread to stop, it does not wait for it.
//   step | main                  | worker
//   1    | request_stop          |
//   2    |                       | ++rounds (it had looked before)
//   3    | reads rounds          |     <- unordered with step 2
// Covers: std::jthread, std::stop_token.
#include <stop_token>
#include <thread>

int rounds;

int main() {
  std::jthread worker([](std::stop_token stop) {
    for (int i = 0; i < 3 && !stop.stop_requested(); ++i) ++rounds;
  });
  worker.request_stop();
  return rounds > 3;
}
