// The race scenarios as a program; see systems/base/scenario.h for its arguments.
#include "systems/pegasus/scenarios.h"

int main(int argc, char** argv) { return systems::ScenarioMain(pegasus::Scenarios(), argc, argv); }
