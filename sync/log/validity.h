// Which envelopes of a section count. Decided from the verified logs and the section's chain alone, so every client
// decides the same, whatever the server says and however it orders or back-dates: the cut rule.
//
// An envelope E at position n of the section's chain is valid if and only if
//   1. its signature is good, and its device belonged to a participant at E.gov_seq, and E.gov_head is our record there
//   2. the rights at E.gov_seq allow its kind, the plan had the owner's consent, and E.epoch is the section's at E.gov_seq
//   3. it follows the author's previous valid envelope of this section and epoch (author_seq, author_prev); the first
//      of two with one predecessor counts
//   4. for the first record R with R.gov_seq > E.gov_seq that cuts the section: n lies inside R's cut
//   5. for every record R with R.gov_seq <= E.gov_seq that cuts the section: n lies beyond R's cut (E could not have
//      known R otherwise; this also rids a section of envelopes that name records which never come)
// Otherwise it is void: kept as evidence, never folded. If E.gov_seq lies beyond the log that we know, it is undecided
// and everything after it in the section waits.
//
// Author chains start anew in each epoch. Every cut starts a new epoch, so what counts after a cut never depends on
// envelopes before it; that is what lets someone whose reading begins at a cut decide like everybody else.
#pragma once

#include <map>

#include "sync/log/governance.h"
#include "sync/wire/envelope.h"

namespace samplan {

enum class Verdict : std::uint8_t {
  valid = 0,
  undecided = 1,    // refers to governance records or identities that we do not have yet
  bad_signature,
  wrong_log,        // gov_head is not our record at that number
  not_participant,
  not_permitted,
  no_consent,
  wrong_epoch,
  author_gap,
  author_fork,
  outside_cut,
};
const char* verdict_name(Verdict verdict);

// Rules 1, 2, 4 and 5, which look at one envelope alone. `seq` is its position; 0 means "not placed yet" (rule 4 then
// asks whether any cut has come since). Signatures are checked unless the caller already has.
Verdict judge_alone(const Envelope& envelope, std::uint64_t seq, const GovState& gov, const IdentityBook& book,
                    bool check_signature);

// Rules 4 and 5 count positions, so the chain must be the one that the signer of each cut saw. `chain` is the running
// hash after `seq` envelopes. False: somebody has been shown another history.
bool agrees_with_cuts(const GovState& gov, SectionId section, std::uint64_t seq, const Hash& chain);

// Rule 3 along one section's chain.
class AuthorChains {
 public:
  struct Tip {
    std::uint32_t epoch = 0;
    std::uint64_t seq = 0;
    Hash id;
  };
  // The author's last valid envelope in this epoch; seq 0 if none.
  Tip tip(const DeviceId& author, std::uint32_t epoch) const;
  Verdict check(const EnvelopeHeader& header) const;
  void accept(const EnvelopeHeader& header, const Hash& id);
  // Only the tips of one epoch: all that the judgement of that epoch's later envelopes rests on, and the same for
  // whoever began to read at its cut and whoever began at the start.
  AuthorChains of_epoch(std::uint32_t epoch) const;

  Bytes encode() const;
  static Result<AuthorChains> decode(ByteView bytes);

 private:
  std::map<DeviceId, Tip> tips_;
};

}  // namespace samplan
