#include "sync/relay/pull.h"

#include <algorithm>
#include <set>

#include "base/planted.h"
#include "sync/log/sections.h"
#include "sync/wire/message_parts.h"

namespace samplan::relay {
namespace {

constexpr std::size_t item_overhead = 16;  // lengths, numbers and times around an item
constexpr std::size_t share_min = 4096;    // a smaller share would be used up by lengths and receipts
constexpr std::size_t letters_max = 256;
// An offer costs a round trip: it must spare the device so many envelopes or so many bytes. (The snapshot itself it gets
// either way, being part of the chain.)
constexpr std::uint64_t offer_saves_envelopes = 32;
constexpr std::size_t offer_saves_bytes = 16U << 10;

bool acts_as(const Standing& standing, std::uint16_t participant) {
  return std::any_of(standing.acting.begin(), standing.acting.end(),
                     [&](const Participant* p) { return p->number == participant; });
}

Result<GovPull> gov_pull(const GovRow& row, const Standing& standing) {
  auto record = read_signed_record(row.signed_record);
  if (!record.ok()) return Error{Errc::corrupt, "pull.governance"};
  GovPull out;
  out.record = std::move(record->record);
  out.recv_ms = row.recv_ms;
  for (KeyWrap& wrap : record->wraps)
    if (acts_as(standing, wrap.participant)) out.wraps.push_back(std::move(wrap));
  return out;
}

std::size_t size_of(const GovPull& pull) {
  std::size_t bytes = pull.record.size() + item_overhead;
  for (const KeyWrap& w : pull.wraps) bytes += w.sealed.size() + item_overhead;
  return bytes;
}

SectionPull& section_of(PlanReply& reply, SectionId section) {
  for (SectionPull& s : reply.sections)
    if (s.section == section) return s;
  reply.sections.push_back({section, {}, false});
  return reply.sections.back();
}

}  // namespace

bool PlanTurn::has_something_to_say() const {
  return named || reply.more || reply.receipt || !reply.gov.empty() || !reply.identity.empty() ||
         !reply.sections.empty() || !reply.offers.empty() || !reply.history.empty() || now.ended != before.ended;
}

bool Puller::take(std::size_t bytes) {
  if (!empty_ && bytes > share_) return false;
  empty_ = false;
  share_ -= std::min(share_, bytes);
  left_ -= std::min(left_, bytes);
  return true;
}

Result<bool> Puller::letters(const std::vector<PrincipalId>& to, std::uint64_t seen,
                             std::vector<Letter>& out) {
  share_ = left_ / 2;
  bool more = false;
  SP_OK(store_.each_letter(to, seen, now_, [&](const LetterRow& row) {
    more = out.size() == letters_max || !take(row.body.size() + 128);
    if (!more) out.push_back({row.n, row.box, row.plan, row.from, row.to, row.recv_ms, row.body.copy()});
    return !more;
  }));
  return more;
}

Status Puller::plans(std::vector<PlanTurn>& turns) {
  // What did not fit last time comes first, so that a large envelope is not pushed out for ever.
  std::stable_partition(turns.begin(), turns.end(),
                        [](const PlanTurn& t) { return t.before.version == 0 && t.before.gov_seq != 0; });
  // A fair share for each, so that one large plan does not hold up the others; then the rest of the room.
  for (std::size_t i = 0; i < turns.size(); ++i)
    SP_OK(pull(turns[i], std::max(left_ / (turns.size() - i), share_min)));
  for (PlanTurn& turn : turns)
    if (turn.reply.more && left_ > 0) SP_OK(pull(turn, left_));
  for (PlanTurn& turn : turns) {
    add_receipt(turn);
    share_ = left_;
    SP_OK(pull_access(turn));
    SP_OK(log_access(turn));
  }
  return Status::good();
}

Status Puller::pull(PlanTurn& turn, std::size_t share) {
  share_ = std::min(share, left_);
  const bool ended = turn.standing.kind == Standing::Kind::ended;
  if (ended) turn.reply.status = ItemStatus::withdrawn;
  const PlanView& view = *turn.view;
  const std::uint64_t identity_end = ended ? turn.standing.last_identity_n : view.row.identity_n;
  const std::uint64_t gov_end = ended ? turn.standing.last_gov_seq : view.gov.seq();
  // Each rests on the one before: identities verify governance, governance verifies envelopes.
  SP_TRY(bool complete, pull_identity(turn, identity_end));
  if (complete) {
    SP_TRY(complete, pull_governance(turn, gov_end));
  }
  if (ended) turn.now.sections.clear();
  if (complete && !ended) {
    SP_TRY(complete, pull_sections(turn));
    if (complete && turn.reply.history.empty())
      for (const HistoryRange& range : turn.history) SP_OK(pull_history(turn, range));
  }
  turn.reply.more = !complete;
  turn.now.ended = ended && complete;
  // Who was offered a snapshot has not yet got anything of that section: it is answered again, named or not.
  turn.now.version = complete && turn.reply.offers.empty() ? view.row.version : 0;
  turn.now.expires_ms = turn.standing.expires_ms;
  return Status::good();
}

Result<bool> Puller::pull_identity(PlanTurn& turn, std::uint64_t until) {
  bool complete = true;
  if (turn.now.identity_n >= until) return complete;
  std::vector<Bytes>& out = turn.reply.identity;
  SP_OK(store_.each_feed(turn.view->row.plan, turn.now.identity_n, [&](const FeedRow& row) {
    if (row.n > until) return false;
    complete = out.size() < limits::list_items_max && take(row.record.size() + item_overhead);
    if (!complete) return false;
    out.push_back(row.record.copy());
    turn.now.identity_n = row.n;
    return true;
  }));
  return complete;
}

Result<bool> Puller::pull_governance(PlanTurn& turn, std::uint64_t until) {
  bool complete = true;
  if (turn.now.gov_seq >= until) return complete;
  std::vector<GovPull>& out = turn.reply.gov;
  Status fault;
  SP_OK(store_.each_governance(turn.view->row.plan, turn.now.gov_seq, [&](const GovRow& row) {
    if (row.seq > until) return false;
    auto pull = gov_pull(row, turn.standing);
    if (!pull.ok()) {
      fault = pull.error();
      return false;
    }
    complete = out.size() < limits::list_items_max && take(size_of(*pull));
    if (!complete) return false;
    out.push_back(std::move(*pull));
    turn.now.gov_seq = row.seq;
    return true;
  }));
  SP_OK(fault);
  return complete;
}

Result<bool> Puller::pull_sections(PlanTurn& turn) {
  bool complete = true;
  // A section that was lost starts anew if it is ever granted again.
  for (auto it = turn.now.sections.begin(); it != turn.now.sections.end();)
    it = turn.standing.may_read(it->first) ? std::next(it) : turn.now.sections.erase(it);
  for (const auto& entry : turn.view->heads) {
    if (!turn.standing.may_read(entry.first)) continue;
    SP_TRY(const bool all, pull_section(turn, entry.second));
    complete = complete && all;
  }
  return complete;
}

Result<bool> Puller::pull_section(PlanTurn& turn, const SectionHead& head) {
  const SectionId section = head.section;
  SectionPlace& place = turn.now.sections[section];
  const auto begin = std::find_if(turn.begin.begin(), turn.begin.end(),
                                  [&](const SectionBegin& b) { return b.section == section; });
  // Who asks from the start, or without a token, may have lost what it wrote itself; who begins with a snapshot, too, what
  // follows it.
  const bool begins_behind = begin != turn.begin.end() && begin->after != 0 && place.seq == begin->after;
  if (place.seq == 0 || begins_behind || !turn.by_token) {
    const auto first = turn.first.find(section);
    place.own_bytes_until = first == turn.first.end() ? head.seq : first->second - 1;
  }
  if (place.seq == 0 && begin != turn.begin.end() && begin->after != 0) place.seq = begin->after;
  if (begin != turn.begin.end() && begin->after != 0 && place.seq == begin->after) place.snapshot = begin->snapshot;
  if (place.seq == 0 && turn.takes_snapshots) {
    const bool whole = begin != turn.begin.end() && begin->snapshot == 0;
    const std::uint64_t below = begin == turn.begin.end() ? head.seq + 1 : begin->snapshot;
    if (!whole) {
      SP_TRY(const Offered offered, offer_snapshot(turn, section, below));
      if (offered != Offered::none) {
        // No cursor: the section has not begun until the device says where.
        turn.now.sections.erase(section);
        return offered == Offered::made;
      }
    }
  }
  // Whoever claims to have more than there is has seen another history; the receipt will show it.
  place.seq = std::min(std::max(place.seq, turn.standing.read_from(section)), head.seq);
  if (place.seq >= head.seq) return true;
  if (SP_PLANTED(pull_skips_one) && place.seq + 2 < head.seq) ++place.seq;

  bool complete = true;
  SectionPull& out = section_of(turn.reply, section);
  SP_OK(store_.each_envelope(turn.view->row.plan, section, place.seq, [&](const EnvelopeRow& row) {
    const bool others = row.key.author != device_;
    const bool by_id = row.seq == place.snapshot || (!others && row.seq > place.own_bytes_until);
    complete = take(by_id ? Hash::size + 1 : row.body.size() + item_overhead);
    if (!complete) return false;
    PulledEnvelope& pulled = out.envelopes.emplace_back();
    pulled.seq = row.seq;
    pulled.own = by_id;
    pulled.id = row.id;
    if (!by_id) pulled.bytes = row.body.copy();
    place.seq = row.seq;
    if (others) {
      PlanTurn::Range& range = turn.access[section];
      if (range.from == 0) range.from = row.seq;
      range.to = row.seq;
    }
    return true;
  }));
  out.more = !complete;
  return complete;
}

Result<Puller::Offered> Puller::offer_snapshot(PlanTurn& turn, SectionId section, std::uint64_t below) {
  const PlanId& plan = turn.view->row.plan;
  for (const SnapshotOffer& o : turn.reply.offers)
    if (o.section == section) return Offered::made;
  const std::uint64_t from = turn.standing.read_from(section);
  SnapshotOffer offer;
  SP_OK(store_.each_marked(plan, section, EnvelopeKind::snapshot, below, [&](const EnvelopeRow& row) {
    offer.section = section;
    offer.seq = row.seq > from ? row.seq : 0;
    if (offer.seq != 0) offer.snapshot = row.body.copy();
    return false;
  }));
  if (offer.seq == 0) return Offered::none;
  bool saves = offer.seq - from > offer_saves_envelopes;
  std::size_t replaced = 0;
  if (!saves)
    SP_OK(store_.each_envelope(plan, section, from, [&](const EnvelopeRow& row) {
      if (row.seq >= offer.seq) return false;
      replaced += row.body.size();
      saves = replaced >= offer_saves_bytes;
      return !saves;
    }));
  if (!saves) return Offered::none;
  // It is larger than anything else and replaces much more: it always goes in, as far as the whole reply has room.
  if (!empty_ && offer.snapshot.size() + item_overhead > left_) return Offered::no_room;
  std::set<DeviceId> attesters;
  SP_OK(store_.each_marked(plan, section, EnvelopeKind::attestation, ~std::uint64_t{0} >> 1, [&](const EnvelopeRow& row) {
    if (row.seq < offer.seq || attesters.size() == limits::attestations_offered_max) return false;
    if (attesters.insert(row.key.author).second) offer.attestations.push_back(row.body.copy());
    return true;
  }));
  std::size_t bytes = offer.snapshot.size() + item_overhead;
  for (const Bytes& a : offer.attestations) bytes += a.size() + item_overhead;
  empty_ = false;
  share_ -= std::min(share_, bytes);
  left_ -= std::min(left_, bytes);
  turn.access[section] = {from + 1, offer.seq};
  turn.reply.offers.push_back(std::move(offer));
  return Offered::made;
}

Status Puller::pull_history(PlanTurn& turn, const HistoryRange& range) {
  const SectionHead head = turn.view->head(range.section);
  if (!turn.standing.may_read(range.section)) return Status::good();
  const std::uint64_t after = std::max(range.after, turn.standing.read_from(range.section));
  SectionPull out;
  out.section = range.section;
  SP_OK(store_.each_envelope(turn.view->row.plan, range.section, after, [&](const EnvelopeRow& row) {
    if (row.seq > range.until || row.seq > head.seq) return false;
    out.more = !take(row.body.size() + item_overhead);
    if (out.more) return false;
    PulledEnvelope& pulled = out.envelopes.emplace_back();
    pulled.seq = row.seq;
    pulled.id = row.id;
    pulled.bytes = row.body.copy();
    return true;
  }));
  if (out.envelopes.empty() && !out.more) return Status::good();
  if (!out.envelopes.empty()) {
    PlanTurn::Range& access = turn.access[range.section];
    access.from = access.from == 0 ? out.envelopes.front().seq : std::min(access.from, out.envelopes.front().seq);
    access.to = std::max(access.to, out.envelopes.back().seq);
  }
  turn.reply.history.push_back(std::move(out));
  return Status::good();
}

void Puller::add_receipt(PlanTurn& turn) const {
  if (turn.standing.kind == Standing::Kind::foreign) return;
  const PlanView& view = *turn.view;
  const bool ended = turn.standing.kind == Standing::Kind::ended;
  Receipt receipt;
  // Who is told that access has ended is told by which record: a server that says so without one is found out.
  receipt.gov_seq = ended ? turn.standing.last_gov_seq : view.gov.seq();
  receipt.gov_head = *view.gov.hash_at(receipt.gov_seq);
  // Whoever names a plan gets our word on it even if nothing is new: equal numbers may hide two histories.
  bool differs = turn.pushed || turn.named || turn.before.gov_seq != receipt.gov_seq;
  if (!ended) add_heads(turn, receipt, differs);
  if (!differs) return;
  receipt.plan = view.row.plan;
  receipt.generation = server_.generation;
  receipt.recv_ms = now_;
  turn.reply.receipt = std::move(receipt);
}

void Puller::add_heads(const PlanTurn& turn, Receipt& receipt, bool& differs) {
  const PlanView& view = *turn.view;
  for (const SectionGov& s : view.gov.sections()) {
    const bool moved = std::find(turn.moved.begin(), turn.moved.end(), s.id) != turn.moved.end();
    if (!turn.standing.may_read(s.id) && !moved) continue;
    const SectionHead head = view.head(s.id);
    const auto before = turn.before.sections.find(s.id);
    differs = differs || head.seq != (before == turn.before.sections.end() ? 0 : before->second.seq);
    receipt.sections.emplace_back(SectionCursor{s.id, head.seq}, head.chain);
  }
  std::sort(receipt.sections.begin(), receipt.sections.end(),
            [](const auto& a, const auto& b) { return a.first.section < b.first.section; });
}

namespace {

constexpr UnixMs day_ms = 86'400'000;

Status add_access(Store& store, const PlanId& plan, AccessRow& row) {
  row.hash_prev = row.hash;
  ++row.n;
  row.hash = access_line_hash(plan, row.hash_prev, row.n, row.line());
  return store.add_access(plan, row);
}

}  // namespace

Status Puller::log_access(const PlanTurn& turn) {
  if (turn.access.empty()) return Status::good();
  const PlanId& plan = turn.view->row.plan;
  SP_TRY(const std::optional<AccessRow> last, store_.last_access(plan));
  AccessRow row = last.value_or(AccessRow{});
  for (const auto& entry : turn.access) {
    row.device = device_;
    row.section = entry.first;
    row.from_seq = entry.second.from;
    row.to_seq = entry.second.to;
    row.recv_ms = now_;
    SP_OK(add_access(store_, plan, row));
  }
  return Status::good();
}

Status log_denied(Store& store, const PlanId& plan, const DeviceId& device, UnixMs now) {
  SP_TRY(const std::optional<AccessRow> last, store.last_access(plan));
  AccessRow row = last.value_or(AccessRow{});
  const bool is_noted =
      last && last->line().is_denied() && last->device == device && last->recv_ms / day_ms == now / day_ms;
  if (is_noted) return Status::good();
  row.device = device;
  row.section = 0;
  row.from_seq = 0;
  row.to_seq = 0;
  row.recv_ms = now;
  return add_access(store, plan, row);
}

// For whoever may read section 12. Before what this reply itself hands out is noted.
Status Puller::pull_access(PlanTurn& turn) {
  if (!turn.access_after || !turn.standing.may_read(section_access_log)) return Status::good();
  const PlanId& plan = turn.view->row.plan;
  SP_TRY(const std::optional<AccessRow> last, store_.last_access(plan));
  AccessPart part;
  part.after = std::min(*turn.access_after, last ? last->n : 0);
  if (part.after != 0) {
    SP_OK(store_.each_access(plan, part.after - 1, [&](const AccessRow& row) {
      part.hash_before = row.hash;
      return false;
    }));
  }
  part.hash_last = part.hash_before;
  SP_OK(store_.each_access(plan, part.after, [&](const AccessRow& row) {
    part.more = part.lines.size() == access_lines_max || !take(access_line_bytes);
    if (part.more) return false;
    part.lines.push_back(row.line());
    part.hash_last = row.hash;
    return true;
  }));
  turn.reply.access = std::move(part);
  return Status::good();
}

}  // namespace samplan::relay
