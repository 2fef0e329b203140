// Commands about inviting by telephone. The newcomer's side has no home yet and is the host's
// (client-core/phone_join.h).
#include "client-core/commands.h"
#include "client-core/phone_invite.h"

namespace samplan::handlers {
namespace {

using nlohmann::json;

}  // namespace

Result<json> phone_invite(CommandCall& call) {
  SP_TRY(const json made, invite(call));
  const auto box = BoxId::parse(made["box"].get<std::string>());
  if (!box) return Error{Errc::corrupt, "phone_invite"};
  // The link is for the one who types the code; nobody has to see it here.
  SP_OK(begin_call(call.ctx, *box, made["link"].get<std::string>(), call.text("name")));
  return phone_calling(call);
}

Result<json> phone_calling(CommandCall& call) {
  SP_TRY(const CallView view, calling(call.ctx));
  json out = {{"state", view.state}};
  if (view.state == "none") return out;
  out["name"] = view.name;
  out["box"] = view.invitation.hex();
  if (view.state == "waiting") {
    out["code"] = view.code;
    out["expires_ms"] = view.expires_ms;
    out["tries_left"] = view.tries_left;
  }
  if (view.state == "failed")
    out["failure"] = {
        {"error", errc_name(view.error.code)}, {"where", view.error.where}, {"message", view.error.detail}};
  return out;
}

Result<json> phone_cancel(CommandCall& call) {
  SP_OK(cancel_call(call.ctx));
  return json::object();
}

}  // namespace samplan::handlers
