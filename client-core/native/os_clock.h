// The machine's clock. It may be wrong; whatever is decided by it is only a label for people.
#pragma once

#include "base/time.h"

namespace samplan::native {

UnixMs os_now();

}  // namespace samplan::native
