// `invite --phone`, `invite wait`, and `join` with a code.
#include <ostream>

#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/meeting.h"
#include "cli/phone.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase read_out{"Les opp denne koden for %1:", "Read this code out to %1:"};
constexpr Phrase code_lasts{
    "Den gjelder til %1 og kan brukes én gang. La denne stå til det er gjort; avbryt med Ctrl-C.",
    "It holds until %1 and can be used once. Leave this running until it is done; Ctrl-C stops it."};
constexpr Phrase types_it{"Den andre skriver: samplan join %1 --server %2 --name NAVN",
                          "The other one types: samplan join %1 --server %2 --name NAME"};
constexpr Phrase waits{"Venter på at %1 taster koden …", "Waiting for %1 to type the code …"};
constexpr Phrase wrong_one{"Feil kode ble tastet. 1 forsøk igjen.", "A wrong code was typed. 1 try left."};
constexpr Phrase wrong_many{"Feil kode ble tastet. %1 forsøk igjen.",
                            "A wrong code was typed. %1 tries left."};
constexpr Phrase right{"Riktig kode. Gir invitasjonen videre …",
                       "The right code. Handing the invitation over …"};
constexpr Phrase handed_over{
    "%1 har fått invitasjonen og ber om å bli med. Neste: «samplan sync» og «samplan requests», "
    "med fire ord å sammenligne.",
    "%1 has the invitation and asks to join. Next: “samplan sync” and “samplan requests”, with "
    "four words to compare."};
constexpr Phrase nothing_waits{"Ingen kode venter. Lag en med «samplan invite --phone».",
                               "No code is waiting. Make one with “samplan invite --phone”."};
constexpr Phrase not_made{
    "Uten dekning, så det ble ingen kode. Invitasjonen er lagret. Prøv «samplan invite wait» senere, "
    "eller trekk den.",
    "No connection, so there is no code. The invitation is saved. Try “samplan invite wait” later, or "
    "withdraw it."};
constexpr Phrase them{"den du inviterer", "the one you invite"};
constexpr Phrase no_answer_yet{"Venter på svar. Den som leste opp koden, må la sin side stå åpen.",
                               "Waiting for an answer. The one who read out the code must leave theirs running."};
constexpr int steps_before_asking = 12;  // some twenty seconds
constexpr Phrase looks_up{"Slår opp koden …", "Looking up the code …"};

void pause(Visit& v) {
  v.terminal().out << std::flush;  // somebody is waiting to read it, also through a pipe
  if (v.machine().sleep) v.machine().sleep(meeting_pause_ms);
}

void show_code(Visit& v, const json& view, const std::string& name) {
  const std::string code = text_of(view, "code");
  v.page.line(v.say(read_out, {name}));
  v.page.line(code, 4, Tone::strong);
  v.page.line(v.say(code_lasts, {when_text(number_of(view, "expires_ms"), v.now(), v.language())}));
  const auto desk = v.desk();
  if (desk.ok()) v.page.line(v.say(types_it, {code, (*desk)->server_url()}));
  v.aside.line(v.say(waits, {name}));
}

int wait_for_newcomer(Visit& v) {
  bool is_shown = false;
  bool is_right = false;
  std::int64_t tries_left = 0;
  for (;;) {
    const json view = calling_step(v);
    const std::string error = text_of(view, "error");
    if (!is_good(view) && error == errc_name(Errc::offline)) {
      v.aside.line(v.say(not_made), 0, Tone::waiting);
      return exit_offline;
    }
    if (!is_good(view)) return v.refuse(view);
    const std::string state = text_of(view, "state");
    const std::string name = text_of(view, "name").empty() ? v.say(them) : text_of(view, "name");
    if (state == "waiting") {
      if (!is_shown) show_code(v, view, name);
      is_shown = true;
      const std::int64_t left = number_of(view, "tries_left");
      if (tries_left != 0 && left < tries_left)
        v.aside.line(count_text(static_cast<std::size_t>(left), wrong_one, wrong_many, v.language()), 0,
                     Tone::waiting);
      tries_left = left;
    } else if (state == "granting") {
      if (!is_right) v.aside.line(v.say(right));
      is_right = true;
    } else if (state == "done") {
      v.page.line(v.say(handed_over, {name}), 0, Tone::good);
      return exit_good;
    } else if (state == "failed") {
      return v.refuse(object_of(view, "failure"));
    } else if (state == "none" || state == "cancelled") {
      v.aside.line(v.say(nothing_waits));
      return exit_refused;
    }
    pause(v);
  }
}

}  // namespace

OptionSpec phone_option() {
  return {"phone",
          {"", ""},
          {"gi den som en kode du leser opp på telefon", "give it as a code you read out by telephone"}};
}

int invite_by_phone(Visit& v, json request) {
  request["do"] = "phone_invite";
  const json made = v.call(request);
  if (!is_good(made)) return v.refuse(made);
  return wait_for_newcomer(v);
}

int run_invite_wait(Visit& v) { return wait_for_newcomer(v); }

json join_by_phone(Visit& v, const std::string& typed) {
  const auto begun = PhoneMeeting::start(v, v.args.text("server"), typed, v.args.text("name"));
  if (!begun.ok()) return error_json(begun.error());
  PhoneMeeting& meeting = **begun;
  v.aside.line(v.say(looks_up));
  for (int step = 1; meeting.phone().state() == PhoneJoin::State::waiting; ++step) {
    if (step == steps_before_asking) v.aside.line(v.say(no_answer_yet));
    if (const Status done = meeting.step(v); !done.ok()) return error_json(done.error());
    if (meeting.phone().state() == PhoneJoin::State::waiting) pause(v);
  }
  if (meeting.phone().state() != PhoneJoin::State::ready) return error_json(meeting.phone().error());
  return meeting.finish(v, v.args.text("unit"));
}

}  // namespace samplan::cli
