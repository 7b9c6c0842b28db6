// heddle: ways=gcc,clang levels=O0,O2
// Fixed: it notes the size before it hands over. The consumer frees the block and a new one may take its place: no
// finding, because the lock orders it all.
// Covers: memory that another thread frees, and its reuse.
#include <memory>
#include <mutex>
#include <thread>

struct Message {
  int size = 3;
};

std::mutex mutex;
std::unique_ptr<Message> box;
int sent;
int received;

int main() {
  std::thread producer([] {
    auto message = std::make_unique<Message>();
    const int size = message->size;
    {
      std::lock_guard lock(mutex);
      box = std::move(message);
    }
    std::lock_guard lock(mutex);
    sent += size;
  });
  std::thread consumer([] {
    std::lock_guard lock(mutex);
    if (!box) return;
    received += box->size;
    box.reset();
    box = std::make_unique<Message>();
    box->size = 1;
  });
  producer.join();
  consumer.join();
  return received > sent;
}
