#include "tests/sim/plain_section.h"

#include <algorithm>

#include "client-core/plan/schema.h"

namespace samplan::sim {
namespace {

using plan::Op;
using plan::OpKind;

bool names(const std::vector<OpId>& refs, const OpId& op) {
  return std::find(refs.begin(), refs.end(), op) != refs.end();
}

void forget(std::vector<Living>& from, const std::vector<OpId>& refs) {
  from.erase(std::remove_if(from.begin(), from.end(), [&](const Living& l) { return names(refs, l.op); }),
             from.end());
}

void take_back_removals(PlainRecord& record, const std::vector<OpId>& refs) {
  for (const OpId& r : refs) record.removals.erase(r);
}

// Records of one's own, that somebody who may only propose writes without asking.
bool is_own(plan::RecordKind kind) {
  const plan::KindSpec* spec = plan::find_kind(kind);
  return spec != nullptr && spec->own;
}

}  // namespace

std::vector<OpId> living(const PlainRecord& record) {
  std::vector<OpId> out = {record.created};
  out.insert(out.end(), record.keeps.begin(), record.keeps.end());
  for (const auto* kind : {&record.values, &record.members})
    for (const auto& field : *kind)
      for (const Living& l : field.second) out.push_back(l.op);
  for (const auto& field : record.texts)
    for (const OpId& op : field.second.newest()) out.push_back(op);
  return out;
}

bool is_removed(const PlainRecord& record) {
  if (record.removals.empty()) return false;
  const std::vector<OpId> all = living(record);
  return std::all_of(all.begin(), all.end(), [&](const OpId& op) {
    return std::any_of(record.removals.begin(), record.removals.end(),
                       [&](const auto& removal) { return removal.second.count(op) != 0; });
  });
}

void PlainSection::take(const Opened& envelope, const PrincipalId& person) {
  for (const plan::Batch& batch : envelope.batches) {
    Run run;
    run.person = person;
    run.seq = envelope.seq;
    PlainProposal proposal;
    proposal.by = person;
    std::optional<OpId> id;
    for (const Op& op : batch.ops) {
      std::uint64_t& last = last_[op.id.device];
      if (op.id.counter <= last) continue;
      last = op.id.counter;
      if (!id) id = op.id;
      const auto known = records_.find(op.entity);
      const bool is_answer = op.kind == OpKind::accept || op.kind == OpKind::decline;
      const bool own = !is_answer && op.kind != OpKind::note &&
                       (op.kind == OpKind::create ? is_own(op.record_kind) && known == records_.end()
                                                  : known != records_.end() && is_own(known->second.kind) &&
                                                        known->second.creator == person);
      if (!envelope.header.proposal || own) {
        carry_out(op, run);
      } else if (!is_answer && op.kind != OpKind::note) {
        proposal.ops.push_back(op);
      }
    }
    if (!proposal.ops.empty()) proposals_.emplace(*id, std::move(proposal));
  }
}

void PlainSection::carry_out(const Op& op, Run& run) {
  if (op.kind == OpKind::note) return;
  if (op.kind == OpKind::accept || op.kind == OpKind::decline) return answer(op, run.seq);
  const auto found = records_.find(op.entity);
  if (op.kind == OpKind::create) {
    if (found != records_.end()) return;
    PlainRecord record;
    record.kind = op.record_kind;
    record.created = op.id;
    record.creator = run.person;
    records_.emplace(op.entity, std::move(record));
    order_.push_back(op.entity);
    run.created.insert(op.entity);
    return;
  }
  if (found == records_.end()) return;
  const plan::KindSpec* kind = plan::find_kind(found->second.kind);
  if (kind != nullptr && kind->append_only && run.created.count(op.entity) == 0) return;
  change(found->second, op, run);
}

void PlainSection::change(PlainRecord& record, const Op& op, Run& run) {
  switch (op.kind) {
    case OpKind::set: {
      std::vector<Living>& values = record.values[op.field];
      forget(values, op.refs);
      values.push_back({op.id, op.text});
      take_back_removals(record, op.refs);
      return supersede(op);
    }
    case OpKind::set_add: record.members[op.field].push_back({op.id, op.text}); return;
    case OpKind::set_remove: forget(record.members[op.field], op.refs); return supersede(op);
    case OpKind::remove: {
      take_back_removals(record, op.refs);
      std::set<OpId> seen;
      for (const OpId& l : living(record))
        if (names(op.refs, l)) seen.insert(l);
      record.removals[op.id] = std::move(seen);
      return supersede(op);
    }
    case OpKind::keep:
      take_back_removals(record, op.refs);
      record.keeps.erase(std::remove_if(record.keeps.begin(), record.keeps.end(),
                                        [&](const OpId& k) { return names(op.refs, k); }),
                         record.keeps.end());
      record.keeps.push_back(op.id);
      return supersede(op);
    case OpKind::place: return place(op, record);
    case OpKind::text: {
      std::uint64_t own_seen = merge::text::all_own;
      if (run.accepted) {
        // Whoever proposed it had seen the text, and of the own proposals this one alone.
        std::uint64_t& last = run.written[{op.entity, op.field}];
        own_seen = last;
        last = op.id.counter;
      }
      record.texts[op.field].edit(op.id, run.person, run.seq, op.seen, own_seen, op.runs);
      return;
    }
    case OpKind::review: {
      const auto text = record.texts.find(op.field);
      if (text != record.texts.end()) text->second.review(op.refs);
      return;
    }
    default: return;
  }
}

void PlainSection::place(const Op& op, PlainRecord& record) {
  const auto put = [&](const EntityId& anchor, bool behind) {
    order_.erase(std::find(order_.begin(), order_.end(), op.entity));
    const auto at = std::find(order_.begin(), order_.end(), anchor);
    order_.insert(behind ? at + 1 : at, op.entity);
    record.placed = op.id;
  };
  if (op.before && *op.before != op.entity) {
    const auto next = records_.find(*op.before);
    if (next != records_.end() && next->second.placed && names(op.refs, *next->second.placed))
      return put(*op.before, false);
  }
  if (!op.after) {
    order_.erase(std::find(order_.begin(), order_.end(), op.entity));
    order_.insert(order_.begin(), op.entity);
    record.placed = op.id;
  } else if (records_.count(*op.after) != 0 && *op.after != op.entity) {
    put(*op.after, true);
  }
}

void PlainSection::answer(const Op& op, std::uint64_t seq) {
  for (const OpId& id : op.refs) {
    const auto found = proposals_.find(id);
    if (found == proposals_.end() || found->second.state == PlainProposal::State::accepted) continue;
    PlainProposal& p = found->second;
    if (op.kind == OpKind::decline) {
      p.state = PlainProposal::State::declined;
      continue;
    }
    p.state = PlainProposal::State::accepted;
    Run run;
    run.person = p.by;
    run.seq = seq;
    run.accepted = true;
    for (const Op& proposed : p.ops)
      if (p.superseded.count(proposed.id) == 0) carry_out(proposed, run);
  }
}

// What took effect had seen it as a proposal: accepted later, it must not come back.
void PlainSection::supersede(const Op& by) {
  for (auto& [id, p] : proposals_) {
    if (p.state == PlainProposal::State::accepted) continue;
    for (const Op& proposed : p.ops) {
      const bool all_fields = by.kind == OpKind::remove || by.kind == OpKind::keep;
      if (proposed.entity == by.entity && proposed.kind != OpKind::create &&
          (all_fields || proposed.field == by.field) && names(by.refs, proposed.id))
        p.superseded.insert(proposed.id);
    }
  }
}

}  // namespace samplan::sim
