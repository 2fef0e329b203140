// What happens to people and machines, and how it all ends well.
#include <algorithm>

#include "tests/sim/checkers.h"
#include "tests/sim/evil_server.h"
#include "tests/sim/oracle.h"
#include "tests/sim/steps.h"

namespace samplan::sim {
namespace {

constexpr int rounds_until_quiet = 40;

void set_weather(Device& d, Luck& luck) {
  Weather& w = d.weather;
  w = {};
  if (luck.percent(40)) return;  // it clears up
  const auto bad = [&] { return luck.percent(50) ? static_cast<unsigned>(luck.below(60)) : 0U; };
  w.lose_request = bad();
  w.lose_reply = bad();
  w.duplicate = bad();
  w.cut_reply = bad() / 2;
  w.flip_bit = bad() / 2;
  w.straggle = bad() / 6;
}

bool is_stored(World& w, const Written& e) {
  return w.oracle->is_stored(e.plan, e.section, w.devices[e.device]->id, e.first);
}

void back_up(World& w, Device& d) {
  if (!w.is_on(d)) return;
  // Copied while the program is closed, as a backup of a home is.
  d.syncing = false;
  ++d.session;
  w.close(d);
  w.backups[d.index] = d.disk.image();
  w.open(d);
}

void restore(World& w, Device& d) {
  if (w.backups[d.index].empty()) return;
  d.syncing = false;
  ++d.session;
  w.close(d);
  d.disk.restore(w.backups[d.index]);
  d.disk.cancel_crash();
  d.disk.set_full(false);
  d.was_restored = true;
  d.keys_seen_at.clear();
  w.open(d);
  // What was written after the copy was made and had not reached the server is gone with the disk that held
  // it.
  const json quarantine = w.ask(d, {{"do", "quarantine"}});
  const std::string texts = quarantine.is_object() ? quarantine.dump() : std::string();
  for (Written& e : w.ledger) {
    if (e.device != d.index || !e.excused.empty() || is_stored(w, e)) continue;
    const bool quarantined = !e.text.empty() && texts.find(e.text) != std::string::npos;
    if (!quarantined && !is_pending(w, e)) e.excused = "restored";
  }
}

void clone(World& w, Device& d, Luck& luck) {
  if (!w.is_on(d) || w.devices.size() >= cast_size + 6) return;
  d.syncing = false;
  ++d.session;
  w.close(d);
  const SimDisk::Image image = d.disk.image();
  w.open(d);
  Device& copy = w.add_device(d.name + "s kopi");
  copy.entropy = SeededEntropy(luck.number());
  copy.disk.restore(image);
  // Two machines that both believe to be the one: neither can promise anything for the other.
  copy.honest = d.honest = false;
  w.open(copy);
}

void end_all_faults(World& w) {
  w.evil->stop();
  w.server.store().fail_commit = false;
  w.server.store().writes_until_full = -1;
  for (std::size_t i = 0; i < w.devices.size(); ++i) {
    Device& d = *w.devices[i];
    d.weather = {};
    d.offline_until = 0;
    d.syncing = false;
    ++d.session;
    d.disk.set_full(false);
    d.disk.cancel_crash();
    if (!w.is_on(d)) w.reboot(d, 1);
  }
}

}  // namespace

void perform_fault(World& w, Device& d, Do what, Luck& luck) {
  switch (what) {
    case Do::weather: set_weather(d, luck); break;
    case Do::offline:
      d.offline_until = w.now + luck.between(minute_ms, luck.percent(80) ? 2 * day_ms : 90 * day_ms);
      break;
    case Do::crash: d.disk.crash_after(luck.percent(70) ? luck.below(12) : luck.below(80)); break;
    case Do::full: d.disk.set_full(true); break;
    case Do::not_full:
      d.disk.set_full(false);
      if (!w.is_on(d)) w.reboot(d, luck.number());
      break;
    case Do::back_up: back_up(w, d); break;
    case Do::restore: restore(w, d); break;
    case Do::clone: clone(w, d, luck); break;
    case Do::clock: d.clock.jump(luck); break;
    case Do::server_restart: w.server.restart(); break;
    case Do::server_full:
      if (luck.percent(50)) {
        w.server.store().fail_commit = true;
      } else {
        w.server.store().writes_until_full = luck.percent(50) ? static_cast<int>(luck.below(8)) : -1;
      }
      break;
    default: break;
  }
}

void perform(World& w, const Step& step) {
  Luck luck(w.seed(), step.luck);
  // Steps go to whoever is there: the number was drawn for the cast, the luck for those who came later.
  Device& d = *w.devices[w.devices.size() > cast_size && luck.percent(40)
                             ? static_cast<std::size_t>(luck.below(w.devices.size()))
                             : step.who % w.devices.size()];
  w.note("step " + std::string(name_of(step.what)) + " " + d.name);
  if (step.what == Do::check) {
    check_everything(w, false);
  } else if (is_fault(step.what)) {
    perform_fault(w, d, step.what, luck);
  } else if (step.what >= Do::newcomer) {
    perform_help(w, d, step.what, luck);
  } else if (step.what > Do::check) {
    perform_with_devices(w, d, step.what, luck);
  } else {
    perform_work(w, d, step.what, luck);
  }
}

void heal(World& w) {
  end_all_faults(w);
  w.healed = true;
  int quiet = 0;
  for (int round = 0; round < rounds_until_quiet && quiet < 2 && !w.failure; ++round) {
    bool moved = false;
    // By number: somebody may be there whom the story brought in.
    for (std::size_t i = 0; i < w.devices.size() && !w.failure; ++i) {
      Device& d = *w.devices[i];
      if (!w.is_on(d)) continue;
      const auto outcome = w.sync_now(d);
      if (!outcome.ok()) {
        check_request_error(w, d, outcome.error());
        moved = moved || round < 3;
        continue;
      }
      moved = moved || outcome->received != 0 || outcome->confirmed != 0;
    }
    quiet = moved ? 0 : quiet + 1;
  }
  if (quiet < 2) w.fail("comes_to_rest", "people sync and sync");
}

}  // namespace samplan::sim
