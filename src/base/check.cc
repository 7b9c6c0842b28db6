// The one place where the runtime zone gives up (see check.h).
#include "base/check.h"

#include <unistd.h>

#include "base/text.h"

namespace heddle {
namespace {

constinit DeathHandler g_handler = nullptr;

}  // namespace

void SetDeathHandler(DeathHandler handler) { g_handler = handler; }

void Die(DeathKind kind, const char* message) {
  if (g_handler != nullptr) g_handler(kind, message);
  size_t length = 0;
  while (message[length] != '\0') ++length;
  [[maybe_unused]] ssize_t ignored = write(2, "heddle: ", 8);
  ignored = write(2, message, length);
  ignored = write(2, "\n", 1);
  _exit(static_cast<int>(kind));
}

void DieOfCheck(const char* file, int line, const char* condition, uint64_t left, uint64_t right) {
  TextBuffer<480> text;
  text.Add("bug in Heddle: ")
      .Add(file)
      .Add(":")
      .Number(static_cast<uint64_t>(line))
      .Add(": ")
      .Add(condition);
  text.Add(" does not hold (").Number(left).Add(", ").Number(right).Add(")");
  Die(DeathKind::kBug, text.c_str());
}

void DieOfLimit(const char* limit, const char* what, uint64_t value) {
  TextBuffer<480> text;
  text.Add("limit reached: ").Add(what).Add(" (").Add(limit).Add(" = ").Number(value).Add(")");
  Die(DeathKind::kLimit, text.c_str());
}

void DieUnsupported(const char* what, const char* instead) {
  TextBuffer<480> text;
  text.Add("not supported: ").Add(what).Add("; ").Add(instead);
  Die(DeathKind::kLimit, text.c_str());
}

}  // namespace heddle
