#include "client-core/fhir/reference.h"

#include "client-core/fhir/plain_text.h"

namespace samplan::fhir {
namespace {

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool is_urn(std::string_view address) { return starts_with(address, "urn:"); }

bool is_absolute(std::string_view address) { return address.find("://") != std::string_view::npos; }

// Without "/_history/2" and "#part": a plan refers to the resource, not to one version of it.
std::string_view without_version(std::string_view address) {
  address = address.substr(0, address.find("/_history/"));
  return address.substr(0, address.find('#'));
}

// "https://host/fhir/" of "https://host/fhir/Patient/123".
std::string_view base_of(std::string_view full_url) {
  const auto id = full_url.rfind('/');
  if (id == std::string_view::npos || id == 0) return {};
  const auto type = full_url.rfind('/', id - 1);
  return type == std::string_view::npos ? std::string_view{} : full_url.substr(0, type + 1);
}

bool is_type_name(std::string_view text) {
  if (text.empty() || text.size() > 64 || text[0] < 'A' || text[0] > 'Z') return false;
  for (const char c : text) {
    if ((c < 'A' || c > 'Z') && (c < 'a' || c > 'z')) return false;
  }
  return true;
}

std::string relative_address(const Node& node) {
  const std::string_view id = string_in(*node.resource, "id");
  return id.empty() ? std::string() : node.type + "/" + std::string(id);
}

// Both on a server, they are the same only at the same place; a short address alone tells nothing against it.
bool is_same_address(const Node& a, const Node& b) {
  const bool both_absolute = is_absolute(a.full_url) && is_absolute(b.full_url);
  return !both_absolute || a.full_url == b.full_url;
}

std::string key_of(std::size_t room, std::string_view address) {
  return std::to_string(room) + " " + std::string(address);
}

}  // namespace

std::string_view type_in_reference(std::string_view reference) {
  reference = without_version(reference);
  reference = reference.substr(0, reference.find('?'));
  const auto id = reference.rfind('/');
  if (id != std::string_view::npos) {
    reference = reference.substr(0, id);
    const auto type = reference.rfind('/');
    if (type != std::string_view::npos) reference = reference.substr(type + 1);
  }
  return is_type_name(reference) ? reference : std::string_view{};
}

NodeId Index::add(const Json& resource, std::string_view full_url, ScopeId scope, NodeId container) {
  const NodeId id = nodes_.size();
  const std::string_view type = string_in(resource, "resourceType");
  const std::string_view own_id = string_in(resource, "id");
  Node node;
  node.resource = &resource;
  node.type = is_type_name(type) ? std::string(type) : "Unknown";
  node.full_url = std::string(without_version(full_url));
  node.scope = scope;
  node.container = container;
  const std::string shown_id = short_label(own_id);
  node.label = node.type + "/" + (!shown_id.empty() ? shown_id : "no id, number " + std::to_string(id + 1));
  nodes_.push_back(node);
  if (container != no_node) {  // only its container can name it
    contained_.emplace(key_of(container, own_id), Slot{id});
    return id;
  }

  const std::string relative = relative_address(node);
  if (!node.full_url.empty()) enter(node.full_url, id);
  if (!relative.empty() && relative != node.full_url) enter(relative, id);
  // Bulk exports keep "urn:uuid:" references though the address of each resource is left out.
  if (node.full_url.empty() && own_id.size() == 36) enter("urn:uuid:" + std::string(own_id), id);
  return id;
}

// Of two versions in one scope the first stands (a history bundle has the newest first). Two servers'
// resources with the same id, and different ones of two bundles, are rivals: a reference must not choose
// between them.
void Index::enter(const std::string& address, NodeId id) {
  const Node& node = nodes_[id];
  Slot& beside = in_scope_.emplace(key_of(node.scope, address), Slot{id}).first->second;
  if (beside.first != id && !is_same_address(nodes_[beside.first], node)) beside.has_rival = true;

  Slot& any = anywhere_.emplace(address, Slot{id}).first->second;
  const Node& first = nodes_[any.first];
  if (any.first != id && (first.scope != node.scope || !is_same_address(first, node)) &&
      *first.resource != *node.resource) {
    any.has_rival = true;
  }
}

const Index::Slot* Index::slot_in_scope(std::string_view address, ScopeId scope) const {
  const auto it = in_scope_.find(key_of(scope, address));
  return it == in_scope_.end() ? nullptr : &it->second;
}

Found Index::found(NodeId id) const {
  const auto it = same_as_.find(id);
  return {Found::Kind::found, it == same_as_.end() ? id : it->second};
}

Found Index::look_up(std::string_view address, ScopeId scope) const {
  const Slot* slot = slot_in_scope(address, scope);
  if (slot == nullptr) {
    const auto it = anywhere_.find(address);
    if (it != anywhere_.end()) slot = &it->second;
    // "Patient/1" of one bundle is somebody else's "Patient/1" in the next; only loose resources share one
    // room.
    const bool is_global = is_urn(address) || is_absolute(address);
    const bool is_loose =
        slot != nullptr && (scope == loose_scope || nodes_[slot->first].scope == loose_scope);
    if (!is_global && !is_loose) return {};
  }
  if (slot == nullptr) return {};
  if (slot->has_rival) return {Found::Kind::ambiguous};
  return found(slot->first);
}

Found Index::contained(NodeId from, std::string_view id) const {
  const NodeId container = nodes_[from].container == no_node ? from : nodes_[from].container;
  if (id.empty()) return found(container);
  const auto it = contained_.find(key_of(container, id));
  if (it == contained_.end()) return {};
  return found(it->second.first);
}

Found Index::resolve(NodeId from, std::string_view reference) const {
  if (starts_with(reference, "#")) return contained(from, reference.substr(1));
  const std::string_view address = without_version(reference);
  if (address.empty() || address.find('?') != std::string_view::npos) return {};
  const NodeId holder = nodes_[from].container == no_node ? from : nodes_[from].container;
  const Node& node = nodes_[holder];
  if (!is_urn(address) && !is_absolute(address) && is_absolute(node.full_url)) {
    const Found exact = look_up(std::string(base_of(node.full_url)) + std::string(address), node.scope);
    if (exact.ok()) return exact;
  }
  return look_up(address, node.scope);
}

NodeId Index::twin_in_scope(NodeId id) const {
  const Node& node = nodes_[id];
  if (node.container != no_node) return no_node;
  for (const std::string& address : {node.full_url, relative_address(node)}) {
    const Slot* slot = address.empty() ? nullptr : slot_in_scope(address, node.scope);
    if (slot == nullptr || slot->first >= id) continue;
    const Node& earlier = nodes_[slot->first];
    if (earlier.type == node.type && is_same_address(earlier, node)) return slot->first;
  }
  return no_node;
}

NodeId Index::twin_elsewhere(NodeId id) const {
  const Node& node = nodes_[id];
  if (node.container != no_node) return no_node;
  for (const std::string& address : {node.full_url, relative_address(node)}) {
    const auto it = address.empty() ? anywhere_.end() : anywhere_.find(address);
    if (it == anywhere_.end() || it->second.first >= id) continue;
    const Node& earlier = nodes_[it->second.first];
    if (earlier.scope != node.scope && *earlier.resource == *node.resource) return it->second.first;
  }
  return no_node;
}

}  // namespace samplan::fhir
