// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: lazy initialisation by hand, without any lock.
//   step | thread 1                        | thread 2
//   1    | sees no table, fills it         |
//   2    |                                 | sees no table, fills it     <- unordered with step 1
// Covers: function-local statics.
#include <thread>

struct Table {
  int entries[4] = {};
};

const Table& GetTable() {
  static constinit Table table;
  static constinit bool filled = false;
  if (!filled) {
    table.entries[1] = 1;
    filled = true;
  }
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
