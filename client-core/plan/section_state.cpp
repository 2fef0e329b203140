#include "client-core/plan/section_state.h"

#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "client-core/plan/limits.h"
#include "client-core/plan/schema.h"

namespace samplan::plan {
namespace {

using merge::RemovalBits;
using merge::SeenOps;
using merge::Stamp;

bool is_append_only(RecordKind kind) {
  const KindSpec* spec = find_kind(kind);
  return spec != nullptr && spec->append_only;
}

bool is_own(RecordKind kind) {
  const KindSpec* spec = find_kind(kind);
  return spec != nullptr && spec->own;
}

void clear_bits(Entity& entity, RemovalBits bits) {
  if (bits == 0) return;
  for_each_living(entity,
                  [&](Stamp& s, FieldId) { s.covered = static_cast<RemovalBits>(s.covered & ~bits); });
}

void overwrite_removals(Entity& entity, const SeenOps& seen) {
  clear_bits(entity, merge::overwrite_removals(entity.life, seen));
}

void run_remove(Entity& entity, const Stamp& stamp, const SeenOps& seen) {
  overwrite_removals(entity, seen);
  const RemovalBits bit = merge::put_removal(entity.life, stamp);
  for_each_living(entity, [&](Stamp& s, FieldId) {
    if (seen.has(s.op)) s.covered = static_cast<RemovalBits>(s.covered | bit);
  });
}

bool has_room(const Entity& entity, FieldId field) {
  return entity.fields.count(field) + entity.sets.count(field) + entity.texts.count(field) > 0 ||
         entity.fields.size() + entity.sets.size() + entity.texts.size() < bounds::fields_per_entity_max;
}

bool has_room_to_add(const Entity& entity, FieldId field) {
  std::size_t additions = 0;
  for (const auto& [id, set] : entity.sets) additions += set.additions.size();
  return additions < bounds::additions_per_entity_max && has_room(entity, field);
}

}  // namespace

bool operator<(const Author& a, const Author& b) {
  if (a.device != b.device) return a.device < b.device;
  if (a.person != b.person) return a.person < b.person;
  if (a.on_behalf.has_value() != b.on_behalf.has_value()) return b.on_behalf.has_value();
  return a.on_behalf && *a.on_behalf < *b.on_behalf;
}

bool is_removed(const Entity& entity) {
  if (entity.life.removals.empty()) return false;
  if (SP_PLANTED(removal_beats_edit)) return true;
  bool all_covered = true;
  for_each_living(entity, [&](const Stamp& s, FieldId) { all_covered = all_covered && s.covered != 0; });
  return all_covered;
}

bool is_removed_while_edited(const Entity& entity) {
  return !entity.life.removals.empty() && !is_removed(entity);
}

std::uint64_t SectionState::last_counter(const DeviceId& device) const {
  const auto found = last_counter_.find(device);
  return found == last_counter_.end() ? 0 : found->second;
}

const Entity* SectionState::find(const EntityId& id) const {
  const auto found = entities_.find(id);
  return found == entities_.end() ? nullptr : &found->second;
}

const Proposal* SectionState::find_proposal(const OpId& id) const {
  const auto found = proposals_.find(id);
  return found == proposals_.end() ? nullptr : &found->second;
}

std::uint32_t SectionState::intern(const Author& author) {
  const auto [found, is_new] = author_index_.emplace(author, static_cast<std::uint32_t>(authors_.size()));
  if (is_new) authors_.push_back(author);
  return found->second;
}

void SectionState::remember_all_of(const EntityId& record) {
  remembered_ = record;
  const auto found = entities_.find(record);
  if (found == entities_.end()) return;
  for (auto& [field, text] : found->second.texts) text.doc.keep_all_words();
}

void SectionState::apply(const Batch& batch, const ApplyContext& context) {
  if (context.seq != merge::pending_seq) {
    if (context.seq < last_seq_) return;
    last_seq_ = context.seq;
  }
  if (batch.ops.empty()) return;
  Stamp stamp;
  stamp.seq = context.seq;
  stamp.wall_ms = batch.wall_ms;
  stamp.author = intern({batch.author, context.person, batch.on_behalf});

  std::uint64_t& last = last_counter_[batch.author];
  Run shared;
  Proposal proposal;
  for (const Op& op : batch.ops) {
    if (op.id.counter <= last || op.id.device != batch.author) continue;
    last = op.id.counter;
    stamp.op = op.id;
    if (proposal.stamp.op.counter == 0) proposal.stamp = stamp;
    if (!context.proposal || SP_PLANTED(proposal_takes_effect) || takes_effect_from_proposer(op, context.person)) {
      run(op, stamp, shared);
    } else if (op.kind == OpKind::note) {
      proposal.note = op.text;
    } else if (op.kind != OpKind::accept && op.kind != OpKind::decline) {
      proposal.ops.push_back({op, false});
    }
  }
  if (!proposal.ops.empty()) add_proposal(std::move(proposal));
}

bool SectionState::takes_effect_from_proposer(const Op& op, const PrincipalId& person) const {
  const OpShape* shape = shape_of(op.kind);
  if (shape == nullptr || !shape->entity) return false;
  const Entity* entity = find(op.entity);
  if (op.kind == OpKind::create) return is_own(op.record_kind) && entity == nullptr;
  return entity != nullptr && is_own(entity->kind) && author_of(entity->life.created).person == person;
}

void SectionState::run(const Op& op, const Stamp& stamp, Run& shared) {
  switch (op.kind) {
    case OpKind::create: return run_create(op, stamp, shared);
    case OpKind::set:
    case OpKind::remove:
    case OpKind::keep:
    case OpKind::set_add:
    case OpKind::set_remove:
    case OpKind::place:
    case OpKind::text:
    case OpKind::review: {
      const auto found = entities_.find(op.entity);
      if (found == entities_.end()) return;
      if (is_append_only(found->second.kind) && shared.created.count(op.entity) == 0) return;
      return run_on_entity(found->second, op, stamp, shared);
    }
    case OpKind::accept:
    case OpKind::decline: return run_answer(op, stamp);
    case OpKind::note: return;  // says something about a proposal; in a writer's own batch there is none
  }
}

void SectionState::run_create(const Op& op, const Stamp& stamp, Run& shared) {
  if (entities_.size() >= bounds::entities_max || entities_.count(op.entity) > 0) return;
  Entity entity;
  entity.kind = op.record_kind;
  entity.life.created = stamp;
  entity.slot = order_.append(op.entity);
  entities_.emplace(op.entity, std::move(entity));
  shared.created.insert(op.entity);
}

void SectionState::run_text(Entity& entity, const Op& op, const Stamp& stamp, Run& shared) {
  if (!has_room(entity, op.field)) return;
  std::uint64_t own_seen = merge::text::all_own;
  if (shared.accepted) {
    std::uint64_t& last = shared.written[{op.entity, op.field}];
    own_seen = last;
    last = op.id.counter;
  }
  const auto [found, is_new] = entity.texts.try_emplace(op.field);
  if (is_new && remembered_ == op.entity) found->second.doc.keep_all_words();
  const bool taken = apply_text(found->second, op, stamp, authors_[stamp.author].person, own_seen);
  if (!taken && is_new) entity.texts.erase(found);
}

void SectionState::run_on_entity(Entity& entity, const Op& op, const Stamp& stamp, Run& shared) {
  const SeenOps seen(op.refs);
  switch (op.kind) {
    case OpKind::set:
      if (!has_room(entity, op.field)) return;
      merge::set(entity.fields[op.field], {op.text, stamp}, seen);
      overwrite_removals(entity, seen);
      break;
    case OpKind::remove: run_remove(entity, stamp, seen); break;
    case OpKind::keep:
      overwrite_removals(entity, seen);
      merge::put_keep(entity.life, stamp, seen);
      break;
    case OpKind::set_add:
      if (has_room_to_add(entity, op.field)) merge::add(entity.sets[op.field], {op.text, stamp});
      return;
    case OpKind::set_remove: {
      const auto found = entity.sets.find(op.field);
      if (found != entity.sets.end()) {
        merge::remove(found->second, seen);
        if (found->second.additions.empty()) entity.sets.erase(found);
      }
      break;
    }
    case OpKind::place: return run_place(entity, op, stamp);
    case OpKind::text: return run_text(entity, op, stamp, shared);
    case OpKind::review: {
      const auto found = entity.texts.find(op.field);
      if (found != entity.texts.end() && !SP_PLANTED(review_not_set)) found->second.doc.mark_reviewed(op.refs);
      return;
    }
    default: return;
  }
  mark_superseded(op);
}

void SectionState::run_place(Entity& entity, const Op& op, const Stamp& stamp) {
  if (op.before) {
    const Entity* next = find(*op.before);
    const bool stands = next != nullptr && next->placed && next->placed->op == op.refs.front();
    if (stands && next != &entity) {
      order_.move_before(entity.slot, next->slot);
      entity.placed = stamp;
      return;
    }
  }
  if (op.after) {
    const Entity* anchor = find(*op.after);
    if (anchor == nullptr || anchor == &entity) return;
    SP_PLANTED(move_misses) ? order_.move_before(entity.slot, anchor->slot) : order_.move_after(entity.slot, anchor->slot);
  } else {
    order_.move_first(entity.slot);
  }
  entity.placed = stamp;
}

SectionState overlay(const SectionState& confirmed, const std::vector<PendingBatch>& pending,
                     const PrincipalId& person) {
  SectionState state = confirmed;
  for (const PendingBatch& p : pending) state.apply(p.batch, {merge::pending_seq, person, p.proposal});
  return state;
}

}  // namespace samplan::plan
