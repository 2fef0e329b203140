#include "sync/merge/text/log_replay.h"

#include <algorithm>

namespace samplan::merge::text {

void append_items(ItemRange items, const EditMerge& merge, const TextBuffer& base, std::string& out) {
  if (items.id >= first_inserted) {
    merge.append_text(items, out);
  } else {
    base.read(items.id, items.length, out);
  }
}

DecodedLog part_of(const DecodedLog& log, const std::function<bool(std::uint32_t)>& keep) {
  DecodedLog out;
  out.runs = log.runs;
  out.devices = log.devices;
  out.by_device.resize(log.by_device.size());
  for (std::uint32_t i = 0; i < log.size(); ++i) {
    if (!keep(i)) continue;
    const LogEdit& edit = log.edits[i];
    out.base.push_back(out.base_of(edit));
    out.by_device[edit.device].push_back(out.size());
    out.edits.push_back(edit);
  }
  return out;
}

TextBuffer LogReplay::text(std::uint32_t end, const OnEdit* on_edit) const {
  // needs[i]: the earliest edit that edit i or a later one has not seen.
  std::vector<std::uint32_t> needs(end + 1, end);
  for (std::uint32_t i = end; i-- > 0;) needs[i] = std::min(needs[i + 1], log_.base[i]);
  TextBuffer text;
  TextBuffer base;
  EditMerge merge(log_, bytes_);
  for (std::uint32_t i = 0; i < end; ++i) {
    const bool critical = needs[i] >= i;
    if (critical && needs[i + 1] >= i + 1) {
      apply_plainly(i, text, on_edit);
      continue;
    }
    if (critical) {
      merge.start(i, static_cast<std::uint32_t>(text.chars()));
      if (on_edit != nullptr) base = text;
    }
    merge.walk(&text);
    if (on_edit != nullptr && !log_.edits[i].set_aside) report(i, merge, base, *on_edit);
  }
  return text;
}

void LogReplay::apply_plainly(std::uint32_t edit, TextBuffer& text, const OnEdit* on_edit) const {
  const LogEdit& e = log_.edits[edit];
  if (e.set_aside) return;
  std::vector<ReplayedRun> runs;
  for (std::uint32_t r = e.first_run; r < e.first_run + e.run_count; ++r) {
    const LogRun& run = log_.runs[r];
    const std::size_t pos = std::min<std::size_t>(run.pos, text.chars());
    const std::size_t count = std::min<std::size_t>(run.deleted, text.chars() - pos);
    if (on_edit != nullptr) {
      ReplayedRun replayed;
      replayed.pos = static_cast<std::uint32_t>(pos);
      text.read(pos, count, replayed.deleted);
      replayed.inserted = inserted(run);
      runs.push_back(std::move(replayed));
    }
    text.erase(pos, count);
    text.insert(pos, inserted(run));
  }
  if (on_edit != nullptr) (*on_edit)(edit, std::move(runs));
}

void LogReplay::report(std::uint32_t edit, const EditMerge& merge, const TextBuffer& base,
                       const OnEdit& on_edit) const {
  const LogEdit& e = log_.edits[edit];
  std::vector<ReplayedRun> runs;
  // For each run a deletion, of nothing perhaps, then an insertion if there is one.
  std::uint32_t action = merge.done(edit).first;
  for (std::uint32_t r = e.first_run; r < e.first_run + e.run_count; ++r) {
    const LogRun& run = log_.runs[r];
    ReplayedRun replayed;
    replayed.pos = run.pos;
    const MergeState::Action& deletion = merge.state().action(action++);
    for (std::uint32_t t = deletion.first; t < deletion.first + deletion.count; ++t) {
      append_items(merge.state().target(t), merge, base, replayed.deleted);
    }
    if (run.inserted > 0) ++action;
    replayed.inserted = inserted(run);
    runs.push_back(std::move(replayed));
  }
  on_edit(edit, std::move(runs));
}

}  // namespace samplan::merge::text
