#include "tests/support/world_builder.h"

namespace samplan::world {

TestDevice make_device(Entropy& entropy) {
  TestDevice d{crypto::new_sign_key_pair(entropy), crypto::new_box_key_pair(entropy), {}};
  d.id = crypto::device_id(d.sign.public_key, d.box.public_key);
  return d;
}

Bytes seal_generation(const TestPrincipal& p, const BoxPublicKey& to) {
  Bytes plain = ByteView::of("spp1").copy();
  append(plain, p.id.view());
  append_u32(plain, 1);
  append_u32(plain, p.generation);
  append(plain, p.generation_key.secret.view());
  return crypto::seal_to(to, plain);
}

void append_identity(TestPrincipal& p, IdentityKind kind, const IdentityBody& body, const TestDevice& signer,
                     UnixMs wall_ms) {
  RecordHeader h;
  h.kind = static_cast<std::uint8_t>(kind);
  h.seq = p.log.size() + 1;
  if (h.seq != 1) {
    h.log = Hash::from(p.id.view());
    h.prev = p.head;
  }
  h.signer = signer.id;
  h.wall_ms = wall_ms;
  p.log.push_back(write_record(LogKind::identity, h, write_identity_body(kind, body), signer.sign));
  p.head = read_record(LogKind::identity, p.log.back())->hash;
  if (h.seq == 1) p.id = PrincipalId::from(p.head.view());
}

void wrap_generation(const TestPrincipal& p, IdentityBody& body) {
  body.generation = p.generation;
  body.generation_key = p.generation_key.public_key;
  for (const TestDevice& d : p.devices)
    if (std::find(p.revoked.begin(), p.revoked.end(), d.id) == p.revoked.end())
      body.wraps.push_back({d.id.view().copy(), 0, seal_generation(p, d.box.public_key)});
  for (const TestPrincipal* m : p.members)
    body.wraps.push_back(
        {m->id.view().copy(), m->generation, seal_generation(p, m->generation_key.public_key)});
}

TestPrincipal make_person(Entropy& entropy) {
  TestPrincipal p;
  p.devices.push_back(make_device(entropy));
  p.generation_key = crypto::new_box_key_pair(entropy);
  IdentityBody body;
  body.device_sign = p.device().sign.public_key;
  body.device_box = p.device().box.public_key;
  wrap_generation(p, body);
  append_identity(p, IdentityKind::create_person, body, p.device());
  return p;
}

void add_device(TestPrincipal& p, Entropy& entropy) {
  TestDevice d = make_device(entropy);
  IdentityBody body;
  body.device_sign = d.sign.public_key;
  body.device_box = d.box.public_key;
  body.device_proof = crypto::sign(d.sign, "samplan/device-joins/1", device_joins_digest(p.id));
  body.wraps.push_back({d.id.view().copy(), 0, seal_generation(p, d.box.public_key)});
  append_identity(p, IdentityKind::add_device, body, p.device());
  p.devices.push_back(std::move(d));
}

void revoke_device(TestPrincipal& p, std::size_t index, Entropy& entropy) {
  p.revoked.push_back(p.devices[index].id);
  ++p.generation;
  p.generation_key = crypto::new_box_key_pair(entropy);
  IdentityBody body;
  body.device = p.devices[index].id;
  wrap_generation(p, body);
  append_identity(p, IdentityKind::revoke_device, body, p.devices[index == 0 ? 1 : 0]);
}

TestPrincipal make_unit(const TestPrincipal& registrar, Entropy& entropy) {
  TestPrincipal u;
  u.generation_key = crypto::new_box_key_pair(entropy);
  u.members.push_back(&registrar);
  IdentityBody body;
  body.member = registrar.id;
  body.signer_seq = registrar.log.size();
  wrap_generation(u, body);
  append_identity(u, IdentityKind::create_unit, body, registrar.device());
  return u;
}

void add_member(TestPrincipal& unit, const TestPrincipal& registrar, const TestPrincipal& member) {
  IdentityBody body;
  body.member = member.id;
  body.signer_seq = registrar.log.size();
  body.wraps.push_back(
      {member.id.view().copy(), member.generation, seal_generation(unit, member.generation_key.public_key)});
  append_identity(unit, IdentityKind::add_member, body, registrar.device());
  unit.members.push_back(&member);
}

void remove_member(TestPrincipal& unit, const TestPrincipal& registrar, const TestPrincipal& member,
                   Entropy& entropy) {
  unit.members.erase(std::find(unit.members.begin(), unit.members.end(), &member));
  ++unit.generation;
  unit.generation_key = crypto::new_box_key_pair(entropy);
  IdentityBody body;
  body.member = member.id;
  body.signer_seq = registrar.log.size();
  wrap_generation(unit, body);
  append_identity(unit, IdentityKind::remove_member, body, registrar.device());
}

void TestPlan::knows(const TestPrincipal& p) {
  principals_[p.id] = &p;
  for (const Bytes& record : p.log) SP_CHECK(book.add(record).ok());
}

GovPush TestPlan::genesis(const TestPrincipal& coordinator, const std::vector<SectionId>& sections,
                          Entropy& entropy, PlanPolicy policy) {
  GovBody body;
  body.pin = coordinator.pin();
  body.policy = policy;
  entropy.fill(body.unique.data(), body.unique.size());
  const SectionKeys plain = genesis_keys(body, sections, entropy);
  body.wraps.clear();
  // The plan's id is the hash of this very record, so the first wraps name a zero plan.
  for (const auto& key : plain) body.wraps.push_back(wrap(key.first, 1, coordinator, plain));
  GovPush push = finish(GovKind::genesis, body, coordinator.device());
  keep(plain);
  return push;
}

GovPush TestPlan::participant_add(const TestPrincipal& signer, const TestPrincipal& who, Role role,
                                  Masks masks) {
  knows(who);
  GovBody body;
  body.subject = static_cast<std::uint16_t>(state.participants().size() + 1);
  body.pin = who.pin();
  body.role = role;
  body.masks = std::move(masks);
  for (const SectionMask& m : body.masks)
    if ((m.mask & right_read) != 0) body.wraps.push_back(wrap(m.section, body.subject, who, {}));
  return finish(GovKind::participant_add, body, signer.device());
}

GovPush TestPlan::consent_plan(const TestPrincipal& owner) {
  GovBody body;
  body.text_hash = crypto::hash("test/text", {});
  return finish(GovKind::consent_plan, body, owner.device());
}

GovPush TestPlan::grant(const TestPrincipal& owner, const TestPrincipal& who, Masks masks, Entropy& entropy,
                        History history, UnixMs not_after) {
  GovBody body;
  body.subject = number_of(who);
  body.masks = std::move(masks);
  body.history = history;
  body.not_after = not_after;
  body.text_hash = crypto::hash("test/text", {});
  std::vector<SectionId> rotate;
  for (const SectionMask& m : body.masks)
    if ((m.mask & right_read) != 0 && (state.participant(body.subject)->mask(m.section) & right_read) == 0)
      rotate.push_back(m.section);
  if (history == History::full) rotate.clear();
  return with_keys(GovKind::consent_grant, body, rotate, owner, entropy);
}

GovPush TestPlan::withdraw(const TestPrincipal& signer, const TestPrincipal& who,
                           const std::vector<SectionId>& sections, Entropy& entropy) {
  GovBody body;
  body.subject = number_of(who);
  body.text_hash = crypto::hash("test/text", {});
  for (const SectionId s : sections) body.masks.push_back({s, 0});
  if (&signer == &who) {
    // Whoever leaves does not make the key that shuts them out: the next writer does.
    for (const SectionId s : sections) body.rotations.push_back({s, 0, {}, place(s).seq, place(s).chain});
    return finish(GovKind::consent_withdraw, body, signer.device());
  }
  return with_keys(GovKind::consent_withdraw, body, sections, signer, entropy);
}

GovPush TestPlan::withdraw_plan(const TestPrincipal& owner) {
  GovBody body;
  for (const SectionGov& s : state.sections())
    body.rotations.push_back({s.id, 0, {}, place(s.id).seq, place(s.id).chain});
  return finish(GovKind::consent_withdraw, body, owner.device());
}

GovPush TestPlan::identity_update(const TestPrincipal& signer, const TestPrincipal& changed,
                                  Entropy& entropy) {
  knows(changed);
  GovBody body;
  body.pin = changed.pin();
  return with_keys(GovKind::identity_update, body, state.sections_touched_by(*body.pin, book), signer,
                   entropy);
}

Bytes TestPlan::envelope(const TestDevice& author, SectionId section, std::string_view text, Entropy& entropy,
                         EnvelopeKind kind, bool proposal) {
  EnvelopeHeader h;
  h.kind = kind;
  h.proposal = proposal;
  h.plan = id;
  h.section = section;
  h.epoch = state.section(section)->epoch.latest()->epoch;
  h.author = author.id;
  Chain& chain = chains_[{author.id, section}];
  if (chain.epoch != h.epoch) chain = {h.epoch, 0, {}};
  h.author_seq = ++chain.seq;
  h.author_prev = chain.last;
  h.gov_seq = state.seq();
  h.gov_head = state.head();
  Bytes bytes = seal_envelope(h, author, text, entropy);
  chain.last = read_envelope(bytes)->id;
  return bytes;
}

Bytes TestPlan::seal_envelope(const EnvelopeHeader& h, const TestDevice& author, std::string_view text,
                              Entropy& entropy) const {
  crypto::SectionKey key{id, h.section, h.epoch, {}};
  const auto found = keys_.find({h.section, h.epoch});
  key.secret =
      found == keys_.end() ? crypto::Secret32::random(entropy) : crypto::Secret32::from(found->second.view());
  const Bytes header = write_header144(h);
  const auto sealed = crypto::seal(key, header, ByteView::of(text), entropy);
  return finish_envelope(header, sealed->nonce, sealed->ciphertext, author.sign);
}

void TestPlan::learn(const Receipt& receipt) {
  for (const auto& section : receipt.sections)
    heads[section.first.section] = {section.first.seq, section.second};
}

std::uint16_t TestPlan::number_of(const TestPrincipal& who) const {
  for (const Participant& p : state.participants())
    if (p.principal == who.id) return p.number;
  return 0;
}

TestPlan::Place TestPlan::place(SectionId section) const {
  const auto it = heads.find(section);
  return it == heads.end() ? Place{0, chain_start(id, section)} : it->second;
}

TestPlan::SectionKeys TestPlan::genesis_keys(GovBody& body, const std::vector<SectionId>& sections,
                                             Entropy& entropy) const {
  SectionKeys keys;
  for (const SectionId s : sections) {
    keys[s] = entropy.id<Hash>();
    body.masks.push_back({s, right_read | right_write});
    body.rotations.push_back({s, 1, commit(s, 1, keys[s]), 0, {}});
  }
  return keys;
}

KeyWrap TestPlan::wrap(SectionId section, std::uint16_t participant, const TestPrincipal& to,
                       const SectionKeys& fresh) const {
  std::vector<std::pair<std::uint32_t, Hash>> all;
  for (const auto& k : keys_)
    if (k.first.first == section) all.emplace_back(k.first.second, k.second);
  const auto it = fresh.find(section);
  if (it != fresh.end())
    all.emplace_back(state.empty() ? 1 : state.section(section)->last_epoch + 1, it->second);
  Bytes plain = ByteView::of("spw1").copy();
  append(plain, id.view());
  append_u16(plain, section);
  append(plain, to.id.view());
  append_u32(plain, static_cast<std::uint32_t>(all.size()));
  for (const auto& k : all) {
    append_u32(plain, k.first);
    append(plain, k.second.view());
  }
  return {section, participant, to.generation, crypto::seal_to(to.generation_key.public_key, plain)};
}

GovPush TestPlan::with_keys(GovKind kind, GovBody body, const std::vector<SectionId>& rotate,
                            const TestPrincipal& signer, Entropy& entropy) {
  SectionKeys fresh;
  for (const SectionId s : rotate) {
    const std::uint32_t epoch = state.section(s)->last_epoch + 1;
    fresh[s] = entropy.id<Hash>();
    body.rotations.push_back({s, epoch, commit(s, epoch, fresh[s]), place(s).seq, place(s).chain});
  }
  std::vector<GovState::MaskChange> changes;
  for (const SectionMask& m : body.masks) changes.push_back({body.subject, m.section, m.mask});
  for (const auto& target : state.wrap_targets(changes, body.rotations))
    body.wraps.push_back(wrap(target.first, target.second,
                              *principals_.at(state.participant(target.second)->principal), fresh));
  GovPush push = finish(kind, body, signer.device());
  keep(fresh);
  return push;
}

GovPush TestPlan::finish(GovKind kind, const GovBody& body, const TestDevice& signer) {
  RecordHeader h;
  h.kind = static_cast<std::uint8_t>(kind);
  h.seq = state.seq() + 1;
  if (!state.empty()) {
    h.log = Hash::from(id.view());
    h.prev = state.head();
  }
  h.signer = signer.id;
  h.wall_ms = 1000;
  GovPush push{write_record(LogKind::governance, h, write_gov_body(kind, body), signer.sign), body.wraps};
  const auto record = read_record(LogKind::governance, push.record);
  last_status = state.apply(*record, body, book, true);
  if (last_status.ok()) log.push_back(push);
  if (state.seq() == 1) id = state.plan();
  return push;
}

void TestPlan::keep(const SectionKeys& fresh) {
  if (!last_status.ok()) return;
  for (const auto& k : fresh) keys_[{k.first, state.section(k.first)->last_epoch}] = k.second;
}

}  // namespace samplan::world
