#include "client-core/plan_file.h"

#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "client-core/pack.h"
#include "client-core/plan/limits.h"
#include "sync/log/sections.h"

namespace samplan {
namespace {

constexpr std::string_view state_purpose = "samplan/section-state/1";
constexpr std::string_view pending_purpose = "pending";

Bytes section_context(const PlanId& plan, SectionId section) {
  Bytes out = plan.view().copy();
  append_u16(out, section);
  return out;
}

Result<GovBody> body_of(const Record& record) {
  return read_gov_body(static_cast<GovKind>(record.header.kind), record.body);
}

}  // namespace

Bytes join_batches(const std::vector<Bytes>& batches) {
  Bytes out;
  for (const Bytes& b : batches) {
    append_u32(out, static_cast<std::uint32_t>(b.size()));
    append(out, b);
  }
  return out;
}

Result<std::vector<plan::Batch>> split_batches(ByteView plaintext, const DeviceId& author) {
  std::vector<plan::Batch> out;
  Reader in(plaintext);
  while (in.ok() && !in.at_end()) {
    const ByteView one = in.take(in.u32());
    if (!in.ok()) break;
    SP_TRY(plan::Batch batch, plan::decode_batch(one, author));
    out.push_back(std::move(batch));
  }
  if (!in.ok()) return Error{Errc::truncated, "batches"};
  return out;
}

std::unique_ptr<PlanFile> PlanFile::unknown(const PlanId& id) {
  auto out = std::make_unique<PlanFile>();
  out->row_.id = id;
  out->row_.holding = Holding::shared;
  return out;
}

Result<std::unique_ptr<PlanFile>> PlanFile::create(Context& ctx) {
  SP_TRY(BuiltRecord built, build_genesis(ctx));
  SP_TRY(const Record record, read_record(LogKind::governance, built.record));
  auto out = std::make_unique<PlanFile>();
  out->row_.id = PlanId::from(record.hash.view());
  out->row_.holding = Holding::draft;
  Transaction tx(ctx.replica.db());
  SP_OK(tx.begin());
  for (const crypto::SectionKey& key : built.new_keys) SP_OK(ctx.keyring.put_section_key(out->row_.id, key));
  SP_OK(out->take_gov(ctx, built.record, built.wraps, 0));
  SP_OK(out->save(ctx));
  SP_OK(tx.commit());
  return out;
}

Result<std::unique_ptr<PlanFile>> PlanFile::open(Context& ctx, const PlanId& id) {
  SP_TRY(const std::optional<PlanRow> row, ctx.replica.plan(id));
  if (!row) return Error{Errc::not_found, "plan"};
  auto out = std::make_unique<PlanFile>();
  out->row_ = *row;
  SP_TRY(const std::vector<GovRow> gov, ctx.replica.gov(id));
  for (const GovRow& g : gov) {
    SP_TRY(const Record record, read_record(LogKind::governance, g.record));
    SP_TRY(const GovBody body, body_of(record));
    SP_OK(out->gov_.apply(record, body, ctx.book, false));
    if (g.recv_ms != 0) out->confirmed_gov_ = g.seq;
  }
  SP_TRY(std::vector<SectionRow> sections, ctx.replica.sections(id));
  for (SectionRow& s : sections) {
    PlanSection section;
    section.id = s.section;
    section.seq = s.seq;
    section.chain = s.chain;
    SP_TRY(section.authors, AuthorChains::decode(s.authors));
    section.sealed_state = std::move(s.sealed_state);
    SP_TRY(section.start, SectionStart::decode(s.start));
    out->sections_.emplace(s.section, std::move(section));
  }
  return out;
}

SectionHeads PlanFile::heads() const {
  SectionHeads out;
  for (const auto& entry : sections_) out.at[entry.first] = {entry.second.seq, entry.second.chain};
  return out;
}

Status PlanFile::take_gov(Context& ctx, ByteView bytes, const std::vector<KeyWrap>& wraps, UnixMs recv_ms) {
  SP_TRY(const Record record, read_record(LogKind::governance, bytes));
  const std::uint64_t seq = record.header.seq;
  Bytes own_wraps;
  if (seq <= gov_.seq()) {
    if (*gov_.hash_at(seq) != record.hash) return Error{Errc::frozen, "take_gov"};
  } else {
    if (record.log().view() != row_.id.view()) return Error{Errc::bad_record, "take_gov"};
    SP_TRY(const GovBody body, body_of(record));
    const Status applied = gov_.apply(record, body, ctx.book, false);
    // The next number, but not on top of what we have: another history.
    if (applied.code() == Errc::log_conflict && seq == gov_.seq() + 1) return Error{Errc::frozen, "take_gov"};
    SP_OK(applied);
    if (recv_ms == 0)
      for (const KeyWrap& w : wraps) {
        const Bytes one = write_wrap(w);
        append_u32(own_wraps, static_cast<std::uint32_t>(one.size()));
        append(own_wraps, one);
      }
  }
  SP_OK(ctx.replica.put_gov(row_.id, {seq, bytes.copy(), own_wraps, recv_ms}));
  if (recv_ms != 0) {
    confirmed_gov_ = std::max(confirmed_gov_, seq);
    if (row_.holding == Holding::draft) row_.holding = Holding::shared;
    SP_TRY(const GovBody body, body_of(record));
    SP_OK(absorb_wraps(ctx, body, wraps));
  }
  return Status::good();
}

Status PlanFile::absorb_wraps(Context& ctx, const GovBody& body, const std::vector<KeyWrap>& wraps) {
  (void)body;
  for (const KeyWrap& wrap : wraps) {
    const Participant* p = gov_.participant(wrap.participant);
    const SectionGov* s = gov_.section(wrap.section);
    if (p == nullptr || s == nullptr) continue;
    std::map<std::uint32_t, Hash> commitments;
    for (const auto& span : s->epoch.spans())
      if (span.second.epoch != 0) commitments[span.second.epoch] = span.second.commitment;
    const Status taken = ctx.keyring.absorb_wrap(wrap, row_.id, p->principal, commitments);
    // A wrap that is not for us to open, or does not fit the log, leaves us without that key, which the section then
    // reports; the log itself is good.
    if (!taken.ok() && taken.code() == Errc::not_saved) return taken;
  }
  return Status::good();
}

std::uint8_t PlanFile::rights(const Context& ctx, SectionId section) const {
  return gov_.empty() ? std::uint8_t{0} : gov_.rights_now(ctx.keys.id(), section, ctx.book);
}

bool PlanFile::has_access(const Context& ctx) const {
  for (const SectionGov& s : gov_.sections())
    if (rights(ctx, s.id) != 0) return true;
  return false;
}

std::optional<PrincipalId> PlanFile::acting_for(const Context& ctx, SectionId section) const {
  std::optional<PrincipalId> unit;
  for (const Participant* p : gov_.participants_of_device_now(ctx.keys.id(), ctx.book)) {
    if ((p->mask(section) & (right_write | right_propose)) == 0) continue;
    if (p->principal == ctx.person) return std::nullopt;
    unit = p->principal;
  }
  return unit;
}

void PlanFile::begin_section(PlanSection& s) {
  s.chain = chain_start(row_.id, s.id);
}

PlanSection& PlanFile::section(SectionId id) {
  const auto it = sections_.find(id);
  if (it != sections_.end()) return it->second;
  PlanSection s;
  s.id = id;
  begin_section(s);
  return sections_.emplace(id, std::move(s)).first->second;
}

std::vector<SectionId> PlanFile::readable(const Context& ctx) const {
  std::vector<SectionId> out;
  for (const SectionGov& s : gov_.sections())
    if ((rights(ctx, s.id) & right_read) != 0) out.push_back(s.id);
  return out;
}

Result<const plan::SectionState*> PlanFile::confirmed(Context& ctx, SectionId id) {
  PlanSection& s = section(id);
  if (!s.state) {
    if (s.sealed_state.empty()) {
      s.state.emplace(id);
    } else {
      SP_TRY(const crypto::Secret32 key, ctx.keyring.local_key(row_.id, id));
      SP_TRY(const Bytes plain,
             crypto::open_local(key, state_purpose, section_context(row_.id, id), s.sealed_state));
      auto state = plan::SectionState::decode_own(plain);
      if (state.ok()) {
        s.state = std::move(state).value();
      } else {
        // Folded by another version of the schema: the envelopes are the truth.
        const Status folded = refold(ctx, id);
        if (folded.code() == Errc::not_saved || folded.code() == Errc::no_key) return folded.error();
        // The base is of that version too: what others say has to be fetched again. Unsent changes stay.
        if (!folded.ok()) SP_OK(begin_anew(ctx, s));
      }
    }
  }
  return &*s.state;
}

Result<std::vector<plan::PendingBatch>> PlanFile::unsent(Context& ctx, SectionId id) {
  std::vector<plan::PendingBatch> out;
  SP_TRY(const std::vector<PendingRow> rows, ctx.replica.pending(row_.id));
  for (const PendingRow& row : rows) {
    if (row.section != id) continue;
    SP_TRY(const Bytes plain, ctx.replica.unseal(pending_purpose, section_context(row_.id, id), row.sealed_batch));
    SP_TRY(plan::Batch batch, plan::decode_batch(plain, ctx.keys.id()));
    if (SP_PLANTED(old_text_forgotten) && ctx.now - batch.wall_ms > 20 * 86'400'000LL) continue;
    out.push_back({std::move(batch), row.proposal});
  }
  return out;
}

Result<const plan::SectionState*> PlanFile::shown(Context& ctx, SectionId id) {
  PlanSection& s = section(id);
  if (!s.shown) {
    SP_TRY(const plan::SectionState* state, confirmed(ctx, id));
    SP_TRY(const std::vector<plan::PendingBatch> batches, unsent(ctx, id));
    s.shown = plan::overlay(*state, batches, ctx.person);
  }
  return &*s.shown;
}

Status PlanFile::write(Context& ctx, SectionId id, std::vector<plan::Op> ops, bool proposal) {
  if (ops.empty()) return Status::good();
  plan::Batch batch;
  batch.author = ctx.keys.id();
  batch.wall_ms = ctx.now;
  batch.on_behalf = acting_for(ctx, id);
  batch.ops = std::move(ops);
  PendingRow row;
  row.section = id;
  row.first_counter = batch.ops.front().id.counter;
  row.last_counter = batch.ops.back().id.counter;
  row.proposal = proposal;
  row.sealed_batch = ctx.replica.seal(pending_purpose, section_context(row_.id, id), plan::encode_batch(batch));
  SP_OK(ctx.replica.add_pending(row_.id, row));
  PlanSection& s = section(id);
  if (s.shown) s.shown->apply(batch, {merge::pending_seq, ctx.person, proposal});
  if (SP_PLANTED(unsent_in_confirmed) && s.state) s.state->apply(batch, {merge::pending_seq, ctx.person, proposal});
  return Status::good();
}

Result<bool> PlanFile::take_envelope(Context& ctx, SectionId id, std::uint64_t seq, ByteView bytes) {
  SP_TRY(const Envelope envelope, read_envelope(bytes));
  if (envelope.header.plan != row_.id || envelope.header.section != id)
    return Error{Errc::bad_reply, "take_envelope.place"};
  PlanSection& s = section(id);
  if (s.seq == 0) {
    // Reading may begin at the cut of a grant "from now", whose position and chain the grant itself has signed.
    for (const Participant* p : gov_.participants_of_device_now(ctx.keys.id(), ctx.book)) {
      const auto base = p->base.find(id);
      if (base != p->base.end() && seq == base->second.first + 1) {
        s.seq = base->second.first;
        s.chain = base->second.second;
        s.start.how = StartKind::handed_over;
        s.start.seq = s.start.last_snapshot = s.seq;
        s.start.chain = s.chain;
      }
    }
  }
  if (seq != s.seq + 1) return Error{Errc::bad_reply, "take_envelope.seq"};
  // Whoever signed a cut saw a certain chain up to it; another one here means that we are being shown another history.
  if (!agrees_with_cuts(gov_, id, seq, chain_next(s.chain, envelope.id)))
    return Error{Errc::frozen, "take_envelope.cut"};
  // The snapshot that we began with was judged for this place.
  if (s.start.how == StartKind::trusted && seq == s.start.snapshot_seq && envelope.id != s.start.snapshot_id)
    return Error{Errc::frozen, "take_envelope.snapshot"};
  SP_TRY(const bool taken, fold(ctx, s, envelope, seq));
  return taken;
}

Result<bool> PlanFile::fold(Context& ctx, PlanSection& s, const Envelope& envelope, std::uint64_t seq) {
  Verdict verdict = judge_alone(envelope, seq, gov_, ctx.book, true);
  if (verdict == Verdict::undecided) return false;
  if (verdict == Verdict::valid) verdict = s.authors.check(envelope.header);
  const EnvelopeHeader& h = envelope.header;
  Looked looked = Looked::nothing;
  if (verdict == Verdict::valid && h.kind != EnvelopeKind::access_event) {
    SP_TRY(const crypto::SectionKey* key, ctx.keyring.section_key(row_.id, s.id, h.epoch));
    if (key == nullptr) return false;
    SP_OK(confirmed(ctx, s.id));
    const auto plain = open_content(*key, envelope);
    switch (h.kind) {
      case EnvelopeKind::change: apply_change(ctx, *s.state, h, seq, plain); break;
      case EnvelopeKind::snapshot: {
        SP_TRY(looked, look_at_snapshot(ctx, s, envelope, seq, plain));
        break;
      }
      case EnvelopeKind::attestation: SP_OK(note_attestation(ctx, s, h, plain)); break;
      case EnvelopeKind::access_event: break;
    }
  }
  if (verdict == Verdict::valid) s.authors.accept(h, envelope.id);
  s.seq = seq;
  s.chain = chain_next(s.chain, envelope.id);
  s.dirty = !SP_PLANTED(fold_not_saved);
  s.shown.reset();
  // Snapshots are not counted, or a large one would make the next one due.
  if (h.kind == EnvelopeKind::change) s.start.bytes += envelope.bytes.size();
  // An offered snapshot was kept ahead of its turn.
  if (seq == s.start.snapshot_seq) SP_OK(ctx.replica.delete_envelopes(row_.id, s.id, seq, seq));
  SP_OK(ctx.replica.put_envelope(row_.id, s.id,
                                 {seq, envelope.id, static_cast<std::uint8_t>(verdict), envelope.bytes.copy(), ctx.now}));
  if (looked == Looked::awaited) SP_OK(refold(ctx, s.id));
  if (looked == Looked::good) SP_OK(forget_old_envelopes(ctx, s));
  return true;
}

Status PlanFile::renumber(Context& ctx, SectionId id, std::uint64_t from, std::uint64_t shift) {
  SP_TRY(std::vector<plan::PendingBatch> batches, unsent(ctx, id));
  for (const plan::PendingBatch& p : batches)
    if (p.batch.ops.front().id.counter >= from)
      SP_OK(ctx.replica.delete_pending(row_.id, id, p.batch.ops.front().id.counter, p.batch.ops.back().id.counter));
  const auto move = [&](OpId& op) {
    if (op.device == ctx.keys.id() && op.counter >= from) op.counter += shift;
  };
  for (plan::PendingBatch& p : batches) {
    if (p.batch.ops.front().id.counter < from) continue;
    for (plan::Op& op : p.batch.ops) {
      move(op.id);
      for (OpId& ref : op.refs) move(ref);
    }
    PendingRow row;
    row.section = id;
    row.first_counter = p.batch.ops.front().id.counter;
    row.last_counter = p.batch.ops.back().id.counter;
    row.proposal = p.proposal;
    row.sealed_batch = ctx.replica.seal(pending_purpose, section_context(row_.id, id), plan::encode_batch(p.batch));
    SP_OK(ctx.replica.add_pending(row_.id, row));
  }
  section(id).shown.reset();
  return Status::good();
}

Status PlanFile::save(Context& ctx) {
  SP_OK(ctx.replica.put_plan(row_));
  for (auto& entry : sections_) {
    PlanSection& s = entry.second;
    if (!s.dirty) continue;
    if (s.state) {
      SP_TRY(const crypto::Secret32 key, ctx.keyring.local_key(row_.id, s.id));
      s.sealed_state =
          crypto::seal_local(key, state_purpose, section_context(row_.id, s.id), s.state->encode_own(), ctx.entropy);
    }
    SP_OK(ctx.replica.put_section(row_.id, {s.id, s.seq, s.chain, s.authors.encode(), s.sealed_state, s.start.encode()}));
    s.dirty = false;
  }
  return Status::good();
}

Status PlanFile::restart_section(Context& ctx, SectionId id) {
  SP_OK(ctx.replica.delete_chain(row_.id, id));
  sections_.erase(id);
  return Status::good();
}

Status PlanFile::drop_section(Context& ctx, SectionId id) {
  const SectionGov* s = gov_.section(id);
  SP_OK(ctx.replica.delete_section_content(row_.id, id));
  SP_OK(ctx.keyring.shred_section(row_.id, id, s == nullptr ? 0 : s->last_epoch));
  sections_.erase(id);
  return Status::good();
}

}  // namespace samplan
