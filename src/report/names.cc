// See names.h. The scanner below works on demangled text because a symbol table has nothing better; it knows the few
// places where brackets do not nest (operators) and otherwise counts brackets.
#include "report/names.h"

#include <cxxabi.h>

#include <array>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

namespace heddle::report {
namespace {

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// Names that the standard library spells out and that people do not.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSimplifications = {{
    {"std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >",
     "std::string"},
    {"std::basic_string_view<char, std::char_traits<char> >", "std::string_view"},
    {"std::basic_ostream<char, std::char_traits<char> >", "std::ostream"},
    {"std::__cxx11::", "std::"},
    {"[abi:cxx11]", ""},
    {"> >", ">>"},
}};

std::string Simplify(std::string text) {
  for (const auto& [from, to] : kSimplifications) ReplaceAll(text, from, to);
  // "> >" inside ">> >" appears anew after one pass.
  while (text.find("> >") != std::string::npos) ReplaceAll(text, "> >", ">>");
  for (size_t at = text.find(" [clone"); at != std::string::npos; at = text.find(" [clone")) {
    const size_t end = text.find(']', at);
    text.erase(at, end == std::string::npos ? std::string::npos : end - at + 1);
  }
  return text;
}

bool IsIdentifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Length of an operator's symbol after "operator", so that its brackets are not taken for brackets.
size_t OperatorLength(std::string_view rest) {
  for (const std::string_view symbol :
       {"()", "[]", "<<=", ">>=", "<=>", "->*", "<<", ">>", "<=", ">=", "->", "<", ">"}) {
    if (rest.substr(0, symbol.size()) == symbol) return symbol.size();
  }
  return 0;
}

// The index just after the bracket that closes the one at `open`, or the end.
size_t SkipBrackets(std::string_view text, size_t open) {
  int depth = 0;
  for (size_t i = open; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' || c == '<' || c == '{' || c == '[') ++depth;
    const bool arrow = c == '>' && i > 0 && text[i - 1] == '-';
    if ((c == ')' || c == '>' || c == '}' || c == ']') && !arrow && --depth == 0) return i + 1;
  }
  return text.size();
}

// True if `text` at `at` is the word "operator" and not a part of a longer identifier.
bool IsOperatorWord(std::string_view text, size_t at) {
  constexpr std::string_view kWord = "operator";
  if (text.substr(at, kWord.size()) != kWord) return false;
  if (at > 0 && IsIdentifier(text[at - 1])) return false;
  return at + kWord.size() >= text.size() || !IsIdentifier(text[at + kWord.size()]);
}

// A unit in curly braces is a name of the compiler's: lambdas lose their parameters and number.
std::string BraceUnit(std::string_view unit) {
  if (unit.substr(0, 7) == "{lambda") return "{lambda}";
  return std::string(unit);
}

}  // namespace

std::string Demangle(std::string_view symbol) {
  // A symbol of a clone that the demangler does not know: "_Zfoo.constprop.0.cold".
  std::string name(symbol);
  if (name.rfind("_Z", 0) != 0) {
    const size_t clone = name.find('.');
    if (clone != std::string::npos && clone > 0) name.resize(clone);
    return name;
  }
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> plain(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 && plain != nullptr ? Simplify(plain.get()) : name;
}

// "(anonymous namespace)::" says nothing that file and line do not say better.
std::string WithoutAnonymous(std::string_view demangled) {
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  std::string text(demangled);
  for (size_t at = text.find(kAnonymous); at != std::string::npos; at = text.find(kAnonymous, at)) {
    text.erase(at, kAnonymous.size());
  }
  return text;
}

std::string QualifiedName(std::string_view demangled) {
  std::string name;
  for (size_t i = 0; i < demangled.size();) {
    const char c = demangled[i];
    if (IsOperatorWord(demangled, i)) {
      name += "operator";
      i += std::string_view("operator").size();
      const size_t symbol = OperatorLength(demangled.substr(i));
      if (symbol > 0) {
        name += demangled.substr(i, symbol);
        i += symbol;
        if (i < demangled.size() && demangled[i] == ' ') ++i;  // "operator< <int>"
        continue;
      }
      // A conversion, "operator bool()", or a symbol without brackets, "operator+(…)": all up to the parameters.
      while (i < demangled.size() && demangled[i] != '(') name += demangled[i++];
      continue;
    }
    if (demangled.substr(i, 21) == "(anonymous namespace)") {
      name += "(anonymous)";
      i += 21;
      continue;
    }
    if (c == '<' || c == '[') {
      i = SkipBrackets(demangled, i);
    } else if (c == '{') {
      const size_t end = SkipBrackets(demangled, i);
      name += BraceUnit(demangled.substr(i, end - i));
      i = end;
    } else if (c == '(') {
      // Parameters. Something may be nested in the function: "main::{lambda()#1}" comes as "main(int)::{lambda…}".
      i = SkipBrackets(demangled, i);
      while (demangled.substr(i, 6) == " const") i += 6;
      if (demangled.substr(i, 2) != "::") break;
    } else if (c == ' ') {
      name.clear();  // All up to here was the return type.
      ++i;
    } else {
      name += c;
      ++i;
    }
  }
  while (!name.empty() && (name.front() == '*' || name.front() == '&')) name.erase(0, 1);
  return name;
}

std::string ShortName(std::string_view demangled) {
  if (demangled.empty()) return {};
  const std::string qualified = QualifiedName(demangled);
  // Split at "::" and keep the last two parts (class and function), or three if the last is a lambda's call.
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t at = qualified.find("::"); at != std::string::npos;
       at = qualified.find("::", begin)) {
    parts.push_back(qualified.substr(begin, at - begin));
    begin = at + 2;
  }
  parts.push_back(qualified.substr(begin));
  if (parts.size() >= 2 && parts.back() == "operator()" && parts[parts.size() - 2] == "{lambda}") {
    parts.pop_back();
    parts.back() = "lambda";
    if (parts.size() >= 2) return "lambda in " + parts[parts.size() - 2] + "()";
    return "lambda";
  }
  std::string name = parts.back();
  // A class is told from a namespace by its first letter only, which is good enough for a sentence; stacks are exact.
  if (parts.size() >= 2) {
    const std::string& outer = parts[parts.size() - 2];
    const bool looks_like_class =
        !outer.empty() && std::isupper(static_cast<unsigned char>(outer[0])) != 0;
    const bool constructs = outer == name || "~" + outer == name;
    if (looks_like_class || constructs || parts.front() == "std") name.insert(0, outer + "::");
  }
  return name + "()";
}

std::string_view BaseName(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

uint64_t StableHash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccd;
  hash ^= hash >> 33;
  return hash;
}

}  // namespace heddle::report
