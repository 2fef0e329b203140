// Golden vectors: named bytes that are frozen with the protocol. They are compiled in (a file of
// tests/vectors is a raw string literal), so that the same comparison runs where there are no files, under
// WebAssembly. Nothing is written unless SAMPLAN_WRITE_VECTORS=1 is set.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace samplan::vector_test {

using Vectors = std::vector<std::pair<std::string, Bytes>>;  // in the order of the file

// Lines "name = hexadecimal"; a line that begins with # is a remark.
inline std::map<std::string, Bytes> parse(std::string_view text) {
  std::map<std::string, Bytes> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    const std::size_t sign = line.find(" = ");
    if (line.empty() || line[0] == '#' || sign == std::string_view::npos) continue;
    const auto bytes = from_hex(line.substr(sign + 3));
    REQUIRE(bytes.ok());
    out[std::string(line.substr(0, sign))] = *bytes;
  }
  return out;
}

inline bool writing() {
  const char* flag = std::getenv("SAMPLAN_WRITE_VECTORS");
  return flag != nullptr && std::string_view(flag) == "1";
}

// `folder` ends with a slash.
inline void write(const std::string& folder, const std::string& file, std::string_view remark,
                  const Vectors& vectors) {
  std::ofstream out(folder + file);
  out << "R\"vectors(\n# " << remark
      << "\n# Frozen with version 1 of the protocol: never changed, only added to.\n";
  for (const auto& [name, bytes] : vectors) out << name << " = " << to_hex(bytes) << "\n";
  out << ")vectors\"\n";
  WARN("wrote " << vectors.size() << " vectors to " << file << "; build again to test against them");
}

// What we make now is what was frozen, each and no other.
inline void compare(const Vectors& made, const std::map<std::string, Bytes>& stored) {
  CHECK(made.size() == stored.size());
  for (const auto& [name, bytes] : made) {
    INFO(name);
    const auto found = stored.find(name);
    REQUIRE(found != stored.end());
    CHECK(to_hex(bytes) == to_hex(found->second));
  }
}

}  // namespace samplan::vector_test
