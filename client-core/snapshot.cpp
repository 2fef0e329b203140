#include "client-core/snapshot.h"

namespace samplan {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t flag_base = 1;
constexpr std::uint8_t flag_keeps = 2;

}  // namespace

Bytes write_snapshot(const SnapshotRecord& r) {
  Bytes out;
  append_u8(out, version);
  append_u16(out, r.section);
  append_u64(out, r.upto);
  append(out, r.chain.view());
  const Bytes authors = r.authors.encode();
  append_u32(out, static_cast<std::uint32_t>(authors.size()));
  append(out, authors);
  append(out, r.state);
  return out;
}

Result<SnapshotRecord> read_snapshot(ByteView bytes) {
  Reader in(bytes);
  if (in.u8() != version) return Error{in.ok() ? Errc::unknown_version : Errc::truncated, "snapshot"};
  SnapshotRecord r;
  r.section = in.u16();
  r.upto = in.u64();
  r.chain = Hash::from(in.take(32));
  const ByteView authors = in.take(in.u32());
  if (!in.ok()) return Error{Errc::truncated, "snapshot"};
  SP_TRY(r.authors, AuthorChains::decode(authors));
  // One encoding only: everybody hashes the same bytes.
  if (r.authors.encode() != authors.copy()) return Error{Errc::malformed, "snapshot.authors"};
  r.state = in.rest().copy();
  return r;
}

Hash snapshot_hash(ByteView record) { return crypto::hash("samplan/snapshot/1", {record}); }

Bytes write_attestation(const Attestation& a) {
  Bytes out;
  append_u8(out, version);
  append_u64(out, a.seq);
  append(out, a.id.view());
  append(out, a.record.view());
  return out;
}

Result<Attestation> read_attestation(ByteView bytes) {
  Reader in(bytes);
  if (in.u8() != version) return Error{in.ok() ? Errc::unknown_version : Errc::truncated, "attestation"};
  Attestation a;
  a.seq = in.u64();
  a.id = Hash::from(in.take(32));
  a.record = Hash::from(in.take(32));
  if (!in.done()) return Error{Errc::malformed, "attestation"};
  return a;
}

Bytes SectionStart::encode() const {
  Bytes out;
  append_u8(out, static_cast<std::uint8_t>(how));
  append_u8(out, static_cast<std::uint8_t>((has_base ? flag_base : 0) | (keeps_history ? flag_keeps : 0)));
  for (const std::uint64_t n : {seq, snapshot_seq, last_snapshot, bytes, last_bytes, history_seq})
    append_varint(out, n);
  for (const Hash* h : {&chain, &snapshot_id, &snapshot_record, &history_chain}) append(out, h->view());
  return out;
}

Result<SectionStart> SectionStart::decode(ByteView bytes) {
  SectionStart s;
  if (bytes.empty()) return s;
  Reader in(bytes);
  const std::uint8_t how = in.u8();
  const std::uint8_t flags = in.u8();
  s.how = static_cast<StartKind>(how);
  s.has_base = (flags & flag_base) != 0;
  s.keeps_history = (flags & flag_keeps) != 0;
  for (std::uint64_t* n :
       {&s.seq, &s.snapshot_seq, &s.last_snapshot, &s.bytes, &s.last_bytes, &s.history_seq})
    *n = in.varint();
  for (Hash* h : {&s.chain, &s.snapshot_id, &s.snapshot_record, &s.history_chain})
    *h = Hash::from(in.take(32));
  if (!in.done() || how > static_cast<std::uint8_t>(StartKind::own))
    return Error{Errc::malformed, "section_start"};
  return s;
}

}  // namespace samplan
