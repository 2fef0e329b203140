// The guard's one thread: accepts, reads, vets, hands complete requests to the workers and sends their
// answers. All connections belong to it alone, so nothing here needs a lock. It never runs a handler and
// never blocks on a client.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "server/http_connection.h"
#include "server/http_limits.h"
#include "server/http_listener.h"
#include "server/http_stats.h"
#include "server/http_vet.h"
#include "server/http_workers.h"

namespace samplan::server {

// One line for the log, told when an answer begins to be sent.
struct HttpTrace {
  int status = 0;
  std::size_t request_bytes = 0;  // of the body
  std::size_t answer_bytes = 0;
  std::int64_t ms = 0;  // from the last byte of the request
};
using HttpTraceSink = std::function<void(const HttpTrace&)>;

class HttpLoop {
 public:
  HttpLoop(const HttpLimits& limits, HttpStats& stats, Listener listener, HttpTraceSink trace);
  // To be called before the others.
  //   errors  io  the system gives no event queue
  Status open();
  // Runs until a requested stop is complete.
  void run(Workers& workers);

  // From any thread.
  void wake();
  void request_stop();

 private:
  // Connections coming and going.
  void accept_waiting();
  void accept_all_waiting();
  void pause_accepting();
  void resume_accepting();
  void admit(Accepted accepted);
  void refuse_at_the_door(int fd);
  bool make_room(const std::string* limit_key);
  void close_now(HttpConnection& c);
  void remove_closed();

  // One connection moving on (http_loop_connection.cpp).
  void on_event(HttpConnection& c, std::uint32_t events);
  void on_readable(HttpConnection& c);
  void read_head(HttpConnection& c);
  void read_body(HttpConnection& c);
  void drain(HttpConnection& c);
  void advance(HttpConnection& c);
  bool begin_body(HttpConnection& c);
  void submit(HttpConnection& c);
  void refuse(HttpConnection& c, const Refusal& refusal);
  void begin_answer(HttpConnection& c, std::string bytes, bool keep_alive);
  void send_answer(HttpConnection& c);
  void end_answer(HttpConnection& c);

  // All of them together.
  void take_answers();
  void keep_within_budgets();
  HttpConnection* longest_waiting(HttpConnectionState state, const std::string* limit_key);
  void end_overdue();
  void begin_stop();
  bool is_done() const;
  int wait_ms() const;
  void recount(HttpConnection& c);
  void watch(HttpConnection& c, std::uint32_t events);
  template <class Step>
  void guarded(HttpConnection& c, Step step);

  const HttpLimits limits_;
  HttpStats& stats_;
  Listener listener_;
  const HttpTraceSink trace_;
  Descriptor epoll_;
  Descriptor wake_;
  std::atomic<bool> stop_requested_{false};

  Workers* workers_ = nullptr;
  TimePoint now_{};
  std::unordered_map<HttpConnectionId, std::unique_ptr<HttpConnection>> connections_;
  std::unordered_map<std::string, std::size_t> connections_by_address_;
  std::vector<HttpConnectionId> closed_;
  std::vector<char> buffer_;
  HttpConnectionId next_id_ = 0;
  std::size_t request_bytes_ = 0;
  std::size_t answer_bytes_ = 0;
  bool is_accepting_ = true;
  TimePoint accept_again_at_{};
  TimePoint next_check_{};
  bool is_stopping_ = false;
  TimePoint stop_deadline_{};
};

}  // namespace samplan::server
