// Commands about this person's own devices.
#include "base/utf8.h"
#include "client-core/commands.h"
#include "client-core/devices.h"
#include "client-core/old_device.h"
#include "client-core/people.h"

namespace samplan::handlers {
namespace {

using nlohmann::json;

std::string shown_name(const OwnDevice& device) {
  return device.name.empty() ? "Enhet " + std::to_string(device.number) : device.name;
}

Result<OwnDevice> find_device(CommandCall& call) {
  const std::string wanted = call.text("device");
  SP_TRY(const std::vector<OwnDevice> all, own_devices(call.ctx));
  const OwnDevice* found = nullptr;
  for (const OwnDevice& device : all) {
    const bool is_prefix = wanted.size() >= 4 && device.id.hex().substr(0, wanted.size()) == wanted;
    if (!is_prefix && shown_name(device) != wanted) continue;
    if (found != nullptr) return Error{Errc::invalid_argument, "device", "Flere enheter heter slik. Bruk id-en."};
    found = &device;
  }
  if (found == nullptr) return Error{Errc::not_found, "device", "Du har ingen slik enhet."};
  return *found;
}

// What the person's devices can read: what a new one would, too.
Result<std::size_t> plans_open(Context& ctx) {
  SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
  std::size_t count = 0;
  for (const PlanRow& row : rows) count += row.holding == Holding::shared || row.holding == Holding::frozen ? 1 : 0;
  return count;
}

}  // namespace

Result<json> devices(CommandCall& call) {
  SP_TRY(const std::vector<OwnDevice> all, own_devices(call.ctx));
  json out = json::array();
  for (const OwnDevice& d : all) {
    json one = {{"device", d.id.hex()}, {"name", shown_name(d)}, {"added_ms", d.added_ms}, {"this", d.is_this},
                {"closed", d.is_closed}, {"closing", d.is_closing}, {"unsent", d.is_unsent}};
    if (d.last_wrote_ms != 0) one["last_wrote_ms"] = d.last_wrote_ms;
    if (d.is_closed) one["closed_ms"] = d.closed_ms;
    out.push_back(std::move(one));
  }
  return json{{"devices", out}};
}

Result<json> device_close(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(const OwnDevice device, find_device(call));
  if (is_closed_here(ctx)) return Error{Errc::withdrawn, "device.closed", "Denne enheten er selv lukket."};
  if (device.is_closed) return Error{Errc::already_exists, "device", "Enheten er alt lukket."};
  // Whoever goes must not make the key that shuts them out (sync/log/identity.h).
  if (device.is_this)
    return Error{Errc::not_allowed, "device", "Denne enheten kan du bare lukke fra en annen av enhetene dine."};
  SP_OK(decide_to_close(ctx, device.id));
  // In each plan the closing counts from the record that pins it, and the plan's keys are renewed there.
  SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
  std::size_t plans = 0;
  for (const PlanRow& row : rows) {
    if (row.holding != Holding::shared) continue;
    SP_TRY(PlanFile * file, call.plans.get(ctx, row.id));
    if (!file->has_access(ctx)) continue;
    Intent intent;
    intent.kind = GovKind::identity_update;
    intent.subject = ctx.person;
    const auto key = ctx.entropy.id<BoxId>();
    SP_OK(ctx.replica.put_item("intent", key.view(), row.id, write_intent(intent)));
    ++plans;
  }
  return json{{"device", device.id.hex()}, {"name", shown_name(device)}, {"plans", plans}};
}

Result<json> device_rename(CommandCall& call) {
  SP_TRY(const OwnDevice device, find_device(call));
  const std::string name = call.text("name");
  if (name.empty() || name.size() > device_name_bytes_max || !is_plain_text(name))
    return Error{Errc::invalid_argument, "name", "Gi enheten et kort navn, som «Telefonen min»."};
  SP_OK(remember_device_name(call.ctx, device.id, name));
  return json{{"device", device.id.hex()}, {"name", name}};
}

Result<json> device_add(CommandCall& call) {
  SP_OK(begin_adding(call.ctx, call.text("link")));
  return device_adding(call);
}

Result<json> device_adding(CommandCall& call) {
  SP_TRY(const AddingView view, adding(call.ctx));
  json out = {{"state", view.state}};
  if (!view.words.empty()) {
    SP_TRY(const std::size_t plans, plans_open(call.ctx));
    out["words"] = view.words;
    out["name"] = view.name;
    out["plans"] = plans;
  }
  if (view.state == "failed")
    out["failure"] = {{"error", errc_name(view.error.code)}, {"where", view.error.where}, {"message", view.error.detail}};
  return out;
}

Result<json> device_add_confirm(CommandCall& call) {
  SP_OK(confirm_adding(call.ctx));
  return device_adding(call);
}

Result<json> device_add_cancel(CommandCall& call) {
  SP_OK(cancel_adding(call.ctx));
  return json::object();
}

}  // namespace samplan::handlers
