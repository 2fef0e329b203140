#include "cli/meeting.h"

#include "cli/begin.h"
#include "cli/json_read.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase is_begun{"Her er det allerede begynt: «%1». Bruk en annen mappe med --home.",
                          "Someone has begun here already: “%1”. Use another folder with --home."};

constexpr Phrase server_missing{"Skriv serverens adresse med --server.", "Give the server's address with --server."};
constexpr Phrase name_missing{"Skriv navnet ditt med --name.", "Give your name with --name."};
constexpr Phrase short_passphrase{"Velg et passord eller en PIN på minst fire tegn.",
                                  "Choose a passphrase or PIN of at least four characters."};

constexpr int silent_max = 40;  // exchanges without an answer: a minute

bool passes(Errc code) { return code == Errc::offline || code == Errc::try_later; }

}  // namespace

Result<std::unique_ptr<NewMeeting>> NewMeeting::start(Visit& visit, const std::string& server_url,
                                                      const std::string& name) {
  if (native::NativeHome::is_begun(visit.settings.home))
    return Error{Errc::already_exists, "cli.home", visit.say(is_begun, {visit.settings.home})};
  if (!crypto::init()) return Error{Errc::io, "crypto"};
  SP_TRY(const native::ServerHello hello, native::fetch_hello(*visit.machine().transport, server_url));
  native::OsEntropy entropy;
  SP_TRY(NewDevice device, NewDevice::start(server_url, hello.key, name, entropy, visit.now()));
  return std::unique_ptr<NewMeeting>(new NewMeeting(std::move(device), server_url));
}

Status NewMeeting::step(Visit& visit) {
  const auto reply = native::post_meet(*visit.machine().transport, url_, device_.next_request(entropy_));
  const Status taken = reply.ok() ? device_.on_reply(*reply, visit.now()) : Status(reply.error());
  return taken.ok() || passes(taken.code()) ? Status::good() : taken;
}

Status NewMeeting::finish(Visit& visit, const std::string& passphrase) {
  SP_TRY(std::unique_ptr<Device> desk, Device::enrol(visit.settings.home, device_, passphrase, visit.machine()));
  visit.use(std::move(desk));
  return {};
}

void NewMeeting::cancel(Visit& visit) {
  // Nothing more can be done if it does not arrive: the box goes by itself.
  (void)native::post_meet(*visit.machine().transport, url_, device_.cancel_request());
}

json adding_step(Visit& visit) {
  const json before = visit.call({{"do", "device_adding"}});
  if (!is_good(before)) return before;
  const auto desk = visit.desk();
  if (!desk.ok()) return error_json(desk.error());
  if (text_of(before, "state") == "sync") {
    const auto report = (*desk)->sync({}, {});
    if (!report.ok()) return error_json(report.error());
  }
  const auto met = (*desk)->meet();
  if (!met.ok() && !passes(met.code())) return error_json(met.error());
  return visit.call({{"do", "device_adding"}});
}

Result<std::unique_ptr<PhoneMeeting>> PhoneMeeting::start(Visit& visit, const std::string& server_url,
                                                          const std::string& typed, const std::string& name) {
  if (const auto code = read_phone_code(typed); !code.ok()) return code.error();
  if (!crypto::init()) return Error{Errc::io, "crypto"};
  std::string url = server_url;
  std::string passphrase;
  if (native::NativeHome::is_begun(visit.settings.home)) {
    SP_TRY(const Desk* desk, visit.desk());
    if (url.empty()) url = desk->server_url();
  } else {
    if (url.empty()) return Error{Errc::invalid_argument, "cli.server", visit.say(server_missing)};
    if (name.empty()) return Error{Errc::invalid_argument, "cli.name", visit.say(name_missing)};
    SP_TRY(passphrase, visit.passphrase(true));
    if (passphrase.size() < 4) return Error{Errc::invalid_argument, "cli.passphrase", visit.say(short_passphrase)};
  }
  SP_TRY(const native::ServerHello hello, native::fetch_hello(*visit.machine().transport, url));
  SP_TRY(PhoneJoin phone, PhoneJoin::start(hello.key, typed, visit.now()));
  return std::unique_ptr<PhoneMeeting>(new PhoneMeeting(std::move(phone), url, name, passphrase));
}

Status PhoneMeeting::step(Visit& visit) {
  const auto reply = native::post_meet(*visit.machine().transport, url_, phone_.next_request(entropy_));
  const Status taken = reply.ok() ? phone_.on_reply(*reply, visit.now()) : Status(reply.error());
  silent_ = taken.ok() ? 0 : silent_ + 1;
  return taken.ok() || (passes(taken.code()) && silent_ < silent_max) ? Status::good() : taken;
}

json PhoneMeeting::finish(Visit& visit, const std::string& unit) {
  json answer = join(visit, phone_.link(), name_, unit, passphrase_);
  if (!is_good(answer)) return answer;
  phone_.thank();
  // If it does not arrive, the inviter sees the request itself later.
  (void)step(visit);
  return answer;
}

json calling_step(Visit& visit) {
  const json before = visit.call({{"do", "phone_calling"}});
  if (!is_good(before)) return before;
  const auto desk = visit.desk();
  if (!desk.ok()) return error_json(desk.error());
  if (text_of(before, "state") == "sync") {
    const auto report = (*desk)->sync({}, {});
    if (!report.ok()) return error_json(report.error());
  }
  const auto met = (*desk)->meet_by_phone();
  // Before there is a code to read out, no contact is worth saying; afterwards the next exchange may have it.
  const bool is_open = text_of(before, "state") != "sync" && text_of(before, "state") != "opening";
  if (!met.ok() && !(is_open && passes(met.code()))) return error_json(met.error());
  return visit.call({{"do", "phone_calling"}});
}

}  // namespace samplan::cli
