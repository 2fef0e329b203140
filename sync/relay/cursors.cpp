#include "sync/relay/cursors.h"

namespace samplan::relay {
namespace {

constexpr std::uint8_t format = 2;

}  // namespace

bool PlanCursor::same_place(const PlanCursor& other) const {
  if (gov_seq != other.gov_seq || identity_n != other.identity_n || ended != other.ended) return false;
  if (sections.size() != other.sections.size()) return false;
  for (auto a = sections.begin(), b = other.sections.begin(); a != sections.end(); ++a, ++b)
    if (a->first != b->first || a->second.seq != b->second.seq) return false;
  return true;
}

Bytes write_cursors(const CursorSet& set) {
  Bytes out;
  append_u8(out, format);
  for (const auto& entry : set) {
    const PlanCursor& c = entry.second;
    append(out, entry.first.view());
    append_u8(out, c.ended ? 1 : 0);
    append_varint(out, c.gov_seq);
    append_varint(out, c.identity_n);
    append_varint(out, c.version);
    append_varint(out, static_cast<std::uint64_t>(c.expires_ms));
    append_varint(out, c.sections.size());
    for (const auto& section : c.sections) {
      append_varint(out, section.first);
      append_varint(out, section.second.seq);
      append_varint(out, section.second.own_bytes_until);
      append_varint(out, section.second.snapshot);
    }
  }
  return out;
}

Result<CursorSet> read_cursors(ByteView bytes) {
  Reader in(bytes);
  CursorSet set;
  if (in.u8() != format) in.fail();
  while (in.ok() && !in.at_end()) {
    PlanCursor& c = set[PlanId::from(in.take(PlanId::size))];
    c.ended = in.u8() == 1;
    c.gov_seq = in.varint();
    c.identity_n = in.varint();
    c.version = in.varint();
    c.expires_ms = static_cast<UnixMs>(in.varint());
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
      const auto section = static_cast<SectionId>(in.varint());
      SectionPlace& place = c.sections[section];
      place.seq = in.varint();
      place.own_bytes_until = in.varint();
      place.snapshot = in.varint();
    }
  }
  if (!in.ok()) return Error{Errc::corrupt, "cursors"};
  return set;
}

}  // namespace samplan::relay
