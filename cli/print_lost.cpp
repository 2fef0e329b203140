#include "cli/print_lost.h"

#include "cli/human.h"
#include "cli/json_read.h"

namespace samplan::cli {

using nlohmann::json;

void print_lost(Visit& v, const json& person) {
  if (flag_of(person, "suspended"))
    v.page.line(
        v.say({"Tilgangen hviler fordi en enhet er tapt. Når den er lukket: «samplan participant resume».",
               "Access rests because a device is lost. When it is closed: “samplan participant resume”."}),
        10, Tone::waiting);
  const json& asked = object_of(person, "recovery");
  if (asked.empty()) return;
  v.page.line(v.say({"%1 har bedt om at «%2» skal overta tilgangen. De fire ordene på den nye enheten: %3",
                     "%1 has asked that “%2” takes over the access. The four words on the new device: %3"},
                    {text_of(asked, "asked_by"), text_of(asked, "heir_name"), text_of(asked, "words")}),
              10, Tone::waiting);
  const std::int64_t ready_ms = number_of(asked, "ready_ms");
  const std::string when = when_text(ready_ms, v.now(), v.language());
  v.page.line(
      ready_ms <= v.now()
          ? v.say({"En annen enn den som ba, kan nå godkjenne: «samplan participant recover-approve».",
                   "Somebody other than who asked can now approve: “samplan participant recover-approve”."})
          : v.say({"Kan godkjennes fra %1. Stopp det med «samplan participant recover-stop».",
                   "Can be approved from %1. Stop it with “samplan participant recover-stop”."},
                  {when}),
      10, Tone::waiting);
}

}  // namespace samplan::cli
