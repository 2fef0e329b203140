// Every resource of an import and how to find one from a reference in another. Resolving is by address only
// and prefers to find nothing over finding the wrong person's record.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client-core/fhir/json_read.h"

namespace samplan::fhir {

// The number of a resource in the order of the files.
using NodeId = std::size_t;
// Resources that arrived together: one Bundle, or (scope 0) all that came loose.
using ScopeId = std::size_t;

inline constexpr ScopeId loose_scope = 0;
inline constexpr NodeId no_node = static_cast<NodeId>(-1);

struct Node {
  const Json* resource = nullptr;
  std::string type;   // resourceType
  std::string label;  // "CarePlan/123", for people
  std::string full_url;
  ScopeId scope = loose_scope;
  NodeId container = no_node;  // the resource this one is contained in
};

struct Found {
  enum class Kind {
    found,
    absent,     // nothing in the files has this address
    ambiguous,  // several different resources have it
  };
  Kind kind = Kind::absent;
  NodeId node = no_node;
  bool ok() const { return kind == Kind::found; }
};

class Index {
 public:
  // Adds a resource; the JSON must outlive the index.
  NodeId add(const Json& resource, std::string_view full_url, ScopeId scope, NodeId container = no_node);
  ScopeId new_scope() { return ++last_scope_; }

  const Node& node(NodeId id) const { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }

  // Follows a reference that stands in `from`: "#id" into what `from` contains; "urn:…" and absolute
  // addresses only to a resource with just this address; "Type/id" beside `from` first, then where it is
  // unique among what came loose.
  Found resolve(NodeId from, std::string_view reference) const;

  // From now on a reference to `duplicate` finds `original`, which came earlier.
  void merge(NodeId duplicate, NodeId original) { same_as_[duplicate] = original; }

  // An earlier resource with the address of this one: in the same scope, or in another and equal in every
  // word.
  NodeId twin_in_scope(NodeId id) const;
  NodeId twin_elsewhere(NodeId id) const;

 private:
  // The first resource with an address, and whether there is another one it must not be mistaken for.
  struct Slot {
    NodeId first = no_node;
    bool has_rival = false;
  };
  using Slots = std::map<std::string, Slot, std::less<>>;

  void enter(const std::string& address, NodeId id);
  Found found(NodeId id) const;
  Found look_up(std::string_view address, ScopeId scope) const;
  Found contained(NodeId from, std::string_view id) const;
  const Slot* slot_in_scope(std::string_view address, ScopeId scope) const;

  std::vector<Node> nodes_;
  std::map<NodeId, NodeId> same_as_;
  Slots in_scope_;   // by scope and address
  Slots anywhere_;   // by address
  Slots contained_;  // by container and local id
  ScopeId last_scope_ = loose_scope;
};

// "Patient" of "Patient/123", "https://host/fhir/Patient/123" or "Patient?identifier=…"; empty when it shows
// none.
std::string_view type_in_reference(std::string_view reference);

}  // namespace samplan::fhir
