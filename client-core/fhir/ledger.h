// The account of an import: what became of each resource, and every remark about what was changed, missing or
// left out. It counts each resource exactly once, so that nothing disappears in silence (R115).
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client-core/fhir/import.h"
#include "client-core/fhir/reasons.h"
#include "client-core/fhir/reference.h"

namespace samplan::fhir {

// More lines than this with one and the same reason become one line with their number.
inline constexpr std::size_t same_lines_max = 20;

class Ledger {
 public:
  explicit Ledger(const Index& index) : index_(index) {}

  // The words of the resource went into a record. This stands whatever else is said about it.
  void mapped(NodeId node) { fate_of(node).is_mapped = true; }
  // The resource was not used; the first reason given stands.
  void left_out(NodeId node, Reason reason, std::string detail = {});
  bool is_mapped(NodeId node) const { return node < fates_.size() && fates_[node].is_mapped; }
  // Set aside for good: entered in error, a duplicate, or not to be understood.
  bool is_left_out(NodeId node) const {
    return node < fates_.size() && !fates_[node].is_mapped && fates_[node].is_left_out;
  }
  bool is_settled(NodeId node) const { return is_mapped(node) || is_left_out(node); }

  // A remark about a resource. `path` names the element ("CarePlan.period"), `detail` what stands there.
  void note(NodeId node, Reason reason, const std::string& detail = {}, const std::string& path = {});
  // A remark about the file or a line of it.
  void note_place(const std::string& place, Reason reason, const std::string& detail = {});
  // An element of a mapped resource that has no place in a plan; counted, and named in one line for each
  // type.
  void left_element(const std::string& type, const std::string& path) { ++elements_left_[type][path]; }

  // Writes the report and the counts. Every resource of the index is settled.
  void write(ImportResult& result) const;

 private:
  struct Fate {
    bool is_mapped = false;
    bool is_left_out = false;
    Reason reason{};
    std::string detail;
  };
  struct Remark {
    std::string about;
    std::string detail;
  };
  // What a remark is about: kind of resource, and element in it when it is about one.
  struct Subject {
    Reason reason{};
    std::string type;
    std::string path;
  };
  struct Group {
    Subject subject;
    std::size_t count = 0;
    std::vector<Remark> first;
  };
  // Remarks gathered by subject, in the order the subjects first came.
  class Groups {
   public:
    void add(Subject subject, const std::string& about, const std::string& detail);
    void write(bool accounts, std::vector<ReportLine>& report) const;

   private:
    std::vector<Group> groups_;
    std::map<std::string, std::size_t> place_;
  };

  Fate& fate_of(NodeId node);
  void write_elements_left(std::vector<ReportLine>& report) const;

  const Index& index_;
  std::vector<Fate> fates_;
  Groups notes_;
  std::map<std::string, std::map<std::string, std::size_t>> elements_left_;
};

}  // namespace samplan::fhir
