// The encrypted replica: everything a device keeps on its disk, in one SQLite file that holds ciphertext, public
// records and opaque numbers only. It stores and finds; it decides nothing.
//
//   identity   public identity records as received
//   plan       one row a plan that this device holds
//   gov        governance records as received or, until pushed, as written here
//   section    a section's place in its chain and its folded state, sealed under the section's own local key
//   base       the state that a section's stored chain begins with, where that is not its start; sealed as the state is
//   snapshot   snapshots in the chain: what this device found when it compared them with its own state
//   envelope   every envelope of the chain as received, void ones too (evidence)
//   pending    own operations that the server has not confirmed; the truth about «not sent»
//   outbox     envelopes sealed from pending rows, ready to send or to send again
//   item       small sealed things by kind: keys, intents, drafts, quarantine, contacts, invitations, letters
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "client-core/sqlite_db.h"
#include "crypto/secret.h"

namespace samplan {

// Where a plan stands on this device. Numbers are stored.
enum class Holding : std::uint8_t {
  draft = 0,      // made here, shared with nobody
  shared = 1,     // on the server
  ended = 2,      // access was withdrawn; content is gone, only what is in quarantine is left
  frozen = 3,     // the server contradicted itself: read, do not send
};

struct PlanRow {
  PlanId id;
  Holding holding = Holding::draft;
  std::uint64_t identity_n = 0;
  Bytes receipt;  // highest receipt seen, as written by replica users; empty if none
};

struct GovRow {
  std::uint64_t seq = 0;
  Bytes record;
  Bytes wraps;          // of own records until the server has them
  UnixMs recv_ms = 0;   // 0: the server has not confirmed it
};

struct SectionRow {
  SectionId section = 0;
  std::uint64_t seq = 0;      // everything up to here is stored and judged
  Hash chain;
  Bytes authors;              // AuthorChains
  Bytes sealed_state;
  Bytes start;                // where the stored chain begins, as written by plan_file users
};

struct SnapshotRow {
  std::uint64_t seq = 0;
  std::uint64_t upto = 0;
  DeviceId author;
  Hash id;
  Hash hash;                    // of its record
  bool differs = false;         // not what the chain says
  bool attested = false;        // by this device
  std::uint32_t witnesses = 0;  // attestations by others
};

struct EnvelopeRow {
  std::uint64_t seq = 0;
  Hash id;
  std::uint8_t verdict = 0;
  Bytes body;
  UnixMs recv_ms = 0;  // by this device's clock; a label
};

struct PendingRow {
  SectionId section = 0;
  std::uint64_t first_counter = 0;
  std::uint64_t last_counter = 0;
  bool proposal = false;
  Bytes sealed_batch;
};

struct OutboxRow {
  SectionId section = 0;
  std::uint32_t epoch = 0;
  std::uint64_t author_seq = 0;
  Hash id;
  std::uint64_t first_counter = 0;  // of the pending rows inside; 0 for events that have none
  std::uint64_t last_counter = 0;
  Bytes body;
};

struct IdentityRow {
  PrincipalId principal;
  std::uint64_t seq = 0;
  Bytes record;
};

struct Item {
  std::uint64_t n = 0;  // order of arrival
  Bytes key;
  PlanId plan;
  Bytes content;
};

class Replica {
 public:
  static Result<std::unique_ptr<Replica>> open(const std::string& path, const std::string& vfs,
                                               const crypto::Secret32& store_key, Entropy& entropy);
  Db& db() { return *db_; }

  Status add_identity(const PrincipalId& principal, std::uint64_t seq, ByteView record, bool pushed);
  Result<std::vector<IdentityRow>> identities();           // a unit's signers before the unit
  Result<std::vector<IdentityRow>> unpushed_identities();
  Status mark_identity_pushed(const PrincipalId& principal, std::uint64_t seq);
  // The server may not have them any more.
  Status mark_identities_unpushed(const PrincipalId& principal);
  // Forgets a principal's own records from `seq` on that the server has not taken.
  Status delete_unpushed_identities(const PrincipalId& principal, std::uint64_t seq);

  Result<std::vector<PlanRow>> plans();
  Result<std::optional<PlanRow>> plan(const PlanId& id);
  Status put_plan(const PlanRow& row);
  // The plan, its log and all its content; items stay.
  Status delete_plan(const PlanId& id);
  // Everything of the plan except items (quarantine, drafts).
  Status delete_plan_content(const PlanId& id);

  Status put_gov(const PlanId& plan, const GovRow& row);
  Result<std::vector<GovRow>> gov(const PlanId& plan);

  Status put_section(const PlanId& plan, const SectionRow& row);
  Result<std::vector<SectionRow>> sections(const PlanId& plan);
  Status delete_section_content(const PlanId& plan, SectionId section);

  Status put_envelope(const PlanId& plan, SectionId section, const EnvelopeRow& row);
  Status set_verdict(const PlanId& plan, SectionId section, std::uint64_t seq, std::uint8_t verdict);
  // In sequence, from `from_seq` on; stops at the first error of the visitor.
  Status each_envelope(const PlanId& plan, SectionId section, std::uint64_t from_seq,
                       const std::function<Status(const EnvelopeRow&)>& visit);
  // What the stored envelopes after `after` take.
  Result<std::uint64_t> envelope_bytes(const PlanId& plan, SectionId section, std::uint64_t after);
  Result<std::optional<Bytes>> envelope(const PlanId& plan, SectionId section, std::uint64_t seq);
  // Forgets stored envelopes with from <= seq <= to.
  Status delete_envelopes(const PlanId& plan, SectionId section, std::uint64_t from, std::uint64_t to);
  Result<bool> has_envelope(const PlanId& plan, SectionId section, const Hash& id);
  Result<bool> has_valid_envelope(const PlanId& plan, SectionId section, const Hash& id);  // verdict 0

  // When this device last received an envelope by `author`, in any plan; 0 if never.
  Result<UnixMs> last_received_from(const DeviceId& author);

  Status put_base(const PlanId& plan, SectionId section, ByteView sealed);
  Result<Bytes> base(const PlanId& plan, SectionId section);  // empty if none
  Status delete_base(const PlanId& plan, SectionId section);
  Status put_snapshot(const PlanId& plan, SectionId section, const SnapshotRow& row);
  Result<std::vector<SnapshotRow>> snapshots(const PlanId& plan, SectionId section);  // ascending
  // Those that agreed with from <= seq <= to; what differed is remembered.
  Status delete_snapshots(const PlanId& plan, SectionId section, std::uint64_t from, std::uint64_t to);

  // Forgets the chain of a section but keeps what is unsent, and which snapshots differed.
  Status delete_chain(const PlanId& plan, SectionId section);

  Status add_pending(const PlanId& plan, const PendingRow& row);
  Result<std::vector<PendingRow>> pending(const PlanId& plan);
  Status delete_pending(const PlanId& plan, SectionId section, std::uint64_t first_counter,
                        std::uint64_t last_counter);
  // Of one plan; nullptr: of all that are shared, since a draft is not on its way to anybody.
  Result<std::uint64_t> pending_count(const PlanId* plan);
  Result<std::vector<PlanId>> plans_with_work();  // pending, outbox, unconfirmed governance or intents

  Status add_outbox(const PlanId& plan, const OutboxRow& row);
  Result<std::vector<OutboxRow>> outbox(const PlanId& plan);
  Status delete_outbox(const PlanId& plan, const Hash& id);

  // Items are sealed under a key of their kind; the key is a label that may be seen (ids, numbers).
  Status put_item(std::string_view kind, ByteView key, const PlanId& plan, ByteView content);
  Result<std::vector<Item>> items(std::string_view kind);
  Result<std::optional<Item>> item(std::string_view kind, ByteView key);
  Status delete_item(std::string_view kind, ByteView key);
  Result<std::uint64_t> item_count(std::string_view kind);

  // Sealing for columns that are not items.
  Bytes seal(std::string_view purpose, ByteView context, ByteView plain);
  Result<Bytes> unseal(std::string_view purpose, ByteView context, ByteView sealed);

  Entropy& entropy() { return entropy_; }

 private:
  Replica(std::unique_ptr<Db> db, crypto::Secret32 store_key, Entropy& entropy)
      : db_(std::move(db)), store_key_(std::move(store_key)), entropy_(entropy) {}
  Status migrate();
  std::unique_ptr<Db> db_;
  crypto::Secret32 store_key_;
  Entropy& entropy_;
};

}  // namespace samplan
