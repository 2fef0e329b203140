// The history of one record: every operation on it in section order, with what the field said before and
// after and whether it took effect. Fed with the opened batches of a section, oldest first; keeps only what
// concerns the record. It reads no clock and knows no names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "client-core/plan/batch.h"
#include "client-core/plan/section_state.h"

namespace samplan::plan {

// Where the batch came from.
struct HistorySource {
  std::uint64_t seq = merge::pending_seq;  // pending_seq: own, not confirmed
  bool proposal = false;
  bool counts = true;  // false: its envelope is void
  PrincipalId person = {};  // whose device the author is
  UnixMs recv_ms = 0;       // when this device got it, by its own clock; 0: not known
};

enum class ChangeState : std::uint8_t {
  in_force,    // took effect and has not been replaced
  replaced,    // something later stands there now
  proposed,    // waits for an answer
  declined,    // answered with no, see Change::proposal
  superseded,  // its proposer, or somebody who saw it, wrote something else
  void_,       // does not count: its envelope is void
  no_effect,   // a second creation of what was there
};

struct Change {
  Op op;
  DeviceId device;
  PrincipalId person;
  std::optional<PrincipalId> on_behalf;
  UnixMs wall_ms = 0;
  HistorySource source;
  // `op.text` of a text operation is the whole text as its author had it afterwards.
  // What the author saw there: the values it replaced, or the members it took out. Those written before this
  // device's history begins are missing.
  std::vector<std::string> before;
  // True: of what a text said then, not all words are on this device. `op.text` and `before` have missing_mark
  // (text_items.h) in their place, or are empty.
  bool words_missing = false;
  ChangeState state = ChangeState::in_force;
  // The proposal in which it waits, waited or was accepted; points into the state given to finish().
  const Proposal* proposal = nullptr;
};

class RecordHistory {
 public:
  // `field`: only this one; 0 for all, with creation, removals and moves. `base`: the section before the first batch
  // that is added; texts are made anew from there.
  RecordHistory(const EntityId& record, FieldId field, SectionState base);

  void add(const Batch& batch, const HistorySource& source);  // in the order in which the section has them
  // `shown` is the section with everything added; it must outlive what is returned.
  std::vector<Change> finish(const SectionState& shown);

 private:
  EntityId record_;
  FieldId field_;
  SectionState told_;  // what was added, folded, with every word
  std::map<DeviceId, std::uint64_t> last_counter_;
  std::map<OpId, std::string> texts_;  // of this record's values and members
  std::vector<Change> changes_;
};

}  // namespace samplan::plan
