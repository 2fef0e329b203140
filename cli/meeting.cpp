#include "cli/meeting.h"

#include "cli/begin.h"
#include "cli/json_read.h"

namespace samplan::cli {
namespace {

using nlohmann::json;


constexpr Phrase server_missing{"Skriv serverens adresse med --server.", "Give the server's address with --server."};
constexpr Phrase name_missing{"Skriv navnet ditt med --name.", "Give your name with --name."};
constexpr Phrase short_passphrase{"Velg et passord eller en PIN på minst fire tegn.",
                                  "Choose a passphrase or PIN of at least four characters."};

constexpr int silent_max = 40;  // exchanges without an answer: a minute

bool passes(Errc code) { return code == Errc::offline || code == Errc::try_later; }

// What `query` says is next: a sync, or an exchange at the meeting place. Answers with the state after it.
// `bears_silence`: whether no contact in this state is left to the next step.
json conversation_step(Visit& visit, const char* query, Result<bool> (Desk::*exchange)(),
                       bool (*bears_silence)(const std::string& state)) {
  const json before = visit.call({{"do", query}});
  if (!is_good(before)) return before;
  const auto desk = visit.desk();
  if (!desk.ok()) return error_json(desk.error());
  const std::string state = text_of(before, "state");
  if (state == "sync") {
    const auto report = (*desk)->sync({}, {});
    if (!report.ok()) return error_json(report.error());
  }
  const auto met = ((*desk)->*exchange)();
  if (!met.ok() && !(bears_silence(state) && passes(met.code()))) return error_json(met.error());
  return visit.call({{"do", query}});
}

}  // namespace

Result<std::unique_ptr<NewMeeting>> NewMeeting::start(Visit& visit, const std::string& server_url,
                                                      const std::string& name) {
  SP_OK(visit.check_nobody_here());
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
  return conversation_step(visit, "device_adding", &Desk::meet, [](const std::string&) { return true; });
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
  // Before there is a code to read out, no contact is worth saying; afterwards the next exchange may have it.
  return conversation_step(visit, "phone_calling", &Desk::meet_by_phone,
                           [](const std::string& state) { return state != "sync" && state != "opening"; });
}

}  // namespace samplan::cli
