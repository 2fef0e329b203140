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

  Status begin() override;
  void rollback() override;
  Status commit() override;
  Status mark() override;
  Status release() override;
  Status undo() override;

  Result<std::optional<Bytes>> meta(std::string_view name) override;
  Status set_meta(std::string_view name, ByteView value) override;

  Result<std::optional<DeviceRow>> device(const DeviceId& device) override;
  Result<std::vector<PrincipalId>> units_of(const PrincipalId& person) override;
  Result<std::vector<PlanRow>> plans_of(const PrincipalId& person) override;
  Result<std::optional<Bytes>> cursors(const DeviceId& device, const CursorToken& token) override;
  Result<bool> has_letters(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now) override;
  Result<std::optional<BoxRow>> box(const BoxId& box) override;
  Status each_access(const PlanId& plan, std::uint64_t after_n, const Visitor<AccessRow>& visit) override;

  Result<std::uint64_t> identity_count() override;
  Status each_identity(std::uint64_t after_n, const Visitor<IdentityRow>& visit) override;
  Status each_identity_of(const PrincipalId& principal, std::uint64_t after_seq,
                          const Visitor<IdentityRow>& visit) override;
  Result<std::uint64_t> identity_seq(const PrincipalId& principal) override;
  Status add_identity(const IdentityRow& row) override;
  Status put_device(const DeviceId& device, const DeviceRow& row) override;
  Status put_unit_member(const PrincipalId& unit, const PrincipalId& person, bool now_member) override;

  Status put_feed_member(const PrincipalId& principal, const FeedMember& member) override;
  Result<std::vector<FeedMember>> feeds_of(const PrincipalId& principal) override;
  Status add_feed(const PlanId& plan, const FeedRow& row) override;
  Status each_feed(const PlanId& plan, std::uint64_t after_n, const Visitor<FeedRow>& visit) override;
  Result<std::optional<FeedRow>> find_feed(const PlanId& plan, const PrincipalId& principal,
                                           std::uint64_t seq) override;
  Status put_plan_member(const PrincipalId& person, const PlanId& plan) override;
  Result<bool> is_plan_member(const PrincipalId& person, const PlanId& plan) override;

  Result<std::optional<PlanRow>> lock_plan(const PlanId& plan) override;
  Status put_plan(const PlanRow& row) override;
  Result<std::vector<SectionHead>> sections(const PlanId& plan) override;
  Status put_section(const PlanId& plan, const SectionHead& head) override;
  Status add_governance(const PlanId& plan, const GovRow& row) override;
  Status each_governance(const PlanId& plan, std::uint64_t after_seq, const Visitor<GovRow>& visit) override;
  Status add_envelope(const PlanId& plan, const EnvelopeRow& row) override;
  Result<std::optional<EnvelopePlace>> find_envelope(const PlanId& plan, const EnvelopeKey& key) override;
  Result<std::optional<AuthorTip>> author_tip(const PlanId& plan, SectionId section,
                                              const DeviceId& author) override;
  Status each_envelope(const PlanId& plan, SectionId section, std::uint64_t after_seq,
                       const Visitor<EnvelopeRow>& visit) override;
  Status each_marked(const PlanId& plan, SectionId section, EnvelopeKind kind, std::uint64_t below,
                     const Visitor<EnvelopeRow>& visit) override;
  Result<std::optional<AccessRow>> last_access(const PlanId& plan) override;
  Status add_access(const PlanId& plan, const AccessRow& row) override;

  Status put_cursors(const DeviceId& device, const std::optional<CursorToken>& kept, const CursorToken& token,
                     ByteView cursors) override;

  Status put_box(const BoxRow& row) override;
  Result<std::uint64_t> boxes_of(const PrincipalId& owner, UnixMs now) override;
  Result<bool> has_letter(const BoxId& box, const Hash& id) override;
  Status add_letter(const LetterRow& row) override;
  Status each_letter(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now,
                     const Visitor<LetterRow>& visit) override;
  Status forget_expired_mail(UnixMs now) override;
  Result<std::optional<MeetBoxRow>> meet_box(const MeetBoxId& box) override;
  Result<std::optional<MeetBoxRow>> meet_slot(std::uint16_t slot) override;
  Status each_meet_message(const MeetBoxId& box, std::uint32_t after, const Visitor<MeetMessageRow>& visit) override;
  Status put_meet_box(const MeetBoxRow& row) override;
  Result<std::uint64_t> meet_boxes(UnixMs now) override;
  Status add_meet_message(const MeetMessageRow& row) override;
  Status close_meet_box(const MeetBoxId& box) override;
  Status forget_expired_meet(UnixMs now) override;
  Result<std::optional<CheckpointRow>> checkpoint(std::uint64_t generation) override;
  Status each_checkpoint(std::uint64_t generation, const Visitor<CheckpointRow>& visit) override;
  Result<std::vector<PlanRow>> all_plans() override;
  Status add_checkpoint(const CheckpointRow& row) override;
  Status put_noted_head(const ChainHead& head) override;
  Status each_noted_head(const Visitor<ChainHead>& visit) override;
  Result<std::optional<Hash>> drop_of(const PlanId& plan, const DeviceId& device) override;
  Status put_drop(const PlanId& plan, const DeviceId& device, const Hash& id) override;

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
  ByteView record_of(const PrincipalId& principal, std::uint64_t seq) const;

  template <class Map, class Key>
  static Result<std::optional<typename Map::mapped_type>> find(const Map& map, const Key& key) {
    const auto it = map.find(key);
    if (it == map.end()) return std::optional<typename Map::mapped_type>();
    return std::optional<typename Map::mapped_type>(it->second);
  }
  Status may_write();
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
  void undo_to(std::size_t size);

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
