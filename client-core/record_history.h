// What has happened to one record, read from the envelopes that this device keeps and its own unsent changes.
// Costs nothing until it is asked for; nothing of it is stored beside the envelopes.
#pragma once

#include <vector>

#include "client-core/context.h"
#include "client-core/plan/history.h"
#include "client-core/plan_file.h"

namespace samplan {

// The batches of an envelope that this device can read; empty for anything else.
std::vector<plan::Batch> batches_of(Context& ctx, const PlanFile& file, const Envelope& envelope);

struct RecordChanges {
  std::vector<plan::Change>
      changes;             // in section order, unsent ones last; point into the shown state of `file`
  bool from_start = true;  // false: older changes are not on this device
  bool can_fetch = false;  // and PlanFile::want_history() would get them
};

// `field` 0: the whole record. errors: of reading the replica.
Result<RecordChanges> record_changes(Context& ctx, PlanFile& file, SectionId section, const EntityId& record,
                                     plan::FieldId field);

}  // namespace samplan
