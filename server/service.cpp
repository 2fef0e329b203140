#include "server/service.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <vector>

#include "server/sqlite_store.h"
#include "server/system_entropy.h"
#include "server/vouching.h"
#include "server/writer.h"
#include "sync/relay/checkpoints.h"
#include "sync/relay/meet.h"
#include "sync/relay/relay.h"

namespace samplan::server {
namespace {

// Connections that only read, one for each worker that is at it, kept for the next.
class Readers {
 public:
  explicit Readers(std::string path) : path_(std::move(path)) {}

  Result<std::unique_ptr<SqliteStore>> take() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!idle_.empty()) {
        auto reader = std::move(idle_.back());
        idle_.pop_back();
        return reader;
      }
    }
    return SqliteStore::open_reader(path_);
  }
  void give_back(std::unique_ptr<SqliteStore> reader) {
    const std::lock_guard<std::mutex> lock(mutex_);
    idle_.push_back(std::move(reader));
  }

 private:
  const std::string path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SqliteStore>> idle_;
};

int http_status_of(const Error& error) {
  switch (error.code) {
    case Errc::malformed:
    case Errc::truncated:
    case Errc::unknown_version:
    case Errc::not_utf8: return 400;
    case Errc::too_large: return 413;
    default: return 503;
  }
}

// What counts as one address at the meeting place: an IPv4 address, or the /64 network that one IPv6 subscriber owns.
// Empty on a loopback address, where a proxy speaks for all.
std::string gate_key(const std::string& peer) {
  in_addr v4{};
  in6_addr v6{};
  const auto four = [](const void* bytes) {
    const std::string key(static_cast<const char*>(bytes), 4);
    return key[0] == 127 ? std::string() : key;
  };
  if (::inet_pton(AF_INET, peer.c_str(), &v4) == 1) return four(&v4);
  if (::inet_pton(AF_INET6, peer.c_str(), &v6) != 1) return {};
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return four(v6.s6_addr + 12);
  return IN6_IS_ADDR_LOOPBACK(&v6) ? std::string() : std::string(reinterpret_cast<const char*>(v6.s6_addr), 8);
}

class Service final : public SyncService {
 public:
  Service(relay::RelayConfig relay_config, relay::ServerIdentity identity, std::unique_ptr<SqliteStore> store,
          const ServiceConfig& config, Log& log)
      : log_(log),
        clock_(config.clock),
        relay_config_(relay_config),
        gate_(relay_config_),
        vouch_gate_(relay_config_),
        relay_(std::move(relay_config), std::move(identity)),
        readers_(config.store_path),
        writer_(relay_, std::move(store), log, config.clock),
        vouching_(config.sign_in, config.fetch ? config.fetch : oidc::http_fetch(),
                  [this](const DeviceId& device) { return find_device(device); }, log) {}

  SyncAnswer sync(ByteView body, const std::string& host_header) override {
    ++requests_;
    auto answer = answer_to(body, host_header);
    keep_checkpoints();
    if (answer.ok()) return {200, std::move(*answer)};
    const int status = http_status_of(answer.error());
    ++(status == 503 ? unavailable_ : malformed_);
    if (status == 503) log_.warn("sync not answered", {LogField::of(answer.error())});
    const std::string_view word = errc_name(answer.error().code);
    return {status, ByteView::of(word).copy()};
  }

  SyncAnswer meet(ByteView body, const std::string& peer_address) override {
    ++meetings_;
    const auto request = read_meet_request(body);
    if (!request.ok()) {
      ++malformed_;
      return {http_status_of(request.error()), ByteView::of(errc_name(request.error().code)).copy()};
    }
    if (!admits(gate_, peer_address, request->act)) {
      ++turned_away_;
      return {429, ByteView::of("try_later").copy()};
    }
    const auto reply = relay::meet_writes(*request) ? write_meet(*request) : read_meet(*request);
    if (reply.ok()) return {200, write_meet_reply(*reply)};
    ++unavailable_;
    log_.warn("meet not answered", {LogField::of(reply.error())});
    return {503, ByteView::of(errc_name(reply.error().code)).copy()};
  }

  SyncAnswer prove(ByteView body, const std::string& host_header) override {
    ++proofs_;
    keep_checkpoints();
    auto answer = answer_to_proof(body, host_header);
    if (answer.ok()) return {200, std::move(*answer)};
    const int status = http_status_of(answer.error());
    ++(status == 503 ? unavailable_ : malformed_);
    if (status == 503) log_.warn("proof not answered", {LogField::of(answer.error())});
    return {status, ByteView::of(errc_name(answer.error().code)).copy()};
  }

  SyncAnswer checkpoint() override {
    keep_checkpoints();
    auto note = newest_note();
    if (note.ok() && !note->empty()) return {200, std::move(*note)};
    if (note.ok()) return {404, ByteView::of("none yet\n").copy()};
    ++unavailable_;
    return {503, ByteView::of(errc_name(note.error().code)).copy()};
  }

  SyncAnswer vouch(ByteView body, const std::string& host_header, const std::string& peer_address) override {
    if (!admits(vouch_gate_, peer_address, MeetAct::open)) {
      ++turned_away_;
      return {429, ByteView::of("try_later").copy()};
    }
    auto reply = vouching_.answer(body, host_header, relay_.server().key, clock_());
    if (reply.ok()) return {200, std::move(*reply)};
    const int status = http_status_of(reply.error());
    ++(status == 503 ? unavailable_ : malformed_);
    if (status == 503) log_.warn("vouch not answered", {LogField::of(reply.error())});
    return {status, ByteView::of(errc_name(reply.error().code)).copy()};
  }

  Hello hello() const override {
    return {relay_.server().key.public_key, protocol_version, relay_.server().generation};
  }

  bool healthy() const override { return writer_.stats().can_write || writer_.probe(); }

  std::string metrics() const override {
    const WriterStats& w = writer_.stats();
    std::string out;
    const auto line = [&](const char* name, std::uint64_t value) {
      out += std::string("samplan_sync_") + name + " " + std::to_string(value) + "\n";
    };
    line("requests_total", requests_);
    line("idle_total", idle_);
    line("malformed_total", malformed_);
    line("unavailable_total", unavailable_);
    line("meet_requests_total", meetings_);
    line("meet_turned_away_total", turned_away_);
    line("proof_requests_total", proofs_);
    line("vouches_total", vouching_.given());
    line("vouches_refused_total", vouching_.refused());
    line("groups_total", w.groups);
    line("group_requests_total", w.requests);
    line("failed_requests_total", w.failed_requests);
    line("failed_commits_total", w.failed_commits);
    line("commit_microseconds_total", w.commit_us);
    line("store_ok", w.can_write ? 1 : 0);
    return out;
  }

 private:
  bool admits(relay::MeetGate& gate, const std::string& peer, MeetAct act) {
    const std::lock_guard<std::mutex> lock(gate_mutex_);
    return gate.admits(gate_key(peer), act, clock_());
  }

  Result<std::optional<relay::DeviceRow>> find_device(const DeviceId& device) {
    SP_TRY(std::unique_ptr<SqliteStore> reader, readers_.take());
    SP_OK(reader->begin());
    auto row = reader->device(device);
    reader->rollback();
    readers_.give_back(std::move(reader));
    return row;
  }

  // The first request of a day by the server's clock brings the checkpoint with it. One that cannot be made is tried
  // again a little later, and stops nobody's sync.
  void keep_checkpoints() {
    const UnixMs now = clock_();
    UnixMs due = checkpoint_due_ms_;
    if (now < due || !checkpoint_due_ms_.compare_exchange_strong(due, now + checkpoint_retry_ms)) return;
    const Status made = writer_.write([&](relay::Store& store, UnixMs at, Entropy&) {
      return relay::make_checkpoint_if_due(store, relay_.server(), at);
    });
    if (!made.ok()) {
      log_.warn("no checkpoint", {LogField::of(made.error())});
      return;
    }
    checkpoint_due_ms_ = (now / relay::ms_per_day + 1) * relay::ms_per_day;
  }

  Result<Bytes> newest_note() {
    SP_TRY(std::unique_ptr<SqliteStore> reader, readers_.take());
    SP_OK(reader->begin());
    auto row = reader->checkpoint(relay_.server().generation);
    reader->rollback();
    readers_.give_back(std::move(reader));
    if (!row.ok()) return row.error();
    return *row ? std::move((*row)->note) : Bytes{};
  }

  Result<Bytes> answer_to_proof(ByteView body, const std::string& host) {
    SP_TRY(std::unique_ptr<SqliteStore> reader, readers_.take());
    const auto ask = relay::read_proof_ask(body, host, clock_(), relay_.server(), relay_config_, *reader);
    readers_.give_back(std::move(reader));
    if (!ask.ok()) return ask.error();
    ProofReply reply;
    SP_OK(writer_.write([&](relay::Store& store, UnixMs now, Entropy&) -> Status {
      SP_TRY(reply, relay_.prove(store, *ask, now));
      return Status::good();
    }));
    return relay_.finish_proof(*ask, std::move(reply));
  }

  Result<MeetReply> write_meet(const MeetRequest& request) {
    MeetReply reply;
    SP_OK(writer_.write([&](relay::Store& store, UnixMs now, Entropy& entropy) -> Status {
      SP_TRY(reply, relay::write_meet(store, relay_config_, request, now, entropy));
      return Status::good();
    }));
    return reply;
  }

  Result<MeetReply> read_meet(const MeetRequest& request) {
    SP_TRY(std::unique_ptr<SqliteStore> reader, readers_.take());
    SP_OK(reader->begin());
    auto reply = relay::read_meet(*reader, request, clock_());
    reader->rollback();
    readers_.give_back(std::move(reader));
    return reply;
  }

  Result<Bytes> answer_to(ByteView body, const std::string& host) {
    Writer::Coming coming(writer_);
    const UnixMs now = clock_();
    SP_TRY(std::unique_ptr<SqliteStore> reader, readers_.take());
    const auto in = relay_.read(*reader, body, host, now);
    if (!in.ok()) {
      readers_.give_back(std::move(reader));
      return in.error();
    }
    auto reply = look_for_idle(*reader, *in, now);
    readers_.give_back(std::move(reader));
    if (!reply.ok()) return reply.error();
    if (*reply) {
      ++idle_;
      return relay_.finish(*in, std::move(**reply));
    }
    SP_TRY(SyncReply written, writer_.run(*in, coming));
    return relay_.finish(*in, std::move(written));
  }

  Result<std::optional<SyncReply>> look_for_idle(SqliteStore& reader, const relay::Incoming& in,
                                                 UnixMs now) const {
    SP_OK(reader.begin());
    auto reply = relay_.idle(reader, in, now);
    reader.rollback();
    return reply;
  }

  static constexpr UnixMs checkpoint_retry_ms = 10 * 60'000;

  Log& log_;
  const Log::ClockMs clock_;
  const relay::RelayConfig relay_config_;
  std::mutex gate_mutex_;
  relay::MeetGate gate_;
  relay::MeetGate vouch_gate_;
  relay::Relay relay_;
  Readers readers_;
  mutable Writer writer_;
  Vouching vouching_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> idle_{0};
  std::atomic<std::uint64_t> malformed_{0};
  std::atomic<std::uint64_t> meetings_{0};
  std::atomic<std::uint64_t> turned_away_{0};
  std::atomic<std::uint64_t> proofs_{0};
  std::atomic<UnixMs> checkpoint_due_ms_{0};
  std::atomic<std::uint64_t> unavailable_{0};
};

Result<relay::ServerIdentity> load_identity(SqliteStore& store) {
  SystemEntropy entropy;
  SP_OK(store.begin());
  auto identity = relay::load_server_identity(store, entropy);
  const Status saved = identity.ok() ? store.commit() : Status(identity.error());
  if (!saved.ok()) {
    store.rollback();
    return saved.error();
  }
  return identity;
}

Status write_code(const std::string& path, const std::string& code) {
  if (path.empty()) return Status::good();
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  const std::string line = code + "\n";
  const bool written = fd >= 0 && ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const int error_number = errno;
  if (fd >= 0) ::close(fd);
  if (written) return Status::good();
  return Error{Errc::not_saved, "service.code errno " + std::to_string(error_number),
               "Cannot write " + path + ". Is the disk full or read-only?"};
}

}  // namespace

Result<std::unique_ptr<SyncService>> open_service(const ServiceConfig& config, Log& log) {
  SP_TRY(std::unique_ptr<SqliteStore> store, SqliteStore::open(config.store_path));
  SP_TRY(relay::ServerIdentity identity, load_identity(*store));
  SP_OK(write_code(config.code_path, identity.enrolment_code));
  if (config.store_pages_max > 0) SP_OK(store->limit_pages(config.store_pages_max));
  return std::unique_ptr<SyncService>(
      std::make_unique<Service>(config.relay, std::move(identity), std::move(store), config, log));
}

std::string store_path(const Config& config) { return config.data_dir + "/store.sqlite"; }

Result<std::unique_ptr<SyncService>> make_service(const Config& config, Log& log) {
  ServiceConfig service;
  service.store_path = store_path(config);
  service.code_path = config.data_dir + "/enrolment-code";
  service.relay.open_enrolment = config.enrolment == Enrolment::open;
  service.sign_in = config.sign_in;
  return open_service(service, log);
}

}  // namespace samplan::server
