// heddle: ways=gcc,clang levels=O0,O2
// Fixed: first the data, then the post.
// Covers: POSIX semaphore, sem_post and sem_wait.
#include <semaphore.h>

#include <thread>

sem_t ready;
int value;

int main() {
  sem_init(&ready, 0, 0);
  int seen = 0;
  std::thread producer([] {
    value = 42;
    sem_post(&ready);
  });
  std::thread consumer([&] {
    sem_wait(&ready);
    seen = value;
  });
  producer.join();
  consumer.join();
  sem_destroy(&ready);
  return seen != 42;
}
