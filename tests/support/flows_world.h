// A world for the flows with the relay in this process; tests/flows has the same over real HTTP.
#pragma once

#include "tests/support/core_world.h"
#include "tests/support/relay_world.h"

namespace samplan::world {

struct InProcess {
  RelayWorld server;
  CoreWorld people{"https://samplan.example", server.relay->server().key.public_key, server.code,
                   [this](ByteView frame) { return server.relay->handle(server.store, frame, test_host, people.now, server.entropy); }};
};

}  // namespace samplan::world
