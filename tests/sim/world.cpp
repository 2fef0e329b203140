#include "tests/sim/world.h"

#include <algorithm>

#include "base/check.h"
#include "tests/sim/checkers.h"
#include "tests/sim/evil_server.h"
#include "tests/sim/oracle.h"
#include "tests/sim/steps.h"

namespace samplan::sim {
namespace {

constexpr UnixMs patience = 60 * second_ms;

// So little fits into a reply that most of them end with "there is more".
constexpr std::size_t short_reply_bytes = 3U << 10;

relay::RelayConfig config_of(const Story& story) {
  relay::RelayConfig config;
  if (story.short_replies) config.reply_bytes = short_reply_bytes;
  return config;
}

CoreOptions options() { return {crypto::kdf_for_tests}; }

}  // namespace

World::World(std::uint64_t seed, std::shared_ptr<Server> shared)
    : shared_server(std::move(shared)), seed_(seed) {
  SP_CHECK(crypto::init());
  evil = std::make_unique<EvilServer>(*this);
  oracle = std::make_unique<Oracle>(*this);
}

World::World(const Beginning& beginning, const Story& story, std::shared_ptr<Server> shared)
    : now(beginning.now),
      shared_server(shared ? std::move(shared)
                           : std::make_shared<Server>(beginning.store, story.seed, config_of(story))),
      ledger(beginning.ledger),
      plan(beginning.plan),
      texts(beginning.texts),
      seed_(story.seed),
      story_(story) {
  evil = std::make_unique<EvilServer>(*this);
  oracle = std::make_unique<Oracle>(*this);
  for (const Beginning::Home& home : beginning.homes) {
    Device& d = add_device(home.name);
    d.disk.restore(home.disk);
    SP_CHECK(open(d));
  }
  plan_story();
}

World::~World() = default;

void World::note(const std::string& line) {
  for (const char c : line) hash_ = (hash_ ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  if (keep_log) log += std::to_string(now / second_ms % 100'000'000) + " " + line + "\n";
}

Device& World::add_device(const std::string& name) {
  devices.push_back(std::make_unique<Device>(name, devices.size(), seed_));
  backups.emplace_back();
  return *devices.back();
}

bool World::create_home(Device& d, const std::string& code, const BoxId& box) {
  NewHome home;
  home.name = d.name;
  home.passphrase = passphrase;
  home.server_url = url;
  home.server_key = server.identity().key.public_key;
  home.enrolment_code = code;
  home.enrolment_box = box;
  auto made = Core::create(d.files, home, d.entropy, d.clock.at(now), options());
  if (!made.ok()) return false;
  d.core = std::move(made).value();
  d.id = d.core->context(now).keys.id();
  return true;
}

Device* World::settle_in(Device& d, Result<std::unique_ptr<Core>> made) {
  if (!made.ok()) {
    fail("home_begins", d.name + ": " + errc_name(made.code()) + " " + made.error().where);
    return nullptr;
  }
  d.core = std::move(made).value();
  d.id = d.core->context(now).keys.id();
  note(d.name + " begins");
  return &d;
}

Device* World::enrol(NewDevice& added, const std::string& name) {
  Device& d = add_device(name);
  return settle_in(d, Core::enrol(d.files, added, passphrase, d.entropy, d.clock.at(now), options()));
}

Device* World::recover(Recovery& recovery, const std::string& name) {
  Device& d = add_device(name);
  return settle_in(d, Core::recover(d.files, recovery, name, passphrase, d.entropy, d.clock.at(now), options()));
}

bool World::meet(Device& d) {
  const auto request = d.core->next_meet(d.clock.at(now));
  if (died(d) || !request.ok() || !*request) return false;
  const auto reply = server.meet(**request, now);
  if (!reply.ok()) return false;
  check_wire(*this, *reply, "meeting of " + d.name);
  const Status taken = d.core->on_meet_reply(*reply, d.clock.at(now));
  return !died(d) && taken.ok();
}

bool World::open(Device& d) {
  auto opened = Core::open(d.files, passphrase, d.entropy, options());
  if (opened.ok()) {
    d.core = std::move(opened).value();
    d.id = d.core->context(now).keys.id();
    return true;
  }
  d.core.reset();
  if (!d.disk.is_full() && !d.disk.crashed())
    fail("home_opens", d.name + ": " + errc_name(opened.code()) + " " + opened.error().where);
  return false;
}

void World::reboot(Device& d, std::uint64_t number) {
  Luck luck(number, 7);
  d.core.reset();
  d.syncing = false;
  ++d.session;
  d.disk.power_on(luck);
  note(d.name + " starts again");
  if (!open(d)) return;
  // What the lost call had saved without being able to say so is the person's as well.
  note_written(d, ledger, {});
}

bool World::died(Device& d) {
  if (!d.disk.crashed()) return false;
  reboot(d, Luck(story_.seed, 1000 + static_cast<std::uint64_t>(events)).number());
  return true;
}

Ledger World::rows_of(Device& d) {
  Ledger out;
  if (!is_on(d)) return out;
  Context ctx = d.core->context(d.clock.at(now));
  const auto plans = ctx.replica.plans();
  if (!plans.ok()) return out;
  for (const PlanRow& row : *plans) {
    const auto pending = ctx.replica.pending(row.id);
    if (!pending.ok()) continue;
    for (const PendingRow& p : *pending)
      out.push_back({d.index, row.id, p.section, p.first_counter, p.last_counter, {}, p.proposal, {}, step});
  }
  return out;
}

namespace {

bool same_row(const Written& a, const Written& b) {
  return a.device == b.device && a.plan == b.plan && a.section == b.section && a.first == b.first;
}

}  // namespace

void World::note_written(Device& d, const Ledger& before, const std::string& text) {
  std::vector<Written> fresh;
  for (const Written& row : rows_of(d)) {
    const bool known = std::any_of(before.begin(), before.end(),
                                   [&](const Written& w) { return w.excused.empty() && same_row(w, row); });
    if (!known) fresh.push_back(row);
  }
  // A command may leave a row of its own making besides (who acts for a unit is named in the plan first).
  for (Written& row : fresh) {
    // And an edit of a long text may bring only the letters that differ: then its numbers alone are followed.
    if (!text.empty() && holds_text(d, row, text)) row.text = text;
    for (Written& old : ledger)
      if (same_row(old, row)) old.number_given_again = true;
    ledger.push_back(std::move(row));
  }
}

bool World::holds_text(Device& d, const Written& row, const std::string& text) {
  Context ctx = d.core->context(d.clock.at(now));
  auto file = d.core->plans().get(ctx, row.plan);
  const auto unsent =
      file.ok() ? (*file)->unsent(ctx, row.section) : Result<std::vector<plan::PendingBatch>>(file.error());
  if (!unsent.ok()) return false;
  for (const plan::PendingBatch& p : *unsent)
    for (const plan::Op& op : p.batch.ops)
      if (op.id.counter >= row.first && op.id.counter <= row.last &&
          text_of(op).find(text) != std::string::npos)
        return true;
  return false;
}

json World::call(Device& d, const json& request, const std::string& text) {
  if (!is_on(d)) return nullptr;
  const Ledger before = rows_of(d);
  json answer = d.core->call(request, d.clock.at(now));
  if (died(d)) {
    note(d.name + " died at " + request["do"].get<std::string>());
    return nullptr;
  }
  const bool ok = answer["ok"] == true;
  note(d.name + " " + request["do"].get<std::string>() + " " +
       (ok ? "ok" : answer["error"].get<std::string>()));
  if (ok) {
    note_written(d, before, text);
  } else if (rows_of(d).size() != before.size()) {
    fail("refused_changes_nothing", d.name + " " + request.dump() + " -> " + answer.dump());
  }
  return answer;
}

json World::ask(Device& d, const json& request) {
  if (!is_on(d)) return nullptr;
  json answer = d.core->call(request, d.clock.at(now));
  if (!died(d)) return answer;
  // It notes the time (client-core/lease.h), so even a question can be what the power fails at. Asked again after that.
  return is_on(d) ? d.core->call(request, d.clock.at(now)) : nullptr;
}

void World::plan_event(Event event) {
  event.number = ++event_number_;
  heap_.push(std::move(event));
}

void World::start_sync(Device& d, std::uint64_t luck) {
  if (!is_on(d) || d.syncing || now < d.offline_until) return;
  d.syncing = true;
  ++d.session;
  d.session_luck = luck;
  d.requests = 0;
  send(d, true);
}

void World::send(Device& d, bool first) {
  auto frame = d.core->next_request(d.clock.at(now), first);
  if (died(d)) return;
  if (!frame.ok()) {
    note(d.name + " cannot ask: " + errc_name(frame.code()));
    check_request_error(*this, d, frame.error());
    d.syncing = false;
    return;
  }
  check_wire(*this, *frame, "request of " + d.name);
  Luck luck(d.session_luck, static_cast<std::uint64_t>(++d.requests));
  Event event;
  event.kind = Event::Kind::request;
  event.device = d.index;
  event.session = d.session;
  event.bytes = std::move(*frame);
  event.trip = plan_trip(luck, d.weather);
  Event give_up;
  give_up.at = now + patience;
  give_up.kind = Event::Kind::give_up;
  give_up.device = d.index;
  give_up.session = d.session * 1000 + static_cast<std::uint64_t>(d.requests);
  plan_event(std::move(give_up));
  event.at = now + event.trip.there;
  if (event.trip.again_after) {
    Event copy = event;
    copy.is_copy = true;
    copy.at = now + *event.trip.again_after;
    plan_event(std::move(copy));
  }
  if (event.trip.arrives) plan_event(std::move(event));
}

// What the server says to each item, for a story that somebody reads; no part of the hash.
void World::tell_reply(ByteView request, ByteView reply) {
  if (!keep_log) return;
  const auto body = open_reply_frame(reply, request_hash(request), server.identity().key.public_key);
  const auto read = body.ok() ? read_reply_body(*body) : Result<SyncReply>(body.error());
  if (!read.ok()) return;
  for (const PlanReply& p : read->plans) {
    std::string line = std::string("  server: plan ") + status_name(p.status);
    for (const ItemResult& r : p.gov_results) line += std::string(" record:") + status_name(r.status);
    for (const ItemResult& r : p.results) line += std::string(" envelope:") + status_name(r.status);
    line += " gives " + std::to_string(p.gov.size()) + " records";
    for (const SectionPull& s : p.sections)
      line += ", section " + std::to_string(s.section) + " x" + std::to_string(s.envelopes.size());
    log += line + "\n";
  }
}

void World::request_arrives(Event& event) {
  auto reply = evil->handle(devices[event.device]->index, event.bytes, now);
  if (!reply.ok()) {
    note("server: " + std::string(errc_name(reply.code())));
    return;
  }
  check_wire(*this, *reply, "reply to " + devices[event.device]->name);
  tell_reply(event.bytes, *reply);
  if (event.is_copy ? !event.trip.second_reply_delivered : !event.trip.comes_back) return;
  event.kind = Event::Kind::reply;
  event.bytes = event.trip.is_cut || event.trip.is_flipped ? spoiled(*reply, event.trip) : std::move(*reply);
  event.at = now + event.trip.back;
  plan_event(std::move(event));
}

void World::reply_arrives(Event& event) {
  Device& d = *devices[event.device];
  if (!is_on(d)) return;
  const bool is_current = d.syncing && d.session == event.session;
  const bool was_confirmed_anew = event.trip.is_cut || event.trip.is_flipped;
  auto outcome = d.core->on_reply(event.bytes, d.clock.at(now));
  if (died(d)) return;
  if (!outcome.ok()) {
    note(d.name + " reply " + errc_name(outcome.code()));
    if (is_current) d.syncing = false;
    return;
  }
  if (was_confirmed_anew) fail("spoiled_reply_taken", d.name);
  note(d.name + " synced " + std::to_string(outcome->received) + " " + std::to_string(outcome->confirmed));
  for (const Notice& n : outcome->notices) note(d.name + " notice " + n.what + " " + n.detail);
  check_notices(*this, d, *outcome);
  after_sync_step(d);
  if (failure) return;
  if (!is_current) return;
  if (outcome->again) {
    send(d, false);
  } else {
    d.syncing = false;
  }
}

void World::after_sync_step(Device& d) {
  if (!is_on(d)) return;
  oracle->learn_keys(d);
  check_after_sync(*this, d);
}

Result<SyncOutcome> World::sync_now(Device& d) {
  if (!is_on(d)) return Error{Errc::offline, "sim.machine"};
  auto outcome = sync_whole(d);
  if (!outcome.ok()) (void)died(d);
  return outcome;
}

Result<SyncOutcome> World::sync_whole(Device& d) {
  SyncOutcome all;
  for (bool first = true;; first = false) {
    now += second_ms;
    ++events;
    SP_TRY(const Bytes frame, d.core->next_request(d.clock.at(now), first));
    check_wire(*this, frame, "request of " + d.name);
    SP_TRY(const Bytes reply, evil->handle(d.index, frame, now));
    check_wire(*this, reply, "reply to " + d.name);
    tell_reply(frame, reply);
    SP_TRY(SyncOutcome outcome, d.core->on_reply(reply, d.clock.at(now)));
    all.received += outcome.received;
    all.confirmed += outcome.confirmed;
    for (const Notice& n : outcome.notices) note(d.name + " notice " + n.what + " " + n.detail);
    check_notices(*this, d, outcome);
    for (Notice& n : outcome.notices) all.notices.push_back(std::move(n));
    after_sync_step(d);
    if (!outcome.again) break;
  }
  note(d.name + " synced " + std::to_string(all.received) + " " + std::to_string(all.confirmed));
  return all;
}

void World::carry_out(Event& event) {
  now = std::max(now, event.at);
  ++events;
  switch (event.kind) {
    case Event::Kind::step:
      step = static_cast<int>(event.step);
      evil->wake();
      perform(*this, story_.steps[event.step]);
      break;
    case Event::Kind::request: request_arrives(event); break;
    case Event::Kind::reply: reply_arrives(event); break;
    case Event::Kind::give_up: {
      Device& d = *devices[event.device];
      if (d.syncing && d.session * 1000 + static_cast<std::uint64_t>(d.requests) == event.session) {
        note(d.name + " gives up");
        d.syncing = false;
      }
      break;
    }
  }
}

void World::plan_story() {
  for (std::size_t i = 0; i < story_.steps.size(); ++i) {
    Event event;
    event.at = now + story_.steps[i].at;
    event.step = i;
    plan_event(std::move(event));
  }
}

std::optional<UnixMs> World::next_at() const {
  if (heap_.empty() || failure) return std::nullopt;
  return heap_.top().at;
}

void World::live_on() {
  Event event = heap_.top();
  heap_.pop();
  carry_out(event);
}

void World::end() {
  if (!failure) heal(*this);
  if (!failure) check_everything(*this, true);
  for (const auto& d : devices) note(oracle->fingerprint(*d));
}

void World::run() {
  while (next_at()) live_on();
  end();
}

}  // namespace samplan::sim
