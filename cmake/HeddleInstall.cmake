# Installs Heddle under CMAKE_INSTALL_PREFIX. The loom goes to lib/heddle and not to lib: its soname is libtsan.so.2,
# and in a directory that ldconfig scans it would become the ThreadSanitizer of the whole machine. `heddle` finds it and
# its helper programs relative to itself, so the installation can be moved; therefore no lib/x86_64-linux-gnu either.
include(CMakePackageConfigHelpers)
set(HEDDLE_INSTALL_LOOM lib/heddle)
set(HEDDLE_INSTALL_CMAKE lib/cmake/Heddle)

if(TARGET heddle)
  install(TARGETS heddle RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
if(TARGET heddle_loom)
  install(TARGETS heddle_loom LIBRARY DESTINATION ${HEDDLE_INSTALL_LOOM})
  install(FILES "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/libtsan.so.2" DESTINATION ${HEDDLE_INSTALL_LOOM})
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/heddle" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${HEDDLE_LIBEXEC_DIRECTORY}" DESTINATION libexec USE_SOURCE_PERMISSIONS OPTIONAL)
if(TARGET heddle)
  # The man pages say what --help says, so they are made by asking.
  set(manpages_stamp "${PROJECT_BINARY_DIR}/share/made")
  add_custom_command(OUTPUT "${manpages_stamp}" VERBATIM
    COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/tools/manpages" --heddle "$<TARGET_FILE:heddle>"
      --output "${PROJECT_BINARY_DIR}/share"
    COMMAND "${CMAKE_COMMAND}" -E touch "${manpages_stamp}"
    DEPENDS heddle "${PROJECT_SOURCE_DIR}/tools/manpages")
  add_custom_target(heddle_manpages ALL DEPENDS "${manpages_stamp}")
  install(DIRECTORY "${PROJECT_BINARY_DIR}/share/man1" DESTINATION share/man OPTIONAL)
  install(DIRECTORY "${PROJECT_BINARY_DIR}/share/bash-completion/" DESTINATION share/bash-completion/completions OPTIONAL)
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION share/doc/heddle)

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/HeddleConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/generated/HeddleConfig.cmake" INSTALL_DESTINATION ${HEDDLE_INSTALL_CMAKE}
  PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_INCLUDEDIR HEDDLE_INSTALL_LOOM)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/generated/HeddleConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/generated/HeddleConfig.cmake"
  "${PROJECT_BINARY_DIR}/generated/HeddleConfigVersion.cmake" "${CMAKE_CURRENT_LIST_DIR}/HeddleInstrument.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/HeddleListTests.cmake" DESTINATION ${HEDDLE_INSTALL_CMAKE})
configure_file("${CMAKE_CURRENT_LIST_DIR}/heddle.pc.in" "${PROJECT_BINARY_DIR}/generated/heddle.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/generated/heddle.pc" DESTINATION lib/pkgconfig)
