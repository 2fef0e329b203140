// The command by which an organisation vouches for whoever holds this device.
#include "cli/command.h"
#include "cli/human.h"
#include "cli/vouch.h"

namespace samplan::cli {
namespace {

constexpr Phrase done{"%1 har bekreftet at du er %2. Det gjelder til %3.",
                      "%1 has vouched that you are %2, until %3."};
constexpr Phrase next{
    "Når du nå ber om å bli med («samplan join»), ser den som slipper inn, dette. De fire ordene skal "
    "likevel leses.",
    "When you now ask to join (“samplan join”), whoever lets you in sees it. The four words are read all the "
    "same."};

int run_vouch(Visit& v) {
  const auto vouch = sign_in(v);
  if (!vouch.ok()) return v.refuse(vouch.error());
  v.page.line(
      v.say(done, {vouch->organisation, vouch->name, when_text(vouch->expires_ms, v.now(), v.language())}));
  v.page.line(v.say(next));
  return exit_good;
}

}  // namespace

std::vector<CommandSpec> vouch_commands() {
  return {
      {"vouch",
       {"", ""},
       {"La organisasjonen din bekrefte at du er ansatt der.",
        "Let your organisation vouch that you work there."},
       {"Du logger inn hos organisasjonen i nettleseren på denne maskinen, og serveren skriver under på hvem "
        "den "
        "sier du er.\n"
        "Frivillig: den som slipper deg inn, ser bekreftelsen ved siden av de fire ordene. Den åpner ingen "
        "planer.",
        "You sign in with the organisation in the browser on this machine, and the server signs who it says "
        "you "
        "are.\n"
        "Optional: whoever lets you in sees it beside the four words. It opens no plan."},
       0,
       0,
       {},
       run_vouch},
  };
}

}  // namespace samplan::cli
