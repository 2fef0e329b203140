#include "client-core/lost_devices.h"

namespace samplan {
namespace {

constexpr UnixMs hour_ms = 3'600'000;

const char* notice_of(GovKind kind) {
  switch (kind) {
    case GovKind::suspend: return "participant_suspended";
    case GovKind::resume: return "participant_resumed";
    case GovKind::recovery_ask: return "recovery_asked";
    case GovKind::recovery_complete: return "recovery_completed";
    case GovKind::recovery_cancel: return "recovery_cancelled";
    default: return nullptr;
  }
}

}  // namespace

Result<std::optional<AskedRecovery>> asked_recovery(Context& ctx, const PlanFile& file,
                                                    const Participant& subject) {
  if (!subject.recovery) return std::optional<AskedRecovery>{};
  AskedRecovery out;
  out.heir = file.gov().participant(subject.recovery->heir)->principal;
  out.asker = subject.recovery->asker;
  SP_TRY(const std::vector<GovRow> rows, ctx.replica.gov(file.id()));
  for (const GovRow& row : rows) {
    if (row.seq != subject.recovery->asked_seq) continue;
    SP_TRY(const Record record, read_record(LogKind::governance, row.record));
    out.asked_ms = row.recv_ms == 0 ? record.header.wall_ms : row.recv_ms;
  }
  out.ready_ms = out.asked_ms + file.gov().policy().recovery_wait_hours * hour_ms;
  return std::optional<AskedRecovery>(out);
}

Result<std::optional<LostNotice>> lost_notice(const PlanFile& file, ByteView bytes) {
  SP_TRY(const Record record, read_record(LogKind::governance, bytes));
  const auto kind = static_cast<GovKind>(record.header.kind);
  const char* what = notice_of(kind);
  if (what == nullptr) return std::optional<LostNotice>{};
  SP_TRY(const GovBody body, read_gov_body(kind, record.body));
  const Participant* subject = file.gov().participant(body.subject);
  if (subject == nullptr) return std::optional<LostNotice>{};
  return std::optional<LostNotice>({what, subject->principal});
}

}  // namespace samplan
