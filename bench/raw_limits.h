// What this machine can do at most, measured in the same run as the workloads: durable commits, fsync, cryptography.
#pragma once

namespace samplan::bench {
void print_raw_limits();
}
