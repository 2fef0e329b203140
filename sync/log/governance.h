// A plan's governance log folded: participants, rights, consent, key epochs and cuts, as they are and as they were at
// each record. Pure and shared: server, clients, tests and fuzzers decide with this same code.
//
// Invariants
//   1. Records are numbered 1, 2, 3 ... and each names the hash of the one before.
//   2. After the first record there is exactly one coordinator (R47).
//   3. A mask other than zero exists only through the owner's consent (R24, R26), except the coordinator's (the author
//      of the draft, and whoever was offered or has held that task), the owner's own, and the coordinating unit's in
//      `sak`.
//   4. Whoever loses a right in a section loses it together with a rotation of that section in the same record.
//   5. The key wraps of a record go to exactly those who read the section after it: nobody left out, nobody slipped in,
//      and to no key that the plan's pins have already left behind.
//   6. A new key is made only by somebody who reads the section after the record: whoever leaves, or is removed by the
//      record, would otherwise know the key that shuts them out.
//   7. Nobody's access moves to another key by one hand: two officers, not the same person, and for a plan whose server
//      keeps to the waiting time not before everybody has had time to object.
//   8. A record that was accepted once is accepted by everyone, however much more of the identity logs they know: what
//      a record must do depends on what the plan has pinned, never on what happens to be known.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "sync/log/identity.h"
#include "sync/log/timeline.h"
#include "sync/wire/governance_record.h"
#include "sync/wire/record.h"

namespace samplan {

enum class PlanConsent : std::uint8_t { none = 0, given = 1, withdrawn = 2 };

struct Grant {
  Hash text_hash;
  ConsentForm form = ConsentForm::signed_on_device;
  History history = History::full;
  UnixMs not_after = 0;
  UnixMs wall_ms = 0;
  std::uint64_t gov_seq = 0;
};

// Somebody without any device left is to go on as another participant.
struct RecoveryAsk {
  std::uint16_t heir = 0;
  std::uint64_t asked_seq = 0;
  PrincipalId asker;    // the person, whichever device or unit it acted for
  bool is_led = false;  // by whoever answers for the plan: one of the two officers must
};

// Access that rests because a device is lost.
struct Suspension {
  std::map<SectionId, std::uint8_t> masks;  // what comes back
  std::uint32_t generation = 0;             // of the person's key, as pinned then; a newer one ends it
};

struct Participant {
  std::uint16_t number = 0;
  PrincipalId principal;
  std::uint64_t added_seq = 0;
  Timeline<Role> role;
  std::map<SectionId, Timeline<std::uint8_t>> masks;
  std::optional<Grant> grant;  // the latest consent
  // Where reading begins, for a section granted "from now": position and chain of the cut. Absent: from the start.
  std::map<SectionId, std::pair<std::uint64_t, Hash>> base;
  std::optional<Suspension> suspension;
  std::optional<RecoveryAsk> recovery;
  std::uint16_t continued_as = 0;  // the number under which this person goes on; 0: this one

  std::uint8_t mask_at(SectionId section, std::uint64_t gov_seq) const;
  std::uint8_t mask(SectionId section) const;
  bool has_any_access() const;
  // Had access and lost all of it: has no say any more, whatever the role. Consent may open again.
  bool has_left() const;
};

struct EpochInfo {
  std::uint32_t epoch = 0;  // 0: rotation due
  Hash commitment;
};

struct Cut {
  std::uint64_t gov_seq = 0;
  std::uint64_t section_seq = 0;
  Hash chain;
};

struct SectionGov {
  SectionId id = 0;
  std::uint32_t last_epoch = 0;  // highest number used
  Timeline<EpochInfo> epoch;
  std::vector<Cut> cuts;
};

class GovState {
 public:
  // Checks and applies the next record. `body` has its wraps attached where the caller has all of them
  // (`check_wraps`); a client receives only its own and checks those against the commitments instead.
  // errors: forged, log_conflict, not_allowed, bad_record, bad_recipients, unknown_principal (an identity log or a
  // part of it is missing: fetch and try again), no_consent, too_large.
  Status apply(const Record& record, const GovBody& body, const IdentityBook& book, bool check_wraps);

  bool empty() const { return hashes_.empty(); }
  std::uint64_t seq() const { return hashes_.size(); }
  const Hash& head() const { return hashes_.back(); }
  // Hash of record `seq` (1-based), or nullptr.
  const Hash* hash_at(std::uint64_t seq) const;
  PlanId plan() const { return plan_; }
  const PlanPolicy& policy() const { return policy_; }
  PlanConsent consent() const { return consent_at(seq()); }
  PlanConsent consent_at(std::uint64_t gov_seq) const;
  std::uint16_t coordinator() const { return coordinator_; }
  std::optional<std::uint16_t> offered_coordinator() const { return offer_; }
  const std::vector<Participant>& participants() const { return participants_; }
  const Participant* participant(std::uint16_t number) const;
  const std::vector<SectionGov>& sections() const { return sections_; }
  const SectionGov* section(SectionId id) const;
  // The cut by the first record after `gov_seq` that rotates the section, or nullptr.
  const Cut* first_cut_after(SectionId section, std::uint64_t gov_seq) const;

  // Removals in identity logs count only up to what the plan had pinned at that record, so that every client decides
  // the same about old envelopes; `now` counts all that is known, as the server and a client's own commands do.
  std::vector<const Participant*> participants_of_device(const DeviceId& device, std::uint64_t gov_seq,
                                                         const IdentityBook& book) const;
  std::vector<const Participant*> participants_of_device_now(const DeviceId& device, const IdentityBook& book) const;
  // Union of the masks of all participants that the device acts for.
  std::uint8_t rights_at(const DeviceId& device, SectionId section, std::uint64_t gov_seq,
                         const IdentityBook& book) const;
  std::uint8_t rights_now(const DeviceId& device, SectionId section, const IdentityBook& book) const;

  // (section, participant) pairs that a record with these effects must carry wraps for, in order.
  struct MaskChange {
    std::uint16_t participant;
    SectionId section;
    std::uint8_t mask;
  };
  using WrapTargets = std::vector<std::pair<SectionId, std::uint16_t>>;
  WrapTargets wrap_targets(const std::vector<MaskChange>& changes, const std::vector<Rotation>& rotations) const;
  // Sections that must rotate because somebody loses a right there by these changes.
  std::vector<SectionId> sections_losing(const std::vector<MaskChange>& changes) const;
  // What `resume` or `recovery_complete` of this participant changes.
  std::vector<MaskChange> changes_of_resume(const Participant& subject) const;
  std::vector<MaskChange> changes_of_recovery(const Participant& subject) const;
  // The first epoch that the participant may read in a section, by where its reading begins.
  std::uint32_t first_epoch_of(const Participant& p, SectionId section) const;
  // What an identity pin takes away, by all that is known: the sections that its record should rotate.
  std::vector<SectionId> sections_touched_by(const IdentityPin& pin, const IdentityBook& book) const;

 private:
  // What a judged record will change; worked out completely before anything is changed.
  struct Effect {
    std::vector<MaskChange> changes;
    std::vector<Rotation> rotations;
    std::optional<IdentityPin> pin;
  };
  Result<Effect> judge(const Record& record, GovKind kind, const GovBody& body, const IdentityBook& book) const;
  Result<Effect> judge_genesis(const Record& record, const GovBody& body, const IdentityBook& book) const;
  Result<Effect> judge_participant_add(const GovBody& body, const IdentityBook& book) const;
  Result<Effect> judge_grant(const Record& record, const GovBody& body) const;
  Result<Effect> judge_withdraw(const GovBody& body) const;
  Result<Effect> judge_role_change(const GovBody& body) const;
  Result<Effect> judge_offer(const GovBody& body, const IdentityBook& book) const;
  Result<Effect> judge_identity_update(const GovBody& body, const IdentityBook& book) const;
  using Signers = std::vector<const Participant*>;
  Result<Effect> judge_suspend(const GovBody& body, const IdentityBook& book) const;
  Result<Effect> judge_resume(const GovBody& body, const IdentityBook& book) const;
  Result<Effect> judge_recovery_ask(const Signers& signers, const GovBody& body, const IdentityBook& book) const;
  Result<Effect> judge_recovery_complete(const Record& record, const Signers& signers, const GovBody& body,
                                         const IdentityBook& book) const;
  Status judge_recovery_cancel(const Record& record, const Signers& signers, const GovBody& body,
                               const IdentityBook& book) const;
  Status check_pin(const IdentityPin& pin, const IdentityBook& book) const;
  Status check_key_maker(const IdentityBook::Owner& signer, const Effect& effect, const IdentityBook& book) const;
  Status check_wrap_list(const Effect& effect, const GovBody& body, const IdentityBook& book) const;
  Status check_rotations(const std::vector<Rotation>& rotations) const;
  void commit(const Record& record, GovKind kind, const GovBody& body, Effect effect, const IdentityBook& book);
  void commit_recovery(const Record& record, GovKind kind, const GovBody& body, const Effect& effect,
                       const IdentityBook& book);

  std::uint64_t pinned_seq(const PrincipalId& principal, std::uint64_t gov_seq) const;
  // `pin` counts besides those recorded up to `gov_seq`; nullptr if none.
  bool acts_for(const IdentityBook::Owner& owner, const Participant& p, std::uint64_t gov_seq, bool now,
                const IdentityBook& book, const IdentityPin* pin) const;
  // Whom an identity pin concerns: by the plan's own pins alone (the least that must rotate, the same for everyone for
  // ever), by all that is known, or by anyone who ever was a member (the most that may rotate).
  enum class Members { pinned, known, ever };
  bool concerns(const IdentityPin& pin, const Participant& p, const IdentityBook& book, Members members) const;
  std::vector<SectionId> sections_touched(const IdentityPin& pin, const IdentityBook& book, Members members) const;
  static std::uint8_t mask_after(const std::vector<MaskChange>& changes, const Participant& p, SectionId section);
  Participant* participant_mut(std::uint16_t number);
  SectionGov* section_mut(SectionId id);

  PlanId plan_;
  std::vector<Hash> hashes_;
  std::vector<Participant> participants_;
  std::vector<SectionGov> sections_;
  std::map<PrincipalId, Timeline<IdentityPin>> pins_;
  Timeline<PlanConsent> consent_;
  std::uint16_t coordinator_ = 0;
  std::optional<std::uint16_t> offer_;
  PlanPolicy policy_;
};

}  // namespace samplan
