#include "tests/sim/evil_server.h"

#include "tests/sim/world.h"

namespace samplan::sim {

void EvilServer::wake() {
  const Story& story = world_.story();
  if (story.evil == Evil::none || done_) return;
  const UnixMs at = story.steps[static_cast<std::size_t>(world_.step)].at;
  if (!lies_ && at >= story.evil_from) {
    lies_ = true;
    // From here on there are two histories. One that goes back throws the newer away when its time is over.
    if (story.evil != Evil::withholds)
      other_ = std::make_unique<Server>(world_.server.store(), world_.seed() + 77, world_.server.config());
    world_.note("the server begins to lie");
  } else if (lies_ && at >= story.evil_until) {
    stop();
  }
}

void EvilServer::stop() {
  if (!lies_ || done_) return;
  done_ = true;
  lies_ = false;
  if (world_.story().evil == Evil::rolls_back) {
    world_.server.store() = other_->store();
    world_.server.restart();
    has_lied_ = true;
  }
  other_.reset();
  world_.note("the server lies no more");
}

Bytes EvilServer::without_last_envelopes(ByteView request, const Bytes& reply) const {
  const Hash asked = request_hash(request);
  const auto body = open_reply_frame(reply, asked, world_.server.identity().key.public_key);
  if (!body.ok()) return reply;
  auto read = read_reply_body(*body);
  if (!read.ok()) return reply;
  for (PlanReply& plan : read->plans) {
    for (SectionPull& section : plan.sections)
      if (!section.envelopes.empty()) section.envelopes.pop_back();
  }
  return write_reply_frame(write_reply_body(*read), asked, world_.server.identity().key);
}

Result<Bytes> EvilServer::handle(std::size_t device, ByteView frame, UnixMs now) {
  if (!lies_) return world_.server.handle(frame, now);
  switch (world_.story().evil) {
    case Evil::forks: {
      if (device % 2 == 0) return world_.server.handle(frame, now);
      has_lied_ = true;
      return other_->handle(frame, now);
    }
    case Evil::withholds: {
      SP_TRY(const Bytes reply, world_.server.handle(frame, now));
      has_lied_ = true;
      return without_last_envelopes(frame, reply);
    }
    default: return world_.server.handle(frame, now);
  }
}

}  // namespace samplan::sim
