// The editor's choices and answers: settling a conflict, accepting and declining proposals.
#include <algorithm>
#include <set>
#include <utility>

#include "base/utf8.h"
#include "client-core/plan/edit.h"
#include "client-core/plan/limits.h"

namespace samplan::plan {
namespace {

Error refuse(Errc code, const char* sentence) { return {code, "plan::Editor", sentence}; }

Error not_in_conflict() {
  return refuse(Errc::not_found, "Dette feltet har ingen verdier som står mot hverandre.");
}

const FieldSpec* text_field_of(const SectionState& state, const EntityId& id, std::string_view name) {
  const Entity* entity = state.find(id);
  const KindSpec* kind = entity == nullptr ? nullptr : find_kind(entity->kind);
  const FieldSpec* field = kind == nullptr ? nullptr : find_field(*kind, name);
  return field != nullptr && field->type == ValueType::text ? field : nullptr;
}

std::vector<OpId> ops_of(const std::vector<merge::text::ParagraphConflict>& conflicts) {
  std::vector<OpId> out;
  for (const auto& conflict : conflicts)
    for (const auto& side : conflict.sides) out.insert(out.end(), side.ops.begin(), side.ops.end());
  return out;
}

Result<const merge::Register*> conflicting(const SectionState& state, const EntityId& id,
                                           std::string_view name) {
  const Entity* entity = state.find(id);
  const KindSpec* kind = entity == nullptr ? nullptr : find_kind(entity->kind);
  const FieldSpec* field = kind == nullptr ? nullptr : find_field(*kind, name);
  if (field == nullptr) return not_in_conflict();
  const auto found = entity->fields.find(field->id);
  if (found == entity->fields.end() || found->second.live.size() < 2) return not_in_conflict();
  return &found->second;
}

Status check_words(std::string_view text) {
  if (text.size() > bounds::reason_bytes_max) return refuse(Errc::too_large, "Teksten er for lang.");
  if (!is_plain_text(text)) return refuse(Errc::not_utf8, "Teksten inneholder tegn som ikke kan lagres.");
  return {};
}

Status check_targets(const std::vector<OpId>& proposals) {
  if (proposals.empty()) return refuse(Errc::invalid_argument, "Velg minst ett forslag.");
  if (proposals.size() > bounds::targets_max)
    return refuse(Errc::too_large, "Det er for mange forslag på én gang. Velg færre.");
  return {};
}

std::vector<OpId> sorted(std::vector<OpId> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

// Every record that the proposals change is there, or is created by one of them.
bool rests_on_what_exists(const SectionState& state, const std::vector<const Proposal*>& chosen) {
  std::set<EntityId> created;
  for (const Proposal* proposal : chosen)
    for (const ProposedOp& p : proposal->ops) {
      if (p.op.kind == OpKind::create) created.insert(p.op.entity);
      if (!p.superseded && state.find(p.op.entity) == nullptr && created.count(p.op.entity) == 0)
        return false;
    }
  return true;
}

}  // namespace

Status Editor::resolve(const EntityId& id, std::string_view field, std::string_view value) {
  if (const FieldSpec* text = text_field_of(state_, id, field)) {
    const TextField* written = text_of(id, *text);
    const auto conflicts = written == nullptr ? std::vector<merge::text::ParagraphConflict>{}
                                              : written->doc.concurrent_paragraphs();
    if (conflicts.empty()) return not_in_conflict();
    return whole([&]() -> Status {
      SP_OK(set_field(id, field, value));
      push_review(id, *text, ops_of(conflicts));
      return {};
    });
  }
  SP_TRY(const merge::Register* const reg, conflicting(state_, id, field));
  static_cast<void>(reg);
  return set_field(id, field, value);
}

Status Editor::resolve_merged(const EntityId& id, std::string_view field) {
  const FieldSpec* text = text_field_of(state_, id, field);
  const TextField* written = text == nullptr ? nullptr : text_of(id, *text);
  return written == nullptr ? Status(not_in_conflict()) : resolve(id, field, written->doc.text());
}

Status Editor::resolve_with(const EntityId& id, std::string_view field, const OpId& chosen) {
  if (const FieldSpec* text = text_field_of(state_, id, field)) return resolve_text(id, *text, chosen);
  SP_TRY(const merge::Register* const reg, conflicting(state_, id, field));
  for (const merge::Value& v : reg->live)
    if (v.stamp.op == chosen) return set_field(id, field, v.text);
  return refuse(Errc::not_found, "Verdien du valgte, er ikke lenger blant dem som står mot hverandre.");
}

Status Editor::accept(const std::vector<OpId>& proposals) {
  if (who_.proposing)
    return refuse(Errc::not_allowed, "Du kan foreslå i denne delen av planen, men ikke godta forslag.");
  SP_OK(check_targets(proposals));
  std::vector<const Proposal*> chosen;
  for (const OpId& id : sorted(proposals)) {
    const Proposal* proposal = state_.find_proposal(id);
    if (proposal == nullptr) return refuse(Errc::not_found, "Forslaget finnes ikke.");
    if (proposal->state == ProposalState::accepted)
      return refuse(Errc::already_exists, "Forslaget er allerede godtatt.");
    chosen.push_back(proposal);
  }
  if (!rests_on_what_exists(state_, chosen))
    return refuse(
        Errc::invalid_argument,
        "Forslaget gjelder noe som bare er foreslått ennå. Godta først forslaget som oppretter det.");
  push(OpKind::accept, {}).refs = sorted(proposals);
  return {};
}

Status Editor::decline(const std::vector<OpId>& proposals, std::string_view reason) {
  if (who_.proposing)
    return refuse(Errc::not_allowed, "Du kan foreslå i denne delen av planen, men ikke avslå forslag.");
  SP_OK(check_targets(proposals));
  if (reason.empty()) return refuse(Errc::invalid_argument, "Skriv hvorfor forslaget ikke tas med.");
  SP_OK(check_words(reason));
  for (const OpId& id : proposals) {
    const Proposal* proposal = state_.find_proposal(id);
    if (proposal == nullptr) return refuse(Errc::not_found, "Forslaget finnes ikke.");
    if (proposal->state != ProposalState::open)
      return refuse(Errc::already_exists, "Forslaget er allerede besvart.");
  }
  Op& op = push(OpKind::decline, {});
  op.refs = sorted(proposals);
  op.text = reason;
  return {};
}

Status Editor::note(std::string_view text) {
  if (!who_.proposing) return refuse(Errc::invalid_argument, "En begrunnelse hører til et forslag.");
  if (text.empty()) return {};
  SP_OK(check_words(text));
  push(OpKind::note, {}).text = text;
  return {};
}

}  // namespace samplan::plan
