// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: one call that inserts if the key is absent.
// Covers: check-then-act on a concurrent map.
#include <cassert>
#include <map>
#include <mutex>
#include <thread>

class ConcurrentMap {
 public:
  bool Contains(int key) {
    std::lock_guard lock(mutex_);
    return map_.count(key) != 0;
  }

  // Returns false if the key was there.
  bool Insert(int key, int value) {
    std::lock_guard lock(mutex_);
    return map_.emplace(key, value).second;
  }

 private:
  std::mutex mutex_;
  std::map<int, int> map_;
};

ConcurrentMap sessions;

void Open(int owner) {
  if (!sessions.Insert(7, owner)) return;
  assert(sessions.Contains(7));
}

int main() {
  std::thread first(Open, 1);
  std::thread second(Open, 2);
  first.join();
  second.join();
}
