// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: a map whose every method is locked is asked for a key, and told to insert it, in two calls.
//   step | thread 1                | thread 2
//   1    | Contains: no            |
//   2    |                         | Contains: no
//   3    | Insert                  |
//   4    |                         | Insert: somebody was faster
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
  if (sessions.Contains(7)) return;
  const bool inserted = sessions.Insert(7, owner);
  assert(inserted);
}

int main() {
  std::thread first(Open, 1);
  std::thread second(Open, 2);
  first.join();
  second.join();
}
