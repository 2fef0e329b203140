// Cores, a relay and its meeting place in one process; the cast of the flows is set up, everyone synced.
#pragma once

#include "sync/relay/meet.h"
#include "tests/support/meeting.h"
#include "tests/support/relay_world.h"

namespace samplan::world {

struct DeviceWorld {
  DeviceWorld() { cast = set_up(people); }
  DeviceWorld(const DeviceWorld&) = delete;

  Result<Bytes> meet(ByteView request) {
    return relay::handle_meet(server.store, relay::RelayConfig{}, request, server.now, server.server_entropy);
  }
  SendRequest post() {
    return [this](ByteView request) { return meet(request); };
  }
  std::uint64_t identity_records() { return *server.store.identity_count(); }
  const IdentityState& log_of(const std::string& who) {
    const Context ctx = people.core(who).context(people.now);
    return *ctx.book.find(ctx.person);
  }
  Core& add(const std::string& old, const std::string& name) {
    return Meeting(people, old, post(), name).whole(name);
  }
  PlanFile& file(const std::string& who) {
    Core& core = people.core(who);
    Context ctx = core.context(people.now);
    const auto found = core.plans().get(ctx, *PlanId::parse(cast.plan));
    REQUIRE(found.ok());
    return **found;
  }
  void edit(const std::string& who, const std::string& text) {
    people.ok(who, {{"do", "edit"}, {"plan", cast.plan}, {"entity", cast.measure}, {"field", "where"}, {"value", text}});
  }
  std::string reads(const std::string& who) {
    return people.record(who, cast.plan, "helse", "measure")["fields"].value("where", "");
  }
  json device(const std::string& asker, const std::string& name) {
    const json answer = people.ok(asker, {{"do", "devices"}});
    for (const json& d : answer["devices"])
      if (d["name"] == name) return d;
    return nullptr;
  }

  RelayWorld server;
  CoreWorld people{"https://samplan.example", server.relay->server().key.public_key, server.code,
                   [this](ByteView frame) { return server.exchange()(frame); }};
  Cast cast;
};

}  // namespace samplan::world
