#include "tests/support/memory_store.h"

namespace samplan::relay {

Status MemoryStore::begin() {
  undo_.clear();
  marks_.clear();
  return Status::good();
}

void MemoryStore::rollback() {
  undo_to(0);
  marks_.clear();
}

Status MemoryStore::commit() {
  if (fail_commit) {
    fail_commit = false;
    return Error{Errc::not_saved, "memory_store.commit"};
  }
  undo_.clear();
  return Status::good();
}

Status MemoryStore::mark() {
  marks_.push_back(undo_.size());
  return Status::good();
}

Status MemoryStore::release() {
  marks_.pop_back();
  return Status::good();
}

Status MemoryStore::undo() {
  undo_to(marks_.back());
  marks_.pop_back();
  return Status::good();
}

Result<std::optional<Bytes>> MemoryStore::meta(std::string_view name) {
  return find(meta_, std::string(name));
}

Status MemoryStore::set_meta(std::string_view name, ByteView value) {
  return set(meta_, std::string(name), value.copy());
}

Result<std::optional<DeviceRow>> MemoryStore::device(const DeviceId& device) {
  return find(devices_, device);
}

Result<std::vector<PrincipalId>> MemoryStore::units_of(const PrincipalId& person) {
  std::vector<PrincipalId> out;
  for (const auto& m : unit_members_)
    if (m.first.second == person && m.second) out.push_back(m.first.first);
  return out;
}

Result<std::vector<PlanRow>> MemoryStore::plans_of(const PrincipalId& person) {
  std::vector<PlanRow> out;
  for (const auto& m : plan_members_)
    if (m.first.first == person) out.push_back(plans_.at(m.first.second));
  return out;
}

Result<std::optional<Bytes>> MemoryStore::cursors(const DeviceId& device, const CursorToken& token) {
  return find(cursors_, std::make_pair(device, token));
}

Result<bool> MemoryStore::has_letters(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now) {
  bool any = false;
  SP_OK(each_letter(to, seen, now, [&](const LetterRow&) {
    any = true;
    return false;
  }));
  return any;
}

Result<std::optional<BoxRow>> MemoryStore::box(const BoxId& box) { return find(boxes_, box); }

Status MemoryStore::each_access(const PlanId& plan, std::uint64_t after_n, const Visitor<AccessRow>& visit) {
  for (const AccessRow& row : access_[plan])
    if (row.n > after_n && !visit(row)) break;
  return Status::good();
}

Result<std::uint64_t> MemoryStore::identity_count() { return identity_.size(); }

Status MemoryStore::each_identity(std::uint64_t after_n, const Visitor<IdentityRow>& visit) {
  for (std::uint64_t i = after_n; i < identity_.size(); ++i)
    if (!visit(row_of(identity_[i]))) break;
  return Status::good();
}

Status MemoryStore::each_identity_of(const PrincipalId& principal, std::uint64_t after_seq,
                                     const Visitor<IdentityRow>& visit) {
  for (const KeptIdentity& kept : identity_)
    if (kept.principal == principal && kept.seq > after_seq && !visit(row_of(kept))) break;
  return Status::good();
}

Result<std::uint64_t> MemoryStore::identity_seq(const PrincipalId& principal) {
  std::uint64_t seq = 0;
  for (const KeptIdentity& kept : identity_)
    if (kept.principal == principal) seq = std::max(seq, kept.seq);
  return seq;
}

Status MemoryStore::add_identity(const IdentityRow& row) {
  return push(identity_, KeptIdentity{row.n, row.principal, row.seq, row.record.copy()});
}

Status MemoryStore::put_device(const DeviceId& device, const DeviceRow& row) {
  return set(devices_, device, row);
}

Status MemoryStore::put_unit_member(const PrincipalId& unit, const PrincipalId& person, bool now_member) {
  return set(unit_members_, std::make_pair(unit, person), now_member);
}

Status MemoryStore::put_feed_member(const PrincipalId& principal, const FeedMember& member) {
  return set(feed_members_, std::make_pair(principal, member.plan), member.participant);
}

Result<std::vector<FeedMember>> MemoryStore::feeds_of(const PrincipalId& principal) {
  std::vector<FeedMember> out;
  for (const auto& m : feed_members_)
    if (m.first.first == principal) out.push_back({m.first.second, m.second});
  return out;
}

Status MemoryStore::add_feed(const PlanId& plan, const FeedRow& row) { return push(feeds_[plan], row); }

Status MemoryStore::each_feed(const PlanId& plan, std::uint64_t after_n, const Visitor<FeedRow>& visit) {
  for (FeedRow row : feeds_[plan]) {
    if (row.n <= after_n) continue;
    row.record = record_of(row.principal, row.seq);
    if (!visit(row)) break;
  }
  return Status::good();
}

Result<std::optional<FeedRow>> MemoryStore::find_feed(const PlanId& plan, const PrincipalId& principal,
                                                      std::uint64_t seq) {
  for (const FeedRow& row : feeds_[plan])
    if (row.principal == principal && row.seq == seq) return std::optional<FeedRow>(row);
  return std::optional<FeedRow>();
}

Status MemoryStore::put_plan_member(const PrincipalId& person, const PlanId& plan) {
  return set(plan_members_, std::make_pair(person, plan), true);
}

Result<bool> MemoryStore::is_plan_member(const PrincipalId& person, const PlanId& plan) {
  return plan_members_.count({person, plan}) != 0;
}

Result<std::optional<PlanRow>> MemoryStore::lock_plan(const PlanId& plan) { return find(plans_, plan); }

Status MemoryStore::put_plan(const PlanRow& row) { return set(plans_, row.plan, row); }

Result<std::vector<SectionHead>> MemoryStore::sections(const PlanId& plan) {
  std::vector<SectionHead> out;
  for (const auto& s : sections_)
    if (s.first.first == plan) out.push_back(s.second);
  return out;
}

Status MemoryStore::put_section(const PlanId& plan, const SectionHead& head) {
  return set(sections_, std::make_pair(plan, head.section), head);
}

Status MemoryStore::add_governance(const PlanId& plan, const GovRow& row) {
  return push(governance_[plan], KeptGov{row.seq, row.recv_ms, row.identity_n, row.signed_record.copy()});
}

Status MemoryStore::each_governance(const PlanId& plan, std::uint64_t after_seq,
                                    const Visitor<GovRow>& visit) {
  for (const KeptGov& k : governance_[plan])
    if (k.seq > after_seq && !visit({k.seq, k.recv_ms, k.identity_n, k.signed_record})) break;
  return Status::good();
}

Status MemoryStore::add_envelope(const PlanId& plan, const EnvelopeRow& row) {
  EnvelopeRow kept = row;
  kept.body = {};
  return push(envelopes_[{plan, row.key.section}], std::make_pair(kept, row.body.copy()));
}

Result<std::optional<EnvelopePlace>> MemoryStore::find_envelope(const PlanId& plan, const EnvelopeKey& key) {
  for (const auto& e : envelopes_[{plan, key.section}]) {
    const EnvelopeKey& k = e.first.key;
    if (k.author == key.author && k.epoch == key.epoch && k.author_seq == key.author_seq)
      return std::optional<EnvelopePlace>({e.first.seq, e.first.id});
  }
  return std::optional<EnvelopePlace>();
}

Result<std::optional<AuthorTip>> MemoryStore::author_tip(const PlanId& plan, SectionId section,
                                                         const DeviceId& author) {
  std::optional<AuthorTip> tip;
  for (const auto& e : envelopes_[{plan, section}]) {
    const EnvelopeKey& k = e.first.key;
    if (k.author != author) continue;
    if (!tip || std::tie(tip->epoch, tip->author_seq) < std::tie(k.epoch, k.author_seq))
      tip = AuthorTip{k.epoch, k.author_seq, e.first.id};
  }
  return tip;
}

Status MemoryStore::each_envelope(const PlanId& plan, SectionId section, std::uint64_t after_seq,
                                  const Visitor<EnvelopeRow>& visit) {
  for (const auto& e : envelopes_[{plan, section}]) {
    EnvelopeRow row = e.first;
    row.body = e.second;
    if (row.seq > after_seq && !visit(row)) break;
  }
  return Status::good();
}

Status MemoryStore::each_marked(const PlanId& plan, SectionId section, EnvelopeKind kind, std::uint64_t below,
                                const Visitor<EnvelopeRow>& visit) {
  const auto& rows = envelopes_[{plan, section}];
  for (auto e = rows.rbegin(); e != rows.rend(); ++e) {
    EnvelopeRow row = e->first;
    row.body = e->second;
    if (row.kind == kind && row.seq < below && !visit(row)) break;
  }
  return Status::good();
}

Result<std::optional<AccessRow>> MemoryStore::last_access(const PlanId& plan) {
  const auto& rows = access_[plan];
  return rows.empty() ? std::optional<AccessRow>() : std::optional<AccessRow>(rows.back());
}

Status MemoryStore::add_access(const PlanId& plan, const AccessRow& row) { return push(access_[plan], row); }

Status MemoryStore::put_cursors(const DeviceId& device, const std::optional<CursorToken>& kept,
                                const CursorToken& token, ByteView cursors) {
  std::vector<CursorToken> gone;
  for (const auto& c : cursors_)
    if (c.first.first == device && (!kept || c.first.second != *kept)) gone.push_back(c.first.second);
  for (const CursorToken& t : gone) SP_OK(erase(cursors_, std::make_pair(device, t)));
  return set(cursors_, std::make_pair(device, token), cursors.copy());
}

Status MemoryStore::put_box(const BoxRow& row) { return set(boxes_, row.box, row); }

Result<std::uint64_t> MemoryStore::boxes_of(const PrincipalId& owner, UnixMs now) {
  std::uint64_t count = 0;
  for (const auto& b : boxes_) count += b.second.owner == owner && b.second.expires_ms > now ? 1 : 0;
  return count;
}

Result<bool> MemoryStore::has_letter(const BoxId& box, const Hash& id) {
  return std::any_of(letters_.begin(), letters_.end(),
                     [&](const auto& l) { return l.first.box == box && l.first.id == id; });
}

Status MemoryStore::add_letter(const LetterRow& row) {
  LetterRow kept = row;
  kept.n = ++letter_n_;
  kept.body = {};
  return push(letters_, std::make_pair(kept, row.body.copy()));
}

Status MemoryStore::each_letter(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now,
                                const Visitor<LetterRow>& visit) {
  for (const auto& l : letters_) {
    LetterRow row = l.first;
    row.body = l.second;
    const bool mine = std::find(to.begin(), to.end(), row.to) != to.end();
    if (mine && row.n > seen && row.expires_ms > now && !visit(row)) break;
  }
  return Status::good();
}

Status MemoryStore::forget_expired_mail(UnixMs now) {
  std::vector<BoxId> gone;
  for (const auto& b : boxes_)
    if (b.second.expires_ms <= now) gone.push_back(b.first);
  for (const BoxId& b : gone) SP_OK(erase(boxes_, b));
  return Status::good();
}

Result<std::optional<MeetBoxRow>> MemoryStore::meet_box(const MeetBoxId& box) {
  return find(meet_boxes_, box);
}

Result<std::optional<MeetBoxRow>> MemoryStore::meet_slot(std::uint16_t slot) {
  for (const auto& b : meet_boxes_)
    if (b.second.slot == slot) return std::optional<MeetBoxRow>(b.second);
  return std::optional<MeetBoxRow>();
}

Status MemoryStore::each_meet_message(const MeetBoxId& box, std::uint32_t after,
                                      const Visitor<MeetMessageRow>& visit) {
  for (const auto& m : meet_messages_)
    if (m.first.first == box && m.first.second > after && !visit({box, m.first.second, m.second})) break;
  return Status::good();
}

Status MemoryStore::put_meet_box(const MeetBoxRow& row) { return set(meet_boxes_, row.box, row); }

Result<std::uint64_t> MemoryStore::meet_boxes(UnixMs now) {
  std::uint64_t count = 0;
  for (const auto& b : meet_boxes_) count += b.second.expires_ms > now ? 1 : 0;
  return count;
}

Status MemoryStore::add_meet_message(const MeetMessageRow& row) {
  return set(meet_messages_, std::make_pair(row.box, row.n), row.body.copy());
}

Status MemoryStore::close_meet_box(const MeetBoxId& box) {
  if (meet_boxes_.count(box) != 0) SP_OK(erase(meet_boxes_, box));
  std::vector<std::pair<MeetBoxId, std::uint32_t>> gone;
  for (const auto& m : meet_messages_)
    if (m.first.first == box) gone.push_back(m.first);
  for (const auto& key : gone) SP_OK(erase(meet_messages_, key));
  return Status::good();
}

Status MemoryStore::forget_expired_meet(UnixMs now) {
  std::vector<MeetBoxId> gone;
  for (const auto& b : meet_boxes_)
    if (b.second.expires_ms <= now) gone.push_back(b.first);
  for (const MeetBoxId& box : gone) SP_OK(close_meet_box(box));
  return Status::good();
}

Result<std::optional<CheckpointRow>> MemoryStore::checkpoint(std::uint64_t generation) {
  const auto it = checkpoints_.find(generation);
  if (it == checkpoints_.end() || it->second.empty()) return std::optional<CheckpointRow>();
  return std::optional<CheckpointRow>(it->second.back());
}

Status MemoryStore::each_checkpoint(std::uint64_t generation, const Visitor<CheckpointRow>& visit) {
  for (const CheckpointRow& row : checkpoints_[generation])
    if (!visit(row)) break;
  return Status::good();
}

Result<std::vector<PlanRow>> MemoryStore::all_plans() {
  std::vector<PlanRow> out;
  for (const auto& p : plans_) out.push_back(p.second);
  return out;
}

Status MemoryStore::add_checkpoint(const CheckpointRow& row) {
  return push(checkpoints_[row.generation], row);
}

Status MemoryStore::put_noted_head(const ChainHead& head) {
  return set(noted_heads_, std::make_pair(head.plan, head.section), head);
}

Status MemoryStore::each_noted_head(const Visitor<ChainHead>& visit) {
  for (const auto& h : noted_heads_)
    if (!visit(h.second)) break;
  return Status::good();
}

Result<std::optional<Hash>> MemoryStore::drop_of(const PlanId& plan, const DeviceId& device) {
  return find(drops_, std::make_pair(plan, device));
}

Status MemoryStore::put_drop(const PlanId& plan, const DeviceId& device, const Hash& id) {
  return set(drops_, std::make_pair(plan, device), id);
}

ByteView MemoryStore::record_of(const PrincipalId& principal, std::uint64_t seq) const {
  for (const KeptIdentity& kept : identity_)
    if (kept.principal == principal && kept.seq == seq) return kept.record;
  return {};
}

Status MemoryStore::may_write() {
  if (writes_until_full == 0) return Error{Errc::not_saved, "memory_store.full"};
  if (writes_until_full > 0) --writes_until_full;
  ++writes;
  return Status::good();
}

void MemoryStore::undo_to(std::size_t size) {
  while (undo_.size() > size) {
    undo_.back()();
    undo_.pop_back();
  }
}

}  // namespace samplan::relay
