# Installs Heddle under CMAKE_INSTALL_PREFIX. The loom goes to lib/heddle and not to lib: its soname is libtsan.so.2,
# and in a directory that ldconfig scans it would become the ThreadSanitizer of the whole machine.
if(TARGET heddle)
  install(TARGETS heddle RUNTIME DESTINATION bin)
endif()
if(TARGET heddle_loom)
  install(TARGETS heddle_loom LIBRARY DESTINATION lib/heddle)
  install(FILES "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/libtsan.so.2" DESTINATION lib/heddle)
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/heddle" DESTINATION include OPTIONAL)
install(DIRECTORY "${HEDDLE_LIBEXEC_DIRECTORY}" DESTINATION libexec USE_SOURCE_PERMISSIONS OPTIONAL)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION share/doc/heddle)
