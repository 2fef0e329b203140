#include "sync/merge/text/removed_words.h"

#include <algorithm>

#include "base/utf8.h"
#include "sync/merge/text/text_edit.h"

namespace samplan::merge::text {

void RemovedWords::add(std::uint32_t edit, std::string_view words) {
  if (words.empty()) return;
  entries_.push_back({edit, static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(words.size())});
  bytes_ += words;
  held_ += words.size() + entry_cost;
  if (held_ > limit_) drop_oldest();
}

void RemovedWords::drop_oldest() {
  while (held_ > limit_ && first_ < entries_.size()) held_ -= entries_[first_++].size + entry_cost;
  if (first_ * 2 < entries_.size()) return;
  const std::uint32_t start =
      first_ == entries_.size() ? static_cast<std::uint32_t>(bytes_.size()) : entries_[first_].offset;
  bytes_.erase(0, start);
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
  for (Entry& e : entries_) e.offset -= start;
  first_ = 0;
}

std::optional<std::string_view> RemovedWords::find(std::uint32_t edit) const {
  const auto at = std::lower_bound(entries_.begin() + static_cast<std::ptrdiff_t>(first_), entries_.end(), edit,
                                   [](const Entry& e, std::uint32_t wanted) { return e.edit < wanted; });
  if (at == entries_.end() || at->edit != edit) return std::nullopt;
  return std::string_view(bytes_).substr(at->offset, at->size);
}

void RemovedWords::encode(Bytes& out) const {
  append_varint(out, size());
  std::uint32_t expected = 0;
  for (std::size_t i = first_; i < entries_.size(); ++i) {
    const Entry& e = entries_[i];
    append_varint(out, e.edit - expected);
    append_varint(out, e.size);
    append(out, ByteView::of(std::string_view(bytes_).substr(e.offset, e.size)));
    expected = e.edit + 1;
  }
}

Result<RemovedWords> RemovedWords::read(Reader& in, std::uint32_t edits) {
  RemovedWords out;
  const std::uint64_t count = in.varint();
  std::uint64_t expected = 0;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::uint64_t step = in.varint();
    const std::uint64_t size = in.varint();
    if (step >= edits || expected + step >= edits || size == 0 || size > in.left())
      return Error{Errc::malformed, "removed_words"};
    const std::string_view words = in.take(static_cast<std::size_t>(size)).text();
    if (!is_utf8(words)) return Error{Errc::not_utf8, "removed_words"};
    out.add(static_cast<std::uint32_t>(expected + step), words);
    expected += step + 1;
  }
  if (!in.ok()) return Error{Errc::malformed, "removed_words"};
  return out;
}

}  // namespace samplan::merge::text
