#include "server/log.h"

#include <poll.h>
#include <unistd.h>

#include <chrono>

namespace samplan::server {
namespace {

void append_json_string(std::string& out, const std::string& text) {
  out += '"';
  for (const char c : text) {
    // Ids, codes and words of the source are plain ASCII; whatever else got here must not break the line.
    const bool is_plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    out += is_plain ? c : '?';
  }
  out += '"';
}

}  // namespace

const char* log_level_name(LogLevel level) {
  switch (level) {
    case LogLevel::error: return "error";
    case LogLevel::warn: return "warn";
    case LogLevel::info: return "info";
    case LogLevel::debug: return "debug";
  }
  return "unknown";
}

LogField::LogField(const char* name, const char* word) : name_(name) { append_json_string(json_, word); }

LogField LogField::of(const Error& error) {
  LogField out;
  out.name_ = "error";
  append_json_string(out.json_, std::string(errc_name(error.code)) + " " + error.where);
  return out;
}

Log::Log(LogLevel level, int fd, ClockMs clock, std::size_t lines_per_s_max)
    : level_(level), fd_(fd), clock_(std::move(clock)), lines_per_s_max_(lines_per_s_max) {}

void Log::write(LogLevel level, const char* event, std::initializer_list<LogField> fields) {
  if (level > level_) return;
  const UnixMs now = clock_();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!may_write(now)) {
    ++dropped_;
    return;
  }
  std::string line =
      "{\"time\":\"" + to_iso(now) + "\",\"level\":\"" + log_level_name(level) + "\",\"event\":";
  append_json_string(line, event);
  for (const LogField& field : fields) {
    line += ',';
    append_json_string(line, field.name_);
    line += ':' + field.json_;
  }
  if (dropped_ > 0) line += ",\"lines_dropped\":" + std::to_string(dropped_);
  line += "}\n";
  // A pipe that is ready takes a line of this length whole.
  if (line.size() > log_line_bytes_max || ::write(fd_, line.data(), line.size()) < 0) {
    ++dropped_;
    return;
  }
  dropped_ = 0;
}

bool Log::may_write(UnixMs now) {
  if (now / 1000 != second_) {
    second_ = now / 1000;
    lines_this_second_ = 0;
  }
  if (++lines_this_second_ > lines_per_s_max_) return false;
  pollfd ready{fd_, POLLOUT, 0};
  return ::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0;
}

UnixMs system_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace samplan::server
