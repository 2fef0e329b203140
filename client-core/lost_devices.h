// What a plan's log says of lost phones, for those who look at it and for the notices of a sync.
#pragma once

#include <optional>
#include <string>

#include "client-core/plan_file.h"

namespace samplan {

struct AskedRecovery {
  PrincipalId heir;
  PrincipalId asker;
  UnixMs asked_ms = 0;  // when the server took the record; by the asker's clock until it has
  UnixMs ready_ms = 0;  // when the waiting time is over
};

// No value: nobody has asked.
Result<std::optional<AskedRecovery>> asked_recovery(Context& ctx, const PlanFile& file, const Participant& subject);

struct LostNotice {
  const char* what = nullptr;  // code of a notice
  PrincipalId subject;
};
// What everybody in the plan is told when this record comes; no value for other records. errors: as read_record
Result<std::optional<LostNotice>> lost_notice(const PlanFile& file, ByteView record);

}  // namespace samplan
