// People, units, plans and envelopes with real keys, signatures and wraps, for tests that need a world to act
// in. It builds records the way a correct client does; a test spoils what it wants to see refused.
#pragma once

#include <algorithm>
#include <map>
#include <string_view>

#include "base/check.h"
#include "base/entropy.h"
#include "crypto/aead.h"
#include "crypto/box.h"
#include "sync/log/governance.h"
#include "sync/log/sections.h"
#include "sync/wire/envelope.h"
#include "sync/wire/identity_record.h"
#include "sync/wire/message.h"

namespace samplan::world {

struct TestDevice {
  crypto::SignKeyPair sign;
  crypto::BoxKeyPair box;
  DeviceId id;
};

TestDevice make_device(Entropy& entropy);

// A person or a unit: its log as it would be pushed, and the secret of its newest key generation.
struct TestPrincipal {
  PrincipalId id;
  std::vector<Bytes> log;
  Hash head;
  std::uint32_t generation = 1;
  crypto::BoxKeyPair generation_key;
  std::vector<TestDevice> devices;  // of a person
  std::vector<DeviceId> revoked;
  std::vector<const TestPrincipal*> members;  // of a unit, now

  const TestDevice& device() const { return devices.front(); }
  IdentityPin pin() const { return {id, log.size(), head}; }
};

Bytes seal_generation(const TestPrincipal& p, const BoxPublicKey& to);

void append_identity(TestPrincipal& p, IdentityKind kind, const IdentityBody& body,
                            const TestDevice& signer, UnixMs wall_ms = 1000);

void wrap_generation(const TestPrincipal& p, IdentityBody& body);

TestPrincipal make_person(Entropy& entropy);

void add_device(TestPrincipal& p, Entropy& entropy);

void revoke_device(TestPrincipal& p, std::size_t index, Entropy& entropy);

TestPrincipal make_unit(const TestPrincipal& registrar, Entropy& entropy);

void add_member(TestPrincipal& unit, const TestPrincipal& registrar, const TestPrincipal& member);

void remove_member(TestPrincipal& unit, const TestPrincipal& registrar, const TestPrincipal& member,
                          Entropy& entropy);

// A plan as its builder sees it: the folded log, everybody's identity and every section key.
class TestPlan {
 public:
  using Masks = std::vector<SectionMask>;
  struct Place {
    std::uint64_t seq = 0;
    Hash chain;
  };

  PlanId id;
  GovState state;
  IdentityBook book;
  std::vector<GovPush> log;
  std::map<SectionId, Place> heads;  // as the last receipt had them; where cuts are made

  // Learns a principal's log (again after it has grown).
  void knows(const TestPrincipal& p);

  GovPush genesis(const TestPrincipal& coordinator, const std::vector<SectionId>& sections, Entropy& entropy,
                  PlanPolicy policy = {});

  GovPush participant_add(const TestPrincipal& signer, const TestPrincipal& who, Role role,
                          Masks masks = {});

  GovPush consent_plan(const TestPrincipal& owner);

  GovPush grant(const TestPrincipal& owner, const TestPrincipal& who, Masks masks, Entropy& entropy,
                History history = History::full, UnixMs not_after = 0);

  GovPush withdraw(const TestPrincipal& signer, const TestPrincipal& who,
                   const std::vector<SectionId>& sections, Entropy& entropy);

  GovPush withdraw_plan(const TestPrincipal& owner);

  GovPush identity_update(const TestPrincipal& signer, const TestPrincipal& changed, Entropy& entropy);

  GovPush epoch(const TestPrincipal& signer, const std::vector<SectionId>& sections, Entropy& entropy) {
    return with_keys(GovKind::epoch, {}, sections, signer, entropy);
  }

  // The next envelope of the author in the section, under the log as this plan knows it.
  Bytes envelope(const TestDevice& author, SectionId section, std::string_view text, Entropy& entropy,
                 EnvelopeKind kind = EnvelopeKind::change, bool proposal = false);

  Bytes seal_envelope(const EnvelopeHeader& h, const TestDevice& author, std::string_view text,
                      Entropy& entropy) const;

  void learn(const Receipt& receipt);

  std::uint16_t number_of(const TestPrincipal& who) const;

 private:
  using SectionKeys = std::map<SectionId, Hash>;  // 32 secret bytes each; tests need no wiping
  struct Chain {
    std::uint32_t epoch = 0;
    std::uint64_t seq = 0;
    Hash last;
  };

  Place place(SectionId section) const;

  SectionKeys genesis_keys(GovBody& body, const std::vector<SectionId>& sections, Entropy& entropy) const;

  Hash commit(SectionId section, std::uint32_t epoch, const Hash& secret) const {
    return crypto::commitment({id, section, epoch, crypto::Secret32::from(secret.view())});
  }

  KeyWrap wrap(SectionId section, std::uint16_t participant, const TestPrincipal& to,
               const SectionKeys& fresh) const;

  GovPush with_keys(GovKind kind, GovBody body, const std::vector<SectionId>& rotate,
                    const TestPrincipal& signer, Entropy& entropy);

  // Signs the record and folds it here, as if it had been accepted.
  GovPush finish(GovKind kind, const GovBody& body, const TestDevice& signer);

  void keep(const SectionKeys& fresh);

 public:
  Status
      last_status;  // whether the record made last fits the log here; a spoiled one is returned all the same

 private:
  std::map<PrincipalId, const TestPrincipal*> principals_;
  std::map<std::pair<SectionId, std::uint32_t>, Hash> keys_;
  std::map<std::pair<DeviceId, SectionId>, Chain> chains_;
};

}  // namespace samplan::world
