// The only door through which JSON from people, files and configuration comes in. It refuses what
// nlohmann/json would accept to its own or our harm: deep nesting (its copy, dump and compare recurse), a key
// twice, numbers that are not finite, more values than anyone means. It never looks at what the values mean.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace samplan {

struct JsonBounds {
  std::size_t bytes_max = limits::command_bytes_max;
  std::size_t depth_max =
      limits::json_depth_max;  // arrays and objects inside one another; a bare number has 0
  std::size_t values_max =
      limits::json_values_max;  // every number, string, literal, array and object counts one
};

// One whole JSON text (RFC 8259, UTF-8) as a value, read in one pass that stops at the first thing it
// refuses.
//   errors   too_large   more bytes, depth or values than the bounds allow
//            not_utf8    the text is not well-formed UTF-8
//            malformed   not JSON, something after the value, a key twice, or a number beyond the range of a
//            double
// `where` says which and at which byte; `detail` is a sentence for a person. Neither repeats the text.
Result<nlohmann::json> parse_json(std::string_view text, const JsonBounds& bounds = {});

}  // namespace samplan
