// Takes FHIR files apart into single resources: a Bundle, one resource, or NDJSON of either. It knows nothing
// of what the resources mean.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "base/result.h"
#include "client-core/fhir/ledger.h"
#include "client-core/fhir/reference.h"

namespace samplan::fhir {

class Documents {
 public:
  Documents(Index& index, Ledger& ledger) : index_(index), ledger_(ledger) {}

  // Adds the resources of one file to the index and what cannot be read to the ledger. `file` goes before
  // line numbers in the report; empty when there is one file only.
  //   errors   too_large, malformed, not_utf8: then nothing of the file was added.
  Status read(std::string_view text, const std::string& file);

 private:
  Status read_lines(std::string_view text, const std::string& file, const Error& as_a_whole);
  void take(Json root, const std::string& place);
  void take_bundle(const Json& bundle, ScopeId scope, const std::string& place, int depth);
  void take_resource(const Json& resource, std::string_view full_url, ScopeId scope);

  Index& index_;
  Ledger& ledger_;
  std::deque<Json> roots_;  // a deque: the index keeps pointers into its elements
};

}  // namespace samplan::fhir
