// One plan in the making: adds records and their fields, bounds and cleans every text on its way in, and
// follows references without ever leaving the patient whose plan it is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "client-core/fhir/dates.h"
#include "client-core/fhir/import.h"
#include "client-core/fhir/ledger.h"
#include "client-core/fhir/reference.h"

namespace samplan::fhir {

// Links of one record; the plan model takes 768, and a person reads fewer.
inline constexpr std::size_t links_per_record_max = 256;

// Whose each resource is, as its subject says.
struct Ownership {
  enum class Kind { nobody_named, not_here, patient } kind = Kind::nobody_named;
  NodeId patient = no_node;
};

// The record being written: its place in the plan, and the resource its words come from.
struct Slot {
  std::size_t record;
  NodeId source;
};

class PlanDraft {
 public:
  PlanDraft(const Index& index, Ledger& ledger, const std::vector<Ownership>& owners, NodeId patient);

  NodeId patient() const { return patient_; }
  const Index& index() const { return index_; }
  Ledger& ledger() { return ledger_; }
  const Json& resource(NodeId node) const { return *index_.node(node).resource; }

  // Starts a record made of `source` and marks that as mapped.
  Slot add(const std::string& kind, SectionId section, NodeId source);
  const std::string& key_of(Slot slot) const { return plan_.records[slot.record].key; }

  SectionId section_of(Slot slot) const { return plan_.records[slot.record].section; }

  // Each writes one field, or nothing when there is no value. `path` names the element for the report.
  void set_text(Slot slot, const std::string& field, std::string_view text, const std::string& path);
  void set_line(Slot slot, const std::string& field, std::string_view text, const std::string& path);
  void set_code(Slot slot, const std::string& field, const std::string& code);
  void set_date(Slot slot, const std::string& field, std::string_view fhir_date, Edge edge,
                const std::string& path);
  void set_time(Slot slot, const std::string& field, std::string_view fhir_time, const std::string& path);
  // "period_start" and "period_end", or other names, from a FHIR Period.
  void set_period(Slot slot, const Json& holder, const char* name, const char* start_field,
                  const char* end_field, const std::string& path);
  // Links to another record, once; beyond links_per_record_max it is reported and left out.
  void refer(Slot slot, const std::string& field, const std::string& key);

  // The key of the one record of this kind that was made of a resource.
  void remember(const std::string& kind, NodeId source, Slot slot);
  std::optional<std::string> key_for(const std::string& kind, NodeId source) const;

  // The resource a Reference element points to, when it is here; dangling ones are reported elsewhere.
  std::optional<NodeId> follow(NodeId from, const Json& reference) const;
  // The same, and of this type and about this patient (or about nobody else); otherwise reported and nothing.
  std::optional<NodeId> follow_own(NodeId from, const Json& reference, std::string_view type,
                                   const std::string& path);
  bool is_ours(NodeId node) const;

  // How a Reference element is called: the name in the resource it points to, which is then mapped, else its
  // own display. Another patient is never named from that patient's resource.
  std::string name_of(NodeId from, const Json& reference);
  // The names of a list of Reference elements, "A, B".
  std::string names_in(NodeId from, const Json& holder, const char* name);

  // How the plan points back to the resource: its address on a server, else "Type/id".
  std::string source_reference(NodeId node) const;

  ImportedPlan take() { return std::move(plan_); }

 private:
  void set(Slot slot, const std::string& field, std::string value);
  void set_words(Slot slot, const std::string& field, std::string_view text, const std::string& path,
                 bool one_line);
  std::string name_in(NodeId node, int depth);

  const Index& index_;
  Ledger& ledger_;
  const std::vector<Ownership>& owners_;
  NodeId patient_;
  ImportedPlan plan_;
  std::map<std::string, std::size_t> count_by_kind_;
  std::map<std::pair<std::string, NodeId>, std::string> key_by_source_;
};

}  // namespace samplan::fhir
