# What a project does to test its own programs under Heddle; used by this project too, and installed with the package.
#
#   HEDDLE_COMMAND            the heddle command
#   HEDDLE_LIBRARY_DIRECTORY  where libheddle.so and its alias libtsan.so.2 lie
# are to be set before.
set(HEDDLE_MODULE_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}")

# heddle_instrument(target): compiles and links a program so that Heddle sees its memory accesses, and so that
# heddle::Explore explores also when the program is started by hand or by ctest. The program asks for libtsan.so.2 and finds
# Heddle's by its run path; where Heddle is not installed it finds ThreadSanitizer's, and Explore runs each body once.
function(heddle_instrument target)
  target_compile_options(${target} PRIVATE -g -fsanitize=thread)
  target_link_options(${target} PRIVATE -fsanitize=thread "LINKER:-rpath,${HEDDLE_LIBRARY_DIRECTORY}")
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # clang would put its own runtime into the program.
    target_link_options(${target} PRIVATE -fno-sanitize-link-runtime)
    target_link_libraries(${target} PRIVATE "${HEDDLE_LIBRARY_DIRECTORY}/libtsan.so.2")
  endif()
endfunction()

# heddle_add_test(NAME name COMMAND target [args...] [SCHEDULES n]): `heddle run` of a program, as a test of ctest.
function(heddle_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;SCHEDULES" "COMMAND")
  if(NOT arg_NAME OR NOT arg_COMMAND OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "heddle_add_test(NAME name COMMAND target [args...] [SCHEDULES n])")
  endif()
  list(POP_FRONT arg_COMMAND program)
  if(TARGET ${program})
    set(program "$<TARGET_FILE:${program}>")
  endif()
  set(budget "")
  if(arg_SCHEDULES)
    set(budget --schedules ${arg_SCHEDULES})
  endif()
  add_test(NAME ${arg_NAME} COMMAND "${HEDDLE_COMMAND}" run ${budget} -- "${program}" ${arg_COMMAND})
endfunction()

# heddle_discover_tests(target [SCHEDULES n] [TEST_PREFIX prefix] [PROPERTIES name value...]): every test of a GoogleTest
# program, each by itself under `heddle run`, as tests of ctest. The list is made anew whenever the program is linked. A
# program whose tests all explore by themselves (HEDDLE_TEST) needs no more than gtest_discover_tests.
function(heddle_discover_tests target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SCHEDULES;TEST_PREFIX" "PROPERTIES")
  if(NOT TARGET ${target} OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "heddle_discover_tests(target [SCHEDULES n] [TEST_PREFIX prefix] [PROPERTIES name value...])")
  endif()
  if(NOT arg_SCHEDULES)
    set(arg_SCHEDULES 1000)
  endif()
  if(NOT DEFINED arg_TEST_PREFIX)
    set(arg_TEST_PREFIX "heddle.")
  endif()
  set(list_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_heddle_tests.cmake")
  add_custom_command(TARGET ${target} POST_BUILD VERBATIM
    BYPRODUCTS "${list_file}"
    COMMAND "${CMAKE_COMMAND}" "-DPROGRAM=$<TARGET_FILE:${target}>" "-DHEDDLE=${HEDDLE_COMMAND}"
      "-DSCHEDULES=${arg_SCHEDULES}" "-DPREFIX=${arg_TEST_PREFIX}" "-DPROPERTIES=${arg_PROPERTIES}"
      "-DLIST_FILE=${list_file}" "-DDIRECTORY=${CMAKE_CURRENT_BINARY_DIR}"
      -P "${HEDDLE_MODULE_DIRECTORY}/HeddleListTests.cmake")
  # Before the program is built there is no list: a test that says so, instead of none.
  file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${target}_heddle_include.cmake" CONTENT
"if(EXISTS \"${list_file}\")
  include(\"${list_file}\")
else()
  add_test(${arg_TEST_PREFIX}${target}_NOT_BUILT ${target}_NOT_BUILT)
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES
    "${CMAKE_CURRENT_BINARY_DIR}/${target}_heddle_include.cmake")
endfunction()
