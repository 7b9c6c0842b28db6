// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a thread takes a ticket, is told to stop and goes away; the number served never gets past its ticket.
//   step | main             | thread 1                     | thread 2
//   1    | stop = true      |                              |
//   2    |                  | ticket 0, sees stop, leaves  |
//   3    |                  |                              | ticket 1, spins for ever
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
  if (stop) return;
  while (serving != ticket) std::this_thread::yield();
  ++serving;
}

int main() {
  std::thread first(Impatient);
  std::thread second(Patient);
  stop = true;
  first.join();
  second.join();
}
