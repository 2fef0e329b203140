#include "sync/wire/access_line.h"

#include "crypto/sign.h"

namespace samplan {

Bytes write_access_line(const AccessLine& line) {
  Bytes out = line.device.view().copy();
  append_u16(out, line.section);
  append_u64(out, line.from_seq);
  append_u64(out, line.to_seq);
  append_u64(out, static_cast<std::uint64_t>(line.recv_ms));
  return out;
}

AccessLine read_access_line(Reader& in) {
  AccessLine line;
  line.device = DeviceId::from(in.take(DeviceId::size));
  line.section = in.u16();
  line.from_seq = in.u64();
  line.to_seq = in.u64();
  line.recv_ms = static_cast<UnixMs>(in.u64());
  return line;
}

Hash access_line_hash(const PlanId& plan, const Hash& before, std::uint64_t n, const AccessLine& line) {
  Bytes number;
  append_u64(number, n);
  return crypto::hash("samplan/access-log/1", {before.view(), plan.view(), number, write_access_line(line)});
}

Bytes write_access_part(const AccessPart& part) {
  Bytes out;
  append_u64(out, part.after);
  append_u8(out, part.more ? 1 : 0);
  append(out, part.hash_before.view());
  append(out, part.hash_last.view());
  for (const AccessLine& line : part.lines) append(out, write_access_line(line));
  return out;
}

Result<AccessPart> read_access_part(ByteView bytes) {
  Reader in(bytes);
  AccessPart part;
  part.after = in.u64();
  const std::uint8_t more = in.u8();
  part.more = more == 1;
  part.hash_before = Hash::from(in.take(32));
  part.hash_last = Hash::from(in.take(32));
  while (in.ok() && !in.at_end()) {
    if (part.lines.size() == access_lines_max) return Error{Errc::malformed, "access_part"};
    part.lines.push_back(read_access_line(in));
  }
  // A numbering that could run over is nobody's log.
  if (!in.ok() || more > 1 || part.after > UINT64_MAX - access_lines_max)
    return Error{Errc::malformed, "access_part"};
  return part;
}

}  // namespace samplan
