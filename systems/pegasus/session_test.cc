// Sessions with one server: pipelining, redialing, cancelling, closing; and the context and the gate that they use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "systems/pegasus/memory_network.h"
#include "systems/pegasus/node_session.h"
#include "systems/pegasus/rrdb_messages.h"

namespace pegasus {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using systems::Latch;
using systems::Variant;

constexpr char kAddress[] = "127.0.0.1:8800";
constexpr milliseconds kShort{10};
constexpr std::chrono::hours kLong{1000};

Request EchoRequest(int64_t number) {
  Request request;
  request.name = "RPC_ECHO";
  request.args = EncodeValue(ScanRequest{number});
  return request;
}

int64_t NumberIn(const std::string& bytes) { return DecodeValue<ScanRequest>(bytes)->context_id; }

// Answers with what it was sent; or keeps the requests; or sends other bytes.
class EchoService final : public Service {
 public:
  enum class Mode { kEcho, kKeep };

  void Handle(const Request& request, const Sink& reply) override {
    const std::lock_guard lock(mutex_);
    last_header_ = request.header;
    if (!instead_.empty()) {
      reply(std::exchange(instead_, {}));
    } else if (mode_ == Mode::kKeep) {
      kept_.emplace_back(request, reply);
      arrived_.notify_all();
    } else {
      reply(ReplyWith(request, ScanRequest{NumberIn(request.args)}));
    }
  }
  void SetMode(Mode mode) {
    const std::lock_guard lock(mutex_);
    mode_ = mode;
  }
  // Once.
  void SendInstead(std::string bytes) {
    const std::lock_guard lock(mutex_);
    instead_ = std::move(bytes);
  }
  void WaitForKept(size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return kept_.size() >= count; });
  }
  void AnswerKeptBackwards() {
    const std::lock_guard lock(mutex_);
    for (; !kept_.empty(); kept_.pop_back()) {
      const auto& [request, reply] = kept_.back();
      reply(ReplyWith(request, ScanRequest{NumberIn(request.args)}));
    }
  }
  RequestHeader last_header() const {
    const std::lock_guard lock(mutex_);
    return last_header_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  Mode mode_ = Mode::kEcho;
  std::string instead_;
  std::vector<std::pair<Request, Sink>> kept_;
  RequestHeader last_header_;
};

class Session : public testing::Test {
 protected:
  Session() { network_.Listen(kAddress, echo_); }
  ~Session() override { EXPECT_EQ(census_.leaked(), static_cast<int>(unclosed_)); }

  std::unique_ptr<NodeSession> Open(SessionOptions options = {}) {
    options.census = &census_;
    return std::make_unique<NodeSession>(network_, kAddress, options);
  }
  static RpcResult Call(NodeSession& session, int64_t number,
                        std::chrono::nanoseconds timeout = kLong) {
    return session.Call(Context::WithTimeout(timeout), EchoRequest(number));
  }

  MemoryNetwork network_;
  const std::shared_ptr<EchoService> echo_ = std::make_shared<EchoService>();
  SessionCensus census_;
  size_t unclosed_ = 0;
};

TEST_F(Session, DialsWhenItIsCalledAndStaysReady) {
  const auto session = Open();
  EXPECT_EQ(session->state(), ConnectionState::kInit);
  EXPECT_EQ(network_.dial_count(kAddress), 0);
  EXPECT_EQ(NumberIn(Call(*session, 7).result), 7);
  EXPECT_EQ(NumberIn(Call(*session, 8).result), 8);
  EXPECT_EQ(session->state(), ConnectionState::kReady);
  EXPECT_EQ(network_.dial_count(kAddress), 1);
  session->Close();
  EXPECT_EQ(session->state(), ConnectionState::kClosed);
}

TEST_F(Session, TellsTheServerHowLongTheCallMayTake) {
  const auto session = Open();
  Call(*session, 1, seconds(5000));
  EXPECT_GT(echo_->last_header().client_timeout_ms, 0U);
  EXPECT_LE(echo_->last_header().client_timeout_ms, 5'000'000U);
  session->Close();
}

TEST_F(Session, RepliesMayComeInAnyOrder) {
  echo_->SetMode(EchoService::Mode::kKeep);
  const auto session = Open();
  struct Answers {
    std::mutex mutex;
    std::map<int64_t, int64_t> by_request;
    Latch all;
  } answers;
  for (int64_t i = 1; i <= 3; ++i) {
    session->Start(EchoRequest(i), [&answers, i](RpcResult result) {
      const std::lock_guard lock(answers.mutex);
      answers.by_request[i] = NumberIn(result.result);
      if (answers.by_request.size() == 3) answers.all.Open();
    });
  }
  echo_->WaitForKept(3);
  EXPECT_EQ(session->pending_count(), 3U);
  echo_->AnswerKeptBackwards();
  answers.all.Wait();
  EXPECT_THAT(answers.by_request,
              testing::ElementsAre(testing::Pair(1, 1), testing::Pair(2, 2), testing::Pair(3, 3)));
  session->Close();
}

TEST_F(Session, IsSharedByThreads) {
  const auto session = Open();
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < 3; ++i) {
    threads.emplace_back([&session, i] { EXPECT_EQ(NumberIn(Call(*session, i).result), i); });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(network_.dial_count(kAddress), 1);
  session->Close();
}

TEST_F(Session, ARefusedDialEndsTheCallAtOnce) {
  network_.Shut(kAddress);
  const auto session = Open();
  EXPECT_EQ(Call(*session, 1).error.code(), ErrorCode::kSessionReset);
  EXPECT_EQ(session->pending_count(), 0U);
  session->Close();
}

TEST_F(Session, OrTheCallWaitsForTheServer) {
  network_.Shut(kAddress);
  const auto session =
      Open({.redial_gate = milliseconds(1), .unreachable = SessionOptions::Unreachable::kWait});
  EXPECT_EQ(Call(*session, 1, kShort).error.code(), ErrorCode::kTimeout);
  network_.Listen(kAddress, echo_);
  EXPECT_EQ(NumberIn(Call(*session, 2).result), 2);
  session->Close();
}

TEST_F(Session, ABrokenConnectionEndsItsCallsAndIsDialedAnew) {
  echo_->SetMode(EchoService::Mode::kKeep);
  const auto session = Open();
  std::thread caller([&] { EXPECT_EQ(Call(*session, 1).error.code(), ErrorCode::kSessionReset); });
  echo_->WaitForKept(1);
  network_.DropConnections(kAddress);
  caller.join();
  echo_->SetMode(EchoService::Mode::kEcho);
  EXPECT_EQ(NumberIn(Call(*session, 2).result), 2);
  EXPECT_EQ(network_.dial_count(kAddress), 2);
  session->Close();
}

TEST_F(Session, AReplyThatCannotBeReadEndsTheConnection) {
  const auto session = Open();
  for (const std::string bad : {std::string("\0\0\0\3", 4), std::string("\0\0\0\x05x", 5)}) {
    echo_->SendInstead(bad);
    EXPECT_EQ(Call(*session, 1).error.code(), ErrorCode::kSessionReset);
    EXPECT_EQ(NumberIn(Call(*session, 2).result), 2);
  }
  EXPECT_EQ(network_.dial_count(kAddress), 3);
  session->Close();
}

TEST_F(Session, AnErrorWithAnUnknownNameEndsOnlyItsCall) {
  const auto session = Open();
  echo_->SendInstead(EncodeReply({{"ERR_OF_THE_FUTURE"}, "RPC_ECHO_ACK", 1, {}}));
  const RpcResult result = Call(*session, 1);
  EXPECT_EQ(result.error.code(), ErrorCode::kUnknown);
  EXPECT_EQ(result.error.name, "ERR_OF_THE_FUTURE");
  EXPECT_EQ(NumberIn(Call(*session, 2).result), 2);
  EXPECT_EQ(network_.dial_count(kAddress), 1);
  session->Close();
}

TEST_F(Session, ACallThatTimedOutLeavesNothingBehind) {
  echo_->SetMode(EchoService::Mode::kKeep);
  const auto session = Open();
  EXPECT_EQ(Call(*session, 1, kShort).error.code(), ErrorCode::kTimeout);
  EXPECT_EQ(session->pending_count(), 0U);
  session->Close();
}

TEST_F(Session, ACallCanBeCancelled) {
  echo_->SetMode(EchoService::Mode::kKeep);
  const auto session = Open();
  const ContextPtr context = Context::WithTimeout(kLong);
  std::thread caller(
      [&] { EXPECT_EQ(session->Call(context, EchoRequest(1)).error.code(), ErrorCode::kTimeout); });
  context->Cancel();
  caller.join();
  EXPECT_EQ(session->pending_count(), 0U);
  session->Close();
}

TEST_F(Session, CloseEndsCallsThatWaitAndThoseToCome) {
  echo_->SetMode(EchoService::Mode::kKeep);
  const auto session = Open();
  std::thread caller([&] { EXPECT_EQ(Call(*session, 1).error.code(), ErrorCode::kSessionReset); });
  session->Close();
  caller.join();
  EXPECT_EQ(Call(*session, 2).error.code(), ErrorCode::kSessionReset);
  session->Close();
  EXPECT_EQ(census_.closed(), 1);
}

TEST_F(Session, ThatNobodyClosesIsCounted) {
  Call(*Open(), 1);
  EXPECT_EQ(census_.leaked(), 1);
  unclosed_ = 1;
}

TEST_F(Session, ASilentServerIsReported) {
  echo_->SetMode(EchoService::Mode::kKeep);
  std::string silent;
  const auto session = Open({.read_timeout = kShort * 2,
                             .on_unresponsive = [&](const std::string& who) { silent = who; }});
  for (int i = 0; i < 1000 && silent.empty(); ++i) Call(*session, i, kShort);
  EXPECT_EQ(silent, kAddress);
  session->Close();
}

TEST_F(Session, ASilentHostCostsTheDialItsTimeout) {
  network_.Silence(kAddress);
  const auto session = Open({.dial_timeout = kShort});
  EXPECT_EQ(Call(*session, 1).error.code(), ErrorCode::kSessionReset);
  session->Close();
}

TEST(RedialGate, FixedWaitsLongerAfterEachFailureAndNotAtAllAfterSuccess) {
  RedialGate gate(Variant::kFixed, seconds(60));
  const RedialGate::Time start{minutes(100)};
  EXPECT_EQ(gate.Next(start), start);
  gate.Dialed(start);
  gate.Succeeded();
  EXPECT_EQ(gate.Next(start + seconds(5)), start + seconds(5));
  for (const int pause : {1, 2, 4, 8, 16, 32, 60, 60}) {
    gate.Dialed(start);
    gate.Failed();
    EXPECT_EQ(gate.Next(start), start + seconds(pause));
    EXPECT_EQ(gate.Next(start + seconds(100)), start + seconds(100));
  }
  gate.Succeeded();
  EXPECT_EQ(gate.Next(start), start);
}

TEST(RedialGate, AsReportedWaitsAnotherWholeMinute) {
  RedialGate gate(Variant::kAsReported, seconds(60));
  const RedialGate::Time start{minutes(100)};
  EXPECT_EQ(gate.Next(start), start);
  gate.Dialed(start);
  gate.Succeeded();
  EXPECT_EQ(gate.Next(start + seconds(59)), start + seconds(59 + 60));
  EXPECT_EQ(gate.Next(start + seconds(60)), start + seconds(60));
}

TEST(ContextTest, CancelReachesPartsAndWaiters) {
  const ContextPtr whole = Context::WithTimeout(kLong);
  const ContextPtr part = Context::Within(whole);
  const auto latch = std::make_shared<Latch>();
  std::thread waiter([&] { EXPECT_EQ(part->WaitFor(latch), Latch::State::kStopped); });
  whole->Cancel();
  waiter.join();
  EXPECT_TRUE(part->cancelled());
  EXPECT_FALSE(part->alive());
  const auto late = std::make_shared<Latch>();
  EXPECT_EQ(part->WaitFor(late), Latch::State::kStopped);
  EXPECT_TRUE(Context::Within(whole)->cancelled());
}

TEST(ContextTest, APartEndsAloneAndEarlier) {
  const ContextPtr whole = Context::WithTimeout(kLong);
  const ContextPtr part = Context::Within(whole, kShort);
  EXPECT_LT(part->deadline(), whole->deadline());
  EXPECT_EQ(part->WaitFor(std::make_shared<Latch>()), Latch::State::kWaiting);
  part->Cancel();
  EXPECT_FALSE(whole->cancelled());
  EXPECT_LE(Context::Within(part, kLong)->deadline(), whole->deadline());
}

}  // namespace
}  // namespace pegasus
