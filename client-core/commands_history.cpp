// The query that tells what has happened to a record: who, when, what it said before and after, from which
// device, and how a proposal was answered.
#include <algorithm>

#include "client-core/commands.h"
#include "client-core/local_facts.h"
#include "client-core/plan/outline.h"
#include "client-core/plan/view.h"
#include "client-core/record_history.h"

namespace samplan {
namespace {

using nlohmann::json;

// How far an author's clock may be ahead before it is not believed (protocol, clocks).
constexpr UnixMs clock_ahead_max = 5 * 60'000;

std::string_view state_code(plan::ChangeState state) {
  switch (state) {
    case plan::ChangeState::in_force: return "in_force";
    case plan::ChangeState::replaced: return "replaced";
    case plan::ChangeState::proposed: return "proposed";
    case plan::ChangeState::declined: return "declined";
    case plan::ChangeState::superseded: return "superseded";
    case plan::ChangeState::void_: return "void";
    case plan::ChangeState::no_effect: return "no_effect";
  }
  return "?";
}

// Devices have no names on the wire; a person's are numbered in the order in which the person's log took them
// in.
void add_device(json& out, Context& ctx, const DeviceId& device) {
  out["device"] = device.hex();
  out["this_device"] = device == ctx.keys.id();
  const IdentityBook::Owner owner = ctx.book.find_device(device);
  if (owner.person == nullptr) return;
  const std::vector<DeviceEntry>& all = owner.person->devices;
  const auto at = std::find_if(all.begin(), all.end(), [&](const DeviceEntry& d) { return d.id == device; });
  out["device_number"] = at - all.begin() + 1;
  out["device_count"] = all.size();
}

class HistoryView {
 public:
  HistoryView(CommandCall& call, PlanFile& file, const plan::SectionState& shown, const plan::KindSpec* kind)
      : ctx_(call.ctx), file_(file), shown_(shown), kind_(kind) {}

  json entry(const plan::Change& change) const {
    const plan::FieldSpec* field = kind_ == nullptr ? nullptr : plan::find_field(*kind_, change.op.field);
    json out = {{"op", plan::op_id_text(change.op.id)},
                {"kind", plan::op_name(change.op.kind)},
                {"field", field == nullptr ? std::string_view() : field->name},
                {"value", change.op.text},
                {"before", json::array()},
                {"state", state_code(change.state)},
                {"by_proposal", change.source.proposal},
                {"not_sent", change.source.seq == merge::pending_seq},
                {"seq", change.source.seq == merge::pending_seq ? json(nullptr) : json(change.source.seq)}};
    for (const std::string& before : change.before) out["before"].push_back(before);
    // Earlier words of a text are not on this device; fetching the history gets them.
    if (change.words_missing) out["words_missing"] = true;
    const IdentityBook::Owner owner = ctx_.book.find_device(change.device);
    out["person"] = owner.person == nullptr ? std::string() : owner.person->id.hex();
    out["name"] = owner.person == nullptr ? "ukjent enhet" : display_name(ctx_, &file_, owner.person->id);
    out["on_behalf"] = change.on_behalf ? json(display_name(ctx_, &file_, *change.on_behalf)) : json(nullptr);
    add_device(out, ctx_, change.device);
    add_time(out, change);
    if (field != nullptr && (field->type == plan::ValueType::ref || field->type == plan::ValueType::refs))
      add_words(out, change.op.text);
    if (change.op.kind == plan::OpKind::place && change.op.after) add_words(out, change.op.after->hex());
    if (change.proposal != nullptr) out["proposal"] = proposal_json(*change.proposal);
    return out;
  }

 private:
  // The author's clock is a label. One that is ahead of when this device had received it is not shown.
  void add_time(json& out, const plan::Change& change) const {
    const bool is_own = change.source.seq == merge::pending_seq;
    const UnixMs received = change.source.recv_ms == 0 ? ctx_.now : change.source.recv_ms;
    const bool is_believed = change.wall_ms >= 0 && (is_own || change.wall_ms <= received + clock_ahead_max);
    out["time_ms"] = is_believed ? json(change.wall_ms) : json(nullptr);
    out["written_before_ms"] = is_believed ? json(nullptr) : json(received);
  }
  void add_words(json& out, const std::string& id) const {
    const auto record = EntityId::parse(id);
    const std::string words = record ? plan::record_words(shown_, *record) : std::string();
    if (!words.empty()) out["refers_to"] = words;
  }
  json proposal_json(const plan::Proposal& proposal) const {
    static constexpr std::string_view states[] = {"open", "accepted", "declined"};
    json out = {{"id", plan::op_id_text(proposal.stamp.op)},
                {"state", states[static_cast<std::size_t>(proposal.state)]},
                {"reason", proposal.reason},
                {"note", proposal.note}};
    if (proposal.answered) {
      const plan::Author& who = shown_.author_of(*proposal.answered);
      out["answered_name"] = display_name(ctx_, &file_, who.person);
      out["answered_ms"] = proposal.answered->wall_ms;
    }
    return out;
  }

  Context& ctx_;
  PlanFile& file_;
  const plan::SectionState& shown_;
  const plan::KindSpec* kind_;
};

}  // namespace

namespace handlers {

Result<json> history(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(PlanFile * file, call.plan());
  SP_TRY(const CommandCall::Found found, call.entity(*file));
  const plan::KindSpec* kind = plan::find_kind(found.kind);
  const plan::FieldSpec* only =
      kind != nullptr && call.has("field") ? plan::find_field(*kind, call.text("field")) : nullptr;
  if (call.has("field") && only == nullptr) return Error{Errc::invalid_argument, "field", "Ukjent felt."};
  SP_TRY(const RecordChanges changes, record_changes(ctx, *file, found.section, found.entity,
                                                     only == nullptr ? plan::FieldId{0} : only->id));
  // Who asks for the history gets all of it, from the next sync on.
  if (changes.can_fetch) {
    SP_OK(file->want_history(ctx, found.section));
    SP_OK(file->save(ctx));
  }
  SP_TRY(const plan::SectionState* shown, file->shown(ctx, found.section));
  const HistoryView view(call, *file, *shown, kind);
  json entries = json::array();
  for (const plan::Change& change : changes.changes) entries.push_back(view.entry(change));
  return json{{"entity", found.entity.hex()},
              {"kind", found.kind},
              {"from_start", changes.from_start},
              {"fetching", changes.can_fetch},
              {"entries", entries}};
}

}  // namespace handlers
}  // namespace samplan
