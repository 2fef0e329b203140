#include "sync/relay/checkpoints.h"

#include <map>

#include "sync/log/checkpoint.h"
#include "sync/relay/config.h"
#include "sync/wire/message_parts.h"
#include "sync/wire/record.h"

namespace samplan::relay {
namespace {

using Noted = std::map<std::pair<PlanId, SectionId>, ChainHead>;

UnixMs day_of(UnixMs time) { return time / ms_per_day; }

Result<ChainHead> governance_head(Store& store, const PlanRow& plan) {
  Bytes signed_record;
  SP_OK(store.each_governance(plan.plan, plan.gov_seq - 1, [&](const GovRow& row) {
    signed_record = row.signed_record.copy();
    return false;
  }));
  SP_TRY(const SignedRecord parts, read_signed_record(signed_record));
  SP_TRY(const Record record, read_record(LogKind::governance, parts.record));
  return ChainHead{plan.plan, governance_chain, plan.gov_seq, record.hash};
}

Status note(Store& store, Noted& noted, const ChainHead& head) {
  const std::pair<PlanId, SectionId> key{head.plan, head.section};
  const auto before = noted.find(key);
  if (before != noted.end() && before->second.seq == head.seq && before->second.chain == head.chain)
    return Status::good();
  noted[key] = head;
  return store.put_noted_head(head);
}

Status note_plan(Store& store, Noted& noted, const PlanRow& plan) {
  if (plan.gov_seq != 0) {
    // Its hash is in no row: the record is read only when there is a new one.
    const auto before = noted.find({plan.plan, governance_chain});
    if (before == noted.end() || before->second.seq != plan.gov_seq) {
      const auto head = governance_head(store, plan);
      if (!head.ok()) return Error{Errc::corrupt, "checkpoint.governance"};
      SP_OK(note(store, noted, *head));
    }
  }
  SP_TRY(const std::vector<SectionHead> sections, store.sections(plan.plan));
  for (const SectionHead& s : sections)
    if (s.seq != 0) SP_OK(note(store, noted, {plan.plan, s.section, s.seq, s.chain}));
  return Status::good();
}

}  // namespace

Status make_checkpoint_if_due(Store& store, const ServerIdentity& server, UnixMs now) {
  SP_TRY(const std::optional<CheckpointRow> newest, store.checkpoint(server.generation));
  if (newest) {
    SP_TRY(const DayLeaf last, read_day_leaf(newest->leaf));
    if (day_of(now) <= day_of(last.made_ms)) return Status::good();
  }
  Noted noted;
  SP_OK(store.each_noted_head([&](const ChainHead& head) {
    noted[{head.plan, head.section}] = head;
    return true;
  }));
  SP_TRY(const std::vector<PlanRow> plans, store.all_plans());
  for (const PlanRow& plan : plans) SP_OK(note_plan(store, noted, plan));

  std::vector<ChainHead> heads;
  heads.reserve(noted.size());
  for (const auto& entry : noted) heads.push_back(entry.second);
  SP_TRY(const HeadMap map, HeadMap::of(heads));
  CheckpointRow row;
  row.generation = server.generation;
  row.n = newest ? newest->n + 1 : 1;
  row.leaf = write_day_leaf({now, map.size(), map.root()});

  SP_TRY(const std::vector<Hash> leaves, log_leaves(store, server.generation));
  merkle::Tree tree;
  for (const Hash& leaf : leaves) tree.append(leaf);
  tree.append(merkle::leaf_hash(row.leaf));
  // Two that do not continue each other would be proof of a lie for ever.
  if (tree.size() != row.n) return Error{Errc::corrupt, "checkpoint.log"};
  SP_TRY(const std::string signed_note,
         sign_checkpoint({log_origin(server.key.public_key, server.generation), tree.size(), tree.root(), {}},
                         server.key));
  row.note = ByteView::of(signed_note).copy();
  return store.add_checkpoint(row);
}

Result<std::vector<Hash>> log_leaves(ReadStore& store, std::uint64_t generation) {
  std::vector<Hash> leaves;
  SP_OK(store.each_checkpoint(generation, [&](const CheckpointRow& row) {
    leaves.push_back(merkle::leaf_hash(row.leaf));
    return true;
  }));
  return leaves;
}

Result<HeadMap> noted_heads(Store& store) {
  std::vector<ChainHead> heads;
  SP_OK(store.each_noted_head([&](const ChainHead& head) {
    heads.push_back(head);
    return true;
  }));
  return HeadMap::of(heads);
}

}  // namespace samplan::relay
