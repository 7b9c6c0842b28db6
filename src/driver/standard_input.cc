#include "driver/standard_input.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace heddle::driver {
namespace {

// More than this from a pipe is refused: it is kept in memory.
constexpr size_t kPipeBytesMax = size_t{256} << 20;

// FNV-1a: enough to notice another input, not meant against forgery.
class Digest {
 public:
  void Add(const char* bytes, size_t count) {
    for (size_t i = 0; i < count; ++i)
      hash_ = (hash_ ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3;
    count_ += count;
  }
  [[nodiscard]] std::string Text() const {
    if (count_ == 0) return "empty";
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%zu bytes, %016lx", count_, hash_);
    return text.data();
  }

 private:
  uint64_t hash_ = 0xcbf29ce484222325;
  size_t count_ = 0;
};

[[nodiscard]] Error CannotRead(const std::string& why) {
  return Error{kExitUsage, "cannot read standard input: " + why,
               "redirect it from a file or from /dev/null"};
}

[[nodiscard]] std::string DigestOfFile(int fd) {
  Digest digest;
  std::vector<char> buffer(size_t{1} << 16);
  off_t offset = 0;
  for (ssize_t got = 0; (got = pread(fd, buffer.data(), buffer.size(), offset)) > 0;
       offset += got) {
    digest.Add(buffer.data(), static_cast<size_t>(got));
  }
  return digest.Text();
}

}  // namespace

StandardInput StandardInput::Empty() {
  StandardInput input;
  input.path_ = "/dev/null";
  return input;
}

Result<StandardInput> StandardInput::Take() {
  StandardInput input = Empty();
  struct stat status {};
  if (fstat(STDIN_FILENO, &status) != 0) return input;  // Closed: the program gets an empty input.
  const bool regular = S_ISREG(status.st_mode);
  if (regular && lseek(STDIN_FILENO, 0, SEEK_CUR) == 0) {
    input.path_ = "/proc/self/fd/0";
    input.digest_ = DigestOfFile(STDIN_FILENO);
    return input;
  }
  if (isatty(STDIN_FILENO) != 0) {
    input.was_terminal_ = true;
    return input;
  }
  if (S_ISCHR(status.st_mode)) {
    // /dev/null and its like are the same for every reader.
    input.path_ = "/proc/self/fd/0";
    return input;
  }
  if (S_ISDIR(status.st_mode)) return CannotRead("it is a directory");

  // A pipe, or a file that somebody has read in part: each execution rewinds its input to the start of a file.
  input.contents_.Reset(memfd_create("heddle-stdin", MFD_CLOEXEC));
  if (!input.contents_.valid()) return CannotRead(std::strerror(errno));
  Digest digest;
  std::vector<char> buffer(size_t{1} << 16);
  for (size_t total = 0;;) {
    const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) return CannotRead("interrupted");
    if (got < 0) return CannotRead(std::strerror(errno));
    if (got == 0) break;
    total += static_cast<size_t>(got);
    if (total > kPipeBytesMax)
      return CannotRead("it is no file, or one that was read in part, and has more than 256 MiB");
    digest.Add(buffer.data(), static_cast<size_t>(got));
    if (write(input.contents_.get(), buffer.data(), static_cast<size_t>(got)) != got) {
      return CannotRead(std::strerror(errno));
    }
  }
  input.digest_ = digest.Text();
  input.path_ = "/proc/self/fd/" + std::to_string(input.contents_.get());
  return input;
}

Result<UniqueFd> StandardInput::Open() const {
  UniqueFd fd(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid())
    return CannotRead(std::string("opening it again failed: ") + std::strerror(errno));
  return fd;
}

}  // namespace heddle::driver
