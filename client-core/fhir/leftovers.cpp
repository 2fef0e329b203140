#include "client-core/fhir/leftovers.h"

#include "client-core/fhir/plain_text.h"

namespace samplan::fhir {
namespace {

struct Row {
  std::string_view path;
  std::string_view elements;  // those that are read, between spaces
};

// Must say what the mappings read and no more; a name too many would hide a loss. `id`, `meta`,
// `resourceType` and `contained` belong to the envelope and are never reported.
constexpr Row rows[] = {
    {"Patient", " name birthDate telecom address communication deceasedDateTime deceasedBoolean "},
    {"Patient.name", " use period given family text "},
    {"CarePlan",
     " status category title description subject period author contributor careTeam addresses "
     "goal "
     "activity note "},
    {"CarePlan.activity", " reference detail progress "},
    {"CarePlan.activity.detail",
     " code status doNotPerform description goal scheduledTiming scheduledPeriod scheduledString "
     "location "
     "performer quantity "},
    {"Goal",
     " lifecycleStatus achievementStatus category priority description subject target statusReason "
     "expressedBy "
     "addresses note "},
    {"Goal.target", " dueDate "},
    {"Condition",
     " clinicalStatus verificationStatus category code subject onsetDateTime onsetPeriod recordedDate "},
    {"ServiceRequest",
     " basedOn status intent category doNotPerform code quantityQuantity subject occurrenceDateTime "
     "occurrencePeriod occurrenceTiming performerType performer locationCode locationReference note "
     "patientInstruction extension "},
    {"CareTeam", " status subject participant "},
    {"CareTeam.participant", " role member onBehalfOf period "},
    {"Practitioner", " name telecom "},
    {"PractitionerRole", " practitioner organization telecom "},
    {"RelatedPerson", " patient relationship name "},
    {"Organization", " name telecom "},
    {"Location", " name "},
    {"HealthcareService", " name "},
};

const Row* row_for(std::string_view path) {
  for (const Row& row : rows) {
    if (row.path == path) return &row;
  }
  return nullptr;
}

bool is_envelope(std::string_view key) {
  return key == "id" || key == "meta" || key == "resourceType" || key == "contained";
}

struct Walk {
  const Index& index;
  Ledger& ledger;
  NodeId node;

  void elements(const Json& object, const std::string& path) const {
    const Row* row = row_for(path);
    if (row == nullptr) return;
    const std::string& type = index.node(node).type;
    for (auto it = object.begin(); it != object.end(); ++it) {
      if (is_envelope(it.key())) continue;
      const std::string inner = path + "." + it.key();
      if (row->elements.find(" " + it.key() + " ") == std::string_view::npos) {
        ledger.left_element(type, short_label(inner));
      } else {
        for (const Json* part : objects_in(object, it.key().c_str())) elements(*part, inner);
      }
    }
  }

  // The depth is bounded by the JSON gate.
  void references(const Json& value, const std::string& path) const {
    if (value.is_array()) {
      for (const Json& item : value) references(item, path);
    }
    if (!value.is_object()) return;
    const std::string_view address = string_in(value, "reference");
    if (!address.empty()) check(value, address, path);
    for (auto it = value.begin(); it != value.end(); ++it) {
      if (it.key() != "contained" && it->is_structured()) references(*it, short_label(path + "." + it.key()));
    }
  }

  void check(const Json& reference, std::string_view address, const std::string& path) const {
    const Found found = index.resolve(node, address);
    if (found.ok()) return;
    const std::string display = short_label(string_in(reference, "display"));
    ledger.note(node, found.kind == Found::Kind::ambiguous ? Reason::ambiguous : Reason::dangling,
                short_label(address) + (display.empty() ? "" : " «" + display + "»"), path);
  }
};

}  // namespace

void report_leftovers(const Index& index, Ledger& ledger, NodeId node) {
  const Node& about = index.node(node);
  const Walk walk{index, ledger, node};
  walk.elements(*about.resource, about.type);
  walk.references(*about.resource, about.type);
}

}  // namespace samplan::fhir
