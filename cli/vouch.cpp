#include "cli/vouch.h"

#include "cli/human.h"
#include "cli/json_read.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase offered{"%1 kan bekrefte at du er ansatt der. Logg inn hos dem på denne siden:",
                         "%1 can vouch that you work there. Sign in with them on this page:"};
constexpr Phrase waiting{"Venter på innloggingen, i høyst fem minutter. Avbryt med Ctrl-C.",
                         "Waiting for the sign-in, at most five minutes. Stop with Ctrl-C."};
constexpr Phrase vouched{"Bekreftet av %1: %2, %3", "Vouched for by %1: %2, %3"};
constexpr Phrase other_name{"Obs: navnet i forespørselen er et annet enn det organisasjonen oppgir.",
                            "Note: the name in the request is not the one the organisation gives."};
constexpr Phrase expired{"Ikke bekreftet: organisasjonens bekreftelse har gått ut på dato.",
                         "Not vouched for: the organisation's word has expired."};
constexpr Phrase foreign{
    "Ikke bekreftet: bekreftelsen gjelder en annen person eller enhet, eller er ikke fra denne serveren.",
    "Not vouched for: the organisation's word is about another person or device, or not from this server."};
constexpr Phrase unreadable{"Ikke bekreftet: bekreftelsen kan ikke leses.",
                            "Not vouched for: the organisation's word cannot be read."};

}  // namespace

Result<Vouch> sign_in(Visit& visit) {
  SP_TRY(Desk* const desk, visit.desk());
  native::SignInScreen screen;
  screen.show = [&visit](const std::string& url, const VouchSettings& settings) {
    visit.aside.line(visit.say(offered, {settings.organisation}));
    visit.aside.raw("  " + url + "\n");
    visit.aside.line(visit.say(waiting), 0, Tone::quiet);
    if (visit.machine().open_url && visit.terminal().is_out_terminal) visit.machine().open_url(url);
  };
  return desk->sign_in(screen);
}

std::string vouch_line(Visit& visit, const json& vouch) {
  if (!vouch.is_object()) return {};
  const std::string date = date_text(number_of(vouch, "issued_ms"), visit.language());
  return visit.say(vouched, {text_of(vouch, "organisation"), text_of(vouch, "name"), date});
}

void print_vouch(Visit& visit, const json& request, std::size_t indent) {
  const auto vouch = request.find("vouch");
  if (vouch != request.end()) {
    visit.page.line(vouch_line(visit, *vouch), indent, Tone::good);
    if (!flag_of(*vouch, "same_name")) visit.page.line(visit.say(other_name), indent, Tone::question);
    return;
  }
  const std::string fault = text_of(request, "vouch_fault");
  if (fault.empty()) return;
  const Phrase& why = fault == "expired" ? expired : fault == "foreign" ? foreign : unreadable;
  visit.page.line(visit.say(why), indent, Tone::question);
}

}  // namespace samplan::cli
