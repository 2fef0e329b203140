// The table of record kinds and fields: what a plan can hold, which words people see for it, and how it
// merges. Adding a field or a kind is a line or a few lines in schema.cpp. Numbers and names are for ever:
// they stand in encrypted history. The table decides nothing about who may do what, except the two marks
// `own` and `append_only`.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace samplan::plan {

using RecordKind = std::uint16_t;
using FieldId = std::uint16_t;  // numbered within its record kind, from 1

// Goes into every stored state. Raise it when `own` or `append_only` of an existing kind changes, a kind is
// added or the encoding of a state changes: a state folded by another version is then folded again from the
// envelopes instead of being trusted.
inline constexpr std::uint16_t schema_version = 4;

enum class ValueType : std::uint8_t {
  text,       // several paragraphs that people write in together: merged character by character (text_field.h); at most
              // limits::text_bytes_max
  statement,  // a sentence or a few that mean something as a whole: two versions are a question, not a merge; as long
  line,       // one line, at most bounds::line_bytes_max
  date,       // YYYY-MM-DD
  time,       // ISO 8601, see parse_iso
  number,     // decimal digits with optional minus sign and point
  choice,     // a code of `choices`
  ref,        // entity id, 32 lower-case hexadecimal digits
  refs,       // set of ref
  principal,  // principal id, 64 lower-case hexadecimal digits
};

// Whose concurrent value is shown first. It never deletes one.
enum class ShownFirst : std::uint8_t { latest, owner, professional };

struct Choice {
  std::string_view code;
  std::string_view label;  // bokmål
};

struct FieldSpec {
  FieldId id;
  std::string_view name;   // in JSON and commands
  std::string_view label;  // bokmål, as people see it
  ValueType type;
  bool important = false;  // differing concurrent values are a conflict that people are asked about
  ShownFirst shown_first = ShownFirst::latest;
  std::span<const Choice> choices = {};
  std::string_view ref_kind = {};  // name of the kind that a ref or refs points to
};

enum class Home : std::uint8_t { basis, coordination, life_area, case_file };

struct KindSpec {
  RecordKind id;
  std::string_view name;
  std::string_view label;
  Home home;
  std::span<const FieldSpec> fields;
  bool own = false;          // who may only propose may create it and edit what the same person created
  bool append_only = false;  // set in the batch that creates it, then never changed or removed
  bool single = false;       // exactly one in the plan, with the fixed id plan_entity()
  bool ordered = false;      // people can change the order in which such records are listed
};

std::span<const KindSpec> all_kinds();
// Null for a kind or field that this version does not know.
const KindSpec* find_kind(RecordKind id);
const KindSpec* find_kind(std::string_view name);
const FieldSpec* find_field(const KindSpec& kind, FieldId id);
const FieldSpec* find_field(const KindSpec& kind, std::string_view name);

inline RecordKind kind_id(std::string_view name) {
  const KindSpec* kind = find_kind(name);
  return kind == nullptr ? RecordKind{0} : kind->id;
}

// The plan record itself: sixteen zero bytes.
inline EntityId plan_entity() { return {}; }

// Whether records of this kind belong in the section.
bool may_hold(SectionId section, const KindSpec& kind);

// Whether a value is what its field asks for; the empty string (cleared) always is. The error's detail is a
// sentence in bokmål. Values from others are not refused by it: they are kept and shown with a mark.
Status check_value(const FieldSpec& field, std::string_view value);

// Orders two values of type number; what is not a number comes last.
bool number_before(std::string_view a, std::string_view b);

}  // namespace samplan::plan
