// One connection moving on: from its first byte over its request and answer to its end.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "server/http_answer.h"
#include "server/http_loop.h"

namespace samplan::server {
namespace {

using std::chrono::milliseconds;
using State = HttpConnectionState;

bool is_only_not_now(int error_number) { return error_number == EAGAIN || error_number == EINTR; }

}  // namespace

void HttpLoop::on_event(HttpConnection& c, std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    if (c.state != State::busy) return close_now(c);
    // The request is complete and will be carried out; only its answer has no reader any more.
    (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, c.fd.get(), nullptr);
    c.is_lost = true;
    return;
  }
  if ((events & EPOLLOUT) != 0) return send_answer(c);
  if ((events & EPOLLIN) != 0) on_readable(c);
}

void HttpLoop::on_readable(HttpConnection& c) {
  switch (c.state) {
    case State::head: return read_head(c);
    case State::body: return read_body(c);
    case State::linger: return drain(c);
    case State::busy: return watch(c, 0);  // invariant 1: it waits in the system's buffer
    case State::write:
    case State::closed: return;
  }
}

void HttpLoop::read_head(HttpConnection& c) {
  const std::size_t room = limits_.head_bytes_max + 1 - c.received.size();
  const ssize_t got = ::recv(c.fd.get(), buffer_.data(), std::min(room, buffer_.size()), 0);
  if (got == 0 || (got < 0 && !is_only_not_now(errno))) return close_now(c);
  if (got < 0) return;
  // The time for a head runs from its first byte and nothing prolongs it.
  if (c.received.empty() && c.requests > 0) c.deadline = now_ + milliseconds(limits_.head_ms);
  c.received.append(buffer_.data(), static_cast<std::size_t>(got));
  advance(c);
}

void HttpLoop::read_body(HttpConnection& c) {
  const std::size_t room = c.body_bytes - c.request.body.size();
  const ssize_t got = ::recv(c.fd.get(), buffer_.data(), std::min(room, buffer_.size()), 0);
  if (got == 0 || (got < 0 && !is_only_not_now(errno))) return close_now(c);
  if (got < 0) return;
  c.request.body.append(buffer_.data(), static_cast<std::size_t>(got));
  c.deadline = c.body_deadline(limits_);
  advance(c);
}

void HttpLoop::drain(HttpConnection& c) {
  const ssize_t got = ::recv(c.fd.get(), buffer_.data(), buffer_.size(), 0);
  if (got == 0 || (got < 0 && !is_only_not_now(errno))) return close_now(c);
  if (got > 0) c.drained += static_cast<std::size_t>(got);
  if (c.drained > limits_.linger_bytes_max) close_now(c);
}

void HttpLoop::advance(HttpConnection& c) {
  if (c.state == State::head && !begin_body(c)) return;
  if (c.state == State::body && c.request.body.size() == c.body_bytes) submit(c);
}

// True once the head is complete and accepted.
bool HttpLoop::begin_body(HttpConnection& c) {
  const HeadScan scan = scan_head(c.received, c.scanned, limits_);
  c.scanned = c.received.size();
  if (scan.refusal) {
    refuse(c, *scan.refusal);
    return false;
  }
  if (scan.head_bytes == 0) return false;
  ++c.requests;
  const bool is_last = is_stopping_ || c.requests >= limits_.requests_per_connection_max;
  const std::string_view head = std::string_view(c.received).substr(0, scan.head_bytes);
  auto vetted = vet_head(head, is_last, limits_);
  if (const auto* refusal = std::get_if<Refusal>(&vetted)) {
    refuse(c, *refusal);
    return false;
  }
  auto& accepted = *std::get_if<VettedHead>(&vetted);
  c.request.head = std::move(accepted.text);
  c.request.keep_alive = accepted.keep_alive;
  c.body_bytes = accepted.body_bytes;
  const std::size_t here = std::min(c.body_bytes, c.received.size() - scan.head_bytes);
  c.request.body.assign(c.received, scan.head_bytes, here);
  c.received.erase(0, scan.head_bytes + here);
  c.scanned = 0;
  c.state = State::body;
  c.since = now_;
  c.deadline = c.body_deadline(limits_);
  return true;
}

void HttpLoop::submit(HttpConnection& c) {
  c.request.peer_address = c.peer.address;
  c.request.peer_port = c.peer.port;
  if (c.received.empty()) release(c.received);
  recount(c);
  c.state = State::busy;
  c.since = now_;
  if (!workers_->offer(c.id, std::move(c.request))) return refuse(c, busy_refusal);
  ++stats_.requests_at_work;
}

void HttpLoop::refuse(HttpConnection& c, const Refusal& refusal) {
  const std::size_t declared = c.body_bytes;
  c.forget_request();
  c.body_bytes = declared;
  begin_answer(c, refusal_answer(refusal, limits_.retry_after_s), false);
}

void HttpLoop::begin_answer(HttpConnection& c, std::string bytes, bool keep_alive) {
  const int status = status_of(bytes);
  ++stats_.answers_by_status[static_cast<std::size_t>(status) % stats_.answers_by_status.size()];
  if (trace_) {
    const auto waited = std::chrono::duration_cast<milliseconds>(now_ - c.since);
    trace_(HttpTrace{status, c.body_bytes, bytes.size(), waited.count()});
  }
  release(c.request.head);
  release(c.request.body);
  c.body_bytes = 0;
  c.answer = std::move(bytes);
  c.answer_sent = 0;
  c.keep_alive = keep_alive;
  c.state = State::write;
  c.since = now_;
  c.deadline = c.write_deadline(now_, limits_);
  send_answer(c);
}

void HttpLoop::send_answer(HttpConnection& c) {
  if (c.state != State::write) return;
  while (c.answer_sent < c.answer.size()) {
    const ssize_t sent =
        ::send(c.fd.get(), c.answer.data() + c.answer_sent, c.answer.size() - c.answer_sent, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return watch(c, EPOLLOUT);
    if (sent < 0) return close_now(c);
    c.answer_sent += static_cast<std::size_t>(sent);
    c.deadline = c.write_deadline(now_, limits_);
  }
  end_answer(c);
}

void HttpLoop::end_answer(HttpConnection& c) {
  release(c.answer);
  c.answer_sent = 0;
  c.since = now_;
  if (!c.keep_alive || (is_stopping_ && c.received.empty())) {
    // Half-close and read on for a moment: closing with unread bytes would reset, and the answer would be
    // lost.
    c.forget_request();
    c.state = State::linger;
    c.deadline = now_ + milliseconds(limits_.linger_ms);
    (void)::shutdown(c.fd.get(), SHUT_WR);
    return watch(c, EPOLLIN);
  }
  c.state = State::head;
  c.deadline = now_ + milliseconds(c.received.empty() ? limits_.idle_ms : limits_.head_ms);
  watch(c, EPOLLIN);
  if (!c.received.empty()) advance(c);
}

}  // namespace samplan::server
