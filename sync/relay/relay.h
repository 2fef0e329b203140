// The server's whole part in POST /v1/sync, bytes in and bytes out, as a pure function over a store: no
// socket, no clock, no thread and no randomness of its own, so that the simulator runs the same code as the
// server.
//
//   read      parse, look up the device, verify signatures           any thread, a reading of the store
//   idle      nothing brought, nothing new: answered at once         any thread, a reading of the store
//   execute   judge, store, collect what the device gets             one thread, inside a transaction
//   finish    receipts and the reply are signed                      any thread, after the commit
//
// Invariants
//   1. Nothing is answered as stored before the transaction that holds it is committed.
//   2. The same request twice changes nothing more than once.
//   3. What is in memory follows from the store; after a rollback all of it is dropped.
#pragma once

#include "sync/log/head_map.h"
#include "sync/relay/idle.h"
#include "sync/relay/prove.h"
#include "sync/relay/pull.h"

namespace samplan::relay {

class Relay {
 public:
  Relay(RelayConfig config, ServerIdentity server)
      : config_(std::move(config)), server_(std::move(server)), plans_(config_.plans_cached_max) {}

  const ServerIdentity& server() const { return server_; }

  // All four steps on one store with a transaction around; what tests, the simulator and a client in the same
  // process use. errors: malformed, truncated, too_large, unknown_version (not a request: HTTP 400); those of
  // the store, after which nothing of the request has happened (HTTP 503).
  Result<Bytes> handle(Store& store, ByteView request_frame, std::string_view host, UnixMs now,
                       Entropy& entropy);

  // Thread-safe: these only read what never changes.
  Result<Incoming> read(ReadStore& store, ByteView request_frame, std::string_view host, UnixMs now) const;
  Result<std::optional<SyncReply>> idle(ReadStore& store, const Incoming& in, UnixMs now) const;
  Bytes finish(const Incoming& in, SyncReply reply) const;

  // One thread. The caller has begun a transaction; after an error it must undo what this request did and
  // call `forget`. The reply may be sent once the transaction is committed.
  Result<SyncReply> execute(Store& store, const Incoming& in, UnixMs now, Entropy& entropy);
  void forget();

  // POST /v1/proof. `prove` is for the one thread that executes, and changes nothing in the store; reading the request
  // and signing the reply are for any. `handle_proof` is all of it on one store, noting the day first if it is due.
  Result<ProofReply> prove(Store& store, const ProofAsk& ask, UnixMs now);
  Bytes finish_proof(const ProofAsk& ask, ProofReply reply) const;
  Result<Bytes> handle_proof(Store& store, ByteView request_frame, std::string_view host, UnixMs now);

 private:
  class Request;
  const RelayConfig config_;
  const ServerIdentity server_;
  People people_;
  PlanCache plans_;
  // The heads of the newest checkpoint, for whom they were last built.
  std::optional<HeadMap> heads_;
  Bytes heads_note_;
};

}  // namespace samplan::relay
