// The sync exchange: one signed request for all plans, one signed reply. Layouts only; what the server may accept is
// sync/relay, what the client makes of the answer is client-core.
//
//   request frame  "SPR1" | device 16 | nonce 40 | body_len u32 | body (TLV) | signature 64
//                  signature over "samplan/request/1" and H("samplan/request-hash/1", host_len u16, host, "POST /v1/sync",
//                  nonce, H(body)); the host is the one that the client meant to reach, so that a request cannot be
//                  passed on to another server
//   reply frame    "SPA1" | body_len u32 | body (TLV) | signature 64
//                  signature by the server over "samplan/reply/1" and H("samplan/reply-hash/1", H(request), body)
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/sign.h"
#include "sync/wire/access_line.h"
#include "sync/wire/governance_record.h"

namespace samplan {

inline constexpr std::uint16_t protocol_version = 1;
using RequestNonce = std::array<std::uint8_t, 40>;  // made by the server, opaque to the client
using CursorToken = std::array<std::uint8_t, 16>;   // names the cursors that a reply left the client with

enum class ItemStatus : std::uint8_t {
  ok = 0,
  dup = 1,             // already there: harmless
  gov_conflict = 2,    // the log has moved on; the tail comes with this reply
  gov_stale = 3,       // sealed under governance that a newer record cuts
  epoch_stale = 4,
  rotation_due = 5,    // the section needs a new key before content
  forbidden = 6,
  withdrawn = 7,
  author_gap = 8,
  author_fork = 9,
  bad_sig = 10,
  too_large = 11,
  quota = 12,
  deferred = 13,       // not looked at now; send it again
  bad_item = 14,       // malformed, or breaks a rule of its log
  no_consent = 15,     // R24
  unknown = 16,        // names a plan, principal or box that the server does not have
};
const char* status_name(ItemStatus status);

struct GovPush {
  Bytes record;
  std::vector<KeyWrap> wraps;
};

struct SectionCursor {
  SectionId section = 0;
  std::uint64_t seq = 0;
};

// Of a section that the client holds nothing of: how its reading is to begin, after the server has offered a snapshot.
//   after != 0                 after this number, where the snapshot at `snapshot` left it; that one need not be sent again
//   after == 0, snapshot != 0  not that snapshot: offer an older one, else send the whole chain
//   both 0                     send the whole chain
struct SectionBegin {
  SectionId section = 0;
  std::uint64_t after = 0;
  std::uint64_t snapshot = 0;
};

// Old envelopes wanted: those after `after` up to `until`.
struct HistoryRange {
  SectionId section = 0;
  std::uint64_t after = 0;
  std::uint64_t until = 0;
};

struct PlanRequest {
  PlanId plan;
  // Cursors are only read when the request carries no cursor token that the server knows.
  std::uint64_t gov_seq = 0;
  std::uint64_t identity_n = 0;
  std::vector<SectionCursor> sections;
  std::vector<GovPush> push_gov;
  std::vector<Bytes> push;  // envelopes
  std::vector<SectionBegin> begin;     // ascending by section; counts with a cursor token too
  std::vector<HistoryRange> history;   // ascending by section
  std::optional<std::uint64_t> access_after;  // the server's access log is wanted, after this line
};

struct MailPut {
  BoxId box;
  Bytes body;
};
// A withdrawn device hands over its unsent text, once, sealed to one principal.
struct DropPut {
  PlanId plan;
  PrincipalId recipient;
  Bytes body;
};
struct BoxRegister {
  BoxId box;
  PrincipalId owner;
  UnixMs expires_ms = 0;
};

// How far a device has its own person's log, and those of its units: what has come since is sent to it, whether or not
// any plan needs it.
struct OwnLog {
  PrincipalId principal;
  std::uint64_t seq = 0;
};

struct SyncRequest {
  std::uint16_t version = protocol_version;
  PrincipalId person;
  std::uint64_t generation = 0;              // of the server's data, as last seen; 0 at first contact
  std::optional<CursorToken> cursors;        // absent: the cursors below are complete
  std::uint32_t reply_bytes_max = 0;
  bool takes_snapshots = false;              // of sections without a cursor: offer a snapshot instead of the chain
  bool only_named_plans = false;             // the office opens one plan: no other plan is answered
  std::vector<Bytes> identity;               // new identity records
  std::vector<PlanRequest> plans;
  std::vector<BoxRegister> boxes;
  std::vector<MailPut> mail;
  std::vector<DropPut> drops;
  std::uint64_t mail_seen = 0;               // letters up to this number have been stored
  std::string enrolment_code;                // first contact of a new person where the server asks for it
  BoxId enrolment_box;                       // or: the invitation's box, which vouches for it; zero if none
  std::vector<OwnLog> own_logs;              // ascending by principal; empty: nothing of them is sent
};

// The server's signed word on where a plan stands; two of them that contradict each other prove a fork.
struct Receipt {
  PlanId plan;
  std::uint64_t generation = 0;
  std::uint64_t gov_seq = 0;
  Hash gov_head;
  std::vector<std::pair<SectionCursor, Hash>> sections;  // only those that the device may see; ascending
  UnixMs recv_ms = 0;
  Signature signature;
};

struct ItemResult {
  Hash id;
  ItemStatus status = ItemStatus::ok;
  std::uint64_t seq = 0;
};

// An envelope handed out; what the device has already (its own, the snapshot it was offered) comes as id only.
struct PulledEnvelope {
  std::uint64_t seq = 0;
  bool own = false;
  Hash id;      // when own
  Bytes bytes;  // when not
};

// Instead of a section's chain: a snapshot envelope, where it stands, and envelopes that attest snapshots.
struct SnapshotOffer {
  SectionId section = 0;
  std::uint64_t seq = 0;
  Bytes snapshot;
  std::vector<Bytes> attestations;
};

struct SectionPull {
  SectionId section = 0;
  std::vector<PulledEnvelope> envelopes;  // in sequence, no gap
  bool more = false;
};

struct GovPull {
  Bytes record;
  std::vector<KeyWrap> wraps;  // only those for this device's principals
  UnixMs recv_ms = 0;
};

struct PlanReply {
  PlanId plan;
  ItemStatus status = ItemStatus::ok;  // ok, withdrawn, forbidden, unknown, deferred
  std::vector<GovPull> gov;            // ascending, from the cursor on
  std::vector<Bytes> identity;         // identity records of everyone in the plan, from the cursor on
  std::uint64_t identity_n = 0;        // the cursor after these
  std::vector<ItemResult> gov_results;
  std::vector<ItemResult> results;
  std::vector<SectionPull> sections;
  std::optional<Receipt> receipt;
  std::vector<SnapshotOffer> offers;
  std::vector<SectionPull> history;    // what `history` of the request asked for, as far as there was room
  bool more = false;                   // ask again at once
  std::optional<AccessPart> access;    // only to those who asked and may read the access log
};

struct Letter {
  std::uint64_t n = 0;       // ascending per device's principals
  BoxId box;                 // zero for a hand-over
  PlanId plan;               // of a hand-over, zero otherwise
  DeviceId from;             // of a hand-over: the withdrawn device; zero otherwise
  PrincipalId to;
  UnixMs recv_ms = 0;
  Bytes body;
};

struct SyncReply {
  std::uint16_t version = protocol_version;
  ItemStatus status = ItemStatus::ok;  // of the whole: ok; unknown = say who you are (identity); deferred = busy
  std::uint64_t generation = 0;
  UnixMs server_ms = 0;
  RequestNonce nonce{};                // for the next request
  bool nonce_refused = false;          // the request's nonce had expired: nothing was done, send again
  bool cursors_unknown = false;        // the token named nothing: nothing was pulled, send complete cursors
  std::optional<CursorToken> cursors;  // names the cursors after this reply
  std::vector<ItemResult> identity_results;
  std::vector<PlanReply> plans;
  std::vector<Letter> letters;
  std::vector<ItemResult> mail_results;  // in the order boxes, mail, drops; id = hash of the body, or zero-padded box
  std::uint32_t retry_after_ms = 0;
  std::vector<Bytes> identity;         // of the own logs, what the device lacks; also when the whole is `withdrawn`
};

Bytes write_request_body(const SyncRequest& request);
Result<SyncRequest> read_request_body(ByteView bytes);
Bytes write_reply_body(const SyncReply& reply);
Result<SyncReply> read_reply_body(ByteView bytes);

struct RequestFrame {
  DeviceId device;
  RequestNonce nonce{};
  ByteView body;
  Signature signature;
  Hash body_hash;
};
// What a request is for is signed with it: one made for syncing is good for nothing else.
inline constexpr std::string_view sync_purpose = "POST /v1/sync";
inline constexpr std::string_view proof_purpose = "POST /v1/proof";
Bytes write_request_frame(const DeviceId& device, const RequestNonce& nonce, std::string_view host, ByteView body,
                          const crypto::SignKeyPair& key, std::string_view purpose = sync_purpose);
Result<RequestFrame> read_request_frame(ByteView bytes);
bool verify_request(const RequestFrame& frame, std::string_view host, const SignPublicKey& key,
                    std::string_view purpose = sync_purpose);

// `request_hash`: H("samplan/request-bytes/1", the whole request frame), so that a reply answers one request only.
Hash request_hash(ByteView request_frame);
Bytes write_reply_frame(ByteView body, const Hash& request, const crypto::SignKeyPair& server);
// errors: forged when the server's signature does not cover this reply to this request.
Result<ByteView> open_reply_frame(ByteView bytes, const Hash& request, const SignPublicKey& server);

Hash receipt_digest(const Receipt& receipt);
void sign_receipt(Receipt& receipt, const crypto::SignKeyPair& server);
bool verify_receipt(const Receipt& receipt, const SignPublicKey& server);
Bytes write_receipt(const Receipt& receipt);
Result<Receipt> read_receipt(ByteView bytes, const PlanId& plan);

}  // namespace samplan
