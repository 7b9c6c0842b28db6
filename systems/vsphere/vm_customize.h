// Customisation: CustomizeVM_Task stores a spec, the next power-on gives the guest its name and addresses.
#pragma once

#include <string>
#include <vector>

#include "systems/vsphere/context.h"
#include "systems/vsphere/managed_object.h"
#include "systems/vsphere/value.h"

namespace vsphere {

// Applies the pending customisation, if there is one: per card guest.net (address in lower case, dnsConfig, ipConfig and
// ipAddress of fixed addresses) and the card's manual address; guest and summary.guest; pendingCustomization is cleared.
// Posts CustomizationStartedEvent, then CustomizationSucceeded, or CustomizationNetworkSetupFailed if the machine no longer
// has the cards of the spec.
// REQUIRES: the request owns the machine's lock.
void Customize(const Context& request, const ManagedObjectPtr& vm);

// One network card of a spec; "" for an address leaves it to DHCP, or the card's own address as it is.
struct CardSettings {
  std::string mac_address;
  std::string ip_address;
  std::string subnet_mask = "255.255.255.0";
};

// A CustomizationSpec for Linux. `host_name` is a CustomizationName.
[[nodiscard]] Value MakeLinuxCustomization(Value host_name, const std::vector<CardSettings>& cards);

}  // namespace vsphere
