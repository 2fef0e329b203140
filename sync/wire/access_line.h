// What the server notes of each reply that hands out others' content: which device got what of a plan, and
// when. «Could have read» (R96); «did open» is what readers' devices say themselves
// (client-core/access_event.h). The lines of a plan are numbered and hash-chained, so that whoever has read
// the log once notices when a line of it is changed or missing later.
//
//   line  device 16 | section u16 | from u64 | to u64 | recv_ms u64; section 0: asked without access, and got
//   nothing hash  H("samplan/access-log/1", hash of the line before 32 | plan 32 | n u64 | line); zero before
//   the first
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

namespace samplan {

struct AccessLine {
  DeviceId device;
  SectionId section = 0;
  std::uint64_t from_seq = 0;
  std::uint64_t to_seq = 0;
  UnixMs recv_ms = 0;
  bool is_denied() const { return section == 0; }
};

// Lines n = after + 1 ... of a plan's log.
struct AccessPart {
  std::uint64_t after = 0;
  Hash hash_before;  // of line `after`
  Hash hash_last;    // of the last line here
  std::vector<AccessLine> lines;
  bool more = false;
};

inline constexpr std::size_t access_line_bytes = 42;
inline constexpr std::size_t access_lines_max = 1024;  // of one part

Bytes write_access_line(const AccessLine& line);
AccessLine read_access_line(Reader& in);
Hash access_line_hash(const PlanId& plan, const Hash& before, std::uint64_t n, const AccessLine& line);

// after u64 | more u8 | hash_before 32 | hash_last 32 | lines
Bytes write_access_part(const AccessPart& part);
// errors: malformed.
Result<AccessPart> read_access_part(ByteView bytes);

}  // namespace samplan
