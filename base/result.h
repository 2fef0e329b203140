// Errors as values. The outside being wrong (bytes, peers, people, disks) is a Result; a broken invariant of our
// own is SP_CHECK (base/check.h); something that is normally absent is std::optional. Nothing here throws.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace samplan {

// Error numbers are for ever: they appear in logs, in command results and on the wire. Never renumber, only add.
enum class Errc : std::uint16_t {
  ok = 0,
  // 1..19: malformed input
  malformed = 1,        // bytes or JSON do not follow the format
  truncated = 2,        // input ended in the middle of a value
  too_large = 3,        // a bound of base/limits.h is exceeded
  unknown_version = 4,  // written by a newer or foreign program
  not_utf8 = 5,
  invalid_argument = 6,  // well formed, but not acceptable here
  // 20..39: cryptography and authenticity
  forged = 20,         // a signature does not verify
  cannot_open = 21,    // authenticated decryption failed (wrong key or changed bytes)
  wrong_passphrase = 22,
  no_key = 23,         // this device does not hold the key it would need
  // 40..69: rules of the logs
  not_allowed = 40,     // the signer lacks the right
  log_conflict = 41,    // prev hash or number is not the head (compare-and-swap failed)
  cut_conflict = 42,    // the section head moved since the record was signed
  bad_recipients = 43,  // the key recipients are not exactly those the log grants
  bad_record = 44,      // a record that breaks a rule of its log
  unknown_plan = 45,
  unknown_principal = 46,
  no_consent = 47,      // the owner's consent is not recorded (R24)
  withdrawn = 48,       // access has ended
  epoch_stale = 49,
  rotation_due = 50,
  author_gap = 51,
  author_fork = 52,
  frozen = 53,          // the server showed two different histories
  // 70..89: this device
  not_found = 70,
  already_exists = 71,
  busy = 72,            // the home is in use by another process
  not_saved = 73,       // the disk did not confirm (full, read-only, failing)
  corrupt = 74,         // local files do not fit together
  locked = 75,          // no passphrase given yet
  io = 76,
  lease_ended = 77,     // too long without contact: the plan is closed on this device until it syncs
  locked_out = 78,      // too many wrong passphrases: wait
  // 90..: network
  offline = 90,         // the server cannot be reached
  bad_reply = 91,       // the server answered with something that is not a valid reply
  refused = 92,         // the server understood and refused
  try_later = 93,
};

// `where` names code, ids and sizes; never a name or a word of a plan, because it is logged.
// `detail` may hold a sentence for the person at the device; it is shown, never logged.
struct Error {
  Errc code = Errc::malformed;
  std::string where;
  std::string detail = {};
};

// A value or an Error; never neither. `return {}` does not compile, so there is no implicit empty state.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }

  const Error& error() const { return *std::get_if<1>(&state_); }
  Errc code() const { return ok() ? Errc::ok : error().code; }

 private:
  std::variant<T, Error> state_;
};

// The result of something that yields nothing but may fail.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}
  static Status good() { return {}; }

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return *error_; }
  Errc code() const { return ok() ? Errc::ok : error_->code; }

 private:
  std::optional<Error> error_;
};

// Stable lower-case name of a code, as used in JSON results, for example "wrong_passphrase".
const char* errc_name(Errc code);

}  // namespace samplan

#define SP_CONCAT_(a, b) a##b
#define SP_CONCAT(a, b) SP_CONCAT_(a, b)
#define SP_TRY_(name, decl, expr) \
  auto name = (expr);             \
  if (!name.ok()) return name.error(); \
  decl = std::move(name).value()

// SP_TRY(auto x, f()): x is the value of f(), or the enclosing function returns f()'s error.
#define SP_TRY(decl, expr) SP_TRY_(SP_CONCAT(sp_try_, __COUNTER__), decl, expr)

// SP_OK(f()): for a Status (or a Result whose value is not wanted): returns the error if there is one.
#define SP_OK_(name, expr) \
  do {                     \
    auto name = (expr);    \
    if (!name.ok()) return name.error(); \
  } while (false)
#define SP_OK(expr) SP_OK_(SP_CONCAT(sp_ok_, __COUNTER__), expr)
