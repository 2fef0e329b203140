// The one table of commands and queries: what a host may ask of the core, with arguments, checked and described in one
// place. `samplan api` prints it, the web app's types are made from it.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "client-core/context.h"
#include "client-core/sync_engine.h"

namespace samplan {

enum class ArgType : std::uint8_t { text, flag, list, object };

struct Arg {
  std::string_view name;
  ArgType type = ArgType::text;
  bool required = false;
  std::string_view about;
};

class CommandCall;
using Handler = Result<nlohmann::json> (*)(CommandCall&);

struct Command {
  std::string_view name;
  bool changes = false;  // a command; otherwise a query
  std::string_view about;
  std::vector<Arg> args;
  Handler run = nullptr;
  bool on_closed = false;  // also on a plan whose lease has ended: shows nothing of what it says
};

const std::vector<Command>& all_commands();

nlohmann::json run_command(Context& ctx, OpenPlans& plans, const nlohmann::json& request);
nlohmann::json error_answer(const Error& error);

// What a handler works with: the arguments, typed, and lookups by id prefix or name.
class CommandCall {
 public:
  CommandCall(Context& context, OpenPlans& open_plans, const nlohmann::json& arguments, bool on_closed = false)
      : ctx(context), plans(open_plans), args(arguments), on_closed_(on_closed) {}

  bool has(std::string_view name) const;
  std::string text(std::string_view name) const;  // empty if absent
  bool flag(std::string_view name, bool otherwise) const;
  Result<std::vector<std::string>> texts(std::string_view name) const;  // a list of strings; absent = empty

  // The plan that the argument names. errors: lease_ended where it is closed and the command shows what it says.
  Result<PlanFile*> plan();
  // One that the arguments do not name, with the same check.
  Result<PlanFile*> open_plan(const PlanId& id);
  Result<bool> is_closed(const PlanId& id);
  Result<std::vector<PlanId>> plan_or_all();
  Result<SectionId> section(std::string_view name) const;
  Result<std::vector<SectionId>> sections(std::string_view name) const;
  // A record of the plan that the argument names by id or prefix: section and id.
  struct Found {
    SectionId section = 0;
    EntityId entity;
    std::string kind;
  };
  Result<Found> entity(PlanFile& file, std::string_view name = "entity");
  // A participant of the plan, by principal, prefix or known name.
  Result<const Participant*> participant(PlanFile& file, std::string_view name = "participant");
  Result<PrincipalId> principal(std::string_view name);
  Result<std::optional<Date>> date(std::string_view name) const;

  Context& ctx;
  OpenPlans& plans;
  const nlohmann::json& args;

 private:
  bool on_closed_;
};

// Carries out a decision: at once on a plan that is still a draft here, otherwise kept until the next sync.
Status decide(CommandCall& call, PlanFile& file, const Intent& intent);
// Adds a participant without access (an owner with all of it) and enters the name in the plan.
Status add_participant(CommandCall& call, PlanFile& file, const PrincipalId& principal, Role role,
                       std::string_view name);
// Creates a record in a section of a plan and returns its id.
Result<EntityId> add_record(CommandCall& call, PlanFile& file, SectionId section, std::string_view kind,
                            const std::vector<std::pair<std::string, std::string>>& fields, bool propose);

// What a person or unit is called in a plan: its participant record, else what this device knows, else a short id.
std::string display_name(Context& ctx, PlanFile* file, const PrincipalId& principal);

// Whether a participant record of the plan gives this person or unit a name.
bool names_in_plan(Context& ctx, PlanFile& file, const PrincipalId& principal);

std::string_view role_code(Role role);
std::optional<Role> role_by_code(std::string_view code);
std::string_view rights_code(std::uint8_t mask);
std::string_view holding_code(Holding holding);
std::string_view consent_code(PlanConsent consent);

// Handlers, by file.
#define SP_HANDLER(name) Result<nlohmann::json> name(CommandCall& call)
namespace handlers {
// commands_people.cpp
SP_HANDLER(whoami);
SP_HANDLER(unit_create);
SP_HANDLER(unit_remove_member);
SP_HANDLER(invite);
SP_HANDLER(invites);
SP_HANDLER(invite_cancel);
SP_HANDLER(join_request);
SP_HANDLER(requests);
SP_HANDLER(confirm);
SP_HANDLER(decline_request);
SP_HANDLER(joining);
SP_HANDLER(people);
// commands_devices.cpp
SP_HANDLER(devices);
SP_HANDLER(device_close);
SP_HANDLER(device_rename);
SP_HANDLER(device_add);
SP_HANDLER(device_adding);
SP_HANDLER(device_add_confirm);
SP_HANDLER(device_add_cancel);
SP_HANDLER(recovery_new);
SP_HANDLER(recovery);
// commands_phone.cpp
SP_HANDLER(phone_invite);
SP_HANDLER(phone_calling);
SP_HANDLER(phone_cancel);
// commands_governance.cpp
SP_HANDLER(participant_add);
SP_HANDLER(participants);
SP_HANDLER(consent_plan);
SP_HANDLER(consent_give);
SP_HANDLER(consent_withdraw);
SP_HANDLER(role_change);
SP_HANDLER(coordinator_offer);
SP_HANDLER(coordinator_accept);
// commands_lost.cpp
SP_HANDLER(participant_suspend);
SP_HANDLER(participant_resume);
SP_HANDLER(recovery_ask);
SP_HANDLER(recovery_complete);
SP_HANDLER(recovery_cancel);
// commands_plan.cpp
SP_HANDLER(plan_new);
SP_HANDLER(add);
SP_HANDLER(edit);
SP_HANDLER(set_add);
SP_HANDLER(set_remove);
SP_HANDLER(remove);
SP_HANDLER(move);
SP_HANDLER(restore);
SP_HANDLER(keep);
SP_HANDLER(resolve);
SP_HANDLER(accept);
SP_HANDLER(decline);
SP_HANDLER(forget);
SP_HANDLER(plan_reopen);
SP_HANDLER(draft_save);
SP_HANDLER(drafts);
SP_HANDLER(draft_discard);
// commands_import.cpp
SP_HANDLER(import_fhir_file);
// commands_quarantine.cpp
SP_HANDLER(quarantine);
SP_HANDLER(quarantine_hand_over);
SP_HANDLER(quarantine_export);
SP_HANDLER(quarantine_discard);
SP_HANDLER(hand_overs);
SP_HANDLER(hand_over_accept);
SP_HANDLER(hand_over_decline);
// commands_history.cpp
SP_HANDLER(history);
// commands_queries.cpp
SP_HANDLER(list_plans);
SP_HANDLER(plan_show);
SP_HANDLER(digest);
SP_HANDLER(conflicts);
SP_HANDLER(proposals);
SP_HANDLER(log);
SP_HANDLER(status);
SP_HANDLER(refused);
SP_HANDLER(refused_dismiss);
SP_HANDLER(access_log);
SP_HANDLER(access_log_fetch);
SP_HANDLER(doctor);
}  // namespace handlers
#undef SP_HANDLER

}  // namespace samplan
