// How every world begins: a coordinator, an owner, a worker of her own, a home-care unit with its registrar
// and members, and a relative who proposes; one plan, consent given, everyone synced. Lived through once a
// process.
#include <algorithm>
#include <cstdio>

#include "base/check.h"
#include "client-core/invitation.h"
#include "client-core/plan_file.h"
#include "sync/log/sections.h"
#include "tests/sim/oracle.h"
#include "tests/sim/steps.h"

namespace samplan::sim {
namespace {

// A world that begins late has room for about so many edits before a snapshot is due.
constexpr std::uint64_t edits_left = 3;

class Cast {
 public:
  Cast(std::uint64_t seed, std::shared_ptr<Server> server) : w_(seed, std::move(server)) {}

  // The store stays with the server.
  Beginning make(std::size_t staff, bool late) {
    const std::string code = w_.server.identity().enrolment_code;
    for (const char* name :
         {"Jonas kanari", "Ola kanari", "Mona kanari", "Berit kanari", "Per kanari", "Silje kanari"})
      SP_CHECK(w_.create_home(w_.add_device(name), code, {}));
    for (std::size_t i = 0; i < staff; ++i)
      SP_CHECK(w_.create_home(w_.add_device("Vakt kanari " + std::to_string(i + 1)), code, {}));
    for (const auto& d : w_.devices) sync(*d);

    Device& jonas = *w_.devices[coordinator];
    Device& ola = *w_.devices[owner];
    Device& berit = *w_.devices[registrar];
    w_.plan = ok(jonas, {{"do", "plan_new"}, {"owner_name", "Ola kanari"}})["plan"];
    let_in(jonas, ola, {{"for", "plan"}, {"plan", w_.plan}, {"role", "owner"}});
    ok(ola, {{"do", "consent_plan"}, {"plan", w_.plan}});
    sync(ola);
    sync(jonas);

    const std::string unit = ok(berit, {{"do", "unit_create"}, {"name", "Hjemmetjenesten kanari"}})["unit"];
    sync(berit);
    let_in(berit, *w_.devices[member], {{"for", "unit"}, {"unit", unit}});
    for (std::size_t i = 0; i < staff; ++i)
      let_in(berit, *w_.devices[cast_size + i], {{"for", "unit"}, {"unit", unit}});
    let_in(jonas, berit, {{"for", "plan"}, {"plan", w_.plan}, {"role", "provider"}},
           "Hjemmetjenesten kanari");
    let_in(jonas, *w_.devices[provider], {{"for", "plan"}, {"plan", w_.plan}, {"role", "provider"}});
    let_in(jonas, *w_.devices[relative], {{"for", "plan"}, {"plan", w_.plan}, {"role", "relative"}});

    for (int i = 0; i < 2; ++i) {
      const std::string goal = ok(jonas, {{"do", "add"},
                                          {"plan", w_.plan},
                                          {"kind", "goal"},
                                          {"section", "helse"},
                                          {"fields", {{"text", w_.new_text("Mål")}}}})["entity"];
      ok(jonas,
         {{"do", "add"},
          {"plan", w_.plan},
          {"kind", "measure"},
          {"section", "helse"},
          {"fields", {{"text", w_.new_text("Tiltak")}, {"how", w_.new_text("Hvordan")}, {"goals", {goal}}}}});
    }
    sync(jonas);
    sync(ola);
    give("Mona kanari", "write", {"grunnlag", "samordning", "helse"}, "full");
    give("Hjemmetjenesten kanari", "write", {"grunnlag", "samordning", "helse"}, "full");
    give("Silje kanari", "propose", {"grunnlag", "helse"}, "from_now");
    for (int round = 0; round < 3; ++round)
      for (const auto& d : w_.devices) sync(*d);
    if (late) write_until_snapshot_is_near();
    SP_CHECK(!w_.failure);

    Beginning out;
    out.now = w_.now;
    out.plan = w_.plan;
    out.texts = w_.texts;
    for (const auto& d : w_.devices) {
      w_.close(*d);
      out.homes.push_back({d->name, d->disk.image()});
    }
    return out;
  }

 private:
  // Each edit an envelope of its own, one a day: soon afterwards somebody's push carries a snapshot.
  void write_until_snapshot_is_near() {
    Device& jonas = *w_.devices[coordinator];
    const json view = w_.ask(jonas, {{"do", "plan_show"}, {"plan", w_.plan}, {"record_access", false}});
    const json measure = view["sections"]["helse"]["records"]["measure"][0];
    std::uint64_t size = 0;  // of the last edit's envelope
    while (bytes_left(jonas) > edits_left * size) {
      const std::uint64_t before = bytes_left(jonas);
      w_.now += day_ms;
      ok(jonas, {{"do", "edit"},
                 {"plan", w_.plan},
                 {"entity", measure["id"]},
                 {"field", "responsible"},
                 {"value", w_.new_text("Hvem")}});
      sync(jonas);
      size = before - bytes_left(jonas);
      SP_CHECK(size != 0 && size < before);
    }
    for (int round = 0; round < 2; ++round)
      for (const auto& d : w_.devices) sync(*d);
  }

  // Until the section has grown enough for a snapshot.
  std::uint64_t bytes_left(Device& d) {
    Context ctx = d.core->context(d.clock.at(w_.now));
    const auto plan = PlanId::parse(w_.plan);
    const auto section = section_by_code("helse");
    SP_CHECK(plan && section);
    const auto file = d.core->plans().get(ctx, *plan);
    SP_CHECK(file.ok());
    const SectionStart& start = (*file)->section(*section).start;
    const std::uint64_t due = std::max(snapshot_due_bytes, start.last_bytes);
    return due - std::min(due, start.bytes);
  }

  json ok(Device& d, const json& request) {
    w_.now += minute_ms;
    json answer = w_.call(d, request);
    SP_CHECK(answer.is_object() && answer["ok"] == true);
    return answer;
  }
  void sync(Device& d) {
    const auto outcome = w_.sync_now(d);
    if (!outcome.ok())
      std::fprintf(stderr, "%s: %s %s\n", d.name.c_str(), errc_name(outcome.code()),
                   outcome.error().where.c_str());
    SP_CHECK(outcome.ok());
  }

  void let_in(Device& inviter, Device& joiner, json invitation, const std::string& unit = {}) {
    invitation["do"] = "invite";
    invitation["name"] = joiner.name;
    const std::string link = ok(inviter, invitation)["link"];
    sync(inviter);
    json asks = {{"do", "join_request"}, {"link", link}};
    if (!unit.empty()) asks["unit"] = unit;
    ok(joiner, asks);
    sync(joiner);
    sync(inviter);
    const json asked = ok(inviter, {{"do", "requests"}})["requests"];
    SP_CHECK(asked.size() == 1);
    ok(inviter, {{"do", "confirm"}, {"request", asked[0]["request"]}});
    sync(inviter);
    sync(joiner);
  }

  void give(const std::string& who, const char* rights, const std::vector<std::string>& sections,
            const char* history) {
    Device& ola = *w_.devices[owner];
    ok(ola, {{"do", "consent_give"},
             {"plan", w_.plan},
             {"participant", who},
             {"rights", rights},
             {"sections", sections},
             {"history", history},
             {"what", "Helse og hverdag"},
             {"who", "De som hjelper meg"},
             {"use", "For å gi hjelpen"},
             {"consequence", "Uten dette vet de ikke"}});
    sync(ola);
  }

  World w_;
};

}  // namespace

Beginning begin_world(std::uint64_t seed, std::size_t staff, bool with_later) {
  const auto make = [&](bool late) {
    const auto server = std::make_shared<Server>(seed);
    Beginning b = Cast(seed, server).make(staff, late);
    b.store = server->store();
    return b;
  };
  Beginning out = make(false);
  if (with_later) out.later = std::make_shared<const Beginning>(make(true));
  return out;
}

Beginning begin_neighbourhood(std::uint64_t seed, const std::shared_ptr<Server>& server) {
  return Cast(seed, server).make(0, false);
}

}  // namespace samplan::sim
