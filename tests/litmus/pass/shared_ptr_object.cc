// heddle: ways=gcc,clang levels=O0,O2
// Fixed: each thread has its own shared_ptr to the one object; the last one deletes it, whoever that is.
// Covers: shared_ptr, its control block.
#include <memory>
#include <thread>

int main() {
  auto shared = std::make_shared<int>(1);
  int seen = 0;
  std::thread writer([copy = shared]() mutable { copy.reset(); });
  std::thread reader([copy = shared, &seen]() mutable {
    seen = *copy;
    copy.reset();
  });
  shared.reset();
  writer.join();
  reader.join();
  return seen != 1;
}
