// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: one critical section.
// Covers: mutex, atomicity of a check and its action.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex mutex;
int balance = 100;

void Withdraw(int amount) {
  std::lock_guard lock(mutex);
  if (balance < amount) return;
  balance -= amount;
  assert(balance >= 0);
}

int main() {
  std::thread first(Withdraw, 100);
  std::thread second(Withdraw, 100);
  first.join();
  second.join();
}
