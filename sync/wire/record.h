// The frame that identity records and governance records share: a numbered, hash-linked, signed record of a log.
//
//   off  size  field
//   0    4     "SPI1" identity log, "SPG1" governance log
//   4    1     kind        see identity_record.h, governance_record.h
//   5    1     suite       1
//   6    2     zero
//   8    32    log         principal or plan; zero in the first record, whose hash is the log's id
//   40   8     seq         1, 2, 3 ...
//   48   32    prev        hash of the record before, or zero
//   80   16    signer      device
//   96   8     wall_ms     the signer's clock; a label for people, never judged
//   104  4     body_len
//   108  n     body        TLV (base/tlv.h)
//   108+n 64   Ed25519 signature over "samplan/identity/1" or "samplan/governance/1" and the hash
//
// hash = BLAKE2b-256("samplan/identity-hash/1" or "samplan/governance-hash/1", bytes[0, 108+n)).
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/sign.h"

namespace samplan {

enum class LogKind : std::uint8_t { identity = 1, governance = 2 };

struct RecordHeader {
  std::uint8_t kind = 0;
  Hash log;  // as PrincipalId or PlanId by the log's kind; zero in the first record
  std::uint64_t seq = 0;
  Hash prev;
  DeviceId signer;
  UnixMs wall_ms = 0;
};

struct Record {
  RecordHeader header;
  Hash hash;
  ByteView bytes;
  ByteView body;
  Signature signature;
  // The log's id, also for the first record.
  Hash log() const { return header.seq == 1 ? hash : header.log; }
};

// Layout, bounds, and that the first record (and only it) has a zero log and a zero prev.
// errors: truncated, malformed, too_large, unknown_version.
Result<Record> read_record(LogKind log, ByteView bytes);
Bytes write_record(LogKind log, const RecordHeader& header, ByteView body, const crypto::SignKeyPair& signer);
bool verify_record(LogKind log, const Record& record, const SignPublicKey& signer);

}  // namespace samplan
