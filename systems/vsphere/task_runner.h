// The threads of tasks: one each. They are joined, and can be waited for by the name of the task.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "systems/base/latch.h"

namespace vsphere {

// Thread-safe.
class TaskRunner {
 public:
  TaskRunner() = default;
  TaskRunner(const TaskRunner&) = delete;
  TaskRunner& operator=(const TaskRunner&) = delete;
  ~TaskRunner() { JoinAll(); }

  // Runs `body` in a thread of its own.
  template <typename Body>
  void Start(const std::string& task, Body&& body) {
    auto entry = std::make_shared<Entry>();
    const std::lock_guard lock(mutex_);
    JoinFinished();
    entry->thread = std::thread([entry = entry.get(), body = std::forward<Body>(body)]() mutable {
      body();
      entry->done.Open();
    });
    entries_.emplace(task, std::move(entry));
  }

  // Waits until the task is over; at once if there is none of that name.
  void Wait(const std::string& task);

  // Waits for all tasks, also for those that they start.
  void JoinAll();

 private:
  struct Entry {
    systems::Latch done;
    std::thread thread;
    ~Entry() {
      if (thread.joinable()) thread.join();
    }
  };

  // REQUIRES: mutex_ is held.
  void JoinFinished();

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;  // guarded by mutex_
};

}  // namespace vsphere
