// See node_session.h.
#include "systems/pegasus/node_session.h"

#include <algorithm>
#include <utility>

namespace pegasus {
namespace {

using Steady = std::chrono::steady_clock;

RpcResult Failed(ErrorCode error) { return {{std::string(ErrorName(error))}, {}}; }

}  // namespace

NodeSession::NodeSession(Transport& transport, std::string address, SessionOptions options)
    : transport_(transport),
      address_(std::move(address)),
      options_(std::move(options)),
      gate_(options_.gate, options_.redial_gate) {
  if (options_.census != nullptr) options_.census->Opened();
}

NodeSession::~NodeSession() { Shutdown(); }

NodeSession::CallId NodeSession::Start(Request request, Done done) {
  std::unique_lock lock(mutex_);
  const int32_t seqid = ++last_seqid_;
  const bool waits_in_vain = options_.unreachable == SessionOptions::Unreachable::kFail &&
                             state_ == ConnectionState::kTransientFailure &&
                             Steady::now() < closed_until_;
  if (state_ == ConnectionState::kClosed || waits_in_vain) {
    lock.unlock();
    done(Failed(ErrorCode::kSessionReset));
    return CallId{seqid};
  }
  request.seqid = seqid;
  std::string frame = EncodeRequest(request);
  pending_.emplace(seqid, std::move(done));
  const std::shared_ptr<Connection> connection = connection_;
  if (connection == nullptr) {
    unsent_.emplace(seqid, std::move(frame));
    if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
    changed_.notify_all();
    return CallId{seqid};
  }
  if (!silent_since_) silent_since_ = Steady::now();
  lock.unlock();
  // If the connection broke meanwhile, the thread ends this call with the others.
  const std::lock_guard writer(write_mutex_);
  connection->Write(frame);
  return CallId{seqid};
}

bool NodeSession::Forget(CallId call) {
  Done forgotten;  // destroyed after the lock
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(static_cast<int32_t>(call));
  if (found == pending_.end()) return false;
  forgotten = std::move(found->second);
  pending_.erase(found);
  unsent_.erase(static_cast<int32_t>(call));
  return true;
}

RpcResult NodeSession::Call(const std::shared_ptr<Context>& context, Request request) {
  struct Waiter {
    std::shared_ptr<systems::Latch> settled = std::make_shared<systems::Latch>();
    RpcResult result;
  };
  const auto waiter = std::make_shared<Waiter>();
  request.header.client_timeout_ms = ClientTimeoutMs(context->left());
  const CallId call = Start(std::move(request), [waiter](RpcResult result) {
    waiter->result = std::move(result);
    waiter->settled->Open();
  });
  if (context->WaitFor(waiter->settled) != systems::Latch::State::kOpen) {
    // If the reply comes at this moment its latch says so too late: what is forgotten is not read.
    Forget(call);
    if (options_.on_unresponsive && Unresponsive()) options_.on_unresponsive(address_);
    return Failed(ErrorCode::kTimeout);
  }
  return std::move(waiter->result);
}

void NodeSession::Close() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(reported_closed_, true)) return;
  }
  Shutdown();
  if (options_.census != nullptr) options_.census->Closed();
}

void NodeSession::Shutdown() {
  std::thread thread;
  std::shared_ptr<Connection> connection;
  Pending calls;
  {
    const std::lock_guard lock(mutex_);
    state_ = ConnectionState::kClosed;
    thread.swap(thread_);
    connection.swap(connection_);
    calls.swap(pending_);
    unsent_.clear();
    changed_.notify_all();
  }
  if (connection != nullptr) connection->Close();
  if (thread.joinable()) thread.join();
  EndAll(std::move(calls));
}

ConnectionState NodeSession::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

size_t NodeSession::pending_count() const {
  const std::lock_guard lock(mutex_);
  return pending_.size();
}

void NodeSession::Run() {
  while (!Stopping()) {
    const std::shared_ptr<Connection> connection = Connect();
    if (connection != nullptr) Serve(*connection);
  }
}

std::shared_ptr<Connection> NodeSession::Connect() {
  {
    std::unique_lock lock(mutex_);
    const auto stopping = [this] { return state_ == ConnectionState::kClosed; };
    changed_.wait(lock, [&] { return stopping() || !unsent_.empty(); });
    const Steady::time_point next = gate_.Next(Steady::now());
    if (changed_.wait_until(lock, next, stopping)) return nullptr;
    state_ = ConnectionState::kConnecting;
  }
  gate_.Dialed(Steady::now());
  std::shared_ptr<Connection> connection = transport_.Dial(address_, options_.dial_timeout);
  connection == nullptr ? gate_.Failed() : gate_.Succeeded();
  std::map<int32_t, std::string> frames;
  Pending failed;
  {
    const std::lock_guard lock(mutex_);
    if (state_ == ConnectionState::kClosed) {
      if (connection != nullptr) connection->Close();
      return nullptr;
    }
    closed_until_ = gate_.Next(Steady::now());
    state_ = connection == nullptr ? ConnectionState::kTransientFailure : ConnectionState::kReady;
    connection_ = connection;
    if (connection != nullptr) {
      frames.swap(unsent_);
      silent_since_ = Steady::now();
    } else if (options_.unreachable == SessionOptions::Unreachable::kFail) {
      failed.swap(pending_);
      unsent_.clear();
    }
  }
  EndAll(std::move(failed));
  const std::lock_guard writer(write_mutex_);
  for (const auto& [seqid, frame] : frames) connection->Write(frame);
  return connection;
}

void NodeSession::Serve(Connection& connection) {
  std::string stream;
  for (;;) {
    const std::string bytes = connection.Read();
    stream += bytes;
    if (bytes.empty() || !TakeReplies(stream)) break;
  }
  connection.Close();
  Pending calls;
  {
    const std::lock_guard lock(mutex_);
    if (state_ == ConnectionState::kClosed) return;
    state_ = ConnectionState::kTransientFailure;
    closed_until_ = gate_.Next(Steady::now());
    connection_ = nullptr;
    silent_since_.reset();
    calls.swap(pending_);
  }
  EndAll(std::move(calls));
}

bool NodeSession::TakeReplies(std::string& stream) {
  for (;;) {
    const FrameScan scan = ScanReplyFrame(stream);
    if (scan.state == FrameScan::State::kIncomplete) return true;
    if (scan.state == FrameScan::State::kBroken) return false;
    std::optional<Reply> reply = DecodeReply(std::string_view(stream).substr(0, scan.bytes));
    stream.erase(0, scan.bytes);
    if (!reply) return false;
    Done done;
    {
      const std::lock_guard lock(mutex_);
      silent_since_.reset();
      const auto found = pending_.find(reply->seqid);
      if (found == pending_.end()) continue;  // forgotten
      done = std::move(found->second);
      pending_.erase(found);
    }
    done({std::move(reply->error), std::move(reply->result)});
  }
}

void NodeSession::EndAll(Pending calls) {
  for (const auto& [seqid, done] : calls) done(Failed(ErrorCode::kSessionReset));
}

bool NodeSession::Unresponsive() const {
  const std::lock_guard lock(mutex_);
  return silent_since_ && Steady::now() - *silent_since_ >= options_.read_timeout;
}

bool NodeSession::Stopping() const {
  const std::lock_guard lock(mutex_);
  return state_ == ConnectionState::kClosed;
}

}  // namespace pegasus
