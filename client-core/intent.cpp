#include "client-core/intent.h"

#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "base/tlv.h"
#include "sync/log/sections.h"
#include "sync/wire/envelope.h"

namespace samplan {
namespace {

enum Tag : std::uint8_t {
  tag_kind = 2, tag_subject = 4, tag_role = 6, tag_masks = 8, tag_history = 10, tag_not_after = 12,
  tag_text_hash = 14, tag_form = 16, tag_document = 18, tag_heir = 20,
};

IdentityPin pin_of(const IdentityState& state) { return {state.id, state.seq(), state.head()}; }

const Participant* find_participant(const GovState& gov, const PrincipalId& principal) {
  for (const Participant& p : gov.participants())
    if (p.principal == principal) return &p;
  return nullptr;
}

bool reads(Context& ctx, const GovState& gov, SectionId section) {
  return (gov.rights_now(ctx.keys.id(), section, ctx.book) & right_read) != 0;
}

enum class NewKeys { none, all, readable };  // readable: the next writer makes the others

// Fresh keys for these sections, with the cut where we, or who cut before, have verified the chain to.
Status add_rotations(Context& ctx, const GovState& gov, const SectionHeads& heads,
                     const std::vector<SectionId>& sections, NewKeys which, BuiltRecord& out, GovBody& body) {
  for (const SectionId id : sections) {
    Rotation r;
    r.section = id;
    const auto head = heads.at.find(id);
    if (head == heads.at.end()) {
      r.cut_chain = chain_start(gov.plan(), id);
    } else {
      r.cut_seq = head->second.first;
      r.cut_chain = head->second.second;
    }
    // Whoever has only a part of the chain yet takes the place that the log names.
    const SectionGov* section = gov.section(id);
    if (section != nullptr && !section->cuts.empty() && section->cuts.back().section_seq > r.cut_seq) {
      r.cut_seq = section->cuts.back().section_seq;
      r.cut_chain = section->cuts.back().chain;
    }
    if (which == NewKeys::all || (which == NewKeys::readable && reads(ctx, gov, id))) {
      r.epoch = gov.section(id)->last_epoch + 1;
      crypto::SectionKey key = section_key_of(gov.plan(), id, r.epoch, crypto::Secret32::random(ctx.entropy));
      if (SP_PLANTED(key_used_again)) {
        SP_TRY(const crypto::SectionKey* old, ctx.keyring.section_key(gov.plan(), id, r.epoch - 1));
        if (old != nullptr) key.secret = old->secret.clone();
      }
      r.commitment = crypto::commitment(key);
      out.new_keys.push_back(std::move(key));
    }
    body.rotations.push_back(r);
  }
  return Status::good();
}

// Keys that a wrap for this section carries: a fresh one alone to those who already read (`from_epoch` 0), every key
// held from an epoch on to someone who is let into what was written under them.
Result<std::vector<const crypto::SectionKey*>> keys_for(Context& ctx, const GovState& gov, SectionId section,
                                                        const BuiltRecord& built, std::uint32_t from_epoch) {
  std::vector<const crypto::SectionKey*> keys;
  if (from_epoch != 0) {
    const SectionGov* s = gov.section(section);
    for (std::uint32_t epoch = from_epoch; epoch <= s->last_epoch; ++epoch) {
      SP_TRY(const crypto::SectionKey* key, ctx.keyring.section_key(gov.plan(), section, epoch));
      if (key == nullptr) return Error{Errc::no_key, "wrap section " + std::to_string(section)};
      keys.push_back(key);
    }
  }
  for (const crypto::SectionKey& key : built.new_keys)
    if (key.section == section) keys.push_back(&key);
  return keys;
}

// `goes_on`: whose reading begins anew by this record where it began before; nullptr otherwise.
Status add_wraps(Context& ctx, const GovState& gov, const std::vector<GovState::MaskChange>& changes,
                 const PrincipalId& added, const Participant* goes_on, BuiltRecord& out, GovBody& body) {
  for (const auto& target : gov.wrap_targets(changes, body.rotations)) {
    const SectionId section = target.first;
    const Participant* p = gov.participant(target.second);
    const PrincipalId principal = p == nullptr ? added : p->principal;
    const IdentityState* identity = ctx.book.find(principal);
    if (identity == nullptr) return Error{Errc::unknown_principal, "wrap"};
    const bool reads_already = p != nullptr && (p->mask(section) & right_read) != 0;
    const bool rotated = std::any_of(body.rotations.begin(), body.rotations.end(),
                                     [&](const Rotation& r) { return r.section == section; });
    std::uint32_t from_epoch = 0;
    if (!reads_already && goes_on != nullptr)
      from_epoch = gov.first_epoch_of(*goes_on, section);
    else if (!reads_already && !rotated)
      from_epoch = 1;
    SP_TRY(const auto keys, keys_for(ctx, gov, section, out, from_epoch));
    KeyWrap wrap{section, target.second, identity->generation().number, {}};
    Bytes plain = section_wrap_plain(gov.plan(), section, principal, keys);
    wrap.sealed = crypto::seal_to(identity->generation().key, plain);
    crypto::wipe(plain);
    body.wraps.push_back(std::move(wrap));
  }
  return Status::good();
}

void finish(Context& ctx, const GovState& gov, GovKind kind, GovBody& body, BuiltRecord& out) {
  RecordHeader header;
  header.kind = static_cast<std::uint8_t>(kind);
  header.seq = gov.seq() + 1;
  header.log = Hash::from(gov.plan().view());
  header.prev = gov.head();
  header.signer = ctx.keys.id();
  header.wall_ms = ctx.now;
  out.record = write_record(LogKind::governance, header, write_gov_body(kind, body), ctx.keys.sign);
  out.wraps = std::move(body.wraps);
}

// A section that somebody else could hand over, and we cannot, would be lost to whoever goes on.
bool leaves_behind(Context& ctx, const GovState& gov, const Participant& subject) {
  return std::any_of(gov.sections().begin(), gov.sections().end(), [&](const SectionGov& s) {
    const bool theirs = (subject.mask(s.id) & right_read) != 0;
    const bool others = std::any_of(gov.participants().begin(), gov.participants().end(), [&](const Participant& p) {
      return p.number != subject.number && (p.mask(s.id) & right_read) != 0;
    });
    return theirs && others && !reads(ctx, gov, s.id);
  });
}

bool same_masks(const Participant& p, const std::vector<SectionMask>& masks) {
  return std::all_of(masks.begin(), masks.end(), [&](const SectionMask& m) { return p.mask(m.section) == m.mask; });
}

}  // namespace

Bytes write_intent(const Intent& i) {
  std::vector<Bytes> masks;
  for (const SectionMask& m : i.masks) {
    Bytes item;
    append_u16(item, m.section);
    append_u8(item, m.mask);
    masks.push_back(std::move(item));
  }
  TlvWriter out;
  out.u8(tag_kind, static_cast<std::uint8_t>(i.kind)).bytes(tag_subject, i.subject.view());
  out.u8(tag_role, static_cast<std::uint8_t>(i.role)).list(tag_masks, masks);
  out.u8(tag_history, static_cast<std::uint8_t>(i.history)).u64(tag_not_after, static_cast<std::uint64_t>(i.not_after));
  out.bytes(tag_text_hash, i.text_hash.view()).u8(tag_form, static_cast<std::uint8_t>(i.form));
  out.bytes(tag_document, i.document_hash.view());
  if (!i.heir.is_zero()) out.bytes(tag_heir, i.heir.view());
  return out.take();
}

Result<Intent> read_intent(ByteView bytes) {
  TlvReader in(bytes, "intent");
  Intent i;
  i.kind = static_cast<GovKind>(in.u8(tag_kind));
  i.subject = in.id<PrincipalId>(tag_subject);
  i.role = static_cast<Role>(in.u8(tag_role));
  for (const ByteView item : in.list(tag_masks, limits::sections_max)) {
    Reader r(item);
    SectionMask m;
    m.section = r.u16();
    m.mask = r.u8();
    if (!r.done()) in.fail();
    i.masks.push_back(m);
  }
  i.history = static_cast<History>(in.u8(tag_history));
  i.not_after = static_cast<UnixMs>(in.u64(tag_not_after));
  i.text_hash = in.id<Hash>(tag_text_hash);
  i.form = static_cast<ConsentForm>(in.u8(tag_form));
  i.document_hash = in.id<Hash>(tag_document);
  if (in.has(tag_heir)) i.heir = in.id<PrincipalId>(tag_heir);
  SP_OK(in.finish());
  return i;
}

Result<BuiltRecord> build_genesis(Context& ctx) {
  const IdentityState* me = ctx.book.find(ctx.person);
  SP_CHECK(me != nullptr);
  BuiltRecord out;
  GovBody body;
  body.pin = pin_of(*me);
  ctx.entropy.fill(body.unique.data(), body.unique.size());
  for (const SectionInfo& s : plan_sections) {
    crypto::SectionKey key = section_key_of({}, s.id, 1, crypto::Secret32::random(ctx.entropy));
    Rotation r;
    r.section = s.id;
    r.epoch = 1;
    r.commitment = crypto::commitment(key);
    body.rotations.push_back(r);
    body.masks.push_back({s.id, right_read | right_propose | right_write});
    KeyWrap wrap{s.id, 1, me->generation().number, {}};
    wrap.sealed = crypto::seal_to(me->generation().key, section_wrap_plain({}, s.id, ctx.person, {&key}));
    body.wraps.push_back(std::move(wrap));
    out.new_keys.push_back(std::move(key));
  }
  RecordHeader header;
  header.kind = static_cast<std::uint8_t>(GovKind::genesis);
  header.seq = 1;
  header.signer = ctx.keys.id();
  header.wall_ms = ctx.now;
  out.record = write_record(LogKind::governance, header, write_gov_body(GovKind::genesis, body), ctx.keys.sign);
  out.wraps = std::move(body.wraps);
  return out;
}

Result<BuiltRecord> build_rotation(Context& ctx, const GovState& gov, const SectionHeads& heads,
                                   const std::vector<SectionId>& sections) {
  BuiltRecord out;
  GovBody body;
  SP_OK(add_rotations(ctx, gov, heads, sections, NewKeys::all, out, body));
  SP_OK(add_wraps(ctx, gov, {}, {}, nullptr, out, body));
  finish(ctx, gov, GovKind::epoch, body, out);
  return out;
}

Result<BuiltRecord> build_identity_update(Context& ctx, const GovState& gov, const SectionHeads& heads,
                                          const PrincipalId& principal) {
  const IdentityState* identity = ctx.book.find(principal);
  if (identity == nullptr) return Error{Errc::unknown_principal, "identity_update"};
  BuiltRecord out;
  GovBody body;
  body.pin = pin_of(*identity);
  // Without keys: whoever writes next in a section makes its new key. So anyone may record the removal at once.
  SP_OK(add_rotations(ctx, gov, heads, gov.sections_touched_by(*body.pin, ctx.book), NewKeys::none, out, body));
  finish(ctx, gov, GovKind::identity_update, body, out);
  return out;
}

Result<std::optional<BuiltRecord>> build_record(Context& ctx, const GovState& gov, const SectionHeads& heads,
                                                const Intent& intent) {
  const auto nothing = [] { return std::optional<BuiltRecord>{}; };
  const Participant* subject = find_participant(gov, intent.subject);
  BuiltRecord out;
  GovBody body;
  std::vector<GovState::MaskChange> changes;
  const Participant* goes_on = nullptr;
  body.masks = intent.masks;
  body.form = intent.form;
  body.document_hash = intent.document_hash;
  body.text_hash = intent.text_hash;
  body.history = intent.history;
  body.not_after = intent.not_after;
  body.role = intent.role;

  const bool whole_plan = intent.kind == GovKind::consent_plan ||
                          (intent.kind == GovKind::consent_withdraw && intent.subject.is_zero());
  if (intent.kind == GovKind::identity_update) {
    const IdentityState* identity = ctx.book.find(intent.subject);
    if (identity == nullptr) return Error{Errc::unknown_principal, "intent.subject"};
    if (gov.sections_touched_by(pin_of(*identity), ctx.book).empty()) return nothing();
    SP_TRY(BuiltRecord update, build_identity_update(ctx, gov, heads, intent.subject));
    return std::optional<BuiltRecord>(std::move(update));
  }
  if (!whole_plan && intent.kind != GovKind::participant_add) {
    if (subject == nullptr) return Error{Errc::not_found, "intent.subject"};
    body.subject = subject->number;
  }
  const auto change_to = [&](const std::vector<SectionMask>& masks) {
    for (const SectionMask& m : masks) changes.push_back({body.subject, m.section, m.mask});
  };

  switch (intent.kind) {
    case GovKind::participant_add: {
      if (subject != nullptr) return nothing();
      const IdentityState* identity = ctx.book.find(intent.subject);
      if (identity == nullptr) return Error{Errc::unknown_principal, "intent.subject"};
      body.subject = static_cast<std::uint16_t>(gov.participants().size() + 1);
      body.pin = pin_of(*identity);
      change_to(intent.masks);
      break;
    }
    case GovKind::consent_plan:
      if (gov.consent() == PlanConsent::given) return nothing();
      break;
    case GovKind::consent_grant: {
      if (same_masks(*subject, intent.masks)) return nothing();
      // A grant only adds: what the participant already has in a section stays.
      std::vector<SectionId> newly_read;
      for (SectionMask& m : body.masks) {
        m.mask = static_cast<std::uint8_t>(m.mask | subject->mask(m.section));
        if ((subject->mask(m.section) & right_read) == 0) newly_read.push_back(m.section);
      }
      change_to(body.masks);
      if (intent.history == History::from_now) {
        SP_OK(add_rotations(ctx, gov, heads, newly_read, NewKeys::all, out, body));
        out.handed_over = newly_read;
      }
      break;
    }
    case GovKind::consent_withdraw: {
      if (whole_plan) {
        if (gov.consent() != PlanConsent::given) return nothing();
        std::vector<SectionId> all;
        for (const SectionGov& s : gov.sections()) all.push_back(s.id);
        SP_OK(add_rotations(ctx, gov, heads, all, NewKeys::none, out, body));
        break;
      }
      std::vector<SectionMask> closing;
      for (const SectionGov& s : gov.sections()) {
        const bool named = intent.masks.empty() ||
                           std::any_of(intent.masks.begin(), intent.masks.end(),
                                       [&](const SectionMask& m) { return m.section == s.id; });
        const bool rests = subject->suspension && subject->suspension->masks.count(s.id) != 0;
        if (named && (subject->mask(s.id) != 0 || rests)) closing.push_back({s.id, 0});
      }
      if (closing.empty()) return nothing();
      body.masks = closing;
      change_to(closing);
      // Whoever leaves by itself does not hold the others' trust to hand out keys: the next writer rotates.
      const bool leaves = subject->principal == ctx.person;
      SP_OK(add_rotations(ctx, gov, heads, gov.sections_losing(changes), leaves ? NewKeys::none : NewKeys::all, out,
                          body));
      break;
    }
    case GovKind::role_change:
      if (*subject->role.latest() == intent.role && same_masks(*subject, intent.masks)) return nothing();
      change_to(intent.masks);
      SP_OK(add_rotations(ctx, gov, heads, gov.sections_losing(changes), NewKeys::all, out, body));
      break;
    case GovKind::coordinator_offer: {
      if (gov.offered_coordinator() == subject->number || gov.coordinator() == subject->number) return nothing();
      const Participant* now = gov.participant(gov.coordinator());
      for (const SectionGov& s : gov.sections()) {
        const std::uint8_t mask = now->mask(s.id);
        if (mask != 0 && subject->mask(s.id) != mask)
          changes.push_back({body.subject, s.id, static_cast<std::uint8_t>(mask | subject->mask(s.id))});
      }
      break;
    }
    case GovKind::coordinator_accept:
      if (gov.coordinator() == subject->number) return nothing();
      break;
    case GovKind::suspend:
      if (subject->suspension) return nothing();
      for (const SectionGov& s : gov.sections())
        if (subject->mask(s.id) != 0) changes.push_back({subject->number, s.id, 0});
      SP_OK(add_rotations(ctx, gov, heads, gov.sections_losing(changes), NewKeys::readable, out, body));
      break;
    case GovKind::resume: {
      if (!subject->suspension) return nothing();
      const IdentityState* identity = ctx.book.find(intent.subject);
      if (identity == nullptr) return Error{Errc::unknown_principal, "intent.subject"};
      if (identity->generation().number <= subject->suspension->generation)
        return Error{Errc::bad_record, "resume", "Den tapte enheten er ikke lukket ennå."};
      body.pin = pin_of(*identity);
      changes = gov.changes_of_resume(*subject);
      goes_on = subject;
      break;
    }
    case GovKind::recovery_ask: {
      if (subject->recovery || subject->continued_as != 0) return nothing();
      const Participant* heir = find_participant(gov, intent.heir);
      if (heir == nullptr) return Error{Errc::not_found, "intent.heir"};
      body.heir = heir->number;
      break;
    }
    case GovKind::recovery_cancel:
      if (!subject->recovery) return nothing();
      break;
    case GovKind::recovery_complete:
      if (!subject->recovery) return nothing();
      if (leaves_behind(ctx, gov, *subject))
        return Error{Errc::no_key, "recovery_complete",
                     "Du kan ikke lese alle delene av planen som andre leser, og kan ikke gi nøklene videre. Be koordinatoren godkjenne."};
      changes = gov.changes_of_recovery(*subject);
      SP_OK(add_rotations(ctx, gov, heads, gov.sections_losing(changes), NewKeys::readable, out, body));
      goes_on = subject;
      break;
    default: return Error{Errc::invalid_argument, "intent.kind"};
  }
  SP_OK(add_wraps(ctx, gov, changes, intent.subject, goes_on, out, body));
  finish(ctx, gov, intent.kind, body, out);
  return std::optional<BuiltRecord>(std::move(out));
}

}  // namespace samplan
