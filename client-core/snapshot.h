// What a snapshot and its attestation say, and when one is worth making. A snapshot is a writer's word on
// what a section's chain amounts to up to a number; whoever folded the same chain can check it byte for byte.
// Knows nothing of keys, storage or trust.
//
//   record       version u8 (1) | section u16 | upto u64 | chain 32 | length u32, author tips | state
//   attestation  version u8 (1) | snapshot's number u64 | its envelope's id 32 | hash of its record 32
//
// `chain` is the running hash after `upto` envelopes, so it names plan, section and prefix. The author tips
// are those of the epoch that the snapshot's envelope is sealed under (AuthorChains::of_epoch): judging what
// follows needs no others. `state` is canonical (client-core/plan/section_state.h); hash =
// H("samplan/snapshot/1", record).
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "sync/log/validity.h"

namespace samplan {

// A push that brings a section so far beyond its last snapshot carries a new one.
inline constexpr std::uint64_t snapshot_due_bytes = 32U << 10;
// Sooner than this after the last good one a snapshot is not looked into: comparing costs a whole state, and
// a hostile writer could send one after the other.
inline constexpr std::uint64_t snapshot_spacing_bytes = 8U << 10;
// Snapshots of one request, so that they never crowd out changes.
inline constexpr std::size_t snapshot_request_bytes = 1U << 20;
inline constexpr std::uint32_t attestations_useful = 3;
// Envelopes that a section keeps on this device beside its newest snapshots; older ones are fetched when
// asked for.
inline constexpr std::uint64_t history_bytes_kept = 4U << 20;

struct SnapshotRecord {
  SectionId section = 0;
  std::uint64_t upto = 0;
  Hash chain;
  AuthorChains authors;
  Bytes state;
};
Bytes write_snapshot(const SnapshotRecord& record);
// Layout only; the state is not looked into. errors: truncated, malformed, unknown_version.
Result<SnapshotRecord> read_snapshot(ByteView bytes);
Hash snapshot_hash(ByteView record);

struct Attestation {
  std::uint64_t seq = 0;
  Hash id;
  Hash record;
};
Bytes write_attestation(const Attestation& attestation);
Result<Attestation> read_attestation(ByteView bytes);

// Where a section's stored chain begins on this device.
enum class StartKind : std::uint8_t {
  whole = 0,        // at the section's start
  handed_over = 1,  // at the cut of a grant "from now"; the state there comes with a snapshot
  trusted = 2,      // at a snapshot that others vouched for
  own = 3,          // at a snapshot that this device compared with its own fold of everything before
};

struct SectionStart {
  StartKind how = StartKind::whole;
  bool has_base = false;           // the state at `seq` is kept; otherwise it is empty
  bool keeps_history = false;      // somebody asked for the history: it stays
  std::uint64_t seq = 0;           // stored envelopes begin after this number
  Hash chain;                      // running hash there
  std::uint64_t snapshot_seq = 0;  // the snapshot that the base is from
  Hash snapshot_id;
  Hash snapshot_record;
  std::uint64_t last_snapshot = 0;  // number up to which the last good snapshot goes
  std::uint64_t bytes = 0;          // of changes since then
  std::uint64_t last_bytes = 0;     // size of that snapshot
  std::uint64_t history_seq = 0;    // older envelopes fetched so far, and their running hash
  Hash history_chain;

  Bytes encode() const;
  // An empty row is the start of a section stored before there were snapshots. errors: malformed.
  static Result<SectionStart> decode(ByteView bytes);
};

}  // namespace samplan
