// What people were told is saved: every pending row that a command left behind, with the text it holds. The
// checkers ask of each entry where it is now; a ledger entry goes away for no reason.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace samplan::sim {

struct Written {
  std::size_t device = 0;
  PlanId plan;
  SectionId section = 0;
  std::uint64_t first = 0;  // counters of the device's operations
  std::uint64_t last = 0;
  std::string text;  // what the person wrote; empty for a removal, an answer
  bool proposal = false;
  std::string excused;  // why it need not be anywhere any more; empty: it must be
  int step = 0;
  bool number_given_again = false;  // a later row bears these numbers: this one waits no more
};

// A withdrawal of consent that a person was told is saved.
struct Decision {
  std::size_t device = 0;
  std::string participant;  // hex
  std::uint64_t known = 0;  // the log's length as the device knew it
  bool dismissed = false;
};

// Text that could not be sent and was given to the owner or the coordinator, who has to get it.
struct HandedOver {
  std::size_t device = 0;
  std::string text;
  bool declined = false;
};

// Somebody new who has asked to be let in, and who has to hear of it.
struct Asked {
  std::size_t device = 0;
  std::size_t inviter = 0;
  UnixMs at = 0;
};

// A recovery code that somebody has printed, and what it was printed on.
struct PaperCode {
  std::string code;
  DeviceId id;
  std::size_t device = 0;  // that made it
};

using Ledger = std::vector<Written>;

}  // namespace samplan::sim
