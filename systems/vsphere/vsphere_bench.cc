// What the remedies cost: reading config, summary and guest of a machine, with the encoding, while another client customises
// it and turns it on and off. Real threads, no Heddle.
//
//   as-reported   the answer aliases the machine and is encoded without a lock. Only measured on a machine that nobody
//                 writes (the other client cycles another one): on the same one it may crash.
//   deep-copy     upstream's fix: the answer is copied under the machine's lock
//   encode-locked the answer is encoded under the machine's lock
//   fixed         the answer is a version of the machine; no lock
#include <benchmark/benchmark.h>

#include <atomic>
#include <string>
#include <thread>

#include "systems/vsphere/encode.h"
#include "systems/vsphere/inventory.h"
#include "systems/vsphere/property_collector.h"
#include "systems/vsphere/simulator.h"
#include "systems/vsphere/task.h"
#include "systems/vsphere/virtual_machine.h"
#include "systems/vsphere/vm_customize.h"

namespace vsphere {
namespace {

using systems::Variant;

enum class Remedy { kAsReported, kDeepCopy, kEncodeLocked, kFixed };
enum class Writer { kNone, kOtherMachine, kSameMachine };

SimulatorOptions OptionsFor(Remedy remedy) {
  return {.variant = remedy == Remedy::kFixed ? Variant::kFixed : Variant::kAsReported,
          .upstream = remedy == Remedy::kDeepCopy ? Upstream::k043 : Upstream::k042};
}

struct Site {
  explicit Site(Remedy remedy) : simulator(OptionsFor(remedy)), client(simulator.LogIn()) {
    Populate(simulator, {.clusters = 0, .machines = 2, .portgroups = 0, .autostart = false});
    read = FindByName(simulator, "VirtualMachine", "DC0_H0_VM0")->self();
    other = FindByName(simulator, "VirtualMachine", "DC0_H0_VM1")->self();
  }

  void Cycle(const Ref& vm) {
    const Value name = Make("CustomizationFixedName", {{"name", "web-server-of-the-shop"}});
    const Value spec = MakeLinuxCustomization(
        name, {{.mac_address = "00:50:56:AA:BB:CC", .ip_address = "10.0.0.42"}});
    (void)Finish(client, CustomizeVmTask(client, vm, spec));
    (void)Finish(client, PowerOnVmTask(client, vm));
    (void)Finish(client, PowerOffVmTask(client, vm));
  }

  Simulator simulator;
  const Context client;
  Ref read;
  Ref other;
};

std::string Read(const Context& client, const PropertyFilterSpec& spec, Remedy remedy) {
  const Context request = client.Fork();
  const ObjectGuard guard = remedy == Remedy::kEncodeLocked
                                ? request.Lock(request.Find(spec.object_set[0].obj))
                                : ObjectGuard();
  Result<Collection> collected = Collect(request, spec);
  return EncodeRetrieveResult({.token = "", .objects = std::move(collected.value().objects)});
}

void BM_Read(benchmark::State& state, Remedy remedy, Writer writer) {
  Site site(remedy);
  const PropertyFilterSpec spec = {
      .prop_set = {{.type = "VirtualMachine", .path_set = {"config", "summary", "guest"}}},
      .object_set = {{.obj = site.read}}};
  std::atomic<bool> stop{writer == Writer::kNone};
  std::atomic<int64_t> cycles{0};
  std::thread writing([&] {
    for (; !stop; ++cycles) site.Cycle(writer == Writer::kSameMachine ? site.read : site.other);
  });
  size_t bytes = 0;
  for (auto _ : state) {
    const std::string xml = Read(site.client, spec, remedy);
    benchmark::DoNotOptimize(xml.data());
    bytes = xml.size();
  }
  stop = true;
  writing.join();
  state.counters["cycles"] =
      benchmark::Counter(static_cast<double>(cycles), benchmark::Counter::kIsRate);
  state.counters["bytes"] = static_cast<double>(bytes);
}

void BM_Cycle(benchmark::State& state, Remedy remedy) {
  Site site(remedy);
  for (auto _ : state) site.Cycle(site.read);
}

BENCHMARK_CAPTURE(BM_Read, as_reported_no_writer, Remedy::kAsReported, Writer::kNone)
    ->UseRealTime();
BENCHMARK_CAPTURE(BM_Read, deep_copy_no_writer, Remedy::kDeepCopy, Writer::kNone)->UseRealTime();
BENCHMARK_CAPTURE(BM_Read, encode_locked_no_writer, Remedy::kEncodeLocked, Writer::kNone)
    ->UseRealTime();
BENCHMARK_CAPTURE(BM_Read, fixed_no_writer, Remedy::kFixed, Writer::kNone)->UseRealTime();

BENCHMARK_CAPTURE(BM_Read, as_reported_other_machine, Remedy::kAsReported, Writer::kOtherMachine)
    ->UseRealTime();
BENCHMARK_CAPTURE(BM_Read, fixed_other_machine, Remedy::kFixed, Writer::kOtherMachine)
    ->UseRealTime();

BENCHMARK_CAPTURE(BM_Read, deep_copy_same_machine, Remedy::kDeepCopy, Writer::kSameMachine)
    ->UseRealTime();
BENCHMARK_CAPTURE(BM_Read, encode_locked_same_machine, Remedy::kEncodeLocked, Writer::kSameMachine)
    ->UseRealTime();
BENCHMARK_CAPTURE(BM_Read, fixed_same_machine, Remedy::kFixed, Writer::kSameMachine)->UseRealTime();

BENCHMARK_CAPTURE(BM_Cycle, as_reported, Remedy::kAsReported)->UseRealTime();
BENCHMARK_CAPTURE(BM_Cycle, fixed, Remedy::kFixed)->UseRealTime();

}  // namespace
}  // namespace vsphere
