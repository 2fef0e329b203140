#include "client-core/lease.h"

#include <algorithm>
#include <optional>

#include "base/limits.h"
#include "client-core/local_facts.h"

namespace samplan {
namespace {

constexpr UnixMs minute_ms = 60'000;
constexpr UnixMs day_ms = 24 * 60 * minute_ms;
constexpr UnixMs warn_ms = 3 * day_ms;
constexpr UnixMs note_every_ms = 10 * minute_ms;  // each note is a write to the disk
constexpr UnixMs far_ms = 365 * day_ms;           // so long away, the clock may be what is wrong
constexpr UnixMs time_max = 253'402'300'799'999;  // the end of the year 9999

constexpr std::string_view clock_fact = "lease_clock";
// The server's time at the latest contact in which its silence about a plan said that there was nothing new.
// One fact for all of them: a sync that brings nothing writes nothing for each plan.
constexpr std::string_view silence_fact = "lease_silence";
constexpr std::string_view item_kind = "lease";

// A lying server or a broken clock may name any time; sums of these do not overflow.
UnixMs sane(UnixMs time) { return std::clamp<UnixMs>(time, 0, time_max); }

void append_time(Bytes& out, UnixMs time) { append_u64(out, static_cast<std::uint64_t>(sane(time))); }
UnixMs read_time(Reader& in) { return sane(static_cast<UnixMs>(in.u64())); }

struct Clock {
  UnixMs seen_ms = 0;
  UnixMs device_ms = 0;  // what the device's clock said then
};

Result<std::optional<Clock>> read_clock(Context& ctx) {
  SP_TRY(const std::optional<Bytes> stored, get_fact(ctx, clock_fact));
  if (!stored) return std::optional<Clock>{};
  Reader in(*stored);
  Clock out;
  out.seen_ms = read_time(in);
  out.device_ms = read_time(in);
  if (!in.done()) return Error{Errc::corrupt, "clock"};
  return std::optional<Clock>(out);
}

Status write_clock(Context& ctx, UnixMs seen_ms) {
  Bytes out;
  append_time(out, seen_ms);
  append_time(out, ctx.now);
  return set_fact(ctx, clock_fact, out);
}

UnixMs time_by(const Clock& clock, UnixMs device_now) {
  return sane(clock.seen_ms + std::max<UnixMs>(0, sane(device_now) - clock.device_ms));
}

Result<UnixMs> read_silence(Context& ctx) {
  SP_TRY(const std::optional<Bytes> stored, get_fact(ctx, silence_fact));
  if (!stored) return UnixMs{0};
  Reader in(*stored);
  const UnixMs out = read_time(in);
  if (!in.done()) return Error{Errc::corrupt, "lease"};
  return out;
}

// What is kept of one plan.
struct Contact {
  UnixMs at_ms =
      0;  // when the server last spoke of the plan and was heard; 0: it said that the access has run out
  UnixMs reopened_ms = 0;  // when the owner opened the plan without
  bool is_held = false;    // what it said could not be taken: silence since is no contact

  bool has_run_out() const { return at_ms == 0; }
  UnixMs latest(UnixMs silence_ms) const {
    return has_run_out() || is_held ? at_ms : std::max(at_ms, silence_ms);
  }
};

Result<Contact> read_contact(ByteView bytes) {
  Reader in(bytes);
  Contact out;
  out.at_ms = read_time(in);
  out.reopened_ms = read_time(in);
  out.is_held = in.u8() != 0;
  if (!in.done()) return Error{Errc::corrupt, "lease"};
  return out;
}

Result<std::optional<Contact>> contact_of(Context& ctx, const PlanId& plan) {
  SP_TRY(const std::optional<Item> stored, ctx.replica.item(item_kind, plan.view()));
  if (!stored) return std::optional<Contact>{};
  SP_TRY(const Contact contact, read_contact(stored->content));
  return std::optional<Contact>(contact);
}

Status put_contact(Context& ctx, const PlanId& plan, const Contact& contact) {
  Bytes out;
  append_time(out, contact.at_ms);
  append_time(out, contact.reopened_ms);
  append_u8(out, contact.is_held ? 1 : 0);
  return ctx.replica.put_item(item_kind, plan.view(), plan, out);
}

bool is_private(Role role) { return role == Role::owner || role == Role::guardian || role == Role::relative; }

// With more to come the log may not be whole yet, and what is still on its way may be the withdrawal.
Result<bool> has_whole_log(Context& ctx, const PlanReply& plan) {
  if (!plan.more) return true;
  if (!plan.receipt) return false;
  SP_TRY(const std::vector<GovRow> rows, ctx.replica.gov(plan.plan));
  return !rows.empty() && rows.back().seq >= plan.receipt->gov_seq;
}

}  // namespace

int lease_days(const Context& ctx, const PlanFile& file) {
  const PlanPolicy& policy = file.gov().policy();
  bool as_staff = false;
  bool as_other = false;
  for (const Participant* p : file.gov().participants_of_device_now(ctx.keys.id(), ctx.book)) {
    const bool other = is_private(*p->role.latest());
    as_other = as_other || other;
    as_staff = as_staff || !other;
  }
  int days = std::min<int>(policy.lease_days_staff, policy.lease_days_others);
  if (as_staff != as_other) days = as_staff ? policy.lease_days_staff : policy.lease_days_others;
  return std::max(days, 1);
}

Result<Lease> lease_of(Context& ctx, const PlanFile& file) {
  Lease out;
  const Holding holding = file.holding();
  out.applies = holding == Holding::shared || holding == Holding::frozen;
  if (!out.applies) return out;
  for (const Participant* p : file.gov().participants_of_device_now(ctx.keys.id(), ctx.book))
    out.is_owner = out.is_owner || *p->role.latest() == Role::owner;
  out.days = lease_days(ctx, file);
  SP_TRY(const std::optional<Clock> clock, read_clock(ctx));
  out.now_ms = clock ? time_by(*clock, ctx.now) : sane(ctx.now);
  SP_TRY(const UnixMs silence_ms, read_silence(ctx));
  SP_TRY(const std::optional<Contact> contact, contact_of(ctx, file.id()));
  out.expired = contact && contact->has_run_out();
  const UnixMs contact_ms = contact ? contact->latest(silence_ms) : 0;
  const UnixMs reopened_ms = contact ? contact->reopened_ms : 0;
  // Reopened in a time that the server has since said is still to come: that was a wrong clock.
  out.reopened = reopened_ms > contact_ms && reopened_ms <= out.now_ms;
  const UnixMs from = out.reopened ? reopened_ms : contact_ms;
  out.ends_ms = from + out.days * day_ms;
  out.ended = out.now_ms >= out.ends_ms;
  out.ends_soon = !out.ended && out.ends_ms - out.now_ms <= warn_ms;
  out.days_away = static_cast<int>(std::max<UnixMs>(0, out.now_ms - contact_ms) / day_ms);
  return out;
}

Status check_lease(Context& ctx, const PlanFile& file) {
  SP_TRY(const Lease lease, lease_of(ctx, file));
  if (!lease.ended) return Status::good();
  if (lease.expired) return Error{Errc::withdrawn, "lease", "Tilgangen din til planen har gått ut."};
  const bool far = lease.now_ms - lease.ends_ms > far_ms;
  std::string words = "Planen er lukket på denne enheten fordi den ikke har hatt kontakt med tjeneren på ";
  words += far ? "lenge" : std::to_string(lease.days_away) + (lease.days_away == 1 ? " dag" : " dager");
  words += ". Koble til nett og synkroniser, så åpnes den igjen. Ingenting er slettet.";
  if (far)
    words += " Klokken på enheten er eller har vært stilt til " + to_string(date_of(lease.now_ms)) +
             ". Er det feil, så still den riktig; synkroniseringen retter resten.";
  if (lease.is_owner) words += " Planen er din: uten nett kan du åpne den selv med «samplan plan reopen».";
  return Error{Errc::lease_ended, "lease", std::move(words)};
}

Status note_time(Context& ctx) {
  SP_TRY(const std::optional<Clock> clock, read_clock(ctx));
  if (!clock) return Status::good();  // never synced: nothing here has a lease
  const UnixMs device_now = sane(ctx.now);
  if (device_now >= clock->device_ms && device_now - clock->device_ms < note_every_ms) return Status::good();
  return write_clock(ctx, time_by(*clock, device_now));
}

bool has_run_out(const Context& ctx, const PlanFile& file, UnixMs server_ms) {
  const auto acting = file.gov().participants_of_device_now(ctx.keys.id(), ctx.book);
  return std::all_of(acting.begin(), acting.end(), [&](const Participant* p) {
    const Role role = *p->role.latest();
    if (role == Role::owner || role == Role::coordinator) return false;
    return !p->has_any_access() || (p->grant && p->grant->not_after != 0 && p->grant->not_after <= server_ms);
  });
}

namespace {

// What the server said of one plan. errors: storage
Status note_spoken(Context& ctx, const PlanReply& plan, UnixMs server_ms, const Heard& heard) {
  SP_TRY(const std::optional<PlanRow> row, ctx.replica.plan(plan.plan));
  if (!row || row->holding == Holding::ended) return Status::good();
  const Contact now{server_ms, 0, false};
  // The server's word on a frozen plan is not believed, and closes nothing: it can be read as it was.
  if (row->holding == Holding::frozen) return put_contact(ctx, plan.plan, now);
  const bool is_taken = heard.untaken.count(plan.plan) == 0;
  // Kept until the server says otherwise: the log judges by no clock.
  if (is_taken && heard.run_out.count(plan.plan) != 0) return put_contact(ctx, plan.plan, Contact{});
  if (is_taken && plan.status == ItemStatus::ok) {
    SP_TRY(const bool is_whole, has_whole_log(ctx, plan));
    if (is_whole) return put_contact(ctx, plan.plan, now);
  }
  SP_TRY(std::optional<Contact> contact, contact_of(ctx, plan.plan));
  if (!contact || contact->has_run_out() || contact->is_held) return Status::good();
  SP_TRY(const UnixMs silence_ms, read_silence(ctx));
  contact->at_ms = contact->latest(silence_ms);
  contact->is_held = true;
  return put_contact(ctx, plan.plan, *contact);
}

// The server was asked for news of everything and said nothing of these plans: that is a contact.
Status note_silence(Context& ctx, const std::set<PlanId>& spoken_of, UnixMs server_ms) {
  SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
  for (const PlanRow& row : rows) {
    const bool has_lease = row.holding == Holding::shared || row.holding == Holding::frozen;
    if (!has_lease || spoken_of.count(row.id) != 0) continue;
    SP_TRY(const std::optional<Contact> contact, contact_of(ctx, row.id));
    if (contact && contact->has_run_out()) continue;  // and the server has not taken that back
    // A contact in a time still to come is from a server whose clock was wrong.
    const bool follows = contact && !contact->is_held && contact->latest(0) <= server_ms;
    if (!follows) SP_OK(put_contact(ctx, row.id, {server_ms, 0, false}));
  }
  Bytes out;
  append_time(out, server_ms);
  return set_fact(ctx, silence_fact, out);
}

}  // namespace

Status note_contact(Context& ctx, const SyncReply& reply, const Heard& heard) {
  SP_OK(write_clock(ctx, reply.server_ms));
  const UnixMs server_ms = sane(reply.server_ms);
  std::set<PlanId> spoken_of;
  for (const PlanReply& plan : reply.plans) {
    spoken_of.insert(plan.plan);
    SP_OK(note_spoken(ctx, plan, server_ms, heard));
  }
  // A reply that is full of plans may be silent about others for want of room.
  if (!heard.asked_all || reply.plans.size() >= limits::plans_per_request_max) return Status::good();
  return note_silence(ctx, spoken_of, server_ms);
}

Result<std::vector<PlanId>> expired_plans(Context& ctx) {
  SP_TRY(const std::vector<Item> items, ctx.replica.items(item_kind));
  std::vector<PlanId> out;
  for (const Item& item : items) {
    SP_TRY(const Contact contact, read_contact(item.content));
    if (contact.has_run_out()) out.push_back(item.plan);
  }
  return out;
}

Status reopen_lease(Context& ctx, const PlanFile& file) {
  SP_TRY(const Lease lease, lease_of(ctx, file));
  if (!lease.applies) return Status::good();
  if (!lease.is_owner)
    return Error{Errc::not_allowed, "reopen",
                 "Bare planeieren kan åpne planen uten nett. Koble til nett og synkroniser."};
  SP_TRY(const std::optional<Contact> contact, contact_of(ctx, file.id()));
  Contact opened = contact.value_or(Contact{});
  opened.reopened_ms = lease.now_ms;
  return put_contact(ctx, file.id(), opened);
}

Status forget_lease(Context& ctx, const PlanId& plan) {
  return ctx.replica.delete_item(item_kind, plan.view());
}

}  // namespace samplan
