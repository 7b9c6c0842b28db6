// Builds a short message in a fixed buffer without malloc, locale or stdio, so it may run anywhere in the runtime zone.
// What does not fit is cut off; the result is always terminated.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle {

class Text {
 public:
  Text(char* buffer, size_t size) : buffer_(buffer), size_(size) {
    if (size_ > 0) buffer_[0] = '\0';
  }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  Text& Add(const char* words) {
    if (words == nullptr) words = "(null)";
    while (*words != '\0' && length_ + 1 < size_) buffer_[length_++] = *words++;
    if (size_ > 0) buffer_[length_] = '\0';
    return *this;
  }

  Text& Number(uint64_t value, unsigned base = 10) {
    char digits[24];
    int count = 0;
    do {
      digits[count++] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    char word[26];
    int length = 0;
    while (count > 0) word[length++] = digits[--count];
    word[length] = '\0';
    return Add(word);
  }

  Text& Hex(uint64_t value) { return Add("0x").Number(value, 16); }

  [[nodiscard]] size_t length() const { return length_; }

 private:
  char* buffer_;
  size_t size_;
  size_t length_ = 0;
};

// A message with its own storage on the stack.
template <size_t kBytes>
class TextBuffer : public Text {
 public:
  TextBuffer() : Text(storage_, kBytes) {}
  [[nodiscard]] const char* c_str() const { return storage_; }

 private:
  char storage_[kBytes];
};

}  // namespace heddle
