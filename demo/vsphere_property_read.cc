// The kernel of a bug in the vSphere simulator (govmomi issue 3533): a property read collects under the object's lock
// but encodes after it is released, and what it collected are pointers into the LIVE virtual machine. Meanwhile
// powering on applies a pending customisation, under the lock, through the same pointers.
//
//   step | reader (RetrieveProperties)               | writer (CustomizeVM_Task, then PowerOnVM_Task)
//   1    |                                           | locks the VM, sets config.tools.pendingCustomization, unlocks
//   2    | locks the VM, collects pointers, unlocks  |
//   3    |                                           | locks the VM for the power-on task
//   4    | encodes guest.net and summary.guest,      | customize: writes guest.net[0], summary.guest,
//        |   holding no lock                         |   clears pendingCustomization   <- data-race
//
// Both sides "use the lock", which is why reviews miss it: the lock protects the collecting, not the data.
// As reported: the result of the read aliases the live object. Fixed (-DDEMO_FIXED=1): the state of a VM is an
// immutable snapshot that writers replace; a reader, now or in a later change notification, holds one whole version.
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#ifndef DEMO_FIXED
#define DEMO_FIXED 0
#endif

namespace {

constexpr bool kFixed = DEMO_FIXED;

struct GuestNicInfo {
  std::string mac_address;
  std::vector<std::string> ip_address;
  int prefix_length = 0;
};

struct GuestSummary {
  std::string host_name;
  std::string ip_address;
};

struct ToolsConfigInfo {
  std::string pending_customization;
};

// The properties that a client may ask for. They hang on pointers, as in the upstream type.
struct VmState {
  std::shared_ptr<ToolsConfigInfo> tools = std::make_shared<ToolsConfigInfo>();
  std::shared_ptr<std::vector<GuestNicInfo>> guest_net =
      std::make_shared<std::vector<GuestNicInfo>>(1);
  std::shared_ptr<GuestSummary> summary_guest = std::make_shared<GuestSummary>();

  VmState Clone() const {
    VmState copy;
    *copy.tools = *tools;
    *copy.guest_net = *guest_net;
    *copy.summary_guest = *summary_guest;
    return copy;
  }
};

// What a read returns and what is encoded into the SOAP answer.
using ObjectContent = std::shared_ptr<const VmState>;

class VirtualMachine {
 public:
  VirtualMachine() {
    (*state_->guest_net)[0] = {"00:50:56:01", {"0.0.0.0"}, 0};
    *state_->summary_guest = {"vm0", "0.0.0.0"};
  }

  // Step 2: the reader's side of the object's lock.
  ObjectContent Collect() {
    std::lock_guard lock(object_lock_);
    if constexpr (kFixed) return state_;        // A version that nobody will ever write again.
    return std::make_shared<VmState>(*state_);  // A new shell around the live objects.
  }

  // CustomizeVM_Task only remembers what the next power-on has to do.
  void CustomizeTask(const std::string& spec_uuid) {
    std::lock_guard lock(object_lock_);
    Update([&](VmState& state) { state.tools->pending_customization = spec_uuid; });
  }

  // PowerOnVM_Task: the task runner holds the object's lock around it.
  void PowerOnTask() {
    std::lock_guard lock(object_lock_);
    if (state_->tools->pending_customization.empty()) return;
    Update([](VmState& state) { Customize(state); });
  }

 private:
  // REQUIRES: object_lock_ is held.
  template <typename Change>
  void Update(const Change& change) {
    if constexpr (kFixed) {
      auto next = std::make_shared<VmState>(state_->Clone());
      change(*next);
      state_ = next;
    } else {
      change(*state_);
    }
  }

  // Step 4, writer.
  static void Customize(VmState& state) {
    GuestNicInfo& nic = state.guest_net->front();
    nic.ip_address.front() = "10.0.0.42";
    nic.prefix_length = 24;
    state.summary_guest->host_name = "vcsim-1";
    state.summary_guest->ip_address = "10.0.0.42";
    state.tools->pending_customization.clear();
  }

  std::mutex object_lock_;
  std::shared_ptr<VmState> state_ = std::make_shared<VmState>();
};

// Step 4, reader: xml.Encoder walks the result, after every lock has been released.
std::string Encode(const ObjectContent& content) {
  std::string xml = "<pending>" + content->tools->pending_customization + "</pending>";
  for (const GuestNicInfo& nic : *content->guest_net) {
    xml += "<net>" + nic.mac_address;
    for (const std::string& address : nic.ip_address) xml += " " + address;
    xml += "/" + std::to_string(nic.prefix_length) + "</net>";
  }
  return xml + "<guest>" + content->summary_guest->host_name + " " +
         content->summary_guest->ip_address + "</guest>";
}

}  // namespace

int main() {
  VirtualMachine vm;
  std::string answer;
  std::thread reader([&] { answer = Encode(vm.Collect()); });
  std::thread writer([&] {
    vm.CustomizeTask("imc-1");
    vm.PowerOnTask();
  });
  reader.join();
  writer.join();

  // An answer may be old or new, but not a mixture: the address of the card and of the guest change together.
  const bool card_is_new = answer.find("10.0.0.42/24") != std::string::npos;
  const bool guest_is_new = answer.find("vcsim-1 10.0.0.42") != std::string::npos;
  std::printf("%s\n", answer.c_str());
  return kFixed && card_is_new != guest_is_new ? 1 : 0;
}
