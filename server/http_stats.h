// Counts of what the HTTP server did, for /metrics and for tests. Only numbers: no address, no path, no id.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace samplan::server {

// Written by the guard's one thread, read by any.
struct HttpStats {
  using Count = std::atomic<std::uint64_t>;
  Count connections_accepted{0};
  Count connections_refused{0};  // at a limit, nobody to shed
  Count connections_shed{0};     // closed to make room for others
  Count connections_timed_out{0};
  Count accept_errors{0};
  Count connections_failed{0};  // given up because memory ran out
  std::array<Count, 600> answers_by_status{};

  // Now, not since the start.
  Count connections_open{0};
  Count request_bytes_held{0};
  Count answer_bytes_held{0};
  Count requests_at_work{0};

  std::uint64_t answers(int status) const;
  // Prometheus text format, each line starting with samplan_http_.
  std::string prometheus() const;
};

}  // namespace samplan::server
