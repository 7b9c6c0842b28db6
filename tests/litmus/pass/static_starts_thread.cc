// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the helper is given what it needs.
// Covers: function-local statics.
#include <thread>

struct Service {
  Service();
  int level = 1;
  int checked = 0;
};

Service& Instance() {
  static Service service;
  return service;
}

void Check(int* checked, int level) { *checked = level; }

Service::Service() {
  std::thread helper(Check, &checked, level);
  helper.join();
}

int main() { return Instance().checked != 1; }
