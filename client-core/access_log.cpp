#include "client-core/access_log.h"

#include <algorithm>

namespace samplan {
namespace {

constexpr std::string_view wanted_kind = "access_wanted";
constexpr std::string_view part_kind = "access_part";        // key: plan, number of its first line
constexpr std::string_view differs_kind = "access_differs";  // key: plan

Bytes part_key(const PlanId& plan, std::uint64_t first) {
  Bytes key = plan.view().copy();
  append_u64(key, first);
  return key;
}

Bytes write_part(const AccessPart& part, std::uint64_t generation) {
  Bytes out;
  append_u64(out, generation);
  append(out, write_access_part(part));
  return out;
}

struct StoredPart {
  Bytes key;
  std::uint64_t generation = 0;
  AccessPart part;
};

Result<std::vector<StoredPart>> stored(Context& ctx, const PlanId& plan) {
  SP_TRY(const std::vector<Item> items, ctx.replica.items(part_kind));
  std::vector<StoredPart> out;
  for (const Item& item : items) {
    if (item.plan != plan) continue;
    Reader in(item.content);
    StoredPart one;
    one.key = item.key;
    one.generation = in.u64();
    SP_TRY(one.part, read_access_part(in.rest()));
    out.push_back(std::move(one));
  }
  std::sort(out.begin(), out.end(),
            [](const StoredPart& a, const StoredPart& b) { return a.part.after < b.part.after; });
  return out;
}

bool hashes_hold(const PlanId& plan, const AccessPart& part) {
  Hash hash = part.hash_before;
  std::uint64_t n = part.after;
  for (const AccessLine& line : part.lines) hash = access_line_hash(plan, hash, ++n, line);
  return hash == part.hash_last;
}

Status forget_parts(Context& ctx, const PlanId& plan) {
  SP_TRY(const std::vector<StoredPart> parts, stored(ctx, plan));
  for (const StoredPart& one : parts) SP_OK(ctx.replica.delete_item(part_kind, one.key));
  return ctx.replica.delete_item(differs_kind, plan.view());
}

}  // namespace

Status forget_access_log(Context& ctx, const PlanId& plan) {
  SP_OK(ctx.replica.delete_item(wanted_kind, plan.view()));
  return forget_parts(ctx, plan);
}

Status want_access_log(Context& ctx, const PlanId& plan) {
  return ctx.replica.put_item(wanted_kind, plan.view(), plan, {});
}

Result<std::vector<PlanId>> plans_wanting_access_log(Context& ctx) {
  SP_TRY(const std::vector<Item> items, ctx.replica.items(wanted_kind));
  std::vector<PlanId> out;
  for (const Item& item : items) out.push_back(item.plan);
  return out;
}

Result<bool> wants_access_log(Context& ctx, const PlanId& plan) {
  SP_TRY(const std::optional<Item> item, ctx.replica.item(wanted_kind, plan.view()));
  return item.has_value();
}

Result<KeptAccessLog> access_log_of(Context& ctx, const PlanId& plan) {
  SP_TRY(const std::vector<StoredPart> parts, stored(ctx, plan));
  KeptAccessLog out;
  for (const StoredPart& one : parts) {
    out.lines.insert(out.lines.end(), one.part.lines.begin(), one.part.lines.end());
    out.generation = one.generation;
    out.last = one.part.hash_last;
  }
  SP_TRY(const std::optional<Item> differs, ctx.replica.item(differs_kind, plan.view()));
  out.differs = differs.has_value();
  return out;
}

Result<bool> take_access_part(Context& ctx, const PlanId& plan, const AccessPart& part,
                              std::uint64_t generation) {
  SP_TRY(KeptAccessLog kept, access_log_of(ctx, plan));
  if (!kept.lines.empty() && kept.generation != generation) {
    // Restored from a backup, which every device is told of in other ways: what was noted since is gone
    // there.
    SP_OK(forget_parts(ctx, plan));
    kept = {};
    if (part.after != 0) return true;  // ask again, from the start
  }
  const bool follows =
      part.after == kept.lines.size() && part.hash_before == kept.last && hashes_hold(plan, part);
  if (!follows) {
    SP_OK(ctx.replica.put_item(differs_kind, plan.view(), plan, {}));
  } else if (!part.lines.empty()) {
    SP_OK(
        ctx.replica.put_item(part_kind, part_key(plan, part.after + 1), plan, write_part(part, generation)));
  }
  const bool more = follows && part.more && !part.lines.empty();
  if (!more) SP_OK(ctx.replica.delete_item(wanted_kind, plan.view()));
  return more;
}

}  // namespace samplan
