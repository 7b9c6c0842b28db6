// The version of Heddle, from the project's build file.
#pragma once

namespace heddle::driver {

[[nodiscard]] const char* Version();

}  // namespace heddle::driver
