// Compares what a device shows with a second reckoning of the same envelopes (plain_section.h).
#include <algorithm>

#include "base/planted.h"
#include "client-core/plan/schema.h"
#include "client-core/plan/view.h"
#include "sync/log/sections.h"
#include "sync/merge/same_text.h"
#include "tests/sim/checkers.h"
#include "tests/sim/plain_section.h"

namespace samplan::sim {
namespace {

constexpr std::size_t living_shown_at_most = 6;

std::set<std::string> folded(const std::vector<Living>& values) {
  std::set<std::string> out;
  for (const Living& l : values) out.insert(merge::folded_text(l.text));
  return out;
}

// Every value that the view shows of a field: the first one and those beside it.
std::set<std::string> shown(const json& record, const std::string& field) {
  std::set<std::string> out;
  if (record["fields"].contains(field))
    out.insert(merge::folded_text(record["fields"][field].get<std::string>()));
  for (const char* beside : {"conflict", "also"}) {
    if (!record.contains(beside) || !record[beside].contains(field)) continue;
    for (const json& version : record[beside][field])
      out.insert(merge::folded_text(version["value"].get<std::string>()));
  }
  return out;
}

class Comparison {
 public:
  Comparison(World& w, std::string code, const PlainSection& plain, const json& view)
      : w_(w), code_(std::move(code)), plain_(plain), view_(view) {
    for (const auto& kind : view["records"].items())
      for (const json& r : kind.value()) listed_[r["id"]] = &r;
    for (const json& r : view["removed"]) removed_[r["id"]] = &r;
  }

  void run() const {
    for (const auto& [id, record] : plain_.records()) {
      const plan::KindSpec* kind = plan::find_kind(record.kind);
      if (kind != nullptr) compare(id.hex(), record, *kind);
    }
    compare_order();
    compare_proposals();
  }

 private:
  void fail(const std::string& what) const { w_.fail("values", code_ + " " + what); }

  void compare(const std::string& id, const PlainRecord& record, const plan::KindSpec& kind) const {
    const bool gone = is_removed(record);
    const auto& there = gone ? removed_ : listed_;
    const auto found = there.find(id);
    if (found == there.end()) {
      const bool other = (gone ? listed_ : removed_).count(id) != 0;
      return fail(std::string(kind.name) + " " + id +
                  (!other ? " is nowhere"
                   : gone ? " is there although somebody removed all of it"
                          : " is removed although an edit was not seen by who removed it"));
    }
    const json& view = *found->second;
    if (!gone && view.contains("removed_while_edited") != !record.removals.empty())
      fail(std::string(kind.name) + ": the mark of a removal that met an edit: " + view.dump());
    for (const auto& [field, values] : record.values) {
      const plan::FieldSpec* f = plan::find_field(kind, field);
      if (f == nullptr || values.size() > living_shown_at_most) continue;
      std::set<std::string> expected = folded(values);
      if (expected.size() == 1) expected.erase("");  // a cleared field is not shown
      if (shown(view, std::string(f->name)) != expected)
        fail(std::string(f->name) + ": shown are other values than those that live: " + view.dump());
    }
    for (const auto& [field, members] : record.members) {
      const plan::FieldSpec* f = plan::find_field(kind, field);
      if (f == nullptr) continue;
      std::set<std::string> expected;
      for (const Living& l : members) expected.insert(l.text);
      std::set<std::string> seen;
      if (view["fields"].contains(f->name))
        for (const json& member : view["fields"][std::string(f->name)])
          seen.insert(member.get<std::string>());
      if (seen != expected)
        fail(std::string(f->name) + ": other members than those that live: " + view.dump());
    }
    for (const auto& [field, text] : record.texts) {
      const plan::FieldSpec* f = plan::find_field(kind, field);
      if (f == nullptr) continue;
      const std::string name(f->name);
      const std::string says =
          view["fields"].contains(name) ? view["fields"][name].get<std::string>() : std::string();
      if (says != text.text())
        fail(name + ": the text is «" + says + "» and should be «" + text.text() + "»");
      const bool asks = view.contains("review") && view["review"].contains(name);
      if (!text.has_paragraphs() && asks != text.asks_for_review())
        fail(name + (asks ? ": asks for a review that nobody needs"
                          : ": two people changed it unseen, and nobody is asked"));
    }
  }

  // Records of a kind stand in the order of the moves; goals, which people number, are left to their own
  // tests.
  void compare_order() const {
    for (const auto& kind : view_["records"].items()) {
      const plan::KindSpec* spec = plan::find_kind(kind.key());
      if (spec == nullptr || plan::find_field(*spec, "priority") != nullptr) continue;
      std::vector<std::string> expected;
      for (const EntityId& id : plain_.order()) {
        const PlainRecord& record = plain_.records().at(id);
        if (record.kind == spec->id && !is_removed(record)) expected.push_back(id.hex());
      }
      std::vector<std::string> seen;
      for (const json& r : kind.value()) seen.push_back(r["id"]);
      if (seen != expected) fail(kind.key() + ": records stand in another order than they were put");
    }
  }

  void compare_proposals() const {
    static constexpr const char* states[] = {"open", "accepted", "declined"};
    std::map<std::string, std::string> expected;
    for (const auto& [id, p] : plain_.proposals())
      expected[plan::op_id_text(id)] = states[static_cast<std::size_t>(p.state)];
    std::map<std::string, std::string> seen;
    for (const json& p : view_["proposals"]) seen[p["id"]] = p["state"];
    if (seen != expected) fail("other proposals, or other answers to them, than were given");
  }

  World& w_;
  std::string code_;
  const PlainSection& plain_;
  const json& view_;
  std::map<std::string, const json*> listed_;
  std::map<std::string, const json*> removed_;
};

}  // namespace

void check_values(World& w, const json& sections) {
  const planted::Asleep asleep;
  for (const auto& chain : w.oracle->chains()) {
    const std::string code(section_code(chain.first.second));
    if (!sections.contains(code)) continue;
    const bool all_open = std::all_of(chain.second.begin(), chain.second.end(), [](const Opened& e) {
      return e.is_open || e.header.kind != EnvelopeKind::change || e.verdict != Verdict::valid;
    });
    if (!all_open) continue;
    PlainSection plain;
    for (const Opened& e : chain.second) {
      const auto author = w.oracle->book().find_device(e.header.author);
      if (e.verdict == Verdict::valid && author.person != nullptr) plain.take(e, author.person->id);
    }
    Comparison(w, code, plain, sections[code]).run();
  }
}

}  // namespace samplan::sim
