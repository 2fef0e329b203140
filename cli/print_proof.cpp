#include "cli/print_proof.h"

#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase not_looked{"ikke sett på  ", "not checked   "};
constexpr Phrase server{"tjeneren", "the server"};
constexpr Phrase no_contact{"Uten kontakt med tjeneren ble ikke kontrollpunktet undersøkt: %1",
                            "Without contact with the server its checkpoint was not examined: %1"};
constexpr Phrase stranger{"Svaret er ikke signert av tjeneren denne enheten kjenner.",
                          "The answer is not signed by the server that this device knows."};
constexpr Phrase none_yet{"Tjeneren har ikke laget noe kontrollpunkt ennå.",
                          "The server has made no checkpoint yet."};
constexpr Phrase first{
    "Kontrollpunkt %1, fra %2, er signert av tjeneren. Det er det første denne enheten ser.",
    "Checkpoint %1, of %2, is signed by the server. It is the first that this device sees."};
constexpr Phrase continues{"Kontrollpunkt %1, fra %2, fortsetter det denne enheten så sist (%3).",
                           "Checkpoint %1, of %2, continues the one that this device saw last (%3)."};
constexpr Phrase restored{
    "Tjeneren har begynt på nytt fra en sikkerhetskopi (generasjon %1). Driften skal ha sagt fra om det.",
    "The server has begun anew from a backup (generation %1). Those who run it should have said so."};
constexpr Phrase held{"Deler av planer som står der slik de er her: %1.",
                      "Parts of plans that stand there as they are here: %1."};
constexpr Phrase behind{"Ikke hentet hit ennå: %1. Kjør «samplan sync», og så «samplan doctor» igjen.",
                        "Not fetched here yet: %1. Run “samplan sync”, then “samplan doctor” again."};
constexpr Phrase forgotten{"Eldre enn det denne enheten tar vare på, og derfor ikke regnet etter: %1.",
                           "Older than what this device keeps, and therefore not checked: %1."};
constexpr Phrase too_new{"Nyere enn kontrollpunktet, og derfor ikke med: %1.",
                         "Newer than the checkpoint, and therefore not in it: %1."};
constexpr Phrase unanswered{
    "Planer som tjeneren ikke sa noe om: %1. Kjør «samplan sync» for å se om du fortsatt er med.",
    "Plans of which the server said nothing: %1. Run “samplan sync” to see if you are still in them."};
constexpr Phrase compare{
    "Nummer %1 har koden %2. Alle som bruker denne tjeneren, skal få samme kode ved samme nummer.",
    "Number %1 has the code %2. Everybody who uses this server must get the same code for the same number."};
constexpr Phrase what_to_do{
    "Planene her er uendret, og du kan lese dem. Ring koordinatoren, og spør driften hva som er skjedd: en "
    "sikkerhetskopi som er satt tilbake uten å si fra, eller noen som viser folk ulike planer. Stol ikke på "
    "det som "
    "hentes, før det er forklart. Ta vare på linjene under; de er tjenerens egen underskrift på det den har "
    "sagt.",
    "The plans here are unchanged, and you can read them. Telephone the coordinator, and ask those who run "
    "the server what "
    "has happened: a backup restored without a word, or somebody who shows people different plans. Do not "
    "trust what is "
    "fetched before it is explained. Keep the lines below; they are the server's own signature on what it "
    "has said."};
constexpr Phrase on_hold{"Planen er satt på vent på denne enheten: du kan lese, men ingenting sendes.",
                         "The plan is on hold on this device: you can read, but nothing is sent."};
constexpr Phrase of_log{"loggen", "the log"};

struct FaultText {
  std::string_view what;
  Phrase text;
};
constexpr FaultText fault_texts[] = {
    {"note",
     {"Det tjeneren kaller et kontrollpunkt, er ikke signert av den.",
      "What the server calls a checkpoint is not signed by it."}},
    {"gone",
     {"Tjeneren har ikke lenger noe kontrollpunkt. Sist hadde den ett.",
      "The server no longer has a checkpoint. It had one before."}},
    {"generation",
     {"Tjeneren er tilbake i en eldre utgave av seg selv enn sist.",
      "The server is back in an older state of itself than before."}},
    {"smaller",
     {"Tjeneren viser færre dager enn før: noe er tatt bort.",
      "The server shows fewer days than before: something was taken away."}},
    {"history",
     {"Tjeneren viser en annen historie enn før.", "The server shows another history than before."}},
    {"day",
     {"Kontrollpunktet inneholder ikke det tjeneren sier står i det.",
      "The checkpoint does not hold what the server says is in it."}},
    {"stale",
     {"Tjeneren har ikke laget noe nytt kontrollpunkt på over to dager.",
      "The server has made no new checkpoint for more than two days."}},
    {"receipt",
     {"Tjeneren sier noe annet om planen nå enn den har sagt før.",
      "The server says something else about the plan than it has said before."}},
    {"head",
     {"Planen i kontrollpunktet er en annen enn den du har fått.",
      "The plan in the checkpoint is another than the one you were given."}},
    {"missing",
     {"Kontrollpunktet mangler noe av planen som tjeneren har sagt at den hadde.",
      "The checkpoint lacks something of the plan that the server has said it had."}},
    {"ahead",
     {"Kontrollpunktet har mer av planen enn tjeneren sier til deg at det er.",
      "The checkpoint has more of the plan than the server tells you there is."}},
};

std::string fault_text(const ProofFault& fault, Language language) {
  std::string text = fault.what;
  for (const FaultText& known : fault_texts)
    if (known.what == fault.what) text = known.text.in(language);
  if (fault.plan.is_zero()) return text;
  const std::string section = section_code_of(fault.section);
  return text + " (plan " + short_id(fault.plan.hex()) + ", " +
         (section.empty() ? std::string(of_log.in(language)) : section_label(section, language)) + ")";
}

void good_line(Visit& v, const std::string& text) { v.page.line({{"ok    ", Tone::good}, {text}}, 2); }
void bad_line(Visit& v, const std::string& text) {
  v.page.line({{v.say({"FEIL  ", "WRONG "}), Tone::bad}, {text}}, 2);
}
void quiet_line(Visit& v, const Phrase& phrase, std::uint64_t count) {
  if (count != 0) v.page.line(v.say(phrase, {std::to_string(count)}), 8, Tone::quiet);
}

void print_faults(Visit& v, const ProofReport& report) {
  bool has_plan = false;
  for (const ProofFault& fault : report.faults) {
    bad_line(v, fault_text(fault, v.language()));
    has_plan = has_plan || !fault.plan.is_zero();
  }
  if (has_plan) v.page.line(v.say(on_hold), 2);
  v.page.line(v.say(what_to_do), 2);
  for (const std::string& note : {report.before, report.note})
    if (!note.empty()) v.page.raw("\n" + printable(note));
  v.page.blank();
}

}  // namespace

bool print_proof(Visit& v, const Result<ProofReport>& proof) {
  if (!proof.ok()) {
    if (proof.code() == Errc::forged) {
      bad_line(v, v.say(stranger));
      return false;
    }
    const std::string why = v.language() == Language::nb && !proof.error().detail.empty()
                                ? proof.error().detail
                                : v.say(error_phrase(errc_name(proof.code())));
    v.page.line({{v.say(not_looked), Tone::waiting}, {v.say(no_contact, {why})}}, 2);
    return true;
  }
  const ProofReport& r = *proof;
  if (!r.faults.empty()) {
    print_faults(v, r);
    return false;
  }
  if (!r.has_checkpoint) {
    v.page.line({{v.say(not_looked), Tone::waiting}, {v.say(none_yet)}}, 2);
    return true;
  }
  const std::string number = std::to_string(r.size);
  const std::string when = when_text(r.made_ms, v.now(), v.language());
  good_line(v, v.say(server) + " · " +
                   (r.size_before == 0 || r.restored
                        ? v.say(first, {number, when})
                        : v.say(continues, {number, when, std::to_string(r.size_before)})));
  if (r.restored) v.page.line(v.say(restored, {std::to_string(r.generation)}), 8, Tone::question);
  quiet_line(v, held, r.chains);
  quiet_line(v, behind, r.behind);
  quiet_line(v, forgotten, r.forgotten);
  quiet_line(v, too_new, r.too_new);
  quiet_line(v, unanswered, r.unanswered);
  v.page.line(v.say(compare, {number, r.code}), 8, Tone::quiet);
  return true;
}

json proof_json(const ProofReport& r) {
  json faults = json::array();
  for (const ProofFault& f : r.faults) {
    json one = {{"what", f.what}, {"detail", f.detail}};
    if (!f.plan.is_zero()) {
      one["plan"] = f.plan.hex();
      one["section"] = section_code_of(f.section);
    }
    faults.push_back(std::move(one));
  }
  return {{"ok", true},
          {"all_good", r.faults.empty()},
          {"has_checkpoint", r.has_checkpoint},
          {"generation", r.generation},
          {"size", r.size},
          {"size_before", r.size_before},
          {"made_ms", r.made_ms},
          {"code", r.code},
          {"note", r.note},
          {"note_before", r.before},
          {"restored", r.restored},
          {"plans", r.plans},
          {"chains", r.chains},
          {"behind", r.behind},
          {"forgotten", r.forgotten},
          {"too_new", r.too_new},
          {"unanswered", r.unanswered},
          {"faults", std::move(faults)}};
}

}  // namespace samplan::cli
