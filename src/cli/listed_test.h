// One test of somebody's test suite, as a listing names it: what to start, where and with which environment, so that
// this test runs and no other.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace heddle::cli {

struct ListedTest {
  std::string name;
  std::vector<std::string> argv;
  std::string directory;  // "" is the current one
  std::vector<std::pair<std::string, std::string>> set_variables;
  std::vector<std::string> unset_variables;
  bool exit_status_counts = true;  // false: the suite judges this test by something else
  std::string refusal;             // why it cannot be explored, "" if nothing is known against it
};

}  // namespace heddle::cli
