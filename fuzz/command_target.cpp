// A core with a plan, whose every command and query may be called with anything. What a call changes is
// rolled back with the copy of the home that it was made on: the core begins again after some calls, so that
// runs stay alike and small.
#include <cstdlib>
#include <memory>
#include <string>

#include "client-core/core.h"
#include "fuzz/targets.h"
#include "tests/support/crash_vfs.h"

namespace samplan::fuzz {
namespace {

class Home : public HomeFiles {
 public:
  explicit Home(const std::string& vfs) : vfs_(vfs) {}
  std::string database_path() const override { return "replica.db"; }
  std::string vfs() const override { return vfs_; }
  Result<std::optional<Bytes>> read_key_file() override { return key_file; }
  Status write_key_file(ByteView bytes) override {
    key_file = bytes.copy();
    return Status::good();
  }
  std::optional<Bytes> key_file;

 private:
  std::string vfs_;
};

struct World {
  World() {
    NewHome home;
    home.name = "Mona";
    home.passphrase = "passord";
    home.server_url = "https://samplan.example";
    auto made = Core::create(files, home, entropy, 1, {crypto::kdf_for_tests});
    if (!made.ok()) std::abort();
    core = std::move(made).value();
    const std::string plan = core->call({{"do", "plan_new"}, {"owner_name", "Ola"}}, 2)["plan"];
    core->call(
        {{"do", "add"}, {"plan", plan}, {"kind", "goal"}, {"section", "helse"}, {"fields", {{"text", "Gå"}}}},
        3);
    prefix = plan.substr(0, 8);
    core.reset();
    start = disk.files();
    again();
  }
  void again() {
    core.reset();
    disk.restore(start);
    auto opened = Core::open(files, "passord", entropy, {crypto::kdf_for_tests});
    if (!opened.ok()) std::abort();
    core = std::move(opened).value();
    calls = 0;
  }
  SeededEntropy entropy{1};
  CrashDisk disk{"fuzz"};
  Home files{disk.vfs()};
  CrashDisk::Files start;
  std::unique_ptr<Core> core;
  std::string prefix;
  int calls = 0;
};

}  // namespace

void command(ByteView bytes) {
  static World world;
  if (++world.calls > 200) world.again();
  // «@» stands for the plan, whose id no input can guess.
  std::string line(bytes.text());
  for (std::size_t at = line.find('@'); at != std::string::npos; at = line.find('@', at + 8))
    line.replace(at, 1, world.prefix);
  const std::string answer = world.core->call_text(line, 1'790'000'000'000);
  if (answer.find("\"ok\":") == std::string::npos) std::abort();
}

}  // namespace samplan::fuzz
