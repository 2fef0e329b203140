#include "cli/meeting.h"

#include "cli/json_read.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase is_begun{"Her er det allerede begynt: «%1». Bruk en annen mappe med --home.",
                          "Someone has begun here already: “%1”. Use another folder with --home."};

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

}  // namespace samplan::cli
