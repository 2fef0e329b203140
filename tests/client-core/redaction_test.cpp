// What was written and is gone before somebody is let in "from now" is nowhere in what the newcomer's device holds or
// answers, and still in the history of those who were there.
#include "client-core/pack.h"
#include "tests/support/flows_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

constexpr SectionId helse = 3;

struct Told {
  InProcess world;
  CoreWorld& w = world.people;
  Cast cast = set_up(w);

  json ask(const std::string& who, const std::string& what, json more) {
    more["do"] = what;
    more["plan"] = cast.plan;
    return w.ok(who, more);
  }
  void edit(const std::string& who, const std::string& field, const std::string& text, bool propose = false) {
    json request = {{"entity", cast.measure}, {"field", field}, {"value", text}};
    if (propose) request["propose"] = true;
    if (propose) request["note"] = "kanarifugl, ba hun om";
    ask(who, "edit", request);
    w.sync(who);
  }
  void let_in_from_now(const std::string& name) {
    w.let_in("Jonas", name, {{"for", "plan"}, {"plan", cast.plan}, {"role", "provider"}});
    w.sync("Ola");
    ask("Ola", "consent_give",
        {{"participant", name},
         {"rights", "write"},
         {"sections", {"helse"}},
         {"history", "from_now"},
         {"what", "a"},
         {"who", "b"},
         {"use", "c"},
         {"consequence", "d"}});
    w.sync("Ola");
    w.sync(name);
  }
  // Everything of the section that this device can read: its state, what that rests on, and each envelope opened.
  std::string readable(const std::string& name) {
    const PlanId plan = PlanId::from(*from_hex(cast.plan));
    Context ctx = w.core(name).context(w.now);
    const auto file = w.core(name).plans().get(ctx, plan);
    REQUIRE(file.ok());
    std::string out;
    const auto add = [&](const Bytes& bytes) { out += ByteView(bytes).text(); };
    const auto state = (*file)->confirmed(ctx, helse);
    REQUIRE(state.ok());
    add((*state)->encode_own());
    const auto base = (*file)->base_state(ctx, helse);
    REQUIRE(base.ok());
    add(base->encode_own());
    REQUIRE(ctx.replica
                .each_envelope(plan, helse, 1,
                               [&](const EnvelopeRow& row) -> Status {
                                 SP_TRY(const Envelope envelope, read_envelope(row.body));
                                 SP_TRY(const crypto::SectionKey* key,
                                        ctx.keyring.section_key(plan, helse, envelope.header.epoch));
                                 if (key == nullptr) return Status::good();
                                 SP_TRY(const Bytes plain, open_content(*key, envelope));
                                 add(plain);
                                 return Status::good();
                               })
                .ok());
    for (const char* query : {"plan_show", "conflicts", "proposals", "log"}) out += ask(name, query, json::object()).dump();
    out += ask(name, "digest", {{"text", true}}).dump();
    out += ask(name, "history", {{"entity", cast.measure}}).dump();
    return out;
  }
};

bool tells(const std::string& text) { return text.find("kanarifugl") != std::string::npos; }

}  // namespace

TEST_CASE("whoever is let in from now finds nothing of what was deleted or replaced before, also when others merge into it",
          "[core][privacy][R24]") {
  Told t;
  // A text, a value, a proposal that was accepted, and a disagreement that was settled; then all of it goes.
  t.edit("Mona", "how", "Med rekkverk.\nOg kanarifugl.");
  t.edit("Mona", "by_whom", "kanarifuglen");
  t.edit("Silje", "how", "Med rekkverk og kanarifugl.\nOg kanarifugl.", true);
  t.w.sync("Jonas");
  const json proposals = t.ask("Jonas", "proposals", json::object())["proposals"];
  REQUIRE(proposals.size() == 1);
  t.ask("Jonas", "accept", {{"proposals", {proposals[0]["id"]}}});
  t.w.sync_all({"Jonas", "Mona"});
  t.ask("Mona", "edit", {{"entity", t.cast.measure}, {"field", "text"}, {"value", "Øve med kanarifugl"}});
  t.ask("Jonas", "edit", {{"entity", t.cast.measure}, {"field", "text"}, {"value", "Øve uten kanarifugl"}});
  t.w.sync_all({"Mona", "Jonas", "Mona"});
  t.ask("Mona", "resolve", {{"entity", t.cast.measure}, {"field", "text"}, {"value", "Øve i trapp"}});
  t.edit("Mona", "how", "Med rekkverk.\nOg stokk.");
  t.edit("Mona", "by_whom", "Jonas");
  t.w.sync_all({"Jonas", "Ola", "Silje"});

  t.let_in_from_now("Nils");
  const json shown = t.ask("Nils", "plan_show", json::object());
  CHECK(shown.dump().find("Og stokk.") != std::string::npos);
  CHECK_FALSE(tells(t.readable("Nils")));
  // What is written from here on does not bring it back either.
  t.edit("Nils", "how", "Med rekkverk.\nOg to stokker.");
  t.edit("Mona", "by_whom", "Mona");
  REQUIRE(t.w.reopen("Nils").ok());
  t.w.sync_all({"Nils", "Mona", "Nils"});
  CHECK_FALSE(tells(t.readable("Nils")));
  CHECK(t.w.digest("Nils", t.cast.plan)["sections"]["helse"] == t.w.digest("Mona", t.cast.plan)["sections"]["helse"]);

  // Those who were there can tell all of it, who wrote it and when.
  for (const char* name : {"Mona", "Jonas"}) {
    INFO(name);
    const json how = t.ask(name, "history", {{"entity", t.cast.measure}, {"field", "how"}})["entries"];
    CHECK(tells(how.dump()));
    for (const json& entry : how) CHECK_FALSE(entry.contains("words_missing"));
    CHECK(tells(t.ask(name, "history", {{"entity", t.cast.measure}, {"field", "by_whom"}}).dump()));
    CHECK(tells(t.ask(name, "history", {{"entity", t.cast.measure}, {"field", "text"}}).dump()));
  }
  REQUIRE(t.w.reopen("Mona").ok());
  CHECK(tells(t.ask("Mona", "history", {{"entity", t.cast.measure}, {"field", "how"}}).dump()));
}
