// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: the user of a service assumes that the thread that was started first has run first.
//   step | starter                  | user
//   1    |                          | service is null: writes through it     <- SIGSEGV
//   2    | service = &instance      |
// Covers: order of start.
#include <atomic>
#include <thread>

struct Service {
  std::atomic<int> requests{0};
};

Service instance;
std::atomic<Service*> service;

int main() {
  std::thread starter([] { service = &instance; });
  std::thread user([] {
    Service* found = service;
    ++found->requests;
  });
  starter.join();
  user.join();
  return instance.requests > 1;
}
