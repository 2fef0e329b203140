// What a field's log and the words that are here can tell: its history, earlier versions, and whether the log
// fits the text.
#include <algorithm>

#include "sync/merge/text/text_doc.h"

namespace samplan::merge::text {

std::vector<HistoryEntry> TextDoc::history() const {
  const DecodedLog log = log_.decoded();
  const TextItems items(log, 0, text_.str(), words_);
  std::vector<HistoryEntry> out;
  if (!items.good()) return out;
  out.reserve(log.edits.size());
  for (std::uint32_t i = 0; i < log.size(); ++i) {
    const LogEdit& e = log.edits[i];
    HistoryEntry entry;
    entry.op = {log.devices[e.device].id, e.counter};
    entry.author = e.author;
    entry.seq = e.seq;
    entry.seen_seq = e.seen;
    entry.concurrent = log.base[i] < i;
    entry.clamped = e.clamped;
    entry.set_aside = e.set_aside;
    entry.reviewed = std::binary_search(reviewed_.begin(), reviewed_.end(), i);
    if (e.set_aside) {
      const auto wanted = words_.find(i);
      entry.missing = !wanted.has_value();
      entry.changes.push_back({0, "", std::string(wanted.value_or(missing_mark))});
    }
    // For each run a deletion, of nothing perhaps, then an insertion if there is one.
    std::uint32_t action = items.merge().done(i).first;
    for (std::uint32_t r = e.first_run; r < e.first_run + e.run_count; ++r) {
      const MergeState& state = items.merge().state();
      EarlierText deleted;
      EarlierText inserted;
      const MergeState::Action& deletion = state.action(action++);
      for (std::uint32_t t = deletion.first; t < deletion.first + deletion.count; ++t)
        items.append(state.target(t), deleted);
      if (log.runs[r].inserted > 0) {
        const MergeState::Action& insertion = state.action(action++);
        items.append(ItemRange{insertion.first, insertion.count}, inserted);
      }
      entry.missing = entry.missing || deleted.missing || inserted.missing;
      entry.changes.push_back({log.runs[r].pos, std::move(deleted.text), std::move(inserted.text)});
    }
    out.push_back(std::move(entry));
  }
  return out;
}

EarlierText TextDoc::text_at(std::uint64_t seq) const {
  const DecodedLog log = log_.decoded();
  const std::uint32_t end = log.first_after(seq);
  const TextItems items(log, end, text_.str(), words_);
  if (!items.good()) return {};
  return items.version([end](std::uint32_t edit) { return edit < end; });
}

Result<EarlierText> TextDoc::text_after(const OpId& op) const {
  const DecodedLog log = log_.decoded();
  for (std::uint32_t i = 0; i < log.size(); ++i) {
    const LogEdit& e = log.edits[i];
    if (e.counter != op.counter || log.devices[e.device].id != op.device) continue;
    const TextItems items(log, i, text_.str(), words_);
    if (!items.good()) break;
    return items.version([&log, &e, i](std::uint32_t j) { return j == i || (j < i && log.sees(e, j)); });
  }
  return Error{Errc::not_found, "text_doc: op"};
}

Status TextDoc::verify() const {
  const Error differs = {Errc::corrupt, "text_doc: not what its log makes"};
  const DecodedLog log = log_.decoded();
  const TextItems items(log, 0, text_.str(), words_);
  if (log.size() != log_.size() || !items.good() || items.merge().clamped()) return differs;
  if (contested_ != find_contested(log)) return differs;
  // Of each edit whose words are here, as many as it was the first to delete.
  std::vector<std::size_t> removed(log.size(), 0);
  for (std::uint32_t s = items.tree().first(); s != no_index; s = items.tree().next(s)) {
    if (!items.deleted_by(s).empty()) removed[items.deleted_by(s).front()] += items.tree().at(s).length;
  }
  for (std::uint32_t i = 0; i < log.size(); ++i) {
    const auto words = words_.find(i);
    if (words && !log.edits[i].set_aside && count_chars(*words) != removed[i]) return differs;
  }
  return {};
}

}  // namespace samplan::merge::text
