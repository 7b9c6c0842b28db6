// See task_runner.h.
#include "systems/vsphere/task_runner.h"

namespace vsphere {

void TaskRunner::Wait(const std::string& task) {
  std::shared_ptr<Entry> entry;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(task);
    if (found == entries_.end()) return;
    entry = found->second;
  }
  entry->done.Wait();
}

void TaskRunner::JoinAll() {
  for (;;) {
    std::map<std::string, std::shared_ptr<Entry>> entries;
    {
      const std::lock_guard lock(mutex_);
      entries.swap(entries_);
    }
    if (entries.empty()) return;
    for (auto& [task, entry] : entries) {
      entry->done.Wait();
      entry.reset();
    }
  }
}

void TaskRunner::JoinFinished() {
  std::erase_if(entries_, [](const auto& each) {
    return each.second->done.state() == systems::Latch::State::kOpen;
  });
}

}  // namespace vsphere
