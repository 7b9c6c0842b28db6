// Names of functions: from the linker's form to what a person reads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heddle::report {

// The C++ form of a linker symbol, with the usual noise taken out: `std::__cxx11::basic_string<char, …>` becomes
// `std::string`, compiler clones and ABI tags are dropped. A name that is not mangled stays as it is.
[[nodiscard]] std::string Demangle(std::string_view symbol);

// The qualified name without return type, parameters, template arguments and const:
// "void bank::Vault<int>::put<long>(long) const" gives "bank::Vault::put". Lambdas become "{lambda}".
[[nodiscard]] std::string QualifiedName(std::string_view demangled);

// The same name without "(anonymous namespace)::".
[[nodiscard]] std::string WithoutAnonymous(std::string_view demangled);

// The name for a sentence: QualifiedName without the namespaces of the program, with "()": "Vault::put()".
[[nodiscard]] std::string ShortName(std::string_view demangled);

// The last component of a path.
[[nodiscard]] std::string_view BaseName(std::string_view path);

// 64-bit FNV-1a with a final mix: the same on every machine, so it may go into names of files.
[[nodiscard]] uint64_t StableHash(std::string_view text);

}  // namespace heddle::report
