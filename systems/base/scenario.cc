// See scenario.h.
#include "systems/base/scenario.h"

#include <charconv>
#include <cstdio>
#include <string>

namespace systems {
namespace {

struct Request {
  std::string_view scenario = "reported";
  Variant variant = Variant::kAsReported;
  unsigned repeat = 1;
  bool list = false;
};

bool Parse(int argc, char** argv, Request* request) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--list") {
      request->list = true;
      continue;
    }
    if (i + 1 == argc) return false;
    const std::string_view value = argv[++i];
    if (option == "--scenario") {
      request->scenario = value;
    } else if (option == "--variant") {
      const std::optional<Variant> variant = ParseVariant(value);
      if (!variant) return false;
      request->variant = *variant;
    } else if (option == "--repeat") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), request->repeat);
      if (error != std::errc() || end != value.data() + value.size() || request->repeat == 0) return false;
    } else {
      return false;
    }
  }
  return true;
}

int PrintUsage(std::string_view program) {
  std::fprintf(stderr, "usage: %.*s [--scenario NAME] [--variant as-reported|fixed] [--repeat N] | --list\n",
               static_cast<int>(program.size()), program.data());
  return 2;
}

}  // namespace

int ScenarioMain(std::span<const Scenario> scenarios, int argc, char** argv) {
  Request request;
  if (!Parse(argc, argv, &request)) return PrintUsage(argv[0]);
  for (const Scenario& scenario : scenarios) {
    if (request.list) {
      std::printf("%-24.*s %.*s\n", static_cast<int>(scenario.name.size()), scenario.name.data(),
                  static_cast<int>(scenario.what.size()), scenario.what.data());
    } else if (scenario.name == request.scenario) {
      for (unsigned i = 0; i < request.repeat; ++i) scenario.run(request.variant);
      return 0;
    }
  }
  if (request.list) return 0;
  std::fprintf(stderr, "%s: no scenario %.*s; --list names them\n", argv[0], static_cast<int>(request.scenario.size()),
               request.scenario.data());
  return 2;
}

}  // namespace systems
