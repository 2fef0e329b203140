// The store on SQLite: one file, one writer, any number of readers beside it. WAL with synchronous=FULL:
// `commit` returns when the disk has confirmed. What the rows mean is the relay's affair.
#pragma once

#include <memory>

#include "server/store_sql.h"
#include "sync/relay/store.h"

namespace samplan::server {

class SqliteStore final : public relay::Store {
 public:
  // The writer. Creates the file (mode 0600) and its tables if they are not there, and checks it otherwise.
  // errors: unknown_version (made by a newer program), corrupt, not_saved, busy, io; `detail` says it in
  // words.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path);
  // A reader beside the writer: the same file, never written by it.
  static Result<std::unique_ptr<SqliteStore>> open_reader(const std::string& path);

  // Full check of the file; slow on large ones. errors: corrupt.
  Status check_integrity();
  // Leaves out so many numbers of letters that none given since a backup is given again.
  Status skip_letter_numbers();
  // For tests of a full disk: the file may not grow beyond so many pages.
  Status limit_pages(int pages);

  Status begin() override;
  void rollback() override;
  Status commit() override;
  Status mark() override;
  Status release() override;
  Status undo() override;

  Result<std::optional<Bytes>> meta(std::string_view name) override;
  Status set_meta(std::string_view name, ByteView value) override;

  Result<std::optional<relay::DeviceRow>> device(const DeviceId& device) override;
  Result<std::vector<PrincipalId>> units_of(const PrincipalId& person) override;
  Result<std::vector<relay::PlanRow>> plans_of(const PrincipalId& person) override;
  Result<std::optional<Bytes>> cursors(const DeviceId& device, const CursorToken& token) override;
  Result<bool> has_letters(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now) override;
  Result<std::optional<relay::BoxRow>> box(const BoxId& box) override;
  Status each_access(const PlanId& plan, std::uint64_t after_n,
                     const relay::Visitor<relay::AccessRow>& visit) override;

  Result<std::uint64_t> identity_count() override;
  Status each_identity(std::uint64_t after_n, const relay::Visitor<relay::IdentityRow>& visit) override;
  Status each_identity_of(const PrincipalId& principal, std::uint64_t after_seq,
                          const relay::Visitor<relay::IdentityRow>& visit) override;
  Result<std::uint64_t> identity_seq(const PrincipalId& principal) override;
  Status add_identity(const relay::IdentityRow& row) override;
  Status put_device(const DeviceId& device, const relay::DeviceRow& row) override;
  Status put_unit_member(const PrincipalId& unit, const PrincipalId& person, bool now_member) override;
  Status put_feed_member(const PrincipalId& principal, const relay::FeedMember& member) override;
  Result<std::vector<relay::FeedMember>> feeds_of(const PrincipalId& principal) override;
  Status add_feed(const PlanId& plan, const relay::FeedRow& row) override;
  Status each_feed(const PlanId& plan, std::uint64_t after_n,
                   const relay::Visitor<relay::FeedRow>& visit) override;
  Result<std::optional<relay::FeedRow>> find_feed(const PlanId& plan, const PrincipalId& principal,
                                                  std::uint64_t seq) override;
  Status put_plan_member(const PrincipalId& person, const PlanId& plan) override;
  Result<bool> is_plan_member(const PrincipalId& person, const PlanId& plan) override;

  Result<std::optional<relay::PlanRow>> lock_plan(const PlanId& plan) override;
  Status put_plan(const relay::PlanRow& row) override;
  Result<std::vector<relay::SectionHead>> sections(const PlanId& plan) override;
  Status put_section(const PlanId& plan, const relay::SectionHead& head) override;
  Status add_governance(const PlanId& plan, const relay::GovRow& row) override;
  Status each_governance(const PlanId& plan, std::uint64_t after_seq,
                         const relay::Visitor<relay::GovRow>& visit) override;
  Status add_envelope(const PlanId& plan, const relay::EnvelopeRow& row) override;
  Result<std::optional<relay::EnvelopePlace>> find_envelope(const PlanId& plan,
                                                            const relay::EnvelopeKey& key) override;
  Result<std::optional<relay::AuthorTip>> author_tip(const PlanId& plan, SectionId section,
                                                     const DeviceId& author) override;
  Status each_envelope(const PlanId& plan, SectionId section, std::uint64_t after_seq,
                       const relay::Visitor<relay::EnvelopeRow>& visit) override;
  Status each_marked(const PlanId& plan, SectionId section, EnvelopeKind kind, std::uint64_t below,
                     const relay::Visitor<relay::EnvelopeRow>& visit) override;
  Result<std::optional<relay::AccessRow>> last_access(const PlanId& plan) override;
  Status add_access(const PlanId& plan, const relay::AccessRow& row) override;

  Status put_cursors(const DeviceId& device, const std::optional<CursorToken>& kept, const CursorToken& token,
                     ByteView cursors) override;

  Status put_box(const relay::BoxRow& row) override;
  Result<std::uint64_t> boxes_of(const PrincipalId& owner, UnixMs now) override;
  Result<bool> has_letter(const BoxId& box, const Hash& id) override;
  Status add_letter(const relay::LetterRow& row) override;
  Status each_letter(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now,
                     const relay::Visitor<relay::LetterRow>& visit) override;
  Status forget_expired_mail(UnixMs now) override;
  Result<std::optional<relay::MeetBoxRow>> meet_box(const MeetBoxId& box) override;
  Result<std::optional<relay::MeetBoxRow>> meet_slot(std::uint16_t slot) override;
  Status each_meet_message(const MeetBoxId& box, std::uint32_t after,
                           const relay::Visitor<relay::MeetMessageRow>& visit) override;
  Status put_meet_box(const relay::MeetBoxRow& row) override;
  Result<std::uint64_t> meet_boxes(UnixMs now) override;
  Status add_meet_message(const relay::MeetMessageRow& row) override;
  Status close_meet_box(const MeetBoxId& box) override;
  Status forget_expired_meet(UnixMs now) override;
  Result<std::optional<relay::CheckpointRow>> checkpoint(std::uint64_t generation) override;
  Status each_checkpoint(std::uint64_t generation, const relay::Visitor<relay::CheckpointRow>& visit) override;
  Result<std::vector<relay::PlanRow>> all_plans() override;
  Status add_checkpoint(const relay::CheckpointRow& row) override;
  Status put_noted_head(const ChainHead& head) override;
  Status each_noted_head(const relay::Visitor<ChainHead>& visit) override;
  Result<std::optional<Hash>> drop_of(const PlanId& plan, const DeviceId& device) override;
  Status put_drop(const PlanId& plan, const DeviceId& device, const Hash& id) override;

 private:
  SqliteStore() = default;
  Status prepare_file(const std::string& path);
  // The plan's number here; 0 if there is no such plan.
  Result<std::uint64_t> plan_no(const PlanId& plan);
  Result<std::uint64_t> identity_n(const PrincipalId& principal, std::uint64_t seq);

  Connection db_;
  bool is_writer_ = false;
  // Most calls in a row are about one plan.
  PlanId last_plan_;
  std::uint64_t last_plan_no_ = 0;
};

}  // namespace samplan::server
