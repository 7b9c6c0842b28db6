// See scenarios.h. Each scenario is sized for exploration: two or three threads, one to three events. Streams are declared
// before the broadcaster, which ends its thread when it is destroyed: as reported, it may use a stream until then.
#include "systems/crio/scenarios.h"

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "systems/base/panic.h"
#include "systems/crio/broadcaster.h"
#include "systems/crio/event_generator.h"
#include "systems/crio/memory_runtime.h"
#include "systems/crio/memory_stream.h"
#include "systems/crio/service.h"

namespace crio {
namespace {

using systems::Ensure;
using systems::Variant;
using Type = ContainerEventType;

// Sends fail from the first one on: the client left right after it had subscribed.
MemoryStream::Options Dead() { return {.dies_at_send = 1}; }

// A time-out is for clients that do not read; here all do, so it must not be what ends them.
BroadcasterOptions Options(Design design) {
  return {.design = design, .drain_timeout = std::chrono::hours(1)};
}

ContainerEventResponse Event(Type type) {
  return {.container_id = "c1", .container_event_type = type};
}

// A client: its call runs in a thread of its own, as a transport has it.
class Call {
 public:
  Call(Broadcaster& broadcaster, MemoryStream& stream)
      : thread_([this, &broadcaster, &stream] { status_ = broadcaster.Serve(stream); }) {}
  Call(RuntimeService& service, MemoryStream& stream)
      : thread_([this, &service, &stream] { status_ = service.GetContainerEvents(stream); }) {}
  // Waits for the call to return.
  const Status& Wait() {
    if (thread_.joinable()) thread_.join();
    return status_;
  }
  ~Call() { Wait(); }

 private:
  Status status_;
  std::thread thread_;
};

ServiceOptions ServerOptions(Design design) {
  return {.enable_pod_events = true, .events = Options(design)};
}

// For what upstream's repair of the report leaves as it was, so that the bug of the report is not in the way.
Design UpstreamFixOr(Variant variant) {
  return variant == Variant::kFixed ? Design::kFixed : Design::kUpstreamFix;
}

PodSandboxConfig Pod() {
  return {.metadata = {.name = "pod", .uid = "u1", .name_space = "default"}};
}

ContainerConfig ContainerThat(std::vector<std::string> command) {
  return {.metadata = {.name = "main"},
          .command = std::move(command),
          .labels = {{kPodUidLabel, "u1"}}};
}

std::string Value(const Result<std::string>& id) {
  Ensure(id.ok(), "the request succeeds");
  return *id;
}

// A kubelet restarts: its old call is dead, and the events of a new pod are on their way. Either the first finds the client
// before its wait group is armed, or the second (or the end) finds it before its handler has removed it.
void Reported(Variant variant) {
  MemoryRuntime runtime;
  MemoryStream stream(Dead());
  RuntimeService server(ServerOptions(DesignOf(variant)), runtime);
  Call call(server, stream);
  const std::string pod = Value(server.RunPodSandbox(Pod()));
  Value(server.CreateContainer(pod, ContainerThat({"serve"})));
  server.WaitForSubscribers(1);
  server.Shutdown();
  Ensure(call.Wait().ok(), "a client that left is no error");
}

// A container that ends as soon as it is started. Its client hears that it was started, then that it has stopped.
void ShortLived(Variant variant) {
  MemoryRuntime runtime;
  MemoryStream stream;
  RuntimeService server(ServerOptions(UpstreamFixOr(variant)), runtime);
  Call call(server, stream);
  server.WaitForSubscribers(1);
  const std::string pod = Value(server.RunPodSandbox(Pod()));
  const std::string container = Value(server.CreateContainer(pod, ContainerThat({"exit", "0"})));
  Ensure(server.StartContainer(container).ok(), "a created container starts");
  stream.WaitForSends(4);
  std::vector<Type> types;
  for (const MemoryStream::Message& message : stream.ReadAvailable()) {
    types.push_back(message.event->container_event_type);
  }
  const std::vector<Type> expected = {Type::kStarted, Type::kCreated, Type::kStarted,
                                      Type::kStopped};
  Ensure(types == expected, "a container is started before it stops");
  server.Shutdown();
}

// A client that got its first event dies; two more find it.
void DoubleDone(Variant variant) {
  MemoryStream stream({.dies_at_send = 2});
  const auto broadcaster = Broadcaster::Make(Options(DesignOf(variant)));
  Call call(*broadcaster, stream);
  broadcaster->WaitForSubscribers(1);
  broadcaster->Publish(Event(Type::kCreated));
  stream.WaitForSends(1);
  broadcaster->Publish(Event(Type::kStarted));
  broadcaster->Publish(Event(Type::kStopped));
  Ensure(call.Wait().ok(), "a client that left is no error");
  broadcaster->Shutdown();
}

// A client comes while the server goes. It is served to the end or refused, but it does not wait for ever.
void RegisterWhileClosing(Design design) {
  MemoryStream stream;
  const auto broadcaster = Broadcaster::Make(Options(design));
  Call call(*broadcaster, stream);
  const bool published = broadcaster->Publish(Event(Type::kStarted));
  broadcaster->Shutdown();
  const Status& status = call.Wait();
  Ensure(status.ok() || status.code() == Code::kUnavailable, "served or refused");
  if (design == Design::kFixed && published && status.ok()) {
    Ensure(stream.sent_count() == 1, "who is served gets what was published before");
  }
}

void RegisterWhileClosing(Variant variant) { RegisterWhileClosing(DesignOf(variant)); }

void ResidualHang(Variant variant) { RegisterWhileClosing(UpstreamFixOr(variant)); }

// A client whose sends fail for a reason of their own: the reason is written again for each event, and read once.
void ResidualErrorRace(Variant variant) {
  const Status too_large(Code::kResourceExhausted, "trying to send message larger than max");
  MemoryStream stream({.dies_at_send = 1, .death = too_large});
  const auto broadcaster = Broadcaster::Make(Options(UpstreamFixOr(variant)));
  Call call(*broadcaster, stream);
  broadcaster->WaitForSubscribers(1);
  broadcaster->Publish(Event(Type::kStarted));
  broadcaster->Publish(Event(Type::kStopped));
  Ensure(call.Wait() == too_large, "the call ends with the error of the send");
  broadcaster->Shutdown();
}

// A transport takes the stream back when the handler has returned. Nobody may send to it then.
void ResidualLateSend(Variant variant) {
  MemoryStream stream(Dead());
  const auto broadcaster = Broadcaster::Make(Options(UpstreamFixOr(variant)));
  std::thread transport([&] { stream.Finish(broadcaster->Serve(stream)); });
  broadcaster->WaitForSubscribers(1);
  broadcaster->Publish(Event(Type::kStarted));
  broadcaster->Publish(Event(Type::kStopped));
  transport.join();
  broadcaster->Shutdown();
}

// A container ends while the server does.
void ProduceWhileClosing(Variant variant) {
  const auto broadcaster = Broadcaster::Make(Options(DesignOf(variant)));
  std::thread producer([&] { broadcaster->Publish(Event(Type::kStopped)); });
  broadcaster->Shutdown();
  producer.join();
}

// Two threads shut the server down: the one that caught the signal, and main.
void ShutdownTwice(Variant variant) {
  MemoryStream stream;
  const auto broadcaster = Broadcaster::Make(Options(DesignOf(variant)));
  broadcaster->Publish(Event(Type::kStarted));
  Call call(*broadcaster, stream);
  broadcaster->WaitForSubscribers(1);
  std::thread catch_shutdown([&] { broadcaster->Shutdown(); });
  broadcaster->Shutdown();
  // Fixed: all calls are over when a Shutdown returns, whichever it is.
  Ensure(stream.sent_count() == 1, "an event that was accepted before the end is delivered");
  catch_shutdown.join();
}

// One client has stopped reading. The other one gets its events all the same.
void SlowSubscriber(Variant variant) {
  MemoryStream stream[] = {MemoryStream({.window = 1}), MemoryStream()};
  const auto broadcaster = Broadcaster::Make(Options(DesignOf(variant)));
  Call slow(*broadcaster, stream[0]);
  Call live(*broadcaster, stream[1]);
  broadcaster->WaitForSubscribers(2);
  broadcaster->Publish(Event(Type::kStarted));
  broadcaster->Publish(Event(Type::kStopped));
  stream[1].WaitForSends(2);
  stream[0].Disconnect();
  broadcaster->Shutdown();
}

// A client leaves while there is nothing to send to it.
void SilentDisconnect(Variant variant) {
  MemoryStream stream;
  const auto broadcaster = Broadcaster::Make(Options(DesignOf(variant)));
  Call call(*broadcaster, stream);
  broadcaster->WaitForSubscribers(1);
  stream.Disconnect();
  Ensure(call.Wait().code() == Code::kCancelled, "the call ends with its client");
  broadcaster->Shutdown();
}

constexpr systems::Scenario kScenarios[] = {
    {"reported", "a dead client and two events: done before the add, or done twice", Reported},
    {"short-lived",
     "a container that ends at once: stopped before it was started; upstream's repair", ShortLived},
    {"double-done", "a client dies after its first event, and two more find it", DoubleDone},
    {"register-while-closing", "a client subscribes while the server shuts down",
     RegisterWhileClosing},
    {"produce-while-closing", "a container ends while the server shuts down", ProduceWhileClosing},
    {"shutdown-twice", "two threads shut the server down", ShutdownTwice},
    {"slow-subscriber", "a client that does not read, and one that does", SlowSubscriber},
    {"silent-disconnect", "a client leaves while there are no events", SilentDisconnect},
    {"residual-hang", "register-while-closing, with upstream's repair as reported", ResidualHang},
    {"residual-error-race", "a send's error is written again while it is read; upstream's repair",
     ResidualErrorRace},
    {"residual-late-send", "an event for a client whose handler is gone; upstream's repair",
     ResidualLateSend},
};

}  // namespace

std::span<const systems::Scenario> Scenarios() { return kScenarios; }

}  // namespace crio
