#include "server/http_workers.h"

#include <utility>

#include "server/http_answer.h"

namespace samplan::server {

Workers::Workers(RequestRunner& runner, std::size_t threads, std::size_t queue_max,
                 std::function<void()> on_finished)
    : runner_(runner), queue_max_(queue_max), on_finished_(std::move(on_finished)) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Workers::~Workers() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_stopping_ = true;
    jobs_.clear();
  }
  has_work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Workers::offer(HttpConnectionId connection, VettedRequest request) {
  std::list<HttpJob> made;
  made.push_back(HttpJob{connection, std::move(request), {}});
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (jobs_.size() >= queue_max_) return false;
    jobs_.splice(jobs_.end(), made);
  }
  has_work_.notify_one();
  return true;
}

std::list<HttpJob> Workers::take_finished() {
  std::list<HttpJob> out;
  const std::lock_guard<std::mutex> lock(mutex_);
  out.swap(finished_);
  return out;
}

std::size_t Workers::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return jobs_.size();
}

void Workers::work() {
  for (;;) {
    std::list<HttpJob> in_hand;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      has_work_.wait(lock, [this] { return is_stopping_ || !jobs_.empty(); });
      if (is_stopping_) return;
      in_hand.splice(in_hand.end(), jobs_, jobs_.begin());
    }
    answer(in_hand.front());
    bool was_empty = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      was_empty = finished_.empty();
      finished_.splice(finished_.end(), in_hand);
    }
    if (was_empty) on_finished_();
  }
}

// An exception, out of memory included, costs one request its answer; its text stays here, for it may quote
// anything.
void Workers::answer(HttpJob& job) noexcept {
  try {
    job.answer = runner_.run(std::move(job.request));
    if (status_of(job.answer.bytes) == 0) job.answer.bytes.clear();
  } catch (...) {
    job.answer.bytes.clear();
  }
}

}  // namespace samplan::server
