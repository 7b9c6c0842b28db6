#include "driver/version.h"

namespace heddle::driver {

const char* Version() { return HEDDLE_VERSION; }

}  // namespace heddle::driver
