// Sound: a thread pool whose workers stop by std::stop_token, with futures, exceptions that cross threads, a latch at
// the start and a barrier between phases. Nothing may be found in it.
#include <atomic>
#include <barrier>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <numeric>
#include <semaphore>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

class Pool {
 public:
  explicit Pool(int workers) : started_(workers + 1) {
    for (int i = 0; i < workers; ++i) {
      workers_.emplace_back([this](std::stop_token stop) { Work(stop); });
    }
    started_.arrive_and_wait();
  }

  ~Pool() {
    for (std::jthread& worker : workers_) worker.request_stop();
  }

  template <typename Function>
  auto Submit(Function function) -> std::future<std::invoke_result_t<Function>> {
    auto task =
        std::make_shared<std::packaged_task<std::invoke_result_t<Function>()>>(std::move(function));
    auto result = task->get_future();
    {
      std::lock_guard lock(mutex_);
      tasks_.emplace_back([task] { (*task)(); });
    }
    changed_.notify_one();
    return result;
  }

  int done() const { return done_.load(std::memory_order_relaxed); }

 private:
  // Works until it is told to stop and nothing is left: what was submitted is always done.
  void Work(std::stop_token stop) {
    started_.arrive_and_wait();
    while (true) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [this] { return !tasks_.empty(); })) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
      done_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::function<void()>> tasks_;
  std::atomic<int> done_ = 0;
  std::latch started_;
  std::vector<std::jthread> workers_;  // last: joined before the rest is destroyed
};

// Futures, values and exceptions alike.
bool SumsAndExceptions() {
  Pool pool(2);
  std::vector<std::future<int>> sums;
  for (int i = 0; i < 4; ++i) {
    sums.push_back(pool.Submit([i] {
      std::vector<int> numbers(10 + i);
      std::iota(numbers.begin(), numbers.end(), i);
      return std::accumulate(numbers.begin(), numbers.end(), 0);
    }));
  }
  std::future<std::string> failure =
      pool.Submit([]() -> std::string { throw std::runtime_error("no such task"); });
  int total = 0;
  for (std::future<int>& sum : sums) total += sum.get();
  try {
    failure.get();
    return false;
  } catch (const std::runtime_error& error) {
    if (std::string(error.what()) != "no such task") return false;
  }
  return total == 45 + 66 + 90 + 117;
}

// Two phases over one array: each thread reads in the second what its neighbour wrote in the first.
bool Phases() {
  constexpr int kThreads = 3;
  int written[kThreads] = {};
  int read[kThreads] = {};
  int completions = 0;
  std::barrier barrier(kThreads, [&completions]() noexcept { ++completions; });
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        for (int phase = 0; phase < 2; ++phase) {
          written[i] = 10 * phase + i;
          barrier.arrive_and_wait();
          read[i] = written[(i + 1) % kThreads];
          barrier.arrive_and_wait();
        }
      });
    }
  }
  return read[0] == 11 && read[1] == 12 && read[2] == 10 && completions == 4;
}

// A semaphore guards a small set of slots; std::async threads hand a token on by promise.
bool SlotsAndPromises() {
  std::counting_semaphore<2> slots(2);
  std::atomic<int> inside = 0;
  std::atomic<bool> crowded = false;
  std::promise<int> first;
  auto second = std::async(std::launch::async,
                           [token = first.get_future()]() mutable { return token.get() + 1; });
  std::vector<std::future<void>> users;
  for (int i = 0; i < 3; ++i) {
    users.push_back(std::async(std::launch::async, [&] {
      slots.acquire();
      if (inside.fetch_add(1) >= 2) crowded = true;
      inside.fetch_sub(1);
      slots.release();
    }));
  }
  first.set_value(41);
  for (std::future<void>& user : users) user.wait();
  return second.get() == 42 && !crowded;
}

int main() { return SumsAndExceptions() && Phases() && SlotsAndPromises() ? 0 : 1; }
