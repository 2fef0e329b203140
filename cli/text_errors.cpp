// What each error code means to a person, in both languages. A test holds this list against base/result.h.
#include "cli/visit.h"

namespace samplan::cli {
namespace {

struct CodePhrase {
  Errc code;
  Phrase phrase;
};

constexpr CodePhrase phrases[] = {
    {Errc::malformed,
     {"Det følger ikke formatet og kan ikke leses.", "It does not follow the format and cannot be read."}},
    {Errc::truncated, {"Det er kuttet av og kan ikke leses.", "It is cut off and cannot be read."}},
    {Errc::too_large, {"Det er for stort.", "It is too large."}},
    {Errc::unknown_version,
     {"Det er skrevet av en nyere utgave. Oppdater Samplan.",
      "It was written by a newer version. Update Samplan."}},
    {Errc::not_utf8,
     {"Teksten har tegn som ikke kan brukes.", "The text has characters that cannot be used."}},
    {Errc::invalid_argument, {"Det kan ikke brukes her.", "That cannot be used here."}},
    {Errc::forged,
     {"Signaturen stemmer ikke. Ingenting er endret.", "The signature does not hold. Nothing was changed."}},
    {Errc::cannot_open,
     {"Innholdet kan ikke åpnes med nøklene her.", "It cannot be opened with the keys here."}},
    {Errc::wrong_passphrase, {"Feil passord eller PIN.", "Wrong passphrase or PIN."}},
    {Errc::no_key,
     {"Denne enheten mangler nøkkelen. Den kan komme neste gang du henter («samplan sync»).",
      "This device lacks the key. It may come when you next fetch (“samplan sync”)."}},
    {Errc::not_allowed, {"Du har ikke tilgang til å gjøre dette.", "You may not do this."}},
    {Errc::log_conflict,
     {"Planen er endret av andre i mellomtiden. Prøv en gang til.",
      "The plan has changed meanwhile. Try once more."}},
    {Errc::cut_conflict,
     {"Planen er endret av andre i mellomtiden. Prøv en gang til.",
      "The plan has changed meanwhile. Try once more."}},
    {Errc::bad_recipients,
     {"Nøklene går ikke til dem loggen sier. Ingenting er endret.",
      "The keys do not go to those the log names. Nothing was changed."}},
    {Errc::bad_record, {"Det bryter en regel i planens logg.", "It breaks a rule of the plan's log."}},
    {Errc::unknown_plan, {"Serveren kjenner ikke planen.", "The server does not know the plan."}},
    {Errc::unknown_principal, {"Ukjent person eller enhet.", "Unknown person or unit."}},
    {Errc::no_consent, {"Planeieren har ikke samtykket ennå.", "The owner has not consented yet."}},
    {Errc::withdrawn, {"Tilgangen din er avsluttet.", "Your access has ended."}},
    {Errc::epoch_stale,
     {"Nøkkelen er gammel. Send og hent først («samplan sync»).",
      "The key is old. Send and fetch first (“samplan sync”)."}},
    {Errc::rotation_due,
     {"Planen skal ha ny nøkkel. Send og hent først («samplan sync»).",
      "The plan is due a new key. Send and fetch first (“samplan sync”)."}},
    {Errc::author_gap,
     {"Noe mangler mellom endringene. Send og hent først («samplan sync»).",
      "Something is missing between changes. Send and fetch first (“samplan sync”)."}},
    {Errc::author_fork,
     {"To enheter har skrevet med samme nøkkel.", "Two devices have written with the same key."}},
    {Errc::frozen,
     {"Planen stemmer ikke med det andre ser. Du kan lese, men ikke sende.",
      "The plan does not match what others see. You can read, but not send."}},
    {Errc::not_found, {"Finner det ikke på denne enheten.", "It is not on this device."}},
    {Errc::already_exists, {"Det finnes allerede.", "It is there already."}},
    {Errc::busy,
     {"Et annet Samplan-program bruker mappen nå. Vent til det er ferdig, eller lukk det.",
      "Another Samplan program uses this folder now. Wait until it is done, or close it."}},
    {Errc::not_saved,
     {"Ikke lagret. Sjekk om disken er full eller skrivebeskyttet.",
      "Not saved. Check whether the disk is full or read-only."}},
    {Errc::corrupt,
     {"Filene på denne enheten henger ikke sammen. Kjør «samplan doctor».",
      "The files on this device do not fit together. Run “samplan doctor”."}},
    {Errc::locked, {"Passordet mangler.", "The passphrase is missing."}},
    {Errc::lease_ended,
     {"Planen er lukket på denne enheten til den har hatt kontakt med tjeneren («samplan sync»).",
      "The plan is closed on this device: too long without contact. Connect and run “samplan sync”; it then opens again."}},
    {Errc::locked_out,
     {"For mange feil passord. Vent litt.", "Too many wrong passphrases. Wait a while."}},
    {Errc::io, {"Filen kan ikke leses.", "The file cannot be read."}},
    {Errc::offline, {"Uten dekning. Du kan jobbe som vanlig.", "No connection. You can work as usual."}},
    {Errc::bad_reply,
     {"På adressen svarer ingen Samplan-server. Er adressen riktig?",
      "No Samplan server answers there. Is the address right?"}},
    {Errc::refused,
     {"Serveren tar ikke imot denne enheten. Spør den som inviterte deg, eller driften.",
      "The server does not accept this device. Ask who invited you, or those who run it."}},
    {Errc::try_later,
     {"Får ikke sendt nå. Arbeidet ditt er lagret her.", "Cannot send now. Your work is saved here."}},
};

// Places whose sentences are worth having in English; in bokmål the core says them itself.
struct PlacePhrase {
  std::string_view where;
  std::string_view en;
};

constexpr PlacePhrase places[] = {
    {"device.closed",
     "This device has been closed from another of your devices. Text that was not sent is still here and can be read."},
    {"phone.code", "A code has nine digits and nothing else, like 123 456 789."},
    {"phone.over", "The code has expired. Nobody has got the invitation. Make a new one with “samplan invite --phone”."},
    {"phone.dead",
     "Somebody typed a wrong code three times, so it holds no more. Nobody has got the invitation. Make a new one with "
     "“samplan invite --phone”, and read the digits clearly."},
    {"phone.message",
     "Somebody else has written where your code waits. Nobody has got the invitation. Make a new one with “samplan invite "
     "--phone”."},
    {"phone.unthanked",
     "The code was right, but no answer says that the invitation arrived. See “samplan invites”: if it is not used, "
     "withdraw it and make a new one."},
    {"phone.number", "The server gave no number for the code. Try again a little later."},
    {"phone.unknown",
     "The code has expired, was used or broken off, or its first three digits are wrong. Nothing was changed. Listen once "
     "more, or ask for a new code."},
    {"phone.used", "Somebody else has used the code. Nothing was changed. Tell whoever read it out, and ask for a new one."},
    {"phone.dead_code", "The code was typed wrongly three times and holds no more. Nothing was changed. Ask for a new one."},
    {"phone.answer",
     "Somebody other than the one who read out the code has answered. Nothing was changed. Ask for a new code."},
    {"phone.server", "The invitation is for another server. Nothing was changed. Ask whoever read out the code for the address."},
    {"phone.wrong", "The code is not right. Nothing was changed. Listen once more and try again."},
};

}  // namespace

std::string_view place_in_english(std::string_view where) {
  for (const PlacePhrase& entry : places)
    if (where == entry.where) return entry.en;
  return {};
}

Phrase error_phrase(std::string_view code) {
  for (const CodePhrase& entry : phrases)
    if (code == errc_name(entry.code)) return entry.phrase;
  return {"Det gikk ikke.", "It did not work."};
}

}  // namespace samplan::cli
