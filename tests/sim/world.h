// The simulated world: one heap of events in order of time, some devices with real cores, one real relay, and
// one seed from which all of it follows. No thread, no clock, no socket; a year passes in milliseconds.
#pragma once

#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "tests/sim/ledger.h"
#include "tests/sim/server.h"
#include "tests/sim/story.h"

namespace samplan::sim {

class EvilServer;
class Oracle;

// What a checker found. `checker` is a stable word, so that a shortened story can be held to fail in the same
// way.
struct Failure {
  std::string checker;
  std::string detail;
};

struct Event {
  UnixMs at = 0;
  std::uint64_t number = 0;  // breaks ties: what was planned first happens first
  enum class Kind : std::uint8_t { step, request, reply, give_up } kind = Kind::step;
  std::size_t device = 0;
  std::size_t step = 0;
  std::uint64_t session = 0;
  Bytes bytes;
  Trip trip;
  bool is_copy = false;
};

// Everything that a world starts from, so that the same beginning need not be lived through for each seed.
struct Beginning {
  struct Home {
    std::string name;
    SimDisk::Image disk;
  };
  UnixMs now = 0;
  std::vector<Home> homes;
  relay::MemoryStore store;
  std::string plan;
  Ledger ledger;
  int texts = 0;
  // The same plan when a year of home care has been written into it; none where only small worlds are lived.
  std::shared_ptr<const Beginning> later;
};

class World {
 public:
  // Before anything has happened.
  World(std::uint64_t seed, std::shared_ptr<Server> server);
  // With a server of its own, begun from the beginning's store; or on one that others use as well.
  World(const Beginning& beginning, const Story& story, std::shared_ptr<Server> shared = nullptr);
  ~World();

  // Lives through the story, lets everything heal and checks.
  void run();
  // The same in parts, for many worlds on one server: the time of the next event, if there is one; that event;
  // and the end.
  std::optional<UnixMs> next_at() const;
  void live_on();
  void end();

  // For steps and checkers.
  UnixMs now = 1'790'000'000'000;
  std::vector<std::unique_ptr<Device>> devices;
  const std::shared_ptr<Server> shared_server;
  Server& server = *shared_server;
  std::unique_ptr<EvilServer> evil;
  std::unique_ptr<Oracle> oracle;
  Ledger ledger;
  std::vector<Decision> decisions;
  std::string plan;  // hex; the plan that the story is about
  std::optional<Failure> failure;
  std::uint64_t events = 0;
  int step = -1;                                                 // the one that is being carried out
  int texts = 0;                                                 // how many texts people have written
  std::vector<std::pair<std::string, std::size_t>> invitations;  // links not used yet, and who gave them
  std::vector<HandedOver> handed_over;
  std::vector<Asked> asked;
  std::vector<PaperCode> papers;
  std::vector<SimDisk::Image> backups;  // by device; empty if none
  std::string log;                      // what happened, line by line, when `keep_log`
  bool keep_log = false;
  bool healed = false;  // no fault can happen any more

  void fail(const std::string& checker, const std::string& detail) {
    if (!failure) failure = Failure{checker, detail};
  }
  void note(const std::string& line);
  std::uint64_t hash() const { return hash_; }

  // A command as a person gives it. What it leaves pending is entered in the ledger; a machine that dies of
  // it is started again. Null when the machine is off or died.
  json call(Device& d, const json& request, const std::string& text = {});
  // A question; leaves no trace.
  json ask(Device& d, const json& request);
  bool is_on(const Device& d) const { return d.core != nullptr; }

  Device& add_device(const std::string& name);
  bool create_home(Device& d, const std::string& code, const BoxId& box);
  // The power comes back: opens the home, or leaves the machine off if its disk is full.
  void reboot(Device& d, std::uint64_t luck);
  void close(Device& d) { d.core.reset(); }
  // Ends a sync that is under way; what it has sent may still arrive.
  void hang_up(Device& d) {
    d.syncing = false;
    ++d.session;
  }
  // One exchange at the meeting place, by a device that adds another. False: nothing to say, no room, or the machine died.
  bool meet(Device& d);
  // Homes of devices that an old one, or a recovery code, has added. Null if it was not to be.
  Device* enrol(NewDevice& added, const std::string& name);
  Device* recover(Recovery& recovery, const std::string& name);
  bool open(Device& d);

  void start_sync(Device& d, std::uint64_t luck);
  // A whole sync at once on a good network; a machine that dies of it is started again. errors: offline when it is off
  Result<SyncOutcome> sync_now(Device& d);

  std::string new_text(const std::string& about) {
    return about + " " + canary + std::to_string(++texts) + "z";
  }
  json status(Device& d) { return ask(d, {{"do", "status"}}); }
  std::uint64_t seed() const { return seed_; }
  const Story& story() const { return story_; }

 private:
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.at != b.at ? a.at > b.at : a.number > b.number;
    }
  };
  void plan_story();
  void plan_event(Event event);
  void carry_out(Event& event);
  void send(Device& d, bool first);
  void request_arrives(Event& event);
  void reply_arrives(Event& event);
  void tell_reply(ByteView request, ByteView reply);
  void note_written(Device& d, const Ledger& before, const std::string& text);
  Ledger rows_of(Device& d);
  Device* settle_in(Device& d, Result<std::unique_ptr<Core>> made);
  bool holds_text(Device& d, const Written& row, const std::string& text);
  Result<SyncOutcome> sync_whole(Device& d);
  void after_sync_step(Device& d);
  bool died(Device& d);

  std::uint64_t seed_;
  Story story_;
  std::priority_queue<Event, std::vector<Event>, Later> heap_;
  std::uint64_t event_number_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

// The sections of a plan in which this device may write or propose by its own view.
std::vector<PlanId> shared_plans(Device& d);

}  // namespace samplan::sim
