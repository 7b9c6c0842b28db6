// Unwinding and naming, tried on the test process itself: its own functions are the expected answers.
#include "report/symbols.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "report/names.h"
#include "report/snapshot_for_test.h"
#include "report/trim.h"

namespace bank {

int balance = 5;

struct Ledger {
  static long entries[4];
  [[gnu::noinline]] heddle::trace::StackSnapshot Audit(std::vector<uint8_t>* pool);
};
long Ledger::entries[4] = {1, 2, 3, 4};

[[gnu::always_inline]] inline heddle::trace::StackSnapshot Inner(std::vector<uint8_t>* pool) {
  heddle::trace::StackSnapshot snapshot = heddle::report::TakeSnapshot(pool);
  return snapshot;
}

heddle::trace::StackSnapshot Ledger::Audit(std::vector<uint8_t>* pool) {
  heddle::trace::StackSnapshot snapshot = Inner(pool);
  asm volatile("" ::: "memory");
  return snapshot;
}

[[gnu::noinline]] heddle::trace::StackSnapshot CloseDay(std::vector<uint8_t>* pool) {
  Ledger ledger;
  heddle::trace::StackSnapshot snapshot = ledger.Audit(pool);
  asm volatile("" ::: "memory");
  return snapshot;
}

// Larger than a page: most of it lies where the file of the program does not reach.
char ledger_pages[64 << 10];

[[gnu::noinline]] int* Counter() {
  static int calls = 7;
  return &calls;
}

}  // namespace bank

namespace heddle::report {
namespace {

std::vector<std::string> Names(const Stack& stack) {
  std::vector<std::string> names;
  for (const Frame& frame : stack.frames) names.push_back(QualifiedName(frame.function));
  return names;
}

// Index of the frame, or the number of frames.
size_t Find(const Stack& stack, const std::string& name) {
  size_t index = 0;
  for (const std::string& other : Names(stack)) {
    if (other == name) return index;
    ++index;
  }
  return index;
}

TEST(SymbolizerTest, UnwindsThroughInlinedFunctions) {
  std::vector<uint8_t> pool;
  const trace::StackSnapshot snapshot = bank::CloseDay(&pool);
  Symbolizer symbolizer(getpid());
  EXPECT_EQ(symbolizer.error(), "");
  const Stack stack = symbolizer.Unwind(snapshot, pool);

  const size_t inner = Find(stack, "bank::Inner");
  ASSERT_LT(inner + 2, stack.frames.size()) << ::testing::PrintToString(Names(stack));
  EXPECT_TRUE(stack.frames[inner].inlined);
  EXPECT_EQ(stack.frames[inner + 1].function.rfind("bank::Ledger::Audit(", 0), 0u);
  EXPECT_FALSE(stack.frames[inner + 1].inlined);
  EXPECT_EQ(QualifiedName(stack.frames[inner + 2].function), "bank::CloseDay");
  EXPECT_EQ(BaseName(stack.frames[inner + 2].file), "symbols_test.cc");
  EXPECT_NE(stack.frames[inner + 2].line, 0u);
  // Down to main, and no further.
  EXPECT_EQ(QualifiedName(stack.frames.back().function), "main");
}

TEST(SymbolizerTest, LinesAreThoseOfTheCallNotOfTheReturn) {
  std::vector<uint8_t> pool;
  const uint32_t line = __LINE__ + 1;
  const trace::StackSnapshot snapshot = bank::CloseDay(&pool);
  Symbolizer symbolizer(getpid());
  const Stack stack = symbolizer.Unwind(snapshot, pool);
  const size_t callee = Find(stack, "bank::CloseDay");
  ASSERT_LT(callee + 1, stack.frames.size());
  EXPECT_EQ(stack.frames[callee + 1].line, line);
}

TEST(SymbolizerTest, LeavesOutTheStartOfAThread) {
  std::vector<uint8_t> pool;
  trace::StackSnapshot snapshot{};
  std::thread thread([&] {
    snapshot = bank::CloseDay(&pool);
    asm volatile("" ::: "memory");
  });
  thread.join();
  Symbolizer symbolizer(getpid());
  const Stack all = symbolizer.UnwindAll(snapshot, pool);
  const Stack stack = symbolizer.Unwind(snapshot, pool);
  EXPECT_LT(stack.frames.size(), all.frames.size());
  EXPECT_EQ(ShortName(stack.frames.back().function).rfind("lambda", 0), 0u)
      << ::testing::PrintToString(Names(stack)) << ::testing::PrintToString(Names(all));
}

TEST(SymbolizerTest, ManyLookupsAreQuick) {
  std::vector<uint8_t> pool;
  const trace::StackSnapshot snapshot = bank::CloseDay(&pool);
  Symbolizer symbolizer(getpid());
  // About ten frames each: ten thousand lookups, which is far more than a report needs. The label's time-out judges.
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(symbolizer.Unwind(snapshot, pool).frames.empty());
}

TEST(SymbolizerTest, NamesVariablesWithSizeAndDeclaration) {
  Symbolizer symbolizer(getpid());
  const auto global = symbolizer.SymbolizeData(reinterpret_cast<uint64_t>(&bank::balance));
  ASSERT_TRUE(global.has_value());
  EXPECT_EQ(global->name, "bank::balance");
  EXPECT_EQ(global->bytes, 4u);
  EXPECT_EQ(BaseName(global->file), "symbols_test.cc");
  EXPECT_NE(global->line, 0u);

  const auto member =
      symbolizer.SymbolizeData(reinterpret_cast<uint64_t>(&bank::Ledger::entries[2]));
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->name, "bank::Ledger::entries");
  EXPECT_EQ(member->start, reinterpret_cast<uint64_t>(&bank::Ledger::entries[0]));
  EXPECT_EQ(BaseName(member->file), "symbols_test.cc");

  const auto local = symbolizer.SymbolizeData(reinterpret_cast<uint64_t>(bank::Counter()));
  ASSERT_TRUE(local.has_value());
  EXPECT_EQ(local->name, "bank::Counter()::calls");
  EXPECT_NE(local->line, 0u);
}

TEST(SymbolizerTest, FindsZeroInitialisedDataBeyondTheFile) {
  Symbolizer symbolizer(getpid());
  const auto symbol =
      symbolizer.SymbolizeData(reinterpret_cast<uint64_t>(&bank::ledger_pages[60 << 10]));
  ASSERT_TRUE(symbol.has_value());
  EXPECT_EQ(symbol->name, "bank::ledger_pages");
  EXPECT_EQ(symbol->start, reinterpret_cast<uint64_t>(&bank::ledger_pages[0]));
}

TEST(SymbolizerTest, SaysNothingAboutTheHeap) {
  const std::vector<int> heap(100);
  Symbolizer symbolizer(getpid());
  EXPECT_FALSE(symbolizer.SymbolizeData(reinterpret_cast<uint64_t>(heap.data())).has_value());
  EXPECT_FALSE(symbolizer.SymbolizeData(0).has_value());
}

TEST(SymbolizerTest, GivesTheAddressWhereNothingIsKnown) {
  Symbolizer symbolizer(getpid());
  const Stack stack = symbolizer.Symbolize(0x10);
  ASSERT_EQ(stack.frames.size(), 1u);
  EXPECT_EQ(stack.frames[0].address, 0x10u);
  EXPECT_EQ(stack.frames[0].function, "");
  EXPECT_EQ(stack.frames[0].module, "");
}

TEST(SymbolizerTest, FindsTheCallerOfABadFunctionPointer) {
  std::vector<uint8_t> pool;
  trace::StackSnapshot snapshot = bank::CloseDay(&pool);
  Symbolizer symbolizer(getpid());
  const Stack good = symbolizer.UnwindAll(snapshot, pool);
  // As if the frame had called address 0: the return address was pushed and nothing else happened.
  const uint64_t caller = snapshot.rip;
  std::vector<uint8_t> pushed(sizeof(caller));
  std::copy_n(reinterpret_cast<const uint8_t*>(&caller), sizeof(caller), pushed.begin());
  pool.insert(pool.begin(), pushed.begin(), pushed.end());
  snapshot.rip = 0;
  snapshot.rsp -= sizeof(caller);
  snapshot.bytes += sizeof(caller);
  const Stack bad = symbolizer.UnwindAll(snapshot, pool);
  ASSERT_FALSE(bad.frames.empty());
  EXPECT_EQ(bad.frames[0].address, 0u);
  EXPECT_EQ(bad.frames.size(), good.frames.size() + 1);
}

TEST(SymbolizerTest, AProcessThatIsGoneGivesAddressesOnly) {
  Symbolizer symbolizer(0x7fffffff);
  EXPECT_NE(symbolizer.error(), "");
  std::vector<uint8_t> pool;
  const Stack stack = symbolizer.Unwind(bank::CloseDay(&pool), pool);
  ASSERT_FALSE(stack.frames.empty());
  EXPECT_NE(stack.frames[0].address, 0u);
  EXPECT_FALSE(symbolizer.SymbolizeData(reinterpret_cast<uint64_t>(&bank::balance)).has_value());
}

}  // namespace
}  // namespace heddle::report
