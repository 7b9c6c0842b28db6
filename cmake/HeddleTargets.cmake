# Helpers that every directory of src/ uses. They know the three zones (DESIGN, "Layers"), so no directory repeats
# a flag:
#   R  only in the loom, the library inside the tested process
#   P  pure code: compiled for the loom and once more for the host program and its unit tests
#   H  only in the host program
#
# A directory is one line of each kind it needs; lists may be empty:
#   heddle_library(race ZONE P SOURCES shadow.cc TESTS shadow_test.cc)

# What every target of ours gets. Nothing of it reaches consumers.
add_library(heddle_common INTERFACE)
target_include_directories(heddle_common INTERFACE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
if(HEDDLE_DEVELOPER)
  target_compile_options(heddle_common INTERFACE -Wall -Wextra -Werror -Wshadow -Wundef
    -Wextra-semi -Wvla -Wimplicit-fallthrough
    $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Wunreachable-code>)
endif()

# Host code: ordinary C++.
add_library(heddle_host INTERFACE)
target_link_libraries(heddle_host INTERFACE heddle_common)
if(HEDDLE_SANITIZE)
  target_compile_options(heddle_host INTERFACE -fsanitize=${HEDDLE_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(heddle_host INTERFACE -fsanitize=${HEDDLE_SANITIZE})
endif()

# Loom code runs inside malloc, signal handlers and fibres of a foreign program:
# - no exceptions, RTTI, stack protector (its canary is in the lent TLS block) or instrumentation, whatever the user sets;
# - initial-exec TLS, because __tls_get_addr may allocate;
# - the allocator's names mean nothing to the compiler, because the loom defines them;
# - 16-byte atomic operations inline (every x86-64 that has threads has the instruction): libatomic is not there;
# - loops stay loops: memset and memcpy are the loom's own, which first find out who calls (GNU);
# - small structures are cleared by plain stores: `rep stos`, gcc's choice, takes 30 ns to start;
# - optimised in every build type: the program under test pays for each instruction;
# - optimised as one unit (gcc): an entry point and all that it calls on its usual way become one function, because after
#   a switch of fibres the processor predicts every return wrongly (docs/performance.md). Files with assembler outside of
#   functions say -fno-lto.
add_library(heddle_loom_code INTERFACE)
target_link_libraries(heddle_loom_code INTERFACE heddle_common)
target_compile_options(heddle_loom_code INTERFACE -O2 -g -fPIC -fno-exceptions -fno-rtti -fvisibility=hidden
  -fvisibility-inlines-hidden -fasynchronous-unwind-tables -ftls-model=initial-exec
  $<$<CXX_COMPILER_ID:GNU>:-mmemset-strategy=unrolled_loop:1024:noalign,libcall:-1:noalign>
  $<$<CXX_COMPILER_ID:GNU>:-flto=2>
  $<$<CXX_COMPILER_ID:GNU>:-fno-tree-loop-distribute-patterns>
  -fno-stack-protector -fno-sanitize=all -fno-builtin-malloc -fno-builtin-calloc -fno-builtin-realloc -fno-builtin-free
  $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-mcx16>
  $<$<AND:$<CXX_COMPILER_ID:Clang>,$<BOOL:${HEDDLE_DEVELOPER}>>:-Wglobal-constructors -Wexit-time-destructors>)

# For directories that define memcpy and its kind: without these the compiler turns their loops into calls to themselves.
set(HEDDLE_DEFINES_LIBC_FUNCTIONS -fno-builtin $<$<CXX_COMPILER_ID:GNU>:-fno-tree-loop-distribute-patterns>)

# heddle_library(name ZONE R|P|H [SOURCES f.cc...] [DEPS targets...] [TESTS f_test.cc...] [OPTIONS compile-options...])
# R and P: adds the objects to heddle_loom. P: also to heddle_pure. H: defines the static library heddle_<name>.
# TESTS become the GoogleTest program <name>_test.
function(heddle_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "ZONE" "SOURCES;DEPS;TESTS;OPTIONS")
  if(NOT arg_ZONE MATCHES "^[RPH]$" OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "heddle_library(${name}): ZONE must be R, P or H; not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(arg_ZONE MATCHES "[RP]" AND arg_SOURCES)
    add_library(heddle_${name}_loom OBJECT ${arg_SOURCES})
    target_link_libraries(heddle_${name}_loom PRIVATE heddle_loom_code)
    target_compile_options(heddle_${name}_loom PRIVATE ${arg_OPTIONS})
    set_property(GLOBAL APPEND PROPERTY HEDDLE_LOOM_OBJECTS heddle_${name}_loom)
  endif()
  if(arg_ZONE STREQUAL "P" AND arg_SOURCES)
    add_library(heddle_${name}_pure OBJECT ${arg_SOURCES})
    target_link_libraries(heddle_${name}_pure PRIVATE heddle_host ${arg_DEPS})
    set_property(GLOBAL APPEND PROPERTY HEDDLE_PURE_OBJECTS heddle_${name}_pure)
  endif()
  if(arg_ZONE STREQUAL "H" AND arg_SOURCES)
    add_library(heddle_${name} STATIC ${arg_SOURCES})
    target_link_libraries(heddle_${name} PUBLIC heddle_host ${arg_DEPS})
  elseif(arg_ZONE STREQUAL "H")
    add_library(heddle_${name} INTERFACE)
    target_link_libraries(heddle_${name} INTERFACE heddle_host ${arg_DEPS})
  endif()
  if(arg_TESTS)
    set(tested heddle_pure ${arg_DEPS})
    if(arg_ZONE STREQUAL "H")
      list(PREPEND tested heddle_${name})
    endif()
    heddle_test(${name}_test SOURCES ${arg_TESTS} DEPS ${tested})
  endif()
endfunction()
