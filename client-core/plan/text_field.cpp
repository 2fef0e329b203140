#include "client-core/plan/text_field.h"

#include <algorithm>
#include <utility>

#include "sync/merge/limits.h"
#include "sync/merge/text/text_diff.h"

namespace samplan::plan {
namespace {

using merge::Stamp;
using merge::text::TextEdit;
using merge::text::TextOutcome;

void note_newest(std::vector<Stamp>& newest, const Stamp& stamp) {
  const auto at = std::lower_bound(newest.begin(), newest.end(), stamp,
                                   [](const Stamp& a, const Stamp& b) { return a.op.device < b.op.device; });
  if (at != newest.end() && at->op.device == stamp.op.device) {
    *at = stamp;
    return;
  }
  newest.insert(at, stamp);
  if (newest.size() <= merge::bounds::live_values_max) return;
  newest.erase(std::max_element(newest.begin(), newest.end(), merge::shows_before));
}

}  // namespace

const Stamp* TextField::last() const {
  const auto first = std::min_element(newest.begin(), newest.end(), merge::shows_before);
  return first == newest.end() ? nullptr : &*first;
}

bool apply_text(TextField& field, const Op& op, const Stamp& stamp, const PrincipalId& person,
                std::uint64_t own_seen) {
  const auto known = std::find(field.people.begin(), field.people.end(), person);
  TextEdit edit;
  edit.op = op.id;
  edit.author = static_cast<std::uint32_t>(known - field.people.begin());
  edit.seen_seq = op.seen;
  edit.own_seen = own_seen;
  edit.seq = stamp.seq;
  edit.runs = op.runs;
  const auto outcome = field.doc.apply(edit);
  if (!outcome.ok()) return false;
  if (outcome->kind == TextOutcome::Kind::duplicate || outcome->kind == TextOutcome::Kind::refused) return false;
  if (known == field.people.end()) field.people.push_back(person);
  note_newest(field.newest, stamp);
  return true;
}

std::string text_with(const TextField* field, const Op& op, const PrincipalId& proposer) {
  TextField copy;
  if (field != nullptr) copy = *field;
  Stamp stamp;
  stamp.op = op.id;
  stamp.seq = merge::pending_seq;
  apply_text(copy, op, stamp, proposer, 0);
  return copy.doc.text();
}

std::string merge_texts(const std::string& base, const std::string& current, const std::string& wanted) {
  if (base == current) return wanted;
  const DeviceId theirs = DeviceId{};
  DeviceId mine = theirs;
  mine.bytes[0] = 1;
  merge::text::TextDoc doc;
  const auto edit = [&](const DeviceId& device, std::uint32_t author, std::uint64_t counter, std::uint64_t seen,
                        std::uint64_t seq, const std::string& from, const std::string& to) {
    TextEdit e;
    e.op = {device, counter};
    e.author = author;
    e.seen_seq = seen;
    e.seq = seq;
    e.runs = merge::text::text_diff(from, to);
    return e.runs.empty() || doc.apply(e).ok();
  };
  const bool good = edit(theirs, 0, 1, 0, 1, "", base) && edit(theirs, 0, 2, 1, 2, base, current) &&
                    edit(mine, 1, 1, 1, 3, base, wanted);
  return good ? doc.text() : wanted;
}

std::string inserted_words(const Op& op) {
  std::string out;
  for (const merge::text::TextRun& run : op.runs) {
    if (!out.empty() && !run.inserted.empty()) out += '\n';
    out += run.inserted;
  }
  return out;
}

std::string added_words(const Op& op, const std::string& after) {
  std::string out;
  std::size_t told = 0;  // up to here
  const auto is_space = [&](std::size_t i) { return after[i] == ' ' || after[i] == '\n'; };
  // The editor's runs go from the start of the text to its end, so each stands in `after` where it was put.
  for (const merge::text::TextRun& run : op.runs) {
    if (run.inserted.empty()) continue;
    std::size_t start = std::min(merge::text::offset_of_char(after, run.pos), after.size());
    std::size_t end = std::min(start + run.inserted.size(), after.size());
    while (start > told && !is_space(start - 1)) --start;
    while (end < after.size() && !is_space(end)) ++end;
    if (end <= told) continue;
    const bool goes_on = told != 0 && start <= told + 1;
    start = std::max(start, told);
    if (!out.empty() && !goes_on) out += '\n';
    out += after.substr(goes_on ? told : start, end - (goes_on ? told : start));
    told = end;
  }
  return out;
}

}  // namespace samplan::plan
