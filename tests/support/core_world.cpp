#include "tests/support/core_world.h"

namespace samplan::world {

std::string TestFiles::database_path() const { return folder_ + "/replica.db"; }

Result<std::optional<Bytes>> TestFiles::read_key_file() { return key_file; }

Status TestFiles::write_key_file(ByteView bytes) {
  key_file = bytes.copy();
  return Status::good();
}

Core& CoreWorld::join(const std::string& name, const std::string& link) {
  const auto invitation = parse_invitation(link);
  REQUIRE(invitation.ok());
  Core& core = begin(name, {}, invitation->box());
  ok(name, {{"do", "join_request"}, {"link", link}});
  return core;
}

Result<Core*> CoreWorld::try_enrol(const std::string& name, NewDevice& device) {
  Device d;
  d.files = std::make_unique<TestFiles>(folder_.path() + "/" + std::to_string(devices_.size()));
  SP_TRY(d.core, Core::enrol(*d.files, device, "passord", entropy_, now, {crypto::kdf_for_tests}));
  return (devices_[name] = std::move(d)).core.get();
}

Result<Core*> CoreWorld::try_recover(const std::string& name, Recovery& recovery, const std::string& person) {
  Device d;
  d.files = std::make_unique<TestFiles>(folder_.path() + "/" + std::to_string(devices_.size()));
  SP_TRY(d.core,
         Core::recover(*d.files, recovery, person, "passord", entropy_, now, {crypto::kdf_for_tests}));
  return (devices_[name] = std::move(d)).core.get();
}

Status CoreWorld::reopen(const std::string& name) {
  Device& d = devices_[name];
  d.core.reset();
  auto opened = Core::open(*d.files, "passord", entropy_, {crypto::kdf_for_tests});
  if (!opened.ok()) return opened.error();
  d.core = std::move(opened).value();
  return Status::good();
}

json CoreWorld::call(const std::string& name, const json& request) {
  now += 60'000;
  return core(name).call(request, now);
}

json CoreWorld::ok(const std::string& name, const json& request) {
  json answer = call(name, request);
  INFO(name << " " << request.dump() << " -> " << answer.dump());
  REQUIRE(answer["ok"] == true);
  return answer;
}

std::string CoreWorld::refused(const std::string& name, const json& request) {
  const json answer = call(name, request);
  INFO(name << " " << request.dump() << " -> " << answer.dump());
  REQUIRE(answer["ok"] == false);
  return answer["error"];
}

Result<SyncOutcome> CoreWorld::try_sync(const std::string& name) {
  SyncOutcome all;
  rounds = 0;
  bool first = true;
  for (;;) {
    now += 1000;
    SP_TRY(const Bytes frame, core(name).next_request(now, first));
    first = false;
    ++rounds;
    request_bytes = frame.size();
    SP_TRY(const Bytes reply, send_(frame));
    reply_bytes = reply.size();
    SP_TRY(SyncOutcome outcome, core(name).on_reply(reply, now));
    all.received += outcome.received;
    all.confirmed += outcome.confirmed;
    for (Notice& n : outcome.notices) all.notices.push_back(std::move(n));
    if (!outcome.again) return all;
  }
}

SyncOutcome CoreWorld::sync(const std::string& name) {
  auto outcome = try_sync(name);
  INFO(name << " syncs: " << (outcome.ok() ? "" : errc_name(outcome.code())) << " "
            << (outcome.ok() ? "" : outcome.error().where));
  REQUIRE(outcome.ok());
  std::string said;
  for (const Notice& n : outcome->notices) said += n.what + "(" + n.detail + ") ";
  last_notices = said;
  return std::move(outcome).value();
}

void CoreWorld::let_in(const std::string& inviter, const std::string& joiner, const json& invitation,
                       const std::string& unit) {
  json request = invitation;
  request["do"] = "invite";
  request["name"] = joiner;
  const std::string link = ok(inviter, request)["link"];
  sync(inviter);
  if (devices_.count(joiner) == 0) {
    join(joiner, link);
  } else {
    json asks = {{"do", "join_request"}, {"link", link}};
    if (!unit.empty()) asks["unit"] = unit;
    ok(joiner, asks);
  }
  sync(joiner);
  sync(inviter);
  const json asked = ok(inviter, {{"do", "requests"}})["requests"];
  REQUIRE(asked.size() == 1);
  CHECK(asked[0]["name"] == (unit.empty() ? joiner : unit));
  if (unit.empty()) CHECK(asked[0]["words"] == ok(joiner, {{"do", "whoami"}})["words"]);
  ok(inviter, {{"do", "confirm"}, {"request", asked[0]["request"]}});
  sync(inviter);
  sync(joiner);
}

json CoreWorld::record(const std::string& name, const std::string& plan, const std::string& section,
                       const std::string& kind) {
  const json view = show(name, plan);
  if (!view["sections"].contains(section) || !view["sections"][section]["records"].contains(kind))
    return nullptr;
  return view["sections"][section]["records"][kind][0];
}

Core& CoreWorld::begin(const std::string& name, const std::string& code, const BoxId& box) {
  Device d;
  d.files = std::make_unique<TestFiles>(folder_.path() + "/" + std::to_string(devices_.size()));
  NewHome home;
  home.name = name;
  home.passphrase = "passord";
  home.server_url = url_;
  home.server_key = key_;
  home.enrolment_code = code;
  home.enrolment_box = box;
  auto made = Core::create(*d.files, home, entropy_, now, {crypto::kdf_for_tests});
  INFO(name);
  REQUIRE(made.ok());
  d.core = std::move(made).value();
  return *(devices_[name] = std::move(d)).core;
}

Cast set_up(CoreWorld& w) {
  Cast cast;
  w.start("Kari KE");
  const std::string ke = w.ok("Kari KE", {{"do", "unit_create"}, {"name", "Koordinerende enhet"}})["unit"];
  w.sync("Kari KE");
  w.let_in("Kari KE", "Jonas", {{"for", "unit"}, {"unit", ke}});

  cast.plan = w.ok("Jonas", {{"do", "plan_new"}, {"owner_name", "Ola Nordmann"}})["plan"];
  const std::string plan = cast.plan;
  w.ok("Jonas", {{"do", "edit"},
                 {"plan", plan},
                 {"entity", std::string(32, '0')},
                 {"field", "matters_most"},
                 {"value", "Å bo hjemme"}});
  w.let_in("Jonas", "Ola", {{"for", "plan"}, {"plan", plan}, {"role", "owner"}});
  w.ok("Ola", {{"do", "consent_plan"}, {"plan", plan}});
  w.sync("Ola");
  w.sync("Jonas");

  const std::string goal =
      w.ok("Jonas", {{"do", "add"},
                     {"plan", plan},
                     {"kind", "goal"},
                     {"section", "helse"},
                     {"fields", {{"text", "Gå trygt i trappa"}, {"status", "foreslatt"}}}})["entity"];
  cast.measure = w.ok("Jonas", {{"do", "add"},
                                {"plan", plan},
                                {"kind", "measure"},
                                {"section", "helse"},
                                {"fields",
                                 {{"text", "Øve i trapp"},
                                  {"status", "pagar"},
                                  {"how", "Med rekkverk"},
                                  {"by_whom", "Med rekkverk"},
                                  {"goals", {goal}}}}})["entity"];
  w.sync("Jonas");

  w.let_in("Jonas", "Mona", {{"for", "plan"}, {"plan", plan}, {"role", "provider"}});
  // The service unit: Berit runs it, Per is a member and acts under its right.
  w.let_in("Kari KE", "Berit", {{"for", "unit"}, {"unit", ke}});
  const std::string unit = w.ok("Berit", {{"do", "unit_create"}, {"name", "Hjemmetjenesten"}})["unit"];
  w.sync("Berit");
  w.let_in("Berit", "Per", {{"for", "unit"}, {"unit", unit}});
  w.let_in("Jonas", "Berit", {{"for", "plan"}, {"plan", plan}, {"role", "provider"}}, "Hjemmetjenesten");
  w.let_in("Jonas", "Silje", {{"for", "plan"}, {"plan", plan}, {"role", "relative"}});

  const json text = {{"what", "Helse og hverdag"},
                     {"who", "De som hjelper meg"},
                     {"use", "For å gi hjelpen"},
                     {"consequence", "Uten dette vet de ikke hva vi er enige om"}};
  const auto give = [&](const std::string& who, const std::string& rights, std::vector<std::string> sections,
                        const std::string& history) {
    json request = text;
    request["do"] = "consent_give";
    request["plan"] = plan;
    request["participant"] = who;
    request["rights"] = rights;
    request["sections"] = std::move(sections);
    request["history"] = history;
    w.ok("Ola", request);
  };
  w.sync("Ola");
  give("Mona", "write", {"grunnlag", "samordning", "helse"}, "full");
  give("Hjemmetjenesten", "write", {"grunnlag", "samordning", "helse"}, "full");
  give("Silje", "propose", {"grunnlag", "helse"}, "from_now");
  w.sync("Ola");
  w.sync_all({"Jonas", "Mona", "Berit", "Silje", "Per"});
  return cast;
}

}  // namespace samplan::world
