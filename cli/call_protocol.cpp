#include "cli/call_protocol.h"

#include "base/limits.h"
#include "cli/begin.h"
#include "cli/json_read.h"
#include "cli/meeting.h"
#include "cli/recovering.h"
#include "cli/print_proof.h"
#include "cli/print_sync.h"
#include "client-core/json/json_gate.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

// Never holds more than one line of the allowed length, however much comes.
enum class LineEnd { line, too_long, end };
LineEnd read_line(std::istream& in, std::string& line) {
  line.clear();
  bool is_too_long = false;
  bool is_any = false;
  for (int c = in.get(); c != std::char_traits<char>::eof(); c = in.get()) {
    is_any = true;
    if (c == '\n') return is_too_long ? LineEnd::too_long : LineEnd::line;
    if (line.size() >= limits::command_bytes_max)
      is_too_long = true;
    else
      line.push_back(static_cast<char>(c));
  }
  if (!is_any) return LineEnd::end;
  return is_too_long ? LineEnd::too_long : LineEnd::line;
}

bool is_blank(const std::string& line) { return line.find_first_not_of(" \t\r") == std::string::npos; }

json refuse_argument(const std::string& name, const std::string& sentence) {
  return error_json({Errc::invalid_argument, name, sentence});
}

// Text members that these host-level commands take; anything else is a mistake worth telling.
json check_members(const json& request, std::initializer_list<std::string_view> texts) {
  for (const auto& [name, value] : request.items()) {
    if (name == "do") continue;
    bool is_known = false;
    for (const std::string_view text : texts) is_known = is_known || name == text;
    if (!is_known) return refuse_argument(name, "Ukjent argument: " + name);
    if (!value.is_string()) return refuse_argument(name, "Feil type: " + name);
  }
  return {};
}

json do_init(Visit& visit, const json& request) {
  if (json wrong = check_members(request, {"server", "name", "code", "server_key"}); !wrong.is_null())
    return wrong;
  const Status begun = begin(visit, {text_of(request, "server"), text_of(request, "server_key"),
                                     text_of(request, "code"), text_of(request, "name")});
  return begun.ok() ? visit.call({{"do", "whoami"}}) : error_json(begun.error());
}

json do_join(Visit& visit, const json& request) {
  if (json wrong = check_members(request, {"link", "name", "unit"}); !wrong.is_null()) return wrong;
  return join(visit, text_of(request, "link"), text_of(request, "name"), text_of(request, "unit"));
}

json do_sync(Visit& visit, const json& request) {
  SyncWish wish;
  for (const auto& [name, value] : request.items()) {
    if (name == "do") continue;
    if (name == "wait" && value.is_boolean()) {
      wish.is_patient = value.get<bool>();
    } else if (name == "plans" && value.is_array()) {
      for (const json& item : value) {
        if (!item.is_string()) return refuse_argument("plans", "Listen må bestå av plan-id-er.");
        const auto plan = visit.plan_id(item.get<std::string>());
        if (!plan.ok()) return error_json(plan.error());
        if (const auto id = PlanId::parse(*plan)) wish.plans.push_back(*id);
      }
    } else {
      return refuse_argument(name, "Ukjent argument eller feil type: " + name);
    }
  }
  const auto desk = visit.desk();
  if (!desk.ok()) return error_json(desk.error());
  const auto report = (*desk)->sync(wish, {});
  return report.ok() ? report_json(*report) : error_json(report.error());
}

json do_prove(Visit& visit, const json& request) {
  if (json wrong = check_members(request, {}); !wrong.is_null()) return wrong;
  const auto desk = visit.desk();
  if (!desk.ok()) return error_json(desk.error());
  const auto report = (*desk)->prove();
  return report.ok() ? proof_json(*report) : error_json(report.error());
}

json meeting_json(const NewMeeting& meeting) {
  const NewDevice& device = meeting.device();
  json out = {{"ok", true}};
  switch (device.state()) {
    case NewDevice::State::waiting: out["state"] = "waiting"; break;
    case NewDevice::State::compare: out["state"] = "compare"; break;
    case NewDevice::State::ready: out["state"] = "ready"; break;
    case NewDevice::State::failed: out["state"] = "failed"; break;
  }
  if (device.state() == NewDevice::State::failed) out["failure"] = error_json(device.error());
  if (!device.person_name().empty()) {
    out["words"] = device.words();
    out["person_name"] = device.person_name();
  }
  return out;
}

json do_device_new(Visit& visit, const json& request, std::unique_ptr<NewMeeting>& meeting) {
  if (json wrong = check_members(request, {"server", "name"}); !wrong.is_null()) return wrong;
  auto begun = NewMeeting::start(visit, text_of(request, "server"), text_of(request, "name"));
  if (!begun.ok()) return error_json(begun.error());
  meeting = std::move(*begun);
  json out = meeting_json(*meeting);
  out["link"] = meeting->device().link();
  return out;
}

json do_recover(Visit& visit, const json& request) {
  if (json wrong = check_members(request, {"server", "name", "code", "second_part"}); !wrong.is_null()) return wrong;
  Recovering wish{text_of(request, "server"), text_of(request, "name"), {text_of(request, "code")}};
  if (request.contains("second_part")) wish.typed.push_back(text_of(request, "second_part"));
  if (const Status done = recover(visit, wish); !done.ok()) return error_json(done.error());
  return visit.call({{"do", "whoami"}});
}

json do_meeting(Visit& visit, const json& request, std::unique_ptr<NewMeeting>& meeting) {
  if (json wrong = check_members(request, {}); !wrong.is_null()) return wrong;
  if (!meeting) return error_json({Errc::not_allowed, "device_new", "Begynn med «device_new»."});
  const std::string name = text_of(request, "do");
  if (name == "device_new_cancel") {
    meeting->cancel(visit);
    meeting.reset();
    return {{"ok", true}};
  }
  if (name == "device_new_step") {
    const Status done = meeting->step(visit);
    return done.ok() ? meeting_json(*meeting) : error_json(done.error());
  }
  const auto secret = visit.passphrase(true);
  if (!secret.ok()) return error_json(secret.error());
  if (const Status made = meeting->finish(visit, *secret); !made.ok()) return error_json(made.error());
  meeting.reset();
  return visit.call({{"do", "whoami"}});
}

// What two devices are in the middle of, from one line to the next.
struct Meetings {
  std::unique_ptr<NewMeeting> device;
  std::unique_ptr<PhoneMeeting> phone;
};

json phone_json(const PhoneJoin& phone) {
  json out = {{"ok", true}};
  switch (phone.state()) {
    case PhoneJoin::State::waiting: out["state"] = "waiting"; break;
    case PhoneJoin::State::ready: out["state"] = "ready"; break;
    case PhoneJoin::State::thanking:
    case PhoneJoin::State::over: out["state"] = "over"; break;
    case PhoneJoin::State::failed: out["state"] = "failed"; break;
  }
  if (phone.state() == PhoneJoin::State::failed) out["failure"] = error_json(phone.error());
  if (phone.tries_left() != 0) out["tries_left"] = phone.tries_left();
  if (phone.state() != PhoneJoin::State::ready) return out;
  out["inviter"] = phone.invitation().inviter_name;
  out["for"] = phone.invitation().purpose;
  return out;
}

json do_phone_join(Visit& visit, const json& request, std::unique_ptr<PhoneMeeting>& meeting) {
  if (json wrong = check_members(request, {"server", "code", "name"}); !wrong.is_null()) return wrong;
  auto begun = PhoneMeeting::start(visit, text_of(request, "server"), text_of(request, "code"), text_of(request, "name"));
  if (!begun.ok()) return error_json(begun.error());
  meeting = std::move(*begun);
  return phone_json(meeting->phone());
}

json do_phone_meeting(Visit& visit, const json& request, std::unique_ptr<PhoneMeeting>& meeting) {
  const std::string name = text_of(request, "do");
  if (json wrong = check_members(request, name == "phone_join_finish" ? std::initializer_list<std::string_view>{"unit"}
                                                                      : std::initializer_list<std::string_view>{});
      !wrong.is_null())
    return wrong;
  if (!meeting) return error_json({Errc::not_allowed, "phone_join", "Begynn med «phone_join»."});
  if (name == "phone_join_cancel") {
    meeting.reset();
    return {{"ok", true}};
  }
  if (name == "phone_join_step") {
    const Status done = meeting->step(visit);
    return done.ok() ? phone_json(meeting->phone()) : error_json(done.error());
  }
  if (meeting->phone().state() != PhoneJoin::State::ready)
    return error_json({Errc::not_allowed, "phone_join_finish", "Invitasjonen er ikke kommet."});
  json answer = meeting->finish(visit, text_of(request, "unit"));
  if (text_of(answer, "inviter").empty()) return answer;
  meeting.reset();
  return answer;
}

json answer_line(Visit& visit, const std::string& line, Meetings& meetings) {
  std::unique_ptr<NewMeeting>& meeting = meetings.device;
  const auto request = parse_json(line);
  if (!request.ok()) return error_json(request.error());
  const std::string name = text_of(*request, "do");
  if (name == "init") return do_init(visit, *request);
  if (name == "join") return do_join(visit, *request);
  if (name == "recover") return do_recover(visit, *request);
  if (name == "sync") return do_sync(visit, *request);
  if (name == "prove") return do_prove(visit, *request);
  if (name == "device_new") return do_device_new(visit, *request, meeting);
  if (name == "device_new_step" || name == "device_new_finish" || name == "device_new_cancel")
    return do_meeting(visit, *request, meeting);
  if (name == "device_add_step") {
    if (json wrong = check_members(*request, {}); !wrong.is_null()) return wrong;
    return adding_step(visit);
  }
  if (name == "phone_step") {
    if (json wrong = check_members(*request, {}); !wrong.is_null()) return wrong;
    return calling_step(visit);
  }
  if (name == "phone_join") return do_phone_join(visit, *request, meetings.phone);
  if (name == "phone_join_step" || name == "phone_join_finish" || name == "phone_join_cancel")
    return do_phone_meeting(visit, *request, meetings.phone);
  return visit.call(*request);
}

}  // namespace

int run_call_protocol(Visit& visit) {
  std::ostream& out = visit.terminal().out;
  std::string line;
  Meetings meetings;
  for (;;) {
    const LineEnd end = read_line(visit.terminal().in, line);
    if (end == LineEnd::end) return exit_good;
    json answer;
    if (end == LineEnd::too_long)
      answer = error_json({Errc::too_large, "call line"});
    else if (is_blank(line))
      continue;
    else
      answer = answer_line(visit, line, meetings);
    out << answer.dump(-1, ' ', false, json::error_handler_t::replace) << '\n' << std::flush;
    // Nobody reads any more: there is nothing left to do.
    if (!out.good()) return exit_refused;
  }
}

}  // namespace samplan::cli
