// Uses the std templates that the loom uses too, not inlined, in an instrumented program. If the loom exported its own
// copies, the dynamic linker would merge the two: the runtime would call instrumented code and re-enter itself, or the
// program would call code without instrumentation. check_abi.py compares the symbols; running the program checks that
// it still computes the right thing.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string_view>
#include <thread>

namespace {

// Reached by two threads, so instrumentation of the templates matters.
std::atomic<uint64_t> total{0};

uint64_t Sum(std::span<const uint32_t> values) {
  uint64_t sum = 0;
  for (const uint32_t value : values) sum += value;
  return sum;
}

std::optional<uint32_t> Find(std::span<uint32_t> values, uint32_t wanted) {
  const auto found = std::lower_bound(values.begin(), values.end(), wanted);
  if (found == values.end() || *found != wanted) return std::nullopt;
  return static_cast<uint32_t>(found - values.begin());
}

void Work(std::array<uint32_t, 8> values) {
  std::sort(values.begin(), values.end());
  std::rotate(values.begin(), values.begin() + 3, values.end());
  std::sort(values.begin(), values.end());
  const std::optional<uint32_t> index = Find(std::span<uint32_t>(values), 5);
  const std::string_view name = index.has_value() ? "five" : "nothing";
  total.fetch_add(Sum(std::span<const uint32_t>(values)) + name.size() + index.value_or(100));
  total.fetch_add(std::bit_cast<uint32_t>(1.0F) != 0 ? 1 : 0, std::memory_order_relaxed);
}

}  // namespace

int main() {
  const std::array<uint32_t, 8> values = {8, 7, 6, 5, 4, 3, 2, 1};
  std::thread first(Work, values);
  std::thread second(Work, values);
  first.join();
  second.join();
  // 36 (sum) + 4 (letters of "five") + 4 (index of 5) + 1, twice.
  if (total.load() != 90) {
    std::printf("wrong: %llu\n", static_cast<unsigned long long>(total.load()));
    return 1;
  }
  return 0;
}
