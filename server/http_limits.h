// Every bound of the HTTP server in one place, with unit and reason. A test goes past each; tests pass
// shorter times.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"

namespace samplan::server {

struct HttpLimits {
  // The head of a request. Our own clients send about 200 bytes in 5 lines.
  std::size_t head_bytes_max = 16U << 10;
  std::size_t header_lines_max = 64;
  std::size_t header_line_bytes_max = 8U << 10;
  std::size_t target_bytes_max = 2U << 10;
  std::int64_t head_ms = 10'000;  // from its first byte to its last; a slow phone needs one

  // The body. Its time grows with its declared length: 4 MiB may take 8.6 minutes on a very poor line.
  std::size_t body_bytes_max = limits::request_bytes_max;
  std::int64_t body_ms = 5'000;
  std::size_t body_bytes_per_s_min = 8U << 10;

  // The connection around it.
  std::int64_t idle_ms = 15'000;   // between two requests; a client that is away longer connects again
  std::int64_t write_ms = 30'000;  // without the client taking anything of an answer; in all, so long and one
                                   // second for each body_bytes_per_s_min of the answer
  std::int64_t linger_ms = 1'000;  // reading on after a final answer, so that it is not lost to a reset
  std::size_t linger_bytes_max =
      16U << 20;  // four times the largest body: enough for an honest client to notice
  std::size_t requests_per_connection_max = 1'000;

  // All connections together.
  std::size_t connections_max = 512;  // file descriptors; behind a proxy one connection serves many
  std::size_t connections_per_address_max = 256;        // one ward behind one address still fits
  std::size_t request_bytes_in_flight_max = 64U << 20;  // 16 of the largest bodies
  std::size_t answer_bytes_in_flight_max = 16U << 20;   // what slow readers have not taken yet
  std::size_t queue_max = 256;                          // complete requests waiting for a worker
  // Workers wait for the disk most of the time: as many as one group commit should be able to gather.
  std::size_t workers = 32;
  std::int64_t accept_pause_ms = 100;  // after the system ran out of descriptors or memory for a connection
  std::int64_t retry_after_s = 2;      // said with every 503
  std::int64_t stop_ms = 15'000;       // a graceful stop waits at most so long for what was accepted
};

}  // namespace samplan::server
