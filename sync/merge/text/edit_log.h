// The edits of a field as bytes, appended one by one and read only when something has to be merged or shown:
// who, when, and for each run where, how many characters went and how many came. Never a character: what the
// text says now stands beside the log, and what it no longer says is in no log. What is needed to tell whether
// a further edit is concurrent to anything is kept beside the bytes. It never interprets a run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "sync/merge/text/text_edit.h"

namespace samplan::merge::text {

struct LogRun {
  std::uint32_t pos = 0;
  std::uint32_t deleted = 0;
  std::uint32_t inserted = 0;  // code points
};

struct LogEdit {
  std::uint32_t device = 0;  // index in the log's table
  std::uint32_t author = 0;
  std::uint64_t counter = 0;
  std::uint64_t seq = 0;
  std::uint64_t seen = 0;      // below seq, and not less than what the own edits it saw had seen
  std::uint64_t own_seen = 0;  // below counter
  bool saw_all_own = true;     // of the log before it
  bool clamped = false;
  bool over_long = false;
  bool set_aside = false;
  std::uint32_t first_run = 0;
  std::uint32_t run_count = 0;
  std::uint32_t weight = 0;  // characters that it touches
};

struct LogDevice {
  DeviceId id;
  std::uint32_t author = 0;  // a device belongs to one person for ever
  std::uint64_t last_counter = 0;
  std::uint64_t max_counter = 0;
  std::uint64_t max_seen = 0;
  friend bool operator==(const LogDevice& a, const LogDevice& b) {
    return a.id == b.id && a.author == b.author && a.last_counter == b.last_counter &&
           a.max_counter == b.max_counter && a.max_seen == b.max_seen;
  }
};

// The log read into memory.
struct DecodedLog {
  std::vector<LogEdit> edits;
  std::vector<LogRun> runs;
  std::vector<std::vector<std::uint32_t>> by_device;  // edits of each device
  // The first edit before each that it had not seen; its own index if it had seen all.
  std::vector<std::uint32_t> base;

  // Where reading goes on.
  std::size_t read_to = 0;
  std::uint64_t last_seq = 0;
  std::vector<LogDevice> devices;

  // Whether the author of `e` had seen edit `j`, which stands before it in the log.
  bool sees(const LogEdit& e, std::uint32_t j) const {
    const LogEdit& other = edits[j];
    return other.seq <= e.seen || (other.device == e.device && other.counter <= e.own_seen);
  }
  std::uint32_t first_after(std::uint64_t seq) const;
  // The first edit that `e`, which is not here yet, had not seen; size() if it had seen all.
  std::uint32_t base_of(const LogEdit& e) const;
  std::uint32_t size() const { return static_cast<std::uint32_t>(edits.size()); }
};

// Characters that the edits of one field may insert in all its life; beyond that they are set aside. So numbers
// of characters never overflow, and lengths without characters cost no more memory than they may.
inline constexpr std::uint64_t inserted_max = 1U << 28;

class EditLog {
 public:
  // What is kept beside the bytes, and then the bytes themselves.
  void encode(Bytes& out) const;
  // Reads up to the end. Strict: anything that append() would not have written is malformed.
  static Result<EditLog> decode(Reader& in);
  // The same without a look at the edits, for bytes that this device wrote and sealed itself.
  static Result<EditLog> open(Reader& in);

  std::size_t bytes() const { return bytes_.size(); }
  std::uint32_t size() const { return count_; }
  std::uint64_t last_seq() const { return last_seq_; }
  std::uint64_t inserted() const { return inserted_; }  // characters, all edits together
  const std::vector<LogDevice>& devices() const { return devices_; }
  // Index of a device, or devices().size().
  std::uint32_t device(const DeviceId& id) const;
  // Whether an edit has seen all that is here. It may say no where the answer is yes, but rarely.
  bool surely_sees_all(const LogEdit& e) const;

  // `device` is the edit's; a new one is added. One that is set aside has no runs.
  void append(const LogEdit& edit, const DeviceId& device, const std::vector<LogRun>& runs);
  DecodedLog decoded() const;
  // Brings a decoded log up to date after append(). False when the bytes are not a log, or not this one.
  bool decode_more(DecodedLog& log) const;

 private:
  bool is_summary_of(const EditLog& other) const;
  void note(const LogEdit& edit, const std::vector<LogRun>& runs);

  Bytes bytes_;
  std::uint32_t count_ = 0;
  std::uint64_t last_seq_ = 0;
  std::vector<LogDevice> devices_;  // in the order in which they first appear
  // The newest edit is by this device; other devices' newest has this number.
  std::uint32_t newest_device_ = 0;
  std::uint64_t others_seq_ = 0;
  std::uint64_t inserted_ = 0;
};

}  // namespace samplan::merge::text
