// The part of a sync that no plan is behind: the identity logs of the person and of the person's service units, and the
// end of this device when another one has closed it.
#include <algorithm>

#include "client-core/intent.h"
#include "client-core/local_facts.h"
#include "client-core/people.h"
#include "client-core/sync_engine.h"

namespace samplan {

// How far we have the logs that concern this device itself, as the server has them: what it lacks comes, whether or not
// a plan needs it.
Status SyncEngine::say_own_logs(Context& ctx, SyncRequest& request) {
  SP_TRY(const std::vector<IdentityRow> unpushed, ctx.replica.unpushed_identities());
  std::vector<PrincipalId> own = own_principals(ctx);
  std::sort(own.begin(), own.end());
  for (const PrincipalId& principal : own) {
    if (request.own_logs.size() == limits::own_logs_max) break;
    std::uint64_t seq = ctx.book.find(principal)->seq();
    for (const IdentityRow& row : unpushed)
      if (row.principal == principal) seq = std::min(seq, row.seq - 1);
    request.own_logs.push_back({principal, seq});
  }
  return Status::good();
}

namespace {

const char* what_came(const IdentityState& me, const DeviceEntry& device) {
  if (device.on_paper) return "recovery_code_made";
  const DeviceEntry* adder = me.device(device.added_by);
  return adder != nullptr && adder->on_paper ? "recovered" : "device_added";
}

// Whose log it is, if the record is news to this device and says that somebody else came back with a recovery code.
std::optional<PrincipalId> recovered_by(Context& ctx, ByteView bytes) {
  const auto record = read_record(LogKind::identity, bytes);
  if (!record.ok() || static_cast<IdentityKind>(record->header.kind) != IdentityKind::add_device) return std::nullopt;
  const PrincipalId id = PrincipalId::from(record->log().view());
  const IdentityState* state = ctx.book.find(id);
  if (state == nullptr || id == ctx.person || record->header.seq <= state->seq()) return std::nullopt;
  const DeviceEntry* signer = state->device(record->header.signer);
  return signer != nullptr && signer->on_paper ? std::optional<PrincipalId>(id) : std::nullopt;
}

}  // namespace

// What changes in the own person's devices is told to the person on every device it has.
Status SyncEngine::take_identities(Context& ctx, const std::vector<Bytes>& records, SyncOutcome& outcome) {
  const auto devices = [&] {
    const IdentityState* me = ctx.book.find(ctx.person);
    return me == nullptr ? std::vector<DeviceEntry>{} : me->devices;
  };
  const std::vector<DeviceEntry> before = devices();
  for (const Bytes& record : records) {
    const std::optional<PrincipalId> recovered = recovered_by(ctx, record);
    SP_OK(take_identity(ctx, record));
    if (recovered) outcome.notices.push_back({"participant_recovered", {}, 0, known_name(ctx, *recovered)});
  }
  const std::vector<DeviceEntry> after = devices();
  for (std::size_t i = 0; i < after.size(); ++i) {
    const bool is_new = i >= before.size();
    if (is_new && after[i].id != ctx.keys.id())
      outcome.notices.push_back({what_came(*ctx.book.find(ctx.person), after[i]), {}, 0, after[i].id.hex()});
    if (after[i].revoked_seq != 0 && (is_new || before[i].revoked_seq == 0))
      outcome.notices.push_back({"device_closed", {}, 0, after[i].id.hex()});
  }
  return Status::good();
}

// An operator has put a backup back. What the server had confirmed since may be gone there, and what it numbers for this
// device begins lower: the own logs are sent again, and everything is asked for from where the plans stand here.
Status SyncEngine::begin_generation(Context& ctx, SyncOutcome& outcome) {
  for (const PrincipalId& principal : own_principals(ctx)) SP_OK(ctx.replica.mark_identities_unpushed(principal));
  SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
  for (const PlanRow& row : rows) {
    if (row.identity_n == 0) continue;
    SP_TRY(PlanFile * file, plans_.get(ctx, row.id));
    file->row().identity_n = 0;
    SP_OK(file->save(ctx));
  }
  SP_OK(clear_fact(ctx, fact::cursor_token));
  SP_TRY(const std::uint64_t generation, number_fact(ctx, fact::generation));
  outcome.notices.push_back({"restored", {}, 0, std::to_string(generation)});
  outcome.again = true;
  return Status::good();
}

// S5: a record that does not fit says so and stops nothing else.
Status SyncEngine::take_own_logs(Context& ctx, const std::vector<Bytes>& records, SyncOutcome& outcome) {
  for (const Bytes& record : records) {
    const Status taken = take_identities(ctx, {record}, outcome);
    if (taken.code() == Errc::not_saved) return taken;
    if (!taken.ok()) outcome.notices.push_back({"refused", {}, 0, std::string("identity ") + errc_name(taken.code())});
  }
  return Status::good();
}

// A device or member that was removed, and the plan has not recorded it: its sections stand still for everybody. Whoever
// made the removal may have known nothing of the plan, or be gone, so every reader of what it touches sees to it.
Status SyncEngine::note_removals(Context& ctx, PlanFile& file, SyncOutcome& outcome) {
  if (file.row().holding != Holding::shared || !file.has_access(ctx)) return Status::good();
  for (const Participant& p : file.gov().participants()) {
    const IdentityState* identity = ctx.book.find(p.principal);
    if (identity == nullptr) continue;
    const IdentityPin newest{p.principal, identity->seq(), identity->head()};
    const std::vector<SectionId> touched = file.gov().sections_touched_by(newest, ctx.book);
    const bool reads_all = std::all_of(touched.begin(), touched.end(), [&](SectionId s) {
      return (file.rights(ctx, s) & right_read) != 0;
    });
    if (touched.empty() || !reads_all) continue;
    const Hash key = crypto::hash("samplan/removal-intent/1", {file.id().view(), p.principal.view()});
    SP_TRY(const std::optional<Item> known, ctx.replica.item("intent", key.view().sub(0, BoxId::size)));
    if (known) continue;
    Intent intent;
    intent.kind = GovKind::identity_update;
    intent.subject = p.principal;
    SP_OK(ctx.replica.put_item("intent", key.view().sub(0, BoxId::size), file.id(), write_intent(intent)));
    outcome.again = true;
  }
  return Status::good();
}

// Closed by another device of the person, by a record that we have verified: keys and content go, what was not sent is
// kept readable.
Status SyncEngine::end_here(Context& ctx, SyncOutcome& outcome) {
  SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
  for (const PlanRow& row : rows) {
    if (row.holding != Holding::shared && row.holding != Holding::frozen) continue;
    SP_TRY(PlanFile * file, plans_.get(ctx, row.id));
    file->row().holding = Holding::shared;
    SP_OK(settle(ctx, *file, outcome));
  }
  return Status::good();
}

}  // namespace samplan
