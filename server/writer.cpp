#include "server/writer.h"

#include <chrono>
#include <exception>

namespace samplan::server {

namespace {

// The disk does not take what we write. Anything else, damaged rows for one, is the trouble of whoever asked
// for it.
bool concerns_everyone(Errc code) {
  return code == Errc::not_saved || code == Errc::io || code == Errc::busy;
}

}  // namespace

Writer::Coming::Coming(Writer& writer) : writer_(writer) {
  const std::lock_guard<std::mutex> lock(writer_.mutex_);
  ++writer_.coming_;
}

Writer::Coming::~Coming() {
  if (has_arrived_) return;
  {
    const std::lock_guard<std::mutex> lock(writer_.mutex_);
    --writer_.coming_;
  }
  writer_.changed_.notify_all();
}

Writer::Writer(relay::Relay& relay, std::unique_ptr<SqliteStore> store, Log& log, Log::ClockMs clock)
    : relay_(relay), store_(std::move(store)), log_(log), clock_(std::move(clock)) {
  thread_ = std::thread([this] { work(); });
}

Writer::~Writer() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<SyncReply> Writer::run(const relay::Incoming& in, Coming& coming) {
  auto job = std::make_unique<Job>();
  job->in = &in;
  return submit(std::move(job), &coming);
}

Status Writer::write(const Work& work) {
  auto job = std::make_unique<Job>();
  job->work = &work;
  const auto done = submit(std::move(job), nullptr);
  return done.ok() ? Status::good() : Status(done.error());
}

bool Writer::probe() { return submit(std::make_unique<Job>(), nullptr).ok(); }

Result<SyncReply> Writer::submit(std::unique_ptr<Job> job, Coming* coming) {
  auto answer = job->answer.get_future();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_stopping_) return Error{Errc::try_later, "writer.stopping"};
    waiting_.push_back(std::move(job));
    if (coming != nullptr) {
      coming->has_arrived_ = true;
      --coming_;
    }
  }
  changed_.notify_all();
  return answer.get();
}

void Writer::work() {
  for (;;) {
    Group group = next_group();
    if (group.empty()) return;
    run_group(group);
  }
}

Writer::Group Writer::next_group() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
  // Others are about to arrive: a moment's wait saves each of them a sync of its own. A lone request never
  // waits.
  changed_.wait_for(lock, std::chrono::milliseconds(linger_ms_max),
                    [this] { return is_stopping_ || coming_ == 0 || waiting_.size() >= group_max; });
  Group group;
  if (waiting_.size() <= group_max) {
    group.swap(waiting_);
    return group;
  }
  const auto end = waiting_.begin() + group_max;
  group.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return group;
}

void Writer::run_group(Group& group) {
  ++stats_.groups;
  try {
    auto results = execute(group);
    if (!results.ok()) return fail(group, results.error());
    const Status committed = commit();
    if (!committed.ok()) return fail(group, committed.error());
    stats_.can_write = true;
    for (std::size_t i = 0; i < group.size(); ++i) {
      ++stats_.requests;
      if (!(*results)[i].ok()) ++stats_.failed_requests;
      group[i]->answer.set_value(std::move((*results)[i]));
    }
  } catch (const std::exception&) {
    // Out of memory; nothing has been committed that was not answered.
    fail(group, Error{Errc::try_later, "writer.memory"});
  }
}

void Writer::fail(Group& group, const Error& error) {
  store_->rollback();
  relay_.forget();
  ++stats_.failed_commits;
  stats_.can_write = false;
  log_.error("group not committed", {LogField::of(error), {"requests", std::uint64_t{group.size()}}});
  for (const auto& job : group) {
    ++stats_.requests;
    ++stats_.failed_requests;
    job->answer.set_value(error);
  }
}

Result<std::vector<Result<SyncReply>>> Writer::execute(const Group& group) {
  SP_OK(store_->begin());
  std::vector<Result<SyncReply>> results;
  results.reserve(group.size());
  for (const auto& job : group) {
    SP_OK(store_->mark());
    results.push_back(execute_one(*job));
    if (results.back().ok()) {
      SP_OK(store_->release());
      continue;
    }
    const Error error = results.back().error();
    if (concerns_everyone(error.code)) return error;
    // A probe is nobody's request.
    const DeviceId device = job->in == nullptr ? DeviceId{} : job->in->device;
    log_.error("request undone", {LogField::of(error), {"device", device}});
    SP_OK(store_->undo());
    relay_.forget();
  }
  return results;
}

Result<SyncReply> Writer::execute_one(const Job& job) {
  if (job.in != nullptr) return relay_.execute(*store_, *job.in, clock_(), entropy_);
  if (job.work != nullptr) {
    SP_OK((*job.work)(*store_, clock_(), entropy_));
    return SyncReply{};
  }
  Bytes time;
  append_u64(time, static_cast<std::uint64_t>(clock_()));
  SP_OK(store_->set_meta("probe", time));
  return SyncReply{};
}

Status Writer::commit() {
  const auto start = std::chrono::steady_clock::now();
  SP_OK(store_->commit());
  const auto took = std::chrono::steady_clock::now() - start;
  stats_.commit_us +=
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  return Status::good();
}

}  // namespace samplan::server
