// The race scenarios as a program: vsphere [--scenario NAME] [--variant as-reported|fixed] [--repeat N] | --list
#include "systems/base/scenario.h"
#include "systems/vsphere/scenarios.h"

int main(int argc, char** argv) { return systems::ScenarioMain(vsphere::Scenarios(), argc, argv); }
