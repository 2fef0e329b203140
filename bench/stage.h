// A stage for the workloads: a real server process, homes on disk, and people who share the plans. Setting up is not
// measured.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/workload.h"
#include "client-core/core.h"
#include "client-core/native/http_transport.h"
#include "client-core/native/native_home.h"
#include "client-core/native/os_entropy.h"

namespace samplan::bench {

// Stops the benchmark with a sentence when something that must work does not.
[[noreturn]] void give_up(const std::string& what);
nlohmann::json must(Core& core, const nlohmann::json& request);

class Server {
 public:
  // Starts `program` on a free port of loopback with its data in `folder`.
  Server(const std::string& program, const std::string& folder);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  const std::string& url() const { return url_; }
  std::string code() const;
  int pid() const { return pid_; }

 private:
  std::string folder_;
  std::string url_;
  int pid_ = -1;
};

struct SyncFigures {
  double ms = 0;
  int exchanges = 0;
  std::size_t up = 0;    // bytes of request bodies
  std::size_t down = 0;  // bytes of reply bodies
  std::uint64_t received = 0;
  std::uint64_t confirmed = 0;
};
SyncFigures sync(Core& core);

// One device in its own home, opened by this process.
class Device {
 public:
  static std::unique_ptr<Device> begin(const std::string& folder, const std::string& name, const std::string& url,
                                       const SignPublicKey& key, const std::string& code);
  static std::unique_ptr<Device> open(const std::string& folder);
  Core& core() { return *core_; }

 private:
  explicit Device(native::NativeHome home) : home_(std::move(home)) {}
  native::NativeHome home_;
  native::OsEntropy entropy_;
  std::unique_ptr<Core> core_;
};

// `plans` plans with a coordinator («seed»), an owner and `people` who may write, everyone let in; the first
// `content` plans hold the base entries.
struct Company {
  std::vector<std::string> plans;             // ids
  std::unique_ptr<Device> seed;
  std::unique_ptr<Device> owner;
  std::vector<std::string> folders;           // homes of the people, closed
};
Company make_company(Server& server, const std::string& folder, int plans, int people, bool content, bool people_sync);

// Entry id to record id of one plan, as this device sees it.
std::map<std::string, std::string> entries_of(Core& core, const std::string& plan);
// Writes the changes on a device, offline.
void apply(Core& core, const std::vector<std::string>& plans, const std::vector<Change>& changes);
// "plan/id" to text, over all plans.
std::map<std::string, std::string> read_all(Core& core, const std::vector<std::string>& plans);

// Peak and CPU of a process, from /proc.
struct Usage {
  double cpu_ms = 0;
  double peak_mb = 0;
};
Usage usage_of(int pid);
std::size_t bytes_on_disk(const std::string& folder);
// What a server has to keep, without its tables: envelopes, records and their wraps. 0 if it cannot be read.
std::size_t bytes_to_keep(const std::string& server_folder);
double now_ms();

}  // namespace samplan::bench
