// The rows that a server store keeps, as the relay sees them. Values only: which table or index holds them is
// the store's affair. Views in rows that a visitor gets are valid during that call.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "crypto/sign.h"
#include "sync/wire/access_line.h"
#include "sync/log/head_map.h"
#include "sync/wire/envelope.h"
#include "sync/wire/meet.h"

namespace samplan::relay {

struct DeviceRow {
  PrincipalId person;
  SignPublicKey sign_key;
  bool revoked = false;
};

// Everything about a plan that changes with it. `version` rises with each change, so that whoever has seen a
// version knows whether anything is new without looking further.
struct PlanRow {
  PlanId plan;
  std::uint64_t version = 0;
  std::uint64_t gov_seq = 0;
  std::uint64_t identity_n = 0;  // length of the plan's identity feed
  std::uint64_t bytes = 0;       // of the envelopes kept
};

struct SectionHead {
  SectionId section = 0;
  std::uint64_t seq = 0;
  Hash chain;
};

struct GovRow {
  std::uint64_t seq = 0;
  UnixMs recv_ms = 0;
  std::uint64_t identity_n = 0;  // length of the identity feed when the record was accepted
  ByteView signed_record;        // record and wraps, as sync/wire/message_parts.h writes them
};

struct IdentityRow {
  std::uint64_t n =
      0;  // order in which this server accepted the records; unit records need it to be replayed
  PrincipalId principal;
  std::uint64_t seq = 0;
  ByteView record;
};

// One entry of a plan's identity feed.
struct FeedRow {
  std::uint64_t n = 0;
  PrincipalId principal;
  std::uint64_t seq = 0;
  std::uint64_t gov_seq = 0;  // where the plan stood when the record entered its feed
  UnixMs recv_ms = 0;
  ByteView record;  // empty in `add_feed`: the record is in the identity table
};

// Who appears in a plan's identity feed: participants, and the members of those that are units.
struct FeedMember {
  PlanId plan;
  bool participant = false;
};

struct EnvelopeKey {
  SectionId section = 0;
  DeviceId author;
  std::uint32_t epoch = 0;
  std::uint64_t author_seq = 0;
};

struct EnvelopeRow {
  EnvelopeKey key;
  std::uint64_t seq = 0;
  Hash id;
  UnixMs recv_ms = 0;
  ByteView body;
  EnvelopeKind kind = EnvelopeKind::change;  // as its header says
};

struct EnvelopePlace {
  std::uint64_t seq = 0;
  Hash id;
};

struct AuthorTip {
  std::uint32_t epoch = 0;
  std::uint64_t author_seq = 0;
  Hash id;
};

// What the owner can read of what the server handed out: one row a section and reply (sync/wire/access_line.h).
struct AccessRow {
  std::uint64_t n = 0;
  Hash hash_prev;
  Hash hash;
  DeviceId device;
  SectionId section = 0;
  std::uint64_t from_seq = 0;
  std::uint64_t to_seq = 0;
  UnixMs recv_ms = 0;
  AccessLine line() const { return {device, section, from_seq, to_seq, recv_ms}; }
};

struct BoxRow {
  BoxId box;
  PrincipalId owner;
  UnixMs expires_ms = 0;
  std::uint32_t letters = 0;   // put into it so far
  std::uint32_t enrolled = 0;  // persons that it has vouched for
};

// A meeting of two devices. A number of three digits is given to it when it was asked for.
struct MeetBoxRow {
  MeetBoxId box;
  std::optional<std::uint16_t> slot;
  UnixMs expires_ms = 0;
  std::uint32_t messages = 0;  // put into it so far
};

struct MeetMessageRow {
  MeetBoxId box;
  std::uint32_t n = 0;
  ByteView body;
};

// One day in the log of checkpoints. Each generation of the data has a log of its own, counted from 1.
struct CheckpointRow {
  std::uint64_t generation = 0;
  std::uint64_t n = 0;
  Bytes leaf;  // as sync/log/head_map.h writes a day
  Bytes note;  // as it was signed
};

struct LetterRow {
  std::uint64_t n = 0;
  BoxId box;
  PlanId plan;
  DeviceId from;
  PrincipalId to;
  UnixMs recv_ms = 0;
  UnixMs expires_ms = 0;
  Hash id;
  ByteView body;
};

}  // namespace samplan::relay
