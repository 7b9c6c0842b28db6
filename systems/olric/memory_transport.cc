// See memory_transport.h.
#include "systems/olric/memory_transport.h"

namespace olric {

class MemoryTransport::Bound final : public Endpoint {
 public:
  Bound(MemoryTransport* transport, std::shared_ptr<Port> port)
      : transport_(transport), port_(std::move(port)) {}
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;
  ~Bound() override { Close(); }

  [[nodiscard]] const std::string& address() const override { return port_->address; }
  void Serve(Handler* handler) override { transport_->Serve(port_.get(), handler); }
  void Close() override { transport_->Close(port_.get()); }

 private:
  MemoryTransport* const transport_;
  const std::shared_ptr<Port> port_;
};

MemoryTransport::~MemoryTransport() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [to, call] : slow_) call.pending->Complete(Reply::Error(Code::kRefused));
    work_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

Result<std::unique_ptr<Endpoint>> MemoryTransport::Bind(const std::string& address) {
  const std::lock_guard lock(mutex_);
  auto port = std::make_shared<Port>();
  port->address = address;
  if (address.ends_with(":0")) {
    port->address.pop_back();
    port->address += std::to_string(next_port_++);
  }
  if (!ports_.emplace(port->address, port).second) {
    return Fail(Code::kError, "address already in use: " + address);
  }
  killed_.erase(port->address);
  return std::unique_ptr<Endpoint>(std::make_unique<Bound>(this, std::move(port)));
}

void MemoryTransport::Serve(Port* port, Handler* handler) {
  const std::lock_guard lock(mutex_);
  if (port->closed) return;
  port->handler = handler;
  const std::shared_ptr<Port> shared = ports_.at(port->address);
  while (!port->backlog.empty()) {
    Call call = std::move(port->backlog.front());
    port->backlog.pop_front();
    Deliver(shared, std::move(call));
  }
}

void MemoryTransport::Close(Port* port) {
  std::unique_lock lock(mutex_);
  if (!port->closed) {
    port->closed = true;
    ports_.erase(port->address);
    Refuse(&port->backlog);
  }
  drained_.wait(lock, [&] { return port->running == 0; });
}

std::shared_ptr<PendingCall> MemoryTransport::Send(const std::string& from, const std::string& to,
                                                   Command command) {
  auto pending = std::make_shared<PendingCall>();
  const std::lock_guard lock(mutex_);
  const auto found = ports_.find(to);
  const Link link = LinkOf(from, to);
  if (found == ports_.end() || link == Link::kDown) {
    pending->Complete(Reply::Error(Code::kRefused));
  } else if (link == Link::kSlow) {
    slow_.push_back({to, {from, std::move(command), pending}});
  } else {
    Deliver(found->second, {from, std::move(command), pending});
  }
  return pending;
}

void MemoryTransport::Deliver(const std::shared_ptr<Port>& port, Call call) {
  if (port->handler == nullptr) {
    port->backlog.push_back(std::move(call));
    return;
  }
  ++port->running;
  port->in_flight.push_back(call.pending);
  jobs_.push_back({port, std::move(call)});
  if (jobs_.size() > idle_) {
    threads_.emplace_back([this] { Work(); });
  } else {
    work_.notify_one();
  }
}

void MemoryTransport::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    work_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.call.pending->Complete(job.port->handler->Handle(job.call.command));
    lock.lock();
    std::erase(job.port->in_flight, job.call.pending);
    if (--job.port->running == 0) drained_.notify_all();
  }
}

MemoryTransport::Link MemoryTransport::LinkOf(const std::string& from,
                                              const std::string& to) const {
  if (killed_.contains(from) || killed_.contains(to)) return Link::kDown;
  const auto found = links_.find({from, to});
  return found == links_.end() ? Link::kUp : found->second;
}

void MemoryTransport::Refuse(std::deque<Call>* calls) {
  for (Call& call : *calls) call.pending->Complete(Reply::Error(Code::kRefused));
  calls->clear();
}

void MemoryTransport::SetLink(const std::string& from, const std::string& to, Link link) {
  const std::lock_guard lock(mutex_);
  if (link == Link::kUp) {
    links_.erase({from, to});
  } else {
    links_[{from, to}] = link;
  }
  std::deque<std::pair<std::string, Call>> delayed;
  delayed.swap(slow_);
  for (auto& [receiver, call] : delayed) {
    const auto port = ports_.find(receiver);
    const Link now = LinkOf(call.from, receiver);
    if (now == Link::kSlow) {
      slow_.emplace_back(receiver, std::move(call));
    } else if (now == Link::kDown || port == ports_.end()) {
      call.pending->Complete(Reply::Error(Code::kRefused));
    } else {
      Deliver(port->second, std::move(call));
    }
  }
}

void MemoryTransport::Kill(const std::string& address) {
  const std::lock_guard lock(mutex_);
  killed_.insert(address);
  const auto found = ports_.find(address);
  if (found == ports_.end()) return;
  Refuse(&found->second->backlog);
  for (const auto& pending : found->second->in_flight) {
    pending->Complete(Reply::Error(Code::kServerGone));
  }
}

}  // namespace olric
