// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: no service, no work.
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
    if (!found) return;
    ++found->requests;
  });
  starter.join();
  user.join();
  return instance.requests > 1;
}
