// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: accounts are locked in the order of their numbers.
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
  std::lock_guard one(source.number < target.number ? source.mutex : target.mutex);
  std::lock_guard other(source.number < target.number ? target.mutex : source.mutex);
  source.balance -= amount;
  target.balance += amount;
}

int main() {
  std::thread([] { Transfer(x, y, 1); }).join();
  std::thread([] { Transfer(y, x, 2); }).join();
  return x.balance + y.balance != 20;
}
