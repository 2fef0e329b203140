// The only place where server stores meet: what the relay needs of one. It keeps rows and finds them; it
// never judges, signs or reads inside a record. SQLite implements it (server/sqlite_store.h), and a twin in
// memory for tests.
//
// A store that takes several writers (PostgreSQL) locks the plan's row in `lock_plan` until the transaction
// ends: all numbers of a plan are taken under that row, never from a shared sequence. Identity records and
// letters are the two rare exceptions that are numbered across plans; such a store takes a lock of its own
// for each.
//
// Errors of every call: not_saved (full or read-only disk), io, corrupt. After one, the transaction is only
// good for rolling back.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "sync/relay/store_rows.h"
#include "sync/wire/message.h"

namespace samplan::relay {

// Called for each row; returns false to stop.
template <class Row>
using Visitor = std::function<bool(const Row&)>;

// A consistent reading of what is committed. Used by many threads, each with an instance of its own.
class ReadStore {
 public:
  virtual ~ReadStore() = default;

  virtual Status begin() = 0;  // reading, or reading and writing where the store can
  virtual void rollback() = 0;

  virtual Result<std::optional<Bytes>> meta(std::string_view name) = 0;

  virtual Result<std::optional<DeviceRow>> device(const DeviceId& device) = 0;
  virtual Result<std::vector<PrincipalId>> units_of(const PrincipalId& person) = 0;
  // Plans in which the person, or a unit that it was a member of, is or was a participant; ascending by id.
  virtual Result<std::vector<PlanRow>> plans_of(const PrincipalId& person) = 0;

  virtual Result<std::optional<Bytes>> cursors(const DeviceId& device, const CursorToken& token) = 0;
  // Is there a letter after `seen` for one of them that has not expired?
  virtual Result<bool> has_letters(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now) = 0;
  virtual Result<std::optional<BoxRow>> box(const BoxId& box) = 0;
  // One principal's records after a number, ascending.
  virtual Status each_identity_of(const PrincipalId& principal, std::uint64_t after_seq,
                                  const Visitor<IdentityRow>& visit) = 0;
  virtual Result<std::uint64_t> identity_seq(const PrincipalId& principal) = 0;
  // Meetings, expired ones too until they are forgotten.
  virtual Result<std::optional<MeetBoxRow>> meet_box(const MeetBoxId& box) = 0;
  virtual Result<std::optional<MeetBoxRow>> meet_slot(std::uint16_t slot) = 0;
  virtual Status each_meet_message(const MeetBoxId& box, std::uint32_t after, const Visitor<MeetMessageRow>& visit) = 0;
  // Ascending from `after_n` on.
  virtual Status each_access(const PlanId& plan, std::uint64_t after_n, const Visitor<AccessRow>& visit) = 0;
  // The last one of a generation.
  virtual Result<std::optional<CheckpointRow>> checkpoint(std::uint64_t generation) = 0;
  // All of a generation, ascending.
  virtual Status each_checkpoint(std::uint64_t generation, const Visitor<CheckpointRow>& visit) = 0;
};

class Store : public ReadStore {
 public:
  // Returns only when the disk has confirmed.
  virtual Status commit() = 0;
  // Savepoints, nested; `undo` goes back to the mark and removes it.
  virtual Status mark() = 0;
  virtual Status release() = 0;
  virtual Status undo() = 0;

  virtual Status set_meta(std::string_view name, ByteView value) = 0;

  // Identity logs.
  virtual Result<std::uint64_t> identity_count() = 0;
  virtual Status each_identity(std::uint64_t after_n, const Visitor<IdentityRow>& visit) = 0;
  // `n` is the count before plus one.
  virtual Status add_identity(const IdentityRow& row) = 0;
  virtual Status put_device(const DeviceId& device, const DeviceRow& row) = 0;
  virtual Status put_unit_member(const PrincipalId& unit, const PrincipalId& person, bool now_member) = 0;

  // Who is concerned by which plan.
  virtual Status put_feed_member(const PrincipalId& principal, const FeedMember& member) = 0;
  virtual Result<std::vector<FeedMember>> feeds_of(const PrincipalId& principal) = 0;
  virtual Status add_feed(const PlanId& plan, const FeedRow& row) = 0;
  virtual Status each_feed(const PlanId& plan, std::uint64_t after_n, const Visitor<FeedRow>& visit) = 0;
  virtual Result<std::optional<FeedRow>> find_feed(const PlanId& plan, const PrincipalId& principal,
                                                   std::uint64_t seq) = 0;
  virtual Status put_plan_member(const PrincipalId& person, const PlanId& plan) = 0;
  virtual Result<bool> is_plan_member(const PrincipalId& person, const PlanId& plan) = 0;

  // Plans.
  virtual Result<std::optional<PlanRow>> lock_plan(const PlanId& plan) = 0;
  virtual Status put_plan(const PlanRow& row) = 0;
  virtual Result<std::vector<SectionHead>> sections(const PlanId& plan) = 0;
  virtual Status put_section(const PlanId& plan, const SectionHead& head) = 0;
  virtual Status add_governance(const PlanId& plan, const GovRow& row) = 0;
  virtual Status each_governance(const PlanId& plan, std::uint64_t after_seq,
                                 const Visitor<GovRow>& visit) = 0;
  virtual Status add_envelope(const PlanId& plan, const EnvelopeRow& row) = 0;
  virtual Result<std::optional<EnvelopePlace>> find_envelope(const PlanId& plan, const EnvelopeKey& key) = 0;
  // The author's last envelope of the section: greatest epoch, then greatest author_seq.
  virtual Result<std::optional<AuthorTip>> author_tip(const PlanId& plan, SectionId section,
                                                      const DeviceId& author) = 0;
  virtual Status each_envelope(const PlanId& plan, SectionId section, std::uint64_t after_seq,
                               const Visitor<EnvelopeRow>& visit) = 0;
  // Snapshots or attestations of a section with a number below `below`, newest first.
  virtual Status each_marked(const PlanId& plan, SectionId section, EnvelopeKind kind, std::uint64_t below,
                             const Visitor<EnvelopeRow>& visit) = 0;
  virtual Result<std::optional<AccessRow>> last_access(const PlanId& plan) = 0;
  virtual Status add_access(const PlanId& plan, const AccessRow& row) = 0;

  // Devices' cursors: keeps `kept` (if it is there) and the new one, and forgets all others of the device.
  virtual Status put_cursors(const DeviceId& device, const std::optional<CursorToken>& kept,
                             const CursorToken& token, ByteView cursors) = 0;

  // Mail.
  virtual Status put_box(const BoxRow& row) = 0;
  virtual Result<std::uint64_t> boxes_of(const PrincipalId& owner, UnixMs now) = 0;
  virtual Result<bool> has_letter(const BoxId& box, const Hash& id) = 0;
  // The store numbers letters; `n` of the row is ignored.
  virtual Status add_letter(const LetterRow& row) = 0;
  virtual Status each_letter(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now,
                             const Visitor<LetterRow>& visit) = 0;
  virtual Status forget_expired_mail(UnixMs now) = 0;
  // A new box or a changed one. A box of the same number that has expired is gone before.
  virtual Status put_meet_box(const MeetBoxRow& row) = 0;
  virtual Result<std::uint64_t> meet_boxes(UnixMs now) = 0;
  virtual Status add_meet_message(const MeetMessageRow& row) = 0;
  virtual Status close_meet_box(const MeetBoxId& box) = 0;
  virtual Status forget_expired_meet(UnixMs now) = 0;
  // Checkpoints. The store keeps the heads that the newest one speaks of; nothing may be written while they are visited.
  virtual Result<std::vector<PlanRow>> all_plans() = 0;
  virtual Status add_checkpoint(const CheckpointRow& row) = 0;
  virtual Status put_noted_head(const ChainHead& head) = 0;
  virtual Status each_noted_head(const Visitor<ChainHead>& visit) = 0;
  // The hand-over that the device has already made in this plan: the hash of its body.
  virtual Result<std::optional<Hash>> drop_of(const PlanId& plan, const DeviceId& device) = 0;
  virtual Status put_drop(const PlanId& plan, const DeviceId& device, const Hash& id) = 0;
};

}  // namespace samplan::relay
