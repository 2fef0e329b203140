// What others do for somebody whose phone is gone: the coordinator or the owner lets access rest and gives it
// back; one officer asks that a newcomer goes on for a participant, another approves after the waiting time,
// or somebody stops it.
#include "tests/sim/steps.h"

namespace samplan::sim {
namespace {

constexpr std::size_t newcomers_max = 6;

bool is_person(const json& p) { return p["unit"] == false && p["me"] == false; }
bool has_place(const json& p) { return !p["rights"].empty() || p["suspended"] == true; }

template <class Fits>
std::optional<json> pick(World& w, Device& d, Luck& luck, Fits fits) {
  std::vector<json> fit;
  for (const json& p : participants(w, d))
    if (fits(p)) fit.push_back(p);
  if (fit.empty()) return std::nullopt;
  return luck.pick(fit);
}

void decide(World& w, Device& d, const char* what, const std::optional<json>& about) {
  if (about) w.call(d, {{"do", what}, {"plan", w.plan}, {"participant", (*about)["principal"]}});
}

Device& leading(World& w, Luck& luck) {
  Device* d = luck.percent(60) ? coordinating(w) : nullptr;
  return d == nullptr ? *w.devices[owner] : *d;
}

// A newcomer without any right, on a good network.
void newcomer(World& w) {
  Device* d = coordinating(w);
  if (d == nullptr || w.devices.size() >= cast_size + newcomers_max) return;
  const json made = w.call(
      *d, {{"do", "invite"}, {"for", "plan"}, {"plan", w.plan}, {"name", "Gjest"}, {"role", "adviser"}});
  w.hang_up(*d);
  if (!made.is_object() || made["ok"] != true || !w.sync_now(*d).ok()) return;
  Device* guest = join_by(w, made["link"], d->index);
  if (guest == nullptr || !w.sync_now(*guest).ok() || !w.is_on(*d) || !w.sync_now(*d).ok()) return;
  const json me = w.ask(*guest, {{"do", "whoami"}});
  if (!me.is_object() || me["ok"] != true) return;
  const json done = w.call(*d, {{"do", "confirm"}, {"request", me["person"]}});
  if (done.is_object() && done["ok"] == true && w.is_on(*d)) (void)w.sync_now(*d);
}

// The person takes another phone into use and closes one from there; then access may come back.
void close_own(World& w, const std::string& person, Luck& luck) {
  for (std::size_t i = 0; i < w.devices.size(); ++i) {
    Device& d = *w.devices[i];
    const json me = w.ask(d, {{"do", "whoami"}});
    if (!me.is_object() || me["ok"] != true || me["person"] != person) continue;
    const std::size_t before = w.devices.size();
    perform_with_devices(w, d, Do::new_device, luck);
    if (w.devices.size() == before) return;
    Device& anew = *w.devices.back();
    perform_with_devices(w, anew, Do::close_device, luck);
    w.hang_up(anew);
    if (w.is_on(anew)) (void)w.sync_now(anew);
    return;
  }
}

void come_back(World& w, Luck& luck) {
  Device& by = leading(w, luck);
  const auto rests = pick(w, by, luck, [](const json& p) { return p["suspended"] == true; });
  if (!rests) return;
  if (luck.percent(70)) {
    close_own(w, (*rests)["principal"], luck);
    w.hang_up(by);
    if (w.is_on(by)) (void)w.sync_now(by);
  }
  decide(w, by, "participant_resume", rests);
}

void ask_new(World& w, Device& d, Luck& luck) {
  const auto gone = pick(w, d, luck, [](const json& p) { return is_person(p) && has_place(p); });
  if (!gone) return;
  const auto heir =
      pick(w, d, luck, [](const json& p) { return is_person(p) && !has_place(p) && p["ended"] == false; });
  if (!heir) return;
  w.call(d, {{"do", "recovery_ask"},
             {"plan", w.plan},
             {"participant", (*gone)["principal"]},
             {"heir", (*heir)["principal"]}});
}

}  // namespace

void perform_help(World& w, Device& d, Do what, Luck& luck) {
  const auto is_asked = [](const json& p) { return p.contains("recovery"); };
  switch (what) {
    case Do::newcomer: newcomer(w); break;
    case Do::rest: {
      Device& by = leading(w, luck);
      decide(w, by, "participant_suspend",
             pick(w, by, luck, [](const json& p) { return is_person(p) && !p["rights"].empty(); }));
      break;
    }
    case Do::come_back: come_back(w, luck); break;
    case Do::ask_new: ask_new(w, d, luck); break;
    case Do::approve: {
      Device& by = luck.percent(50) ? leading(w, luck) : d;
      decide(w, by, "recovery_complete", pick(w, by, luck, is_asked));
      break;
    }
    case Do::stop: decide(w, d, "recovery_cancel", pick(w, d, luck, is_asked)); break;
    default: break;
  }
}

}  // namespace samplan::sim
