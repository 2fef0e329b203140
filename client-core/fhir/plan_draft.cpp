#include "client-core/fhir/plan_draft.h"

#include "base/limits.h"
#include "client-core/fhir/people.h"
#include "client-core/fhir/plain_text.h"

namespace samplan::fhir {

PlanDraft::PlanDraft(const Index& index, Ledger& ledger, const std::vector<Ownership>& owners, NodeId patient)
    : index_(index), ledger_(ledger), owners_(owners), patient_(patient) {
  plan_.source_patient = index.node(patient).label;
}

Slot PlanDraft::add(const std::string& kind, SectionId section, NodeId source) {
  ImportedRecord record;
  record.kind = kind;
  record.key = kind + "-" + std::to_string(++count_by_kind_[kind]);
  record.section = section;
  plan_.records.push_back(std::move(record));
  ledger_.mapped(source);
  return {plan_.records.size() - 1, source};
}

void PlanDraft::set(Slot slot, const std::string& field, std::string value) {
  if (!value.empty()) plan_.records[slot.record].fields.emplace_back(field, std::move(value));
}

void PlanDraft::set_words(Slot slot, const std::string& field, std::string_view text, const std::string& path,
                          bool one_line) {
  PlainText plain = plain_text(text, one_line ? limits::name_bytes_max : limits::text_bytes_max,
                               one_line ? Lines::one : Lines::several);
  if (plain.was_cut)
    ledger_.note(slot.source, Reason::text_cut, std::to_string(text.size()) + " bytes", path);
  if (plain.was_cleaned) ledger_.note(slot.source, Reason::text_cleaned, {}, path);
  set(slot, field, std::move(plain.text));
}

void PlanDraft::set_text(Slot slot, const std::string& field, std::string_view text,
                         const std::string& path) {
  set_words(slot, field, text, path, false);
}

void PlanDraft::set_line(Slot slot, const std::string& field, std::string_view text,
                         const std::string& path) {
  set_words(slot, field, text, path, true);
}

void PlanDraft::set_code(Slot slot, const std::string& field, const std::string& code) {
  set(slot, field, code);
}

void PlanDraft::set_date(Slot slot, const std::string& field, std::string_view fhir_date, Edge edge,
                         const std::string& path) {
  if (fhir_date.empty()) return;
  const ReadDate read = read_date(fhir_date, edge);
  if (!read.date) {
    ledger_.note(slot.source, Reason::date_unreadable, short_label(fhir_date), path);
    return;
  }
  if (read.is_partial) ledger_.note(slot.source, Reason::date_partial, short_label(fhir_date), path);
  set(slot, field, to_string(*read.date));
}

void PlanDraft::set_time(Slot slot, const std::string& field, std::string_view fhir_time,
                         const std::string& path) {
  if (fhir_time.empty()) return;
  const auto moment = read_moment(fhir_time);
  if (!moment) {
    ledger_.note(slot.source, Reason::date_unreadable, short_label(fhir_time), path);
    return;
  }
  set(slot, field, to_iso(*moment));
}

void PlanDraft::set_period(Slot slot, const Json& holder, const char* name, const char* start_field,
                           const char* end_field, const std::string& path) {
  const Json* period = member(holder, name);
  if (period == nullptr) return;
  set_date(slot, start_field, string_in(*period, "start"), Edge::first, path + ".start");
  set_date(slot, end_field, string_in(*period, "end"), Edge::last, path + ".end");
}

void PlanDraft::refer(Slot slot, const std::string& field, const std::string& key) {
  auto& references = plan_.records[slot.record].references;
  for (const auto& [known_field, known_key] : references) {
    if (known_field == field && known_key == key) return;
  }
  if (references.size() >= links_per_record_max) {
    ledger_.note(slot.source, Reason::too_many_links, {}, index_.node(slot.source).type + "." + field);
    return;
  }
  references.emplace_back(field, key);
}

void PlanDraft::remember(const std::string& kind, NodeId source, Slot slot) {
  key_by_source_.emplace(std::pair(kind, source), key_of(slot));
}

std::optional<std::string> PlanDraft::key_for(const std::string& kind, NodeId source) const {
  const auto it = key_by_source_.find(std::pair(kind, source));
  return it == key_by_source_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<NodeId> PlanDraft::follow(NodeId from, const Json& reference) const {
  const std::string_view address = string_in(reference, "reference");
  const Found found = address.empty() ? Found{} : index_.resolve(from, address);
  return found.ok() ? std::optional(found.node) : std::nullopt;
}

bool PlanDraft::is_ours(NodeId node) const {
  const Ownership& owner = owners_[node];
  if (owner.kind == Ownership::Kind::patient) return owner.patient == patient_;
  return owner.kind == Ownership::Kind::nobody_named;
}

std::optional<NodeId> PlanDraft::follow_own(NodeId from, const Json& reference, std::string_view type,
                                            const std::string& path) {
  const auto target = follow(from, reference);
  if (!target) return std::nullopt;
  if (ledger_.is_left_out(*target)) return std::nullopt;  // the report says why under its own name
  const Node& node = index_.node(*target);
  if (node.type != type) {
    ledger_.note(from, Reason::wrong_type, node.label, path);
    return std::nullopt;
  }
  if (!is_ours(*target)) {
    ledger_.note(from, Reason::other_patients, node.label, path);
    return std::nullopt;
  }
  return target;
}

std::string PlanDraft::name_in(NodeId id, int depth) {
  const Node& node = index_.node(id);
  const Json& resource = *node.resource;
  std::string name;
  if (ledger_.is_left_out(id)) return name;
  if (node.type == "Patient") return id == patient_ ? human_name(resource) : std::string();
  if (node.type == "Practitioner") name = human_name(resource);
  if (node.type == "RelatedPerson" && is_ours(id)) name = human_name(resource);
  if (node.type == "Organization" || node.type == "Location" || node.type == "HealthcareService") {
    name = string_in(resource, "name");
  }
  if (node.type == "CareTeam" && is_ours(id)) return std::string(string_in(resource, "name"));
  if (node.type == "PractitionerRole" && depth == 0) {
    for (const char* part : {"practitioner", "organization"}) {
      const Json* reference = member(resource, part);
      if (reference == nullptr || !name.empty()) continue;
      const auto target = follow(id, *reference);
      if (target) name = name_in(*target, depth + 1);
      if (name.empty()) name = string_in(*reference, "display");
    }
  }
  if (!name.empty()) ledger_.mapped(id);
  return name;
}

std::string PlanDraft::name_of(NodeId from, const Json& reference) {
  const auto target = follow(from, reference);
  std::string name = target ? name_in(*target, 0) : std::string();
  return name.empty() ? std::string(string_in(reference, "display")) : name;
}

std::string PlanDraft::names_in(NodeId from, const Json& holder, const char* name) {
  std::string out;
  for (const Json* reference : objects_in(holder, name)) {
    const std::string one = name_of(from, *reference);
    if (!one.empty()) out += (out.empty() ? "" : ", ") + one;
  }
  return out;
}

std::string PlanDraft::source_reference(NodeId id) const {
  const Node& node = index_.node(id);
  if (node.full_url.find("://") != std::string::npos) return node.full_url;
  const std::string_view own_id = string_in(*node.resource, "id");
  return own_id.empty() ? node.full_url : node.type + "/" + std::string(own_id);
}

}  // namespace samplan::fhir
