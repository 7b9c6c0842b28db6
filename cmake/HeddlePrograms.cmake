# Helpers for programs that are run under Heddle: demonstrations, canaries, the systems' race tests.

# heddle_link_with_loom(target): links an instrumented program so that libtsan.so.2 is asked for when it starts.
# g++ does that by itself; clang would put its own runtime into the program, so that is left out and the loom named.
function(heddle_link_with_loom target)
  target_link_options(${target} PRIVATE -fsanitize=thread)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_link_options(${target} PRIVATE -fno-sanitize-link-runtime)
    target_link_libraries(${target} PRIVATE heddle_loom)
  endif()
endfunction()

# heddle_program(name [PLAIN] SOURCES f.cc... [OPTIONS compile-options...] [DEPS targets...])
# A program in build/libexec/heddle, instrumented unless PLAIN. Always with debug information: findings name its lines.
function(heddle_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "PLAIN" "" "SOURCES;OPTIONS;DEPS")
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/include")
  target_compile_options(${name} PRIVATE -g -O1 ${arg_OPTIONS})
  target_link_libraries(${name} PRIVATE Threads::Threads ${arg_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${HEDDLE_LIBEXEC_DIRECTORY}")
  if(NOT arg_PLAIN)
    target_compile_options(${name} PRIVATE -fsanitize=thread)
    heddle_link_with_loom(${name})
  endif()
endfunction()
