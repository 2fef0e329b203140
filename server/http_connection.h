// One client connection as the guard's thread sees it: its state, what it has sent so far, what it has yet to
// get. Only values and their rules; reading and writing is http_loop's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "server/http_limits.h"
#include "server/http_listener.h"
#include "server/http_request.h"
#include "server/http_workers.h"

namespace samplan::server {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

// Invariants
//   1. One request at a time: from its last byte until the last byte of its answer nothing more is read or
//   parsed.
//   2. `received` never holds more than one head and one byte; a body goes straight into `request.body` and
//   ends
//      exactly where the head said, so no byte of it is ever taken for a request.
//   3. Every state but `busy` has a deadline; in `body` and `write` it moves only as bytes do.
//   4. After a refusal nothing of the connection is parsed again.
//
//   head -> body        the head is complete and accepted
//   head, body -> write a refusal
//   body -> busy        the body is complete: the request is with the workers
//   busy -> write       it is answered
//   write -> head       the connection is kept alive
//   write -> linger     it was the last answer: our side is shut, what still comes is read and thrown away
//   any -> closed       gone; removed at the end of the turn
enum class HttpConnectionState { head, body, busy, write, linger, closed };

// Empties the text and gives its memory back, which assigning an empty one does not.
void release(std::string& text);

struct HttpConnection {
  HttpConnection(HttpConnectionId number, Accepted accepted, TimePoint now)
      : id(number), fd(std::move(accepted.fd)), peer(std::move(accepted.peer)), since(now) {}

  const HttpConnectionId id;
  Descriptor fd;
  const Peer peer;
  HttpConnectionState state = HttpConnectionState::head;
  TimePoint since;  // when it began to wait for this head, body or write
  TimePoint deadline{};
  std::uint32_t watched_events = 0;  // what epoll was told
  std::size_t requests = 0;

  std::string received;  // not yet parsed
  std::size_t scanned = 0;
  VettedRequest request;
  std::size_t body_bytes = 0;  // declared

  std::string answer;
  std::size_t answer_sent = 0;
  bool keep_alive = true;
  bool is_lost = false;  // the client is gone while the workers are at its request
  std::size_t drained = 0;

  // Memory that this connection is charged with.
  std::size_t request_charge = 0;
  std::size_t answer_charge = 0;

  bool is_idle() const { return state == HttpConnectionState::head && received.empty(); }
  TimePoint body_deadline(const HttpLimits& limits) const;
  // `last_progress` is when the client last took a part of the answer.
  TimePoint write_deadline(TimePoint last_progress, const HttpLimits& limits) const;
  std::size_t request_bytes_held() const;
  std::size_t answer_bytes_held() const;
  void forget_request();
};

}  // namespace samplan::server
