#include "client-core/plan/schema.h"

#include <algorithm>
#include <optional>

#include "base/limits.h"
#include "base/time.h"
#include "base/utf8.h"
#include "client-core/plan/limits.h"

namespace samplan::plan {
namespace {

using V = ValueType;
using S = ShownFirst;
constexpr bool important = true;

template <std::size_t N>
constexpr FieldSpec choice(FieldId id, std::string_view name, std::string_view label,
                           const Choice (&choices)[N], bool is_important = false, S shown_first = S::latest) {
  return {id, name, label, V::choice, is_important, shown_first, std::span<const Choice>(choices), {}};
}

constexpr FieldSpec link(FieldId id, std::string_view name, std::string_view label, V type,
                         std::string_view kind) {
  return {id, name, label, type, false, S::latest, {}, kind};
}

constexpr Choice plan_status[] = {
    {"utkast", "utkast"},    {"til_enighet", "til enighet"},       {"aktiv", "aktiv"},
    {"pa_vent", "på vent"},  {"under_revisjon", "under revisjon"}, {"avsluttet", "avsluttet"},
    {"arkivert", "arkivert"}};
constexpr Choice participant_role[] = {{"owner", "planeier"},
                                       {"coordinator", "koordinator"},
                                       {"provider", "tjenesteyter"},
                                       {"relative", "pårørende"},
                                       {"guardian", "verge"},
                                       {"adviser", "rådgiver"},
                                       {"other_service", "annen tjeneste"},
                                       {"coordinating_unit", "koordinerende enhet"}};
constexpr Choice consent_kind[] = {{"plan", "individuell plan"}, {"access", "innsyn"}};
constexpr Choice consent_form[] = {{"signed", "signert"}, {"written", "skriftlig"}, {"oral", "muntlig"}};
constexpr Choice consent_state[] = {{"bedt_om", "bedt om"}, {"gitt", "gitt"},
                                    {"avslatt", "avslått"}, {"trukket", "trukket"},
                                    {"utlopt", "utløpt"},   {"ma_fornyes", "må fornyes"}};
constexpr Choice meeting_form[] = {{"felles", "felles"}, {"enkeltvis", "enkeltvis"}};
constexpr Choice cooperation_need[] = {{"nodvendig", "nødvendig"}, {"onskelig", "ønskelig"}};
constexpr Choice goal_term[] = {{"langsiktig", "langsiktig mål"}, {"delmal", "delmål"}};
constexpr Choice goal_status[] = {
    {"foreslatt", "foreslått"},     {"enig", "enig"},           {"pagar", "pågår"},        {"nadd", "nådd"},
    {"delvis_nadd", "delvis nådd"}, {"ikke_nadd", "ikke nådd"}, {"avsluttet", "avsluttet"}};
constexpr Choice measure_kind[] = {{"helsetjeneste", "helsetjeneste"},
                                   {"teknisk_hjelpemiddel", "teknisk hjelpemiddel"},
                                   {"praktisk_tilrettelegging", "praktisk tilrettelegging"},
                                   {"sosialtjeneste", "sosialtjeneste"},
                                   {"stottekontakt", "støttekontakt"},
                                   {"stonad", "stønad"},
                                   {"opplaring", "opplæring"},
                                   {"attforing", "attføring"},
                                   {"annet", "annet"}};
constexpr Choice measure_status[] = {{"onsket", "ønsket"},
                                     {"sokt", "søkt"},
                                     {"vedtatt", "vedtatt"},
                                     {"pagar", "pågår"},
                                     {"fungerer_ikke", "fungerer ikke"},
                                     {"utfort", "utført"},
                                     {"avsluttet", "avsluttet"},
                                     {"avslatt", "avslått"}};

constexpr FieldSpec plan_fields[] = {
    {1, "title", "Tittel", V::line},
    {2, "matters_most", "Hva som er viktig for meg", V::text, important, S::owner},
    choice(3, "status", "Status", plan_status, important, S::professional),
    {4, "period_start", "Planperioden starter", V::date, important},
    {5, "period_end", "Planperioden slutter", V::date, important},
    {6, "owner_name", "Planeiers navn", V::line},
    {7, "birth_date", "Fødselsdato", V::date},
    {8, "contact", "Kontakt", V::line},
    {9, "address", "Adresse", V::statement},
    {10, "language", "Språk", V::line},
    {11, "culture", "Kultur", V::text},
    {12, "reference", "Referanse", V::line},
};
constexpr FieldSpec participant_fields[] = {
    {1, "name", "Navn", V::line, important},
    choice(2, "role", "Rolle", participant_role),
    {3, "on_behalf_of", "På vegne av", V::line},
    {4, "contact", "Kontakt", V::line},
    {5, "period_start", "Fra", V::date},
    {6, "period_end", "Til", V::date},
    {7, "principal", "Nøkkelidentitet", V::principal},
};
constexpr FieldSpec strength_fields[] = {{1, "text", "Ressurs", V::statement, important}};
constexpr FieldSpec contribution_fields[] = {
    {1, "who", "Hvem", V::line},
    {2, "text", "Bidrag", V::statement, important},
};
constexpr FieldSpec sub_plan_fields[] = {
    {1, "kind", "Type delplan", V::line},       {2, "title", "Tittel", V::line, important},
    {3, "organisation", "Virksomhet", V::line}, {4, "period_start", "Fra", V::date},
    {5, "period_end", "Til", V::date},          {6, "status", "Status", V::line, false, S::professional},
    {7, "reference", "Referanse", V::line},
};
constexpr FieldSpec consent_fields[] = {
    choice(1, "kind", "Samtykke til", consent_kind),
    link(2, "participant", "Deltaker", V::ref, "participant"),
    {3, "what", "Hva samtykket gjelder", V::statement, important},
    {4, "who", "Hvem det gjelder", V::statement, important},
    {5, "use", "Hva opplysningene brukes til", V::statement, important},
    {6, "consequence", "Hva det betyr å si nei", V::statement, important},
    {7, "explained_by", "Forklart av", V::line},
    {8, "explained_at", "Forklart når", V::time},
    choice(9, "form", "Form", consent_form),
    {10, "witness", "Vitne", V::line},
    {11, "review_date", "Skal vurderes på nytt", V::date},
    choice(12, "state", "Tilstand", consent_state),
};
constexpr FieldSpec meeting_fields[] = {
    {1, "time", "Tidspunkt", V::time, important},
    {2, "place", "Sted", V::line, important},
    {3, "invited", "Innkalt", V::text},
    {4, "agenda", "Saksliste", V::text, important},
    {5, "minutes", "Referat", V::text, important},
    {6, "decisions", "Beslutninger", V::text, important},
    choice(7, "form", "Møteform", meeting_form),
};
constexpr FieldSpec message_fields[] = {{1, "text", "Melding", V::statement}};
constexpr FieldSpec review_fields[] = {
    {1, "date", "Dato", V::date, important},
    {2, "against", "Vurdert opp mot", V::text},
    {3, "result", "Resultat", V::text, important},
};
constexpr FieldSpec cooperation_fields[] = {
    {1, "party", "Samarbeidspart", V::line, important},
    choice(2, "need", "Behov for samarbeidet", cooperation_need),
    {3, "state", "Tilstand", V::line, important},
};
constexpr FieldSpec assessment_fields[] = {
    {1, "date", "Dato", V::date, important},
    {2, "text", "Kartlegging", V::text, important},
};
constexpr FieldSpec need_fields[] = {
    {1, "text", "Behov", V::statement, important},
    {2, "date", "Gjelder fra", V::date, important},
    {3, "reference", "Referanse", V::line},
};
constexpr FieldSpec goal_fields[] = {
    {1, "text", "Mål", V::statement, important, S::owner},
    {2, "whose_words", "Med hvem sine ord", V::line, false, S::owner},
    choice(3, "term", "Langsiktig mål eller delmål", goal_term),
    {4, "parent", "Delmål av", V::ref, important, S::latest, {}, "goal"},
    {5, "priority", "Prioritet", V::number, important},
    {6, "target_date", "Måldato", V::date, important},
    choice(7, "status", "Status", goal_status, important, S::professional),
    {8, "achievement", "Måloppnåelse", V::text, important},
    link(9, "needs", "Behov som målet gjelder", V::refs, "need"),
    {10, "reference", "Referanse", V::line},
};
constexpr FieldSpec measure_fields[] = {
    {1, "text", "Tiltak", V::statement, important},
    choice(2, "kind", "Type tiltak", measure_kind),
    {3, "extent", "Omfang", V::statement, important, S::professional},
    {4, "responsible", "Ansvarlig", V::line, important},
    {5, "how", "Hvordan", V::text, important, S::professional},
    {6, "where", "Hvor", V::statement, important},
    {7, "by_whom", "Av hvem", V::statement, important, S::professional},
    {8, "start_date", "Starter", V::date, important},
    {9, "end_date", "Slutter", V::date, important},
    link(10, "goals", "Mål som tiltaket gjelder", V::refs, "goal"),
    link(11, "depends_on", "Avhenger av", V::refs, "measure"),
    {12, "decision", "Vedtak", V::line},
    choice(13, "status", "Status", measure_status, important, S::professional),
    {14, "code", "Kode", V::line},
    {15, "reference", "Referanse", V::line},
    // The one goal under which it is listed; `goals` are all that it serves.
    {16, "main_goal", "Hovedmål", V::ref, important, S::latest, {}, "goal"},
};
constexpr FieldSpec note_fields[] = {
    {1, "text", "Notat", V::statement},
    link(2, "measure", "Tiltak", V::ref, "measure"),
    {3, "visited_at", "Besøkt når", V::time},
};
constexpr FieldSpec failure_report_fields[] = {
    link(1, "measure", "Tiltak", V::ref, "measure"),
    {2, "text", "Hva som ikke fungerer", V::statement},
    {3, "responsible", "Hvem som svarer", V::line},
};

constexpr bool own = true;
constexpr bool append_only = true;
constexpr bool single = true;
constexpr bool ordered = true;

constexpr KindSpec kinds[] = {
    {1, "plan", "Planen", Home::basis, plan_fields, false, false, single},
    {2, "participant", "Deltaker", Home::basis, participant_fields, false, false, false, ordered},
    {3, "strength", "Ressurs", Home::basis, strength_fields, false, false, false, ordered},
    {4, "contribution", "Bidrag", Home::basis, contribution_fields, own, false, false, ordered},
    {5, "sub_plan", "Delplan", Home::basis, sub_plan_fields, false, false, false, ordered},
    {6, "consent", "Samtykke", Home::basis, consent_fields},
    {7, "meeting", "Møte", Home::coordination, meeting_fields},
    {8, "message", "Melding", Home::coordination, message_fields, own, append_only},
    {9, "review", "Evaluering", Home::coordination, review_fields},
    {10, "cooperation", "Samarbeid", Home::coordination, cooperation_fields, false, false, false, ordered},
    {11, "assessment", "Kartlegging", Home::life_area, assessment_fields},
    {12, "need", "Behov", Home::life_area, need_fields, false, false, false, ordered},
    {13, "goal", "Mål", Home::life_area, goal_fields, false, false, false, ordered},
    {14, "measure", "Tiltak", Home::life_area, measure_fields, false, false, false, ordered},
    {15, "note", "Besøksnotat", Home::life_area, note_fields, false, append_only},
    {16, "failure_report", "Det fungerer ikke", Home::life_area, failure_report_fields, own, append_only},
};

// Whole and fraction digits of a number, or not a number.
struct Decimal {
  bool negative = false;
  std::int64_t millionths = 0;
};

std::optional<Decimal> parse_number(std::string_view text) {
  Decimal out;
  if (!text.empty() && text.front() == '-') {
    out.negative = true;
    text.remove_prefix(1);
  }
  const auto point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view("0");
  const auto digits = [](std::string_view s, std::size_t max) {
    return !s.empty() && s.size() <= max &&
           std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!digits(whole, bounds::number_whole_digits_max) ||
      !digits(fraction, bounds::number_fraction_digits_max))
    return std::nullopt;
  for (const char c : whole) out.millionths = out.millionths * 10 + (c - '0');
  for (std::size_t i = 0; i < bounds::number_fraction_digits_max; ++i)
    out.millionths = out.millionths * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  if (out.negative) out.millionths = -out.millionths;
  return out;
}

template <class IdType>
bool is_id(std::string_view text) {
  const auto id = IdType::parse(text);
  return id.has_value() && id->hex() == text;
}

Status wrong(const char* sentence) { return Error{Errc::invalid_argument, "check_value", sentence}; }

Status too_long() { return Error{Errc::too_large, "check_value", "Teksten er for lang for dette feltet."}; }

}  // namespace

std::span<const KindSpec> all_kinds() { return kinds; }

const KindSpec* find_kind(RecordKind id) {
  static_assert(kinds[0].id == 1 &&
                kinds[std::size(kinds) - 1].id == std::size(kinds));  // so the number is the place
  return id >= 1 && id <= std::size(kinds) ? &kinds[id - 1] : nullptr;
}

const KindSpec* find_kind(std::string_view name) {
  for (const KindSpec& kind : kinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

const FieldSpec* find_field(const KindSpec& kind, FieldId id) {
  for (const FieldSpec& field : kind.fields)
    if (field.id == id) return &field;
  return nullptr;
}

const FieldSpec* find_field(const KindSpec& kind, std::string_view name) {
  for (const FieldSpec& field : kind.fields)
    if (field.name == name) return &field;
  return nullptr;
}

// Section numbers as sync/log/sections.h lists them; the plan model does not depend on the log.
bool may_hold(SectionId section, const KindSpec& kind) {
  switch (kind.home) {
    case Home::basis: return section == 1;
    case Home::coordination: return section == 2;
    case Home::life_area: return section >= 3 && section <= 10;
    case Home::case_file: return section == 11;
  }
  return false;
}

Status check_value(const FieldSpec& field, std::string_view value) {
  if (value.size() > limits::text_bytes_max) return too_long();
  if (!is_plain_text(value))
    return Error{Errc::not_utf8, "check_value", "Teksten inneholder tegn som ikke kan lagres."};
  if (value.empty()) return {};
  switch (field.type) {
    case V::text:
    case V::statement: return {};
    case V::line:
      if (value.size() > bounds::line_bytes_max) return too_long();
      return value.find('\n') == std::string_view::npos ? Status() : wrong("Feltet kan bare ha én linje.");
    case V::date:
      return parse_date(value) ? Status() : wrong("Skriv datoen som år-måned-dag, for eksempel 2026-11-22.");
    case V::time: return parse_iso(value) ? Status() : wrong("Skriv tidspunktet slik: 2026-11-22T10:30Z.");
    case V::number: return parse_number(value) ? Status() : wrong("Skriv et tall, for eksempel 2 eller 1.5.");
    case V::choice:
      for (const Choice& c : field.choices)
        if (c.code == value) return {};
      return wrong("Verdien er ikke blant valgene for dette feltet.");
    case V::ref:
    case V::refs: return is_id<EntityId>(value) ? Status() : wrong("Lenken må være en gyldig id (32 tegn).");
    case V::principal:
      return is_id<PrincipalId>(value) ? Status() : wrong("Identiteten må være en gyldig id (64 tegn).");
  }
  return wrong("Feltet er av en ukjent type.");
}

bool number_before(std::string_view a, std::string_view b) {
  const auto x = parse_number(a);
  const auto y = parse_number(b);
  if (!x || !y) return x.has_value() && !y.has_value();
  return x->millionths < y->millionths;
}

}  // namespace samplan::plan
