// GET and PUT on a cluster of three while the coordinator pushes the routing table again and again, on real threads: the
// design that holds against the one as reported. What the remedies cost on the way of an operation is a gate to pass, and
// on the way of a push the wave of those who lose partitions.
#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "systems/olric/cluster.h"

namespace olric {
namespace {

using systems::Variant;

constexpr int kKeys = 64;

// Nobody joins or dies during a measurement: as reported, a push is then free of its races, but for the shared status, which
// only ever gets the same value.
class Fixture {
 public:
  explicit Fixture(Variant variant) : cluster_(Configuration(variant)) {
    for (int i = 0; i < 3; ++i) {
      cluster_.Add();
      cluster_.Settle();
    }
    // Who owned partitions before the others came, and has nothing of them, is listed until the next push.
    Node(0).PushRoutingTable();
    for (int i = 0; i < kKeys; ++i) Node(i).Execute({"DM.PUT", "bench", Key(i), "value"});
  }

  [[nodiscard]] static std::string Key(int i) { return "key" + std::to_string(i % kKeys); }
  [[nodiscard]] olric::Node& Node(int i) { return cluster_[static_cast<size_t>(i % 3)]; }
  [[nodiscard]] olric::Node& OwnerOf(int i) { return cluster_[cluster_.OwnerOf("bench", Key(i))]; }
  [[nodiscard]] olric::Node& StrangerOf(int i) {
    return cluster_[cluster_.StrangerOf("bench", Key(i))];
  }

 private:
  static Config Configuration(Variant variant) {
    Config config = QuietConfig(271);
    config.design = Design(variant);
    return config;
  }

  Cluster cluster_;
};

// Pushes until it is destroyed, and counts.
class Pusher {
 public:
  explicit Pusher(Fixture* fixture)
      : thread_([this, fixture] {
          while (!stopping_) {
            fixture->Node(0).PushRoutingTable();
            ++pushes_;
          }
        }) {}
  ~Pusher() {
    stopping_ = true;
    thread_.join();
  }
  [[nodiscard]] int pushes() const { return pushes_; }

 private:
  std::atomic<bool> stopping_{false};  // publishes nothing else
  std::atomic<int> pushes_{0};
  std::thread thread_;
};

Variant VariantOf(const benchmark::State& state) {
  return state.range(0) == 0 ? Variant::kAsReported : Variant::kFixed;
}

template <typename Operation>
void Measure(benchmark::State& state, Operation&& operation) {
  Fixture fixture(VariantOf(state));
  const bool pushing = state.range(1) != 0;
  std::unique_ptr<Pusher> pusher;
  if (pushing) pusher = std::make_unique<Pusher>(&fixture);
  int i = 0;
  for (auto unused : state) {
    (void)unused;
    benchmark::DoNotOptimize(operation(fixture, i++));
  }
  state.SetItemsProcessed(state.iterations());
  state.SetLabel(std::string(systems::VariantName(VariantOf(state))) +
                 (pushing ? ", during pushes" : ""));
  if (pushing) {
    state.counters["pushes"] = benchmark::Counter(pusher->pushes(), benchmark::Counter::kIsRate);
  }
}

void BM_GetAtOwner(benchmark::State& state) {
  Measure(state, [](Fixture& fixture, int i) {
    return fixture.OwnerOf(i).Execute({"DM.GET", "bench", Fixture::Key(i)});
  });
}

void BM_PutAtOwner(benchmark::State& state) {
  Measure(state, [](Fixture& fixture, int i) {
    return fixture.OwnerOf(i).Execute({"DM.PUT", "bench", Fixture::Key(i), "value"});
  });
}

void BM_GetThroughAnother(benchmark::State& state) {
  Measure(state, [](Fixture& fixture, int i) {
    return fixture.StrangerOf(i).Execute({"DM.GET", "bench", Fixture::Key(i)});
  });
}

// One push to three members, with nothing beside it.
void BM_Push(benchmark::State& state) {
  Fixture fixture(VariantOf(state));
  for (auto unused : state) {
    (void)unused;
    fixture.Node(0).PushRoutingTable();
  }
  state.SetLabel(std::string(systems::VariantName(VariantOf(state))));
}

BENCHMARK(BM_GetAtOwner)->ArgsProduct({{0, 1}, {0, 1}})->UseRealTime();
BENCHMARK(BM_PutAtOwner)->ArgsProduct({{0, 1}, {0, 1}})->UseRealTime();
BENCHMARK(BM_GetThroughAnother)->ArgsProduct({{0, 1}, {0, 1}})->UseRealTime();
BENCHMARK(BM_Push)->Arg(0)->Arg(1)->UseRealTime();

}  // namespace
}  // namespace olric
