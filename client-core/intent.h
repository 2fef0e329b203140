// What a person has decided about a plan's governance, before it is a signed record. Kept durably until the server
// has accepted the record, so that a decision made offline is carried out first thing at the next contact, and made
// anew by itself when the log has moved on meanwhile.
#pragma once

#include <vector>

#include "client-core/context.h"
#include "sync/log/governance.h"

namespace samplan {

struct Intent {
  GovKind kind = GovKind::consent_plan;
  PrincipalId subject;             // participant_add: whom; others: which participant; zero in a withdrawal = the plan
  PrincipalId heir;                // recovery_ask: the participant under whose key the subject is to go on
  Role role = Role::provider;
  std::vector<SectionMask> masks;  // participant_add, consent_grant, role_change; withdraw: sections, empty = all
  History history = History::full;
  UnixMs not_after = 0;
  Hash text_hash;
  ConsentForm form = ConsentForm::signed_on_device;
  Hash document_hash;
};

Bytes write_intent(const Intent& intent);
Result<Intent> read_intent(ByteView bytes);

// Where the section chains stood when a record with a cut is made.
struct SectionHeads {
  std::map<SectionId, std::pair<std::uint64_t, Hash>> at;
};

struct BuiltRecord {
  Bytes record;
  std::vector<KeyWrap> wraps;
  std::vector<crypto::SectionKey> new_keys;
  std::vector<SectionId> handed_over;  // sections whose content the grantee gets as a snapshot (history from now)
};

// Makes and signs the next record for an intent on top of `gov`. Nothing is stored. No value: the log already says so.
// errors: not_allowed, no_key (a section's key is needed and not held), unknown_principal, bad_record, no_consent.
Result<std::optional<BuiltRecord>> build_record(Context& ctx, const GovState& gov, const SectionHeads& heads,
                                                const Intent& intent);

// The first record of a new plan: all sections of sync/log/sections.h under fresh keys, this person as coordinator.
Result<BuiltRecord> build_genesis(Context& ctx);

// A rotation of these sections, for a writer who finds one due or an owner or coordinator who wants one.
Result<BuiltRecord> build_rotation(Context& ctx, const GovState& gov, const SectionHeads& heads,
                                   const std::vector<SectionId>& sections);

// Pins a principal's newest identity log where something was removed from it, so that the removal counts in the plan.
Result<BuiltRecord> build_identity_update(Context& ctx, const GovState& gov, const SectionHeads& heads,
                                          const PrincipalId& principal);

}  // namespace samplan
