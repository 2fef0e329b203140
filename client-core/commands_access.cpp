// «Hvem har sett planen min» (R96), in its honest parts: opened, as readers' devices signed; fetched and
// refused, as the server noted; and who came back to their plans with a recovery code.
#include <algorithm>

#include "client-core/access_event.h"
#include "client-core/access_log.h"
#include "client-core/commands.h"
#include "client-core/people.h"
#include "sync/log/sections.h"

namespace samplan::handlers {
namespace {

using nlohmann::json;

class AccessLogView {
 public:
  AccessLogView(Context& ctx, PlanFile& file) : ctx_(ctx), file_(file) {}

  Result<json> opened() {
    json out = json::array();
    SP_OK(
        ctx_.replica.each_envelope(file_.id(), section_access_log, 1, [&](const EnvelopeRow& row) -> Status {
          SP_TRY(const Envelope e, read_envelope(row.body));
          const bool counts = static_cast<Verdict>(row.verdict) == Verdict::valid;
          if (!counts || e.header.kind != EnvelopeKind::access_event) return Status::good();
          json one = who(e.header.author);
          one["seq"] = row.seq;
          const auto event = open_access_event(ctx_, e.ciphertext);
          if (event.ok()) {
            one["time_ms"] = event->wall_ms;
            one["sections"] = json::array();
            for (const SectionId s : event->sections) one["sections"].push_back(section_code(s));
            one["on_behalf"] =
                event->on_behalf ? json(display_name(ctx_, &file_, *event->on_behalf)) : json(nullptr);
          } else {
            one["unreadable"] = errc_name(event.code());
          }
          out.push_back(std::move(one));
          return Status::good();
        }));
    return out;
  }

  // Lines of one reply are one entry.
  void take_server_lines(const std::vector<AccessLine>& lines, json& fetched, json& denied) {
    const AccessLine* before = nullptr;
    for (const AccessLine& line : lines) {
      if (line.is_denied()) {
        json one = who(line.device);
        one["time_ms"] = line.recv_ms;
        denied.push_back(std::move(one));
        before = nullptr;
        continue;
      }
      const bool same = before != nullptr && before->device == line.device && before->recv_ms == line.recv_ms;
      if (!same) {
        json one = who(line.device);
        one["time_ms"] = line.recv_ms;
        one["sections"] = json::array();
        fetched.push_back(std::move(one));
      }
      fetched.back()["sections"].push_back(section_code(line.section));
      before = &line;
    }
  }

  Result<json> recovered() {
    json out = json::array();
    SP_TRY(const std::vector<IdentityRow> rows, ctx_.replica.identities());
    for (const IdentityRow& row : rows) {
      const IdentityState* state = ctx_.book.find(row.principal);
      const bool concerned = state != nullptr && !state->is_unit && takes_part(row.principal);
      if (!concerned) continue;
      SP_TRY(const Record record, read_record(LogKind::identity, row.record));
      if (static_cast<IdentityKind>(record.header.kind) != IdentityKind::add_device) continue;
      const DeviceEntry* signer = state->device(record.header.signer);
      if (signer == nullptr || !signer->on_paper) continue;
      out.push_back({{"name", display_name(ctx_, &file_, row.principal)},
                     {"person", row.principal.hex()},
                     {"time_ms", record.header.wall_ms}});
    }
    return out;
  }

 private:
  bool takes_part(const PrincipalId& person) const {
    const auto& all = file_.gov().participants();
    return std::any_of(all.begin(), all.end(), [&](const Participant& p) {
      const IdentityState* unit = ctx_.book.find(p.principal);
      return p.principal == person || (unit != nullptr && unit->is_unit && unit->had_member(person));
    });
  }

  // The person, and the unit where it is the unit that takes part.
  json who(const DeviceId& device) {
    json out = {{"device", device.hex()}, {"name", "ukjent enhet"}, {"on_behalf", nullptr}};
    const IdentityBook::Owner owner = ctx_.book.find_device(device);
    if (owner.person == nullptr) return out;
    out["person"] = owner.person->id.hex();
    out["name"] = display_name(ctx_, &file_, owner.person->id);
    const auto acting = file_.gov().participants_of_device(device, file_.gov().seq(), ctx_.book);
    const bool itself = std::any_of(acting.begin(), acting.end(),
                                    [&](const Participant* p) { return p->principal == owner.person->id; });
    if (!itself && !acting.empty()) out["on_behalf"] = display_name(ctx_, &file_, acting.front()->principal);
    return out;
  }

  Context& ctx_;
  PlanFile& file_;
};

Status may_look(CommandCall& call, PlanFile& file) {
  if ((file.rights(call.ctx, section_access_log) & right_read) != 0) return Status::good();
  return Error{Errc::not_allowed, "access_log", "Innsynsloggen er for planeieren og den som koordinerer."};
}

}  // namespace

Result<json> access_log(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_OK(may_look(call, *file));
  AccessLogView view(call.ctx, *file);
  json out = {{"fetched", json::array()}, {"denied", json::array()}};
  SP_TRY(out["opened"], view.opened());
  SP_TRY(out["recovered"], view.recovered());
  SP_TRY(const KeptAccessLog kept, access_log_of(call.ctx, file->id()));
  view.take_server_lines(kept.lines, out["fetched"], out["denied"]);
  out["differs"] = kept.differs;
  SP_TRY(out["asked"], wants_access_log(call.ctx, file->id()));
  return out;
}

Result<json> access_log_fetch(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_OK(may_look(call, *file));
  if (file->row().holding == Holding::draft)
    return Error{Errc::not_allowed, "access_log",
                 "Planen er et utkast på denne enheten. Ingen andre har den."};
  SP_OK(want_access_log(call.ctx, file->id()));
  return json::object();
}

}  // namespace samplan::handlers
