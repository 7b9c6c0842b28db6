// The race scenarios as a program.
#include "systems/longhorn/scenarios.h"

int main(int argc, char** argv) { return systems::ScenarioMain(longhorn::Scenarios(), argc, argv); }
