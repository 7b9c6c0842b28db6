// What include/heddle/heddle.h calls: exploring a body in this process, and what a body or an explored program states.
// include/heddle/detail/loom.h describes each function.
#include "engine/explore_session.h"
#include "heddle/detail/loom.h"
#include "intercept/entry.h"

namespace heddle::intercept {
namespace {

using engine::g_session;

bool SameWord(const char* left, const char* right) { return __builtin_strcmp(left, right) == 0; }

}  // namespace

HEDDLE_ENTRY void heddle_explore_v1(const detail::LoomRequest* request,
                                    detail::LoomOutcome* outcome) {
  g_engine.Explore(*request, outcome);
}

HEDDLE_ENTRY uint32_t heddle_choose_v1(uint32_t count) {
  Gate gate;
  return gate.controlled() ? g_engine.Choose(count, HEDDLE_CALLER_PC) : 0;
}

HEDDLE_ENTRY void heddle_fail_v1(const char* verdict_name, const char* message, const char* file,
                                 uint32_t line, uint8_t ends) {
  Gate gate;
  if (!gate.controlled()) return;
  const auto verdict =
      SameWord(verdict_name, "assertion") ? trace::Verdict::kAssertion : trace::Verdict::kInvariant;
  g_engine.FailStatement({verdict, message, file, line, ends != 0}, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY void heddle_sometimes_v1(uint8_t condition, const char* name) {
  Gate gate;
  if (gate.controlled() && g_engine.in_process()) g_session.Sometimes(condition != 0, name);
}

HEDDLE_ENTRY void heddle_at_end_v1(void (*function)(void*), void* argument) {
  Gate gate;
  if (!gate.controlled() || !g_engine.in_process()) return;
  auto* entry = static_cast<engine::AtEnd*>(g_engine.arena().Allocate(sizeof(engine::AtEnd)));
  *entry = {function, argument, nullptr};
  g_session.AddAtEnd(entry);
}

HEDDLE_ENTRY uint64_t heddle_now_v1() {
  Gate gate;
  return gate.controlled() ? g_engine.Now() : 0;
}

HEDDLE_ENTRY uint32_t heddle_state_v1() {
  if (!g_engine.active()) return 0;
  return g_engine.in_process() ? 2 : 1;
}

}  // namespace heddle::intercept
