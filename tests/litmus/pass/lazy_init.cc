// heddle: ways=gcc,clang levels=O0,O2
// Fixed: a function-local static, which the language initialises once.
// Covers: function-local statics.
#include <thread>

struct Table {
  Table() { entries[1] = 1; }
  int entries[4] = {};
};

const Table& GetTable() {
  static const Table table;
  return table;
}

int main() {
  int first_seen = 0;
  int second_seen = 0;
  std::thread first([&] { first_seen = GetTable().entries[1]; });
  std::thread second([&] { second_seen = GetTable().entries[1]; });
  first.join();
  second.join();
  return first_seen + second_seen != 2;
}
