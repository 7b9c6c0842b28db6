// What the design that holds costs, and what it saves: the owned directory against the rules of the report, on real threads.
// Calls of the target take 100 microseconds here, which is what a remote call through a socket costs at the least; with
// none of it, who holds which lock during a call would not show.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "systems/longhorn/world.h"

namespace longhorn {
namespace {

using systems::Variant;

constexpr std::chrono::microseconds kCall{100};
constexpr std::chrono::milliseconds kPause{
    1};  // between two turns of the monitor, which are 3 s apart in life

// The calls that a creation, a deletion and a turn of the monitor make most.
class RemoteTarget final : public MemoryTarget {
 public:
  Result<std::vector<BdevInfo>> BdevGetBdevs(const std::string& name) override {
    std::this_thread::sleep_for(kCall);
    return MemoryTarget::BdevGetBdevs(name);
  }
  Result<std::string> BdevLvolCreate(const std::string& lvs, const std::string& name,
                                     uint64_t size_in_mib) override {
    std::this_thread::sleep_for(kCall);
    return MemoryTarget::BdevLvolCreate(lvs, name, size_in_mib);
  }
  Status BdevLvolDelete(const std::string& lvol) override {
    std::this_thread::sleep_for(kCall);
    return MemoryTarget::BdevLvolDelete(lvol);
  }
  Result<std::vector<SubsystemInfo>> NvmfGetSubsystems() override {
    std::this_thread::sleep_for(kCall);
    return MemoryTarget::NvmfGetSubsystems();
  }
};

class Bench {
 public:
  Bench(Variant variant, int replicas)
      : server_(target_, {.replicas = DisciplineOf(variant),
                          .engines = DisciplineOf(variant),
                          .backing_images = DisciplineOf(variant)}) {
    target_.AddFile("/file", 1024 * kMiB);
    uuid_ = server_.DiskCreate({.disk_name = kDisk, .disk_path = "/file"})->uuid;
    for (int i = 0; i < replicas; ++i) (void)Create("stable-" + std::to_string(i));
  }

  Server& server() { return server_; }

  // False if verify took it away before it was done.
  bool Create(const std::string& name) {
    ReplicaCreateRequest request;
    request.name = name;
    request.lvs_name = kDisk;
    request.lvs_uuid = uuid_;
    request.spec_size = kMiB;
    request.port_count = 1;
    const Result<ReplicaInfo> created = server_.ReplicaCreate(request);
    return created.ok() && created->state == State::kRunning && server_.ReplicaGet(name).ok();
  }

 private:
  RemoteTarget target_;
  Server server_;
  std::string uuid_;
};

// Does something again and again, as long as it lives.
template <typename Turn>
class Meanwhile {
 public:
  explicit Meanwhile(Turn turn)
      : thread_([this, turn] {
          while (!stop_) turn();
        }) {}
  Meanwhile(const Meanwhile&) = delete;
  Meanwhile& operator=(const Meanwhile&) = delete;
  ~Meanwhile() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

template <Variant kVariant>
void VerifyDuringCreate(benchmark::State& state) {
  Bench bench(kVariant, static_cast<int>(state.range(0)));
  const Meanwhile churn([&] {
    (void)bench.Create("churn");
    (void)bench.server().ReplicaDelete("churn", true);
  });
  for (auto _ : state) {
    (void)bench.server().Verify();
    state.PauseTiming();
    std::this_thread::sleep_for(kPause);
    state.ResumeTiming();
  }
}

template <Variant kVariant>
void CreateDuringVerify(benchmark::State& state) {
  Bench bench(kVariant, static_cast<int>(state.range(0)));
  const Meanwhile monitor([&] {
    (void)bench.server().Verify();
    std::this_thread::sleep_for(kPause);
  });
  int64_t lost = 0;
  for (auto _ : state) {
    if (!bench.Create("mine")) ++lost;
    (void)bench.server().ReplicaDelete("mine", true);
  }
  state.counters["lost"] =
      benchmark::Counter(static_cast<double>(lost), benchmark::Counter::kAvgIterations);
}

template <Variant kVariant>
void GetDuringCreateAndVerify(benchmark::State& state) {
  Bench bench(kVariant, static_cast<int>(state.range(0)));
  const Meanwhile churn([&] {
    (void)bench.Create("churn");
    (void)bench.server().ReplicaDelete("churn", true);
  });
  const Meanwhile monitor([&] {
    (void)bench.server().Verify();
    std::this_thread::sleep_for(kPause);
  });
  for (auto _ : state) benchmark::DoNotOptimize(bench.server().ReplicaGet("stable-0"));
}

BENCHMARK_TEMPLATE(VerifyDuringCreate, Variant::kAsReported)->Arg(4)->Arg(32)->UseRealTime();
BENCHMARK_TEMPLATE(VerifyDuringCreate, Variant::kFixed)->Arg(4)->Arg(32)->UseRealTime();
BENCHMARK_TEMPLATE(CreateDuringVerify, Variant::kAsReported)->Arg(4)->Arg(32)->UseRealTime();
BENCHMARK_TEMPLATE(CreateDuringVerify, Variant::kFixed)->Arg(4)->Arg(32)->UseRealTime();
BENCHMARK_TEMPLATE(GetDuringCreateAndVerify, Variant::kAsReported)->Arg(4)->Arg(32)->UseRealTime();
BENCHMARK_TEMPLATE(GetDuringCreateAndVerify, Variant::kFixed)->Arg(4)->Arg(32)->UseRealTime();

}  // namespace
}  // namespace longhorn
