// What a configuration query costs, on real threads: with a leader that stays, with one that changes every millisecond, and
// what a read costs that needs no query. As reported each query starts threads, and in real life races; so that it can be
// measured at all, followers name the leader here by an address that is in the list, and nothing is added to it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "systems/pegasus/client.h"
#include "systems/pegasus/one_box.h"

namespace pegasus {
namespace {

using systems::Variant;

constexpr std::chrono::minutes kPatience{1};
// As reported, a query that has asked everybody in vain waits for the end of its time: not for long, here.
constexpr std::chrono::milliseconds kQueryPatience{50};

struct Setup {
  explicit Setup(Variant variant) {
    box.CreateTable("temp", 8);
    MetaOptions options;
    options.backup_delay = std::chrono::milliseconds(20);
    options.retry_delay = std::chrono::milliseconds(1);
    std::vector<std::string> addresses;
    for (size_t i = 0; i < 3; ++i) addresses.push_back(box.meta_address(i));
    manager = MetaManager::Make(variant, box.network(), addresses, options);
  }
  ~Setup() { manager->Close(); }

  bool Query() {
    return manager->QueryConfig(Context::WithTimeout(kQueryPatience), "temp").error ==
           ErrorCode::kOk;
  }

  OneBox box;
  std::unique_ptr<MetaManager> manager;
};

double Percentile(std::vector<double>& values, double part) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<size_t>(at)];
}

void Measure(benchmark::State& state, Setup& setup) {
  std::vector<double> micros;
  double failed = 0;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    if (!setup.Query()) ++failed;
    micros.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
            .count());
  }
  state.counters["p50_us"] = Percentile(micros, 0.5);
  state.counters["timed_out"] = benchmark::Counter(failed, benchmark::Counter::kAvgIterations);
  state.counters["p99_us"] = Percentile(micros, 0.99);
  state.SetItemsProcessed(state.iterations());
}

void BM_Query(benchmark::State& state, Variant variant) {
  Setup setup(variant);
  Measure(state, setup);
}

void BM_QueryDuringLeaderChange(benchmark::State& state, Variant variant) {
  Setup setup(variant);
  std::atomic<bool> stop = false;
  std::thread changes([&] {
    for (size_t leader = 0; !stop; leader = (leader + 1) % 3) {
      setup.box.ChangeLeader(leader);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  Measure(state, setup);
  stop = true;
  changes.join();
}

void BM_Get(benchmark::State& state) {
  OneBox box;
  box.CreateTable("temp", 8);
  ClientOptions options;
  options.meta_servers = box.meta_list();
  const auto client = std::move(*Client::Make(box.network(), options));
  const auto table = *client->OpenTable(Context::WithTimeout(kPatience), "temp");
  for (auto _ : state) {
    if (!table->Get(Context::WithTimeout(kPatience), {"h", "s"}).ok()) {
      state.SkipWithError("a read failed");
    }
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(BM_Query, as_reported, Variant::kAsReported)->UseRealTime();
BENCHMARK_CAPTURE(BM_Query, fixed, Variant::kFixed)->UseRealTime();
BENCHMARK_CAPTURE(BM_QueryDuringLeaderChange, as_reported, Variant::kAsReported)->UseRealTime();
BENCHMARK_CAPTURE(BM_QueryDuringLeaderChange, fixed, Variant::kFixed)->UseRealTime();
BENCHMARK(BM_Get)->UseRealTime();

}  // namespace
}  // namespace pegasus
