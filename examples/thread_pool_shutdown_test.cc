// A thread pool whose workers look at `stopping` before they look at the queue: a task that was accepted and not yet begun
// when the pool shuts down is lost. The repaired worker goes home only when the queue is empty as well.
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "hunt.h"

namespace {

enum class Shutdown { kAtOnce, kWhenEmpty };

template <Shutdown kShutdown>
class ThreadPool {
 public:
  explicit ThreadPool(int workers) {
    for (int i = 0; i < workers; ++i) workers_.emplace_back([this] { Work(); });
  }
  ~ThreadPool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  void Submit(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
  }

 private:
  void Work() {
    for (;;) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
        const bool goes_home = stopping_ && (kShutdown == Shutdown::kAtOnce || tasks_.empty());
        if (goes_home) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

template <Shutdown kShutdown>
void TwoTasksThenShutdown() {
  std::mutex mutex;
  int done = 0;
  {
    ThreadPool<kShutdown> pool(2);
    for (int i = 0; i < 2; ++i) {
      pool.Submit([&] {
        const std::lock_guard lock(mutex);
        ++done;
      });
    }
  }
  EXPECT_EQ(done, 2) << "an accepted task was not run";
}

TEST(ThreadPool, ThatStopsAtOnceLosesATask) {
  examples::ExpectFound("assertion", TwoTasksThenShutdown<Shutdown::kAtOnce>);
}

HEDDLE_TEST(ThreadPool, ThatStopsWhenEmptyRunsEveryTask, .schedules = examples::kSchedules) {
  TwoTasksThenShutdown<Shutdown::kWhenEmpty>();
}

}  // namespace
