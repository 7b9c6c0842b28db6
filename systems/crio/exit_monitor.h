// Waits for processes to stop, and handles each: upstream's watch of the directory into which conmon writes a file for each
// exit. One thread for all exits, so they are handled in the order in which they happened.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <utility>

#include "systems/base/mailbox.h"

namespace crio {

class ExitMonitor {
 public:
  // `handle` is called with the id of each process that stopped, in the monitor's thread.
  explicit ExitMonitor(std::function<void(const std::string& id)> handle)
      : thread_([this, handle = std::move(handle)] {
          for (;;) {
            const systems::Delivery<std::string> exit = exits_.Take();
            if (!exit.value) return;
            handle(*exit.value);
          }
        }) {}
  ExitMonitor(const ExitMonitor&) = delete;
  ExitMonitor& operator=(const ExitMonitor&) = delete;
  ~ExitMonitor() { Stop(); }

  // Thread-safe; never waits. After Stop it does nothing.
  void Notice(const std::string& id) { exits_.Put(id); }

  // Handles what was noticed before, and ends. May be called again, by one thread at a time.
  void Stop() {
    exits_.Close();
    if (thread_.joinable()) thread_.join();
  }

 private:
  systems::Mailbox<std::string> exits_{std::numeric_limits<size_t>::max()};
  std::thread thread_;  // last: it uses the mailbox
};

}  // namespace crio
