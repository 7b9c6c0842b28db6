// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the reader shares the ownership.
// Covers: heap, shared_ptr in a map.
#include <map>
#include <memory>
#include <mutex>
#include <thread>

struct Session {
  int hits = 0;
};

std::mutex mutex;
std::map<int, std::shared_ptr<Session>> sessions;
int hits;

int main() {
  sessions[1] = std::make_shared<Session>();
  std::thread reader([] {
    std::shared_ptr<Session> session;
    {
      std::lock_guard lock(mutex);
      const auto found = sessions.find(1);
      if (found == sessions.end()) return;
      session = found->second;
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
