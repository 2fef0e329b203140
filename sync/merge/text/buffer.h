// The text of a field while it is edited: UTF-8 in small chunks, addressed by code point, so that an edit
// costs a short move of memory wherever it stands. It never checks what it is given: callers have clamped
// positions and validated UTF-8.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace samplan::merge::text {

class TextBuffer {
 public:
  TextBuffer() = default;
  explicit TextBuffer(std::string_view utf8) { insert(0, utf8); }

  std::size_t chars() const { return chars_; }
  std::size_t bytes() const { return bytes_; }

  // `pos` <= chars().
  void insert(std::size_t pos, std::string_view utf8);
  // pos + count <= chars().
  void erase(std::size_t pos, std::size_t count);
  // Appends code points [pos, pos + count) to `out`.
  void read(std::size_t pos, std::size_t count, std::string& out) const;
  std::string str() const;
  void clear();

 private:
  static constexpr std::size_t capacity = 1024;
  static constexpr std::size_t filled = 768;  // of a new chunk: room for what is typed there next
  struct Chunk {
    std::uint32_t bytes = 0;
    std::array<char, capacity> data;
  };
  struct Place {
    std::size_t chunk = 0;   // index in order_
    std::size_t offset = 0;  // code points inside it
  };

  // The chunk that holds the code point before `pos`, so that typing goes on in the same chunk; or the first.
  Place place_before(std::size_t pos) const;
  std::size_t byte_offset(const Place& place) const;
  std::string_view view(std::size_t i) const;
  void drop_chunk(std::size_t i);
  void insert_chunks(std::size_t at, std::string_view utf8);
  void insert_large(const Place& place, std::size_t offset, std::string_view utf8);
  void join_with_next(std::size_t i);

  std::vector<Chunk> pool_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> order_;   // pool index of each chunk, in the order of the text
  std::vector<std::uint32_t> counts_;  // code points of each chunk, same order
  std::size_t chars_ = 0;
  std::size_t bytes_ = 0;
  // Where the last search ended: edits are seldom far from each other.
  mutable std::size_t near_chunk_ = 0;
  mutable std::size_t near_start_ = 0;
};

// Number of code points in well-formed UTF-8.
std::size_t count_chars(std::string_view utf8);
// Byte offset of code point `n`; the size of the text when it has no more than n.
std::size_t offset_of_char(std::string_view utf8, std::size_t n);

}  // namespace samplan::merge::text
