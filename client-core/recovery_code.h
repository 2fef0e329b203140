// A secret as a person writes it on paper and types it again years later: Crockford's base 32 in groups of
// five characters, of which the last checks the group, so that the reader can say «feil i gruppe 4». Used for
// the printed recovery code (32 secret bytes) and for the shares of crypto/shares.h. Knows nothing of what
// the secret opens.
//
//   bytes    kind and version u8 | payload | first 2 bytes of H("samplan/paper-code/1", all before)
//   symbols  the bytes' bits, five at a time, the highest first; 0-9 A-Z without I, L, O, U
//   group    4 symbols and a check: position + 2 a + 4 b + 8 c + 16 d in GF(2^5) modulo x^5 + x^2 + 1
//
// The weights are different and none is 1, so in a group every wrong character and every swap of two
// characters is noticed; the position (0 for the first group) does the same for swapped or left-out groups.
// What else slips through one group (1 of 32) has to slip through the last two bytes as well (1 of 65536).
// Kinds have their own first letter.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/secret.h"
#include "crypto/shares.h"

namespace samplan {

enum class CodeKind : char {
  recovery = 'R',  // 14 groups
  share = 'D',     // «del», 16 groups
};

inline constexpr std::size_t code_group_chars = 5;
std::size_t code_groups(CodeKind kind);

// Groups with one space between them, 83 or 95 characters.
std::string write_recovery_code(const crypto::Secret32& secret);
std::string write_share_code(const crypto::Share& share);

// Reading ignores case, spaces, line breaks, dashes, underscores, dots, colons and commas, takes O and Ø for
// 0, and I and L for 1. What is written and typed is the caller's to keep from logs and to forget. errors,
// each with a sentence that says where to look: malformed, truncated (too few characters), too_large (too
// many), invalid_argument (a code of the other kind), unknown_version.
Result<crypto::Secret32> read_recovery_code(std::string_view typed);
Result<crypto::Share> read_share_code(std::string_view typed);

// For a field that is being typed in. The kind, from the first character; and the numbers, from 1, of the
// groups that are complete and wrong.
std::optional<CodeKind> code_kind(std::string_view typed);
std::vector<std::size_t> wrong_code_groups(std::string_view typed);

}  // namespace samplan
