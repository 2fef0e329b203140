// Words that edits of a field took out of its text, as far as this device still has them: for showing both
// sides of what people wrote at the same time, and for telling history. They are no part of what devices agree
// on: canonical bytes never hold them, and nothing that is merged depends on them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace samplan::merge::text {

class RemovedWords {
 public:
  // What a field keeps unless somebody asks for everything; the oldest goes first. Some days of lively writing.
  static constexpr std::size_t kept_max = 32U << 10;

  void keep_all() { limit_ = static_cast<std::size_t>(-1); }
  // `edit`: index in the field's log, above those given before. An edit that took nothing out needs no entry.
  void add(std::uint32_t edit, std::string_view words);
  // Nothing: the words of this edit are not here.
  std::optional<std::string_view> find(std::uint32_t edit) const;
  std::size_t size() const { return entries_.size() - first_; }

  void encode(Bytes& out) const;
  // `edits`: size of the log that they belong to. errors: malformed, not_utf8.
  static Result<RemovedWords> read(Reader& in, std::uint32_t edits);

 private:
  struct Entry {
    std::uint32_t edit = 0;
    std::uint32_t offset = 0;  // in bytes_
    std::uint32_t size = 0;
  };
  static constexpr std::size_t entry_cost = sizeof(Entry);
  void drop_oldest();

  std::size_t limit_ = kept_max;
  std::string bytes_;
  std::vector<Entry> entries_;
  std::size_t first_ = 0;  // entries before it have been dropped
  std::size_t held_ = 0;   // bytes and entries that have not
};

}  // namespace samplan::merge::text
