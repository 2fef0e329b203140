// Own text that can no longer be sent where it was written: kept on this device, readable by its author only, until
// the author hands it over, exports it or discards it. Nothing of others' text is in it (protocol: C5).
#pragma once

#include <string>
#include <vector>

#include "client-core/plan_file.h"

namespace samplan {

struct QuarantinedChange {
  std::string entity;  // hex
  std::string kind;    // record kind, empty if unknown
  std::string field;
  std::string label;   // bokmål label of the field
  std::string value;
  UnixMs wall_ms = 0;
  friend bool operator==(const QuarantinedChange&, const QuarantinedChange&) = default;
};

struct Quarantined {
  Bytes key;  // names the item
  PlanId plan;
  SectionId section = 0;
  std::string reason;  // code: "withdrawn", "section_closed", "not_permitted"
  UnixMs since_ms = 0;
  bool handed_over = false;
  std::vector<QuarantinedChange> changes;
};

Bytes write_changes(const std::vector<QuarantinedChange>& changes);
// errors: malformed, truncated, too_large, not_utf8.
Result<std::vector<QuarantinedChange>> read_changes(ByteView bytes);

// Moves all unsent changes of a section to quarantine. Joins the caller's transaction.
Status quarantine_unsent(Context& ctx, PlanFile& plan, SectionId section, std::string_view reason);

Result<std::vector<Quarantined>> list_quarantine(Context& ctx);
Result<std::optional<Quarantined>> find_quarantine(Context& ctx, ByteView key);
Status put_quarantine(Context& ctx, const Quarantined& q);
Status discard_quarantine(Context& ctx, ByteView key);

}  // namespace samplan
