// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: the initialiser of a function-local static starts a thread that needs the static, and joins it: initialisation
// that recurses through another thread. Every schedule ends so.
//   step | main                            | helper
//   1    | enters the initialiser          |
//   2    | starts and joins the helper     |
//   3    |                                 | waits for the initialiser
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

void Check(int* checked) { *checked = Instance().level; }

Service::Service() {
  std::thread helper(Check, &checked);
  helper.join();
}

int main() { return Instance().checked != 1; }
