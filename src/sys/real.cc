// See real.h.
#include "sys/real.h"

#include <dlfcn.h>

namespace heddle::sys {

constinit RealFunctions g_real = {};

void InitRealFunctions() {
  if (g_real.pthread_create != nullptr) return;
#define HEDDLE_REAL(type, name, parameters) \
  g_real.name = reinterpret_cast<type(*) parameters>(dlsym(RTLD_NEXT, #name));
#include "sys/real_functions.def"
#undef HEDDLE_REAL
}

}  // namespace heddle::sys
