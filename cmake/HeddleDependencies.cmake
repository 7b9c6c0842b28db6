# What Heddle uses from the distribution. Packages without a CMake file of their own get an imported target here.
# The loom (libheddle.so) uses none of them: only the host program and the tests do.
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Threads REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
# Of the systems only.
find_package(pugixml REQUIRED)

# heddle_system_library(name HEADER file): defines Heddle::<name> for lib<name>.
function(heddle_system_library name header)
  find_path(HEDDLE_${name}_INCLUDE ${header} REQUIRED)
  find_library(HEDDLE_${name}_LIBRARY ${name} REQUIRED)
  mark_as_advanced(HEDDLE_${name}_INCLUDE HEDDLE_${name}_LIBRARY)
  add_library(Heddle::${name} UNKNOWN IMPORTED)
  set_target_properties(Heddle::${name} PROPERTIES
    IMPORTED_LOCATION "${HEDDLE_${name}_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${HEDDLE_${name}_INCLUDE}")
endfunction()
heddle_system_library(dw elfutils/libdwfl.h)
heddle_system_library(elf libelf.h)

if(HEDDLE_TESTS)
  find_package(GTest REQUIRED)
endif()
