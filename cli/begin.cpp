#include "cli/begin.h"

#include <utility>

#include "cli/vouch.h"
#include "client-core/invitation.h"

namespace samplan::cli {
namespace {

constexpr Phrase name_missing{"Skriv navnet ditt med --name.", "Give your name with --name."};
constexpr Phrase key_differs{
    "Serveren har en annen nøkkel enn den du oppga. Ingenting er laget. Spør driften før du prøver igjen.",
    "The server has another key than the one you gave. Nothing was made. Ask those who run it before you try "
    "again."};
constexpr Phrase bad_link{"Invitasjonslenken kan ikke leses. Kopier hele lenken, med anførselstegn rundt.",
                          "The invitation link cannot be read. Copy the whole link, in quotes."};

Status make_home(Visit& visit, NewHome home) {
  if (home.name.empty()) return Error{Errc::invalid_argument, "cli.name", visit.say(name_missing)};
  SP_OK(visit.check_nobody_here());
  if (home.passphrase.empty()) {
    SP_TRY(home.passphrase, visit.passphrase(true));
  }
  SP_TRY(std::unique_ptr<Device> device, Device::begin(visit.settings.home, home, visit.machine()));
  visit.use(std::move(device));
  return {};
}

}  // namespace

Status begin(Visit& visit, const Beginning& wish) {
  SP_TRY(const native::ServerHello hello, native::fetch_hello(*visit.machine().transport, wish.server_url));
  if (!wish.server_key.empty() && hello.key.hex() != wish.server_key)
    return Error{Errc::forged, "cli.server_key", visit.say(key_differs)};
  NewHome home;
  home.name = wish.name;
  home.server_url = wish.server_url;
  while (!home.server_url.empty() && home.server_url.back() == '/') home.server_url.pop_back();
  home.server_key = hello.key;
  home.enrolment_code = wish.code;
  return make_home(visit, std::move(home));
}

nlohmann::json join(Visit& visit, const std::string& link, const std::string& name, const std::string& unit,
                    const std::string& passphrase, bool vouch) {
  const auto invitation = parse_invitation(link);
  if (!invitation.ok()) return error_json({invitation.code(), "cli.link", visit.say(bad_link)});
  if (!native::NativeHome::is_begun(visit.settings.home)) {
    NewHome home;
    home.name = name;
    home.server_url = invitation->server_url;
    home.server_key = invitation->server_key;
    home.enrolment_box = invitation->box();
    home.passphrase = passphrase;
    if (const Status made = make_home(visit, std::move(home)); !made.ok()) return error_json(made.error());
  }
  if (vouch) {
    const auto signed_in = sign_in(visit);
    if (!signed_in.ok()) return error_json(signed_in.error());
  }
  nlohmann::json request = {{"do", "join_request"}, {"link", link}};
  if (!unit.empty()) request["unit"] = unit;
  return visit.call(request);
}

}  // namespace samplan::cli
