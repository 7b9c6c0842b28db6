// heddle: ways=gcc,clang,plain levels=O0,O2
// Bug: a transfer locks the source, then the target; two opposite transfers run one after the other today.
//   step | main                           | thread 1                 | thread 2
//   1    | starts thread 1                | locks x, y               |
//   2    | joins it, starts thread 2      |                          | locks y, x
// Covers: locks in objects, orders by distinct threads that never overlap.
#include <mutex>
#include <thread>

struct Account {
  int number;
  int balance;
  std::mutex mutex;
};

Account x{1, 10, {}};
Account y{2, 10, {}};

void Transfer(Account& source, Account& target, int amount) {
  std::lock_guard one(source.mutex);
  std::lock_guard other(target.mutex);
  source.balance -= amount;
  target.balance += amount;
}

int main() {
  std::thread([] { Transfer(x, y, 1); }).join();
  std::thread([] { Transfer(y, x, 2); }).join();
  return x.balance + y.balance != 20;
}
