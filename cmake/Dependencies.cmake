# What Samplan uses that others wrote, each as a target that a room names in its link line: `sodium`, `sqlite3`, `zlib`, `utf8proc`,
# `qrencode`, `nlohmann_json::nlohmann_json` and `Catch2::Catch2` in both worlds; `httplib`, `curl` and `cjose` on a machine only.
if(EMSCRIPTEN)
  include(${CMAKE_CURRENT_LIST_DIR}/WasmDependencies.cmake)
  return()
endif()

# Debian's packages, found with pkg-config.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
add_library(sodium ALIAS PkgConfig::SODIUM)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
add_library(sqlite3 ALIAS PkgConfig::SQLITE3)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
add_library(zlib ALIAS PkgConfig::ZLIB)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
add_library(utf8proc ALIAS PkgConfig::UTF8PROC)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
add_library(qrencode ALIAS PkgConfig::QRENCODE)
# The flags matter: without them fields of httplib's classes are read from the wrong place, silently.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
add_library(httplib ALIAS PkgConfig::HTTPLIB)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
add_library(curl ALIAS PkgConfig::CURL)
pkg_check_modules(CJOSE REQUIRED IMPORTED_TARGET cjose)
add_library(cjose ALIAS PkgConfig::CJOSE)
find_package(nlohmann_json 3.11 REQUIRED)
if(SAMPLAN_TESTS)
  find_package(Catch2 2.13 REQUIRED)
  pkg_check_modules(ZXING REQUIRED IMPORTED_TARGET zxing)  # reads QR codes, for one test of the command line
endif()
