# What every room has in common: warnings as errors, includes from the top of the tree, one static library a room.

option(SAMPLAN_SANITIZE "Address and undefined-behaviour sanitizers" OFF)

add_library(samplan_options INTERFACE)
target_include_directories(samplan_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(samplan_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wpedantic -Werror
  # gcc 12 follows values through inlined std::variant, std::vector and std::string when it optimises and then reports
  # what cannot happen. The sanitizers see what does happen, and clang stays strict.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
    -Wno-restrict>)
if(SAMPLAN_PLANTED)
  target_compile_definitions(samplan_options INTERFACE SAMPLAN_PLANTED=1)  # base/planted.h
endif()
if(SAMPLAN_SANITIZE)
  target_compile_options(samplan_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(samplan_options INTERFACE -fsanitize=address,undefined)
endif()

# samplan_room(NAME SOURCES a.cpp ... LINK other_room ...)
function(samplan_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(${name} PUBLIC samplan_options ${ROOM_LINK})
  if(EMSCRIPTEN)
    # The compiler keeps the rule that nothing in a shared room throws: `throw` and `try` are errors here.
    target_compile_options(${name} PRIVATE -fno-exceptions)
  endif()
endfunction()
