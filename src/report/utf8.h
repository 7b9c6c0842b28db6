// Text for formats that allow nothing but UTF-8: paths, messages, sources and output of a program need not be.
#pragma once

#include <string>
#include <string_view>

namespace heddle::report {

// Each byte that belongs to no valid sequence becomes '?'.
[[nodiscard]] std::string Utf8(std::string_view foreign);

// The same for XML: escaped, and without the control characters that XML cannot express.
[[nodiscard]] std::string XmlText(std::string_view foreign);

}  // namespace heddle::report
