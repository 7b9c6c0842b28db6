// What the remedy costs: events to 1, 10 and 100 subscribers, on real threads. Each design is asked for the same thing, and
// nobody disconnects, because as reported that would end the program.
//
//   Deliver          a burst of events, until each subscriber has all of them: throughput
//   DeliverOne       one event, until the last subscriber has it: latency
//   DeliverWork      the same burst to subscribers for whom a send costs what encoding and a system call cost
//   Publish          what a request that generates an event waits for it
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "systems/crio/broadcaster.h"
#include "systems/crio/event_stream.h"

namespace crio {
namespace {

constexpr int kBurst = 200;

// Counts what it is sent, and tells when all is there.
class CountingStream final : public EventStream {
 public:
  CountingStream(std::atomic<int64_t>& remaining, std::chrono::nanoseconds cost)
      : remaining_(remaining), cost_(cost) {}

  Status Send(const ContainerEventResponse& event) override {
    benchmark::DoNotOptimize(event.container_id.size());
    if (cost_.count() > 0) {
      const auto end = std::chrono::steady_clock::now() + cost_;
      while (std::chrono::steady_clock::now() < end) {
      }
    }
    if (remaining_.fetch_sub(1, std::memory_order_acq_rel) == 1) remaining_.notify_one();
    return {};
  }
  Status Missed(uint64_t count) override {
    remaining_.fetch_sub(static_cast<int64_t>(count), std::memory_order_acq_rel);
    remaining_.notify_one();
    return {};
  }
  [[nodiscard]] std::stop_token context() const override { return {}; }
  void Cancel() override {}

 private:
  std::atomic<int64_t>& remaining_;
  const std::chrono::nanoseconds cost_;
};

// An event as a pod of two containers has it.
ContainerEventResponse Event() {
  ContainerEventResponse event;
  event.container_id = std::string(64, 'c');
  event.container_event_type = ContainerEventType::kStarted;
  event.pod_sandbox_status.id = std::string(64, 'p');
  event.pod_sandbox_status.metadata = {"web", std::string(36, 'u'), "default", 0};
  event.containers_statuses.resize(2);
  for (ContainerStatus& each : event.containers_statuses) {
    each.id = std::string(64, 'c');
    each.labels = {{"io.kubernetes.pod.uid", std::string(36, 'u')}, {"app", "shop"}};
  }
  return event;
}

// Subscribers that read all there is, and a broadcaster that they have all reached.
class Audience {
 public:
  Audience(Design design, int64_t size, std::chrono::nanoseconds cost = {})
      : size_(size), broadcaster_(Broadcaster::Make({.design = design})) {
    for (int64_t i = 0; i < size; ++i) {
      streams_.push_back(std::make_unique<CountingStream>(remaining_, cost));
      calls_.emplace_back([this, &stream = *streams_.back()] {
        if (!broadcaster_->Serve(stream).ok()) std::abort();
      });
    }
    broadcaster_->WaitForSubscribers(static_cast<size_t>(size));
    // As reported, who is visible may not yet be armed.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ~Audience() {
    broadcaster_->Shutdown();
    for (std::thread& each : calls_) each.join();
  }

  void Publish(int count, const ContainerEventResponse& event) {
    for (int i = 0; i < count; ++i) {
      if (!broadcaster_->Publish(event)) std::abort();
    }
  }
  void Expect(int count) { remaining_.store(count * size_, std::memory_order_release); }
  void AwaitAll() {
    for (;;) {
      const int64_t remaining = remaining_.load(std::memory_order_acquire);
      if (remaining <= 0) return;
      remaining_.wait(remaining);
    }
  }

 private:
  const int64_t size_;
  std::atomic<int64_t> remaining_ = 0;
  const std::unique_ptr<Broadcaster> broadcaster_;
  std::vector<std::unique_ptr<CountingStream>> streams_;
  std::vector<std::thread> calls_;
};

void DeliverBurst(benchmark::State& state, Design design, int burst,
                  std::chrono::nanoseconds cost) {
  Audience audience(design, state.range(0), cost);
  const ContainerEventResponse event = Event();
  for (auto _ : state) {
    audience.Expect(burst);
    audience.Publish(burst, event);
    audience.AwaitAll();
  }
  state.SetItemsProcessed(state.iterations() * burst * state.range(0));
}

void Deliver(benchmark::State& state, Design design) {
  DeliverBurst(state, design, kBurst, std::chrono::nanoseconds(0));
}
void DeliverOne(benchmark::State& state, Design design) {
  DeliverBurst(state, design, 1, std::chrono::nanoseconds(0));
}
void DeliverWork(benchmark::State& state, Design design) {
  DeliverBurst(state, design, kBurst, std::chrono::microseconds(5));
}

void Publish(benchmark::State& state, Design design) {
  Audience audience(design, state.range(0));
  const ContainerEventResponse event = Event();
  for (auto _ : state) {
    audience.Expect(kBurst);
    const auto begin = std::chrono::steady_clock::now();
    audience.Publish(kBurst, event);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    state.SetIterationTime(spent.count());
    audience.AwaitAll();
  }
  state.SetItemsProcessed(state.iterations() * kBurst);
}

BENCHMARK_CAPTURE(Deliver, as_reported, Design::kAsReported)
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->UseRealTime();
BENCHMARK_CAPTURE(Deliver, fixed, Design::kFixed)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();
BENCHMARK_CAPTURE(DeliverOne, as_reported, Design::kAsReported)
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->UseRealTime();
BENCHMARK_CAPTURE(DeliverOne, fixed, Design::kFixed)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();
BENCHMARK_CAPTURE(DeliverWork, as_reported, Design::kAsReported)
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->UseRealTime();
BENCHMARK_CAPTURE(DeliverWork, fixed, Design::kFixed)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();
BENCHMARK_CAPTURE(Publish, as_reported, Design::kAsReported)
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->UseManualTime();
BENCHMARK_CAPTURE(Publish, fixed, Design::kFixed)->Arg(1)->Arg(10)->Arg(100)->UseManualTime();

}  // namespace
}  // namespace crio
