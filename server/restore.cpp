#include "server/restore.h"

#include <unistd.h>

#include "server/sqlite_store.h"
#include "server/system_entropy.h"
#include "sync/relay/server_identity.h"

namespace samplan::server {
namespace {

Status raise(SqliteStore& store, std::uint64_t& generation) {
  SP_OK(store.begin());
  SystemEntropy entropy;
  SP_TRY(const relay::ServerIdentity server, relay::load_server_identity(store, entropy));
  generation = server.generation + 1;
  Bytes number;
  append_u64(number, generation);
  SP_OK(store.set_meta("generation", number));
  SP_OK(store.skip_letter_numbers());
  return store.commit();
}

}  // namespace

Result<std::uint64_t> raise_generation(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0)
    return Error{Errc::not_found, "restore",
                 "There is no " + path + ". Put the backup there first, and check --data."};
  SP_TRY(const std::unique_ptr<SqliteStore> store, SqliteStore::open(path));
  std::uint64_t generation = 0;
  const Status raised = raise(*store, generation);
  if (raised.ok()) return generation;
  store->rollback();
  return raised.error();
}

}  // namespace samplan::server
