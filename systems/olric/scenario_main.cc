// The race scenarios as a program; see systems/base/scenario.h for its arguments.
#include "systems/olric/scenarios.h"

int main(int argc, char** argv) { return systems::ScenarioMain(olric::Scenarios(), argc, argv); }
