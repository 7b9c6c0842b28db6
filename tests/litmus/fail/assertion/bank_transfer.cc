// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: balance is checked in one critical section and taken in another. No data race: every access is locked.
//   step | customer 1           | customer 2
//   1    | sees 100             |
//   2    |                      | sees 100
//   3    | takes 100            |
//   4    |                      | takes 100     <- balance is -100
// Covers: mutex, atomicity of a check and its action.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex mutex;
int balance = 100;

void Withdraw(int amount) {
  {
    std::lock_guard lock(mutex);
    if (balance < amount) return;
  }
  std::lock_guard lock(mutex);
  balance -= amount;
  assert(balance >= 0);
}

int main() {
  std::thread first(Withdraw, 100);
  std::thread second(Withdraw, 100);
  first.join();
  second.join();
}
