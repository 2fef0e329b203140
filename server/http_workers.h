// The workers: a bounded queue of complete requests, some threads that answer them, and a box of finished
// answers. A worker never touches a socket, so a slow client never holds one.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "server/http_request.h"

namespace samplan::server {

using HttpConnectionId = std::uint64_t;

// One request on its way through the workers. It is made once and then only moved from list to list, so that
// handing an answer back needs no memory.
struct HttpJob {
  HttpConnectionId connection = 0;
  VettedRequest request;
  HttpAnswer answer;  // without bytes if the runner failed
};

class Workers {
 public:
  // `on_finished` is called by a worker each time the box of answers goes from empty to not empty.
  Workers(RequestRunner& runner, std::size_t threads, std::size_t queue_max,
          std::function<void()> on_finished);
  // Answers what is in hand, drops what waits, and joins the threads.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False, and the request is gone, if the queue is full.
  bool offer(HttpConnectionId connection, VettedRequest request);
  std::list<HttpJob> take_finished();
  std::size_t waiting() const;

 private:
  void work();
  void answer(HttpJob& job) noexcept;

  RequestRunner& runner_;
  const std::size_t queue_max_;
  const std::function<void()> on_finished_;
  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  std::list<HttpJob> jobs_;
  std::list<HttpJob> finished_;
  bool is_stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace samplan::server
