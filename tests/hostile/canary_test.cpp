// Two hundred unique strings go through every field of a plan that takes free text, through drafts, names,
// notes and quarantine. None of them may be found in the client's files (free pages and log included), in
// what the server holds, or in any frame; all of them must be found in the plan as its people see it, or the
// search would prove nothing.
#include "client-core/plan/schema.h"
#include "sync/log/sections.h"
#include "tests/hostile/crash_home.h"
#include "tests/support/core_world.h"

using namespace samplan;
using namespace samplan::hostile;
using namespace samplan::world;

namespace {

class Canaries {
 public:
  std::string next(const std::string& where) {
    std::string text =
        "kanarifugl" + std::to_string(1000 + all.size()) + "æøå" + std::to_string(chance_.next());
    all.emplace_back(text, where);
    return text;
  }
  // How many are found, also in UTF-16 and with bytes as hexadecimal.
  std::size_t found_in(ByteView bytes) const {
    std::size_t found = 0;
    const std::string_view text = bytes.text();
    for (const auto& [canary, where] : all) {
      const std::string plain = canary.substr(0, 24);
      std::string wide;
      for (const char c : canary.substr(0, 14)) wide += {c, '\0'};
      for (const std::string& form : {plain, wide, to_hex(ByteView::of(plain))})
        if (text.find(form) != std::string_view::npos) {
          UNSCOPED_INFO(where << ": " << form);
          ++found;
        }
    }
    return found;
  }
  std::vector<std::pair<std::string, std::string>> all;

 private:
  SeededEntropy chance_{99};
};

std::string value_for(const plan::FieldSpec& field, Canaries& canaries, const std::string& where) {
  switch (field.type) {
    case plan::ValueType::text:
    case plan::ValueType::statement:
    case plan::ValueType::line: return canaries.next(where);
    case plan::ValueType::date: return "2026-11-22";
    case plan::ValueType::time: return "2026-11-22T10:30Z";
    case plan::ValueType::number: return "7";
    case plan::ValueType::choice: return std::string(field.choices.front().code);
    default: return {};
  }
}

std::string section_of(const plan::KindSpec& kind) {
  if (kind.home == plan::Home::basis) return "grunnlag";
  if (kind.home == plan::Home::coordination) return "samordning";
  return "helse";
}

}  // namespace

TEST_CASE("of 200 unique texts none is found on any disk or wire, and all are found in the plan",
          "[hostile][canary][R94]") {
  Canaries canaries;
  CrashDevice jonas("canary-jonas", 41);
  RelayWorld server;
  UnixMs now = 1'790'000'000'000;
  Bytes wire;
  const auto post = [&](ByteView frame) {
    append(wire, frame);
    auto reply = server.relay->handle(server.store, frame, test_host, now, server.entropy);
    if (reply.ok()) append(wire, *reply);
    return reply;
  };
  NewHome home;
  home.name = canaries.next("own name");
  home.passphrase = "passord";
  home.server_url = "https://samplan.example";
  home.server_key = server.relay->server().key.public_key;
  home.enrolment_code = server.code;
  REQUIRE(jonas.create(home, now).ok());
  const auto ok = [&](CrashDevice& who, const json& request) {
    now += 1000;
    const json answer = who.core->call(request, now);
    INFO(request.dump() << " -> " << answer.dump());
    REQUIRE(answer["ok"] == true);
    return answer;
  };
  const std::string plan = ok(jonas, {{"do", "plan_new"},
                                      {"owner_name", canaries.next("owner_name")},
                                      {"title", canaries.next("title")}})["plan"];

  // The owner joins and consents, so that content is sealed and sent.
  const std::string link = ok(jonas, {{"do", "invite"},
                                      {"for", "plan"},
                                      {"plan", plan},
                                      {"role", "owner"},
                                      {"name", canaries.next("invited name")}})["link"];
  REQUIRE(sync_with(*jonas.core, now, post).ok());
  CrashDevice ola("canary-ola", 42);
  home.name = canaries.next("owner's own name");
  home.enrolment_code.clear();
  home.enrolment_box = parse_invitation(link)->box();
  REQUIRE(ola.create(home, now).ok());
  ok(ola, {{"do", "join_request"}, {"link", link}});
  REQUIRE(sync_with(*ola.core, now, post).ok());
  REQUIRE(sync_with(*jonas.core, now, post).ok());
  const json asked = ok(jonas, {{"do", "requests"}})["requests"];
  ok(jonas, {{"do", "confirm"}, {"request", asked[0]["request"]}});
  REQUIRE(sync_with(*jonas.core, now, post).ok());
  REQUIRE(sync_with(*ola.core, now, post).ok());
  ok(ola, {{"do", "consent_plan"}, {"plan", plan}});
  REQUIRE(sync_with(*ola.core, now, post).ok());
  REQUIRE(sync_with(*jonas.core, now, post).ok());

  std::vector<std::string> in_plan;
  std::string last_note;
  while (canaries.all.size() < 200) {
    for (const plan::KindSpec& kind : plan::all_kinds()) {
      if (kind.single) continue;
      json fields = json::object();
      for (const plan::FieldSpec& field : kind.fields) {
        const std::string value =
            value_for(field, canaries, std::string(kind.name) + "." + std::string(field.name));
        if (value.empty()) continue;
        fields[std::string(field.name)] = value;
        if (value.rfind("kanari", 0) == 0) in_plan.push_back(value);
      }
      ok(jonas, {{"do", "add"},
                 {"plan", plan},
                 {"kind", kind.name},
                 {"section", section_of(kind)},
                 {"fields", fields}});
    }
    ok(jonas,
       {{"do", "draft_save"}, {"plan", plan}, {"form", "skjema"}, {"content", canaries.next("draft")}});
    REQUIRE(sync_with(*jonas.core, now, post).ok());
    REQUIRE(sync_with(*ola.core, now, post).ok());
  }
  // Unsent, removed and discarded text lies on the disk as well.
  const json goal = ok(jonas, {{"do", "add"},
                               {"plan", plan},
                               {"kind", "goal"},
                               {"section", "helse"},
                               {"fields", {{"text", canaries.next("removed")}}}});
  ok(jonas, {{"do", "remove"}, {"plan", plan}, {"entity", goal["entity"]}});
  ok(jonas, {{"do", "draft_discard"}, {"plan", plan}, {"form", "skjema"}});
  REQUIRE(canaries.all.size() >= 200);

  // The search finds them where they may be seen.
  for (CrashDevice* who : {&jonas, &ola}) {
    const std::string seen = everything_seen(*who->core, now);
    std::size_t found = 0;
    for (const std::string& text : in_plan) found += seen.find(text) != std::string::npos ? 1 : 0;
    CHECK(found == in_plan.size());
  }
  CHECK(canaries.found_in(ByteView::of(everything_seen(*jonas.core, now))) >= 150);

  // And nowhere else: while open, after closing, and in the log of everything that was ever written.
  CHECK(canaries.found_in(wire) == 0);
  for (CrashDevice* who : {&jonas, &ola}) {
    for (const auto& file : who->disk.files()) CHECK(canaries.found_in(file.second) == 0);
    who->core.reset();
    for (const auto& file : who->disk.files()) CHECK(canaries.found_in(file.second) == 0);
    for (const CrashMode mode : all_crash_modes)
      for (std::uint64_t n = 0; n < who->disk.operations(); n += 400)
        for (const auto& file : who->disk.after_cut(n, mode, n)) CHECK(canaries.found_in(file.second) == 0);
    CHECK(canaries.found_in(*who->files.key_file) == 0);
  }
}
