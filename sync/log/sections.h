// The sections of a plan: the unit of access and of encryption (design: consent opens sections, not the whole plan).
// The numbers are on the wire and for ever.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/ids.h"

namespace samplan {

struct SectionInfo {
  SectionId id;
  std::string_view code;  // used in commands and JSON
  bool life_area;
};

inline constexpr SectionId section_basis = 1;
inline constexpr SectionId section_coordination = 2;
inline constexpr SectionId section_case = 11;
inline constexpr SectionId section_access_log = 12;

inline constexpr std::array<SectionInfo, 12> plan_sections{{
    {1, "grunnlag", false},
    {2, "samordning", false},
    {3, "helse", true},
    {4, "dagtid", true},
    {5, "bolig", true},
    {6, "fritid", true},
    {7, "okonomi", true},
    {8, "sosialt", true},
    {9, "familie", true},
    {10, "annet", true},
    {11, "sak", false},
    {12, "innsyn", false},
}};

inline std::optional<SectionId> section_by_code(std::string_view code) {
  for (const SectionInfo& s : plan_sections)
    if (s.code == code) return s.id;
  return std::nullopt;
}

inline std::string_view section_code(SectionId id) {
  for (const SectionInfo& s : plan_sections)
    if (s.id == id) return s.code;
  return "?";
}

}  // namespace samplan
