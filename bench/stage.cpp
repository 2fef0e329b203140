#include "bench/stage.h"

#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "client-core/native/sync_runner.h"

extern char** environ;

namespace samplan::bench {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* passphrase = "bench-passord";
const CoreOptions cheap_lock{crypto::kdf_for_tests};  // unlocking is not what is measured

UnixMs wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Counts what goes over the wire, bodies only.
class CountingTransport : public Transport {
 public:
  Result<Reply> post(const std::string& url, ByteView body) override {
    auto reply = inner_.post(url, body);
    up += body.size();
    if (reply.ok()) down += reply->body.size();
    return reply;
  }
  Result<Reply> get(const std::string& url) override { return inner_.get(url); }
  std::size_t up = 0;
  std::size_t down = 0;

 private:
  native::HttpTransport inner_;
};

}  // namespace

void give_up(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

json must(Core& core, const json& request) {
  json answer = core.call(request, wall_ms());
  if (answer["ok"] != true) give_up(request.dump().substr(0, 200) + " -> " + answer.dump());
  return answer;
}

Server::Server(const std::string& program, const std::string& folder) : folder_(folder) {
  // The server makes its folder itself, for its user alone.
  int out[2];
  if (::pipe(out) != 0) give_up("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_addclose(&actions, out[0]);
  std::vector<std::string> args = {program, "--data", folder, "--port", "0", "--log", "error"};
  std::vector<char*> argv;
  for (std::string& a : args) argv.push_back(a.data());
  argv.push_back(nullptr);
  if (::posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environ) != 0) give_up("cannot start " + program);
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  std::string line;
  char c = 0;
  while (::read(out[0], &c, 1) == 1 && c != '\n') line.push_back(c);
  ::close(out[0]);
  const std::string said = "listening on ";
  if (line.rfind(said, 0) != 0) give_up("the server did not start: " + line);
  url_ = line.substr(said.size());
}

Server::~Server() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

std::string Server::code() const {
  std::ifstream in(folder_ + "/enrolment-code");
  std::string line;
  std::getline(in, line);
  return line;
}

SyncFigures sync(Core& core) {
  CountingTransport transport;
  SyncFigures out;
  const double start = now_ms();
  const auto report = native::run_sync(core, transport, wall_ms);
  out.ms = now_ms() - start;
  if (!report.ok()) give_up(std::string("sync: ") + errc_name(report.code()) + " " + report.error().where);
  for (const Notice& n : report->notices)
    if (n.what == "refused" || n.what == "frozen") give_up("sync: " + n.what + " " + n.detail);
  out.exchanges = report->exchanges;
  out.received = report->received;
  out.confirmed = report->confirmed;
  out.up = transport.up;
  out.down = transport.down;
  return out;
}

std::unique_ptr<Device> Device::begin(const std::string& folder, const std::string& name, const std::string& url,
                                      const SignPublicKey& key, const std::string& code) {
  auto home = native::NativeHome::make(folder);
  if (!home.ok()) give_up("home " + folder);
  std::unique_ptr<Device> out(new Device(std::move(home).value()));
  NewHome fresh;
  fresh.name = name;
  fresh.passphrase = passphrase;
  fresh.server_url = url;
  fresh.server_key = key;
  fresh.enrolment_code = code;
  auto core = Core::create(out->home_, fresh, out->entropy_, wall_ms(), cheap_lock);
  if (!core.ok()) give_up("create " + folder);
  out->core_ = std::move(core).value();
  return out;
}

std::unique_ptr<Device> Device::open(const std::string& folder) {
  auto home = native::NativeHome::open(folder);
  if (!home.ok()) give_up("home " + folder);
  std::unique_ptr<Device> out(new Device(std::move(home).value()));
  auto core = Core::open(out->home_, passphrase, out->entropy_, cheap_lock);
  if (!core.ok()) give_up("open " + folder);
  out->core_ = std::move(core).value();
  return out;
}

Company make_company(Server& server, const std::string& folder, int plans, int people, bool content,
                     bool people_sync) {
  native::HttpTransport transport;
  const auto hello = native::fetch_hello(transport, server.url());
  if (!hello.ok()) give_up("hello");
  Company out;
  out.seed = Device::begin(folder + "/seed", "seed", server.url(), hello->key, server.code());
  out.owner = Device::begin(folder + "/owner", "owner", server.url(), hello->key, server.code());
  Core& seed = out.seed->core();
  Core& owner = out.owner->core();
  for (int p = 0; p < plans; ++p)
    out.plans.push_back(must(seed, {{"do", "plan_new"}, {"owner_name", "Plan " + std::to_string(p)}})["plan"]);

  // Each joins by an invitation to the first plan and is known from then on.
  std::vector<std::string> principals;
  const auto let_in = [&](Core& core, const std::string& role) {
    const json link = must(seed, {{"do", "invite"}, {"for", "plan"}, {"plan", out.plans[0]}, {"role", role}});
    sync(seed);
    must(core, {{"do", "join_request"}, {"link", link["link"]}});
    sync(core);
    sync(seed);
    const json request = must(seed, {{"do", "requests"}})["requests"][0];
    must(seed, {{"do", "confirm"}, {"request", request["request"]}});
    const std::string principal = request["person"];
    for (std::size_t p = 1; p < out.plans.size(); ++p)
      must(seed, {{"do", "participant_add"}, {"plan", out.plans[p]}, {"principal", principal}, {"role", role}});
    sync(seed);
    principals.push_back(principal);
  };
  let_in(owner, "owner");
  for (int i = 0; i < people; ++i) {
    out.folders.push_back(folder + "/person" + std::to_string(i));
    const auto device = Device::begin(out.folders.back(), "person " + std::to_string(i), server.url(), hello->key, server.code());
    let_in(device->core(), "provider");
  }
  sync(owner);
  for (const std::string& plan : out.plans) must(owner, {{"do", "consent_plan"}, {"plan", plan}});
  sync(owner);
  for (const std::string& plan : out.plans)
    for (std::size_t i = 1; i < principals.size(); ++i)
      must(owner, {{"do", "consent_give"}, {"plan", plan}, {"participant", principals[i]}, {"sections", {"helse"}}, {"rights", "write"},
                   {"history", "full"}, {"what", "a"}, {"who", "b"}, {"use", "c"}, {"consequence", "d"}});
  sync(owner);
  sync(seed);
  if (content)
    for (std::size_t p = 0; p < out.plans.size(); ++p)
      for (const Entry& e : base_plan(static_cast<int>(p)))
        must(seed, {{"do", "add"}, {"plan", out.plans[p]}, {"kind", "need"}, {"section", "helse"}, {"fields", {{"reference", e.id}, {"text", e.body}}}});
  sync(seed);
  if (people_sync)
    for (const std::string& home : out.folders) sync(Device::open(home)->core());
  return out;
}

std::map<std::string, std::string> entries_of(Core& core, const std::string& plan) {
  std::map<std::string, std::string> out;
  const json view = must(core, {{"do", "plan_show"}, {"plan", plan}, {"record_access", false}});
  for (const json& need : view["sections"]["helse"]["records"]["need"]) out[need["fields"]["reference"]] = need["id"];
  return out;
}

void apply(Core& core, const std::vector<std::string>& plans, const std::vector<Change>& changes) {
  std::vector<std::map<std::string, std::string>> known;
  for (const std::string& plan : plans) known.push_back(entries_of(core, plan));
  for (const Change& c : changes) {
    const auto p = static_cast<std::size_t>(c.plan);
    if (c.is_new) {
      must(core, {{"do", "add"}, {"plan", plans[p]}, {"kind", "need"}, {"section", "helse"}, {"fields", {{"reference", c.id}, {"text", c.body}}}});
    } else {
      must(core, {{"do", "edit"}, {"plan", plans[p]}, {"entity", known[p][c.id]}, {"field", "text"}, {"value", c.body}});
    }
  }
}

std::map<std::string, std::string> read_all(Core& core, const std::vector<std::string>& plans) {
  std::map<std::string, std::string> out;
  for (std::size_t p = 0; p < plans.size(); ++p) {
    const json view = must(core, {{"do", "plan_show"}, {"plan", plans[p]}, {"record_access", false}});
    for (const json& need : view["sections"]["helse"]["records"]["need"])
      out[std::to_string(p) + "/" + need["fields"]["reference"].get<std::string>()] = need["fields"]["text"];
  }
  return out;
}

Usage usage_of(int pid) {
  Usage out;
  const std::string base = "/proc/" + std::to_string(pid);
  std::ifstream stat(base + "/stat");
  std::string all((std::istreambuf_iterator<char>(stat)), {});
  std::istringstream fields(all.substr(all.rfind(')') + 2));
  std::string word;
  double ticks = 0;
  for (int i = 0; fields >> word && i < 13; ++i)
    if (i == 11 || i == 12) ticks += std::stod(word);
  out.cpu_ms = ticks * 1000.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::ifstream status(base + "/status");
  while (std::getline(status, word))
    if (word.rfind("VmHWM:", 0) == 0) out.peak_mb = std::stod(word.substr(6)) / 1024.0;
  return out;
}

std::size_t bytes_on_disk(const std::string& folder) {
  std::size_t out = 0;
  for (const auto& file : fs::recursive_directory_iterator(folder))
    if (file.is_regular_file()) out += file.file_size();
  return out;
}

std::size_t bytes_to_keep(const std::string& server_folder) {
  sqlite3* db = nullptr;
  sqlite3_stmt* query = nullptr;
  std::size_t out = 0;
  const bool ready =
      sqlite3_open_v2((server_folder + "/store.sqlite").c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK &&
      sqlite3_prepare_v2(db,
                         "SELECT (SELECT total(length(body)) FROM envelope) + "
                         "(SELECT total(length(signed_record)) FROM governance) + "
                         "(SELECT total(length(record)) FROM identity)",
                         -1, &query, nullptr) == SQLITE_OK;
  if (ready && sqlite3_step(query) == SQLITE_ROW) out = static_cast<std::size_t>(sqlite3_column_int64(query, 0));
  sqlite3_finalize(query);
  sqlite3_close(db);
  return out;
}

}  // namespace samplan::bench
