// Sound: a pipeline over the kernel. Lines go through a pipe to a thread that waits in poll for that pipe and for a
// socket on which it is asked for totals; what was written before a byte is sent happens before what is read after it arrived.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;

  int get() const { return fd_; }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written <= 0) throw std::runtime_error("write");
    text.remove_prefix(static_cast<size_t>(written));
  }
}

// Reads up to the next end of line.
std::string ReadLine(int fd) {
  std::string line;
  char c = 0;
  while (read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

// Owns all that it counts: other threads speak to it through descriptors only.
class Counter {
 public:
  Counter(int lines, int questions) : lines_(lines), questions_(questions) {}

  // Until the writers of both have closed them.
  void Run() {
    std::array<pollfd, 2> waiting{{{lines_, POLLIN, 0}, {questions_, POLLIN, 0}}};
    while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
      const int ready = poll(waiting.data(), waiting.size(), 1000);
      if (ready < 0) throw std::runtime_error("poll");
      if (waiting[0].revents != 0 && !TakeLines()) waiting[0].fd = -1;
      if (waiting[1].revents != 0 && !Answer()) waiting[1].fd = -1;
    }
  }

  int total(const std::string& name) const { return totals_.at(name); }

 private:
  bool TakeLines() {
    char buffer[64];
    const ssize_t got = read(lines_, buffer, sizeof(buffer));
    if (got <= 0) return false;
    rest_.append(buffer, static_cast<size_t>(got));
    static const std::regex pattern(R"((\w+)=(-?\d+))");
    for (size_t end; (end = rest_.find('\n')) != std::string::npos; rest_.erase(0, end + 1)) {
      const std::string line = rest_.substr(0, end);
      std::smatch match;
      if (!std::regex_match(line, match, pattern)) throw std::runtime_error("bad line " + line);
      totals_[match[1]] += std::stoi(match[2]);
      ++count_;
    }
    return true;
  }

  bool Answer() {
    const std::string name = ReadLine(questions_);
    if (name.empty()) return false;
    std::ostringstream answer;
    answer << name << ' ' << totals_[name] << '\n';
    WriteAll(questions_, answer.str());
    return true;
  }

  int lines_;
  int questions_;
  std::string rest_;
  std::map<std::string, int> totals_;
  int count_ = 0;
};

int main() {
  int ends[2];
  if (pipe(ends) != 0) return 2;
  Descriptor lines_read(ends[0]);
  Descriptor lines_write(ends[1]);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 2;
  Descriptor ask(ends[0]);
  Descriptor answer(ends[1]);

  Counter counter(lines_read.get(), answer.get());
  std::thread counting([&] { counter.Run(); });

  // Plain memory, ordered by the pipe below only.
  std::vector<std::string> prepared;
  int relay[2];
  if (pipe(relay) != 0) return 2;
  std::thread preparing([&] {
    for (int i = 1; i <= 4; ++i) prepared.push_back("apples=" + std::to_string(i) + "\n");
    WriteAll(relay[1], "x");
  });
  std::thread sending([&] {
    char c = 0;
    if (read(relay[0], &c, 1) != 1) return;
    for (const std::string& line : prepared) WriteAll(lines_write.get(), line);
  });
  std::thread more([&, copy = dup(lines_write.get())] {
    for (int i = 1; i <= 3; ++i) {
      std::ostringstream line;
      line << "pears=" << -i << '\n';
      WriteAll(copy, line.str());
    }
    close(copy);
  });
  WriteAll(ask.get(), "apples\n");
  const std::string early = ReadLine(ask.get());
  preparing.join();
  sending.join();
  more.join();
  lines_write.Close();
  shutdown(ask.get(), SHUT_WR);
  counting.join();
  close(relay[0]);
  close(relay[1]);

  int total = -1;
  std::istringstream in(early);
  std::string name;
  in >> name >> total;
  std::cout << "apples " << counter.total("apples") << std::endl;
  const bool plausible = total == 0 || total == 1 || total == 3 || total == 6 || total == 10;
  return name == "apples" && plausible && counter.total("apples") == 10 &&
                 counter.total("pears") == -6
             ? 0
             : 1;
}
