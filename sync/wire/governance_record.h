// Bodies of a plan's governance log: who takes part, what the owner has consented to, and which key each section is
// under. Only keys, numbers and masks; names and reasons are content, bound here by hash.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

namespace samplan {

enum class GovKind : std::uint8_t {
  genesis = 1,             // signed by the coordinator, who becomes participant 1
  participant_add = 2,     // coordinator
  consent_plan = 3,        // owner or representative, or coordinator with an attested document (R26 consent 1)
  consent_grant = 4,       // as consent_plan (R26 consent 2): sections, rights, history, end date
  consent_withdraw = 5,    // owner, representative, the participant itself, or coordinator; subject 0 = whole plan
  role_change = 6,         // coordinator; for relatives also the owner
  coordinator_offer = 7,   // the outgoing coordinator, or the owner
  coordinator_accept = 8,  // the incoming coordinator
  identity_update = 9,     // pins a newer identity log: what it removed is removed here
  epoch = 10,              // owner or coordinator; any writer where a rotation is due
  // A person's phone is gone (sync/log/governance_recovery.cpp).
  suspend = 11,            // coordinator or owner: access rests, consent stands
  resume = 12,             // the same: the person has closed the lost device
  recovery_ask = 13,       // one officer: `subject` is to go on as `heir`; the waiting time begins
  recovery_complete = 14,  // another officer, after the waiting time
  recovery_cancel = 15,    // the person, coordinator, owner, or who asked
};

// Rights in a section, as bits.
inline constexpr std::uint8_t right_read = 1;
inline constexpr std::uint8_t right_propose = 2;
inline constexpr std::uint8_t right_write = 4;
inline constexpr std::uint8_t right_append = 8;  // only for the access log: may add, not read
inline constexpr std::uint8_t rights_all = 15;

enum class Role : std::uint8_t {
  owner = 1,
  coordinator = 2,
  provider = 3,
  relative = 4,
  guardian = 5,  // a representative: may consent for the owner
  adviser = 6,
  other_service = 7,
  coordinating_unit = 8,
};

enum class History : std::uint8_t { from_now = 1, full = 2 };
enum class ConsentForm : std::uint8_t { signed_on_device = 1, written = 2, oral = 3 };

struct SectionMask {
  SectionId section = 0;
  std::uint8_t mask = 0;
};

// A section starts a new key epoch. What lies beyond `cut_seq` under older epochs is void for ever.
struct Rotation {
  SectionId section = 0;
  std::uint32_t epoch = 0;  // 0: no key yet, the next writer must rotate first ("rotation due")
  Hash commitment;          // zero when epoch is 0
  std::uint64_t cut_seq = 0;
  Hash cut_chain;
};

struct IdentityPin {
  PrincipalId principal;
  std::uint64_t seq = 0;
  Hash hash;
};

// One key wrap: the keys of one section for one participant's principal, sealed to its key generation. Travels beside
// the record, bound by `wraps_hash`. Sealed content:
//   "spw1" || plan 32 || section u16 || principal 32 || count u32 || (epoch u32 || key 32) x count
struct KeyWrap {
  SectionId section = 0;
  std::uint16_t participant = 0;
  std::uint32_t generation = 0;  // of the recipient's key
  Bytes sealed;
};

// Times that a plan decides for itself; none is a constant in code.
struct PlanPolicy {
  std::uint16_t version = 1;
  std::uint16_t lease_days_staff = 14;
  std::uint16_t lease_days_others = 30;
  std::uint16_t hand_over_days = 30;       // how long a withdrawn device may hand over unsent text
  std::uint16_t coordinator_wait_days = 0; // owner-initiated change of coordinator
  std::uint16_t recovery_wait_hours = 48;
  friend bool operator==(const PlanPolicy&, const PlanPolicy&) = default;
};

struct GovBody {
  std::uint16_t subject = 0;               // participant number
  std::uint16_t heir = 0;                  // participant number
  std::optional<IdentityPin> pin;
  std::optional<Role> role;
  std::vector<SectionMask> masks;
  std::vector<Rotation> rotations;
  std::vector<KeyWrap> wraps;              // not encoded in the body; see wraps_hash
  Hash wraps_hash;
  History history = History::full;
  UnixMs not_after = 0;                    // 0: no end date
  Hash text_hash;                          // of the consent's text in the plan
  ConsentForm form = ConsentForm::signed_on_device;
  Hash document_hash;                      // attested consent: hash of the signed paper or the witness's note
  PlanPolicy policy;
  std::array<std::uint8_t, 16> unique{};   // genesis: makes two plans of the same people different
};

Hash hash_wraps(const std::vector<KeyWrap>& wraps);
Bytes write_wrap(const KeyWrap& wrap);
Result<KeyWrap> read_wrap(ByteView bytes);

// Writes exactly the fields of the kind; `wraps_hash` is computed from `wraps`.
Bytes write_gov_body(GovKind kind, const GovBody& body);
// errors: malformed, too_large, unknown_version. `wraps` stays empty: check them with `attach_wraps`.
Result<GovBody> read_gov_body(GovKind kind, ByteView bytes);
// Puts the wraps that came beside the record into the body; forged if they are not those that were signed.
Status attach_wraps(GovBody& body, std::vector<KeyWrap> wraps);

}  // namespace samplan
