// A section as JSON for screens, the command line and comparisons. Only reads. Field names are those of
// schema.h; nothing of this device is in it except the mark "pending" on what the server has not confirmed.
//
//   { "section": 3, "seq": 17,
//     "records": { "goal": [ { "id", "kind", "created": BY, "fields": { name: value or [members] },
//                              "conflict": { name: [VERSION] },   differing living values of an important
//                              field "also": { name: [VERSION] },       the same of another field, first is
//                              shown "before": { name: VERSION },       what the field said last "contested":
//                              [name], "malformed": [name], "folded": { name: count },
//                              "removed_while_edited": { "removed": [BY], "edited": [BY with "field"] } } ]
//                              },
//     "outline": [ { "goal", "depth", "measures": [id] } ], "without_goal": [id],   outline.h
//     "removed": [ { "id", "kind", "fields", "removed": [BY] } ],
//     "proposals": [ { "id", "by": BY, "state", "note", "ops": [...], "answered": BY, "reason" } ],
//     "unknown": count of records of kinds that this version does not know }
//   BY = { person, device, on_behalf or null, time or null, seq or null, pending }; VERSION = BY with
//   "value", "op", and "refers_to" if the value names a record that is here.
// Empty parts of a record are left out. Records stand in the order of outline.h.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "client-core/plan/conflicts.h"
#include "client-core/plan/section_state.h"

namespace samplan::plan {

nlohmann::json section_view(const SectionState& state, const RoleOf& role_of = {});
nlohmann::json conflicts_view(const SectionState& state, const RoleOf& role_of = {});

// The view of a confirmed state as text, without roles: byte for byte the same on all devices with equal
// state.
std::string section_digest_json(const SectionState& confirmed);

// "<32 hex digits>:<counter>", how operations and proposals are named in JSON.
std::string op_id_text(const OpId& id);
std::optional<OpId> parse_op_id(std::string_view text);

}  // namespace samplan::plan
