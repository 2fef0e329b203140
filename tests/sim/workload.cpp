// What people do with a plan: each acts on what the own device shows at that moment, with the core's own
// commands.
#include <algorithm>

#include "base/check.h"
#include "client-core/invitation.h"
#include "tests/sim/evil_server.h"
#include "tests/sim/oracle.h"
#include "tests/sim/steps.h"

namespace samplan::sim {
namespace {

struct Record {
  std::string section;
  std::string kind;
  std::string id;
  json fields;
};

json show(World& w, Device& d) {
  const json view = w.ask(d, {{"do", "plan_show"}, {"plan", w.plan}, {"record_access", false}});
  return view.is_object() && view["ok"] == true ? view : json();
}

std::vector<Record> records(const json& view, bool removed = false) {
  std::vector<Record> out;
  if (!view.is_object()) return out;
  for (const auto& section : view["sections"].items()) {
    if (removed) {
      for (const json& r : section.value()["removed"])
        out.push_back({section.key(), r["kind"], r["id"], r["fields"]});
      continue;
    }
    for (const auto& kind : section.value()["records"].items())
      for (const json& r : kind.value()) out.push_back({section.key(), kind.key(), r["id"], r["fields"]});
  }
  return out;
}

// People come back to the same few records: half of the time one of the first three.
const Record& choose(Luck& luck, const std::vector<Record>& from) {
  const std::size_t few = std::min<std::size_t>(3, from.size());
  return from[static_cast<std::size_t>(luck.below(luck.percent(50) ? few : from.size()))];
}

struct Value {
  std::string field;
  std::string value;
  std::string text;  // `value` if a person wrote it
};

Value new_value(World& w, Luck& luck, const std::string& kind) {
  const auto text = [&](const char* field) {
    const std::string t = w.new_text(field);
    return Value{field, t, t};
  };
  const auto any = [&](std::initializer_list<const char*> fields) {
    return text(*(fields.begin() + static_cast<std::ptrdiff_t>(luck.below(fields.size()))));
  };
  const auto date = [&] {
    return "2026-" + std::to_string(luck.between(10, 12)) + "-" + std::to_string(luck.between(10, 28));
  };
  const std::uint64_t what = luck.below(10);
  if (kind == "measure") {
    if (what < 2) return {"start_date", date(), {}};
    if (what == 2) return {"status", luck.percent(50) ? "pagar" : "utfort", {}};
    if (what < 6) return text("responsible");
    return any({"how", "extent", "where", "by_whom", "text"});
  }
  if (kind == "goal") {
    if (what < 3) return {"priority", std::to_string(luck.between(1, 9)), {}};
    return any({"text", "achievement", "whose_words"});
  }
  if (kind == "plan") return any({"matters_most", "address", "contact", "culture"});
  if (kind == "cooperation") return any({"party", "state"});
  if (kind == "participant") return any({"contact"});
  if (kind == "meeting") return any({"place", "agenda", "minutes"});
  if (kind == "sub_plan") return any({"title", "organisation"});
  return text("text");
}

void edit(World& w, Device& d, Luck& luck) {
  std::vector<Record> all = records(show(w, d));
  all.erase(std::remove_if(all.begin(), all.end(),
                           [](const Record& r) {
                             return r.kind == "consent" || r.kind == "message" || r.kind == "note";
                           }),
            all.end());
  if (all.empty()) return;
  const Record& r = choose(luck, all);
  const Value v = new_value(w, luck, r.kind);
  json request = {{"do", "edit"}, {"plan", w.plan}, {"entity", r.id}, {"field", v.field}, {"value", v.value}};
  if (luck.percent(10)) request["propose"] = true;
  w.call(d, request, v.text);
}

void add(World& w, Device& d, Luck& luck) {
  static const std::vector<std::string> kinds = {"measure", "goal",         "need",     "note",
                                                 "message", "contribution", "strength", "cooperation"};
  const std::string kind = luck.pick(kinds);
  const std::string field = kind == "cooperation" ? "party" : "text";
  const std::string text = w.new_text(kind);
  json request = {{"do", "add"}, {"plan", w.plan}, {"kind", kind}, {"fields", {{field, text}}}};
  if (kind == "measure" || kind == "goal" || kind == "need" || kind == "note")
    request["section"] = luck.percent(70) ? "helse" : "dagtid";
  w.call(d, request, text);
}

void change_set(World& w, Device& d, Luck& luck) {
  const std::vector<Record> all = records(show(w, d));
  std::vector<Record> measures;
  std::vector<Record> goals;
  for (const Record& r : all) {
    if (r.kind == "measure") measures.push_back(r);
    if (r.kind == "goal") goals.push_back(r);
  }
  if (measures.empty() || goals.empty()) return;
  const Record& m = choose(luck, measures);
  const bool removes = m.fields.contains("goals") && luck.percent(50);
  const std::string goal = removes ? m.fields["goals"][0].get<std::string>() : luck.pick(goals).id;
  w.call(d, {{"do", removes ? "set_remove" : "set_add"},
             {"plan", w.plan},
             {"entity", m.id},
             {"field", "goals"},
             {"value", goal}});
}

void remove(World& w, Device& d, Luck& luck) {
  std::vector<Record> all = records(show(w, d));
  all.erase(std::remove_if(all.begin(), all.end(),
                           [](const Record& r) { return r.kind == "plan" || r.kind == "participant"; }),
            all.end());
  if (all.empty()) return;
  w.call(d, {{"do", "remove"}, {"plan", w.plan}, {"entity", choose(luck, all).id}});
}

void move(World& w, Device& d, Luck& luck) {
  std::vector<Record> all = records(show(w, d));
  all.erase(std::remove_if(all.begin(), all.end(),
                           [](const Record& r) {
                             return r.kind != "measure" && r.kind != "need" && r.kind != "strength";
                           }),
            all.end());
  if (all.size() < 2) return;
  const Record& r = luck.pick(all);
  json request = {{"do", "move"}, {"plan", w.plan}, {"entity", r.id}};
  const Record& other = luck.pick(all);
  if (other.kind == r.kind && other.section == r.section && other.id != r.id) {
    request["after"] = other.id;
  } else {
    request["first"] = true;
  }
  w.call(d, request);
}

void keep(World& w, Device& d, Luck& luck) {
  const json view = show(w, d);
  const std::vector<Record> gone = records(view, true);
  if (gone.empty()) return;
  w.call(d, {{"do", "keep"}, {"plan", w.plan}, {"entity", luck.pick(gone).id}});
}

void resolve(World& w, Device& d, Luck& luck) {
  const json answer = w.ask(d, {{"do", "conflicts"}, {"plan", w.plan}});
  if (!answer.is_object() || answer["ok"] != true || answer["conflicts"].empty()) return;
  const json& list = answer["conflicts"];
  const json& c = list[static_cast<std::size_t>(luck.below(list.size()))];
  json request = {{"plan", w.plan}, {"entity", c["id"]}};
  if (c["type"] == "removed_while_edited") {
    request["do"] = luck.percent(50) ? "keep" : "remove";
    w.call(d, request);
    return;
  }
  request["do"] = "resolve";
  request["field"] = c["field"];
  if (c["type"] == "text") {
    const json& sides = c["paragraphs"][0]["sides"];
    if (luck.percent(50)) {
      request["merged"] = true;
    } else {
      request["version"] = sides[static_cast<std::size_t>(luck.below(sides.size()))]["op"];
    }
    w.call(d, request);
    return;
  }
  const json& versions = c["versions"];
  request["version"] = versions[static_cast<std::size_t>(luck.below(versions.size()))]["op"];
  w.call(d, request);
}

void answer(World& w, Device& d, Luck& luck) {
  const json asked = w.ask(d, {{"do", "proposals"}, {"plan", w.plan}});
  if (!asked.is_object() || asked["ok"] != true) return;
  std::vector<std::string> open;
  for (const json& p : asked["proposals"])
    if (p["state"] == "open") open.push_back(p["id"]);
  if (open.empty()) return;
  const std::string id = luck.pick(open);
  if (luck.percent(60)) {
    w.call(d, {{"do", "accept"}, {"plan", w.plan}, {"proposals", {id}}});
  } else {
    const std::string reason = w.new_text("Fordi");
    w.call(d, {{"do", "decline"}, {"plan", w.plan}, {"proposals", {id}}, {"reason", reason}}, {});
  }
}

// Somebody else than the owner and the coordinator.
std::optional<json> other(World& w, Device& d, Luck& luck, bool with_rights) {
  std::vector<json> fit;
  for (const json& p : participants(w, d)) {
    if (p["role"] == "owner" || p["role"] == "coordinator") continue;
    if (with_rights && p["rights"].empty()) continue;
    fit.push_back(p);
  }
  if (fit.empty()) return std::nullopt;
  return luck.pick(fit);
}

void give(World& w, Luck& luck) {
  Device& d = *w.devices[owner];
  const auto p = other(w, d, luck, false);
  if (!p) return;
  std::vector<std::string> sections = {"grunnlag", "helse"};
  if (luck.percent(50)) sections.push_back("samordning");
  if (luck.percent(30)) sections.push_back("dagtid");
  if (luck.percent(20)) sections.erase(sections.begin());
  w.call(d, {{"do", "consent_give"},
             {"plan", w.plan},
             {"participant", (*p)["principal"]},
             {"sections", sections},
             {"rights", luck.percent(60)   ? "write"
                        : luck.percent(60) ? "propose"
                                           : "read"},
             {"history", luck.percent(50) ? "full" : "from_now"},
             {"what", w.new_text("Hva")},
             {"who", "De som hjelper"},
             {"use", "For hjelpen"},
             {"consequence", "Ingen"}});
}

void withdraw(World& w, Luck& luck) {
  Device& d = *w.devices[owner];
  const auto p = other(w, d, luck, true);
  if (!p) return;
  json request = {{"do", "consent_withdraw"}, {"plan", w.plan}, {"participant", (*p)["principal"]}};
  if (luck.percent(50)) {
    std::vector<std::string> open;
    for (const auto& r : (*p)["rights"].items()) open.push_back(r.key());
    request["sections"] = {luck.pick(open)};
  }
  const json log = w.ask(d, {{"do", "digest"}, {"plan", w.plan}});
  const json done = w.call(d, request);
  if (done.is_object() && done["ok"] == true && log.is_object() && log["ok"] == true)
    w.decisions.push_back({d.index, (*p)["principal"], log["gov_seq"], false});
}

void change_role(World& w, Luck& luck) {
  Device& d = *w.devices[luck.percent(50) ? owner : coordinator];
  const auto p = other(w, d, luck, true);
  if (!p) return;
  const char* rights = luck.percent(40) ? "propose" : luck.percent(50) ? "read" : "write";
  w.call(d, {{"do", "role_change"},
             {"plan", w.plan},
             {"participant", (*p)["principal"]},
             {"role", (*p)["role"]},
             {"rights", rights}});
}

void invite(World& w, Luck& luck) {
  Device* d = coordinating(w);
  if (d == nullptr) return;
  const json made = w.call(*d, {{"do", "invite"},
                                {"for", "plan"},
                                {"plan", w.plan},
                                {"name", "Gjest"},
                                {"role", luck.percent(50) ? "provider" : "relative"}});
  if (made.is_object() && made["ok"] == true) w.invitations.push_back({made["link"], d->index});
}

void join(World& w) {
  if (w.invitations.empty() || w.devices.size() >= cast_size + 6) return;
  const auto [link, inviter] = w.invitations.back();
  w.invitations.pop_back();
  (void)join_by(w, link, inviter);
}

void confirm(World& w) {
  Device* d = coordinating(w);
  if (d == nullptr) return;
  const json asked = w.ask(*d, {{"do", "requests"}});
  if (!asked.is_object() || asked["ok"] != true || asked["requests"].empty()) return;
  w.call(*d, {{"do", "confirm"}, {"request", asked["requests"][0]["request"]}});
}

void leave(World& w, Device& d) {
  for (const json& p : participants(w, d))
    if (p["me"] == true && p["role"] != "owner" && p["role"] != "coordinator" && !p["rights"].empty()) {
      w.call(d, {{"do", "consent_withdraw"}, {"plan", w.plan}, {"participant", p["principal"]}});
      return;
    }
}

void offer(World& w, Luck& luck) {
  Device* d = coordinating(w);
  if (d == nullptr) return;
  std::vector<json> fit;
  for (const json& p : participants(w, *d))
    if (p["role"] == "provider" && p["unit"] == false && p["ended"] == false) fit.push_back(p);
  if (fit.empty()) return;
  w.call(*d, {{"do", "coordinator_offer"}, {"plan", w.plan}, {"participant", luck.pick(fit)["principal"]}});
}

void accept_offer(World& w) {
  for (const auto& d : w.devices) {
    const json asked = w.ask(*d, {{"do", "participants"}, {"plan", w.plan}});
    if (!asked.is_object() || asked["ok"] != true || !asked.contains("coordinator_offered_to")) continue;
    for (const json& p : asked["participants"])
      if (p["me"] == true && p["principal"] == asked["coordinator_offered_to"]) {
        w.call(*d, {{"do", "coordinator_accept"}, {"plan", w.plan}});
        return;
      }
  }
}

void remove_member(World& w, Luck& luck) {
  Device& d = *w.devices[registrar];
  const json me = w.ask(d, {{"do", "whoami"}});
  if (!me.is_object() || me["ok"] != true || me["units"].empty()) return;
  std::vector<std::string> members;
  for (const json& m : me["units"][0]["members"])
    if (m["person"] != me["person"]) members.push_back(m["person"]);
  if (members.empty()) return;
  w.call(d, {{"do", "unit_remove_member"}, {"unit", me["units"][0]["unit"]}, {"member", luck.pick(members)}});
}

std::optional<json> first_of(World& w, Device& d, Luck& luck, const char* query) {
  const json asked = w.ask(d, {{"do", query}});
  if (!asked.is_object() || asked["ok"] != true || asked[query].empty()) return std::nullopt;
  const json& list = asked[query];
  return list[static_cast<std::size_t>(luck.below(list.size()))];
}

// What a person throws away on purpose is not lost.
void excuse_text(World& w, Device& d, const std::string& shown, const char* why) {
  for (Written& entry : w.ledger)
    if (entry.device == d.index && entry.excused.empty() && !entry.text.empty() &&
        shown.find(entry.text) != std::string::npos)
      entry.excused = why;
}

void hand_over(World& w, Device& d, Luck& luck) {
  const auto q = first_of(w, d, luck, "quarantine");
  if (!q) return;
  const json done = w.call(d, {{"do", "quarantine_hand_over"},
                               {"id", (*q)["id"]},
                               {"to", luck.percent(50) ? "owner" : "coordinator"}});
  if (!done.is_object() || done["ok"] != true) return;
  for (const json& change : (*q)["changes"])
    if (change["value"].get<std::string>().find(canary) != std::string::npos)
      w.handed_over.push_back({d.index, change["value"], false});
}

void discard(World& w, Device& d, Luck& luck) {
  const auto q = first_of(w, d, luck, "quarantine");
  if (!q) return;
  const json done = w.call(d, {{"do", "quarantine_discard"}, {"id", (*q)["id"]}});
  if (!done.is_object() || done["ok"] == true) excuse_text(w, d, q->dump(), "discarded");
}

void forget(World& w, Device& d) {
  if (d.has_forged) return;  // who begins anew with the own false snapshot believes it, and helps nobody
  const json done = w.call(d, {{"do", "forget"}, {"plan", w.plan}});
  // Whoever trusts a lying server and empties the machine has nothing left to show.
  if ((w.evil->lies_now() || w.evil->has_lied()) && (!done.is_object() || done["ok"] == true))
    for (Written& entry : w.ledger)
      if (entry.device == d.index && entry.excused.empty()) entry.excused = "forgotten";
}

void take_over(World& w, Device& d, Luck& luck) {
  const auto h = first_of(w, d, luck, "hand_overs");
  if (!h) return;
  if (luck.percent(70)) {
    w.call(d, {{"do", "hand_over_accept"}, {"letter", (*h)["letter"]}});
  } else {
    const json done =
        w.call(d, {{"do", "hand_over_decline"}, {"letter", (*h)["letter"]}, {"reason", w.new_text("Nei")}});
    if (done.is_object() && done["ok"] != true) return;
    for (HandedOver& handed : w.handed_over)
      if (h->dump().find(handed.text) != std::string::npos) handed.declined = true;
  }
}

}  // namespace

Device* coordinating(World& w) {
  // By the log as everybody may know it; who believes to coordinate and does not is refused anyway.
  for (const auto& d : w.devices) {
    if (!w.is_on(*d)) continue;
    for (const json& p : participants(w, *d))
      if (p["me"] == true && p["role"] == "coordinator") return d.get();
  }
  return nullptr;
}

json participants(World& w, Device& d) {
  const json asked = w.ask(d, {{"do", "participants"}, {"plan", w.plan}});
  return asked.is_object() && asked["ok"] == true ? asked["participants"] : json::array();
}

Device* join_by(World& w, const std::string& link, std::size_t inviter) {
  const auto invitation = parse_invitation(link);
  SP_CHECK(invitation.ok());
  Device& d = w.add_device("Gjest " + std::to_string(w.devices.size()));
  if (!w.create_home(d, {}, invitation->box())) {
    w.fail("home_begins", d.name);
    return nullptr;
  }
  const json done = w.call(d, {{"do", "join_request"}, {"link", link}});
  if (done.is_object() && done["ok"] == true) w.asked.push_back({d.index, inviter, w.now});
  return &d;
}

void perform_work(World& w, Device& d, Do what, Luck& luck) {
  switch (what) {
    case Do::sync: w.start_sync(d, luck.number()); break;
    case Do::edit: edit(w, d, luck); break;
    case Do::add: add(w, d, luck); break;
    case Do::set_change: change_set(w, d, luck); break;
    case Do::remove: remove(w, d, luck); break;
    case Do::move: move(w, d, luck); break;
    case Do::keep: keep(w, d, luck); break;
    case Do::resolve: resolve(w, d, luck); break;
    case Do::answer: answer(w, d, luck); break;
    case Do::draft:
      w.call(d,
             {{"do", "draft_save"}, {"plan", w.plan}, {"form", "notat"}, {"content", w.new_text("Kladd")}});
      break;
    case Do::look: w.call(d, {{"do", "plan_show"}, {"plan", w.plan}}); break;
    case Do::hand_over: hand_over(w, d, luck); break;
    case Do::take_over: take_over(w, *w.devices[luck.percent(50) ? owner : coordinator], luck); break;
    case Do::discard: discard(w, d, luck); break;
    case Do::dismiss:
      if (const auto r = first_of(w, d, luck, "refused")) {
        w.call(d, {{"do", "refused_dismiss"}, {"id", (*r)["id"]}});
        for (Decision& decision : w.decisions)
          if (decision.device == d.index) decision.dismissed = true;
      }
      break;
    case Do::invite: invite(w, luck); break;
    case Do::confirm: confirm(w); break;
    case Do::join: join(w); break;
    case Do::give: give(w, luck); break;
    case Do::withdraw: withdraw(w, luck); break;
    case Do::withdraw_plan: w.call(*w.devices[owner], {{"do", "consent_withdraw"}, {"plan", w.plan}}); break;
    case Do::consent_plan: w.call(*w.devices[owner], {{"do", "consent_plan"}, {"plan", w.plan}}); break;
    case Do::change_role: change_role(w, luck); break;
    case Do::leave: leave(w, d); break;
    case Do::offer: offer(w, luck); break;
    case Do::accept_offer: accept_offer(w); break;
    case Do::remove_member: remove_member(w, luck); break;
    case Do::forget: forget(w, d); break;
    case Do::false_word: sign_false_snapshot(w, d); break;
    default: break;
  }
}

}  // namespace samplan::sim
