#include "sync/merge/text/text_items.h"

#include <algorithm>
#include <utility>

#include "sync/merge/text/buffer.h"

namespace samplan::merge::text {

void EarlierText::add_missing() {
  missing = true;
  const std::size_t mark = missing_mark.size();
  if (text.size() < mark || text.compare(text.size() - mark, mark, missing_mark) != 0) text += missing_mark;
}

TextItems::TextItems(const DecodedLog& log, std::uint32_t from, std::string text, const RemovedWords& words)
    : log_(log), merge_(log), text_(std::move(text)), first_(std::min(from, log.size())) {
  for (std::uint32_t i = log.size(); i-- > first_;) first_ = std::min(first_, log.base[i]);
  const std::size_t chars = count_chars(text_);
  merge_.start(first_, first_ == 0 ? 0 : Tracker::unknown_base);
  while (merge_.walked() < log.size()) merge_.walk();
  good_ = (first_ == 0 || merge_.close_base(chars)) && merge_.state().tracker().effect_length() == chars;
  if (!good_) return;
  words_.resize(tree().size());
  deleters_.resize(tree().size());
  read_text();
  read_deletions(words);
}

void TextItems::read_text() {
  std::string_view left = text_;
  for (std::uint32_t s = tree().first(); s != no_index; s = tree().next(s)) {
    const std::size_t size = offset_of_char(left, tree().at(s).effective());
    if (tree().at(s).effective() == 0) continue;
    words_[s] = {left.substr(0, size), true};
    left.remove_prefix(size);
  }
}

// Targets were whole spans when they were deleted; since then spans have only been cut. What an edit took out of
// the text is what it was the first to delete, in the order of its targets.
void TextItems::read_deletions(const RemovedWords& words) {
  for (std::uint32_t e = first_; e < log_.size(); ++e) {
    const std::optional<std::string_view> removed = words.find(e);
    std::string_view left = removed.value_or(std::string_view());
    for (std::uint32_t a = merge_.done(e).first; a < merge_.done(e).last; ++a) {
      const MergeState::Action& action = merge_.state().action(a);
      for (std::uint32_t t = action.first; !action.insertion && t < action.first + action.count; ++t) {
        ItemRange items = merge_.state().target(t);
        std::uint32_t span = tree().find_id(items.id).span;
        while (items.length > 0) {
          const std::uint32_t here = std::min(items.length, tree().at(span).length);
          if (deleters_[span].empty() && removed) {
            const std::size_t size = offset_of_char(left, here);
            words_[span] = {left.substr(0, size), true};
            left.remove_prefix(size);
          }
          deleters_[span].push_back(e);
          items.length -= here;
          span = tree().at(span).next_by_id;
        }
      }
    }
  }
}

std::uint32_t TextItems::inserted_by(std::uint32_t span) const {
  const ItemId id = tree().at(span).id;
  return id < first_inserted ? no_index : merge_.edit_of(id);
}

void TextItems::append(const Words& words, EarlierText& out) {
  if (words.here) {
    out.text += words.text;
    return;
  }
  out.add_missing();
}

void TextItems::append(std::uint32_t span, EarlierText& out) const {
  if (tree().at(span).length > 0) append(words_[span], out);
}

void TextItems::append(ItemRange items, EarlierText& out) const {
  SpanTree::Place place = tree().find_id(items.id);
  while (items.length > 0) {
    const std::uint32_t here = std::min(items.length, tree().at(place.span).length - place.offset);
    Words words = words_[place.span];
    words.text.remove_prefix(offset_of_char(words.text, place.offset));
    words.text = words.text.substr(0, offset_of_char(words.text, here));
    append(words, out);
    items.length -= here;
    place = {tree().at(place.span).next_by_id, 0, 0};
  }
}

EarlierText TextItems::version(const std::function<bool(std::uint32_t)>& has) const {
  EarlierText out;
  for (std::uint32_t s = tree().first(); s != no_index; s = tree().next(s)) {
    const std::uint32_t by = inserted_by(s);
    if (by != no_index && !has(by)) continue;
    if (!std::any_of(deleters_[s].begin(), deleters_[s].end(), has)) append(s, out);
  }
  return out;
}

}  // namespace samplan::merge::text
