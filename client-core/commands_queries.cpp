// Queries: what a plan says, what waits, what has happened. They change nothing, except that showing a plan is noted
// for its access log (R96).
#include <algorithm>
#include <map>

#include "client-core/access_event.h"
#include "base/planted.h"
#include "client-core/commands.h"
#include "client-core/lease.h"
#include "client-core/local_facts.h"
#include "client-core/people.h"
#include "client-core/plan/view.h"
#include "client-core/quarantine.h"
#include "client-core/record_history.h"
#include "sync/log/sections.h"

namespace samplan {
namespace {

using nlohmann::json;

// Puts a name beside every person and unit that a view mentions. Views are a few levels deep, and mention the same few
// people everywhere.
class NameFiller {
 public:
  NameFiller(Context& ctx, PlanFile& file) : ctx_(ctx), file_(file) {}

  void fill(json& node) {
    if (node.is_array()) {
      for (json& item : node) fill(item);
      return;
    }
    if (!node.is_object()) return;
    for (auto& entry : node.items()) fill(entry.value());
    for (const char* key : {"person", "on_behalf"}) {
      const auto it = node.find(key);
      if (it == node.end() || !it->is_string()) continue;
      const std::string& name = name_of(it->get_ref<const std::string&>());
      if (!name.empty()) node[std::string(key) + "_name"] = name;
    }
  }

 private:
  // Empty for what is no id.
  const std::string& name_of(const std::string& hex) {
    const auto known = names_.find(hex);
    if (known != names_.end()) return known->second;
    const auto id = PrincipalId::parse(hex);
    return names_.emplace(hex, id ? display_name(ctx_, &file_, *id) : std::string{}).first->second;
  }

  Context& ctx_;
  PlanFile& file_;
  std::map<std::string, std::string> names_;
};

void fill_names(Context& ctx, PlanFile& file, json& node) { NameFiller(ctx, file).fill(node); }

plan::RoleOf role_of(const PlanFile& file) {
  return [&file](const PrincipalId& person) {
    for (const Participant& p : file.gov().participants()) {
      if (p.principal != person) continue;
      switch (*p.role.latest()) {
        case Role::owner: return plan::RoleClass::owner;
        case Role::coordinator:
        case Role::provider: return plan::RoleClass::professional;
        default: return plan::RoleClass::other;
      }
    }
    return plan::RoleClass::other;
  };
}

std::string plan_field(Context& ctx, PlanFile& file, std::string_view field) {
  if ((file.rights(ctx, section_basis) & right_read) == 0) return {};
  const auto state = file.shown(ctx, section_basis);
  if (!state.ok()) return {};
  const plan::Entity* entity = (*state)->find(plan::plan_entity());
  if (entity == nullptr) return {};
  const plan::KindSpec* kind = plan::find_kind(entity->kind);
  const plan::FieldSpec* spec = kind == nullptr ? nullptr : plan::find_field(*kind, field);
  if (spec == nullptr) return {};
  const auto it = entity->fields.find(spec->id);
  if (it == entity->fields.end()) return {};
  const auto versions = plan::versions_of(**state, it->second, spec, role_of(file));
  return versions.empty() ? std::string{} : versions.front().value;
}

std::string own_role(const CommandCall& call, const PlanFile& file) {
  for (const Participant* p : file.gov().participants_of_device_now(call.ctx.keys.id(), call.ctx.book))
    return std::string(role_code(*p->role.latest()));
  return {};
}

Result<std::uint64_t> intents_of(Context& ctx, const PlanId& id) {
  SP_TRY(const std::vector<Item> items, ctx.replica.items("intent"));
  return static_cast<std::uint64_t>(
      std::count_if(items.begin(), items.end(), [&](const Item& i) { return i.plan == id; }));
}

// "none", "open", "ends_soon", "ended"; with when it ends by the server's time. A plan that is closed says no more.
void put_lease(json& node, const Lease& lease) {
  node["lease"] = !lease.applies ? "none" : lease.ended ? "ended" : lease.ends_soon ? "ends_soon" : "open";
  node["lease_ends_ms"] = lease.applies ? json(lease.ends_ms) : json(nullptr);
  node["lease_reopened"] = lease.reopened;
}

std::string_view gov_kind_code(GovKind kind) {
  switch (kind) {
    case GovKind::genesis: return "genesis";
    case GovKind::participant_add: return "participant_add";
    case GovKind::consent_plan: return "consent_plan";
    case GovKind::consent_grant: return "consent_grant";
    case GovKind::consent_withdraw: return "consent_withdraw";
    case GovKind::role_change: return "role_change";
    case GovKind::coordinator_offer: return "coordinator_offer";
    case GovKind::coordinator_accept: return "coordinator_accept";
    case GovKind::identity_update: return "identity_update";
    case GovKind::epoch: return "epoch";
    case GovKind::suspend: return "suspend";
    case GovKind::resume: return "resume";
    case GovKind::recovery_ask: return "recovery_ask";
    case GovKind::recovery_complete: return "recovery_complete";
    case GovKind::recovery_cancel: return "recovery_cancel";
  }
  return "?";
}

std::string device_name(Context& ctx, PlanFile& file, const DeviceId& device) {
  const IdentityBook::Owner owner = ctx.book.find_device(device);
  return owner.person == nullptr ? "ukjent enhet" : display_name(ctx, &file, owner.person->id);
}

Result<json> items_of(CommandCall& call, bool of_conflicts) {
  SP_TRY(const std::vector<PlanId> ids, call.plan_or_all());
  json out = json::array();
  for (const PlanId& id : ids) {
    SP_TRY(PlanFile * file, call.plans.get(call.ctx, id));
    for (const SectionId s : file->readable(call.ctx)) {
      SP_TRY(const plan::SectionState* state, file->shown(call.ctx, s));
      json list = of_conflicts ? plan::conflicts_view(*state, role_of(*file)) : json::array();
      if (!of_conflicts) {
        json view = plan::section_view(*state, role_of(*file));
        if (view.contains("proposals")) list = view["proposals"];
      }
      for (json& item : list) {
        fill_names(call.ctx, *file, item);
        item["plan"] = id.hex();
        item["section"] = section_code(s);
        out.push_back(std::move(item));
      }
    }
  }
  return out;
}

}  // namespace

namespace handlers {

Result<json> list_plans(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
  json out = json::array();
  for (const PlanRow& row : rows) {
    SP_TRY(PlanFile * file, call.plans.get(ctx, row.id));
    SP_TRY(const std::uint64_t waiting, ctx.replica.pending_count(&row.id));
    SP_TRY(const std::uint64_t intents, intents_of(ctx, row.id));
    std::size_t conflicts = 0;
    std::size_t proposals = 0;
    SP_TRY(const Lease lease, lease_of(ctx, *file));
    if (row.holding != Holding::ended && !lease.ended)
      for (const SectionId s : file->readable(ctx)) {
        SP_TRY(const plan::SectionState* state, file->shown(ctx, s));
        conflicts += plan::list_conflicts(*state, role_of(*file)).size();
        for (const auto& p : state->proposals()) proposals += p.second.state == plan::ProposalState::open;
      }
    const auto says = [&](std::string_view field) { return lease.ended ? std::string{} : plan_field(ctx, *file, field); };
    out.push_back({{"plan", row.id.hex()},
                   {"title", says("title")},
                   {"owner", says("owner_name")},
                   {"status", says("status")},
                   {"holding", holding_code(row.holding)},
                   {"role", own_role(call, *file)},
                   {"consent", consent_code(file->gov().consent())},
                   {"waiting", waiting},
                   {"intents", intents},
                   {"conflicts", conflicts},
                   {"proposals", proposals}});
    put_lease(out.back(), lease);
  }
  return json{{"plans", out}};
}

Result<json> plan_show(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(PlanFile * file, call.plan());
  if (file->row().holding == Holding::ended)
    return Error{Errc::withdrawn, "plan_show", "Tilgangen din til denne planen er avsluttet."};
  json sections = json::object();
  for (const SectionId s : file->readable(ctx)) {
    if (s == section_access_log) continue;
    SP_TRY(const plan::SectionState* state, file->shown(ctx, s));
    json view = plan::section_view(*state, role_of(*file));
    fill_names(ctx, *file, view);
    sections[std::string(section_code(s))] = std::move(view);
  }
  if (call.flag("record_access", true)) SP_OK(note_opened(ctx, *file));
  SP_TRY(json people, participants(call));
  SP_TRY(const std::uint64_t waiting, ctx.replica.pending_count(&file->id()));
  SP_TRY(const std::uint64_t intents, intents_of(ctx, file->id()));
  SP_TRY(const std::uint64_t last, number_fact(ctx, fact::last_sync_ms));
  const Participant* coordinator = file->gov().participant(file->gov().coordinator());
  // Assigned one by one: an initializer list would copy the whole plan.
  json out = {{"plan", file->id().hex()},
              {"holding", holding_code(file->row().holding)},
              {"consent", consent_code(file->gov().consent())},
              {"coordinator", display_name(ctx, file, coordinator->principal)},
              {"role", own_role(call, *file)},
              {"waiting", waiting},
              {"intents", intents},
              {"last_sync_ms", last}};
  out["participants"] = std::move(people["participants"]);
  out["sections"] = std::move(sections);
  return out;
}

Result<json> digest(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  if (file->row().holding == Holding::ended) return Error{Errc::withdrawn, "digest"};
  json sections = json::object();
  json texts = json::object();
  for (const SectionId s : file->readable(call.ctx)) {
    if (s == section_access_log) continue;
    SP_TRY(const plan::SectionState* state, file->confirmed(call.ctx, s));
    const std::string text = plan::section_digest_json(*state);
    sections[std::string(section_code(s))] = crypto::hash("samplan/digest/1", {ByteView::of(text)}).hex();
    if (call.flag("text", false)) texts[std::string(section_code(s))] = text;
  }
  json out = {{"gov_seq", file->gov().seq()}, {"gov_head", file->gov().head().hex()}, {"sections", sections}};
  if (!texts.empty()) out["text"] = texts;
  return out;
}

Result<json> conflicts(CommandCall& call) {
  SP_TRY(json items, items_of(call, true));
  return json{{"conflicts", items}};
}

Result<json> proposals(CommandCall& call) {
  SP_TRY(json items, items_of(call, false));
  return json{{"proposals", items}};
}

Result<json> log(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(PlanFile * file, call.plan());
  json governance = json::array();
  SP_TRY(const std::vector<GovRow> rows, ctx.replica.gov(file->id()));
  for (const GovRow& row : rows) {
    SP_TRY(const Record record, read_record(LogKind::governance, row.record));
    const auto kind = static_cast<GovKind>(record.header.kind);
    SP_TRY(const GovBody body, read_gov_body(kind, record.body));
    json sections = json::object();
    for (const SectionMask& m : body.masks) sections[std::string(section_code(m.section))] = rights_code(m.mask);
    json one = {{"seq", row.seq}, {"kind", gov_kind_code(kind)}, {"who", device_name(ctx, *file, record.header.signer)},
                {"time_ms", record.header.wall_ms}, {"recv_ms", row.recv_ms == 0 ? json(nullptr) : json(row.recv_ms)},
                {"sections", sections}};
    const Participant* subject = file->gov().participant(body.subject);
    if (subject != nullptr) one["about"] = display_name(ctx, file, subject->principal);
    json rotated = json::array();
    for (const Rotation& r : body.rotations) rotated.push_back(section_code(r.section));
    one["new_keys"] = rotated;
    governance.push_back(std::move(one));
  }
  json content = json::array();
  for (const auto& entry : file->sections()) {
    const SectionId s = entry.first;
    SP_OK(ctx.replica.each_envelope(file->id(), s, 1, [&](const EnvelopeRow& row) -> Status {
      SP_TRY(const Envelope e, read_envelope(row.body));
      std::size_t ops = 0;
      json time = nullptr;
      for (const plan::Batch& b : batches_of(ctx, *file, e)) {
        ops += b.ops.size();
        time = b.wall_ms;
      }
      content.push_back({{"section", section_code(s)}, {"seq", row.seq}, {"who", device_name(ctx, *file, e.header.author)},
                         {"time_ms", time}, {"ops", ops}, {"proposal", e.header.proposal}, {"bytes", row.body.size()},
                         {"verdict", verdict_name(static_cast<Verdict>(row.verdict))}});
      return Status::good();
    }));
  }
  return json{{"governance", governance}, {"content", content}};
}

Result<json> status(CommandCall& call) {
  Context& ctx = call.ctx;
  // Everything here is counted from the tables at this moment; no flag says "synced" (R106).
  SP_TRY(std::uint64_t waiting, ctx.replica.pending_count(nullptr));
  if (SP_PLANTED(status_says_sent)) waiting = 0;
  SP_TRY(const std::vector<Item> intents, ctx.replica.items("intent"));
  SP_TRY(const std::uint64_t attention, ctx.replica.item_count("refused"));
  SP_TRY(const std::uint64_t quarantined, ctx.replica.item_count("quarantine"));
  SP_TRY(const std::uint64_t drafts_kept, ctx.replica.item_count("draft"));
  SP_TRY(const std::uint64_t mail, ctx.replica.item_count("mail_out"));
  SP_TRY(const std::uint64_t courtesies, ctx.replica.item_count("mail_courtesy"));
  SP_TRY(const std::uint64_t opened, ctx.replica.item_count("opened"));
  SP_TRY(const std::uint64_t last, number_fact(ctx, fact::last_sync_ms));
  SP_TRY(const json asked, requests(call));
  SP_TRY(const json own_wishes, joining(call));
  SP_TRY(const json received, hand_overs(call));
  SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
  SP_TRY(const std::vector<IdentityRow> identities, ctx.replica.unpushed_identities());
  SP_TRY(const std::uint64_t closures, ctx.replica.item_count("device_close"));
  json plans = json::array();
  bool governance_waits = false;
  bool frozen = false;
  for (const PlanRow& row : rows) {
    SP_TRY(PlanFile * file, call.plans.get(ctx, row.id));
    SP_TRY(const std::uint64_t own, ctx.replica.pending_count(&row.id));
    SP_TRY(const std::uint64_t decided, intents_of(ctx, row.id));
    const bool unsent_log = row.holding == Holding::shared && file->confirmed_gov() != file->gov().seq();
    governance_waits = governance_waits || unsent_log;
    frozen = frozen || row.holding == Holding::frozen;
    SP_TRY(const Lease lease, lease_of(ctx, *file));
    const auto says = [&](std::string_view field) { return lease.ended ? std::string{} : plan_field(ctx, *file, field); };
    plans.push_back({{"plan", row.id.hex()}, {"title", says("title")}, {"owner", says("owner_name")},
                     {"holding", holding_code(row.holding)}, {"waiting", own}, {"intents", decided}});
    put_lease(plans.back(), lease);
  }
  const bool all_sent = (waiting == 0 || SP_PLANTED(all_sent_too_soon)) && intents.empty() && attention == 0 && mail == 0 && opened == 0 &&
                        identities.empty() && closures == 0 && !governance_waits && !frozen && last != 0;
  return json{{"waiting", waiting},
              {"intents", intents.size()},
              {"mail", mail - std::min(courtesies, mail)},  // what nobody has to look after is not counted
              {"attention", attention},
              {"quarantine", quarantined},
              {"drafts", drafts_kept},
              {"requests", asked["requests"].size()},
              {"joining", own_wishes["joining"]},
              {"letters", received["hand_overs"].size()},
              {"last_sync_ms", last == 0 ? json(nullptr) : json(last)},
              {"plans", plans},
              {"all_sent", all_sent}};
}

Result<json> refused(CommandCall& call) {
  SP_TRY(const std::vector<Item> items, call.ctx.replica.items("refused"));
  json out = json::array();
  for (const Item& item : items)
    out.push_back({{"id", to_hex(item.key)}, {"plan", item.plan.is_zero() ? json(nullptr) : json(item.plan.hex())},
                   {"reason", std::string(ByteView(item.content).text())}});
  return json{{"refused", out}};
}

Result<json> refused_dismiss(CommandCall& call) {
  SP_TRY(const Bytes key, from_hex(call.text("id")));
  SP_OK(call.ctx.replica.delete_item("refused", key));
  // A decision that cannot be carried out is dropped with the notice about it.
  SP_OK(call.ctx.replica.delete_item("intent", key));
  return json::object();
}

Result<json> doctor(CommandCall& call) {
  Context& ctx = call.ctx;
  json checks = json::array();
  bool ok = true;
  const auto add_check = [&](const std::string& name, const Status& s, const std::string& detail = {}) {
    ok = ok && s.ok();
    checks.push_back({{"name", name}, {"ok", s.ok()}, {"detail", s.ok() ? detail : std::string(errc_name(s.code())) + " " + s.error().where}});
  };
  add_check("database", ctx.replica.db().check_integrity());
  SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
  for (const PlanRow& row : rows) {
    const std::string name = "plan " + row.id.hex().substr(0, 8);
    auto file = PlanFile::open(ctx, row.id);
    if (!file.ok()) {
      add_check(name, file.error());
      continue;
    }
    add_check(name + " log", Status::good(), std::to_string((*file)->gov().seq()) + " records");
    std::vector<SectionId> held;
    for (const auto& entry : (*file)->sections()) held.push_back(entry.first);
    for (const SectionId s : held) {
      const PlanSection& section = (*file)->section(s);
      Hash chain;
      bool first = true;
      std::uint64_t count = 0;
      const Status walked = ctx.replica.each_envelope(row.id, s, 1, [&](const EnvelopeRow& e) -> Status {
        SP_TRY(const Envelope envelope, read_envelope(e.body));
        if (envelope.id != e.id) return Error{Errc::corrupt, "envelope"};
        if (first) {
          chain = section.start.seq == 0 ? chain_start(row.id, s) : section.start.chain;
          first = false;
        }
        chain = chain_next(chain, e.id);
        ++count;
        return Status::good();
      });
      Status result = walked;
      if (walked.ok() && count != 0 && chain != section.chain) result = Error{Errc::corrupt, "chain"};
      if (result.ok() && (*file)->row().holding != Holding::ended && s != section_access_log) {
        // What is shown must be the fold of what is stored.
        const auto stored = (*file)->confirmed(ctx, s);
        if (stored.ok()) {
          const std::string before = plan::section_digest_json(**stored);
          const Status folded = (*file)->refold(ctx, s);
          if (!folded.ok()) {
            result = folded;
          } else if (plan::section_digest_json(**(*file)->confirmed(ctx, s)) != before) {
            result = Error{Errc::corrupt, "fold"};
          }
        } else {
          result = stored.error();
        }
      }
      add_check(name + " " + std::string(section_code(s)), result, std::to_string(count) + " envelopes");
    }
  }
  return json{{"checks", checks}, {"all_good", ok}};
}

}  // namespace handlers
}  // namespace samplan
