// Commands for when somebody's phone is gone: let access rest and bring it back, and let a person without any
// device left go on under a new key. The rules are those of sync/log/governance_recovery.cpp.
#include <algorithm>

#include "client-core/commands.h"
#include "client-core/lost_devices.h"
#include "client-core/own_invites.h"
#include "client-core/people.h"

namespace samplan::handlers {
namespace {

using nlohmann::json;

Error not_shared() {
  return Error{Errc::not_allowed, "plan",
               "Planen er et utkast som bare finnes her. Det er ingen tilgang å stoppe eller flytte."};
}

Status decide_about(CommandCall& call, PlanFile& file, GovKind kind, const PrincipalId& subject,
                    const PrincipalId& heir = {}) {
  if (file.row().holding == Holding::draft) return not_shared();
  Intent intent;
  intent.kind = kind;
  intent.subject = subject;
  intent.heir = heir;
  return decide(call, file, intent);
}

bool leads(CommandCall& call, const PlanFile& file) {
  for (const Participant* p : file.gov().participants_of_device_now(call.ctx.keys.id(), call.ctx.book)) {
    const Role role = *p->role.latest();
    const bool has_say = !p->has_left() && (role == Role::owner || role == Role::guardian);
    if (has_say || p->number == file.gov().coordinator()) return true;
  }
  return false;
}

// In the plan that is named, or in each one that this person leads and where it can be done.
Result<json> in_plans(CommandCall& call, GovKind kind, bool (*concerns)(const GovState&, const Participant&),
                      const char* nowhere) {
  json done = json::array();
  SP_TRY(const std::vector<PlanId> ids, call.plan_or_all());
  if (call.has("plan")) {
    SP_TRY(PlanFile * file, call.plans.get(call.ctx, ids.front()));
    SP_TRY(const Participant* subject, call.participant(*file));
    SP_OK(decide_about(call, *file, kind, subject->principal));
    done.push_back(ids.front().hex());
    return json{{"plans", done}};
  }
  SP_TRY(const PrincipalId wanted, call.principal("participant"));
  for (const PlanId& id : ids) {
    SP_TRY(PlanFile * file, call.plans.get(call.ctx, id));
    if (file->row().holding != Holding::shared || !leads(call, *file)) continue;
    const auto& all = file->gov().participants();
    const bool here = std::any_of(all.begin(), all.end(), [&](const Participant& p) {
      return p.principal == wanted && concerns(file->gov(), p);
    });
    if (!here) continue;
    SP_OK(decide_about(call, *file, kind, wanted));
    done.push_back(id.hex());
  }
  if (done.empty()) return Error{Errc::not_found, "participant", nowhere};
  return json{{"plans", done}};
}

}  // namespace

Result<json> participant_suspend(CommandCall& call) {
  return in_plans(
      call, GovKind::suspend,
      [](const GovState& gov, const Participant& p) {
        return p.has_any_access() && p.number != gov.coordinator();
      },
      "Fant ingen plan som du leder, der denne deltakeren har tilgang.");
}

Result<json> participant_resume(CommandCall& call) {
  return in_plans(
      call, GovKind::resume, [](const GovState&, const Participant& p) { return p.suspension.has_value(); },
      "Fant ingen plan som du leder, der tilgangen til denne deltakeren hviler.");
}

Result<json> recovery_ask(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_TRY(const Participant* subject, call.participant(*file));
  SP_TRY(const Participant* heir, call.participant(*file, "heir"));
  const PrincipalId gone = subject->principal;
  const PrincipalId anew = heir->principal;
  if (!heir->masks.empty())
    return Error{Errc::invalid_argument, "heir",
                 "Den nye må være tatt inn i planen uten tilgang til noe. Denne deltakeren har eller har "
                 "hatt tilgang."};
  SP_OK(decide_about(call, *file, GovKind::recovery_ask, gone, anew));
  return json{{"participant", gone.hex()},
              {"heir", anew.hex()},
              {"words", four_words(anew)},
              {"wait_hours", file->gov().policy().recovery_wait_hours}};
}

Result<json> recovery_complete(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_TRY(const Participant* subject, call.participant(*file));
  SP_TRY(const std::optional<AskedRecovery> asked, asked_recovery(call.ctx, *file, *subject));
  if (!asked) return Error{Errc::not_found, "recovery", "Ingen har bedt om ny tilgang for denne deltakeren."};
  if (asked->asker == call.ctx.person)
    return Error{Errc::not_allowed, "recovery.asker", "Du ba om dette selv. En annen i planen må godkjenne det."};
  SP_TRY(const UnixMs now, server_now(call.ctx));
  if (now < asked->ready_ms) {
    constexpr UnixMs hour_ms = 3'600'000;
    const UnixMs hours = (asked->ready_ms - now + hour_ms - 1) / hour_ms;
    return Error{Errc::not_allowed, "recovery.wait",
                 "Ventetiden er ikke over. Ny tilgang kan godkjennes om " + std::to_string(hours) +
                     (hours == 1 ? " time" : " timer") + ", om ingen stopper det."};
  }
  const PrincipalId gone = subject->principal;
  const PrincipalId anew = file->gov().participant(subject->recovery->heir)->principal;
  SP_OK(decide_about(call, *file, GovKind::recovery_complete, gone));
  return json{{"participant", gone.hex()}, {"heir", anew.hex()}};
}

Result<json> recovery_cancel(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_TRY(const Participant* subject, call.participant(*file));
  if (!subject->recovery)
    return Error{Errc::not_found, "recovery", "Ingen har bedt om ny tilgang for denne deltakeren."};
  const PrincipalId gone = subject->principal;
  SP_OK(decide_about(call, *file, GovKind::recovery_cancel, gone));
  return json{{"participant", gone.hex()}};
}

}  // namespace samplan::handlers
