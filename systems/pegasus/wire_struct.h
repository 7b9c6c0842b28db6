// Reads and writes whole messages. A message is a struct with
//
//   template <typename Visit, typename Self> static void Fields(Visit& visit, Self& self) {
//     visit(1, self.app_name);
//     visit(2, self.partition_indices);
//   }
//
// from which both directions follow; the type of a field on the wire follows from its C++ type. A std::optional is sent if
// it has a value. Unknown fields are passed over where that is safe (WireReader::Skip).
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "systems/pegasus/types.h"
#include "systems/pegasus/wire.h"

namespace pegasus {

struct NoVisit {
  void operator()(int /*id*/, auto& /*member*/) const {}
};

template <typename T>
concept Message = requires(NoVisit visit, T message) {
  T::Fields(visit, message);
};

// How a C++ type is sent.
template <typename T>
struct Wire;

template <>
struct Wire<bool> {
  static constexpr WireType kType = WireType::kBool;
  static void Write(WireWriter& out, bool value) { out.Byte(value ? 1 : 0); }
  static void Read(WireReader& in, bool& value) { value = in.Byte() != 0; }
};

template <>
struct Wire<int32_t> {
  static constexpr WireType kType = WireType::kI32;
  static void Write(WireWriter& out, int32_t value) { out.I32(value); }
  static void Read(WireReader& in, int32_t& value) { value = in.I32(); }
};

template <>
struct Wire<int64_t> {
  static constexpr WireType kType = WireType::kI64;
  static void Write(WireWriter& out, int64_t value) { out.I64(value); }
  static void Read(WireReader& in, int64_t& value) { value = in.I64(); }
};

// Enumerations travel as i32.
template <typename T>
requires std::is_enum_v<T>
struct Wire<T> {
  static constexpr WireType kType = WireType::kI32;
  static void Write(WireWriter& out, T value) { out.I32(static_cast<int32_t>(value)); }
  static void Read(WireReader& in, T& value) { value = static_cast<T>(in.I32()); }
};

template <>
struct Wire<std::string> {
  static constexpr WireType kType = WireType::kString;
  static void Write(WireWriter& out, const std::string& value) { out.String(value); }
  static void Read(WireReader& in, std::string& value) { value = in.String(); }
};

// The base types below say "struct" in the field's header, and are a bare string or number.
template <>
struct Wire<Blob> {
  static constexpr WireType kType = WireType::kStruct;
  static void Write(WireWriter& out, const Blob& value) { out.String(value.data); }
  static void Read(WireReader& in, Blob& value) { value.data = in.String(); }
};

template <>
struct Wire<WireError> {
  static constexpr WireType kType = WireType::kStruct;
  static void Write(WireWriter& out, const WireError& value) { out.String(value.name); }
  static void Read(WireReader& in, WireError& value) { value.name = in.String(); }
};

template <>
struct Wire<Gpid> {
  static constexpr WireType kType = WireType::kStruct;
  static void Write(WireWriter& out, const Gpid& value) {
    out.I32(value.partition_index);
    out.I32(value.app_id);
  }
  static void Read(WireReader& in, Gpid& value) {
    value.partition_index = in.I32();
    value.app_id = in.I32();
  }
};

template <>
struct Wire<RpcAddress> {
  static constexpr WireType kType = WireType::kStruct;
  static constexpr uint64_t kIpv4 = 1;
  static void Write(WireWriter& out, const RpcAddress& value) {
    out.U64(value.valid() ? uint64_t{value.ip} << 32 | uint64_t{value.port} << 16 | kIpv4 : 0);
  }
  static void Read(WireReader& in, RpcAddress& value) {
    const uint64_t bits = in.U64();
    value = {};
    if ((bits & 3) != kIpv4) return;
    value.ip = static_cast<uint32_t>(bits >> 32);
    value.port = static_cast<uint16_t>(bits >> 16);
  }
};

template <>
struct Wire<HostPort> {
  static constexpr WireType kType = WireType::kStruct;
  static void Write(WireWriter& out, const HostPort& value) {
    out.String(value.host);
    out.U16(value.port);
    out.Byte(value.type);
  }
  static void Read(WireReader& in, HostPort& value) {
    value.host = in.String();
    value.port = in.U16();
    value.type = in.Byte();
  }
};

template <typename T>
struct Wire<std::vector<T>> {
  static constexpr WireType kType = WireType::kList;
  static void Write(WireWriter& out, const std::vector<T>& values) {
    out.Byte(static_cast<uint8_t>(Wire<T>::kType));
    out.U32(static_cast<uint32_t>(values.size()));
    for (const T& each : values) Wire<T>::Write(out, each);
  }
  static void Read(WireReader& in, std::vector<T>& values) {
    if (in.Byte() != static_cast<uint8_t>(Wire<T>::kType)) in.Fail();
    const uint32_t count = in.U32();
    values.clear();
    // A count that lies ends with the bytes, not with the memory: every element takes one byte at least.
    for (uint32_t i = 0; i < count && in.ok(); ++i) Wire<T>::Read(in, values.emplace_back());
  }
};

template <typename T>
struct Wire<std::optional<T>> {
  static constexpr WireType kType = Wire<T>::kType;
  static void Write(WireWriter& out, const std::optional<T>& value) { Wire<T>::Write(out, *value); }
  static void Read(WireReader& in, std::optional<T>& value) { Wire<T>::Read(in, value.emplace()); }
};

class FieldWriter {
 public:
  explicit FieldWriter(WireWriter& out) : out_(out) {}

  template <typename T>
  void operator()(uint16_t id, const T& member) {
    out_.Field(Wire<T>::kType, id);
    Wire<T>::Write(out_, member);
  }
  template <typename T>
  void operator()(uint16_t id, const std::optional<T>& member) {
    if (member) (*this)(id, *member);
  }

 private:
  WireWriter& out_;
};

// Reads the one field whose header was just read.
class FieldReader {
 public:
  FieldReader(WireReader& in, WireType type, uint16_t id) : in_(in), type_(type), id_(id) {}

  template <typename T>
  void operator()(uint16_t id, T& member) {
    if (found_ || id != id_ || type_ != Wire<T>::kType) return;
    found_ = true;
    Wire<T>::Read(in_, member);
  }
  [[nodiscard]] bool found() const { return found_; }

 private:
  WireReader& in_;
  const WireType type_;
  const uint16_t id_;
  bool found_ = false;
};

template <Message T>
struct Wire<T> {
  static constexpr WireType kType = WireType::kStruct;

  static void Write(WireWriter& out, const T& message) {
    FieldWriter write(out);
    T::Fields(write, message);
    out.Stop();
  }

  static void Read(WireReader& in, T& message) {
    while (in.ok()) {
      const auto type = static_cast<WireType>(in.Byte());
      if (type == WireType::kStop) return;
      const uint16_t id = in.U16();
      FieldReader read(in, type, id);
      T::Fields(read, message);
      if (!read.found()) in.Skip(type);
    }
  }
};

template <typename T>
[[nodiscard]] std::string EncodeValue(const T& value) {
  WireWriter out;
  Wire<T>::Write(out, value);
  return out.Take();
}

// Nothing if `bytes` do not begin with a whole value. What follows it is left alone.
template <typename T>
[[nodiscard]] std::optional<T> DecodeValue(std::string_view bytes) {
  WireReader in(bytes);
  std::optional<T> value(std::in_place);
  Wire<T>::Read(in, *value);
  if (!in.ok()) value.reset();
  return value;
}

}  // namespace pegasus
