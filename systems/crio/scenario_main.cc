// The race scenarios as a program.
#include "systems/base/scenario.h"
#include "systems/crio/scenarios.h"

int main(int argc, char** argv) { return systems::ScenarioMain(crio::Scenarios(), argc, argv); }
