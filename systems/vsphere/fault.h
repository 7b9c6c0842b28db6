// Why an operation was refused, in the upstream's words: the kind and the fields of a MethodFault, and the text that a
// client shows. And Result: what an operation returns, or its fault.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "systems/vsphere/value.h"

namespace vsphere {

struct Fault {
  Value detail;         // a data object of a type derived from MethodFault
  std::string message;  // faultstring, localizedMessage

  [[nodiscard]] std::string_view kind() const { return detail.type_name(); }
};

[[nodiscard]] Fault MakeFault(std::string_view kind, const Fields& fields = {},
                              std::string message = {});
[[nodiscard]] Fault NotFoundFault(const ManagedObjectReference& object);
[[nodiscard]] Fault InvalidArgument(std::string_view property);
[[nodiscard]] Fault InvalidProperty(std::string_view name);
[[nodiscard]] Fault NotAuthenticated(const ManagedObjectReference& object,
                                     std::string_view privilege);
[[nodiscard]] Fault InvalidPowerState(std::string_view requested, std::string_view existing);

// A T or a Fault. Result<Value> serves operations that return nothing (an unset value).
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : data_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Fault fault) : data_(std::move(fault)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return std::holds_alternative<T>(data_); }
  // REQUIRES: ok().
  [[nodiscard]] const T& value() const { return std::get<T>(data_); }
  [[nodiscard]] T& value() { return std::get<T>(data_); }
  // REQUIRES: !ok().
  [[nodiscard]] const Fault& fault() const { return std::get<Fault>(data_); }
  // The fault's kind; "" if there is none.
  [[nodiscard]] std::string_view fault_kind() const {
    return ok() ? std::string_view() : fault().kind();
  }

 private:
  std::variant<T, Fault> data_;
};

}  // namespace vsphere
