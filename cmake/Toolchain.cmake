# What the tools of the machine need before anything is compiled.

# A build without a type would be slow and unlike any that is tested.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

if(EMSCRIPTEN)
  # Emscripten 3.1.6 has Node optimise the JavaScript around a program, and finds the parser for that only in
  # Debian's own module folder; a Node from elsewhere does not look there.
  set(CMAKE_CXX_LINKER_LAUNCHER ${CMAKE_COMMAND} -E env NODE_PATH=/usr/share/nodejs)
  find_program(SAMPLAN_NODE NAMES node nodejs REQUIRED)
  # With a global fetch the 3.1.6 start-up code tries to fetch a file path.
  set(CMAKE_CROSSCOMPILING_EMULATOR ${SAMPLAN_NODE} --no-experimental-fetch)
  # Fast to link, still quick to run. What is shipped to browsers is linked at -O3.
  set(CMAKE_CXX_FLAGS_RELEASE "-O1 -DNDEBUG")
endif()

if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(SAMPLAN_CCACHE ccache)
  if(SAMPLAN_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SAMPLAN_CCACHE})
  endif()
endif()
