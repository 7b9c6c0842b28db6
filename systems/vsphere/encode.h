// Answers as vim25 XML, as they stand in the body of a SOAP envelope. Children come in the order of the WSDL; values whose
// type is not the declared one, and all values of properties, carry xsi:type.
#pragma once

#include <string>

#include "systems/vsphere/fault.h"
#include "systems/vsphere/property_collect.h"
#include "systems/vsphere/property_collector.h"
#include "systems/vsphere/value.h"

namespace vsphere {

// <val xsi:type="…">…</val>: a value where the schema says xsd:anyType. `declared_type` is that of the property it comes from.
[[nodiscard]] std::string EncodeValue(const Value& value, std::string_view declared_type);

// <returnval> of RetrievePropertiesEx: token and objects.
[[nodiscard]] std::string EncodeRetrieveResult(const RetrieveResult& result);

// <returnval> of WaitForUpdatesEx.
[[nodiscard]] std::string EncodeUpdateSet(const UpdateSet& set);

// <detail> of a soapenv:Fault: <KindFault xmlns="urn:vim25" xsi:type="Kind">.
[[nodiscard]] std::string EncodeFaultDetail(const Fault& fault);

}  // namespace vsphere
