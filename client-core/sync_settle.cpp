// What a reply leaves to be settled in one plan: own envelopes that are confirmed or can never count, sections and plans
// that have closed. Judged from the verified logs and chains; the server's answers count only where said.
#include <algorithm>

#include "base/planted.h"
#include "client-core/access_event.h"
#include "client-core/access_log.h"
#include "client-core/intent.h"
#include "client-core/lease.h"
#include "client-core/people.h"
#include "client-core/quarantine.h"
#include "client-core/sync_engine.h"
#include "sync/log/sections.h"

namespace samplan {
namespace {

bool is_good(ItemStatus s) { return s == ItemStatus::ok || s == ItemStatus::dup; }

}  // namespace

Status SyncEngine::settle(Context& ctx, PlanFile& file, SyncOutcome& outcome) {
  SP_OK(confirm_own(ctx, file, outcome));
  SP_OK(drop_hopeless_envelopes(ctx, file, outcome));
  SP_OK(close_lost_sections(ctx, file, outcome));
  SP_OK(renumber_taken(ctx, file));
  SP_OK(file.save(ctx));
  if (file.row().holding == Holding::shared) {
    SP_TRY(const std::vector<OutboxRow> outbox, ctx.replica.outbox(file.id()));
    SP_TRY(const std::vector<PendingRow> pending, ctx.replica.pending(file.id()));
    for (const PendingRow& row : pending) {
      const bool sealed = std::any_of(outbox.begin(), outbox.end(), [&](const OutboxRow& o) {
        return o.section == row.section && o.first_counter <= row.first_counter && row.first_counter <= o.last_counter;
      });
      if (sealed || file.gov().consent() != PlanConsent::given || waits_for_chain(ctx, file, row.section)) continue;
      // What was unsealed by this reply can go out now under the new key, if it is here.
      const SectionGov* section = file.gov().section(row.section);
      const std::uint32_t epoch = section == nullptr ? 0 : section->epoch.latest()->epoch;
      SP_TRY(const crypto::SectionKey* key, ctx.keyring.section_key(file.id(), row.section, epoch));
      outcome.again = outcome.again || epoch == 0 || key != nullptr;
    }
  }
  return Status::good();
}

Status SyncEngine::confirm_own(Context& ctx, PlanFile& file, SyncOutcome& outcome) {
  SP_TRY(const std::vector<OutboxRow> outbox, ctx.replica.outbox(file.id()));
  for (const OutboxRow& row : outbox) {
    SP_TRY(const bool valid, ctx.replica.has_valid_envelope(file.id(), row.section, row.id));
    if (!valid) continue;
    SP_OK(ctx.replica.delete_outbox(file.id(), row.id));
    SP_OK(ctx.replica.delete_item("refused", row.id.view()));
    if (row.last_counter != 0)
      SP_OK(ctx.replica.delete_pending(file.id(), row.section, row.first_counter, row.last_counter));
    file.section(row.section).shown.reset();
    ++outcome.confirmed;
  }
  return Status::good();
}

// Whoever may not read the access log never sees the own event come back in its chain, so here, and only here, the
// server's signed answer is taken as confirmation. A server that lies about it hides a look, which it can do anyway.
Status SyncEngine::confirm_access_events(Context& ctx, PlanFile& file, const PlanReply& reply) {
  SP_TRY(const std::vector<OutboxRow> outbox, ctx.replica.outbox(file.id()));
  SP_TRY(const std::vector<OpenedNote> opened, opened_notes(ctx, file.id()));
  for (const OutboxRow& row : outbox) {
    if (row.section != section_access_log) continue;
    const bool reads = (file.rights(ctx, section_access_log) & right_read) != 0;
    bool taken = false;
    if (reads) {
      SP_TRY(taken, ctx.replica.has_valid_envelope(file.id(), row.section, row.id));
    } else {
      taken = std::any_of(reply.results.begin(), reply.results.end(),
                          [&](const ItemResult& r) { return r.id == row.id && is_good(r.status); });
    }
    if (!taken) continue;
    for (const OpenedNote& note : opened)
      if (note.n == row.first_counter) SP_OK(forget_opened(ctx, note.key));
    if (reads) continue;  // the row itself goes as all own envelopes do
    SP_TRY(const Envelope e, read_envelope(row.body));
    PlanSection& log = file.section(section_access_log);
    log.authors.accept(e.header, e.id);
    log.dirty = true;
    SP_OK(ctx.replica.delete_outbox(file.id(), row.id));
  }
  return Status::good();
}

// The place behind which this device reads a section by its newest grant; 0 for the whole of it.
std::uint64_t SyncEngine::begin_of(const Context& ctx, const PlanFile& file, SectionId section) {
  std::uint64_t begin = 0;
  for (const Participant* p : file.gov().participants_of_device_now(ctx.keys.id(), ctx.book)) {
    const auto base = p->base.find(section);
    if (base != p->base.end()) begin = std::max(begin, base->second.first);
  }
  return begin;
}

bool SyncEngine::waits_for_chain(const Context& ctx, PlanFile& file, SectionId section) {
  if ((file.rights(ctx, section) & right_read) == 0) return false;
  const PlanSection& s = file.section(section);
  if (SP_PLANTED(part_taken_for_all) && s.seq != s.start.seq) return false;
  return std::max(s.seq, begin_of(ctx, file, section)) < head_in_receipt(file, section);
}

// An old copy of this home was restored, and what was written since bears numbers that the chain shows to be taken:
// applied, it would be skipped as a repetition. It gets new numbers; what refers to it follows.
Status SyncEngine::renumber_taken(Context& ctx, PlanFile& file) {
  SP_TRY(const std::vector<OutboxRow> outbox, ctx.replica.outbox(file.id()));
  SP_TRY(const std::vector<PendingRow> rows, ctx.replica.pending(file.id()));
  std::map<SectionId, std::uint64_t> lowest;
  for (const PendingRow& row : rows) {
    const bool sealed = std::any_of(outbox.begin(), outbox.end(), [&](const OutboxRow& o) {
      return o.section == row.section && o.first_counter <= row.first_counter && row.first_counter <= o.last_counter;
    });
    if (!sealed && lowest.count(row.section) == 0) lowest[row.section] = row.first_counter;
  }
  for (const auto& [section, from] : lowest) {
    if (file.section(section).seq == 0 || (file.rights(ctx, section) & right_read) == 0) continue;
    SP_TRY(const plan::SectionState* state, file.confirmed(ctx, section));
    const std::uint64_t taken = state->last_counter(ctx.keys.id());
    if (from <= taken) SP_OK(file.renumber(ctx, section, from, taken + 1 - from));
  }
  return Status::good();
}

Result<bool> SyncEngine::rests_on_dead_record(Context& ctx, const PlanFile& file, const EnvelopeHeader& h) {
  Hash at = h.gov_head;
  std::uint64_t seq = h.gov_seq;
  for (; seq > file.gov().seq(); --seq) {
    SP_TRY(const std::optional<Item> staged, ctx.replica.item("staged", at.view()));
    if (!staged || staged->content.size() != Hash::size) return false;
    at = Hash::from(staged->content);
  }
  const Hash* ours = file.gov().hash_at(seq);
  return ours == nullptr || *ours != at;
}

Status SyncEngine::drop_hopeless_envelopes(Context& ctx, PlanFile& file, SyncOutcome& outcome) {
  SP_TRY(const std::vector<OutboxRow> outbox, ctx.replica.outbox(file.id()));
  std::map<std::pair<SectionId, std::uint32_t>, bool> broken;  // an author chain is dropped from the first bad one on
  for (const OutboxRow& row : outbox) {
    SP_TRY(const Envelope e, read_envelope(row.body));
    const PlanSection& s = file.section(row.section);
    bool& chain_broken = broken[{row.section, row.epoch}];
    const Verdict verdict = judge_alone(e, 0, file.gov(), ctx.book, false);
    bool hopeless = verdict != Verdict::valid && verdict != Verdict::undecided;
    if (SP_PLANTED(given_up_undecided)) hopeless = verdict != Verdict::valid;
    if (verdict == Verdict::undecided) {
      // Built on a record of ours that the log went past: it can never be.
      SP_TRY(hopeless, rests_on_dead_record(ctx, file, e.header));
    }
    if (verdict == Verdict::outside_cut) {
      // S3: proof needs our own view of the chain to have reached the cut; before that it may yet lie inside.
      const Cut* cut = file.gov().first_cut_after(row.section, e.header.gov_seq);
      hopeless = cut != nullptr && s.seq >= cut->section_seq;
      if (SP_PLANTED(given_up_early)) hopeless = true;
      // Our reading begins behind that cut (given anew), or this is a section that we never read (the access log):
      // whether it lies before, only the server's signed answer says.
      const bool reads = (file.rights(ctx, row.section) & right_read) != 0;
      if (cut != nullptr && (!reads || begin_of(ctx, file, row.section) >= cut->section_seq)) {
        hopeless = true;
        const auto answer = answered_.find(row.id);
        if (answer == answered_.end()) continue;
        if (is_good(answer->second)) {
          SP_OK(ctx.replica.delete_outbox(file.id(), row.id));
          if (row.last_counter != 0)
            SP_OK(ctx.replica.delete_pending(file.id(), row.section, row.first_counter, row.last_counter));
          file.section(row.section).shown.reset();
          ++outcome.confirmed;
          continue;
        }
      }
    }
    // Stored in the chain and void: it will not become valid either.
    SP_TRY(const bool stored, ctx.replica.has_envelope(file.id(), row.section, row.id));
    if (stored || hopeless) chain_broken = true;
    // Somebody cloned this device, or an old copy came back: our number is taken.
    if (!chain_broken && verdict == Verdict::valid && s.authors.tip(e.header.author, e.header.epoch).seq >= row.author_seq)
      chain_broken = true;
    if (!chain_broken) continue;
    // Text is sealed anew from its pending rows; a snapshot has none, and somebody waits for it.
    if (e.header.kind == EnvelopeKind::snapshot && !stored) {
      SP_OK(put_snapshot_due(ctx, file.id(), row.section));
      outcome.again = true;
    }
    SP_OK(ctx.replica.delete_outbox(file.id(), row.id));
    outcome.notices.push_back({"resealed", file.id(), row.section, verdict_name(verdict)});
  }
  return Status::good();
}

Status SyncEngine::close_lost_sections(Context& ctx, PlanFile& file, SyncOutcome& outcome) {
  if (file.row().holding != Holding::shared || file.gov().empty()) return Status::good();
  const bool any = file.has_access(ctx);
  std::vector<SectionId> lost;
  for (const SectionGov& s : file.gov().sections()) {
    const std::uint8_t rights = file.rights(ctx, s.id);
    const auto held = file.sections().find(s.id);
    SP_TRY(const std::vector<plan::PendingBatch> unsent, file.unsent(ctx, s.id));
    if ((rights & (right_write | right_propose)) == 0 && !unsent.empty())
      SP_OK(quarantine_unsent(ctx, file, s.id, any ? "section_closed" : "withdrawn"));
    if ((rights & right_read) != 0 || s.id == section_access_log) continue;
    // A key may be here although nothing was ever received under it.
    bool keeps = held != file.sections().end();
    for (std::uint32_t epoch = s.last_epoch; epoch > 0 && !keeps; --epoch) {
      SP_TRY(const crypto::SectionKey* key, ctx.keyring.section_key(file.id(), s.id, epoch));
      keeps = key != nullptr;
    }
    if (keeps) lost.push_back(s.id);
  }
  for (const SectionId s : lost) {
    SP_OK(file.drop_section(ctx, s));
    if (any) outcome.notices.push_back({"section_closed", file.id(), s, {}});
  }
  // Someone added but not yet let in has no access either, and nothing has ended.
  bool had_access = false;
  for (const Participant& p : file.gov().participants())
    for (const PrincipalId& mine : own_principals(ctx)) had_access = had_access || (p.principal == mine && !p.masks.empty());
  if (!any && (had_access || !lost.empty())) {
    file.row().holding = Holding::ended;
    SP_OK(ctx.replica.delete_plan_content(file.id()));
    SP_OK(forget_access_log(ctx, file.id()));
    SP_OK(forget_lease(ctx, file.id()));
    // Nobody takes a note of having looked from here any more; it must not seem to wait.
    SP_TRY(const std::vector<OpenedNote> opened, opened_notes(ctx, file.id()));
    for (const OpenedNote& note : opened) SP_OK(forget_opened(ctx, note.key));
    // Nor can a decision be carried out from here. The own wish to leave has been; others are told about.
    SP_TRY(const std::vector<Item> intents, ctx.replica.items("intent"));
    const std::vector<PrincipalId> mine = own_principals(ctx);
    for (const Item& item : intents) {
      if (item.plan != file.id()) continue;
      SP_TRY(const Intent intent, read_intent(item.content));
      const bool leaves = intent.kind == GovKind::consent_withdraw &&
                          std::find(mine.begin(), mine.end(), intent.subject) != mine.end();
      if (leaves) {
        SP_OK(ctx.replica.delete_item("intent", item.key));
        SP_OK(ctx.replica.delete_item("refused", item.key));
      } else {
        SP_OK(ctx.replica.put_item("refused", item.key, file.id(), ByteView::of(errc_name(Errc::withdrawn))));
      }
    }
    outcome.notices.push_back({"access_ended", file.id(), 0, {}});
  }
  return Status::good();
}

}  // namespace samplan
