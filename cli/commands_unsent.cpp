// Commands about own text that did not get there: quarantine, hand-overs, drafts and what was refused.
#include "cli/choose.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/words.h"
#include "client-core/native/atomic_file.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase none_unsent{"Ingen egen tekst ligger igjen.", "No text of yours is left behind."};
constexpr Phrase handed_over{"Levert til %1, forseglet. Det sendes neste gang du har dekning.",
                             "Handed over to %1, sealed. It is sent when you next have a connection."};
constexpr Phrase exported{"Teksten er skrevet til «%1». Filen er ikke kryptert.",
                          "The text is written to “%1”. The file is not encrypted."};
constexpr Phrase discard_it{"Teksten slettes fra enheten og finnes ikke noe annet sted.",
                            "The text is deleted from the device and exists nowhere else."};
constexpr Phrase discarded{"Slettet.", "Deleted."};
constexpr Phrase no_hand_overs{"Ingen overleveringer venter på svar.", "No hand-overs wait for an answer."};
constexpr Phrase hand_over_in{
    "Tatt inn i planen, merket som mottatt fra tidligere deltaker. Lagret på enheten, ikke sendt.",
    "Entered into the plan, marked as received from a former participant. Saved on this device, not sent."};
constexpr Phrase hand_over_no{"Ikke tatt inn. Grunnen står i planen. Lagret på enheten, ikke sendt.",
                              "Not entered. The reason stands in the plan. Saved on this device, not sent."};
constexpr Phrase no_drafts{"Ingen utkast.", "No drafts."};
constexpr Phrase none_refused{"Alt er tatt imot.", "Everything was accepted."};

Phrase reason_phrase(const std::string& reason) {
  if (reason == "withdrawn")
    return {"Du er ikke lenger deltaker i planen.", "You are no longer a participant in the plan."};
  if (reason == "section_closed")
    return {"Denne delen av planen er stengt for deg.", "This part of the plan is closed to you."};
  return {"Du hadde ikke lenger lov til å skrive her.", "You were no longer allowed to write here."};
}

void print_changes(Visit& v, const json& item) {
  for (const json& change : list_of(item, "changes")) {
    const std::string kind = text_of(change, "kind");
    std::string label = field_label(kind, text_of(change, "field"), v.language());
    if (label.empty()) label = kind_label(kind, v.language());
    v.page.line({{when_text(number_of(change, "time_ms"), v.now(), v.language()) + "  ", Tone::quiet},
                 {label + ": ", Tone::quiet},
                 {text_of(change, "value")}},
                10);
  }
}

int run_quarantine(Visit& v) {
  const json answer = v.call({{"do", "quarantine"}});
  if (!is_good(answer)) return v.refuse(answer);
  if (list_of(answer, "quarantine").empty()) v.page.line(v.say(none_unsent));
  for (const json& item : list_of(answer, "quarantine")) {
    v.page.line({{short_id(text_of(item, "id")) + "  ", Tone::quiet},
                 {v.say(reason_phrase(text_of(item, "reason"))), Tone::strong},
                 {" · plan " + short_id(text_of(item, "plan")) + " · " +
                  section_label(text_of(item, "section"), v.language()) +
                  (flag_of(item, "handed_over") ? v.say({" · levert", " · handed over"}) : "")}});
    print_changes(v, item);
  }
  return exit_good;
}

Result<std::string> quarantine_id(Visit& v) {
  SP_TRY(const json item, choose(v, {{{"do", "quarantine"}}, "quarantine", "id", {}}, v.args.words[0]));
  return text_of(item, "id");
}

int run_quarantine_hand_over(Visit& v) {
  const auto id = quarantine_id(v);
  if (!id.ok()) return v.refuse(id.error());
  json request = {{"do", "quarantine_hand_over"}, {"id", *id}};
  if (v.args.has("to")) request["to"] = v.args.text("to");
  const json answer = v.call(request);
  if (!is_good(answer)) return v.refuse(answer);
  v.page.line(v.say(handed_over, {text_of(answer, "to")}));
  return exit_good;
}

int run_quarantine_export(Visit& v) {
  const auto id = quarantine_id(v);
  if (!id.ok()) return v.refuse(id.error());
  const json answer = v.call({{"do", "quarantine_export"}, {"id", *id}});
  if (!is_good(answer)) return v.refuse(answer);
  const std::string text = text_of(answer, "text");
  if (!v.args.has("output")) {
    v.page.line(text);
    return exit_good;
  }
  const std::string path = v.args.text("output");
  if (const Status written = native::write_file(path, ByteView::of(text)); !written.ok())
    return v.refuse(written.error());
  v.aside.line(v.say(exported, {path}));
  return exit_good;
}

int run_quarantine_discard(Visit& v) {
  const auto id = quarantine_id(v);
  if (!id.ok()) return v.refuse(id.error());
  if (!is_sure(v, v.say(discard_it))) return exit_refused;
  return change(v, {{"do", "quarantine_discard"}, {"id", *id}}, v.say(discarded));
}

int run_hand_overs(Visit& v) {
  const json answer = v.call({{"do", "hand_overs"}});
  if (!is_good(answer)) return v.refuse(answer);
  if (list_of(answer, "hand_overs").empty()) v.page.line(v.say(no_hand_overs));
  for (const json& item : list_of(answer, "hand_overs")) {
    v.page.line({{short_id(text_of(item, "letter")) + "  ", Tone::quiet},
                 {v.say({"Fra %1", "From %1"}, {text_of(item, "name")}), Tone::strong},
                 {" · plan " + short_id(text_of(item, "plan")) + " · " +
                  section_label(text_of(item, "section"), v.language()) + " · " +
                  when_text(number_of(item, "received_ms"), v.now(), v.language())}});
    print_changes(v, item);
  }
  return exit_good;
}

Result<std::string> letter_id(Visit& v) {
  SP_TRY(const json item,
         choose(v, {{{"do", "hand_overs"}}, "hand_overs", "letter", {"name"}}, v.args.words[0]));
  return text_of(item, "letter");
}

int run_hand_over_accept(Visit& v) {
  const auto letter = letter_id(v);
  if (!letter.ok()) return v.refuse(letter.error());
  return change(v, {{"do", "hand_over_accept"}, {"letter", *letter}}, v.say(hand_over_in));
}

int run_hand_over_decline(Visit& v) {
  const auto letter = letter_id(v);
  if (!letter.ok()) return v.refuse(letter.error());
  return change(v, {{"do", "hand_over_decline"}, {"letter", *letter}, {"reason", v.args.text("reason")}},
                v.say(hand_over_no));
}

int run_drafts(Visit& v) {
  const json answer = v.call({{"do", "drafts"}});
  if (!is_good(answer)) return v.refuse(answer);
  if (list_of(answer, "drafts").empty()) v.page.line(v.say(no_drafts));
  for (const json& item : list_of(answer, "drafts")) {
    v.page.line({{text_of(item, "form"), Tone::strong},
                 {" · plan " + short_id(text_of(item, "plan")) + " · " +
                      when_text(number_of(item, "time_ms"), v.now(), v.language()),
                  Tone::quiet}});
    v.page.line(text_of(item, "content"), 4);
  }
  return exit_good;
}

int run_drafts_save(Visit& v) {
  const auto plan = v.plan_id();
  if (!plan.ok()) return v.refuse(plan.error());
  return change(
      v, {{"do", "draft_save"}, {"plan", *plan}, {"form", v.args.words[0]}, {"content", v.args.words[1]}},
      v.say({"Utkastet er lagret på enheten.", "The draft is saved on this device."}));
}

int run_drafts_discard(Visit& v) {
  const auto plan = v.plan_id();
  if (!plan.ok()) return v.refuse(plan.error());
  return change(v, {{"do", "draft_discard"}, {"plan", *plan}, {"form", v.args.words[0]}}, v.say(discarded));
}

int run_refused(Visit& v) {
  const json answer = v.call({{"do", "refused"}});
  if (!is_good(answer)) return v.refuse(answer);
  if (list_of(answer, "refused").empty()) v.page.line(v.say(none_refused));
  for (const json& item : list_of(answer, "refused")) {
    const std::string reason = text_of(item, "reason");
    const std::string plan = text_of(item, "plan");
    v.page.line({{short_id(text_of(item, "id")) + "  ", Tone::quiet},
                 {v.say(error_phrase(reason)) + " (" + reason + ")"},
                 {plan.empty() ? "" : " · plan " + short_id(plan), Tone::quiet}});
  }
  return exit_good;
}

int run_refused_dismiss(Visit& v) {
  const auto chosen = choose(v, {{{"do", "refused"}}, "refused", "id", {}}, v.args.words[0]);
  if (!chosen.ok()) return v.refuse(chosen.error());
  return change(v, {{"do", "refused_dismiss"}, {"id", text_of(*chosen, "id")}}, v.say({"Sett.", "Seen."}));
}

OptionSpec output_option() {
  return {"output",
          {"FIL", "FILE"},
          {"hit i stedet for til skjermen; bare du kan lese filen",
           "here instead of to the screen; only you can read the file"}};
}
OptionSpec yes_option() {
  return {"yes", {"", ""}, {"spør ikke om jeg er sikker", "do not ask whether I am sure"}};
}

}  // namespace

std::vector<CommandSpec> unsent_commands() {
  return {
      {"quarantine list",
       {"", ""},
       {"Egen tekst som ikke ble sendt fordi tilgangen tok slutt.",
        "Own text that was not sent because access ended."},
       {"Bare du ser den. Lever den, lagre den som fil, eller slett den.",
        "Only you see it. Hand it over, save it as a file, or delete it."},
       0,
       0,
       {},
       run_quarantine},
      {"quarantine hand-over",
       {"ID", "ID"},
       {"Lever teksten, forseglet, til koordinator eller planeier.",
        "Hand the text over, sealed, to the coordinator or the owner."},
       {"Mottakeren avgjør om den tas inn i planen.",
        "The recipient decides whether it is entered into the plan."},
       1,
       1,
       {{"to", {"HVEM", "WHO"}, {"coordinator (ellers) eller owner", "coordinator (default) or owner"}}},
       run_quarantine_hand_over},
      {"quarantine export",
       {"ID", "ID"},
       {"Skriv teksten ut.", "Write the text out."},
       {"Det som skrives, er ikke kryptert.", "What is written is not encrypted."},
       1,
       1,
       {output_option()},
       run_quarantine_export},
      {"quarantine discard",
       {"ID", "ID"},
       {"Slett teksten.", "Delete the text."},
       {"Den kan ikke hentes tilbake.", "It cannot be brought back."},
       1,
       1,
       {yes_option()},
       run_quarantine_discard},
      {"hand-overs list",
       {"", ""},
       {"Tekst levert av tidligere deltakere.", "Text handed over by former participants."},
       {"Svar med accept eller decline.", "Answer with accept or decline."},
       0,
       0,
       {},
       run_hand_overs},
      {"hand-overs accept",
       {"ID", "ID"},
       {"Ta teksten inn i planen.", "Enter the text into the plan."},
       {"Den merkes med hvem den kom fra.", "It is marked with whom it came from."},
       1,
       1,
       {},
       run_hand_over_accept},
      {"hand-overs decline",
       {"ID --reason TEKST", "ID --reason TEXT"},
       {"La være å ta teksten inn.", "Do not enter the text."},
       {"Grunnen blir stående i planen.", "The reason stays in the plan."},
       1,
       1,
       {{"reason", {"TEKST", "TEXT"}, {"hvorfor", "why"}}},
       run_hand_over_decline},
      {"drafts list",
       {"", ""},
       {"Halvskrevne skjemaer på denne enheten.", "Half-written forms on this device."},
       {"De er krypterte og deles med ingen.", "They are encrypted and shared with nobody."},
       0,
       0,
       {},
       run_drafts},
      {"drafts save",
       {"SKJEMA TEKST", "FORM TEXT"},
       {"Legg bort et utkast.", "Put a draft aside."},
       {"SKJEMA er et navn du velger.", "FORM is a name of your choice."},
       2,
       2,
       {plan_option()},
       run_drafts_save},
      {"drafts discard",
       {"SKJEMA", "FORM"},
       {"Slett et utkast.", "Delete a draft."},
       {"Det kan ikke hentes tilbake.", "It cannot be brought back."},
       1,
       1,
       {plan_option()},
       run_drafts_discard},
      {"refused list",
       {"", ""},
       {"Det som ikke ble tatt imot, og hvorfor.", "What was not accepted, and why."},
       {"Teksten din ligger fortsatt på enheten.", "Your text is still on the device."},
       0,
       0,
       {},
       run_refused},
      {"refused dismiss",
       {"ID", "ID"},
       {"Merk som sett.", "Mark as seen."},
       {"En beslutning som ikke kan gjennomføres, slettes da.",
        "A decision that cannot be carried out is then dropped."},
       1,
       1,
       {},
       run_refused_dismiss},
  };
}

}  // namespace samplan::cli
