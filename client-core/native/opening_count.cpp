#include "client-core/native/opening_count.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "base/bytes.h"
#include "client-core/native/atomic_file.h"
#include "crypto/sign.h"

namespace samplan::native {
namespace {

constexpr std::string_view magic = "SPA1";
constexpr std::size_t record_bytes = 4 + 4 + 8 + 8;
constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t minute_ms = 60 * second_ms;
constexpr std::int64_t hour_ms = 60 * minute_ms;
constexpr std::int64_t waits_ms[] = {0, 0, 0, 5 * second_ms, 30 * second_ms, 5 * minute_ms, 30 * minute_ms};
constexpr std::uint32_t wrong_many = 20;
constexpr std::int64_t longest_wait_ms = 24 * hour_ms;
constexpr std::uint32_t wrong_if_damaged = 4;  // whoever spoils the file has not begun anew

Bytes encode(std::uint32_t wrong, UnixMs last_ms) {
  Bytes out;
  append(out, ByteView::of(magic));
  append_u32(out, wrong);
  append_u64(out, static_cast<std::uint64_t>(last_ms));
  const Hash sum = crypto::hash("samplan/attempts/1", {ByteView(out)});
  append(out, sum.view().sub(0, 8));
  return out;
}

std::string wait_text(std::int64_t wait_ms) {
  const std::int64_t seconds = (wait_ms + second_ms - 1) / second_ms;
  const auto with = [](std::int64_t n, const char* one, const char* many) {
    return std::to_string(n) + (n == 1 ? one : many);
  };
  if (seconds < 60) return with(seconds, " sekund", " sekunder");
  const std::int64_t minutes = (seconds + 59) / 60;
  if (minutes < 60) return with(minutes, " minutt", " minutter");
  return with((minutes + 59) / 60, " time", " timer");
}

}  // namespace

std::int64_t opening_wait_ms(std::uint32_t wrong) {
  if (wrong >= wrong_many) return longest_wait_ms;
  return waits_ms[std::min<std::size_t>(wrong, std::size(waits_ms) - 1)];
}

OpeningCount::Record OpeningCount::read() const {
  const auto bytes = read_file(path_, record_bytes);
  if (!bytes.ok()) return bytes.code() == Errc::not_found ? Record{} : Record{wrong_if_damaged, INT64_MAX};
  if (bytes->empty()) return {};  // made, and the machine stopped before the first attempt was counted
  Reader in(*bytes);
  in.take(4);
  Record record;
  record.wrong = in.u32();
  record.last_ms = static_cast<UnixMs>(in.u64());
  if (bytes->size() != record_bytes || encode(record.wrong, record.last_ms) != *bytes)
    return {wrong_if_damaged, INT64_MAX};
  return record;
}

Status OpeningCount::write(const Record& record) const {
  const Bytes bytes = encode(record.wrong, record.last_ms);
  const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool done = fd >= 0;
  done = done && ::pwrite(fd, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
  done = done && ::fsync(fd) == 0;
  const int error_number = errno;
  if (fd >= 0) ::close(fd);
  if (done) return Status::good();
  return Error{Errc::not_saved, "attempts errno " + std::to_string(error_number),
               "Kan ikke skrive i mappen. Sjekk om disken er full eller skrivebeskyttet."};
}

UnixMs OpeningCount::open_from(UnixMs now) const {
  const Record record = read();
  const std::int64_t wait = opening_wait_ms(record.wrong);
  // An attempt «after» now was made by another clock: from now on, no longer than the wait.
  return wait == 0 ? now : std::min(record.last_ms, now) + wait;
}

Status OpeningCount::begin(UnixMs now) {
  before_ = read();
  if (before_.wrong > 0 && before_.last_ms > now) {
    // The clock was set back, or the file is damaged: the wait is reckoned from now, and does not begin anew
    // each time.
    before_.last_ms = now;
    SP_OK(write(before_));
  }
  const UnixMs from = open_from(now);
  if (from > now)
    return Error{
        Errc::locked_out, "home.attempts",
        "For mange feil passord. Prøv igjen om " + wait_text(from - now) + ". Ingenting er slettet."};
  return write({before_.wrong == UINT32_MAX ? before_.wrong : before_.wrong + 1, now});
}

void OpeningCount::forget_this() const { (void)write(before_); }
void OpeningCount::forget_all() const { (void)write({}); }

}  // namespace samplan::native
