// See replica_manager.h.
#include "systems/pegasus/replica_manager.h"

#include <utility>

namespace pegasus {

using systems::Variant;

ReplicaManager::ReplicaManager(Variant variant, Transport& transport, SessionOptions options)
    : variant_(variant), transport_(transport), options_(std::move(options)) {
  options_.on_unresponsive = [this](const std::string& address) { Tell(address); };
}

std::shared_ptr<NodeSession> ReplicaManager::Get(const std::string& address) {
  const std::lock_guard lock(mutex_);
  if (closed_) return nullptr;
  std::shared_ptr<NodeSession>& session = sessions_[address];
  if (session != nullptr) return session;
  SessionOptions options = options_;
  if (variant_ == Variant::kAsReported) {
    UnresponsiveListener* const listener = only_listener_;  // with this lock; set without (R8)
    options.on_unresponsive = [listener](const std::string& silent) {
      if (listener != nullptr) listener->OnUnresponsive(silent);
    };
  }
  session = std::make_shared<NodeSession>(transport_, address, std::move(options));
  return session;
}

void ReplicaManager::Subscribe(UnresponsiveListener* listener) {
  if (variant_ == Variant::kAsReported) {
    only_listener_ = listener;
    return;
  }
  const std::lock_guard lock(listeners_mutex_);
  listeners_.push_back(listener);
}

void ReplicaManager::Unsubscribe(UnresponsiveListener* listener) {
  const std::lock_guard lock(listeners_mutex_);
  std::erase(listeners_, listener);
}

void ReplicaManager::Tell(const std::string& address) {
  const std::lock_guard lock(listeners_mutex_);
  for (UnresponsiveListener* each : listeners_) each->OnUnresponsive(address);
}

void ReplicaManager::Close() {
  std::map<std::string, std::shared_ptr<NodeSession>> sessions;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    sessions.swap(sessions_);
  }
  for (const auto& [address, session] : sessions) session->Close();
}

size_t ReplicaManager::session_count() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

}  // namespace pegasus
