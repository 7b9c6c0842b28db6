// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: a pointer is looked up in one critical section and used in the next; in between the object is deleted. Every
// access is locked, so nothing races.
//   step | reader                      | remover
//   1    | locks, finds the session    |
//   2    |                             | locks, removes and deletes it
//   3    | locks, reads session->hits  |     <- freed memory
// Covers: heap, shared_ptr in a map.
#include <map>
#include <memory>
#include <mutex>
#include <thread>

struct Session {
  int hits = 0;
};

std::mutex mutex;
std::map<int, std::unique_ptr<Session>> sessions;
int hits;

int main() {
  sessions[1] = std::make_unique<Session>();
  std::thread reader([] {
    Session* session = nullptr;
    {
      std::lock_guard lock(mutex);
      const auto found = sessions.find(1);
      if (found == sessions.end()) return;
      session = found->second.get();
    }
    std::lock_guard lock(mutex);
    hits += session->hits;
  });
  std::thread remover([] {
    std::lock_guard lock(mutex);
    sessions.erase(1);
  });
  reader.join();
  remover.join();
}
