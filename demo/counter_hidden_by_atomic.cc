// A race on a plain counter that ThreadSanitizer cannot see in practice: two threads run `++done; ++sum; ++done`, where
// `done` is atomic and `sum` is an ordinary int.
//
// Why ThreadSanitizer misses it: the three statements take a few nanoseconds, and starting a thread takes tens of
// microseconds, so on a real machine one thread is through before the other begins. Then the second thread's first
// `++done` reads what the first thread's last `++done` wrote, which orders everything: in THAT run there is no race,
// and ThreadSanitizer judges the run it was given. The race exists in every interleaving in which the second thread
// starts before the first has reached its last `++done`:
//
//   step | thread 1            | thread 2
//   1    | ++done  (0 -> 1)    |
//   2    |                     | ++done  (1 -> 2): ordered after step 1, but after nothing later
//   3    | ++sum               |
//   4    |                     | ++sum   <- unordered with step 3: data-race
//
// As reported: `sum` is a plain int. Fixed (-DDEMO_FIXED=1): `sum` is atomic too.
#include <atomic>
#include <cstdio>
#include <thread>

#ifndef DEMO_FIXED
#define DEMO_FIXED 0
#endif

#if DEMO_FIXED
using Sum = std::atomic<int>;
#else
using Sum = int;
#endif

class Statistics {
 public:
  // Counts one request. Callers on any thread.
  void Record() {
    ++done_;
    ++sum_;
    ++done_;
  }

  int sum() const { return sum_; }

 private:
  std::atomic<int> done_{0};  // Progress, for a display: odd while someone is inside.
  Sum sum_{0};
};

int main() {
  Statistics statistics;
  std::thread first([&] { statistics.Record(); });
  std::thread second([&] { statistics.Record(); });
  first.join();
  second.join();
  std::printf("%d requests\n", statistics.sum());
}
