// The outgoing half of the sync engine: decisions become records, pending changes become envelopes, both durable
// before they are sent.
#include <algorithm>

#include "base/match.h"
#include "base/planted.h"
#include "client-core/access_event.h"
#include "client-core/access_log.h"
#include "client-core/devices.h"
#include "client-core/lease.h"
#include "client-core/local_facts.h"
#include "client-core/mail_out.h"
#include "client-core/pack.h"
#include "client-core/plan/limits.h"
#include "client-core/sync_engine.h"
#include "sync/log/sections.h"

namespace samplan {
namespace {

constexpr int rounds_max = 64;  // a server that always says "more" ends a sync, not the battery
constexpr std::size_t push_bytes_target = 1U << 20;     // of one plan
constexpr std::size_t request_push_bytes = 5U << 19;    // of all plans; the rest of a request is records and letters

// A record that we shall push on top of what we have verified; applied to a copy, so that later records and content of
// the same request can build on it.
Status apply_own(const Context& ctx, GovState& gov, const BuiltRecord& built) {
  SP_TRY(const Record record, read_record(LogKind::governance, built.record));
  SP_TRY(GovBody body, read_gov_body(static_cast<GovKind>(record.header.kind), record.body));
  SP_OK(attach_wraps(body, built.wraps));
  return gov.apply(record, body, ctx.book, true);
}

std::vector<KeyWrap> read_wraps(ByteView bytes) {
  std::vector<KeyWrap> out;
  Reader in(bytes);
  while (in.ok() && !in.at_end()) {
    auto wrap = read_wrap(in.take(in.u32()));
    if (wrap.ok()) out.push_back(std::move(wrap).value());
  }
  return out;
}

bool covered(const std::vector<OutboxRow>& outbox, SectionId section, std::uint64_t counter) {
  if (SP_PLANTED(sealed_twice)) return false;
  return std::any_of(outbox.begin(), outbox.end(), [&](const OutboxRow& row) {
    return row.section == section && row.first_counter <= counter && counter <= row.last_counter;
  });
}

// Changes of the same minute and right travel as one batch; a proposal stays its own, since it is answered as one.
std::vector<plan::Batch> gather(std::vector<plan::PendingBatch> pending) {
  std::vector<plan::Batch> out;
  for (plan::PendingBatch& p : pending) {
    plan::Batch* last = out.empty() ? nullptr : &out.back();
    if (last != nullptr && !p.proposal && last->on_behalf == p.batch.on_behalf &&
        last->wall_ms / 60'000 == p.batch.wall_ms / 60'000 &&
        last->ops.size() + p.batch.ops.size() <= limits::ops_per_batch_max) {
      for (plan::Op& op : p.batch.ops) last->ops.push_back(std::move(op));
    } else {
      out.push_back(std::move(p.batch));
    }
  }
  if (SP_PLANTED(batch_left_out) && out.size() > 1) out.pop_back();
  return out;
}

struct Tip {
  std::uint64_t seq = 0;
  Hash id;
};

Tip author_tip(PlanFile& file, const std::vector<OutboxRow>& outbox, const DeviceId& device, SectionId section,
               std::uint32_t epoch) {
  const AuthorChains::Tip stored = file.section(section).authors.tip(device, epoch);
  Tip tip{stored.seq, stored.id};
  if (SP_PLANTED(tip_ignores_outbox)) return tip;
  for (const OutboxRow& row : outbox)
    if (row.section == section && row.epoch == epoch && row.author_seq > tip.seq) tip = {row.author_seq, row.id};
  return tip;
}

EnvelopeHeader header_for(const Context& ctx, const GovState& gov, SectionId section, const Tip& tip) {
  EnvelopeHeader h;
  h.plan = gov.plan();
  h.section = section;
  h.epoch = gov.section(section)->epoch.latest()->epoch;
  if (SP_PLANTED(old_epoch) && h.epoch > 1) --h.epoch;
  h.author = ctx.keys.id();
  h.author_seq = tip.seq + 1;
  h.author_prev = tip.id;
  h.gov_seq = gov.seq();
  h.gov_head = gov.head();
  return h;
}

Result<OutboxRow> to_row(const EnvelopeHeader& h, Bytes body, std::uint64_t first, std::uint64_t last) {
  SP_TRY(const Envelope e, read_envelope(body));
  const Hash id = e.id;
  return OutboxRow{h.section, h.epoch, h.author_seq, id, first, last, std::move(body)};
}

Result<const crypto::SectionKey*> key_for(Context& ctx, const PlanId& plan, SectionId section, std::uint32_t epoch,
                                          const std::vector<crypto::SectionKey>& fresh) {
  for (const crypto::SectionKey& key : fresh)
    if (key.section == section && key.epoch == epoch) return &key;
  return ctx.keyring.section_key(plan, section, epoch);
}

}  // namespace

Status put_snapshot_due(Context& ctx, const PlanId& plan, SectionId section) {
  Bytes key = plan.view().copy();
  append_u16(key, section);
  return ctx.replica.put_item("snapshot_due", key, plan, {});
}

Status SyncEngine::push_record(Context& ctx, GovState& gov, BuiltRecord built, Bytes intent_key, Staged& staged,
                               std::vector<crypto::SectionKey>& keys) {
  const Hash prev = gov.head();
  SP_OK(apply_own(ctx, gov, built));
  // Kept so that what we seal on top of it can be given up once the log has gone another way.
  SP_OK(ctx.replica.put_item("staged", gov.head().view(), gov.plan(), prev.view()));
  staged.gov_hashes.push_back(gov.head());
  staged.gov.push_back({std::move(built.record), std::move(built.wraps)});
  staged.intent_keys.push_back(std::move(intent_key));
  for (crypto::SectionKey& key : built.new_keys) keys.push_back(std::move(key));
  return Status::good();
}

Status SyncEngine::stage_intents(Context& ctx, PlanFile& file, GovState& gov, Staged& staged,
                                 std::vector<crypto::SectionKey>& keys, std::vector<SectionId>& all_handed_over) {
  SP_TRY(const std::vector<Item> items, ctx.replica.items("intent"));
  for (const Item& item : items) {
    if (item.plan != file.id()) continue;
    SP_TRY(const Intent intent, read_intent(item.content));
    auto built = build_record(ctx, gov, file.heads(), intent);
    if (built.ok() && !built->has_value()) {
      // The log already says so: somebody else was first, or an earlier request got through.
      SP_OK(ctx.replica.delete_item("intent", item.key));
      continue;
    }
    if (!built.ok()) {
      if (built.code() == Errc::not_saved) return built.error();
      SP_OK(ctx.replica.put_item("refused", item.key, file.id(), ByteView::of(errc_name(built.code()))));
      continue;
    }
    const std::vector<SectionId> handed_over = (*built)->handed_over;
    const Status pushed = push_record(ctx, gov, std::move(**built), item.key, staged, keys);
    if (!pushed.ok()) {
      SP_OK(ctx.replica.put_item("refused", item.key, file.id(), ByteView::of(errc_name(pushed.code()))));
      continue;
    }
    SP_OK(ctx.replica.delete_item("refused", item.key));
    all_handed_over.insert(all_handed_over.end(), handed_over.begin(), handed_over.end());
  }
  // A removal from a person's or unit's log that the plan has not recorded stops its sections for everybody. Whoever
  // comes by records it; who made it may have no access here any more.
  if (file.row().holding == Holding::shared && file.has_access(ctx)) {
    std::vector<PrincipalId> all;
    for (const Participant& p : gov.participants()) all.push_back(p.principal);
    for (const PrincipalId& principal : all) {
      const IdentityState* identity = ctx.book.find(principal);
      if (identity == nullptr) continue;
      const std::vector<SectionId> touched =
          gov.sections_touched_by({principal, identity->seq(), identity->head()}, ctx.book);
      // The record names the place of each section, which only readers know.
      const bool reads_all = std::all_of(touched.begin(), touched.end(), [&](SectionId s) {
        return (file.rights(ctx, s) & right_read) != 0;
      });
      if (touched.empty() || !reads_all) continue;
      auto update = build_identity_update(ctx, gov, file.heads(), principal);
      if (update.ok()) (void)push_record(ctx, gov, std::move(*update), {}, staged, keys);
    }
  }
  return Status::good();
}

Status SyncEngine::stage_content(Context& ctx, PlanFile& file, GovState& gov, Staged& staged,
                                 std::vector<crypto::SectionKey>& keys, const std::vector<SectionId>& handed_over) {
  if (gov.consent() != PlanConsent::given) {  // R24: nothing is sealed before the owner consents
    for (const SectionId section : handed_over) SP_OK(put_snapshot_due(ctx, file.id(), section));
    return Status::good();
  }
  SP_TRY(std::vector<OutboxRow> outbox, ctx.replica.outbox(file.id()));
  SP_TRY(const std::vector<PendingRow> pending, ctx.replica.pending(file.id()));
  SP_TRY(const std::vector<OpenedNote> opened, opened_notes(ctx, file.id()));
  const auto rights = [&](SectionId s) { return gov.rights_now(ctx.keys.id(), s, ctx.book); };

  std::vector<SectionId> sections;
  for (const PendingRow& row : pending)
    if (!covered(outbox, row.section, row.first_counter) && (rights(row.section) & (right_write | right_propose)) != 0)
      sections.push_back(row.section);
  std::sort(sections.begin(), sections.end());
  sections.erase(std::unique(sections.begin(), sections.end()), sections.end());

  std::vector<SectionId> to_hand_over = handed_over;
  SP_TRY(const std::vector<Item> due_again, ctx.replica.items("snapshot_due"));
  for (const Item& item : due_again) {
    if (item.plan != file.id() || item.key.size() != PlanId::size + 2) continue;
    const SectionId section = load_u16(item.key, PlanId::size);
    const bool known = std::find(to_hand_over.begin(), to_hand_over.end(), section) != to_hand_over.end();
    if (!known && (rights(section) & right_write) != 0) to_hand_over.push_back(section);
    SP_OK(ctx.replica.delete_item("snapshot_due", item.key));
  }

  // Who was let in and waits for a first look at a section needs a key for it, as anything written there does.
  std::vector<SectionId> due;
  std::vector<SectionId> waiting = sections;
  waiting.insert(waiting.end(), to_hand_over.begin(), to_hand_over.end());
  for (const SectionId s : waiting)
    if (gov.section(s)->epoch.latest()->epoch == 0 && (rights(s) & right_read) != 0 && !waits_for_chain(ctx, file, s))
      due.push_back(s);
  // Whoever reads the access log gives it a key again, so that others' notes of having looked can go there.
  const SectionGov* access_log = gov.section(section_access_log);
  if (access_log != nullptr && access_log->epoch.latest()->epoch == 0 && (rights(section_access_log) & right_write) != 0)
    due.push_back(section_access_log);
  std::sort(due.begin(), due.end());
  due.erase(std::unique(due.begin(), due.end()), due.end());
  if (!due.empty()) {
    SP_TRY(BuiltRecord rotation, build_rotation(ctx, gov, file.heads(), due));
    SP_OK(push_record(ctx, gov, std::move(rotation), {}, staged, keys));
  }

  const auto store = [&](const EnvelopeHeader& h, ByteView nonce, ByteView header144, ByteView ciphertext,
                         std::uint64_t first, std::uint64_t last) -> Status {
    Bytes body = finish_envelope(header144, nonce, ciphertext, ctx.keys.sign);
    SP_TRY(OutboxRow row, to_row(h, std::move(body), first, last));
    SP_OK(ctx.replica.add_outbox(file.id(), row));
    outbox.push_back(std::move(row));
    return Status::good();
  };
  bool lazy = false;  // what is sealed next can as well come another time
  const auto seal_one = [&](SectionId s, EnvelopeKind kind, bool proposal, ByteView plain, std::uint64_t first,
                            std::uint64_t last) -> Status {
    const std::uint32_t epoch = gov.section(s)->epoch.latest()->epoch;
    SP_TRY(const crypto::SectionKey* key, key_for(ctx, file.id(), s, epoch, keys));
    if (epoch == 0 || key == nullptr) return Error{Errc::no_key, "seal section " + std::to_string(s)};
    EnvelopeHeader h = header_for(ctx, gov, s, author_tip(file, outbox, ctx.keys.id(), s, epoch));
    h.kind = kind;
    h.proposal = proposal;
    if (SP_PLANTED(proposal_flag_lost)) h.proposal = false;
    const Bytes header144 = write_header144(h);
    SP_TRY(const crypto::Sealed sealed, seal_content(*key, header144, plain, ctx.entropy));
    if (kind == EnvelopeKind::snapshot && lazy) {
      if (sealed.ciphertext.size() > snapshot_room_) return Error{Errc::too_large, "snapshot"};
      snapshot_room_ -= sealed.ciphertext.size();
    }
    return store(h, sealed.nonce, header144, sealed.ciphertext, first, last);
  };

  for (const SectionId section : to_hand_over) {
    if (gov.section(section)->epoch.latest()->epoch == 0) {  // a key has to be made first
      SP_OK(put_snapshot_due(ctx, file.id(), section));
      continue;
    }
    const auto record = file.snapshot_now(ctx, section, gov.section(section)->epoch.latest()->epoch);
    if (record.code() == Errc::no_key) continue;  // we are waiting for it ourselves
    if (!record.ok()) return record.error();
    // One too large for an envelope cannot be handed over: who begins here sees what is written from now on.
    const Status sealed = seal_one(section, EnvelopeKind::snapshot, false, *record, 0, 0);
    if (sealed.code() != Errc::too_large) SP_OK(sealed);
  }

  for (const SectionId s : sections) {
    const bool writes = (rights(s) & right_write) != 0;
    // Operations stand in the chain in the order of their numbers. What waits under another epoch may be sealed anew
    // and must then come first, so nothing newer overtakes it.
    const std::uint32_t epoch_now = gov.section(s)->epoch.latest()->epoch;
    const bool older_waits = std::any_of(outbox.begin(), outbox.end(), [&](const OutboxRow& row) {
      return row.section == s && row.last_counter != 0 && row.epoch != epoch_now;
    });
    if (older_waits && !SP_PLANTED(newer_overtakes)) continue;
    if (waits_for_chain(ctx, file, s) && !SP_PLANTED(numbered_blindly)) continue;
    // The part of the log that has come gives us a right whose key is in a part that has not.
    SP_TRY(const crypto::SectionKey* key, key_for(ctx, file.id(), s, epoch_now, keys));
    if (epoch_now != 0 && key == nullptr) continue;
    SP_TRY(std::vector<plan::PendingBatch> unsent, file.unsent(ctx, s));
    unsent.erase(std::remove_if(unsent.begin(), unsent.end(),
                                [&](const plan::PendingBatch& p) {
                                  return covered(outbox, s, p.batch.ops.front().id.counter);
                                }),
                 unsent.end());
    // Someone whose right to write was lowered: what is unsent becomes a proposal.
    if (!writes)
      for (plan::PendingBatch& p : unsent) p.proposal = true;
    if (writes && !unsent.empty() && gov.section(s)->epoch.latest()->epoch != 0) {
      SP_TRY(const std::optional<Bytes> record, due_snapshot(ctx, file, gov, s, outbox));
      // As a whole it may not fit into an envelope, or not into this request: then another time.
      lazy = true;
      const Status sealed = !record ? Status::good() : seal_one(s, EnvelopeKind::snapshot, false, *record, 0, 0);
      lazy = false;
      if (sealed.code() != Errc::too_large) SP_OK(sealed);
    }
    std::size_t at = 0;
    while (at < unsent.size()) {
      const bool proposal = unsent[at].proposal;
      std::vector<plan::PendingBatch> run;
      std::size_t bytes = 0;
      while (at < unsent.size() && unsent[at].proposal == proposal && bytes < plan::bounds::batch_bytes_target / 2) {
        for (const plan::Op& op : unsent[at].batch.ops) bytes += op.text.size() + 64;
        run.push_back(std::move(unsent[at++]));
      }
      const std::uint64_t first = run.front().batch.ops.front().id.counter;
      const std::uint64_t last = run.back().batch.ops.back().id.counter;
      std::vector<Bytes> encoded;
      for (plan::Batch& batch : gather(std::move(run))) {
        if (encoded.empty()) {
          // What this device has seen, so that a server that shows people different histories is found out (C8).
          batch.governance = {gov.seq(), plan::ChainMark::from(gov.head().view().sub(0, 16))};
          for (const auto& entry : file.sections())
            if (entry.second.seq != 0)
              batch.observed.push_back(
                  {entry.first, entry.second.seq, plan::ChainMark::from(entry.second.chain.view().sub(0, 16))});
        }
        encoded.push_back(plan::encode_batch(batch));
      }
      SP_OK(seal_one(s, EnvelopeKind::change, proposal, join_batches(encoded), first, last));
    }
    if (writes && !unsent.empty()) {
      SP_TRY(std::optional<SnapshotRow> snapshot, due_attestation(ctx, file, s));
      if (snapshot) {
        SP_OK(seal_one(s, EnvelopeKind::attestation, false,
                       write_attestation({snapshot->seq, snapshot->id, snapshot->hash}), 0, 0));
        snapshot->attested = true;
        SP_OK(ctx.replica.put_snapshot(file.id(), s, *snapshot));
      }
    }
  }

  for (const OpenedNote& note : opened) {
    const SectionGov* log = gov.section(section_access_log);
    if (log == nullptr || log->epoch.latest()->epoch == 0) break;
    const bool sealed_already = std::any_of(outbox.begin(), outbox.end(), [&](const OutboxRow& row) {
      return row.section == section_access_log && row.first_counter == note.n;
    });
    if (sealed_already) continue;
    SP_TRY(const Bytes ciphertext, seal_access_event(ctx, gov, note.event));
    EnvelopeHeader h = header_for(ctx, gov, section_access_log,
                                  author_tip(file, outbox, ctx.keys.id(), section_access_log, log->epoch.latest()->epoch));
    h.kind = EnvelopeKind::access_event;
    const std::array<std::uint8_t, 24> no_nonce{};
    SP_OK(store(h, no_nonce, write_header144(h), ciphertext, note.n, 0));
  }
  return Status::good();
}

Result<PlanRequest> SyncEngine::stage_plan(Context& ctx, PlanFile& file, Staged& staged) {
  PlanRequest out;
  out.plan = file.id();
  out.gov_seq = file.confirmed_gov();
  out.identity_n = file.row().identity_n;
  for (const SectionId s : file.readable(ctx)) out.sections.push_back({s, file.section(s).seq});
  say_begins(ctx, file, out);
  SP_TRY(out.history, file.wanted_history(ctx));
  SP_TRY(const bool wants_access, wants_access_log(ctx, file.id()));
  if (wants_access) {
    SP_TRY(const KeptAccessLog kept, access_log_of(ctx, file.id()));
    out.access_after = kept.lines.size();
  }
  if (file.row().holding == Holding::frozen || file.row().holding == Holding::ended) return out;

  GovState gov = file.gov();
  std::vector<crypto::SectionKey> keys;
  std::vector<SectionId> handed_over;
  if (file.row().holding == Holding::draft) {
    // A draft is shared with nobody until the owner is part of it: alone with its author it stays here (R24).
    if (gov.participants().size() < 2 && gov.consent() != PlanConsent::given) return out;
  }
  SP_TRY(const std::vector<GovRow> rows, ctx.replica.gov(file.id()));
  for (const GovRow& row : rows) {
    if (row.recv_ms != 0) continue;
    SP_TRY(const Record record, read_record(LogKind::governance, row.record));
    staged.gov.push_back({row.record, read_wraps(row.wraps)});
    staged.intent_keys.emplace_back();
    staged.gov_hashes.push_back(record.hash);
  }
  SP_OK(stage_intents(ctx, file, gov, staged, keys, handed_over));
  SP_OK(stage_content(ctx, file, gov, staged, keys, handed_over));
  out.push_gov = staged.gov;
  SP_TRY(const std::vector<OutboxRow> outbox, ctx.replica.outbox(file.id()));
  std::size_t bytes = 0;
  for (const OutboxRow& row : outbox) {
    const bool first = out.push.empty() && push_room_ == request_push_bytes;
    if (bytes > push_bytes_target || (row.body.size() > push_room_ && !first)) {
      left_over_ = true;
      break;
    }
    bytes += row.body.size();
    push_room_ -= std::min(push_room_, row.body.size());
    out.push.push_back(row.body);
  }
  return out;
}

Result<Bytes> SyncEngine::next_request(Context& ctx, bool first) {
  if (first) rounds_ = 0;
  if (++rounds_ > rounds_max) return Error{Errc::try_later, "sync.rounds"};
  staged_.clear();
  mail_keys_.clear();
  identity_sent_.clear();
  snapshot_room_ = snapshot_request_bytes;
  push_room_ = request_push_bytes;
  left_over_ = false;
  SyncRequest q;
  q.person = ctx.person;
  q.takes_snapshots = true;
  SP_TRY(q.generation, number_fact(ctx, fact::generation));
  SP_TRY(q.mail_seen, number_fact(ctx, fact::mail_seen));
  q.reply_bytes_max = static_cast<std::uint32_t>(limits::reply_bytes_target);
  q.only_named_plans = !only_.empty();

  Transaction tx(ctx.replica.db());
  SP_OK(tx.begin());
  SP_OK(make_due_device_records(ctx));
  SP_OK(say_own_logs(ctx, q));
  SP_TRY(const std::vector<IdentityRow> identities, ctx.replica.unpushed_identities());
  for (const IdentityRow& row : identities) {
    q.identity.push_back(row.record);
    identity_sent_.emplace_back(row.principal, row.seq);
  }
  SP_TRY(q.enrolment_code, text_fact(ctx, fact::enrolment_code));
  SP_TRY(const std::optional<Bytes> box, get_fact(ctx, fact::enrolment_box));
  if (box && box->size() == BoxId::size) q.enrolment_box = BoxId::from(*box);

  SP_TRY(const std::vector<QueuedMail> mail, queued_mail(ctx));
  for (const QueuedMail& m : mail) {
    if (mail_keys_.size() == limits::mail_items_max) break;
    mail_keys_.push_back(m.key);
    std::visit(Match{[&](const BoxRegister& b) { q.boxes.push_back(b); }, [&](const MailPut& p) { q.mail.push_back(p); },
                     [&](const DropPut& d) { q.drops.push_back(d); }},
               m.mail);
  }
  // The server answers boxes, letters, drops in this order.
  std::stable_sort(mail_keys_.begin(), mail_keys_.end(), [&](const Bytes& a, const Bytes& b) {
    const auto rank = [&](const Bytes& key) {
      for (const QueuedMail& m : mail)
        if (m.key == key) return m.mail.index();
      return std::size_t{0};
    };
    return rank(a) < rank(b);
  });

  SP_TRY(const std::optional<Bytes> token, get_fact(ctx, fact::cursor_token));
  std::vector<PlanId> named;
  if (token && token->size() == 16) {
    Reader in(*token);
    q.cursors = in.array<16>();
    SP_TRY(named, ctx.replica.plans_with_work());
    SP_TRY(std::vector<PlanId> also, plans_wanting_access_log(ctx));
    SP_TRY(const std::vector<Item> opened, ctx.replica.items("opened"));
    for (const Item& item : opened) also.push_back(item.plan);
    SP_TRY(const std::vector<PlanId> expired, expired_plans(ctx));
    also.insert(also.end(), expired.begin(), expired.end());
    for (const PlanId& plan : also)
      if (std::find(named.begin(), named.end(), plan) == named.end()) named.push_back(plan);
  } else {
    SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
    for (const PlanRow& row : rows) named.push_back(row.id);
  }
  for (const auto& entry : begins_)
    if (std::find(named.begin(), named.end(), entry.first) == named.end()) named.push_back(entry.first);
  if (!only_.empty()) named = only_;
  for (const PlanId& id : named) {
    SP_TRY(const std::optional<PlanRow> row, ctx.replica.plan(id));
    if (!row) {
      PlanRequest asked;
      asked.plan = id;
      q.plans.push_back(std::move(asked));
      continue;
    }
    SP_TRY(PlanFile * file, plans_.get(ctx, id));
    SP_TRY(PlanRequest plan, stage_plan(ctx, *file, staged_[id]));
    const bool unshared = row->holding == Holding::draft && plan.push_gov.empty();
    if (unshared) continue;
    if (q.cursors) {
      plan.gov_seq = 0;
      plan.identity_n = 0;
      plan.sections.clear();
    }
    q.plans.push_back(std::move(plan));
    if (q.plans.size() == limits::plans_per_request_max) break;
  }
  asked_by_token_ = q.cursors && !q.only_named_plans;
  // S1: what the request carries is on the disk before the request exists.
  if (!SP_PLANTED(sent_before_saved)) SP_OK(tx.commit());

  RequestNonce nonce{};
  SP_TRY(const std::optional<Bytes> known, get_fact(ctx, fact::nonce));
  if (known && known->size() == nonce.size()) std::copy(known->begin(), known->end(), nonce.begin());
  Bytes frame = write_request_frame(ctx.keys.id(), nonce, host_, write_request_body(q), ctx.keys.sign);
  if (frame.size() > limits::request_bytes_max) return Error{Errc::too_large, "sync.request"};
  request_ = request_hash(frame);
  return frame;
}

}  // namespace samplan
