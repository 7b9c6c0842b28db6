// Sound: Boost's lock-free containers used as their manual says: one producer and one consumer of an spsc_queue, any
// number of both of a queue and a stack. Each can be chosen by name: the last two reuse nodes that another thread may
// still be reading and find out afterwards, which is a data race to the letter of the standard, in Boost and on purpose.
#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#include <boost/lockfree/stack.hpp>
#include <string>
#include <thread>

bool OneToOne() {
  boost::lockfree::spsc_queue<std::string, boost::lockfree::capacity<2>> queue;
  std::thread producer([&] {
    for (int i = 0; i < 4; ++i) {
      while (!queue.push("message " + std::to_string(i))) std::this_thread::yield();
    }
  });
  bool right = true;
  std::string message;
  for (int i = 0; i < 4; ++i) {
    while (!queue.pop(message)) std::this_thread::yield();
    right = right && message == "message " + std::to_string(i);
  }
  producer.join();
  return right;
}

template <typename Container>
bool ManyToMany() {
  Container container(8);
  std::atomic<int> produced = 0;
  std::atomic<int> consumed = 0;
  std::atomic<int> sum = 0;
  auto produce = [&](int first) {
    for (int i = first; i < first + 3; ++i) {
      while (!container.push(new int(i))) std::this_thread::yield();
      ++produced;
    }
  };
  auto consume = [&] {
    while (consumed < 6) {
      int* number = nullptr;
      if (container.pop(number)) {
        sum += *number;  // plain memory, handed over by the container
        delete number;
        ++consumed;
      } else {
        std::this_thread::yield();
      }
    }
  };
  std::thread first(produce, 1);
  std::thread second(produce, 10);
  std::thread third(consume);
  consume();
  first.join();
  second.join();
  third.join();
  return produced == 6 && sum == 1 + 2 + 3 + 10 + 11 + 12 && container.empty();
}

int main(int argc, char** argv) {
  const std::string only = argc > 1 ? argv[1] : "";
  if ((only.empty() || only == "spsc_queue") && !OneToOne()) return 1;
  if ((only.empty() || only == "queue") && !ManyToMany<boost::lockfree::queue<int*>>()) return 2;
  if ((only.empty() || only == "stack") && !ManyToMany<boost::lockfree::stack<int*>>()) return 3;
  return 0;
}
