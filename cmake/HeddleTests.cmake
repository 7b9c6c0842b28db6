# Helpers for tests. `ctest -L quick` is what everybody runs before a commit; label `slow` needs a reason.
# Test programs belong to the target `heddle_tests`; only with HEDDLE_DEVELOPER also to the default target, so that
# `make build` and `make demo` do not wait for them.
include(GoogleTest)
add_custom_target(heddle_tests)

# heddle_test(name SOURCES f_test.cc... [DEPS targets...]): a GoogleTest program; each TEST is one test of ctest.
function(heddle_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS")
  if(NOT HEDDLE_TESTS)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE heddle_host ${arg_DEPS} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  heddle_test_program(${name})
  # Found when ctest starts: a test program that crashes at start is then a failed test, not a failed build.
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS quick TIMEOUT 60)
endfunction()

# Makes an executable part of heddle_tests.
function(heddle_test_program target)
  if(NOT HEDDLE_DEVELOPER)
    set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  add_dependencies(heddle_tests ${target})
endfunction()

# heddle_script_test(name [LABELS ...] [TIMEOUT seconds] COMMAND ...): a test that is a command, from the root.
function(heddle_script_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "LABELS;COMMAND")
  if(NOT arg_LABELS)
    set(arg_LABELS quick)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} SKIP_RETURN_CODE 77)
endfunction()
