#include "client-core/native/sync_runner.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "client-core/json/json_gate.h"

namespace samplan::native {
namespace {

constexpr int exchanges_max = 200;  // the core ends long before; this is the last bolt
constexpr std::size_t hello_bytes_max = 4096;
constexpr std::uint64_t protocol_version = 1;

Error http_error(int status) {
  const std::string where = "sync http " + std::to_string(status);
  switch (status) {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return {Errc::try_later, where,
              "Serveren er opptatt nå. Arbeidet ditt er lagret her og sendes senere."};
    case 413: return {Errc::refused, where, "Serveren tar ikke imot så mye på en gang."};
    case 404:
    case 405: return {Errc::bad_reply, where, "På denne adressen svarer ingen Samplan-server."};
    default:
      return {Errc::bad_reply, where, "Serveren svarte med noe Samplan ikke kan bruke. Er adressen riktig?"};
  }
}

// The core's own errors carry no sentence where a program could not know who reads it.
Error with_words(Error error) {
  if (!error.detail.empty()) return error;
  switch (error.code) {
    case Errc::try_later:
      error.detail = "Serveren er opptatt nå. Arbeidet ditt er lagret her og sendes senere.";
      break;
    case Errc::withdrawn: error.detail = "Serveren kjenner ikke lenger denne enheten."; break;
    case Errc::refused:
      error.detail = "Serveren tar ikke imot denne enheten. Spør den som inviterte deg, eller driften.";
      break;
    case Errc::forged:
      error.detail = "Svaret kom ikke fra serveren denne enheten kjenner. Ingenting er endret.";
      break;
    case Errc::not_saved: error.detail = "Ikke lagret. Sjekk om disken er full."; break;
    default: error.detail = "Svaret fra serveren kan ikke brukes. Ingenting er endret."; break;
  }
  return error;
}

bool is_worth_another_try(Errc code) { return code == Errc::offline || code == Errc::try_later; }

Result<Bytes> exchange(Transport& transport, const std::string& url, ByteView frame) {
  SP_TRY(Transport::Reply reply, transport.post(url, frame));
  if (reply.http_status != 200) return http_error(reply.http_status);
  return std::move(reply.body);
}

class Run {
 public:
  Run(Core& core, Transport& transport, const Clock& clock, const ProgressSink& progress)
      : core_(core), transport_(transport), clock_(clock), progress_(progress) {}

  Status once() {
    const std::string url = endpoint(core_.server_url(), "/v1/sync");
    bool first = true;
    bool again = true;
    while (again) {
      if (report.exchanges >= exchanges_max) return Error{Errc::try_later, "sync exchanges"};
      SP_TRY(const Bytes frame, core_.next_request(clock_(), first));
      SP_TRY(const Bytes body, exchange(transport_, url, frame));
      SP_TRY(SyncOutcome outcome, core_.on_reply(body, clock_()));
      ++report.exchanges;
      report.received += outcome.received;
      report.confirmed += outcome.confirmed;
      std::move(outcome.notices.begin(), outcome.notices.end(), std::back_inserter(report.notices));
      tell(0);
      again = outcome.again;
      first = false;
    }
    return {};
  }

  void tell(std::int64_t waiting_ms) const {
    if (progress_) progress_({report.exchanges, report.received, report.confirmed, waiting_ms});
  }

  SyncReport report;

 private:
  Core& core_;
  Transport& transport_;
  const Clock& clock_;
  const ProgressSink& progress_;
};

std::int64_t pause_ms(const Patience& patience, int failures) {
  std::int64_t most = patience.first_ms;
  for (int i = 1; i < failures && most < patience.longest_ms; ++i) most *= 2;
  most = std::min(most, patience.longest_ms);
  std::uint8_t drawn[8];
  patience.entropy->fill(drawn, sizeof drawn);
  const std::uint64_t number = load_u64(ByteView(drawn, sizeof drawn), 0);
  return static_cast<std::int64_t>(number % (static_cast<std::uint64_t>(most) + 1));
}

}  // namespace

std::string endpoint(const std::string& server_url, const std::string& path) {
  std::string url = server_url;
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url + path;
}

Result<SyncReport> run_sync(Core& core, Transport& transport, const Clock& clock,
                            const ProgressSink& progress, const Patience& patience) {
  SP_CHECK(patience.tries <= 1 || (patience.sleep && patience.entropy != nullptr));
  Run run(core, transport, clock, progress);
  for (int failures = 0;;) {
    const Status done = run.once();
    if (done.ok()) return std::move(run.report);
    ++failures;
    if (!is_worth_another_try(done.code()) || failures >= patience.tries) return with_words(done.error());
    const std::int64_t pause = pause_ms(patience, failures);
    run.tell(std::max<std::int64_t>(pause, 1));
    patience.sleep(pause);
  }
}

Result<Bytes> post_sync(Transport& transport, const std::string& server_url, ByteView request) {
  return exchange(transport, endpoint(server_url, "/v1/sync"), request);
}

Result<Bytes> post_meet(Transport& transport, const std::string& server_url, ByteView request) {
  return exchange(transport, endpoint(server_url, "/v1/meet"), request);
}

Result<ProofReport> run_proof(Core& core, Transport& transport, const Clock& clock) {
  const std::string url = endpoint(core.server_url(), "/v1/proof");
  for (int exchanges = 0; exchanges < exchanges_max; ++exchanges) {
    const auto request = core.next_proof(clock(), exchanges == 0);
    if (!request.ok()) return with_words(request.error());
    if (!*request) return core.proof_report();
    const auto reply = exchange(transport, url, **request);
    if (!reply.ok()) return with_words(reply.error());
    const Status taken = core.on_proof_reply(*reply, clock());
    if (!taken.ok()) return with_words(taken.error());
  }
  return Error{Errc::try_later, "proof exchanges"};
}

Result<Bytes> post_vouch(Transport& transport, const std::string& server_url, ByteView request) {
  return exchange(transport, endpoint(server_url, "/v1/vouch"), request);
}

Result<ServerHello> fetch_hello(Transport& transport, const std::string& server_url) {
  SP_TRY(const Transport::Reply reply, transport.get(endpoint(server_url, "/v1/hello")));
  if (reply.http_status != 200) return http_error(reply.http_status);
  const Error strange{Errc::bad_reply, "hello", "På denne adressen svarer ingen Samplan-server."};
  JsonBounds bounds;
  bounds.bytes_max = hello_bytes_max;
  const auto json = parse_json(ByteView(reply.body).text(), bounds);
  if (!json.ok() || !json->is_object()) return strange;
  const auto key = json->find("server_key");
  const auto protocol = json->find("protocol");
  const auto generation = json->find("generation");
  if (key == json->end() || !key->is_string() || protocol == json->end() || !protocol->is_number_unsigned())
    return strange;
  if (protocol->get<std::uint64_t>() != protocol_version) {
    return Error{Errc::unknown_version, "hello protocol",
                 "Serveren bruker en annen utgave av Samplan. Oppdater programmet."};
  }
  const auto parsed = SignPublicKey::parse(key->get_ref<const std::string&>());
  if (!parsed || parsed->is_zero()) return strange;
  ServerHello hello{*parsed, 0};
  if (generation != json->end() && generation->is_number_unsigned())
    hello.generation = generation->get<std::uint64_t>();
  return hello;
}

}  // namespace samplan::native
