#include "client-core/plan/history.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace samplan::plan {
namespace {

const TextField* text_of(const Entity* entity, FieldId field) {
  if (entity == nullptr) return nullptr;
  const auto found = entity->texts.find(field);
  return found == entity->texts.end() ? nullptr : &found->second;
}

// A text as the author of an edit had it, before and after.
struct TextStep {
  std::string before;
  std::string after;
  bool missing = false;
};

// Puts the changes of an edit in, or takes them back, the last first.
std::string stepped(std::string text, const merge::text::HistoryChange& change, bool back) {
  const std::string& out = back ? change.inserted : change.deleted;
  const std::size_t at = std::min(merge::text::offset_of_char(text, change.pos), text.size());
  text.replace(at, std::min(out.size(), text.size() - at), back ? change.deleted : change.inserted);
  return text;
}

// Of the operations in `wanted`.
std::map<OpId, TextStep> steps_of(const TextField& field, const std::set<OpId>& wanted) {
  std::map<OpId, TextStep> out;
  // What everybody's edits had made of it, while each edit had seen all before it and all words are here.
  std::optional<std::string> text = std::string();
  for (const merge::text::HistoryEntry& entry : field.doc.history()) {
    const bool plain = !entry.concurrent && !entry.set_aside && !entry.missing;
    if (!plain || !text) text.reset();
    if (!text && wanted.count(entry.op) == 0) continue;
    TextStep step;
    if (text) {
      step.before = *text;
      step.after = *text;
      for (const auto& change : entry.changes) step.after = stepped(step.after, change, false);
    } else {
      auto after = field.doc.text_after(entry.op);
      if (!after.ok()) continue;
      step.after = after->text;
      step.missing = after->missing || entry.missing;
      // Where words are missing, places are not what they were.
      if (!step.missing) step.before = step.after;
      if (!step.missing && !entry.set_aside)
        for (auto c = entry.changes.rbegin(); c != entry.changes.rend(); ++c) step.before = stepped(step.before, *c, true);
    }
    if (plain && !step.missing) text = step.after;
    if (wanted.count(entry.op) != 0) out.emplace(entry.op, std::move(step));
  }
  return out;
}

// The operations whose effect can still be seen in the record.
std::set<OpId> living_ops(const Entity* entity) {
  std::set<OpId> out;
  if (entity == nullptr) return out;
  for_each_living(*entity, [&](const merge::Stamp& s, FieldId) { out.insert(s.op); });
  for (const merge::Removal& r : entity->life.removals) out.insert(r.stamp.op);
  if (entity->placed) out.insert(entity->placed->op);
  return out;
}

}  // namespace

RecordHistory::RecordHistory(const EntityId& record, FieldId field, SectionState base)
    : record_(record), field_(field), told_(std::move(base)) {
  told_.remember_all_of(record);
}

void RecordHistory::add(const Batch& batch, const HistorySource& source) {
  if (source.counts) told_.apply(batch, {source.seq, source.person, source.proposal});
  std::uint64_t& last = last_counter_[batch.author];
  for (const Op& op : batch.ops) {
    // As in the fold: what was sealed again arrives twice and counts once.
    if (source.counts) {
      if (op.id.counter <= last) continue;
      last = op.id.counter;
    }
    if (op.entity != record_ || shape_of(op.kind) == nullptr || !shape_of(op.kind)->entity) continue;
    if (field_ != 0 && op.field != field_) continue;
    Change change{op, batch.author, source.person, batch.on_behalf, batch.wall_ms, source, {}, false, {}, nullptr};
    for (const OpId& ref : op.refs) {
      const auto found = texts_.find(ref);
      if (found == texts_.end() || op.field == 0) continue;
      if (std::find(change.before.begin(), change.before.end(), found->second) == change.before.end())
        change.before.push_back(found->second);
    }
    if (op.kind == OpKind::set || op.kind == OpKind::set_add) texts_[op.id] = op.text;
    changes_.push_back(std::move(change));
  }
}

std::vector<Change> RecordHistory::finish(const SectionState& shown) {
  const std::set<OpId> living = living_ops(shown.find(record_));
  // What was sealed in vain and again is told once.
  std::set<OpId> counted;
  for (const Change& change : changes_)
    if (change.source.counts) counted.insert(change.op.id);
  changes_.erase(
      std::remove_if(changes_.begin(), changes_.end(),
                     [&](const Change& c) { return !c.source.counts && counted.count(c.op.id) != 0; }),
      changes_.end());
  const Entity* entity = shown.find(record_);
  std::set<OpId> edits;
  for (const Change& change : changes_)
    if (change.op.kind == OpKind::text) edits.insert(change.op.id);
  std::map<FieldId, std::map<OpId, TextStep>> texts;
  if (const Entity* told = told_.find(record_))
    for (const auto& [id, text] : told->texts)
      if (field_ == 0 || field_ == id) texts[id] = steps_of(text, edits);
  for (Change& change : changes_) {
    const auto& steps = texts[change.op.field];
    const auto step = change.op.kind == OpKind::text ? steps.find(change.op.id) : steps.end();
    const bool merged = step != steps.end();
    if (merged) {
      change.op.text = step->second.after;
      change.words_missing = step->second.missing;
      if (!step->second.before.empty()) change.before.push_back(step->second.before);
    } else if (change.op.kind == OpKind::text && change.source.counts && !change.source.proposal) {
      // It took effect before what this history is made from begins.
      change.words_missing = true;
    } else if (change.op.kind == OpKind::text) {
      // It waits in a proposal, or its envelope is void: what the text would be with it.
      change.op.text = text_with(text_of(entity, change.op.field), change.op, change.person);
    }
    const SectionState::Proposed proposed = shown.find_proposed(change.op.id);
    if (!change.source.counts) {
      change.state = ChangeState::void_;
    } else if (living.count(change.op.id) != 0 || merged) {
      change.proposal = proposed.proposal;
      change.state = ChangeState::in_force;
    } else if (proposed.op != nullptr) {
      change.proposal = proposed.proposal;
      if (proposed.op->superseded)
        change.state = ChangeState::superseded;
      else if (proposed.proposal->state == ProposalState::open)
        change.state = ChangeState::proposed;
      else
        change.state = proposed.proposal->state == ProposalState::declined ? ChangeState::declined
                                                                           : ChangeState::replaced;
    } else if (change.op.kind == OpKind::create) {
      change.state = ChangeState::no_effect;
    } else {
      change.state = change.op.kind == OpKind::set_remove || change.op.kind == OpKind::review ? ChangeState::in_force : ChangeState::replaced;
    }
  }
  return std::move(changes_);
}

}  // namespace samplan::plan
