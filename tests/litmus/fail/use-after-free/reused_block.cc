// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: the producer keeps the address of a message that it has handed over, and the consumer has deleted.
//   step | producer                       | consumer
//   1    | locks, hands the message over  |
//   2    |                                | locks, takes and deletes it
//   3    | locks, reads message->size     |     <- freed memory
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
    const Message* kept = message.get();
    {
      std::lock_guard lock(mutex);
      box = std::move(message);
    }
    std::lock_guard lock(mutex);
    sent += kept->size;
  });
  std::thread consumer([] {
    std::lock_guard lock(mutex);
    if (!box) return;
    received += box->size;
    box.reset();
  });
  producer.join();
  consumer.join();
  return received > sent;
}
