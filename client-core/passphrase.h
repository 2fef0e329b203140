// A new passphrase for a home. The keys stay the same, so an earlier copy of the key file still opens with
// the earlier passphrase.
#pragma once

#include "client-core/core.h"

namespace samplan {

// The key file is old or new after any crash, never a mixture.
// errors: not_found, wrong_passphrase, invalid_argument (too short), not_saved, and those of a damaged key
// file.
Status change_passphrase(HomeFiles& files, std::string_view old_one, std::string_view new_one,
                         Entropy& entropy, const CoreOptions& options = {});

}  // namespace samplan
