// Sound: three threads run one io_context of Boost.Asio (header-only): posted work, a strand that orders what it is given,
// timers, and a socket pair. With the argument `without-timers` it makes none: Asio waits for them by timerfd where it
// has epoll.
// clang-format off: the asio.hpp of Debian 12 uses std::exchange and counts on others to include it
#include <utility>
// clang-format on
#include <array>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;

int main(int argc, char** argv) {
  const bool timers = argc < 2 || std::string(argv[1]) != "without-timers";
  asio::io_context context;
  auto strand = asio::make_strand(context);
  auto guard = asio::make_work_guard(context);

  std::atomic<int> posted = 0;
  int in_order = 0;  // only the strand touches it
  bool ordered = true;
  for (int i = 0; i < 4; ++i) {
    asio::post(context, [&] { posted.fetch_add(1, std::memory_order_relaxed); });
    asio::post(strand, [&, i] { ordered = ordered && in_order++ == i; });
  }

  // Re-armed from its own handler, in the strand; the last tick lets the context end.
  asio::steady_timer timer(strand);
  int ticks = 0;
  std::function<void(const boost::system::error_code&)> tick =
      [&](const boost::system::error_code& error) {
        if (error || ++ticks == 3) {
          guard.reset();
          return;
        }
        timer.expires_after(std::chrono::milliseconds(10));
        timer.async_wait(tick);
      };
  if (timers) {
    timer.expires_after(std::chrono::milliseconds(10));
    timer.async_wait(tick);
  }

  // Never expires: cancelled by a handler of another thread.
  asio::steady_timer cancelled(strand);
  bool aborted = false;
  if (timers) {
    cancelled.expires_after(std::chrono::hours(1));
    cancelled.async_wait([&](const boost::system::error_code& error) {
      aborted = error == asio::error::operation_aborted;
    });
    asio::post(strand, [&] { cancelled.cancel(); });
  } else {
    guard.reset();
  }

  asio::local::stream_protocol::socket left(context);
  asio::local::stream_protocol::socket right(context);
  asio::local::connect_pair(left, right);
  std::string sent = "hello";
  std::array<char, 5> received{};
  bool echoed = false;
  asio::async_read(
      right, asio::buffer(received), [&](const boost::system::error_code& error, size_t bytes) {
        echoed = !error && bytes == 5 && std::string(received.data(), bytes) == "hello";
      });
  asio::async_write(left, asio::buffer(sent), [](const boost::system::error_code&, size_t) {});

  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { context.run(); });
  for (std::thread& thread : threads) thread.join();
  const bool right_result =
      posted == 4 && in_order == 4 && ordered && ticks == 3 * timers && aborted == timers && echoed;
  if (!right_result) {
    std::printf("posted %d, in order %d %d, ticks %d, aborted %d, echoed %d\n", posted.load(),
                in_order, ordered, ticks, aborted, echoed);
  }
  return right_result ? 0 : 1;
}
