#include "client-core/fhir/documents.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "client-core/json/json_gate.h"

namespace samplan::fhir {
namespace {

constexpr int bundle_depth_max = 4;

Result<Json> parse(std::string_view text) {
  JsonBounds bounds;
  bounds.bytes_max = limits::fhir_bytes_max;
  SP_TRY(Json root, parse_json(text, bounds));
  if (string_in(root, "resourceType").empty()) {
    return Error{Errc::malformed, "fhir: no resourceType",
                 "The text is JSON but not FHIR: it has no resourceType at the top."};
  }
  return root;
}

std::string_view without_bom(std::string_view text) {
  constexpr std::string_view bom = "\xef\xbb\xbf";
  if (text.substr(0, bom.size()) == bom) text.remove_prefix(bom.size());
  return text;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::string beside(const std::string& place, const std::string& more) {
  return place.empty() ? more : place + " " + more;
}

struct Line {
  std::string place;
  Result<Json> root;
};

// The line numbers count every line, empty ones too, as an editor does.
std::vector<Line> parse_lines(std::string_view text, const std::string& file) {
  std::vector<Line> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!is_blank(line)) lines.push_back({beside(file, "line " + std::to_string(number)), parse(line)});
  }
  return lines;
}

}  // namespace

Status Documents::read(std::string_view text, const std::string& file) {
  if (text.size() > limits::fhir_bytes_max) {
    return Error{Errc::too_large, "fhir: " + std::to_string(text.size()) + " bytes",
                 "The file is larger than 64 MiB."};
  }
  text = without_bom(text);
  if (is_blank(text)) return Error{Errc::malformed, "fhir: empty", "The file is empty."};
  Result<Json> whole = parse(text);
  if (!whole.ok()) return read_lines(text, file, whole.error());
  take(std::move(whole).value(), file);
  return Status::good();
}

// A broken Bundle is not NDJSON, on one line or on many: none of its lines is a resource.
Status Documents::read_lines(std::string_view text, const std::string& file, const Error& as_a_whole) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (is_blank(text.substr(std::min(text.find('\n', first), text.size())))) return as_a_whole;  // one line
  std::vector<Line> lines = parse_lines(text, file);
  bool any = false;
  for (const Line& line : lines) any = any || line.root.ok();
  if (!any) return as_a_whole;
  for (Line& line : lines) {
    if (line.root.ok()) {
      take(std::move(line.root).value(), line.place);
    } else {
      ledger_.note_place(line.place, Reason::bad_line, line.root.error().where);
    }
  }
  return Status::good();
}

void Documents::take(Json root, const std::string& place) {
  roots_.push_back(std::move(root));
  const Json& kept = roots_.back();
  if (string_in(kept, "resourceType") == "Bundle") {
    take_bundle(kept, index_.new_scope(), place, 1);
  } else {
    take_resource(kept, {}, loose_scope);
  }
}

void Documents::take_bundle(const Json& bundle, ScopeId scope, const std::string& place, int depth) {
  if (depth > bundle_depth_max) {
    ledger_.note_place(beside(place, "bundle"), Reason::too_many_nested);
    return;
  }
  const Json* entries = member(bundle, "entry");
  if (entries == nullptr) return;
  if (!entries->is_array()) {
    ledger_.note_place(beside(place, "entry"), Reason::not_a_resource);
    return;
  }
  std::size_t number = 0;
  for (const Json& entry : *entries) {
    const std::string entry_place = beside(place, "entry " + std::to_string(++number));
    const Json* resource = member(entry, "resource");
    const std::string_view type =
        resource == nullptr ? std::string_view{} : string_in(*resource, "resourceType");
    if (type.empty()) {
      ledger_.note_place(entry_place, Reason::not_a_resource);
    } else if (type == "Bundle") {
      take_bundle(*resource, index_.new_scope(), entry_place, depth + 1);
    } else {
      take_resource(*resource, string_in(entry, "fullUrl"), scope);
    }
  }
}

void Documents::take_resource(const Json& resource, std::string_view full_url, ScopeId scope) {
  const NodeId container = index_.add(resource, full_url, scope);
  for (const Json* inner : objects_in(resource, "contained")) index_.add(*inner, {}, scope, container);
}

}  // namespace samplan::fhir
