// Where a debugger stops: the exported function `heddle_finding` is called whenever a finding is noted, on the stack of
// the thread that completed it (`heddle replay --gdb` sets a breakpoint on it).
#pragma once

namespace heddle::engine {

void HeddleFindingBreakpoint();

}  // namespace heddle::engine
