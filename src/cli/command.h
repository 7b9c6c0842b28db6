// The commands of `heddle`: one function and one file each. main.cc lists them.
#pragma once

#include <string>
#include <vector>

namespace heddle::cli {

// The words after the command's name.
using Arguments = std::vector<std::string>;

// All return the exit status of the process.
[[nodiscard]] int RunCommand(const Arguments& arguments);
[[nodiscard]] int ReplayCommand(const Arguments& arguments);
[[nodiscard]] int ReportCommand(const Arguments& arguments);
[[nodiscard]] int CleanCommand(const Arguments& arguments);
[[nodiscard]] int ExplainCommand(const Arguments& arguments);
[[nodiscard]] int DoctorCommand(const Arguments& arguments);
[[nodiscard]] int DemoCommand(const Arguments& arguments);
[[nodiscard]] int CxxCommand(const Arguments& arguments);
// For the loom, not for people (engine/describe.h): the region is descriptor 3, the answer goes to descriptor 4.
[[nodiscard]] int DescribeCommand(const Arguments& arguments);
[[nodiscard]] int LoadCardCommand(const Arguments& arguments);
[[nodiscard]] int CcCommand(const Arguments& arguments);

}  // namespace heddle::cli
