// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: a transfer locks the source, then the target; two opposite transfers take turns today.
//   step | main              | thread 1                   | thread 2
//   1    | starts both       |                            | waits for turn 2
//   2    |                   | locks x, y; turn = 2       |
//   3    |                   |                            | locks y, x     <- y before x, x before y
// Covers: locks in objects.
#include <atomic>
#include <mutex>
#include <thread>

struct Account {
  int number;
  int balance;
  std::mutex mutex;
};

Account x{1, 10, {}};
Account y{2, 10, {}};
std::atomic<int> turn{1};

void Transfer(int wanted_turn, Account& source, Account& target, int amount) {
  while (turn.load(std::memory_order_relaxed) != wanted_turn) std::this_thread::yield();
  {
    std::lock_guard one(source.mutex);
    std::lock_guard other(target.mutex);
    source.balance -= amount;
    target.balance += amount;
  }
  turn.store(wanted_turn + 1, std::memory_order_relaxed);
}

int main() {
  std::thread first([] { Transfer(1, x, y, 1); });
  std::thread second([] { Transfer(2, y, x, 2); });
  first.join();
  second.join();
  return x.balance + y.balance != 20;
}
