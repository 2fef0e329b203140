// What a section asks people about: fields with differing concurrent values, and records removed while
// edited. One item for each entity and field, however many values there are. Only reads; settling is the
// editor's business.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "client-core/plan/section_state.h"

namespace samplan::plan {

// What decides which concurrent value is shown first. Given at view time, so that the fold needs no roles.
enum class RoleClass : std::uint8_t { other, owner, professional };  // professional: coordinator or provider
using RoleOf = std::function<RoleClass(const PrincipalId&)>;

// One living value; values that differ only in letter case and white space are one, the first shown speaks
// for all.
struct Version {
  std::string value;
  OpId op;
  PrincipalId person;
  DeviceId device;
  std::optional<PrincipalId> on_behalf;
  UnixMs wall_ms = 0;
  std::uint64_t seq = 0;
  bool pending = false;  // own, not confirmed by the server; seq means nothing then
};

// Living values in display order: role for this field, then later in the section, then operation id.
// `field` may be null (unknown field): then no role counts. Empty if the field has no value.
std::vector<Version> versions_of(const SectionState& state, const merge::Register& field,
                                 const FieldSpec* spec, const RoleOf& role_of);
Version version_of(const SectionState& state, const merge::Stamp& stamp, std::string value);

enum class ConflictType : std::uint8_t { values, removed_while_edited, text };

// A paragraph of a text that people changed without seeing each other. It has been merged; a person is asked whether it
// still says what they meant.
struct TextConflict {
  struct Side {
    Version last;                 // the last of the side's edits; its value is the paragraph as this person had it
    bool missing = false;         // not all of its words are on this device
    bool knows_when = false;      // false: the device has written more since, and the history knows
  };
  std::string now;
  std::string before;  // all sides
  bool before_missing = false;
  std::vector<Side> sides;
};

struct Conflict {
  ConflictType type = ConflictType::values;
  SectionId section = 0;
  EntityId entity;
  RecordKind kind = 0;
  FieldId field = 0;              // 0 for removed_while_edited
  std::vector<Version> versions;  // values: in display order. removed_while_edited: the removals
  std::vector<Version> edits;  // removed_while_edited: the latest unseen edit of each field, value included
  std::vector<FieldId> edit_fields;  // the field of each of `edits`; 0 = "keep it" or the creation
  std::optional<Version> before;     // what the field said before, if known
  std::vector<TextConflict> paragraphs;  // text
  std::uint32_t folded = 0;          // further values beyond the bound, not listed
};

// In the records' order (outline.h), then by field number. Only important fields of known kinds; none of
// removed ones.
// What people are asked about in one text.
std::vector<TextConflict> text_conflicts(const SectionState& state, const TextField& field);
std::vector<Conflict> list_conflicts(const SectionState& state, const RoleOf& role_of = {});

}  // namespace samplan::plan
