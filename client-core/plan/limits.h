// Bounds of the plan model, with unit and reason. Every device applies them alike, so they are part of the
// rules: what happens at each bound is said where it is used.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"

namespace samplan::plan::bounds {

// One batch.
inline constexpr std::size_t batch_bytes_max = 4U << 20;       // after decompression; an envelope holds 1 MiB
inline constexpr std::size_t batch_bytes_target = 512U << 10;  // where split_ops() begins a new batch
inline constexpr std::size_t reason_bytes_max = 4096;          // a decline's reason, a proposal's note
inline constexpr std::size_t set_member_bytes_max = 1024;      // a link is 32; room for what comes later
inline constexpr std::size_t removal_overwrites_max = 4096;    // living operations that a removal had seen
inline constexpr std::size_t set_overwrites_max = 256;         // additions that a set removal had seen
inline constexpr std::size_t targets_max = 64;                 // proposals answered at once
inline constexpr std::size_t reviewed_max = 1024;              // text edits looked at in one operation

// One section. A big plan has a few hundred records; a century of daily visit notes is 36 500.
inline constexpr std::size_t entities_max = 100'000;
// Values and sets together, unknown ones included; the largest kind has fifteen. With 64 values in each and
// the additions below, everything that lives in a record is fewer than removal_overwrites_max: one removal
// can name it all.
inline constexpr std::size_t fields_per_entity_max = 48;
inline constexpr std::size_t additions_per_entity_max = 768;  // over all its sets
// A proposer's proposals in one section, open and answered; the oldest answered ones go first.
inline constexpr std::size_t proposals_per_person_max = 256;
inline constexpr std::size_t proposal_bytes_per_person_max = 4U << 20;
// What a stored state may hold before it is refused as not ours.
inline constexpr std::size_t authors_max = 1U << 20;
inline constexpr std::size_t proposals_max = 1U << 20;
inline constexpr std::size_t state_bytes_max = 512U << 20;

// Types of values.
inline constexpr std::size_t line_bytes_max = 1024;
inline constexpr std::size_t number_whole_digits_max = 12;
inline constexpr std::size_t number_fraction_digits_max = 6;

}  // namespace samplan::plan::bounds
