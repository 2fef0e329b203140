#include "sync/merge/text/edit_log.h"

#include <algorithm>
#include <limits>


namespace samplan::merge::text {
namespace {

constexpr std::uint8_t flag_own_unseen = 1;
constexpr std::uint8_t flag_clamped = 2;
constexpr std::uint8_t flag_over_long = 4;
constexpr std::uint8_t flag_set_aside = 8;
constexpr std::uint8_t flags_known = 15;

constexpr std::uint64_t u32_max = std::numeric_limits<std::uint32_t>::max();

// Wraps around: any counter can follow any other.
std::uint64_t zigzag(std::uint64_t difference) { return (difference << 1U) ^ (0U - (difference >> 63U)); }
std::uint64_t unzigzag(std::uint64_t v) { return (v >> 1U) ^ (0U - (v & 1U)); }

// One edit, as append() writes it. Runs go to `runs`; `devices` and `last_seq` are what came before, `table`
// all devices.
bool read_edit(Reader& in, LogEdit& e, std::vector<LogRun>& runs, const std::vector<LogDevice>& table,
               std::vector<LogDevice>& devices, std::uint64_t& last_seq) {
  const std::uint8_t flags = in.u8();
  const std::uint64_t number = in.varint();
  if (!in.ok() || flags > flags_known || number > devices.size() || number >= table.size()) return false;
  const auto device = static_cast<std::uint32_t>(number);
  if (device == devices.size()) {
    LogDevice fresh;
    fresh.id = table[device].id;
    fresh.author = table[device].author;
    devices.push_back(fresh);
  }
  LogDevice& own = devices[device];
  e.device = device;
  e.author = own.author;
  e.counter = own.last_counter + 1 + unzigzag(in.varint());
  const std::uint64_t step = in.varint();
  e.seq = last_seq + step;
  const std::uint64_t unseen = in.varint();
  const std::uint64_t own_unseen = (flags & flag_own_unseen) != 0 ? in.varint() : 0;
  if (!in.ok() || e.counter == 0 || e.seq < last_seq || e.seq == 0 || unseen >= e.seq ||
      own_unseen >= e.counter || (own_unseen == 0) != ((flags & flag_own_unseen) == 0)) {
    return false;
  }
  e.seen = e.seq - 1 - unseen;
  e.own_seen = e.counter - 1 - own_unseen;
  e.saw_all_own = e.own_seen >= own.max_counter;
  if (e.saw_all_own && e.seen < own.max_seen) return false;
  e.clamped = (flags & flag_clamped) != 0;
  e.over_long = (flags & flag_over_long) != 0;
  e.set_aside = (flags & flag_set_aside) != 0;
  const std::uint64_t count = in.varint();
  if (!in.ok() || count > edit_runs_max || (e.set_aside && count != 0)) return false;
  e.first_run = static_cast<std::uint32_t>(runs.size());
  e.run_count = static_cast<std::uint32_t>(count);
  std::uint64_t weight = 0;
  std::uint64_t expected = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t pos = expected + unzigzag(in.varint());
    const std::uint64_t deleted = in.varint();
    const std::uint64_t inserted = in.varint();
    if (!in.ok() || pos > u32_max || deleted > u32_max || inserted > limits::text_bytes_max) return false;
    if (deleted == 0 && inserted == 0) return false;
    LogRun run;
    run.pos = static_cast<std::uint32_t>(pos);
    run.deleted = static_cast<std::uint32_t>(deleted);
    run.inserted = static_cast<std::uint32_t>(inserted);
    expected = pos + run.inserted;
    weight += run.deleted;
    weight += run.inserted;
    runs.push_back(run);
  }
  e.weight = static_cast<std::uint32_t>(std::min(weight, u32_max));
  own.last_counter = e.counter;
  own.max_counter = std::max(own.max_counter, e.counter);
  own.max_seen = std::max(own.max_seen, e.seen);
  last_seq = e.seq;
  return true;
}

}  // namespace

std::uint32_t DecodedLog::first_after(std::uint64_t seq) const {
  const auto after = std::upper_bound(edits.begin(), edits.end(), seq,
                                      [](std::uint64_t s, const LogEdit& e) { return s < e.seq; });
  return static_cast<std::uint32_t>(after - edits.begin());
}

std::uint32_t DecodedLog::base_of(const LogEdit& e) const {
  std::uint32_t at = first_after(e.seen);
  // What its own last edit had seen, it has seen as well: saves counting through a long row of own edits
  // again.
  if (e.saw_all_own && e.device < by_device.size() && !by_device[e.device].empty()) {
    at = std::max(at, base[by_device[e.device].back()]);
  }
  while (at < edits.size() && sees(e, at)) ++at;
  return at;
}

bool EditLog::is_summary_of(const EditLog& other) const {
  return count_ == other.count_ && last_seq_ == other.last_seq_ && devices_ == other.devices_ &&
         newest_device_ == other.newest_device_ && others_seq_ == other.others_seq_ && inserted_ == other.inserted_;
}

void EditLog::encode(Bytes& out) const {
  append_varint(out, count_);
  append_varint(out, last_seq_);
  append_varint(out, newest_device_);
  append_varint(out, others_seq_);
  append_varint(out, inserted_);
  append_varint(out, devices_.size());
  for (const LogDevice& d : devices_) {
    samplan::append(out, d.id.view());
    append_varint(out, d.author);
    append_varint(out, d.last_counter);
    append_varint(out, d.max_counter);
    append_varint(out, d.max_seen);
  }
  samplan::append(out, bytes_);
}

Result<EditLog> EditLog::open(Reader& in) {
  const Error malformed = {Errc::malformed, "edit_log"};
  EditLog log;
  const std::uint64_t count = in.varint();
  log.last_seq_ = in.varint();
  const std::uint64_t newest = in.varint();
  log.others_seq_ = in.varint();
  log.inserted_ = in.varint();
  const std::uint64_t devices = in.varint();
  if (!in.ok() || count > in.left() || devices > in.left() || newest > devices) return malformed;
  if (log.inserted_ > inserted_max) return malformed;
  log.count_ = static_cast<std::uint32_t>(count);
  log.newest_device_ = static_cast<std::uint32_t>(newest);
  for (std::uint64_t i = 0; i < devices; ++i) {
    LogDevice d;
    d.id = DeviceId::from(in.take(DeviceId::size));
    const std::uint64_t author = in.varint();
    d.author = static_cast<std::uint32_t>(author);
    d.last_counter = in.varint();
    d.max_counter = in.varint();
    d.max_seen = in.varint();
    if (!in.ok() || author > u32_max) return malformed;
    log.devices_.push_back(d);
  }
  log.bytes_ = in.rest().copy();
  return log;
}

Result<EditLog> EditLog::decode(Reader& in) {
  SP_TRY(EditLog given, open(in));
  std::vector<DeviceId> ids;
  for (const LogDevice& d : given.devices_) ids.push_back(d.id);
  std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end())
    return Error{Errc::malformed, "edit_log: device twice"};
  EditLog log;
  Reader edits(given.bytes_);
  std::vector<LogRun> runs;
  while (!edits.at_end()) {
    LogEdit edit;
    runs.clear();
    std::uint64_t last_seq = log.last_seq_;
    if (!read_edit(edits, edit, runs, given.devices_, log.devices_, last_seq)) {
      return Error{Errc::malformed, "edit_log"};
    }
    log.note(edit, runs);
    if (log.inserted_ > inserted_max) return Error{Errc::malformed, "edit_log"};
  }
  if (!given.is_summary_of(log)) return Error{Errc::malformed, "edit_log: summary"};
  return given;
}

std::uint32_t EditLog::device(const DeviceId& id) const {
  std::uint32_t i = 0;
  while (i < devices_.size() && devices_[i].id != id) ++i;
  return i;
}

bool EditLog::surely_sees_all(const LogEdit& e) const {
  if (count_ == 0) return true;
  if (!e.saw_all_own) return e.seen >= last_seq_;
  return e.seen >= (newest_device_ == e.device ? others_seq_ : last_seq_);
}

void EditLog::note(const LogEdit& edit, const std::vector<LogRun>& runs) {
  if (edit.device != newest_device_) {
    others_seq_ = last_seq_;
    newest_device_ = edit.device;
  }
  last_seq_ = edit.seq;
  for (const LogRun& run : runs) inserted_ += run.inserted;
  ++count_;
}

void EditLog::append(const LogEdit& edit, const DeviceId& device, const std::vector<LogRun>& runs) {
  const std::uint64_t own_unseen = edit.counter - 1 - edit.own_seen;
  const auto flags = static_cast<std::uint8_t>(
      (own_unseen != 0 ? flag_own_unseen : 0) | (edit.clamped ? flag_clamped : 0) |
      (edit.over_long ? flag_over_long : 0) | (edit.set_aside ? flag_set_aside : 0));
  append_u8(bytes_, flags);
  append_varint(bytes_, edit.device);
  if (edit.device == devices_.size()) {
    LogDevice fresh;
    fresh.id = device;
    fresh.author = edit.author;
    devices_.push_back(fresh);
  }
  LogDevice& own = devices_[edit.device];
  append_varint(bytes_, zigzag(edit.counter - own.last_counter - 1));
  append_varint(bytes_, edit.seq - last_seq_);
  append_varint(bytes_, edit.seq - 1 - edit.seen);
  if (own_unseen != 0) append_varint(bytes_, own_unseen);
  append_varint(bytes_, runs.size());
  std::uint64_t expected = 0;
  for (const LogRun& run : runs) {
    append_varint(bytes_, zigzag(run.pos - expected));
    append_varint(bytes_, run.deleted);
    append_varint(bytes_, run.inserted);
    expected = std::uint64_t{run.pos} + run.inserted;
  }
  own.last_counter = edit.counter;
  own.max_counter = std::max(own.max_counter, edit.counter);
  own.max_seen = std::max(own.max_seen, edit.seen);
  note(edit, runs);
}

DecodedLog EditLog::decoded() const {
  DecodedLog log;
  log.edits.reserve(count_);
  log.base.reserve(count_);
  (void)decode_more(log);
  return log;
}

bool EditLog::decode_more(DecodedLog& log) const {
  Reader in(bytes_);
  (void)in.take(log.read_to);
  while (!in.at_end()) {
    LogEdit edit;
    if (!read_edit(in, edit, log.runs, devices_, log.devices, log.last_seq)) return false;
    if (edit.device == log.by_device.size()) log.by_device.emplace_back();
    log.base.push_back(log.base_of(edit));
    log.by_device[edit.device].push_back(log.size());
    log.edits.push_back(edit);
  }
  log.read_to = in.position();
  return log.size() == count_ && log.last_seq == last_seq_ && log.devices == devices_;
}

}  // namespace samplan::merge::text
