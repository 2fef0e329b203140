// A client whose power is cut at any write of a long story. The story runs once on a disk that keeps its log;
// each cut is then looked at by itself: the home opens, shows exactly what had been acknowledged or what was
// being done, whole, goes on, and agrees with another device.
#include <fstream>
#include <sstream>

#include "client-core/invitation.h"
#include "tests/hostile/crash_home.h"

using namespace samplan;
using namespace samplan::hostile;
using namespace samplan::world;

namespace {

// Where the story stood after a step.
struct Moment {
  std::string step;
  std::uint64_t operations = 0;  // of the disk under test
  std::string seen;              // by its person
  std::optional<Bytes> key_file;
  std::shared_ptr<relay::MemoryStore> server;
  std::optional<CrashDisk::Files> other;  // the other device's disk
  UnixMs now = 0;
};

class Story {
 public:
  Story() {
    home_.passphrase = "passord";
    home_.server_url = "https://samplan.example";
    home_.server_key = server.relay->server().key.public_key;
    home_.enrolment_code = server.code;
    moments.push_back({"before", 0, "", {}, snapshot(), {}, now});
    tell();
  }

  RelayWorld server;
  CrashDevice jonas{"crash-jonas", 11};
  CrashDevice ola{"crash-ola", 12};
  NewHome home_;
  UnixMs now = 1'790'000'000'000;
  std::vector<Moment> moments;
  std::vector<std::string> plans;
  std::optional<Bytes> ola_key;

 private:
  std::shared_ptr<relay::MemoryStore> snapshot() {
    auto copy = std::make_shared<relay::MemoryStore>(server.store);
    REQUIRE(copy->begin().ok());  // forgets the undo list, which names the original
    return copy;
  }
  void done(std::string step) {
    Moment m;
    m.step = std::move(step);
    m.operations = jonas.disk.operations();
    m.seen = jonas.core ? everything_seen(*jonas.core, now) : "";
    m.key_file = jonas.files.key_file;
    m.server = snapshot();
    if (ola.core) m.other = ola.disk.files();
    m.now = now;
    moments.push_back(std::move(m));
  }
  json ok(CrashDevice& who, const json& request) {
    now += 60'000;
    const json answer = who.core->call(request, now);
    INFO(request.dump() << " -> " << answer.dump());
    REQUIRE(answer["ok"] == true);
    return answer;
  }
  json act(const json& request) {
    const json answer = ok(jonas, request);
    done(request["do"].get<std::string>());
    return answer;
  }
  Result<Bytes> post(ByteView frame) {
    return server.relay->handle(server.store, frame, test_host, now, server.entropy);
  }
  void sync() {
    bool first = true;
    for (;;) {
      now += 1000;
      const auto frame = jonas.core->next_request(now, first);
      REQUIRE(frame.ok());
      first = false;
      done("next_request");
      const auto reply = post(*frame);
      REQUIRE(reply.ok());
      done("the server has it");
      const auto outcome = jonas.core->on_reply(*reply, now);
      REQUIRE(outcome.ok());
      done("on_reply");
      if (!outcome->again) return;
    }
  }
  void ola_syncs() {
    const Status synced = sync_with(*ola.core, now, [&](ByteView frame) { return post(frame); });
    REQUIRE(synced.ok());
  }

  void tell() {
    home_.name = "Jonas";
    REQUIRE(jonas.create(home_, now).ok());
    done("create");
    const std::string plan = act({{"do", "plan_new"}, {"owner_name", "Ola Nordmann"}})["plan"];
    plans.push_back(plan);
    std::ifstream file(SAMPLAN_SOURCE_DIR "/samples/fhir/individuell-plan.json");
    std::stringstream text;
    text << file.rdbuf();
    const json imported = act({{"do", "import_fhir"}, {"text", text.str()}});
    for (const json& made : imported["plans"]) plans.push_back(made["plan"]);
    REQUIRE(plans.size() == 2);
    act({{"do", "draft_save"}, {"plan", plan}, {"form", "notat"}, {"content", "halvskrevet"}});
    const std::string link =
        act({{"do", "invite"}, {"for", "plan"}, {"plan", plan}, {"role", "owner"}, {"name", "Ola"}})["link"];
    sync();
    home_.name = "Ola";
    home_.enrolment_code.clear();
    home_.enrolment_box = parse_invitation(link)->box();
    REQUIRE(ola.create(home_, now).ok());
    ola_key = ola.files.key_file;
    ok(ola, {{"do", "join_request"}, {"link", link}});
    ola_syncs();
    done("Ola asks");
    sync();
    const json asked = ok(jonas, {{"do", "requests"}})["requests"];
    REQUIRE(asked.size() == 1);
    act({{"do", "confirm"}, {"request", asked[0]["request"]}});
    sync();
    ola_syncs();
    ok(ola, {{"do", "consent_plan"}, {"plan", plan}});
    ola_syncs();
    done("Ola consents");
    sync();
    const std::string goal = act({{"do", "add"},
                                  {"plan", plan},
                                  {"kind", "goal"},
                                  {"section", "helse"},
                                  {"fields", {{"text", "Gå trygt"}, {"status", "foreslatt"}}}})["entity"];
    const std::string measure = act({{"do", "add"},
                                     {"plan", plan},
                                     {"kind", "measure"},
                                     {"section", "helse"},
                                     {"fields", {{"text", "Øve"}, {"goals", {goal}}}}})["entity"];
    sync();
    ola_syncs();
    ok(ola,
       {{"do", "edit"}, {"plan", plan}, {"entity", goal}, {"field", "text"}, {"value", "Gå trygt i trappa"}});
    ola_syncs();
    done("Ola edits");
    for (int i = 0; i < 4; ++i) {
      act({{"do", "edit"},
           {"plan", plan},
           {"entity", measure},
           {"field", "how"},
           {"value", "Måte " + std::to_string(i)}});
      act({{"do", "add"},
           {"plan", plan},
           {"kind", "note"},
           {"section", "helse"},
           {"fields", {{"text", std::string(3000, 'n') + std::to_string(i)}}}});
    }
    sync();
    act({{"do", "remove"}, {"plan", plan}, {"entity", measure}});
    act({{"do", "edit"}, {"plan", plan}, {"entity", goal}, {"field", "priority"}, {"value", "1"}});
    act({{"do", "draft_discard"}, {"plan", plan}, {"form", "notat"}});
    sync();
    ola_syncs();
    done("Ola syncs");
    act({{"do", "keep"}, {"plan", plan}, {"entity", measure}});
    sync();
  }
};

int cuts() {
  const char* wanted = std::getenv("SAMPLAN_CRASH_POINTS");
  return wanted == nullptr ? 200 : std::atoi(wanted);
}

}  // namespace

TEST_CASE("cut off at any write, a client has all that it acknowledged, nothing half done, and goes on",
          "[hostile][crash]") {
  Story story;
  const std::uint64_t all = story.jonas.disk.operations();
  const auto points = std::min(static_cast<std::uint64_t>(cuts()), all);
  INFO(all << " operations, " << story.moments.size() << " steps");
  REQUIRE(all > 200);
  CrashDevice after("crash-after", 21);
  CrashDevice reader("crash-reader", 22);
  int went_on = 0;
  int undone = 0;
  for (const CrashMode mode : all_crash_modes) {
    for (std::uint64_t i = 0; i < points; ++i) {
      // Spread over the whole story, other places in each mode; the last one is the end.
      const std::uint64_t cut =
          points >= all ? i : all - (i * all + static_cast<std::uint64_t>(mode) * all / 3) / points % all;
      std::size_t doing = 1;
      while (doing + 1 < story.moments.size() && story.moments[doing].operations < cut) ++doing;
      const Moment& acknowledged = story.moments[cut == story.moments[doing].operations ? doing : doing - 1];
      const Moment& underway = story.moments[doing];
      INFO("mode " << static_cast<int>(mode) << ", cut before operation " << cut << " of " << all
                   << ", during «" << underway.step << "»");

      const Status opened =
          after.open_from(story.jonas.disk.after_cut(cut, mode, cut * 3 + static_cast<std::uint64_t>(mode)),
                          acknowledged.key_file);
      if (!acknowledged.key_file) {
        // The home was not there yet: it can be begun again.
        CHECK(opened.code() == Errc::not_found);
        NewHome again = story.home_;
        again.name = "Jonas";
        CHECK(after.create(again, story.now).ok());
        continue;
      }
      INFO((opened.ok() ? "" : opened.error().where));
      REQUIRE(opened.ok());
      CHECK(after.core->context(0).replica.db().check_integrity().ok());
      const std::string seen = everything_seen(*after.core, acknowledged.now);
      const bool as_acknowledged = seen == acknowledged.seen;
      REQUIRE((as_acknowledged || seen == underway.seen));
      undone += as_acknowledged && seen != underway.seen ? 1 : 0;

      // It goes on where the server and the other device stood, and all agree.
      relay::MemoryStore store = *acknowledged.server;
      REQUIRE(store.begin().ok());
      UnixMs now = acknowledged.now + 1000;
      const auto post = [&](ByteView frame) {
        return story.server.relay->handle(store, frame, test_host, now, after.entropy);
      };
      const std::string& plan = story.plans[0];
      const std::set<std::string> before = records_seen(*after.core, plan, now);
      const Status synced = sync_with(*after.core, now, post);
      INFO((synced.ok() ? "" : synced.error().where));
      REQUIRE(synced.ok());
      const json status = after.core->call({{"do", "plans"}}, now);
      REQUIRE(status["ok"] == true);
      ++went_on;
      if (!acknowledged.other) continue;
      REQUIRE(reader.open_from(*acknowledged.other, story.ola_key).ok());
      for (int round = 0; round < 2; ++round) {
        REQUIRE(sync_with(*reader.core, now, post).ok());
        REQUIRE(sync_with(*after.core, now, post).ok());
      }
      const json mine = after.core->call({{"do", "digest"}, {"plan", plan}}, now);
      const json theirs = reader.core->call({{"do", "digest"}, {"plan", plan}}, now);
      if (theirs["ok"] == true && theirs["sections"] != nullptr && !theirs["sections"].empty()) {
        const std::set<std::string> now_seen = records_seen(*after.core, plan, now);
        const json listed = after.core->call({{"do", "plans"}}, now)["plans"];
        for (const json& p : listed) {
          if (p["plan"] != plan || p["consent"] != "given") continue;
          CHECK(p["waiting"] == 0);
          for (const auto& section : theirs["sections"].items())
            CHECK(mine["sections"][section.key()] == section.value());
        }
        CHECK(now_seen.size() >= before.size());
      }
    }
  }
  CHECK(went_on > static_cast<int>(points) * 2);
  CHECK(undone > 0);
  WARN("cut at " << points << " of " << all << " operations in 3 modes: " << went_on << " went on, " << undone
                 << " without the step under way");
}
