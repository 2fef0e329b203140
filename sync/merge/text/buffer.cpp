#include "sync/merge/text/buffer.h"

#include <algorithm>
#include <cstring>

namespace samplan::merge::text {
namespace {

bool is_tail(char c) { return (static_cast<std::uint8_t>(c) & 0xc0U) == 0x80U; }

// Bytes of eight that are not continuation bytes.
unsigned leads(std::uint64_t word) {
  const std::uint64_t tails = (word >> 7) & (~word >> 6) & 0x0101010101010101ULL;
  return 8U - static_cast<unsigned>((tails * 0x0101010101010101ULL) >> 56);
}

std::uint64_t word_at(const char* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

}  // namespace

std::size_t count_chars(std::string_view utf8) {
  std::size_t n = 0;
  std::size_t i = 0;
  for (; i + 8 <= utf8.size(); i += 8) n += leads(word_at(utf8.data() + i));
  for (; i < utf8.size(); ++i) n += is_tail(utf8[i]) ? 0U : 1U;
  return n;
}

std::size_t offset_of_char(std::string_view utf8, std::size_t n) {
  std::size_t i = 0;
  while (i + 8 <= utf8.size()) {
    const unsigned here = leads(word_at(utf8.data() + i));
    if (here > n) break;
    n -= here;
    i += 8;
  }
  for (; i < utf8.size(); ++i) {
    if (is_tail(utf8[i])) continue;
    if (n == 0) return i;
    --n;
  }
  return i;
}

std::string_view TextBuffer::view(std::size_t i) const {
  const Chunk& chunk = pool_[order_[i]];
  return {chunk.data.data(), chunk.bytes};
}

TextBuffer::Place TextBuffer::place_before(std::size_t pos) const {
  std::size_t i = near_chunk_;
  std::size_t start = near_start_;
  if (i >= order_.size()) i = start = 0;
  while (i > 0 && pos <= start) start -= counts_[--i];
  while (i + 1 < order_.size() && pos > start + counts_[i]) start += counts_[i++];
  near_chunk_ = i;
  near_start_ = start;
  return {i, pos - start};
}

std::size_t TextBuffer::byte_offset(const Place& place) const {
  const std::string_view text = view(place.chunk);
  if (text.size() == counts_[place.chunk]) return place.offset;
  return offset_of_char(text, place.offset);
}

void TextBuffer::insert(std::size_t pos, std::string_view utf8) {
  if (utf8.empty()) return;
  const std::size_t added = count_chars(utf8);
  chars_ += added;
  bytes_ += utf8.size();
  if (order_.empty()) {
    insert_chunks(0, utf8);
    return;
  }
  const Place place = place_before(pos);
  const std::size_t offset = byte_offset(place);
  Chunk& chunk = pool_[order_[place.chunk]];
  if (chunk.bytes + utf8.size() > capacity) {
    insert_large(place, offset, utf8);
    return;
  }
  char* at = chunk.data.data() + offset;
  std::memmove(at + utf8.size(), at, chunk.bytes - offset);
  std::memcpy(at, utf8.data(), utf8.size());
  chunk.bytes += static_cast<std::uint32_t>(utf8.size());
  counts_[place.chunk] += static_cast<std::uint32_t>(added);
}

void TextBuffer::insert_large(const Place& place, std::size_t offset, std::string_view utf8) {
  Chunk& chunk = pool_[order_[place.chunk]];
  std::string rest(utf8);
  rest.append(chunk.data.data() + offset, chunk.bytes - offset);
  chunk.bytes = static_cast<std::uint32_t>(offset);
  counts_[place.chunk] = static_cast<std::uint32_t>(place.offset);
  insert_chunks(place.chunk + 1, rest);
  if (offset == 0) drop_chunk(place.chunk);
}

void TextBuffer::insert_chunks(std::size_t at, std::string_view utf8) {
  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> counts;
  const std::size_t pieces = (utf8.size() + filled - 1) / filled;
  order.reserve(pieces);
  counts.reserve(pieces);
  while (!utf8.empty()) {
    std::size_t size = utf8.size();
    if (size > filled) {
      // Equal pieces, so that two halves of a full chunk both have room.
      const std::size_t left = (size + filled - 1) / filled;
      size = (size + left - 1) / left;
      while (is_tail(utf8[size])) --size;
    }
    std::uint32_t slot = 0;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(pool_.size());
      pool_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    Chunk& chunk = pool_[slot];
    std::memcpy(chunk.data.data(), utf8.data(), size);
    chunk.bytes = static_cast<std::uint32_t>(size);
    order.push_back(slot);
    counts.push_back(static_cast<std::uint32_t>(count_chars(utf8.substr(0, size))));
    utf8.remove_prefix(size);
  }
  const auto where = static_cast<std::ptrdiff_t>(at);
  order_.insert(order_.begin() + where, order.begin(), order.end());
  counts_.insert(counts_.begin() + where, counts.begin(), counts.end());
}

void TextBuffer::drop_chunk(std::size_t i) {
  free_.push_back(order_[i]);
  order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(i));
  counts_.erase(counts_.begin() + static_cast<std::ptrdiff_t>(i));
  near_chunk_ = near_start_ = 0;
}

void TextBuffer::join_with_next(std::size_t i) {
  if (i + 1 >= order_.size()) return;
  Chunk& chunk = pool_[order_[i]];
  const std::string_view next = view(i + 1);
  if (chunk.bytes + next.size() > filled) return;
  std::memcpy(chunk.data.data() + chunk.bytes, next.data(), next.size());
  chunk.bytes += static_cast<std::uint32_t>(next.size());
  counts_[i] += counts_[i + 1];
  drop_chunk(i + 1);
}

void TextBuffer::erase(std::size_t pos, std::size_t count) {
  if (count == 0) return;
  chars_ -= count;
  // The first code point to go is the one after `pos`, perhaps in the next chunk.
  Place place = place_before(pos);
  if (place.offset == counts_[place.chunk]) place = {place.chunk + 1, 0};
  const std::size_t first = place.chunk;
  std::size_t i = first;
  std::size_t emptied = 0;
  while (count > 0) {
    Chunk& chunk = pool_[order_[i]];
    const std::size_t here = std::min<std::size_t>(count, counts_[i] - place.offset);
    const std::size_t from = byte_offset({i, place.offset});
    const std::size_t to = byte_offset({i, place.offset + here});
    std::memmove(chunk.data.data() + from, chunk.data.data() + to, chunk.bytes - to);
    chunk.bytes -= static_cast<std::uint32_t>(to - from);
    counts_[i] -= static_cast<std::uint32_t>(here);
    bytes_ -= to - from;
    count -= here;
    emptied += counts_[i] == 0 ? 1U : 0U;
    place.offset = 0;
    ++i;
  }
  if (emptied > 0) {
    std::size_t kept = first;
    for (std::size_t k = first; k < order_.size(); ++k) {
      if (k < i && counts_[k] == 0) {
        free_.push_back(order_[k]);
        continue;
      }
      order_[kept] = order_[k];
      counts_[kept] = counts_[k];
      ++kept;
    }
    order_.resize(kept);
    counts_.resize(kept);
    near_chunk_ = near_start_ = 0;
  } else if (pool_[order_[first]].bytes < capacity / 4) {
    join_with_next(first);
  }
  if (bytes_ == 0) clear();
}

void TextBuffer::read(std::size_t pos, std::size_t count, std::string& out) const {
  if (count == 0) return;
  Place place = place_before(pos);
  while (count > 0) {
    const std::size_t here = std::min<std::size_t>(count, counts_[place.chunk] - place.offset);
    const std::size_t from = byte_offset(place);
    const std::size_t to = byte_offset({place.chunk, place.offset + here});
    out.append(view(place.chunk).substr(from, to - from));
    count -= here;
    place = {place.chunk + 1, 0};
  }
}

std::string TextBuffer::str() const {
  std::string out;
  out.reserve(bytes_);
  for (std::size_t i = 0; i < order_.size(); ++i) out.append(view(i));
  return out;
}

void TextBuffer::clear() { *this = TextBuffer(); }

}  // namespace samplan::merge::text
