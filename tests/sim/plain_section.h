// A second, plain reckoning of what a section says, from the operations of its valid envelopes alone: values,
// links, texts, what is removed, where records stand, which proposals are open. Small enough to be seen to be
// right; it shares no code with the product's merge, and it is slow.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "tests/sim/oracle.h"
#include "tests/sim/plain_text.h"

namespace samplan::sim {

struct Living {
  OpId op;
  std::string text;
};

struct PlainRecord {
  plan::RecordKind kind = 0;
  OpId created;
  PrincipalId creator;
  std::vector<OpId> keeps;
  std::map<plan::FieldId, std::vector<Living>> values;
  std::map<plan::FieldId, std::vector<Living>> members;
  std::map<plan::FieldId, PlainText> texts;
  std::map<OpId, std::set<OpId>> removals;  // in force: with what lived and had been seen
  std::optional<OpId> placed;
};

struct PlainProposal {
  PrincipalId by;
  std::vector<plan::Op> ops;
  std::set<OpId> superseded;
  enum class State : std::uint8_t { open, accepted, declined } state = State::open;
};

class PlainSection {
 public:
  // A valid envelope that holds changes, in the order of the section.
  void take(const Opened& envelope, const PrincipalId& person);

  const std::map<EntityId, PlainRecord>& records() const { return records_; }
  const std::vector<EntityId>& order() const { return order_; }  // removed ones too
  const std::map<OpId, PlainProposal>& proposals() const { return proposals_; }

 private:
  struct Run {
    PrincipalId person;
    std::uint64_t seq = 0;
    std::set<EntityId> created;
    bool accepted = false;
    std::map<std::pair<EntityId, plan::FieldId>, std::uint64_t> written;
  };
  void carry_out(const plan::Op& op, Run& run);
  void change(PlainRecord& record, const plan::Op& op, Run& run);
  void answer(const plan::Op& op, std::uint64_t seq);
  void place(const plan::Op& op, PlainRecord& record);
  void supersede(const plan::Op& by);

  std::map<EntityId, PlainRecord> records_;
  std::vector<EntityId> order_;
  std::map<OpId, PlainProposal> proposals_;
  std::map<DeviceId, std::uint64_t> last_;
};

// What lives in a record: a removal must have seen all of it.
std::vector<OpId> living(const PlainRecord& record);
bool is_removed(const PlainRecord& record);

}  // namespace samplan::sim
