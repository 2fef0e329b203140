// The benchmark: `samplan-bench WORKLOAD...` prints one JSON line each, with what was measured and how. It prints
// figures; it is not a test. The measured device runs in a process of its own, so that its CPU time and peak memory
// are its own.
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "bench/enrolment.h"
#include "bench/raw_limits.h"
#include "bench/stage.h"
#include "bench/text_traces.h"

extern char** environ;

namespace samplan::bench {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::string self_path;
std::string server_path;

struct Folder {
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "samplan-bench-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string path;
};

json own_usage() {
  rusage u{};
  ::getrusage(RUSAGE_SELF, &u);
  const double cpu = static_cast<double>(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000.0 +
                     static_cast<double>(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000.0;
  return {{"cpu_ms", cpu}, {"peak_rss_mb", static_cast<double>(u.ru_maxrss) / 1024.0}};
}

// Runs this program again on one home: a process that holds nothing but the device.
json in_own_process(const std::string& role, const std::string& folder) {
  int out[2];
  if (::pipe(out) != 0) give_up("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_addclose(&actions, out[0]);
  std::vector<std::string> args = {self_path, role, folder};
  std::vector<char*> argv;
  for (std::string& a : args) argv.push_back(a.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  if (::posix_spawn(&pid, self_path.c_str(), &actions, nullptr, argv.data(), environ) != 0) give_up("spawn");
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(out[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  ::close(out[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  json answer = json::parse(text, nullptr, false);
  if (status != 0 || answer.is_discarded()) give_up(role + " failed");
  return answer;
}

int role_sync(const std::string& folder) {
  const auto device = Device::open(folder);
  const json before = own_usage();
  const SyncFigures f = sync(device->core());
  json out = own_usage();
  out["cpu_ms"] = out["cpu_ms"].get<double>() - before["cpu_ms"].get<double>();
  out["sync_ms"] = f.ms;
  out["round_trips"] = f.exchanges;
  out["bytes_up"] = f.up;
  out["bytes_down"] = f.down;
  out["received"] = f.received;
  out["confirmed"] = f.confirmed;
  std::printf("%s\n", out.dump().c_str());
  return 0;
}

int role_open(const std::string& folder) {
  const double start = now_ms();
  const auto device = Device::open(folder);
  const double opened = now_ms();
  const json plans = must(device->core(), {{"do", "plans"}})["plans"];
  const double listed = now_ms();
  const json view = must(device->core(), {{"do", "plan_show"}, {"plan", plans[0]["plan"]}, {"record_access", false}});
  json out = own_usage();
  out["home_open_ms"] = opened - start;
  out["plan_list_ms"] = listed - opened;
  out["view_ms"] = now_ms() - listed;
  out["total_ms"] = now_ms() - start;
  out["view_bytes"] = view.dump().size();
  std::printf("%s\n", out.dump().c_str());
  return 0;
}

// What the texts alone take, packed as one: the yardstick for the bytes of W2.
std::size_t zlib_bytes(const std::map<std::string, std::string>& texts) {
  std::string all;
  for (const auto& entry : texts) all += entry.second + "\n";
  uLongf size = compressBound(static_cast<uLong>(all.size()));
  Bytes packed(size);
  if (::compress2(packed.data(), &size, reinterpret_cast<const Bytef*>(all.data()), static_cast<uLong>(all.size()), 9) != Z_OK)
    give_up("zlib");
  return size;
}

void print(json line) {
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

// W1: 300 own changes out, 1,500 of five others in.
void w1() {
  Folder folder;
  Server server(server_path, folder.path + "/server");
  Company company = make_company(server, folder.path, plan_count, 1 + other_devices, true, true);
  const auto mine = make_changes(0, change_count);
  apply(Device::open(company.folders[0])->core(), company.plans, mine);
  std::vector<std::vector<Change>> lists;
  for (int d = 1; d <= other_devices; ++d) {
    const auto device = Device::open(company.folders[static_cast<std::size_t>(d)]);
    sync(device->core());
    lists.push_back(make_changes(d, change_count));
    apply(device->core(), company.plans, lists.back());
    sync(device->core());
  }
  lists.push_back(mine);
  const Usage before = usage_of(server.pid());
  json line = in_own_process("device-sync", company.folders[0]);
  line["server_cpu_ms"] = usage_of(server.pid()).cpu_ms - before.cpu_ms;
  line["server_peak_rss_mb"] = usage_of(server.pid()).peak_mb;
  const auto want = expected_state(lists);
  line["verified"] = read_all(Device::open(company.folders[0])->core(), company.plans) == want;
  sync(company.seed->core());
  line["server_verified"] = read_all(company.seed->core(), company.plans) == want;
  line["disk_client"] = bytes_on_disk(company.folders[0]);
  line["disk_server"] = bytes_on_disk(folder.path + "/server");
  line["must_keep"] = bytes_to_keep(folder.path + "/server");
  line.update({{"w", "w1"}, {"peer", "samplan"}, {"e2ee", true}, {"signatures", true}, {"durable", "WAL/FULL on both sides"}});
  print(line);
}

// W2: a device that has nothing gets 20 plans after 10,000 changes, which came in pushes of so many.
void w2(std::size_t changes_per_push) {
  Folder folder;
  Server server(server_path, folder.path + "/server");
  Company company = make_company(server, folder.path, plan_count, 1 + other_devices, true, false);
  std::vector<std::vector<Change>> lists;
  for (int d = 1; d <= other_devices; ++d) {
    const auto device = Device::open(company.folders[static_cast<std::size_t>(d)]);
    sync(device->core());
    lists.push_back(make_changes(d, 1200));
    // As days go by: sixty changes, then a sync.
    for (std::size_t at = 0; at < lists.back().size(); at += changes_per_push) {
      const auto begin = lists.back().begin() + static_cast<std::ptrdiff_t>(at);
      const auto end = begin + static_cast<std::ptrdiff_t>(std::min(changes_per_push, lists.back().size() - at));
      apply(device->core(), company.plans, {begin, end});
      sync(device->core());
    }
  }
  // The coordinator looks in, and changes something in each plan.
  sync(company.seed->core());
  lists.push_back({});
  for (int p = 0; p < plan_count; ++p) lists.back().push_back({p, "sk-" + std::to_string(p), true, "seen"});
  apply(company.seed->core(), company.plans, lists.back());
  sync(company.seed->core());
  const Usage before = usage_of(server.pid());
  json line = in_own_process("device-sync", company.folders[0]);
  line["server_cpu_ms"] = usage_of(server.pid()).cpu_ms - before.cpu_ms;
  line["server_peak_rss_mb"] = usage_of(server.pid()).peak_mb;
  const auto want = expected_state(lists);
  line["verified"] = read_all(Device::open(company.folders[0])->core(), company.plans) == want;
  line["plain_zlib_bytes"] = zlib_bytes(want);
  line["disk_client"] = bytes_on_disk(company.folders[0]);
  line["disk_server"] = bytes_on_disk(folder.path + "/server");
  line["must_keep"] = bytes_to_keep(folder.path + "/server");
  line.update({{"w", "w2"}, {"changes_per_push", changes_per_push}, {"peer", "samplan"}, {"e2ee", true}, {"signatures", true}});
  print(line);
}

// W5: a device with 80 plans syncs when nothing is new.
void w5() {
  Folder folder;
  Server server(server_path, folder.path + "/server");
  Company company = make_company(server, folder.path, 80, 1, false, true);
  sync(Device::open(company.folders[0])->core());
  json line = in_own_process("device-sync", company.folders[0]);
  line.update({{"w", "w5"}, {"peer", "samplan"}, {"plans", 80}});
  print(line);
}

// W6: a cold process opens one plan with 10,000 changes of history.
void w6() {
  Folder folder;
  Server server(server_path, folder.path + "/server");
  Company company = make_company(server, folder.path, 1, 1, true, true);
  for (int day = 0; day < 20; ++day) {
    const auto device = Device::open(company.folders[0]);
    auto changes = make_changes(day, 500, 1);
    // Edits of the 200 entries and new ones; every day is sent by itself, as over years.
    apply(device->core(), company.plans, changes);
    sync(device->core());
  }
  json line = in_own_process("device-open", company.folders[0]);
  line.update({{"w", "w6"}, {"peer", "samplan"}, {"changes", 10'000}});
  print(line);
}

int role_one_change(const std::string& folder) {
  const auto device = Device::open(folder);
  const json plans = must(device->core(), {{"do", "plans"}})["plans"];
  const std::string plan = plans[0]["plan"];
  const std::string entity = entries_of(device->core(), plan).begin()->second;
  const double start = now_ms();
  must(device->core(), {{"do", "edit"}, {"plan", plan}, {"entity", entity}, {"field", "text"}, {"value", "one more change"}});
  const double edited = now_ms();
  const SyncFigures f = sync(device->core());
  json out = own_usage();
  out["edit_ms"] = edited - start;
  out["sync_ms"] = f.ms;
  out["bytes_up"] = f.up;
  out["bytes_down"] = f.down;
  std::printf("%s\n", out.dump().c_str());
  return 0;
}

// Growth: what a device carries after so many changes of the same 200 entries, fifty to a push, and what it costs to
// open it, to send one more change, and for a new device to begin.
void growth() {
  Folder folder;
  Server server(server_path, folder.path + "/server");
  Company company = make_company(server, folder.path, 1, 4, true, false);
  sync(Device::open(company.folders[0])->core());
  Rng rng(7);
  int done = 0;
  std::size_t next_new = 1;  // of the people who have nothing yet
  for (const int target : {1'000, 10'000, 100'000}) {
    {
      const auto device = Device::open(company.folders[0]);
      const auto known = entries_of(device->core(), company.plans[0]);
      auto entry = known.begin();
      while (done < target) {
        for (int i = 0; i < 50; ++i, ++done) {
          must(device->core(), {{"do", "edit"}, {"plan", company.plans[0]}, {"entity", entry->second}, {"field", "text"}, {"value", make_text(rng, 200)}});
          if (++entry == known.end()) entry = known.begin();
        }
        sync(device->core());
      }
    }
    json line = {{"w", "growth"}, {"peer", "samplan"}, {"changes", done}};
    line["open"] = in_own_process("device-open", company.folders[0]);
    line["one_change"] = in_own_process("device-one-change", company.folders[0]);
    line["disk_client"] = bytes_on_disk(company.folders[0]);
    line["disk_server"] = bytes_on_disk(folder.path + "/server");
  line["must_keep"] = bytes_to_keep(folder.path + "/server");
    // Somebody who may attest takes part, as people do.
    sync(company.seed->core());
    const auto known = entries_of(company.seed->core(), company.plans[0]);
    must(company.seed->core(), {{"do", "edit"}, {"plan", company.plans[0]}, {"entity", known.begin()->second}, {"field", "text"}, {"value", "seen"}});
    sync(company.seed->core());
    line["new_device"] = in_own_process("device-sync", company.folders[next_new++]);
    print(line);
  }
}

// Enrol: a phone for somebody who has 80 plans, and its closing.
void enrol() {
  Folder folder;
  Server server(server_path, folder.path + "/server");
  const Company company = make_company(server, folder.path, 80, 1, false, true);
  json line = enrolment_figures(server, company, folder.path);
  line.update({{"w", "enrol"}, {"peer", "samplan"}});
  print(line);
}

int usage() {
  std::fputs("usage: samplan-bench [raw] [w1] [w2] [w2-daily] [w4] [w5] [w6] [growth] [enrol]\n"
             "Prints one JSON line for each workload. The server program is SAMPLAN_SERVER, else beside this one.\n", stderr);
  return 2;
}

}  // namespace
}  // namespace samplan::bench

int main(int argc, char** argv) {
  using namespace samplan::bench;
  if (argc == 3 && std::string(argv[1]) == "device-sync") return role_sync(argv[2]);
  if (argc == 3 && std::string(argv[1]) == "device-open") return role_open(argv[2]);
  if (argc == 3 && std::string(argv[1]) == "device-one-change") return role_one_change(argv[2]);
  self_path = std::filesystem::read_symlink("/proc/self/exe").string();
  const char* named = std::getenv("SAMPLAN_SERVER");
  server_path = named != nullptr ? named
                                 : (std::filesystem::path(self_path).parent_path().parent_path() / "server/samplan-server").string();
  if (argc < 2) return usage();
  for (int i = 1; i < argc; ++i) {
    const std::string what = argv[i];
    if (what == "raw") {
      print_raw_limits();
    } else if (what == "w1") {
      w1();
    } else if (what == "w2") {
      w2(1200);
    } else if (what == "w2-daily") {
      w2(60);
    } else if (what == "w4") {
      const char* folder = std::getenv("SAMPLAN_TRACES");
      if (!print_text_traces(folder != nullptr ? folder : "../shared/data/traces")) give_up("no traces; SAMPLAN_TRACES=FOLDER");
    } else if (what == "w5") {
      w5();
    } else if (what == "w6") {
      w6();
    } else if (what == "growth") {
      growth();
    } else if (what == "enrol") {
      enrol();
    } else {
      return usage();
    }
  }
  return 0;
}
