// The server's store in memory, with transactions that really roll back and faults on demand. The twin of
// server/sqlite_store.h for tests of the relay and of clients against it; both pass the same contract.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include "sync/relay/store.h"

namespace samplan::relay {

class MemoryStore : public Store {
 public:
  // Faults: the next commit, or the write after so many more, is refused as by a full disk.
  bool fail_commit = false;
  int writes_until_full = -1;
  // How often something was written; a request that must not write leaves it alone.
  std::uint64_t writes = 0;

  Status begin() override {
    undo_.clear();
    marks_.clear();
    return Status::good();
  }
  void rollback() override {
    undo_to(0);
    marks_.clear();
  }
  Status commit() override {
    if (fail_commit) {
      fail_commit = false;
      return Error{Errc::not_saved, "memory_store.commit"};
    }
    undo_.clear();
    return Status::good();
  }
  Status mark() override {
    marks_.push_back(undo_.size());
    return Status::good();
  }
  Status release() override {
    marks_.pop_back();
    return Status::good();
  }
  Status undo() override {
    undo_to(marks_.back());
    marks_.pop_back();
    return Status::good();
  }

  Result<std::optional<Bytes>> meta(std::string_view name) override { return find(meta_, std::string(name)); }
  Status set_meta(std::string_view name, ByteView value) override {
    return set(meta_, std::string(name), value.copy());
  }

  Result<std::optional<DeviceRow>> device(const DeviceId& device) override { return find(devices_, device); }
  Result<std::vector<PrincipalId>> units_of(const PrincipalId& person) override {
    std::vector<PrincipalId> out;
    for (const auto& m : unit_members_)
      if (m.first.second == person && m.second) out.push_back(m.first.first);
    return out;
  }
  Result<std::vector<PlanRow>> plans_of(const PrincipalId& person) override {
    std::vector<PlanRow> out;
    for (const auto& m : plan_members_)
      if (m.first.first == person) out.push_back(plans_.at(m.first.second));
    return out;
  }
  Result<std::optional<Bytes>> cursors(const DeviceId& device, const CursorToken& token) override {
    return find(cursors_, std::make_pair(device, token));
  }
  Result<bool> has_letters(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now) override {
    bool any = false;
    SP_OK(each_letter(to, seen, now, [&](const LetterRow&) {
      any = true;
      return false;
    }));
    return any;
  }
  Result<std::optional<BoxRow>> box(const BoxId& box) override { return find(boxes_, box); }
  Status each_access(const PlanId& plan, std::uint64_t after_n, const Visitor<AccessRow>& visit) override {
    for (const AccessRow& row : access_[plan])
      if (row.n > after_n && !visit(row)) break;
    return Status::good();
  }

  Result<std::uint64_t> identity_count() override { return identity_.size(); }
  Status each_identity(std::uint64_t after_n, const Visitor<IdentityRow>& visit) override {
    for (std::uint64_t i = after_n; i < identity_.size(); ++i)
      if (!visit(row_of(identity_[i]))) break;
    return Status::good();
  }
  Status each_identity_of(const PrincipalId& principal, std::uint64_t after_seq,
                          const Visitor<IdentityRow>& visit) override {
    for (const KeptIdentity& kept : identity_)
      if (kept.principal == principal && kept.seq > after_seq && !visit(row_of(kept))) break;
    return Status::good();
  }
  Result<std::uint64_t> identity_seq(const PrincipalId& principal) override {
    std::uint64_t seq = 0;
    for (const KeptIdentity& kept : identity_)
      if (kept.principal == principal) seq = std::max(seq, kept.seq);
    return seq;
  }
  Status add_identity(const IdentityRow& row) override {
    return push(identity_, KeptIdentity{row.n, row.principal, row.seq, row.record.copy()});
  }
  Status put_device(const DeviceId& device, const DeviceRow& row) override {
    return set(devices_, device, row);
  }
  Status put_unit_member(const PrincipalId& unit, const PrincipalId& person, bool now_member) override {
    return set(unit_members_, std::make_pair(unit, person), now_member);
  }

  Status put_feed_member(const PrincipalId& principal, const FeedMember& member) override {
    return set(feed_members_, std::make_pair(principal, member.plan), member.participant);
  }
  Result<std::vector<FeedMember>> feeds_of(const PrincipalId& principal) override {
    std::vector<FeedMember> out;
    for (const auto& m : feed_members_)
      if (m.first.first == principal) out.push_back({m.first.second, m.second});
    return out;
  }
  Status add_feed(const PlanId& plan, const FeedRow& row) override { return push(feeds_[plan], row); }
  Status each_feed(const PlanId& plan, std::uint64_t after_n, const Visitor<FeedRow>& visit) override {
    for (FeedRow row : feeds_[plan]) {
      if (row.n <= after_n) continue;
      row.record = record_of(row.principal, row.seq);
      if (!visit(row)) break;
    }
    return Status::good();
  }
  Result<std::optional<FeedRow>> find_feed(const PlanId& plan, const PrincipalId& principal,
                                           std::uint64_t seq) override {
    for (const FeedRow& row : feeds_[plan])
      if (row.principal == principal && row.seq == seq) return std::optional<FeedRow>(row);
    return std::optional<FeedRow>();
  }
  Status put_plan_member(const PrincipalId& person, const PlanId& plan) override {
    return set(plan_members_, std::make_pair(person, plan), true);
  }
  Result<bool> is_plan_member(const PrincipalId& person, const PlanId& plan) override {
    return plan_members_.count({person, plan}) != 0;
  }

  Result<std::optional<PlanRow>> lock_plan(const PlanId& plan) override { return find(plans_, plan); }
  Status put_plan(const PlanRow& row) override { return set(plans_, row.plan, row); }
  Result<std::vector<SectionHead>> sections(const PlanId& plan) override {
    std::vector<SectionHead> out;
    for (const auto& s : sections_)
      if (s.first.first == plan) out.push_back(s.second);
    return out;
  }
  Status put_section(const PlanId& plan, const SectionHead& head) override {
    return set(sections_, std::make_pair(plan, head.section), head);
  }
  Status add_governance(const PlanId& plan, const GovRow& row) override {
    return push(governance_[plan], KeptGov{row.seq, row.recv_ms, row.identity_n, row.signed_record.copy()});
  }
  Status each_governance(const PlanId& plan, std::uint64_t after_seq, const Visitor<GovRow>& visit) override {
    for (const KeptGov& k : governance_[plan])
      if (k.seq > after_seq && !visit({k.seq, k.recv_ms, k.identity_n, k.signed_record})) break;
    return Status::good();
  }
  Status add_envelope(const PlanId& plan, const EnvelopeRow& row) override {
    EnvelopeRow kept = row;
    kept.body = {};
    return push(envelopes_[{plan, row.key.section}], std::make_pair(kept, row.body.copy()));
  }
  Result<std::optional<EnvelopePlace>> find_envelope(const PlanId& plan, const EnvelopeKey& key) override {
    for (const auto& e : envelopes_[{plan, key.section}]) {
      const EnvelopeKey& k = e.first.key;
      if (k.author == key.author && k.epoch == key.epoch && k.author_seq == key.author_seq)
        return std::optional<EnvelopePlace>({e.first.seq, e.first.id});
    }
    return std::optional<EnvelopePlace>();
  }
  Result<std::optional<AuthorTip>> author_tip(const PlanId& plan, SectionId section,
                                              const DeviceId& author) override {
    std::optional<AuthorTip> tip;
    for (const auto& e : envelopes_[{plan, section}]) {
      const EnvelopeKey& k = e.first.key;
      if (k.author != author) continue;
      if (!tip || std::tie(tip->epoch, tip->author_seq) < std::tie(k.epoch, k.author_seq))
        tip = AuthorTip{k.epoch, k.author_seq, e.first.id};
    }
    return tip;
  }
  Status each_envelope(const PlanId& plan, SectionId section, std::uint64_t after_seq,
                       const Visitor<EnvelopeRow>& visit) override {
    for (const auto& e : envelopes_[{plan, section}]) {
      EnvelopeRow row = e.first;
      row.body = e.second;
      if (row.seq > after_seq && !visit(row)) break;
    }
    return Status::good();
  }
  Status each_marked(const PlanId& plan, SectionId section, EnvelopeKind kind, std::uint64_t below,
                     const Visitor<EnvelopeRow>& visit) override {
    const auto& rows = envelopes_[{plan, section}];
    for (auto e = rows.rbegin(); e != rows.rend(); ++e) {
      EnvelopeRow row = e->first;
      row.body = e->second;
      if (row.kind == kind && row.seq < below && !visit(row)) break;
    }
    return Status::good();
  }
  Result<std::optional<AccessRow>> last_access(const PlanId& plan) override {
    const auto& rows = access_[plan];
    return rows.empty() ? std::optional<AccessRow>() : std::optional<AccessRow>(rows.back());
  }
  Status add_access(const PlanId& plan, const AccessRow& row) override { return push(access_[plan], row); }

  Status put_cursors(const DeviceId& device, const std::optional<CursorToken>& kept, const CursorToken& token,
                     ByteView cursors) override {
    std::vector<CursorToken> gone;
    for (const auto& c : cursors_)
      if (c.first.first == device && (!kept || c.first.second != *kept)) gone.push_back(c.first.second);
    for (const CursorToken& t : gone) SP_OK(erase(cursors_, std::make_pair(device, t)));
    return set(cursors_, std::make_pair(device, token), cursors.copy());
  }

  Status put_box(const BoxRow& row) override { return set(boxes_, row.box, row); }
  Result<std::uint64_t> boxes_of(const PrincipalId& owner, UnixMs now) override {
    std::uint64_t count = 0;
    for (const auto& b : boxes_) count += b.second.owner == owner && b.second.expires_ms > now ? 1 : 0;
    return count;
  }
  Result<bool> has_letter(const BoxId& box, const Hash& id) override {
    return std::any_of(letters_.begin(), letters_.end(),
                       [&](const auto& l) { return l.first.box == box && l.first.id == id; });
  }
  Status add_letter(const LetterRow& row) override {
    LetterRow kept = row;
    kept.n = ++letter_n_;
    kept.body = {};
    return push(letters_, std::make_pair(kept, row.body.copy()));
  }
  Status each_letter(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now,
                     const Visitor<LetterRow>& visit) override {
    for (const auto& l : letters_) {
      LetterRow row = l.first;
      row.body = l.second;
      const bool mine = std::find(to.begin(), to.end(), row.to) != to.end();
      if (mine && row.n > seen && row.expires_ms > now && !visit(row)) break;
    }
    return Status::good();
  }
  Status forget_expired_mail(UnixMs now) override {
    std::vector<BoxId> gone;
    for (const auto& b : boxes_)
      if (b.second.expires_ms <= now) gone.push_back(b.first);
    for (const BoxId& b : gone) SP_OK(erase(boxes_, b));
    return Status::good();
  }
  Result<std::optional<MeetBoxRow>> meet_box(const MeetBoxId& box) override { return find(meet_boxes_, box); }
  Result<std::optional<MeetBoxRow>> meet_slot(std::uint16_t slot) override {
    for (const auto& b : meet_boxes_)
      if (b.second.slot == slot) return std::optional<MeetBoxRow>(b.second);
    return std::optional<MeetBoxRow>();
  }
  Status each_meet_message(const MeetBoxId& box, std::uint32_t after, const Visitor<MeetMessageRow>& visit) override {
    for (const auto& m : meet_messages_)
      if (m.first.first == box && m.first.second > after && !visit({box, m.first.second, m.second})) break;
    return Status::good();
  }
  Status put_meet_box(const MeetBoxRow& row) override { return set(meet_boxes_, row.box, row); }
  Result<std::uint64_t> meet_boxes(UnixMs now) override {
    std::uint64_t count = 0;
    for (const auto& b : meet_boxes_) count += b.second.expires_ms > now ? 1 : 0;
    return count;
  }
  Status add_meet_message(const MeetMessageRow& row) override {
    return set(meet_messages_, std::make_pair(row.box, row.n), row.body.copy());
  }
  Status close_meet_box(const MeetBoxId& box) override {
    if (meet_boxes_.count(box) != 0) SP_OK(erase(meet_boxes_, box));
    std::vector<std::pair<MeetBoxId, std::uint32_t>> gone;
    for (const auto& m : meet_messages_)
      if (m.first.first == box) gone.push_back(m.first);
    for (const auto& key : gone) SP_OK(erase(meet_messages_, key));
    return Status::good();
  }
  Status forget_expired_meet(UnixMs now) override {
    std::vector<MeetBoxId> gone;
    for (const auto& b : meet_boxes_)
      if (b.second.expires_ms <= now) gone.push_back(b.first);
    for (const MeetBoxId& box : gone) SP_OK(close_meet_box(box));
    return Status::good();
  }
  Result<std::optional<CheckpointRow>> checkpoint(std::uint64_t generation) override {
    const auto it = checkpoints_.find(generation);
    if (it == checkpoints_.end() || it->second.empty()) return std::optional<CheckpointRow>();
    return std::optional<CheckpointRow>(it->second.back());
  }
  Status each_checkpoint(std::uint64_t generation, const Visitor<CheckpointRow>& visit) override {
    for (const CheckpointRow& row : checkpoints_[generation])
      if (!visit(row)) break;
    return Status::good();
  }
  Result<std::vector<PlanRow>> all_plans() override {
    std::vector<PlanRow> out;
    for (const auto& p : plans_) out.push_back(p.second);
    return out;
  }
  Status add_checkpoint(const CheckpointRow& row) override { return push(checkpoints_[row.generation], row); }
  Status put_noted_head(const ChainHead& head) override {
    return set(noted_heads_, std::make_pair(head.plan, head.section), head);
  }
  Status each_noted_head(const Visitor<ChainHead>& visit) override {
    for (const auto& h : noted_heads_)
      if (!visit(h.second)) break;
    return Status::good();
  }
  Result<std::optional<Hash>> drop_of(const PlanId& plan, const DeviceId& device) override {
    return find(drops_, std::make_pair(plan, device));
  }
  Status put_drop(const PlanId& plan, const DeviceId& device, const Hash& id) override {
    return set(drops_, std::make_pair(plan, device), id);
  }

 private:
  struct KeptIdentity {
    std::uint64_t n;
    PrincipalId principal;
    std::uint64_t seq;
    Bytes record;
  };
  struct KeptGov {
    std::uint64_t seq;
    UnixMs recv_ms;
    std::uint64_t identity_n;
    Bytes signed_record;
  };

  static IdentityRow row_of(const KeptIdentity& kept) {
    return {kept.n, kept.principal, kept.seq, kept.record};
  }
  ByteView record_of(const PrincipalId& principal, std::uint64_t seq) const {
    for (const KeptIdentity& kept : identity_)
      if (kept.principal == principal && kept.seq == seq) return kept.record;
    return {};
  }

  template <class Map, class Key>
  static Result<std::optional<typename Map::mapped_type>> find(const Map& map, const Key& key) {
    const auto it = map.find(key);
    if (it == map.end()) return std::optional<typename Map::mapped_type>();
    return std::optional<typename Map::mapped_type>(it->second);
  }
  Status may_write() {
    if (writes_until_full == 0) return Error{Errc::not_saved, "memory_store.full"};
    if (writes_until_full > 0) --writes_until_full;
    ++writes;
    return Status::good();
  }
  template <class Map, class Key, class Value>
  Status set(Map& map, const Key& key, Value value) {
    SP_OK(may_write());
    const auto before = map.find(key);
    if (before == map.end()) {
      undo_.push_back([&map, key] { map.erase(key); });
    } else {
      undo_.push_back([&map, key, old = before->second] { map[key] = old; });
    }
    map[key] = std::move(value);
    return Status::good();
  }
  template <class Map, class Key>
  Status erase(Map& map, const Key& key) {
    SP_OK(may_write());
    undo_.push_back([&map, key, old = map.at(key)] { map[key] = old; });
    map.erase(key);
    return Status::good();
  }
  template <class List, class Value>
  Status push(List& list, Value value) {
    SP_OK(may_write());
    undo_.push_back([&list] { list.pop_back(); });
    list.push_back(std::move(value));
    return Status::good();
  }
  void undo_to(std::size_t size) {
    while (undo_.size() > size) {
      undo_.back()();
      undo_.pop_back();
    }
  }

  std::vector<std::function<void()>> undo_;
  std::vector<std::size_t> marks_;
  std::map<std::string, Bytes> meta_;
  std::map<DeviceId, DeviceRow> devices_;
  std::map<std::pair<PrincipalId, PrincipalId>, bool> unit_members_;
  std::vector<KeptIdentity> identity_;
  std::map<std::pair<PrincipalId, PlanId>, bool> feed_members_;
  std::map<PlanId, std::vector<FeedRow>> feeds_;
  std::map<std::pair<PrincipalId, PlanId>, bool> plan_members_;
  std::map<PlanId, PlanRow> plans_;
  std::map<std::pair<PlanId, SectionId>, SectionHead> sections_;
  std::map<PlanId, std::vector<KeptGov>> governance_;
  std::map<std::pair<PlanId, SectionId>, std::vector<std::pair<EnvelopeRow, Bytes>>> envelopes_;
  std::map<PlanId, std::vector<AccessRow>> access_;
  std::map<std::pair<DeviceId, CursorToken>, Bytes> cursors_;
  std::map<BoxId, BoxRow> boxes_;
  std::vector<std::pair<LetterRow, Bytes>> letters_;
  std::uint64_t letter_n_ = 0;
  std::map<MeetBoxId, MeetBoxRow> meet_boxes_;
  std::map<std::pair<MeetBoxId, std::uint32_t>, Bytes> meet_messages_;
  std::map<std::pair<PlanId, DeviceId>, Hash> drops_;
  std::map<std::uint64_t, std::vector<CheckpointRow>> checkpoints_;
  std::map<std::pair<PlanId, SectionId>, ChainHead> noted_heads_;
};

}  // namespace samplan::relay
