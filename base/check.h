// SP_CHECK stops the program, also in release, when an invariant of our own is broken. Input from outside never
// reaches one: wrong input is a Result.
#pragma once

namespace samplan {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}

#define SP_CHECK(x) \
  do {              \
    if (!(x)) ::samplan::check_failed(#x, __FILE__, __LINE__); \
  } while (false)
