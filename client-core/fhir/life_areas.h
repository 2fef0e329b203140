// Which life-area section a goal, need or measure of a foreign file is put in: a table of codes and word
// beginnings. A guess for a draft that people go through; it opens nothing, because every section starts
// closed.
#pragma once

#include "base/ids.h"
#include "client-core/fhir/json_read.h"

namespace samplan::fhir {

// The numbers of the sections an import can fill; the full list stands with the protocol.
namespace section {
inline constexpr SectionId grunnlag = 1;
inline constexpr SectionId helse = 3;
inline constexpr SectionId dagtid = 4;
inline constexpr SectionId bolig = 5;
inline constexpr SectionId fritid = 6;
inline constexpr SectionId okonomi = 7;
inline constexpr SectionId sosialt = 8;
inline constexpr SectionId familie = 9;
inline constexpr SectionId annet = 10;
}  // namespace section

// The words and codes of a resource, from the most telling to the least: its own code or description first,
// its category last. The first that is in the table decides.
class LifeArea {
 public:
  // Looks at a CodeableConcept, or a list of them, under `name`.
  void consider(const Json& object, const char* name);
  void consider_words(std::string_view words);
  // The section found; helse when there were words that say nothing; annet when there were none at all.
  SectionId section() const;

 private:
  SectionId found_ = 0;
  bool has_words_ = false;
};

}  // namespace samplan::fhir
