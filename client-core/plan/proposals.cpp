// The part of the fold that deals with proposals: keeping them, answering them, bounding them.
#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "client-core/plan/limits.h"
#include "client-core/plan/section_state.h"

namespace samplan::plan {
namespace {

using merge::Stamp;

std::size_t bytes_of(const Proposal& proposal) {
  std::size_t bytes = proposal.note.size() + proposal.reason.size();
  // What an accepted one said is not everywhere, so it must not count.
  if (proposal.state == ProposalState::accepted) return proposal.ops.size() * sizeof(ProposedOp);
  for (const ProposedOp& p : proposal.ops) {
    bytes += sizeof(ProposedOp) + p.op.text.size() + p.op.refs.size() * sizeof(OpId);
    for (const merge::text::TextRun& run : p.op.runs) bytes += sizeof(run) + run.inserted.size();
  }
  return bytes;
}

// Whether `a` goes before `b` when a person has too many: answered ones first, then the oldest.
bool goes_first(const Proposal& a, const Proposal& b) {
  const bool a_open = a.state == ProposalState::open;
  const bool b_open = b.state == ProposalState::open;
  if (a_open != b_open) return b_open;
  if (a.stamp.seq != b.stamp.seq) return a.stamp.seq < b.stamp.seq;
  return a.stamp.op < b.stamp.op;
}

}  // namespace

void SectionState::add_proposal(Proposal proposal) {
  const OpId id = proposal.stamp.op;
  const PrincipalId person = author_of(proposal.stamp).person;
  proposals_.emplace(id, std::move(proposal));
  bound_proposals(person);
}

void SectionState::bound_proposals(const PrincipalId& person) {
  std::vector<const Proposal*> theirs;
  std::size_t bytes = 0;
  for (const auto& [id, p] : proposals_) {
    if (author_of(p.stamp).person != person) continue;
    theirs.push_back(&p);
    bytes += bytes_of(p);
  }
  const auto too_much = [&](std::size_t count) {
    return count > bounds::proposals_per_person_max || bytes > bounds::proposal_bytes_per_person_max;
  };
  if (!too_much(theirs.size())) return;
  std::sort(theirs.begin(), theirs.end(),
            [](const Proposal* a, const Proposal* b) { return goes_first(*a, *b); });
  // The newest stays in any case; one batch cannot be larger than its envelope.
  for (std::size_t i = 0; i + 1 < theirs.size() && too_much(theirs.size() - i); ++i) {
    bytes -= bytes_of(*theirs[i]);
    proposals_.erase(theirs[i]->stamp.op);
  }
}

void SectionState::run_answer(const Op& op, const Stamp& stamp) {
  for (const OpId& id : op.refs) {
    const auto found = proposals_.find(id);
    if (found == proposals_.end()) continue;
    Proposal& proposal = found->second;
    const bool accepts = op.kind == OpKind::accept;
    // Accepting wins in either order, so two people who answer without seeing each other get one outcome.
    if ((proposal.state == ProposalState::accepted && !SP_PLANTED(last_answer_wins)) ||
        (!accepts && proposal.state == ProposalState::declined))
      continue;
    proposal.state = accepts ? ProposalState::accepted : ProposalState::declined;
    proposal.answered = stamp;
    proposal.reason = accepts ? std::string() : op.text;
    if (!accepts) continue;
    Run shared;
    shared.accepted = true;
    Stamp effect = proposal.stamp;
    effect.seq = stamp.seq;
    for (const ProposedOp& p : proposal.ops) {
      if (p.superseded) continue;
      effect.op = p.op.id;
      run(p.op, effect, shared);
    }
  }
}

// An operation that took effect had seen proposed ones: if these are accepted later they must not come back.
void SectionState::mark_superseded(const Op& by) {
  const auto concerns = [&](const Op& proposed) {
    if (proposed.entity != by.entity || proposed.kind == OpKind::create) return false;
    return by.kind == OpKind::remove || by.kind == OpKind::keep || proposed.field == by.field;
  };
  for (const OpId& ref : by.refs) {
    const Proposed found = find_proposed(ref);
    if (SP_PLANTED(superseded_returns) || found.op == nullptr ||
        found.proposal->state == ProposalState::accepted || !concerns(found.op->op))
      continue;
    Proposal& proposal = proposals_.find(found.proposal->stamp.op)->second;
    proposal.ops[static_cast<std::size_t>(found.op - found.proposal->ops.data())].superseded = true;
  }
}

// A batch's counters lie between its first and the next batch's, so the proposal is the last that starts
// before.
SectionState::Proposed SectionState::find_proposed(const OpId& op) const {
  auto found = proposals_.upper_bound(op);
  if (found == proposals_.begin()) return {};
  --found;
  const Proposal& proposal = found->second;
  if (found->first.device != op.device) return {};
  const auto at = std::lower_bound(proposal.ops.begin(), proposal.ops.end(), op,
                                   [](const ProposedOp& p, const OpId& id) { return p.op.id < id; });
  if (at == proposal.ops.end() || at->op.id != op) return {};
  return {&proposal, &*at};
}

}  // namespace samplan::plan
