#include "trace/detect.h"

namespace heddle::trace {
namespace {

struct Entry {
  Verdict verdict;
  const char* name;
};
constexpr Entry kVerdicts[] = {
#define HEDDLE_VERDICT(enumerator, name, text) {Verdict::enumerator, name},
#include "trace/verdict.def"
#undef HEDDLE_VERDICT
};

// By hand: this runs in the loom, where strncmp is the program's.
bool Same(const char* word, const char* text, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    if (word[i] == '\0' || word[i] != text[i]) return false;
  }
  return word[length] == '\0';
}

}  // namespace

VerdictSet AllVerdicts() {
  VerdictSet set = 0;
  for (const Entry& entry : kVerdicts) {
    if (entry.verdict != Verdict::kNone) set |= Only(entry.verdict);
  }
  return set;
}

Verdict FindVerdict(const char* name, size_t length) {
  for (const Entry& entry : kVerdicts) {
    if (Same(entry.name, name, length)) return entry.verdict;
  }
  return Verdict::kNone;
}

bool FindVerdicts(const char* list, size_t length, VerdictSet* set, const char** bad,
                  size_t* bad_length) {
  *set = 0;
  for (size_t start = 0; start <= length;) {
    size_t end = start;
    while (end < length && list[end] != ',') ++end;
    const Verdict verdict = FindVerdict(list + start, end - start);
    if (Same("all", list + start, end - start)) {
      *set |= AllVerdicts();
    } else if (verdict != Verdict::kNone) {
      *set |= Only(verdict);
    } else {
      *bad = list + start;
      *bad_length = end - start;
      return false;
    }
    start = end + 1;
  }
  return true;
}

uint32_t DetectorsFor(VerdictSet wanted) {
  uint32_t flags = 0;
  for (const DetectWord& word : kDetectWords) {
    if ((word.verdicts & wanted) != 0) flags |= word.flag;
  }
  return flags;
}

}  // namespace heddle::trace
