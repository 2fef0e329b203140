#include "cli/print_sync.h"

#include <map>

#include "cli/json_read.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

constexpr Phrase sent_one{"Sendt: 1 endring.", "Sent: 1 change."};
constexpr Phrase sent_many{"Sendt: %1 endringer.", "Sent: %1 changes."};
constexpr Phrase fetched_one{"Hentet: 1 endring fra andre.", "Fetched: 1 change from others."};
constexpr Phrase fetched_many{"Hentet: %1 endringer fra andre.", "Fetched: %1 changes from others."};
constexpr Phrase nothing{"Ingenting nytt.", "Nothing new."};
constexpr Phrase sending{"Sender og henter … %1 sendt, %2 hentet",
                         "Sending and fetching … %1 sent, %2 fetched"};
constexpr Phrase waiting{"Får ikke sendt nå. Prøver igjen om %1 s.",
                         "Cannot send now. Trying again in %1 s."};
constexpr Phrase in_plan{" (plan %1)", " (plan %1)"};
constexpr Phrase in_section{" (plan %1, %2)", " (plan %1, %2)"};

struct NoticeText {
  std::string_view what;
  Phrase text;
  Tone tone;
};

constexpr NoticeText notices[] = {
    {"new_plan", {"Du har fått en ny plan.", "You have a new plan."}, Tone::good},
    {"letter",
     {"Det har kommet et brev. Se «samplan requests» og «samplan hand-overs».",
      "A letter has come. See “samplan requests” and “samplan hand-overs”."},
     Tone::good},
    {"join_answer",
     {"Det har kommet svar på at du vil bli med. Se «samplan status».",
      "There is an answer to your wish to join. See “samplan status”."},
     Tone::good},
    {"access_ended",
     {"Du er ikke lenger deltaker i planen. Egen tekst som ikke ble sendt: «samplan quarantine list».",
      "You are no longer a participant in the plan. Own text that was not sent: “samplan quarantine list”."},
     Tone::bad},
    {"section_closed",
     {"En del av planen er stengt for deg. Egen tekst som ikke ble sendt: «samplan quarantine list».",
      "A part of the plan is closed to you. Own text that was not sent: “samplan quarantine list”."},
     Tone::waiting},
    {"frozen",
     {"Planen stemmer ikke med det andre ser. Du kan lese, men ikke sende. Si fra til koordinatoren.",
      "The plan does not match what others see. You can read, but not send. Tell the coordinator."},
     Tone::bad},
    {"refused",
     {"Noe ble ikke tatt imot. Se «samplan refused».", "Something was not accepted. See “samplan refused”."},
     Tone::bad},
    {"device_added",
     {"En ny enhet er lagt til hos deg. Var det ikke deg, lukk den: «samplan devices».",
      "A new device has been added to you. If that was not you, close it: “samplan devices”."},
     Tone::waiting},
    {"recovery_code_made",
     {"Det er laget en ny gjenopprettingskode for deg. Var det ikke deg, lukk den: «samplan devices».",
      "A new recovery code has been made for you. If that was not you, close it: “samplan devices”."},
     Tone::waiting},
    {"recovered",
     {"En ny enhet er lagt til hos deg med gjenopprettingskoden. Var det ikke deg, lukk den straks: «samplan devices».",
      "A new device has been added to you with the recovery code. If that was not you, close it at once: “samplan devices”."},
     Tone::bad},
    {"participant_recovered",
     {"%1 har kommet tilbake med gjenopprettingskoden sin på en ny enhet. Er du usikker på om det er rett person, spør.",
      "%1 has come back with the recovery code on a new device. If you doubt that it is the right person, ask."},
     Tone::waiting},
    {"participant_suspended",
     {"Tilgangen til %1 hviler fordi en enhet er meldt tapt.", "The access of %1 rests because a device is reported lost."},
     Tone::waiting},
    {"participant_resumed",
     {"%1 har fått tilgangen sin tilbake.", "%1 has the access back."},
     Tone::plain},
    {"recovery_asked",
     {"Noen har bedt om at %1 får tilgang på en ny enhet. Kjenner du ikke til det, spør, og stopp det: «samplan participants».",
      "Somebody has asked that %1 gets access on a new device. If you know nothing of it, ask, and stop it: “samplan participants”."},
     Tone::bad},
    {"recovery_completed",
     {"%1 har fått tilgang på en ny enhet. Den gamle er stengt ute.", "%1 has access on a new device. The old one is shut out."},
     Tone::waiting},
    {"recovery_cancelled",
     {"Ny tilgang for %1 er stoppet.", "New access for %1 has been stopped."},
     Tone::waiting},
    {"device_closed",
     {"En av enhetene dine er lukket. Se «samplan devices».", "One of your devices has been closed. See “samplan devices”."},
     Tone::waiting},
    {"restored",
     {"Tjeneren har begynt på nytt fra en sikkerhetskopi. Det du har her, er her fortsatt. Se «samplan doctor».",
      "The server has begun anew from a backup. What you have here is still here. See “samplan doctor”."},
     Tone::waiting},
    {"resealed",
     {"En endring ble pakket på nytt fordi planen har fått ny nøkkel.",
      "A change was sealed anew because the plan has a new key."},
     Tone::quiet},
};

}  // namespace

void print_report(Page& page, const native::SyncReport& report, Language language) {
  if (report.confirmed > 0)
    page.line(count_text(report.confirmed, sent_one, sent_many, language), 0, Tone::good);
  if (report.received > 0)
    page.line(count_text(report.received, fetched_one, fetched_many, language), 0, Tone::good);
  if (report.confirmed == 0 && report.received == 0 && report.notices.empty())
    page.line(nothing.in(language), 0, Tone::good);
  std::map<std::string, int> said;
  for (const Notice& notice : report.notices) {
    std::string text = notice.what;
    Tone tone = Tone::plain;
    for (const NoticeText& known : notices) {
      if (known.what != notice.what) continue;
      text = fill(known.text.in(language), {notice.detail});
      tone = known.tone;
    }
    if (!notice.plan.is_zero()) {
      const std::string section = section_code_of(notice.section);
      text += section.empty() ? fill(in_plan.in(language), {short_id(notice.plan.hex())})
                              : fill(in_section.in(language),
                                     {short_id(notice.plan.hex()), section_label(section, language)});
    }
    if (said[text]++ == 0) page.line(text, 0, tone);
  }
}

nlohmann::json report_json(const native::SyncReport& report) {
  nlohmann::json list = nlohmann::json::array();
  for (const Notice& notice : report.notices) {
    nlohmann::json item = {{"what", notice.what}, {"detail", notice.detail}};
    if (!notice.plan.is_zero()) item["plan"] = notice.plan.hex();
    const std::string section = section_code_of(notice.section);
    if (!section.empty()) item["section"] = section;
    list.push_back(std::move(item));
  }
  return {{"ok", true},
          {"exchanges", report.exchanges},
          {"received", report.received},
          {"confirmed", report.confirmed},
          {"notices", std::move(list)}};
}

std::string progress_text(const native::SyncProgress& progress, Language language) {
  if (progress.waiting_ms > 0)
    return fill(waiting.in(language), {std::to_string((progress.waiting_ms + 999) / 1000)});
  return fill(sending.in(language), {std::to_string(progress.confirmed), std::to_string(progress.received)});
}

}  // namespace samplan::cli
