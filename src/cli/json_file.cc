#include "cli/json_file.h"

#include "cli/output_file.h"

namespace heddle::cli {

driver::Status WriteJson(const nlohmann::json& object, const std::string& path) {
  // Output of the program and names of files need not be UTF-8; JSON must be.
  return WriteOutput(object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
                     path, "--json");
}

}  // namespace heddle::cli
