// What request and reply share and nobody else needs: a governance record together with the key wraps that travel
// beside it (u32 length || record || list of wraps), and the one encoding of a flag.
#pragma once

#include <vector>

#include "base/limits.h"
#include "base/tlv.h"
#include "sync/wire/governance_record.h"

namespace samplan {

// A flag is absent or 1; anything else would be a second way to write the same.
inline bool read_flag(TlvReader& in, std::uint8_t tag) {
  if (!in.has(tag)) return false;
  if (in.u8(tag) != 1) in.fail();
  return true;
}

struct SignedRecord {
  Bytes record;
  std::vector<KeyWrap> wraps;
};

inline Bytes write_signed_record(ByteView record, const std::vector<KeyWrap>& wraps) {
  Bytes out;
  append_u32(out, static_cast<std::uint32_t>(record.size()));
  append(out, record);
  for (const KeyWrap& w : wraps) {
    const Bytes one = write_wrap(w);
    append_u32(out, static_cast<std::uint32_t>(one.size()));
    append(out, one);
  }
  return out;
}

inline Result<SignedRecord> read_signed_record(ByteView bytes) {
  Reader r(bytes);
  SignedRecord out;
  out.record = r.take(r.u32()).copy();
  if (r.ok() && r.left() > limits::wraps_bytes_max) return Error{Errc::too_large, "wraps"};
  while (r.ok() && !r.at_end()) {
    const ByteView one = r.take(r.u32());
    if (!r.ok()) break;
    if (out.wraps.size() == limits::participants_max * limits::sections_max) return Error{Errc::too_large, "wraps"};
    SP_TRY(KeyWrap w, read_wrap(one));
    out.wraps.push_back(std::move(w));
  }
  if (!r.ok()) return Error{Errc::truncated, "signed_record"};
  return out;
}

}  // namespace samplan
