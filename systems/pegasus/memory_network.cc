// See memory_network.h.
#include "systems/pegasus/memory_network.h"

#include <condition_variable>
#include <optional>
#include <thread>
#include <utility>

namespace pegasus {
namespace {

// The address as the listener knows it.
std::string Canonical(const std::string& address) {
  constexpr std::string_view kAnyHost = "0.0.0.0:";
  if (!address.starts_with(kAnyHost)) return address;
  return "127.0.0.1:" + address.substr(kAnyHost.size());
}

}  // namespace

class MemoryConnection final : public Connection,
                               public std::enable_shared_from_this<MemoryConnection> {
 public:
  MemoryConnection(MemoryNetwork& network, std::string address)
      : network_(network), address_(std::move(address)) {}

  bool Write(std::string_view bytes) override {
    if (closed()) return false;
    sent_ += bytes;
    for (;;) {
      const FrameScan scan = ScanRequestFrame(sent_);
      if (scan.state == FrameScan::State::kIncomplete) return true;
      const std::optional<Request> request = scan.state == FrameScan::State::kComplete
                                                 ? DecodeRequest(sent_.substr(0, scan.bytes))
                                                 : std::nullopt;
      if (!request) {
        Close();  // As the server does with what it cannot parse.
        return false;
      }
      sent_.erase(0, scan.bytes);
      const std::shared_ptr<Service> service = network_.ServiceAt(address_);
      if (service == nullptr) continue;
      service->Handle(*request, [weak = weak_from_this()](const std::string& frame) {
        if (const auto self = weak.lock()) self->Deliver(frame);
      });
    }
  }

  std::string Read() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !received_.empty(); });
    return closed_ ? std::string() : std::exchange(received_, {});
  }

  void Close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  void Deliver(const std::string& frame) {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    received_ += frame;
    changed_.notify_all();
  }

  MemoryNetwork& network_;
  const std::string address_;
  std::string sent_;  // of a frame that is not complete; the writer's
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string received_;  // the rest is guarded by mutex_
  bool closed_ = false;
};

std::shared_ptr<Connection> MemoryNetwork::Dial(const std::string& address,
                                                std::chrono::nanoseconds timeout) {
  const std::string canonical = Canonical(address);
  {
    const std::lock_guard lock(mutex_);
    Host& host = hosts_[canonical];
    ++host.dials;
    if (!host.silent) {
      if (host.service == nullptr) return nullptr;
      auto connection = std::make_shared<MemoryConnection>(*this, canonical);
      std::erase_if(host.connections, [](const auto& each) { return each.expired(); });
      host.connections.push_back(connection);
      return connection;
    }
  }
  std::this_thread::sleep_for(timeout);
  return nullptr;
}

void MemoryNetwork::Listen(const std::string& address, std::shared_ptr<Service> service) {
  const std::lock_guard lock(mutex_);
  hosts_[Canonical(address)].service = std::move(service);
}

void MemoryNetwork::Shut(const std::string& address) {
  {
    const std::lock_guard lock(mutex_);
    hosts_[Canonical(address)].service = nullptr;
  }
  DropConnections(address);
}

void MemoryNetwork::Silence(const std::string& address) {
  const std::lock_guard lock(mutex_);
  hosts_[Canonical(address)].silent = true;
}

void MemoryNetwork::Unsilence(const std::string& address) {
  const std::lock_guard lock(mutex_);
  hosts_[Canonical(address)].silent = false;
}

void MemoryNetwork::DropConnections(const std::string& address) {
  std::vector<std::weak_ptr<MemoryConnection>> connections;
  {
    const std::lock_guard lock(mutex_);
    connections.swap(hosts_[Canonical(address)].connections);
  }
  for (const auto& each : connections) {
    if (const auto connection = each.lock()) connection->Close();
  }
}

int MemoryNetwork::dial_count(const std::string& address) const {
  const std::lock_guard lock(mutex_);
  const auto found = hosts_.find(Canonical(address));
  return found == hosts_.end() ? 0 : found->second.dials;
}

std::shared_ptr<Service> MemoryNetwork::ServiceAt(const std::string& address) const {
  const std::lock_guard lock(mutex_);
  const auto found = hosts_.find(address);
  return found == hosts_.end() || found->second.silent ? nullptr : found->second.service;
}

}  // namespace pegasus
