# Links the loom, build/lib/libheddle.so, and its alias libtsan.so.2: the name under which g++ -fsanitize=thread
# programs look for their runtime.
#
# It must not share anything with the program under test (STYLE, "Runtime zone"): no libstdc++, nothing undefined that
# libc does not have, and only the symbols of src/intercept/functions.def leave it.
get_property(loom_objects GLOBAL PROPERTY HEDDLE_LOOM_OBJECTS)
set(loom_map "${PROJECT_BINARY_DIR}/generated/loom.map")
set(loom_functions "${PROJECT_SOURCE_DIR}/src/intercept/functions.def")


# Until there is a list of exports there is nothing to link; the host program can be built without.
if(loom_objects AND EXISTS "${loom_functions}")
  file(GLOB loom_lists CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/intercept/*.def")
  add_custom_command(OUTPUT "${loom_map}"
    COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/tools/exports" --compiler "${CMAKE_CXX_COMPILER}"
      --include "${PROJECT_SOURCE_DIR}/src" --version-script "${loom_map}" "${loom_functions}"
    DEPENDS ${loom_lists} "${PROJECT_SOURCE_DIR}/tools/exports" VERBATIM)
  add_custom_target(heddle_loom_map DEPENDS "${loom_map}")

  add_library(heddle_loom SHARED)
  foreach(objects IN LISTS loom_objects)
    target_sources(heddle_loom PRIVATE $<TARGET_OBJECTS:${objects}>)
  endforeach()
  set_target_properties(heddle_loom PROPERTIES OUTPUT_NAME heddle LINKER_LANGUAGE CXX NO_SONAME ON
    LINK_DEPENDS "${loom_map}")
  add_dependencies(heddle_loom heddle_loom_map)
  target_link_options(heddle_loom PRIVATE -O2 -g $<$<CXX_COMPILER_ID:GNU>:-flto=2> -nodefaultlibs -fno-sanitize=all -Wl,-soname,libtsan.so.2 -Wl,-z,defs
    -Wl,-z,now -Wl,--build-id=sha1 "-Wl,--version-script,${loom_map}")
  target_link_libraries(heddle_loom PRIVATE c gcc)
  add_custom_command(TARGET heddle_loom POST_BUILD VERBATIM
    COMMAND "${CMAKE_COMMAND}" -E create_symlink libheddle.so "$<TARGET_FILE_DIR:heddle_loom>/libtsan.so.2")
endif()
