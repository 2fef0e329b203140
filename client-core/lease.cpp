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
constexpr std::string_view item_kind = "lease";

// A lying server or a broken clock may name any time; sums of these do not overflow.
UnixMs sane(UnixMs time) { return std::clamp<UnixMs>(time, 0, time_max); }

// Two times in a row, as clock and lease are stored.
struct Pair {
  UnixMs first = 0;
  UnixMs second = 0;
};

Bytes write_pair(const Pair& pair) {
  Bytes out;
  append_u64(out, static_cast<std::uint64_t>(pair.first));
  append_u64(out, static_cast<std::uint64_t>(pair.second));
  return out;
}

Result<Pair> read_pair(ByteView bytes) {
  Reader in(bytes);
  Pair out;
  out.first = sane(static_cast<UnixMs>(in.u64()));
  out.second = sane(static_cast<UnixMs>(in.u64()));
  if (!in.done()) return Error{Errc::corrupt, "lease"};
  return out;
}

// first: the time seen, second: what the device's clock said then.
Result<std::optional<Pair>> read_clock(Context& ctx) {
  SP_TRY(const std::optional<Bytes> stored, get_fact(ctx, clock_fact));
  if (!stored) return std::optional<Pair>{};
  SP_TRY(const Pair clock, read_pair(*stored));
  return std::optional<Pair>(clock);
}

UnixMs time_by(const Pair& clock, UnixMs device_now) {
  return sane(clock.first + std::max<UnixMs>(0, sane(device_now) - clock.second));
}

bool is_private(Role role) { return role == Role::owner || role == Role::guardian || role == Role::relative; }

Status put_contact(Context& ctx, const PlanId& plan, UnixMs server_ms) {
  return ctx.replica.put_item(item_kind, plan.view(), plan, write_pair({sane(server_ms), 0}));
}

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
  SP_TRY(const std::optional<Pair> clock, read_clock(ctx));
  out.now_ms = clock ? time_by(*clock, ctx.now) : sane(ctx.now);
  // first: the last contact, second: when the owner opened the plan without.
  SP_TRY(const std::optional<Item> stored, ctx.replica.item(item_kind, file.id().view()));
  Pair lease;
  if (stored) {
    SP_TRY(lease, read_pair(stored->content));
  }
  // Reopened in a time that the server has since said is still to come: that was a wrong clock.
  out.expired = stored && lease.first == 0;
  out.reopened = lease.second > lease.first && lease.second <= out.now_ms;
  const UnixMs from = out.reopened ? lease.second : lease.first;
  out.ends_ms = from + out.days * day_ms;
  out.ended = out.now_ms >= out.ends_ms;
  out.ends_soon = !out.ended && out.ends_ms - out.now_ms <= warn_ms;
  out.days_away = static_cast<int>(std::max<UnixMs>(0, out.now_ms - lease.first) / day_ms);
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
  SP_TRY(const std::optional<Pair> clock, read_clock(ctx));
  if (!clock) return Status::good();  // never synced: nothing here has a lease
  const UnixMs device_now = sane(ctx.now);
  if (device_now >= clock->second && device_now - clock->second < note_every_ms) return Status::good();
  return set_fact(ctx, clock_fact, write_pair({time_by(*clock, device_now), device_now}));
}

bool has_run_out(const Context& ctx, const PlanFile& file, UnixMs server_ms) {
  const auto acting = file.gov().participants_of_device_now(ctx.keys.id(), ctx.book);
  return std::all_of(acting.begin(), acting.end(), [&](const Participant* p) {
    const Role role = *p->role.latest();
    if (role == Role::owner || role == Role::coordinator) return false;
    return !p->has_any_access() || (p->grant && p->grant->not_after != 0 && p->grant->not_after <= server_ms);
  });
}

Status note_contact(Context& ctx, const SyncReply& reply, const Heard& heard) {
  SP_OK(set_fact(ctx, clock_fact, write_pair({sane(reply.server_ms), sane(ctx.now)})));
  std::set<PlanId> spoken_of;
  for (const PlanReply& plan : reply.plans) {
    spoken_of.insert(plan.plan);
    SP_TRY(const std::optional<PlanRow> row, ctx.replica.plan(plan.plan));
    if (!row || row->holding == Holding::ended) continue;
    if (row->holding == Holding::frozen) {
      // The server's word on a frozen plan is not believed, and closes nothing: it can be read as it was.
      SP_OK(put_contact(ctx, plan.plan, reply.server_ms));
      continue;
    }
    if (heard.untaken.count(plan.plan) != 0) continue;
    if (heard.run_out.count(plan.plan) != 0) {
      // Kept until the server says otherwise: the log judges by no clock.
      SP_OK(put_contact(ctx, plan.plan, 0));
    } else if (plan.status == ItemStatus::ok) {
      SP_TRY(const bool is_whole, has_whole_log(ctx, plan));
      if (is_whole) SP_OK(put_contact(ctx, plan.plan, reply.server_ms));
    }
  }
  // A reply that is full of plans may be silent about others for want of room.
  if (!heard.asked_all || reply.plans.size() >= limits::plans_per_request_max) return Status::good();
  SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
  for (const PlanRow& row : rows) {
    const bool has_lease = row.holding == Holding::shared || row.holding == Holding::frozen;
    if (!has_lease || spoken_of.count(row.id) != 0) continue;
    SP_TRY(const std::optional<Item> stored, ctx.replica.item(item_kind, row.id.view()));
    if (stored) {
      SP_TRY(const Pair lease, read_pair(stored->content));
      if (lease.first == 0) continue;  // run out, and the server has not taken that back
    }
    SP_OK(put_contact(ctx, row.id, reply.server_ms));
  }
  return Status::good();
}

Result<std::vector<PlanId>> expired_plans(Context& ctx) {
  SP_TRY(const std::vector<Item> items, ctx.replica.items(item_kind));
  std::vector<PlanId> out;
  for (const Item& item : items) {
    SP_TRY(const Pair lease, read_pair(item.content));
    if (lease.first == 0) out.push_back(item.plan);
  }
  return out;
}

Status reopen_lease(Context& ctx, const PlanFile& file) {
  SP_TRY(const Lease lease, lease_of(ctx, file));
  if (!lease.applies) return Status::good();
  if (!lease.is_owner)
    return Error{Errc::not_allowed, "reopen",
                 "Bare planeieren kan åpne planen uten nett. Koble til nett og synkroniser."};
  Pair stored;
  SP_TRY(const std::optional<Item> item, ctx.replica.item(item_kind, file.id().view()));
  if (item) {
    SP_TRY(stored, read_pair(item->content));
  }
  stored.second = lease.now_ms;
  return ctx.replica.put_item(item_kind, file.id().view(), file.id(), write_pair(stored));
}

Status forget_lease(Context& ctx, const PlanId& plan) {
  return ctx.replica.delete_item(item_kind, plan.view());
}

}  // namespace samplan
