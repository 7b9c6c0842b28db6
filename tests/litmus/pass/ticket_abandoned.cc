// heddle: ways=gcc,clang levels=O0,O2
// Fixed: it waits for its turn and passes it on.
// Covers: fetch_add, spinning with sched_yield.
#include <atomic>
#include <thread>

std::atomic<int> next_ticket;
std::atomic<int> serving;
std::atomic<bool> stop;

void Patient() {
  const int ticket = next_ticket++;
  while (serving != ticket) std::this_thread::yield();
  ++serving;
}

void Impatient() {
  const int ticket = next_ticket++;
  while (serving != ticket) std::this_thread::yield();
  [[maybe_unused]] const bool skip_work = stop;
  ++serving;
}

int main() {
  std::thread first(Impatient);
  std::thread second(Patient);
  stop = true;
  first.join();
  second.join();
}
