// What a field's log can tell: its history, earlier versions, and whether it fits its text.
#include <algorithm>

#include "sync/merge/text/log_replay.h"
#include "sync/merge/text/text_doc.h"

namespace samplan::merge::text {

std::vector<HistoryEntry> TextDoc::history() const {
  const DecodedLog log = log_.decoded();
  std::vector<HistoryEntry> out;
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
    for (std::uint32_t r = e.first_run; e.set_aside && r < e.first_run + e.run_count; ++r) {
      HistoryChange change;
      change.pos = log.runs[r].pos;
      change.inserted = ByteView(log_.bytes()).sub(log.runs[r].offset, log.runs[r].bytes).text();
      entry.changes.push_back(std::move(change));
    }
    out.push_back(std::move(entry));
  }
  const OnEdit note = [&out](std::uint32_t edit, std::vector<ReplayedRun> runs) {
    for (ReplayedRun& run : runs) {
      HistoryChange change;
      change.pos = run.pos;
      change.deleted = std::move(run.deleted);
      change.inserted = std::move(run.inserted);
      out[edit].changes.push_back(std::move(change));
    }
  };
  (void)LogReplay(log, log_.bytes()).text(log.size(), &note);
  return out;
}

std::string TextDoc::text_at(std::uint64_t seq) const {
  const DecodedLog log = log_.decoded();
  const std::uint32_t end = log.first_after(seq);
  const DecodedLog part = part_of(log, [end](std::uint32_t i) { return i < end; });
  return LogReplay(part, log_.bytes()).text(part.size()).str();
}

Result<std::string> TextDoc::text_after(const OpId& op) const {
  const DecodedLog log = log_.decoded();
  for (std::uint32_t i = 0; i < log.size(); ++i) {
    const LogEdit& e = log.edits[i];
    if (e.counter != op.counter || log.devices[e.device].id != op.device) continue;
    const DecodedLog part =
        part_of(log, [&log, &e, i](std::uint32_t j) { return j == i || (j < i && log.sees(e, j)); });
    return LogReplay(part, log_.bytes()).text(part.size()).str();
  }
  return Error{Errc::not_found, "text_doc: op"};
}

Status TextDoc::verify() const {
  const Error differs = {Errc::corrupt, "text_doc: not what its log makes"};
  const DecodedLog log = log_.decoded();
  TextDoc again;
  for (std::uint32_t i = 0; i < log.size(); ++i) {
    const LogEdit& e = log.edits[i];
    TextEdit edit;
    edit.op = {log.devices[e.device].id, e.counter};
    edit.author = e.author;
    edit.seen_seq = e.seen;
    edit.own_seen = e.own_seen;
    edit.seq = e.seq;
    for (std::uint32_t r = e.first_run; r < e.first_run + e.run_count; ++r) {
      const LogRun& run = log.runs[r];
      const ByteView text = ByteView(log_.bytes()).sub(run.offset, run.bytes);
      edit.runs.push_back({run.pos, run.deleted, std::string(text.text())});
    }
    SP_TRY(const TextOutcome outcome, again.apply(edit));
    const bool aside = outcome.kind == TextOutcome::Kind::set_aside;
    if ((outcome.kind != TextOutcome::Kind::applied && !aside) || aside != e.set_aside || outcome.clamped ||
        outcome.over_long != e.over_long) {
      return differs;
    }
  }
  again.reviewed_ = reviewed_;
  if (!reviewed_.empty()) again.contested_ = again.find_contested(log);
  if (again.text() != text() || again.credit_ != credit_ || again.contested_ != contested_) return differs;
  return {};
}

}  // namespace samplan::merge::text
