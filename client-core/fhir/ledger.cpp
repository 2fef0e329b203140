#include "client-core/fhir/ledger.h"

#include <algorithm>

#include "base/check.h"
#include "client-core/fhir/plain_text.h"

namespace samplan::fhir {
namespace {

constexpr std::size_t examples_max = 3;
constexpr std::size_t groups_max = 1000;
constexpr std::size_t elements_named_max = 40;
constexpr std::size_t detail_bytes_max = 300;

std::string bounded(std::string_view text) { return plain_text(text, detail_bytes_max, Lines::one).text; }

struct Words {
  std::string en;
  std::string nb;
};

Words single(const ReasonText& text, const std::string& path, const std::string& detail) {
  const std::string lead = path.empty() ? "" : path + ": ";
  const std::string tail = detail.empty() ? "." : ": " + detail + ".";
  return {lead + text.en + tail, lead + text.nb + tail};
}

Words several(const ReasonText& text, const std::string& path, std::size_t count,
              const std::string& examples) {
  const std::string lead = (path.empty() ? "" : path + ": ") + std::to_string(count);
  const bool one = count == 1;
  const char* end = count > examples_max ? " …)." : ").";
  return {lead + (one ? " time. " : " times. ") + text.en + " (" + examples + end,
          lead + (one ? " gang. " : " ganger. ") + text.nb + " (" + examples + end};
}

std::string type_of(const std::string& resource) { return resource.substr(0, resource.find('/')); }

int rank(ReportLine::Level level) {
  switch (level) {
    case ReportLine::Level::error: return 0;
    case ReportLine::Level::dangling: return 1;
    case ReportLine::Level::skipped: return 2;
    case ReportLine::Level::info: break;
  }
  return 3;
}

}  // namespace

Ledger::Fate& Ledger::fate_of(NodeId node) {
  SP_CHECK(node < index_.size());
  if (fates_.size() < index_.size()) fates_.resize(index_.size());
  return fates_[node];
}

void Ledger::left_out(NodeId node, Reason reason, std::string detail) {
  Fate& fate = fate_of(node);
  if (fate.is_left_out) return;
  fate.is_left_out = true;
  fate.reason = reason;
  fate.detail = std::move(detail);
}

void Ledger::Groups::add(Subject subject, const std::string& about, const std::string& detail) {
  // A file of a million odd elements is still a report that people can read.
  if (groups_.size() >= groups_max && !subject.path.empty()) subject.path = "…";
  const std::string key =
      std::to_string(static_cast<int>(subject.reason)) + " " + subject.type + " " + subject.path;
  const auto [place, is_new] = place_.emplace(key, groups_.size());
  if (is_new) groups_.push_back(Group{subject, 0, {}});
  Group& group = groups_[place->second];
  ++group.count;
  // Beyond the bound only the number is kept: a broken file of a million lines is one line of the report.
  if (group.first.size() <= same_lines_max) group.first.push_back({about, bounded(detail)});
}

void Ledger::Groups::write(bool accounts, std::vector<ReportLine>& report) const {
  for (const Group& group : groups_) {
    const ReasonText& text = text_of(group.subject.reason);
    const std::string& path = group.subject.path;
    if (!text.always_grouped && group.count <= same_lines_max) {
      for (const Remark& remark : group.first) {
        Words words = single(text, path, remark.detail);
        report.push_back({text.level, remark.about, words.en, words.nb, accounts ? std::size_t{1} : 0});
      }
      continue;
    }
    std::string examples;
    for (std::size_t i = 0; i < std::min(group.first.size(), examples_max); ++i) {
      const Remark& remark = group.first[i];
      examples += (i == 0 ? "" : ", ") + remark.about + (remark.detail.empty() ? "" : " " + remark.detail);
    }
    Words words = several(text, path, group.count, examples);
    report.push_back({text.level, group.subject.type, words.en, words.nb, accounts ? group.count : 0});
  }
}

void Ledger::note(NodeId node, Reason reason, const std::string& detail, const std::string& path) {
  const Node& about = index_.node(node);
  notes_.add({reason, about.type, path}, about.label, detail);
}

void Ledger::note_place(const std::string& place, Reason reason, const std::string& detail) {
  notes_.add({reason, "file", ""}, place, detail);
}

void Ledger::write_elements_left(std::vector<ReportLine>& report) const {
  for (const auto& [type, count_by_path] : elements_left_) {
    std::string list;
    std::size_t named = 0;
    for (const auto& [path, count] : count_by_path) {
      if (named++ == elements_named_max) {
        list += " …";
        break;
      }
      list += (list.empty() ? "" : ", ") + path + " (" + std::to_string(count) + ")";
    }
    report.push_back({ReportLine::Level::info, type,
                      "Elements that have no field in the plan were left out: " + list + ".",
                      "Elementer som ikke har noe felt i planen, er ikke tatt med: " + list + ".", 0});
  }
}

void Ledger::write(ImportResult& result) const {
  Groups unmapped;
  for (NodeId id = 0; id < index_.size(); ++id) {
    const Node& node = index_.node(id);
    SP_CHECK(is_settled(id));
    ++result.resources_seen[node.type];
    const Fate& fate = fates_[id];
    if (fate.is_mapped) {
      ++result.resources_mapped[node.type];
    } else {
      unmapped.add({fate.reason, node.type, ""}, node.label, fate.detail);
    }
  }
  notes_.write(false, result.report);
  unmapped.write(true, result.report);
  write_elements_left(result.report);
  std::stable_sort(result.report.begin(), result.report.end(),
                   [](const ReportLine& a, const ReportLine& b) { return rank(a.level) < rank(b.level); });
}

}  // namespace samplan::fhir

namespace samplan {

bool accounting_is_complete(const ImportResult& result) {
  std::map<std::string, std::size_t> accounted = result.resources_mapped;
  for (const ReportLine& line : result.report) {
    if (line.accounts_for > 0) accounted[fhir::type_of(line.resource)] += line.accounts_for;
  }
  return accounted == result.resources_seen;
}

}  // namespace samplan
