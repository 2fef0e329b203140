#include "sync/merge/text/edit_merge.h"

#include <algorithm>

namespace samplan::merge::text {
namespace {

// Calls hide(j) and show(j) for the edits that make the difference between just after `a` and the version in
// which `next`, number `next_index`, was made. Returns how many edits it looked at.
template <class Hide, class Show>
std::uint64_t for_difference(const DecodedLog& log, std::uint32_t a, const LogEdit& next,
                             std::uint32_t next_index, Hide hide, Show show) {
  if (a == no_index) return 0;
  const LogEdit& last = log.edits[a];
  // The usual case, one device's edits in a row: nothing changes.
  if (last.device == next.device && last.seen == next.seen && last.saw_all_own && next.saw_all_own) {
    const std::vector<std::uint32_t>& own = log.by_device[next.device];
    const auto here = std::lower_bound(own.begin(), own.end(), next_index);
    if (here != own.begin() && *(here - 1) == a) return 0;
  }
  std::uint64_t looked_at = 0;
  const auto compare = [&](std::uint32_t j) {
    ++looked_at;
    const bool before = j == a || (j < a && log.sees(last, j));
    const bool after = log.sees(next, j);
    if (before && !after) hide(j);
    if (!before && after) show(j);
  };
  const std::uint32_t low = log.first_after(std::min(last.seen, next.seen));
  const std::uint32_t high = std::min(log.first_after(std::max(last.seen, next.seen)), next_index);
  for (std::uint32_t j = low; j < high; ++j) compare(j);
  // Beyond what either had seen of others there are only their own.
  const auto own = [&](std::uint32_t device) {
    if (device >= log.by_device.size()) return;
    const std::vector<std::uint32_t>& edits = log.by_device[device];
    for (auto it = std::lower_bound(edits.begin(), edits.end(), high); it != edits.end() && *it < next_index;
         ++it) {
      compare(*it);
    }
  };
  own(last.device);
  if (next.device != last.device) own(next.device);
  return looked_at;
}

}  // namespace

std::uint32_t EditMerge::last_effective(const DecodedLog& log, std::uint32_t end) {
  while (end > 0) {
    if (!log.edits[--end].set_aside) return end;
  }
  return no_index;
}

std::uint64_t EditMerge::cost(const DecodedLog& log, std::uint32_t last, const LogEdit& next) {
  std::uint64_t characters = 0;
  const auto add = [&](std::uint32_t j) {
    if (!log.edits[j].set_aside) characters += log.edits[j].weight;
  };
  const std::uint64_t looked_at = for_difference(log, last, next, log.size(), add, add);
  return looked_at + characters;
}

void EditMerge::start(std::uint32_t first, std::uint32_t base) {
  first_ = first;
  last_ = no_index;
  state_.reset(base);
  clamped_ = false;
  done_.clear();
  sources_.clear();
}

void EditMerge::move_to(const LogEdit& next, std::uint32_t next_index) {
  while (state_.tracker().agents() < log_.devices.size()) {
    const auto& id = log_.devices[state_.tracker().agents()].id.bytes;
    state_.add_agent(std::string(id.begin(), id.end()));
  }
  // What stands before first_ everyone has seen, so it is never among these.
  for_difference(
      log_, last_, next, next_index,
      [&](std::uint32_t j) {
        if (j >= first_) state_.hide(done(j));
      },
      [&](std::uint32_t j) {
        if (j >= first_) state_.show(done(j));
      });
  typed_ = 0;
}

// Returns where in the plain text the characters go.
std::uint32_t EditMerge::insert(const LogEdit& edit, std::uint32_t pos, std::uint32_t chars) {
  const std::uint32_t at = state_.insert(pos, chars, {edit.device, edit.counter, typed_});
  typed_ += chars;
  return at;
}

void EditMerge::erase(std::uint32_t pos, std::uint32_t count) {
  edits_.clear();
  state_.erase(pos, count, edits_);
}

void EditMerge::walk() {
  const std::uint32_t index = walked();
  const LogEdit& edit = log_.edits[index];
  if (edit.set_aside) {
    done_.push_back({});
    return;
  }
  move_to(edit, index);
  state_.begin();
  for (std::uint32_t r = edit.first_run; r < edit.first_run + edit.run_count; ++r) {
    const LogRun& run = log_.runs[r];
    const std::uint32_t pos = std::min(run.pos, state_.length());
    const std::uint32_t count = std::min(run.deleted, state_.length() - pos);
    clamped_ = clamped_ || pos != run.pos || count != run.deleted;
    erase(pos, count);
    if (run.inserted == 0) continue;
    sources_.push_back({state_.tracker().next_id(), index});
    insert(edit, pos, run.inserted);
  }
  done_.push_back(state_.end());
  last_ = index;
}

void EditMerge::walk_new(const LogEdit& edit, const DeviceId& device, const std::vector<TextRun>& runs,
                         TextBuffer& text, std::vector<LogRun>& kept, std::string& removed) {
  move_to(edit, log_.size());
  if (edit.device == state_.tracker().agents()) {
    state_.add_agent(std::string(device.bytes.begin(), device.bytes.end()));
  }
  state_.begin();
  for (const TextRun& run : runs) {
    const std::uint32_t pos = std::min(run.pos, state_.length());
    const std::uint32_t count = std::min(run.deleted, state_.length() - pos);
    if (count == 0 && run.inserted.empty()) continue;
    erase(pos, count);
    for (const PlainEdit& e : edits_) {
      text.read(e.pos, e.deleted, removed);
      text.erase(e.pos, e.deleted);
    }
    const auto chars = static_cast<std::uint32_t>(count_chars(run.inserted));
    if (chars > 0) text.insert(insert(edit, pos, chars), run.inserted);
    kept.push_back({pos, count, chars});
  }
  done_.push_back(state_.end());
  last_ = log_.size();
}

std::uint32_t EditMerge::edit_of(ItemId id) const {
  const auto after = std::upper_bound(sources_.begin(), sources_.end(), id,
                                      [](ItemId i, const Source& s) { return i < s.first; });
  return (after - 1)->edit;
}

}  // namespace samplan::merge::text
