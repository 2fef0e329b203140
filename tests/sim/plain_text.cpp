#include "tests/sim/plain_text.h"

#include <algorithm>

namespace samplan::sim {
namespace {

std::vector<std::string> code_points(const std::string& utf8) {
  std::vector<std::string> out;
  for (const char c : utf8) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) out.emplace_back();
    if (!out.empty()) out.back() += c;
  }
  return out;
}

}  // namespace

bool PlainText::sees(const Edit& e, std::size_t other) const {
  const Edit& o = edits_[other];
  return o.seq <= e.seen || (o.op.device == e.op.device && o.op.counter <= e.own_seen);
}

bool PlainText::shows(std::size_t character, std::size_t to_edit) const {
  const auto known = [&](std::size_t edit) { return edit == to_edit || sees(edits_[to_edit], edit); };
  const Char& c = chars_[character];
  return known(c.edit) && std::none_of(c.deleted_by.begin(), c.deleted_by.end(), known);
}

void PlainText::edit(const OpId& op, const PrincipalId& person, std::uint64_t seq, std::uint64_t seen,
                     std::uint64_t own_seen, const std::vector<merge::text::TextRun>& runs) {
  Edit e{op, person, seq, std::min(seen, seq - 1), std::min(own_seen, op.counter - 1)};
  for (const Edit& earlier : edits_) {
    if (earlier.op == op) return;
    // Who saw an edit saw what that edit had seen.
    if (earlier.op.device == op.device && earlier.op.counter <= e.own_seen)
      e.seen = std::max(e.seen, earlier.seen);
  }
  const std::size_t index = edits_.size();
  edits_.push_back(e);
  for (const merge::text::TextRun& run : runs) {
    std::vector<std::size_t> shown;
    for (const std::size_t c : order_)
      if (shows(c, index)) shown.push_back(c);
    const std::size_t pos = std::min<std::size_t>(run.pos, shown.size());
    const std::size_t end = std::min<std::size_t>(pos + run.deleted, shown.size());
    for (std::size_t i = pos; i < end; ++i) chars_[shown[i]].deleted_by.push_back(index);
    edits_[index].has_effect = edits_[index].has_effect || end > pos || !run.inserted.empty();
    std::size_t left = pos == 0 ? none : shown[pos - 1];
    for (const std::string& utf8 : code_points(run.inserted)) {
      insert(index, left, utf8);
      left = chars_.size() - 1;
      has_newline_ = has_newline_ || utf8 == "\n";
    }
  }
}

bool PlainText::goes_before(std::size_t a, std::size_t b) const {
  const OpId& x = edits_[chars_[a].edit].op;
  const OpId& y = edits_[chars_[b].edit].op;
  if (x.device != y.device) return x.device < y.device;
  return x.counter != y.counter ? x.counter < y.counter : a < b;
}

void PlainText::insert(std::size_t edit, std::size_t left, const std::string& utf8) {
  const auto exists = [&](std::size_t c) {
    return chars_[c].edit == edit || sees(edits_[edit], chars_[c].edit);
  };
  Char fresh;
  fresh.edit = edit;
  fresh.utf8 = utf8;
  // The next character as its author had it, deleted or not.
  for (std::size_t i = left == none ? 0 : position_[left] + 1;
       i < order_.size() && fresh.right_origin == none; ++i)
    if (exists(order_[i])) fresh.right_origin = order_[i];
  const std::vector<std::size_t>& beside = left == none ? roots_ : chars_[left].right;
  const bool is_left_child = std::any_of(beside.begin(), beside.end(), exists);
  const std::size_t parent = is_left_child ? fresh.right_origin : left;
  const std::size_t right_origin = fresh.right_origin;
  const std::size_t me = chars_.size();
  chars_.push_back(std::move(fresh));
  std::vector<std::size_t>& children = is_left_child    ? chars_[parent].left
                                       : parent == none ? roots_
                                                        : chars_[parent].right;
  // Those whose right neighbour stands further away come first.
  const auto rank = [&](std::size_t c) { return c == none ? none : position_[c]; };
  const auto after_me = std::find_if(children.begin(), children.end(), [&](std::size_t c) {
    const std::size_t theirs = is_left_child ? 0 : rank(chars_[c].right_origin);
    const std::size_t mine = is_left_child ? 0 : rank(right_origin);
    return theirs != mine ? theirs < mine : goes_before(me, c);
  });
  children.insert(after_me, me);
  order_.clear();
  position_.resize(chars_.size());
  for (const std::size_t c : roots_) visit(c);
}

void PlainText::visit(std::size_t character) {
  for (const std::size_t c : chars_[character].left) visit(c);
  position_[character] = order_.size();
  order_.push_back(character);
  for (const std::size_t c : chars_[character].right) visit(c);
}

std::string PlainText::text() const {
  std::string out;
  for (const std::size_t c : order_)
    if (chars_[c].deleted_by.empty()) out += chars_[c].utf8;
  return out;
}

void PlainText::review(const std::vector<OpId>& ops) {
  for (Edit& e : edits_)
    if (std::find(ops.begin(), ops.end(), e.op) != ops.end()) e.reviewed = true;
}

bool PlainText::asks_for_review() const {
  for (std::size_t b = 0; b < edits_.size(); ++b)
    for (std::size_t a = 0; a < b; ++a) {
      const Edit& one = edits_[a];
      const Edit& two = edits_[b];
      if (!one.has_effect || !two.has_effect || one.person == two.person || (one.reviewed && two.reviewed))
        continue;
      if (!sees(two, a)) return true;
    }
  return false;
}

std::vector<OpId> PlainText::newest() const {
  std::vector<OpId> out;
  for (const Edit& e : edits_) {
    const auto same =
        std::find_if(out.begin(), out.end(), [&](const OpId& o) { return o.device == e.op.device; });
    if (same != out.end()) {
      *same = e.op;
    } else {
      out.push_back(e.op);
    }
  }
  return out;
}

}  // namespace samplan::sim
