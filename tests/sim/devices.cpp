// What people do with their devices: taking a new one into use, closing a lost one, and coming back with a
// code on paper. Two devices that meet are on one table and a good network; what trouble does to that is
// tested in tests/hostile and tests/client-core. What matters here is what it does to a plan on which others
// work at the same time.
#include <algorithm>

#include "client-core/paper.h"
#include "tests/sim/evil_server.h"
#include "tests/sim/steps.h"

namespace samplan::sim {
namespace {

constexpr std::size_t devices_added_max = 8;
constexpr int exchanges_max = 40;

bool is_crowded(const World& w) { return w.devices.size() >= cast_size + devices_added_max; }

std::string adding_state(World& w, Device& d) {
  const json view = w.ask(d, {{"do", "device_adding"}});
  return view.is_object() && view["ok"] == true ? view["state"].get<std::string>() : "off";
}

bool step_new(World& w, NewDevice& added, Entropy& entropy) {
  const auto reply = w.server.meet(added.next_request(entropy), w.now);
  return reply.ok() && added.on_reply(*reply, w.now).ok();
}

void take_into_use(World& w, Device& d, Luck& luck) {
  if (!w.is_on(d) || is_crowded(w)) return;
  w.hang_up(d);
  SeededEntropy entropy(luck.number());
  auto begun =
      NewDevice::start(url, w.server.identity().key.public_key, d.name + "s telefon", entropy, w.now);
  if (!begun.ok()) return w.fail("home_begins", begun.error().where);
  NewDevice& added = *begun;
  for (int i = 0; i < 2; ++i)
    if (!step_new(w, added, entropy)) return;  // the server's disk is full
  const json taken = w.call(d, {{"do", "device_add"}, {"link", added.link()}});
  if (!taken.is_object() || taken["ok"] != true) return;
  for (int i = 0; i < exchanges_max && added.state() != NewDevice::State::ready; ++i) {
    const std::string state = adding_state(w, d);
    if (state == "compare") w.call(d, {{"do", "device_add_confirm"}});
    if (state == "sync" && !w.sync_now(d).ok()) return;
    if (!w.is_on(d) || state == "failed" || state == "off") return;
    (void)w.meet(d);
    if (!w.is_on(d) || !step_new(w, added, entropy)) return;
  }
  if (added.state() == NewDevice::State::ready) w.enrol(added, d.name + "s telefon");
}

void close_lost(World& w, Device& d, Luck& luck) {
  const json answer = w.ask(d, {{"do", "devices"}});
  if (!answer.is_object() || answer["ok"] != true) return;
  std::vector<std::string> open;
  for (const json& one : answer["devices"])
    if (one["this"] == false && one["closed"] == false && one["closing"] == false)
      open.push_back(one["device"]);
  if (open.empty()) return;
  const std::string id = luck.pick(open);
  const json done = w.call(d, {{"do", "device_close"}, {"device", id}});
  // Null: it died of it, and may have decided.
  if (done.is_object() && done["ok"] != true) return;
  for (const auto& other : w.devices)
    if (other->id.hex() == id) other->is_closed = true;
}

void print_code(World& w, Device& d) {
  const json made = w.call(d, {{"do", "recovery_new"}});
  if (!made.is_object() || made["ok"] != true) return;
  const std::string code = made["code"];
  const auto secret = read_paper({code});
  if (!secret.ok()) return w.fail("recovery", secret.error().where);
  w.papers.push_back({code, paper_keys(*secret).id(), d.index});
}

void come_back(World& w, Luck& luck) {
  if (w.papers.empty() || is_crowded(w)) return;
  const PaperCode paper = luck.pick(w.papers);
  auto recovery = use_paper(w, paper);
  if (!recovery || recovery->state() != Recovery::State::ready) return;
  Device* d = w.recover(*recovery, w.devices[paper.device]->name + " igjen");
  if (d == nullptr) return;
  if (luck.percent(50)) close_lost(w, *d, luck);
  if (luck.percent(50)) print_code(w, *d);
}

}  // namespace

std::optional<Recovery> use_paper(World& w, const PaperCode& paper) {
  const auto secret = read_paper({paper.code});
  if (!secret.ok()) return std::nullopt;
  SeededEntropy entropy(w.seed() ^ static_cast<std::uint64_t>(++w.now));  // fresh keys each time
  auto recovery = Recovery::start(url, w.server.identity().key.public_key, *secret, entropy);
  if (!recovery.ok()) return std::nullopt;
  for (int i = 0; i < exchanges_max; ++i) {
    w.now += second_ms;
    const auto reply = w.evil->handle(w.devices.size(), recovery->next_request(w.now), w.now);
    if (!reply.ok() || !recovery->on_reply(*reply).ok()) return std::nullopt;
    if (recovery->state() == Recovery::State::ready || recovery->state() == Recovery::State::failed) break;
  }
  return std::move(*recovery);
}

void perform_with_devices(World& w, Device& d, Do what, Luck& luck) {
  switch (what) {
    case Do::new_device: take_into_use(w, d, luck); break;
    case Do::close_device: close_lost(w, d, luck); break;
    case Do::recovery_code: print_code(w, d); break;
    case Do::recover: come_back(w, luck); break;
    default: break;
  }
}

}  // namespace samplan::sim
