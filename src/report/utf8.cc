#include "report/utf8.h"

namespace heddle::report {
namespace {

// Length of the UTF-8 sequence at the start of `text`, 0 if it is none.
size_t SequenceLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and what lies beyond the last code point.
  if (lead == 0xe0 && byte(1) < 0xa0) return 0;
  if (lead == 0xed && byte(1) > 0x9f) return 0;
  if (lead == 0xf0 && byte(1) < 0x90) return 0;
  if (lead == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

}  // namespace

std::string Utf8(std::string_view foreign) {
  std::string text;
  while (!foreign.empty()) {
    const size_t length = SequenceLength(foreign);
    if (length == 0) {
      text += '?';
      foreign.remove_prefix(1);
    } else {
      text += foreign.substr(0, length);
      foreign.remove_prefix(length);
    }
  }
  return text;
}

std::string XmlText(std::string_view foreign) {
  std::string text;
  for (const char c : Utf8(foreign)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '<') {
      text += "&lt;";
    } else if (c == '>') {
      text += "&gt;";
    } else if (c == '&') {
      text += "&amp;";
    } else if (c == '"') {
      text += "&quot;";
    } else if (byte < 0x20 && c != '\n' && c != '\t') {
      text += '?';
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace heddle::report
