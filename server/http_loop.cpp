#include "server/http_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <utility>

#include "server/http_answer.h"

namespace samplan::server {
namespace {

using std::chrono::milliseconds;
using State = HttpConnectionState;

constexpr HttpConnectionId wake_id = 0;
constexpr HttpConnectionId listener_id = 1;
constexpr std::size_t read_bytes =
    64U << 10;  // a turn for one connection, so that a fast one does not starve others
constexpr std::size_t accepts_per_turn = 64;
constexpr std::int64_t check_ms = 25;  // how exact deadlines are

}  // namespace

HttpLoop::HttpLoop(const HttpLimits& limits, HttpStats& stats, Listener listener, HttpTraceSink trace)
    : limits_(limits),
      stats_(stats),
      listener_(std::move(listener)),
      trace_(std::move(trace)),
      buffer_(read_bytes) {
  next_id_ = listener_id + 1;
  // Closing a connection must not need memory.
  closed_.reserve(limits_.connections_max + 1);
}

Status HttpLoop::open() {
  epoll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  wake_ = Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  epoll_event on_wake{};
  on_wake.events = EPOLLIN;
  on_wake.data.u64 = wake_id;
  epoll_event on_connection{};
  on_connection.events = EPOLLIN;
  on_connection.data.u64 = listener_id;
  if (!epoll_.is_open() || !wake_.is_open() ||
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &on_wake) != 0 ||
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.fd(), &on_connection) != 0) {
    return Error{Errc::io, "epoll errno " + std::to_string(errno),
                 "The system gives the server no event queue."};
  }
  return Status::good();
}

void HttpLoop::wake() {
  const std::uint64_t one = 1;
  // It fails only when the counter is full, and then the thread is awake anyway.
  (void)!::write(wake_.get(), &one, sizeof one);
}

void HttpLoop::request_stop() {
  stop_requested_.store(true);
  wake();
}

void HttpLoop::run(Workers& workers) {
  workers_ = &workers;
  std::array<epoll_event, 128> events{};
  while (!is_done()) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms());
    now_ = Clock::now();
    for (int i = 0; i < count; ++i) {
      // The system's struct is packed: its members are copied out, never bound to references.
      const HttpConnectionId id = events[static_cast<std::size_t>(i)].data.u64;
      const std::uint32_t happened = events[static_cast<std::size_t>(i)].events;
      if (id == wake_id) {
        std::uint64_t wakes = 0;
        (void)!::read(wake_.get(), &wakes, sizeof wakes);
      } else if (id == listener_id) {
        accept_waiting();
      } else if (const auto it = connections_.find(id); it != connections_.end()) {
        HttpConnection& c = *it->second;
        guarded(c, [&] { on_event(c, happened); });
      }
    }
    take_answers();
    if (stop_requested_.load() && !is_stopping_) begin_stop();
    if (now_ >= next_check_) end_overdue();
    keep_within_budgets();
    remove_closed();
  }
  connections_.clear();
}

// Out of memory (or whatever else throws) costs the connection that needed it, never the server.
template <class Step>
void HttpLoop::guarded(HttpConnection& c, Step step) {
  if (c.state == State::closed) return;
  try {
    step();
    recount(c);
  } catch (const std::exception&) {
    ++stats_.connections_failed;
    close_now(c);
  }
}

// --- Connections coming and going ---

void HttpLoop::accept_waiting() {
  for (std::size_t i = 0; i < accepts_per_turn && listener_.is_open(); ++i) {
    try {
      AcceptNext next = AcceptNext::wait;
      std::optional<Accepted> accepted = listener_.accept(next);
      if (accepted) {
        ++stats_.connections_accepted;
        admit(std::move(*accepted));
        continue;
      }
      if (next == AcceptNext::wait) return;
      ++stats_.accept_errors;
      if (next == AcceptNext::pause) return pause_accepting();
    } catch (const std::exception&) {
      ++stats_.connections_failed;
      return pause_accepting();
    }
  }
}

void HttpLoop::pause_accepting() {
  // One that only waits gives its descriptor to one that wants something.
  if (HttpConnection* idle = longest_waiting(State::head, nullptr)) {
    ++stats_.connections_shed;
    close_now(*idle);
  }
  epoll_event event{};
  event.data.u64 = listener_id;
  (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listener_.fd(), &event);
  is_accepting_ = false;
  accept_again_at_ = now_ + milliseconds(limits_.accept_pause_ms);
}

void HttpLoop::resume_accepting() {
  if (!listener_.is_open()) return;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = listener_id;
  is_accepting_ = ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listener_.fd(), &event) == 0;
}

void HttpLoop::admit(Accepted accepted) {
  const std::string key = accepted.peer.limit_key;
  const auto of_address = connections_by_address_.find(key);
  const std::size_t from_there = of_address == connections_by_address_.end() ? 0 : of_address->second;
  const bool address_is_full = from_there >= limits_.connections_per_address_max;
  const bool all_full = connections_.size() - closed_.size() >= limits_.connections_max;
  if ((address_is_full && !make_room(&key)) || (!address_is_full && all_full && !make_room(nullptr))) {
    ++stats_.connections_refused;
    return refuse_at_the_door(accepted.fd.get());
  }
  remove_closed();
  auto made = std::make_unique<HttpConnection>(next_id_, std::move(accepted), now_);
  made->deadline = now_ + milliseconds(limits_.head_ms);
  HttpConnection& c = *made;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = c.id;
  std::size_t& count = connections_by_address_[key];
  connections_.emplace(c.id, std::move(made));
  ++count;
  ++next_id_;
  c.watched_events = event.events;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, c.fd.get(), &event) != 0) close_now(c);
}

void HttpLoop::refuse_at_the_door(int fd) {
  const std::string answer = refusal_answer(busy_refusal, limits_.retry_after_s);
  (void)!::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Closes one connection, of this address if given, that has kept us waiting longest: for its head, else for
// its body.
bool HttpLoop::make_room(const std::string* limit_key) {
  HttpConnection* victim = longest_waiting(State::head, limit_key);
  if (victim == nullptr) {
    victim = longest_waiting(State::body, limit_key);
    if (victim == nullptr) return false;
    refuse_at_the_door(victim->fd.get());
  }
  ++stats_.connections_shed;
  close_now(*victim);
  return true;
}

void HttpLoop::close_now(HttpConnection& c) {
  if (c.state == State::closed) return;
  c.state = State::closed;
  c.fd.reset();
  c.forget_request();
  release(c.answer);
  recount(c);
  const auto count = connections_by_address_.find(c.peer.limit_key);
  if (count != connections_by_address_.end() && --count->second == 0) connections_by_address_.erase(count);
  closed_.push_back(c.id);
}

void HttpLoop::remove_closed() {
  for (const HttpConnectionId id : closed_) connections_.erase(id);
  closed_.clear();
  stats_.connections_open = connections_.size();
  stats_.request_bytes_held = request_bytes_;
  stats_.answer_bytes_held = answer_bytes_;
}

// --- All of them together ---

void HttpLoop::take_answers() {
  for (HttpJob& job : workers_->take_finished()) {
    --stats_.requests_at_work;
    const auto it = connections_.find(job.connection);
    if (it == connections_.end() || it->second->state != State::busy) continue;
    HttpConnection& c = *it->second;
    if (c.is_lost) {
      close_now(c);
    } else if (job.answer.bytes.empty()) {
      guarded(c, [&] { refuse(c, Refusal{500, "internal error"}); });
    } else {
      guarded(c, [&] { begin_answer(c, std::move(job.answer.bytes), job.answer.keep_alive); });
    }
  }
}

HttpConnection* HttpLoop::longest_waiting(HttpConnectionState state, const std::string* limit_key) {
  HttpConnection* found = nullptr;
  for (const auto& [id, c] : connections_) {
    if (c->state != state || (limit_key != nullptr && c->peer.limit_key != *limit_key)) continue;
    if (found == nullptr || c->since < found->since) found = c.get();
  }
  return found;
}

// Slow senders and slow readers pay for a shortage, not those who come next.
void HttpLoop::keep_within_budgets() {
  while (request_bytes_ > limits_.request_bytes_in_flight_max) {
    HttpConnection* slowest = longest_waiting(State::body, nullptr);
    if (slowest == nullptr) break;
    ++stats_.connections_shed;
    guarded(*slowest, [&] { refuse(*slowest, busy_refusal); });
  }
  while (answer_bytes_ > limits_.answer_bytes_in_flight_max) {
    HttpConnection* slowest = longest_waiting(State::write, nullptr);
    if (slowest == nullptr) break;
    ++stats_.connections_shed;
    close_now(*slowest);
  }
}

void HttpLoop::end_overdue() {
  next_check_ = now_ + milliseconds(check_ms);
  if (!is_accepting_ && now_ >= accept_again_at_) resume_accepting();
  for (const auto& [id, owned] : connections_) {
    HttpConnection& c = *owned;
    if (c.state == State::busy || c.state == State::closed || now_ < c.deadline) continue;
    if (c.state != State::linger) ++stats_.connections_timed_out;
    const bool is_waiting_for_more =
        (c.state == State::head && !c.received.empty()) || c.state == State::body;
    if (!is_waiting_for_more) {
      close_now(c);
      continue;
    }
    guarded(c, [&] { refuse(c, Refusal{408, "request timeout"}); });
  }
}

// Takes what already stands at the door, shuts the door, and lets every request that has begun end.
void HttpLoop::begin_stop() {
  is_stopping_ = true;
  stop_deadline_ = now_ + milliseconds(limits_.stop_ms);
  accept_all_waiting();
  listener_.close();
  for (const auto& [id, owned] : connections_) {
    HttpConnection& c = *owned;
    if (!c.is_idle()) continue;
    guarded(c, [&] { read_head(c); });  // a request may have arrived in this very turn
    if (c.is_idle()) close_now(c);
  }
}

void HttpLoop::accept_all_waiting() {
  std::uint64_t before = 0;
  do {
    before = stats_.connections_accepted;
    accept_waiting();
  } while (stats_.connections_accepted != before && connections_.size() < limits_.connections_max);
}

bool HttpLoop::is_done() const { return is_stopping_ && (connections_.empty() || now_ >= stop_deadline_); }

int HttpLoop::wait_ms() const {
  const bool has_deadlines = !connections_.empty() || !is_accepting_ || is_stopping_;
  return has_deadlines ? static_cast<int>(check_ms) : -1;
}

void HttpLoop::recount(HttpConnection& c) {
  const std::size_t request_now = c.state == State::busy ? c.request_charge : c.request_bytes_held();
  const std::size_t answer_now = c.answer_bytes_held();
  request_bytes_ += request_now - c.request_charge;
  answer_bytes_ += answer_now - c.answer_charge;
  c.request_charge = request_now;
  c.answer_charge = answer_now;
}

void HttpLoop::watch(HttpConnection& c, std::uint32_t events) {
  if (c.watched_events == events) return;
  epoll_event event{};
  event.events = events;
  event.data.u64 = c.id;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, c.fd.get(), &event) != 0) return close_now(c);
  c.watched_events = events;
}

}  // namespace samplan::server
