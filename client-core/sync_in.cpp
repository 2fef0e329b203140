// The incoming half of the sync engine: what a reply changes on this device. Verified first, stored in one
// transaction, believed only as far as signatures and chains carry it.
#include <algorithm>

#include "base/planted.h"
#include "client-core/access_event.h"
#include "client-core/access_log.h"
#include "client-core/devices.h"
#include "client-core/lease.h"
#include "client-core/local_facts.h"
#include "client-core/lost_devices.h"
#include "client-core/mail_out.h"
#include "client-core/own_requests.h"
#include "client-core/people.h"
#include "client-core/quarantine.h"
#include "client-core/receipts.h"
#include "client-core/sync_engine.h"
#include "sync/log/sections.h"

namespace samplan {
namespace {

bool is_good(ItemStatus s) { return s == ItemStatus::ok || s == ItemStatus::dup; }

// A refusal that sending again cannot mend.
bool is_final(ItemStatus s) {
  switch (s) {
    case ItemStatus::forbidden:
    case ItemStatus::bad_sig:
    case ItemStatus::too_large:
    case ItemStatus::quota:
    case ItemStatus::bad_item:
    case ItemStatus::no_consent:
    case ItemStatus::author_fork: return true;
    default: return false;
  }
}

// The server numbers letters and identity records for us. No server has had so many more since the last reply; one that
// jumps to the end of the numbers would leave no room for those to come.
constexpr std::uint64_t numbers_ahead_max = std::uint64_t{1} << 32;

}  // namespace

Result<PlanFile*> OpenPlans::get(Context& ctx, const PlanId& id) {
  const auto it = files_.find(id);
  if (it != files_.end()) return it->second.get();
  SP_TRY(std::unique_ptr<PlanFile> file, PlanFile::open(ctx, id));
  return files_.emplace(id, std::move(file)).first->second.get();
}

PlanFile& OpenPlans::add(std::unique_ptr<PlanFile> file) {
  const PlanId id = file->id();
  return *(files_[id] = std::move(file));
}

Result<SyncOutcome> SyncEngine::on_reply(Context& ctx, ByteView bytes) {
  if (!request_) return Error{Errc::bad_reply, "sync.unasked"};
  const Hash request = *request_;
  request_.reset();
  SP_TRY(const ByteView body, open_reply_frame(bytes, request, server_));
  SP_TRY(const SyncReply reply, read_reply_body(body));
  SyncOutcome outcome;
  Transaction tx(ctx.replica.db());
  SP_OK(tx.begin());
  SP_OK(set_fact(ctx, fact::nonce, reply.nonce));
  // Only deadlines that the server will judge by its own clock are reckoned with this.
  // In unsigned numbers: a lying server may name any time, and the difference only wraps around.
  const std::uint64_t ahead_ms = static_cast<std::uint64_t>(reply.server_ms) - static_cast<std::uint64_t>(ctx.now);
  SP_OK(set_number_fact(ctx, fact::server_ahead_ms, ahead_ms));
  if (reply.nonce_refused) {
    outcome.again = true;
    SP_OK(tx.commit());
    return outcome;
  }
  SP_TRY(const std::uint64_t generation, number_fact(ctx, fact::generation));
  if (reply.generation != generation) SP_OK(set_number_fact(ctx, fact::generation, reply.generation));
  if (generation != 0 && reply.generation > generation) {
    SP_OK(begin_generation(ctx, outcome));
    // A restored server may have to be told first who this is.
    if (reply.status == ItemStatus::unknown) {
      SP_OK(tx.commit());
      return outcome;
    }
  }
  if (reply.status == ItemStatus::withdrawn) {
    // The server's word alone closes nothing here; the person's own log does.
    SP_OK(take_own_logs(ctx, reply.identity, outcome));
    if (is_closed_here(ctx)) {
      SP_OK(end_here(ctx, outcome));
      SP_OK(tx.commit());
      return Error{Errc::withdrawn, "device.closed",
                   "Denne enheten er lukket fra en annen av enhetene dine. Tekst som ikke ble sendt, ligger fortsatt "
                   "her og kan leses."};
    }
  }
  if (reply.status != ItemStatus::ok) {
    if (reply.status == ItemStatus::unknown) SP_OK(note_not_admitted(ctx));
    SP_OK(tx.commit());
    const bool busy = reply.status == ItemStatus::deferred || reply.status == ItemStatus::quota;
    return Error{busy ? Errc::try_later : reply.status == ItemStatus::withdrawn ? Errc::withdrawn : Errc::refused,
                 std::string("sync ") + status_name(reply.status)};
  }
  for (std::size_t i = 0; i < reply.identity_results.size() && i < identity_sent_.size(); ++i) {
    const ItemStatus status = reply.identity_results[i].status;
    if (is_good(status)) {
      SP_OK(ctx.replica.mark_identity_pushed(identity_sent_[i].first, identity_sent_[i].second));
      // What rests on it (the keys of the person's units) follows at once.
      SP_TRY(const std::uint64_t closures, ctx.replica.item_count("device_close"));
      SP_TRY(const std::uint64_t renewals, ctx.replica.item_count("unit_renew"));
      if (closures + renewals != 0) outcome.again = true;
    } else if (status == ItemStatus::gov_conflict) {
      // Another device of this person, or registrar of the unit, was first. What we made on the old log can never count.
      SP_OK(forget_unaccepted(ctx, identity_sent_[i].first, identity_sent_[i].second));
      // Without the newer log it would be the same again.
      outcome.again = outcome.again || !reply.identity.empty();
      SP_TRY(const std::optional<Item> renewal, ctx.replica.item("unit_renew", identity_sent_[i].first.view()));
      if (identity_sent_[i].first != ctx.person && !renewal)
        outcome.notices.push_back({"refused", {}, 0, std::string("identity ") + status_name(status)});
    } else if (is_final(status)) {
      outcome.notices.push_back({"refused", {}, 0, std::string("identity ") + status_name(status)});
    }
  }
  SP_OK(after_mail(ctx, reply));
  SP_OK(take_own_logs(ctx, reply.identity, outcome));

  token_valid_ = !reply.cursors_unknown;
  if (reply.cursors_unknown) outcome.again = true;
  Heard heard;
  heard.asked_all = asked_by_token_ && !reply.cursors_unknown;
  for (const PlanReply& plan : reply.plans) {
    const SyncOutcome before = outcome;
    const Status taken = [&]() -> Status {
      Transaction part(ctx.replica.db());
      SP_OK(part.begin());
      SP_OK(take_plan(ctx, plan, outcome));
      return part.commit();
    }();
    if (!taken.ok()) {
      outcome = before;
      if (taken.code() == Errc::not_saved) {
        plans_.forget_all();
        return taken.error();
      }
      if (taken.code() == Errc::frozen) {
        SP_OK(freeze(ctx, plan.plan, taken.error(), outcome));
        continue;
      }
      heard.untaken.insert(plan.plan);
      // S5: this plan's trouble is said and stays its own. What was taken in memory is read again from the disk.
      plans_.forget(plan.plan);
      token_valid_ = false;
      outcome.notices.push_back({"refused", plan.plan, 0, errc_name(taken.code())});
    } else if (plan.status == ItemStatus::withdrawn) {
      SP_TRY(const std::optional<PlanRow> row, ctx.replica.plan(plan.plan));
      if (!row || row->holding != Holding::shared) continue;
      SP_TRY(PlanFile * file, plans_.get(ctx, plan.plan));
      if (has_run_out(ctx, *file, reply.server_ms)) heard.run_out.insert(plan.plan);
    }
  }
  if (left_over_ && outcome.confirmed != 0) outcome.again = true;
  SP_OK(take_letters(ctx, reply, outcome));
  if (SP_PLANTED(cursor_kept)) token_valid_ = true;
  if (token_valid_ && reply.cursors) {
    SP_OK(set_fact(ctx, fact::cursor_token, *reply.cursors));
  } else if (!token_valid_) {
    SP_OK(clear_fact(ctx, fact::cursor_token));
  }
  SP_OK(note_contact(ctx, reply, heard));
  SP_OK(set_number_fact(ctx, fact::last_sync_ms, static_cast<std::uint64_t>(ctx.now)));
  if (const Status saved = tx.commit(); !saved.ok()) {
    if (!SP_PLANTED(memory_ahead_of_disk)) plans_.forget_all();
    return saved.error();
  }
  return outcome;
}

// Nothing of a reply that shows another history is taken: what this device has verified stays as it is.
Status SyncEngine::freeze(Context& ctx, const PlanId& plan, const Error& why, SyncOutcome& outcome) {
  plans_.forget(plan);
  token_valid_ = false;
  SP_TRY(const std::optional<PlanRow> known, ctx.replica.plan(plan));
  if (known && known->holding == Holding::frozen) return Status::good();
  outcome.notices.push_back({"frozen", plan, 0, why.where});
  if (!known) return Status::good();
  SP_TRY(PlanFile * file, plans_.get(ctx, plan));
  file->row().holding = Holding::frozen;
  return file->save(ctx);
}

Status SyncEngine::after_mail(Context& ctx, const SyncReply& reply) {
  for (std::size_t i = 0; i < mail_keys_.size() && i < reply.mail_results.size(); ++i) {
    const ItemStatus status = reply.mail_results[i].status;
    if (is_good(status)) {
      SP_OK(unqueue_mail(ctx, mail_keys_[i]));
    } else if (is_final(status) || status == ItemStatus::unknown || status == ItemStatus::withdrawn) {
      SP_TRY(const bool is_minor, is_courtesy(ctx, mail_keys_[i]));
      SP_OK(unqueue_mail(ctx, mail_keys_[i]));
      if (is_minor) continue;
      SP_OK(note_refused_letter(ctx, mail_keys_[i]));
      SP_OK(ctx.replica.put_item("refused", mail_keys_[i], {}, ByteView::of(status_name(status))));
    }
  }
  if (!reply.identity_results.empty()) {
    SP_OK(clear_fact(ctx, fact::enrolment_code));
    SP_OK(clear_fact(ctx, fact::enrolment_box));
  }
  return Status::good();
}

Status SyncEngine::take_letters(Context& ctx, const SyncReply& reply, SyncOutcome& outcome) {
  if (SP_PLANTED(letters_dropped) && !reply.letters.empty()) return set_number_fact(ctx, fact::mail_seen, reply.letters.back().n);
  SP_TRY(std::uint64_t seen, number_fact(ctx, fact::mail_seen));
  const std::uint64_t before = seen;
  for (const Letter& letter : reply.letters) {
    if (letter.n <= before) continue;
    if (letter.n - before > numbers_ahead_max) return Error{Errc::bad_reply, "take_letters.number"};
    seen = std::max(seen, letter.n);
    Bytes content;
    append_u64(content, letter.n);
    append(content, letter.box.view());
    append(content, letter.plan.view());
    append(content, letter.from.view());
    append(content, letter.to.view());
    append_u64(content, static_cast<std::uint64_t>(letter.recv_ms));
    append(content, letter.body);
    Bytes key;
    append_u64(key, letter.n);
    SP_OK(ctx.replica.put_item("letter", key, letter.plan, content));
    SP_TRY(const bool is_answer, answers_own_request(ctx, letter.box));
    outcome.notices.push_back({is_answer ? "join_answer" : "letter", letter.plan, 0, {}});
  }
  if (seen != before) SP_OK(set_number_fact(ctx, fact::mail_seen, seen));
  return Status::good();
}

Status SyncEngine::take_plan(Context& ctx, const PlanReply& reply, SyncOutcome& outcome) {
  SP_TRY(const std::optional<PlanRow> known, ctx.replica.plan(reply.plan));
  const bool says_something = !reply.gov.empty() || !reply.identity.empty();
  if (!known) {
    if (!says_something) return Status::good();
    plans_.add(PlanFile::unknown(reply.plan));
    outcome.notices.push_back({"new_plan", reply.plan, 0, {}});
    SP_OK(ctx.replica.put_plan({reply.plan, Holding::shared, 0, {}}));
  }
  SP_TRY(PlanFile * file, plans_.get(ctx, reply.plan));
  if (file->row().holding == Holding::ended && !says_something) return Status::good();

  SP_OK(take_logs(ctx, *file, reply, outcome));
  if (file->row().holding == Holding::frozen) {
    // Of a history that is not the one seen here only this is taken: that the owner has ended the access.
    if (file->has_access(ctx)) return Error{Errc::frozen, "still"};
    file->row().holding = Holding::shared;
    SP_OK(settle(ctx, *file, outcome));
    return file->row().holding == Holding::ended ? Status::good() : Status(Error{Errc::frozen, "still"});
  }
  if (file->row().holding == Holding::ended) {
    if (!file->has_access(ctx)) {
      // The log goes on without us. A server that has forgotten why may still send keys.
      for (const SectionGov& s : file->gov().sections()) SP_OK(file->drop_section(ctx, s.id));
      return file->save(ctx);
    }
    file->row().holding = Holding::shared;  // let in again: what ended begins anew
  }
  for (const SnapshotOffer& offer : reply.offers) SP_OK(take_offer(ctx, *file, offer, outcome));
  for (const bool old : {false, true}) {
    for (const SectionPull& pull : old ? reply.history : reply.sections)
      SP_OK(old ? take_history(ctx, *file, pull, outcome) : take_section(ctx, *file, pull, outcome));
  }
  for (const auto& [section, author] : file->take_differing())
    outcome.notices.push_back({"snapshot_differs", reply.plan, section, author.hex()});
  if (reply.receipt) SP_OK(take_receipt(*file, *reply.receipt, server_));

  if (reply.receipt && !reply.more && reply.status == ItemStatus::ok) {
    // The server's own word says that there is more than it gave: it must not think that we have it.
    for (const auto& [cursor, chain] : reply.receipt->sections) {
      if ((file->rights(ctx, cursor.section) & right_read) == 0) continue;
      const std::uint64_t held = std::max(file->section(cursor.section).seq, begin_of(ctx, *file, cursor.section));
      if (held < cursor.seq) token_valid_ = false;
    }
  }
  const auto staged = staged_.find(reply.plan);
  if (staged != staged_.end()) {
    for (std::size_t i = 0; i < reply.gov_results.size() && i < staged->second.intent_keys.size(); ++i) {
      const ItemStatus status = reply.gov_results[i].status;
      const Bytes& key = staged->second.intent_keys[i];
      if (status == ItemStatus::gov_conflict) outcome.again = true;
      if (SP_PLANTED(decision_dropped) && status == ItemStatus::gov_conflict) SP_OK(ctx.replica.delete_item("intent", key));
      if (!is_final(status)) continue;
      outcome.notices.push_back({"refused", reply.plan, 0, std::string("governance ") + status_name(status)});
      if (!key.empty()) SP_OK(ctx.replica.put_item("refused", key, reply.plan, ByteView::of(status_name(status))));
    }
    // Whether a decision took effect is read from the verified log, not from the status.
    for (std::size_t i = 0; i < staged->second.gov_hashes.size(); ++i) {
      const Bytes& key = staged->second.intent_keys[i];
      if (key.empty()) continue;
      for (std::uint64_t seq = file->gov().seq(); seq > 0; --seq) {
        if (*file->gov().hash_at(seq) != staged->second.gov_hashes[i]) continue;
        SP_OK(ctx.replica.delete_item("intent", key));
        break;
      }
    }
  }
  for (const ItemResult& r : reply.results) {
    if (SP_PLANTED(refusal_confirms)) {
      SP_TRY(const std::vector<OutboxRow> sent, ctx.replica.outbox(file->id()));
      for (const OutboxRow& row : sent)
        if (row.id == r.id)
          SP_OK(ctx.replica.delete_pending(file->id(), row.section, row.first_counter, row.last_counter));
    }
    if (!is_final(r.status)) continue;
    bool dropped = false;
    SP_OK(drop_refused_extra(ctx, *file, r.id, dropped));
    outcome.again = outcome.again || dropped;
    if (dropped) continue;
    outcome.notices.push_back({"refused", reply.plan, 0, status_name(r.status)});
    SP_OK(ctx.replica.put_item("refused", r.id.view(), reply.plan, ByteView::of(status_name(r.status))));
  }
  answered_.clear();
  for (const ItemResult& r : reply.results) answered_[r.id] = r.status;
  SP_OK(confirm_access_events(ctx, *file, reply));
  if (reply.access) {
    SP_TRY(const std::uint64_t generation, number_fact(ctx, fact::generation));
    SP_TRY(const bool more, take_access_part(ctx, file->id(), *reply.access, generation));
    outcome.again = outcome.again || more;
  }
  SP_OK(settle(ctx, *file, outcome));
  if (reply.more) outcome.again = true;
  return Status::good();
}

Status SyncEngine::take_logs(Context& ctx, PlanFile& file, const PlanReply& reply, SyncOutcome& outcome) {
  SP_OK(take_identities(ctx, reply.identity, outcome));
  if (reply.identity_n > file.row().identity_n) {
    if (reply.identity_n - file.row().identity_n > numbers_ahead_max) return Error{Errc::bad_reply, "take_logs.identity"};
    file.row().identity_n = reply.identity_n;
  }
  const auto begins = [&] {
    std::map<SectionId, std::pair<std::uint64_t, Hash>> out;
    for (const Participant* p : file.gov().participants_of_device_now(ctx.keys.id(), ctx.book))
      for (const auto& base : p->base) out[base.first] = base.second;
    return out;
  };
  const auto began = begins();
  restarted_.clear();
  std::map<SectionId, std::size_t> cuts_before;
  for (const SectionGov& s : file.gov().sections()) cuts_before[s.id] = s.cuts.size();
  for (const GovPull& g : reply.gov) {
    SP_OK(file.take_gov(ctx, g.record, g.wraps, g.recv_ms));
    SP_TRY(const std::optional<LostNotice> lost, lost_notice(file, g.record));
    if (lost) outcome.notices.push_back({lost->what, file.id(), 0, known_name(ctx, lost->subject)});
  }
  if (!reply.identity.empty() || !reply.gov.empty()) SP_OK(note_removals(ctx, file, outcome));
  // Withdrawn and given anew between two syncs: reading begins at another place, and what was held before is gone.
  const auto begins_now = begins();
  for (const auto& [section, base] : begins_now) {
    const auto before = began.find(section);
    const auto held = file.sections().find(section);
    if (held == file.sections().end() || held->second.seq == 0) continue;
    if (before == began.end() ? held->second.seq >= base.first : before->second == base) continue;
    SP_OK(file.restart_section(ctx, section));
  }
  for (const auto& [section, base] : began) {
    const auto held = file.sections().find(section);
    if (begins_now.count(section) != 0 || held == file.sections().end() || held->second.seq == 0) continue;
    // What came before is open now as well: fetch the section from its start.
    token_valid_ = false;
    outcome.again = true;
    restarted_.insert(section);
    SP_OK(file.restart_section(ctx, section));
  }
  for (const SectionGov& s : file.gov().sections()) {
    if (s.cuts.size() == cuts_before[s.id]) continue;
    // An honest server never hands out what a coming cut will void. If this one did, fold again without it.
    const Cut& cut = s.cuts.back();
    const auto& held = file.sections();
    const auto it = held.find(s.id);
    if (SP_PLANTED(cut_comes_late) || it == held.end() || it->second.seq <= cut.section_seq) continue;
    if (it->second.start.seq > cut.section_seq) {
      // We began with what the cut voids.
      token_valid_ = false;
      outcome.again = true;
      SP_OK(file.restart_section(ctx, s.id));
    } else {
      SP_OK(file.refold(ctx, s.id));
    }
  }
  return Status::good();
}

Status SyncEngine::take_section(Context& ctx, PlanFile& file, const SectionPull& pull, SyncOutcome& outcome) {
  SP_TRY(const std::vector<OutboxRow> outbox, ctx.replica.outbox(file.id()));
  if (restarted_.count(pull.section) != 0) return Status::good();
  for (const PulledEnvelope& e : pull.envelopes) {
    if (e.seq <= file.section(pull.section).seq) continue;
    ByteView bytes = e.bytes;
    std::optional<Bytes> offered;
    if (e.own) {
      const auto it = std::find_if(outbox.begin(), outbox.end(), [&](const OutboxRow& r) { return r.id == e.id; });
      const PlanSection& held = file.section(pull.section);
      if (it == outbox.end() && e.seq == held.start.snapshot_seq && e.id == held.start.snapshot_id) {
        SP_TRY(offered, ctx.replica.envelope(file.id(), pull.section, e.seq));
      }
      if (it == outbox.end() && SP_PLANTED(own_missing_skipped)) continue;
      if (it == outbox.end() && !offered) {
        // We no longer have what we once sent (an old copy of this home was restored): fetch the section again, whole.
        token_valid_ = false;
        SP_OK(file.restart_section(ctx, pull.section));
        outcome.again = true;
        return Status::good();
      }
      bytes = offered ? ByteView(*offered) : ByteView(it->body);
    }
    SP_TRY(const bool taken, file.take_envelope(ctx, pull.section, e.seq, bytes));
    if (!taken) {
      // Not decidable or no key yet: the server must not think that we have it.
      token_valid_ = false;
      return Status::good();
    }
    if (!e.own) ++outcome.received;
  }
  if (pull.more) outcome.again = true;
  return Status::good();
}

}  // namespace samplan
