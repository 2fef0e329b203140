// Small worlds for the tests of the logs: persons and units with real keys, and a plan whose records are
// signed and carry the wraps that the rules ask for. Everything comes from a seed. It makes what an honest
// client would make; tests then change a draft before it is applied. It never decides what is allowed: that
// is the code under test.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/aead.h"
#include "crypto/box.h"
#include "sync/log/governance.h"
#include "sync/log/identity.h"
#include "sync/log/sections.h"
#include "sync/wire/envelope.h"
#include "tests/support/seeded_entropy.h"

namespace samplan::log_test {

struct TestDevice {
  DeviceId id;
  crypto::SignKeyPair sign;
  crypto::BoxKeyPair box;
};

inline TestDevice new_device(Entropy& entropy) {
  TestDevice d{{}, crypto::new_sign_key_pair(entropy), crypto::new_box_key_pair(entropy)};
  d.id = crypto::device_id(d.sign.public_key, d.box.public_key);
  return d;
}

struct TestPerson {
  PrincipalId id;
  std::deque<TestDevice> devices;  // references stay good when one is added
  std::vector<crypto::BoxKeyPair> generations;
  const TestDevice& device() const { return devices.front(); }
};

struct TestUnit {
  PrincipalId id;
  std::vector<crypto::BoxKeyPair> generations;
};

// `real` seals with libsodium, whose ephemeral key is never the same twice; `fixed` fills the box with bytes
// made from the plaintext's hash, of the same length, for vectors and for speed.
enum class Seals { real, fixed };

inline Bytes seal_box(Seals seals, const BoxPublicKey& to, ByteView plain) {
  if (seals == Seals::real) return crypto::seal_to(to, plain);
  const Hash h = crypto::hash("samplan-test/seal/1", {to.view(), plain});
  Bytes out;
  while (out.size() < plain.size() + 48) append(out, h.view());
  out.resize(plain.size() + 48);
  return out;
}

class People {
 public:
  explicit People(std::uint64_t seed, Seals kind = Seals::fixed) : entropy(seed), seals(kind) {}

  SeededEntropy entropy;
  Seals seals;
  IdentityBook book;
  std::vector<Bytes> records;  // every accepted record, in order

  Bytes generation_plain(const PrincipalId& who, std::uint32_t number, const crypto::BoxKeyPair& pair) const {
    Bytes out = ByteView::of("spp1").copy();
    append(out, who.view());
    append_u32(out, 1);
    append_u32(out, number);
    append(out, pair.secret.view());
    return out;
  }
  GenerationWrap wrap_to_device(const PrincipalId& who, const TestDevice& d, std::uint32_t number,
                                const crypto::BoxKeyPair& pair) const {
    return {d.id.view().copy(), 0, seal_box(seals, d.box.public_key, generation_plain(who, number, pair))};
  }
  GenerationWrap wrap_to_member(const PrincipalId& unit, const PrincipalId& member, std::uint32_t number,
                                const crypto::BoxKeyPair& pair) const {
    const Generation& g = book.find(member)->generation();
    return {member.view().copy(), g.number, seal_box(seals, g.key, generation_plain(unit, number, pair))};
  }

  // The next record of a log, signed; `log` null for a first record.
  Bytes write(IdentityKind kind, const IdentityBody& body, const IdentityState* log,
              const TestDevice& signer) const {
    RecordHeader h;
    h.kind = static_cast<std::uint8_t>(kind);
    h.seq = log == nullptr ? 1 : log->seq() + 1;
    if (log != nullptr) {
      h.log = Hash::from(log->id.view());
      h.prev = log->head();
    }
    h.signer = signer.id;
    h.wall_ms = 1'790'000'000'000 + static_cast<UnixMs>(h.seq);
    return write_record(LogKind::identity, h, write_identity_body(kind, body), signer.sign);
  }
  Status take(const Bytes& record) {
    const auto added = book.add(record);
    if (!added.ok()) return added.error();
    records.push_back(record);
    return Status::good();
  }

  IdentityBody create_person_body(const TestDevice& d, const crypto::BoxKeyPair& pair) const {
    IdentityBody b;
    b.device_sign = d.sign.public_key;
    b.device_box = d.box.public_key;
    b.generation = 1;
    b.generation_key = pair.public_key;
    b.wraps = {wrap_to_device({}, d, 1, pair)};
    return b;
  }
  TestPerson person() {
    TestPerson p;
    p.devices.push_back(new_device(entropy));
    p.generations.push_back(crypto::new_box_key_pair(entropy));
    const Bytes record = write(IdentityKind::create_person, create_person_body(p.device(), p.generations[0]),
                               nullptr, p.device());
    p.id = *book.add(record);
    records.push_back(record);
    return p;
  }

  IdentityBody add_device_body(const TestPerson& p, const TestDevice& fresh) const {
    IdentityBody b;
    b.device_sign = fresh.sign.public_key;
    b.device_box = fresh.box.public_key;
    b.device_proof = crypto::sign(fresh.sign, "samplan/device-joins/1", device_joins_digest(p.id));
    b.wraps = {
        wrap_to_device(p.id, fresh, static_cast<std::uint32_t>(p.generations.size()), p.generations.back())};
    return b;
  }
  Status add_device(TestPerson& p) {
    TestDevice fresh = new_device(entropy);
    const Status s =
        take(write(IdentityKind::add_device, add_device_body(p, fresh), book.find(p.id), p.device()));
    if (s.ok()) p.devices.push_back(std::move(fresh));
    return s;
  }

  // A new generation for every device but `without` (-1: for all).
  IdentityBody person_generation_body(const TestPerson& p, int without,
                                      const crypto::BoxKeyPair& pair) const {
    IdentityBody b;
    b.generation = static_cast<std::uint32_t>(p.generations.size() + 1);
    b.generation_key = pair.public_key;
    const IdentityState* state = book.find(p.id);
    for (std::size_t i = 0; i < p.devices.size(); ++i) {
      if (static_cast<int>(i) == without || state->device(p.devices[i].id)->revoked_seq != 0) continue;
      b.wraps.push_back(wrap_to_device(p.id, p.devices[i], b.generation, pair));
    }
    if (without >= 0) b.device = p.devices[static_cast<std::size_t>(without)].id;
    return b;
  }
  Status revoke_device(TestPerson& p, int which, std::size_t signer = 0) {
    crypto::BoxKeyPair pair = crypto::new_box_key_pair(entropy);
    const Status s = take(write(IdentityKind::revoke_device, person_generation_body(p, which, pair),
                                book.find(p.id), p.devices[signer]));
    if (s.ok()) p.generations.push_back(std::move(pair));
    return s;
  }

  IdentityBody create_unit_body(const TestPerson& registrar, const crypto::BoxKeyPair& pair) const {
    IdentityBody b;
    b.member = registrar.id;
    b.generation = 1;
    b.generation_key = pair.public_key;
    b.signer_seq = book.find(registrar.id)->seq();
    b.wraps = {wrap_to_member({}, registrar.id, 1, pair)};
    return b;
  }
  TestUnit unit(const TestPerson& registrar) {
    TestUnit u;
    u.generations.push_back(crypto::new_box_key_pair(entropy));
    const Bytes record = write(IdentityKind::create_unit, create_unit_body(registrar, u.generations[0]),
                               nullptr, registrar.device());
    u.id = *book.add(record);
    records.push_back(record);
    return u;
  }
  IdentityBody add_member_body(const TestUnit& u, const TestPerson& by, const PrincipalId& member,
                               bool registrar) const {
    IdentityBody b;
    b.member = member;
    b.registrar = registrar;
    b.signer_seq = book.find(by.id)->seq();
    b.wraps = {
        wrap_to_member(u.id, member, static_cast<std::uint32_t>(u.generations.size()), u.generations.back())};
    return b;
  }
  Status add_member(const TestUnit& u, const TestPerson& by, const TestPerson& member,
                    bool registrar = false) {
    return take(write(IdentityKind::add_member, add_member_body(u, by, member.id, registrar), book.find(u.id),
                      by.device()));
  }
  IdentityBody unit_generation_body(const TestUnit& u, const TestPerson& by, const PrincipalId& without,
                                    const crypto::BoxKeyPair& pair) const {
    IdentityBody b;
    b.member = without;
    b.generation = static_cast<std::uint32_t>(u.generations.size() + 1);
    b.generation_key = pair.public_key;
    b.signer_seq = book.find(by.id)->seq();
    for (const MemberSpan& m : book.find(u.id)->members)
      if (m.removed_seq == 0 && m.person != without)
        b.wraps.push_back(wrap_to_member(u.id, m.person, b.generation, pair));
    return b;
  }
  Status remove_member(TestUnit& u, const TestPerson& by, const PrincipalId& member) {
    crypto::BoxKeyPair pair = crypto::new_box_key_pair(entropy);
    const Status s = take(write(IdentityKind::remove_member, unit_generation_body(u, by, member, pair),
                                book.find(u.id), by.device()));
    if (s.ok()) u.generations.push_back(std::move(pair));
    return s;
  }
  Status new_unit_generation(TestUnit& u, const TestPerson& by) {
    crypto::BoxKeyPair pair = crypto::new_box_key_pair(entropy);
    const Status s = take(write(IdentityKind::new_generation, unit_generation_body(u, by, {}, pair),
                                book.find(u.id), by.device()));
    if (s.ok()) u.generations.push_back(std::move(pair));
    return s;
  }

  IdentityPin pin(const PrincipalId& id) const {
    const IdentityState* s = book.find(id);
    return {id, s->seq(), s->head()};
  }
};

// A governance record with its wraps, ready to be applied or spoilt.
struct Draft {
  Bytes record;
  std::vector<KeyWrap> wraps;
};

inline constexpr std::uint8_t rwp = right_read | right_propose | right_write;
inline constexpr std::uint8_t rp = right_read | right_propose;

class PlanLog {
 public:
  explicit PlanLog(People& world) : people(world) {}

  People& people;
  GovState gov;
  std::vector<Draft> log;
  std::map<std::pair<SectionId, std::uint32_t>, crypto::SectionKey> keys;
  std::map<SectionId, std::pair<std::uint64_t, Hash>> heads;  // where the section chains stand

  // A rotation at the section's head; its key is kept in `keys`. epoch 0 when `with_key` is false.
  Rotation rotation(SectionId section, bool with_key = true) {
    Rotation r;
    r.section = section;
    const auto head = heads.find(section);
    if (!gov.empty())
      r.cut_chain = head == heads.end() ? chain_start(gov.plan(), section) : head->second.second;
    if (head != heads.end()) r.cut_seq = head->second.first;
    if (with_key) {
      r.epoch = gov.empty() ? 1 : gov.section(section)->last_epoch + 1;
      // Before the first record there is no plan id, so the first keys are committed under a zero one.
      crypto::SectionKey key{gov.empty() ? PlanId{} : gov.plan(), section, r.epoch,
                             crypto::Secret32::random(people.entropy)};
      r.commitment = crypto::commitment(key);
      keys[{section, r.epoch}] = std::move(key);
    }
    return r;
  }
  std::vector<Rotation> rotations(const std::vector<SectionId>& sections, bool with_key = true) {
    std::vector<Rotation> out;
    for (const SectionId s : sections) out.push_back(rotation(s, with_key));
    return out;
  }

  std::vector<GovState::MaskChange> changes_of(GovKind kind, const GovBody& b) const {
    std::vector<GovState::MaskChange> out;
    const std::uint16_t subject = kind == GovKind::genesis ? std::uint16_t{1} : b.subject;
    if (kind == GovKind::coordinator_offer) {
      const Participant* next = gov.participant(subject);
      const Participant* now = gov.participant(gov.coordinator());
      if (next == nullptr || now == nullptr) return out;
      for (const SectionGov& s : gov.sections())
        if (now->mask(s.id) != 0)
          out.push_back({subject, s.id, static_cast<std::uint8_t>(next->mask(s.id) | now->mask(s.id))});
      return out;
    }
    const Participant* p = gov.participant(subject);
    if (kind == GovKind::suspend && p != nullptr)
      for (const SectionGov& s : gov.sections())
        if (p->mask(s.id) != 0) out.push_back({subject, s.id, 0});
    if (kind == GovKind::resume && p != nullptr) return gov.changes_of_resume(*p);
    if (kind == GovKind::recovery_complete && p != nullptr) return gov.changes_of_recovery(*p);
    for (const SectionMask& m : b.masks) out.push_back({subject, m.section, m.mask});
    return out;
  }

  KeyWrap wrap(SectionId section, std::uint16_t number, const PrincipalId& principal,
               const std::vector<Rotation>& rotated) const {
    std::vector<const crypto::SectionKey*> held;
    const bool fresh_only = std::any_of(rotated.begin(), rotated.end(), [&](const Rotation& r) {
      return r.section == section && r.epoch != 0;
    });
    for (const auto& entry : keys) {
      const bool newest =
          fresh_only && !gov.empty() && entry.first.second == gov.section(section)->last_epoch + 1;
      if (entry.first.first == section && (gov.empty() || !fresh_only || newest))
        held.push_back(&entry.second);
    }
    Bytes plain = ByteView::of("spw1").copy();
    append(plain, gov.empty() ? PlanId{}.view() : gov.plan().view());
    append_u16(plain, section);
    append(plain, principal.view());
    append_u32(plain, static_cast<std::uint32_t>(held.size()));
    for (const crypto::SectionKey* k : held) {
      append_u32(plain, k->epoch);
      append(plain, k->secret.view());
    }
    const Generation& g = people.book.find(principal)->generation();
    return {section, number, g.number, seal_box(people.seals, g.key, plain)};
  }

  // Adds the wraps that the rules ask for.
  void fill_wraps(GovKind kind, GovBody& b) const {
    b.wraps.clear();
    for (const auto& target : gov.wrap_targets(changes_of(kind, b), b.rotations)) {
      const Participant* p = gov.participant(target.second);
      const PrincipalId principal = p != nullptr ? p->principal : b.pin ? b.pin->principal : PrincipalId{};
      if (people.book.find(principal) != nullptr)
        b.wraps.push_back(wrap(target.first, target.second, principal, b.rotations));
    }
  }
  // Signs exactly what it is given.
  Draft sign(GovKind kind, const GovBody& b, const TestDevice& signer) const {
    RecordHeader h;
    h.kind = static_cast<std::uint8_t>(kind);
    h.seq = gov.seq() + 1;
    if (!gov.empty()) {
      h.log = Hash::from(gov.plan().view());
      h.prev = gov.head();
    }
    h.signer = signer.id;
    h.wall_ms = 1'790'000'000'000 + static_cast<UnixMs>(h.seq);
    return {write_record(LogKind::governance, h, write_gov_body(kind, b), signer.sign), b.wraps};
  }
  Draft draft(GovKind kind, GovBody b, const TestDevice& signer) const {
    fill_wraps(kind, b);
    return sign(kind, b, signer);
  }
  static Status try_apply(GovState& state, const Draft& d, const IdentityBook& book,
                          bool check_wraps = true) {
    SP_TRY(const Record record, read_record(LogKind::governance, d.record));
    SP_TRY(GovBody body, read_gov_body(static_cast<GovKind>(record.header.kind), record.body));
    if (check_wraps) SP_OK(attach_wraps(body, d.wraps));
    return state.apply(record, body, book, check_wraps);
  }
  Status apply(const Draft& d) {
    const Status s = try_apply(gov, d, people.book);
    if (s.ok()) log.push_back(d);
    return s;
  }
  Status push(GovKind kind, GovBody b, const TestDevice& signer) {
    return apply(draft(kind, std::move(b), signer));
  }

  // Bodies as an honest client makes them.
  GovBody genesis_body(const TestPerson& coordinator, const std::vector<SectionId>& sections) {
    GovBody b;
    b.pin = people.pin(coordinator.id);
    for (const SectionId s : sections) b.masks.push_back({s, rwp});
    b.rotations = rotations(sections);
    people.entropy.fill(b.unique.data(), b.unique.size());
    return b;
  }
  GovBody add_body(const PrincipalId& who, Role role, std::vector<SectionMask> masks = {}) const {
    GovBody b;
    b.subject = static_cast<std::uint16_t>(gov.participants().size() + 1);
    b.pin = people.pin(who);
    b.role = role;
    b.masks = std::move(masks);
    return b;
  }
  static GovBody consent_body() { return {}; }
  static GovBody attested(GovBody b) {
    b.form = ConsentForm::written;
    b.document_hash.bytes.fill(0xd0);
    return b;
  }
  GovBody grant_body(std::uint16_t subject, std::vector<SectionMask> masks, History history = History::full) {
    GovBody b;
    b.subject = subject;
    b.history = history;
    b.text_hash.bytes.fill(0x7e);
    std::vector<SectionId> opened;
    for (const SectionMask& m : masks)
      if ((m.mask & right_read) != 0 && (gov.participant(subject)->mask(m.section) & right_read) == 0)
        opened.push_back(m.section);
    b.masks = std::move(masks);
    if (history == History::from_now) b.rotations = rotations(opened);
    return b;
  }
  GovBody withdraw_body(std::uint16_t subject, const std::vector<SectionId>& sections, bool with_key = true) {
    GovBody b;
    b.subject = subject;
    for (const SectionId s : sections) b.masks.push_back({s, 0});
    b.rotations = rotations(sections, with_key);
    return b;
  }
  GovBody withdraw_plan_body() {
    GovBody b;
    for (const SectionGov& s : gov.sections()) b.rotations.push_back(rotation(s.id, false));
    return b;
  }
  GovBody role_body(std::uint16_t subject, Role role, std::vector<SectionMask> masks, bool with_key = true) {
    GovBody b;
    b.subject = subject;
    b.role = role;
    b.masks = std::move(masks);
    b.rotations = rotations(gov.sections_losing(changes_of(GovKind::role_change, b)), with_key);
    return b;
  }
  static GovBody subject_body(std::uint16_t subject) {
    GovBody b;
    b.subject = subject;
    return b;
  }
  GovBody suspend_body(std::uint16_t subject, bool with_key = true) {
    GovBody b = subject_body(subject);
    b.rotations = rotations(gov.sections_losing(changes_of(GovKind::suspend, b)), with_key);
    return b;
  }
  GovBody resume_body(std::uint16_t subject) const {
    GovBody b = subject_body(subject);
    b.pin = people.pin(gov.participant(subject)->principal);
    return b;
  }
  static GovBody ask_body(std::uint16_t subject, std::uint16_t heir) {
    GovBody b = subject_body(subject);
    b.heir = heir;
    return b;
  }
  GovBody complete_body(std::uint16_t subject, bool with_key = true) {
    GovBody b = subject_body(subject);
    b.rotations = rotations(gov.sections_losing(changes_of(GovKind::recovery_complete, b)), with_key);
    return b;
  }
  GovBody update_body(const PrincipalId& who, bool with_key = false) {
    GovBody b;
    b.pin = people.pin(who);
    b.rotations = rotations(gov.sections_touched_by(*b.pin, people.book), with_key);
    return b;
  }
  GovBody epoch_body(const std::vector<SectionId>& sections) {
    GovBody b;
    b.rotations = rotations(sections);
    return b;
  }

  // An envelope as `author` would write it knowing the log up to `gov_seq` (0: all of it). Its ciphertext is
  // filler: the rules of the log never look inside.
  Bytes envelope(const TestDevice& author, SectionId section, std::uint64_t author_seq,
                 const Hash& author_prev, std::uint64_t gov_seq = 0, EnvelopeKind kind = EnvelopeKind::change,
                 bool proposal = false) const {
    EnvelopeHeader h;
    h.kind = kind;
    h.proposal = proposal;
    h.plan = gov.plan();
    h.section = section;
    h.gov_seq = gov_seq == 0 ? gov.seq() : gov_seq;
    h.gov_head = *gov.hash_at(h.gov_seq);
    const SectionGov* s = gov.section(section);
    const EpochInfo* epoch = s == nullptr ? nullptr : s->epoch.at(h.gov_seq);
    h.epoch = epoch == nullptr ? 1 : epoch->epoch;
    h.author = author.id;
    h.author_seq = author_seq;
    h.author_prev = author_prev;
    return finish_envelope(write_header144(h), Bytes(24, 7), Bytes(32, 9), author.sign);
  }
};

// The people most tests need: participants 1 to 6 of a plan with the sections 1, 3, 4, 11 and 12, after the
// owner has consented to the plan and to each of them.
struct Team {
  explicit Team(std::uint64_t seed = 1, Seals seals = Seals::fixed) : people(seed, seals), plan(people) {
    coordinator = people.person();
    owner = people.person();
    provider = people.person();
    relative = people.person();
    registrar = people.person();
    nurse = people.person();
    office = people.unit(registrar);
    unit = people.unit(registrar);
    (void)people.add_member(unit, registrar, nurse);
  }
  People people;
  PlanLog plan;
  TestPerson coordinator, owner, provider, relative, registrar, nurse;
  TestUnit office, unit;

  static std::vector<SectionId> sections() { return {1, 3, 4, section_case, section_access_log}; }
  static std::vector<SectionMask> all(std::uint8_t mask) {
    std::vector<SectionMask> out;
    for (const SectionId s : sections()) out.push_back({s, mask});
    return out;
  }

  Status start() {
    return plan.push(GovKind::genesis, plan.genesis_body(coordinator, sections()), coordinator.device());
  }
  // 2 owner, 3 provider, 4 relative, 5 unit, 6 coordinating unit; no consent yet.
  Status gather() {
    SP_OK(start());
    const TestDevice& c = coordinator.device();
    SP_OK(plan.push(GovKind::participant_add, plan.add_body(owner.id, Role::owner, all(rwp)), c));
    SP_OK(plan.push(GovKind::participant_add, plan.add_body(provider.id, Role::provider), c));
    SP_OK(plan.push(GovKind::participant_add, plan.add_body(relative.id, Role::relative), c));
    SP_OK(plan.push(GovKind::participant_add, plan.add_body(unit.id, Role::provider), c));
    return plan.push(GovKind::participant_add,
                     plan.add_body(office.id, Role::coordinating_unit, {{section_case, rp}}), c);
  }
  Status agree() {
    SP_OK(gather());
    const TestDevice& o = owner.device();
    SP_OK(plan.push(GovKind::consent_plan, PlanLog::consent_body(), o));
    SP_OK(plan.push(GovKind::consent_grant, plan.grant_body(3, {{1, rwp}, {3, rwp}}), o));
    SP_OK(plan.push(GovKind::consent_grant, plan.grant_body(4, {{1, rp}}), o));
    return plan.push(GovKind::consent_grant, plan.grant_body(5, {{3, rwp}}), o);
  }
};

}  // namespace samplan::log_test
