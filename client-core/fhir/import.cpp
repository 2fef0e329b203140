#include "client-core/fhir/import.h"

#include <set>

#include "base/limits.h"
#include "client-core/fhir/care_plan.h"
#include "client-core/fhir/documents.h"
#include "client-core/fhir/goals.h"
#include "client-core/fhir/leftovers.h"
#include "client-core/fhir/measures.h"
#include "client-core/fhir/participants.h"
#include "client-core/fhir/patient_file.h"
#include "client-core/fhir/plain_text.h"

namespace samplan {
namespace fhir {
namespace {

// One import from resources to plans, in the order of `run`.
class Import {
 public:
  Import(Index& index, Ledger& ledger) : index_(index), ledger_(ledger) {}

  ImportResult run() {
    set_aside_twins();
    set_aside_unusable();
    find_owners();
    ImportResult result;
    for (const PatientFile& file : files()) result.plans.push_back(make_plan(file));
    for (NodeId id = 0; id < index_.size(); ++id) {
      if (ledger_.is_mapped(id)) {
        report_leftovers(index_, ledger_, id);
      } else {
        ledger_.left_out(id, why_unused(id));
      }
    }
    ledger_.write(result);
    return result;
  }

 private:
  const Json& resource(NodeId id) const { return *index_.node(id).resource; }

  void set_aside(NodeId twin, NodeId original) {
    const bool is_equal = resource(twin) == resource(original);
    ledger_.left_out(twin, is_equal ? Reason::duplicate : Reason::other_version);
    index_.merge(twin, original);
  }

  // Equal in every word is not enough when the words name nobody.
  bool is_surely_one_person(NodeId a, NodeId b) const {
    const Json& patient = resource(a);
    const bool is_named = member(patient, "name") != nullptr && member(patient, "birthDate") != nullptr;
    const std::string& address = index_.node(a).full_url;
    return is_named || member(patient, "identifier") != nullptr ||
           (!address.empty() && address == index_.node(b).full_url);
  }

  // The same resource may come twice: in one bundle, or in two pages of one answer. Pages are told from two
  // persons' files with the same local ids by their patient: equal in every word, or the files stay apart.
  void set_aside_twins() {
    std::set<ScopeId> with_own_patient;
    for (NodeId id = 0; id < index_.size(); ++id) {
      const NodeId beside = index_.twin_in_scope(id);
      if (beside != no_node) set_aside(id, beside);
      if (index_.node(id).type != "Patient" || beside != no_node) continue;
      NodeId elsewhere = index_.twin_elsewhere(id);
      if (elsewhere != no_node && !is_surely_one_person(id, elsewhere)) elsewhere = no_node;
      if (elsewhere != no_node) set_aside(id, elsewhere);
      if (elsewhere == no_node) with_own_patient.insert(index_.node(id).scope);
    }
    for (NodeId id = 0; id < index_.size(); ++id) {
      if (ledger_.is_settled(id) || with_own_patient.count(index_.node(id).scope) > 0) continue;
      const NodeId elsewhere = index_.twin_elsewhere(id);
      if (elsewhere != no_node) set_aside(id, elsewhere);
    }
    for (NodeId id = 0; id < index_.size(); ++id) {
      const NodeId container = index_.node(id).container;
      if (container != no_node && ledger_.is_left_out(container)) ledger_.left_out(id, Reason::duplicate);
    }
  }

  void set_aside_unusable() {
    for (NodeId id = 0; id < index_.size(); ++id) {
      const Json& json = resource(id);
      if (member(json, "modifierExtension") != nullptr) ledger_.left_out(id, Reason::unknown_modifier);
      const bool in_error = string_in(json, "status") == "entered-in-error" ||
                            string_in(json, "lifecycleStatus") == "entered-in-error" ||
                            has_code(json, "verificationStatus", "entered-in-error");
      if (in_error) ledger_.left_out(id, Reason::entered_in_error);
    }
  }

  void find_owners() {
    owners_.resize(index_.size());
    for (NodeId id = 0; id < index_.size(); ++id) {
      if (index_.node(id).type == "Patient") {
        owners_[id] = {Ownership::Kind::patient, id};
        continue;
      }
      for (const char* name : {"subject", "patient"}) {
        if (const Json* reference = member(resource(id), name)) owners_[id] = owner_in(id, *reference);
      }
    }
  }

  Ownership owner_in(NodeId id, const Json& reference) const {
    const Found found = index_.resolve(id, string_in(reference, "reference"));
    const bool is_here =
        found.ok() && index_.node(found.node).type == "Patient" && !ledger_.is_left_out(found.node);
    if (is_here) return {Ownership::Kind::patient, found.node};
    return {Ownership::Kind::not_here, no_node};
  }

  std::vector<PatientFile> files() const {
    std::map<NodeId, PatientFile> by_patient;
    for (NodeId id = 0; id < index_.size(); ++id) {
      if (ledger_.is_left_out(id) || owners_[id].kind != Ownership::Kind::patient) continue;
      PatientFile& file = by_patient[owners_[id].patient];
      file.patient = owners_[id].patient;
      const std::string& type = index_.node(id).type;
      if (type == "CarePlan") file.care_plans.push_back(id);
      if (type == "Goal") file.goals.push_back(id);
      if (type == "ServiceRequest") file.requests.push_back(id);
      if (type == "CareTeam") file.care_teams.push_back(id);
    }
    std::vector<PatientFile> out;
    for (auto& [patient, file] : by_patient) out.push_back(std::move(file));
    return out;
  }

  ImportedPlan make_plan(const PatientFile& file) {
    PlanDraft draft(index_, ledger_, owners_, file.patient);
    const NodeId main_plan = main_care_plan(index_, file.care_plans);
    add_plan_record(draft, main_plan);
    add_participants(draft, file, main_plan);
    add_sub_plans(draft, file, main_plan);
    add_contributions(draft, main_plan);
    add_needs_and_goals(draft, file);
    add_measures(draft, file, main_plan);
    return draft.take();
  }

  Reason why_unused(NodeId id) const {
    const std::string& type = index_.node(id).type;
    const Ownership::Kind owner = owners_[id].kind;
    if (type == "Practitioner" || type == "PractitionerRole" || type == "Organization" ||
        type == "Location" || type == "HealthcareService") {
      return Reason::not_referred_to;
    }
    if (type == "Consent") return Reason::consent_is_information;
    const bool is_about_patient = type == "CarePlan" || type == "Goal" || type == "Condition" ||
                                  type == "ServiceRequest" || type == "CareTeam" || type == "RelatedPerson";
    if (!is_about_patient) return Reason::unsupported_type;
    if (owner == Ownership::Kind::not_here) return Reason::patient_not_here;
    if (owner == Ownership::Kind::nobody_named) return Reason::names_no_patient;
    if (type == "Condition") return Reason::condition_not_addressed;
    return type == "RelatedPerson" ? Reason::relative_not_in_team : Reason::not_referred_to;
  }

  Index& index_;
  Ledger& ledger_;
  std::vector<Ownership> owners_;
};

}  // namespace
}  // namespace fhir

Result<ImportResult> import_fhir(std::string_view file_text) {
  fhir::Index index;
  fhir::Ledger ledger(index);
  fhir::Documents documents(index, ledger);
  SP_OK(documents.read(file_text, {}));
  return fhir::Import(index, ledger).run();
}

Result<ImportResult> import_fhir_files(const std::vector<std::pair<std::string, std::string_view>>& files) {
  std::size_t bytes = 0;
  for (const auto& [name, text] : files) bytes += text.size();
  if (bytes > limits::fhir_bytes_max) {
    return Error{Errc::too_large, "fhir: " + std::to_string(bytes) + " bytes",
                 "The files together are larger than 64 MiB."};
  }
  fhir::Index index;
  fhir::Ledger ledger(index);
  fhir::Documents documents(index, ledger);
  Error first_error{Errc::malformed, "fhir: no file", "No file was given."};
  std::size_t read = 0;
  std::size_t failed = 0;
  for (const auto& [name, text] : files) {
    const std::string place = fhir::short_label(name);
    const Status status = documents.read(text, place);
    if (status.ok()) {
      ++read;
      continue;
    }
    if (failed++ == 0) first_error = status.error();
    ledger.note_place(place, fhir::Reason::bad_file, status.error().where);
  }
  if (read == 0) return first_error;
  return fhir::Import(index, ledger).run();
}

}  // namespace samplan
