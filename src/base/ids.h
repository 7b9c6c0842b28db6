// Strong identifiers. All are dense, assigned in order of first appearance within one execution, so
// the same schedule gives the same numbers in every process and memory layout.
#pragma once

#include <cstdint>

namespace heddle {

// A thread of the program; 0 is the one that entered main (or called Explore's body).
enum class ThreadId : uint32_t {};
inline constexpr ThreadId kNoThread{0xffff'ffff};

// A synchronisation object or atomic variable, numbered by first use.
enum class ObjectId : uint32_t {};
inline constexpr ObjectId kNoObject{0};

[[nodiscard]] constexpr uint32_t Index(ThreadId id) { return static_cast<uint32_t>(id); }
[[nodiscard]] constexpr uint32_t Index(ObjectId id) { return static_cast<uint32_t>(id); }

}  // namespace heddle
