// Logs for those who run the server: one line of JSON per event on standard error, with times, ids, sizes and
// statuses. Its types let no free text in, so no word of a person can get there; and it never makes the
// server wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

namespace samplan::server {

enum class LogLevel { error = 0, warn = 1, info = 2, debug = 3 };
const char* log_level_name(LogLevel level);

// A name from the source code and a number, an id, or a word from the source code.
class LogField {
 public:
  LogField(const char* name, std::uint64_t value) : name_(name), json_(std::to_string(value)) {}
  LogField(const char* name, std::int64_t value) : name_(name), json_(std::to_string(value)) {}
  LogField(const char* name, std::uint32_t value) : LogField(name, std::uint64_t{value}) {}
  LogField(const char* name, std::int32_t value) : LogField(name, std::int64_t{value}) {}
  LogField(const char* name, bool value) : name_(name), json_(value ? "true" : "false") {}
  template <class Tag, std::size_t N>
  LogField(const char* name, const Id<Tag, N>& id) : name_(name), json_("\"" + id.hex() + "\"") {}
  LogField(const char* name, const char* word);
  LogField(const char* name, const std::string& text) = delete;
  // The code of an error and where it arose; never its detail, which is meant for a person.
  static LogField of(const Error& error);

 private:
  friend class Log;
  LogField() = default;
  const char* name_ = "";
  std::string json_;
};

// Writes whole lines (at most log_line_bytes_max each), from any thread. More than `lines_per_s_max` in a
// second, and lines that the reader of the log does not take, are dropped and counted; the next line that
// passes says how many.
class Log {
 public:
  static constexpr std::size_t log_line_bytes_max = 2048;
  using ClockMs = std::function<UnixMs()>;

  Log(LogLevel level, int fd, ClockMs clock, std::size_t lines_per_s_max = 200);

  void error(const char* event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::error, event, fields);
  }
  void warn(const char* event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::warn, event, fields);
  }
  void info(const char* event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::info, event, fields);
  }
  void debug(const char* event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::debug, event, fields);
  }
  void write(LogLevel level, const char* event, std::initializer_list<LogField> fields);

 private:
  bool may_write(UnixMs now);
  const LogLevel level_;
  const int fd_;
  const ClockMs clock_;
  const std::size_t lines_per_s_max_;
  std::mutex mutex_;
  UnixMs second_ = 0;
  std::size_t lines_this_second_ = 0;
  std::uint64_t dropped_ = 0;
};

// The system's clock, for labels only.
UnixMs system_clock_ms();

}  // namespace samplan::server
