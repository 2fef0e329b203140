# The libraries of the WebAssembly build: libsodium, SQLite, zlib, utf8proc and libqrencode as made by
# cmake/wasm_libraries, and the two header-only libraries copied to a folder of their own, because the machine's include
# root must never be on Emscripten's path.
set(SAMPLAN_WASM_LIBRARIES "" CACHE PATH "Where cmake/wasm_libraries was built")
set(wasm_headers ${CMAKE_BINARY_DIR}/headers)

foreach(library sodium sqlite3 zlib utf8proc qrencode)
  set(archive ${SAMPLAN_WASM_LIBRARIES}/lib${library}.a)
  if(NOT EXISTS ${archive})
    message(FATAL_ERROR "${archive} is missing. Use ./dev wasm, which builds it first.")
  endif()
  add_library(${library} STATIC IMPORTED GLOBAL)
  set_target_properties(${library} PROPERTIES IMPORTED_LOCATION ${archive})
  target_include_directories(${library} SYSTEM INTERFACE ${SAMPLAN_WASM_LIBRARIES}/include)
endforeach()
target_compile_definitions(sodium INTERFACE SODIUM_STATIC=1)
target_compile_definitions(utf8proc INTERFACE UTF8PROC_STATIC=1)

# samplan_copied_headers(TARGET FOLDER): /usr/include/FOLDER as a header-only target.
function(samplan_copied_headers target folder)
  if(NOT IS_DIRECTORY /usr/include/${folder})
    message(FATAL_ERROR "/usr/include/${folder} is missing. ./dev test installs the package it belongs to.")
  endif()
  file(COPY /usr/include/${folder} DESTINATION ${wasm_headers})
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} SYSTEM INTERFACE ${wasm_headers})
endfunction()
samplan_copied_headers(nlohmann_json::nlohmann_json nlohmann)
if(SAMPLAN_TESTS)
  samplan_copied_headers(Catch2::Catch2 catch2)
  # There are no signals to handle, and a test that fails a REQUIRE throws.
  target_compile_definitions(Catch2::Catch2 INTERFACE CATCH_CONFIG_NO_POSIX_SIGNALS)
  target_compile_options(Catch2::Catch2 INTERFACE -fwasm-exceptions)
  # NODERAWFS: tests read their samples from the source tree.
  target_link_options(Catch2::Catch2 INTERFACE -fwasm-exceptions
    -sENVIRONMENT=node -sEXIT_RUNTIME=1 -sALLOW_MEMORY_GROWTH=1 -sNODERAWFS=1)
endif()
