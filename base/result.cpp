#include "base/result.h"

#include <cstdio>
#include <cstdlib>

#include "base/check.h"

namespace samplan {

const char* errc_name(Errc code) {
  switch (code) {
    case Errc::ok: return "ok";
    case Errc::malformed: return "malformed";
    case Errc::truncated: return "truncated";
    case Errc::too_large: return "too_large";
    case Errc::unknown_version: return "unknown_version";
    case Errc::not_utf8: return "not_utf8";
    case Errc::invalid_argument: return "invalid_argument";
    case Errc::forged: return "forged";
    case Errc::cannot_open: return "cannot_open";
    case Errc::wrong_passphrase: return "wrong_passphrase";
    case Errc::no_key: return "no_key";
    case Errc::not_allowed: return "not_allowed";
    case Errc::log_conflict: return "log_conflict";
    case Errc::cut_conflict: return "cut_conflict";
    case Errc::bad_recipients: return "bad_recipients";
    case Errc::bad_record: return "bad_record";
    case Errc::unknown_plan: return "unknown_plan";
    case Errc::unknown_principal: return "unknown_principal";
    case Errc::no_consent: return "no_consent";
    case Errc::withdrawn: return "withdrawn";
    case Errc::epoch_stale: return "epoch_stale";
    case Errc::rotation_due: return "rotation_due";
    case Errc::author_gap: return "author_gap";
    case Errc::author_fork: return "author_fork";
    case Errc::frozen: return "frozen";
    case Errc::not_found: return "not_found";
    case Errc::already_exists: return "already_exists";
    case Errc::busy: return "busy";
    case Errc::not_saved: return "not_saved";
    case Errc::corrupt: return "corrupt";
    case Errc::locked: return "locked";
    case Errc::io: return "io";
    case Errc::lease_ended: return "lease_ended";
    case Errc::locked_out: return "locked_out";
    case Errc::offline: return "offline";
    case Errc::bad_reply: return "bad_reply";
    case Errc::refused: return "refused";
    case Errc::try_later: return "try_later";
  }
  return "unknown";
}

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "samplan: invariant broken: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace samplan
