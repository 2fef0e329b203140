// The client core as a host sees it: commands and queries as JSON, sync as bytes. It owns the replica, the keys and
// the open plans of one device; it reads no clock, opens no socket and starts no thread.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/entropy.h"
#include "base/result.h"
#include "base/time.h"
#include "client-core/new_device.h"
#include "client-core/recovery.h"
#include "client-core/proof_run.h"
#include "client-core/sync_engine.h"
#include "crypto/device_lock.h"

namespace samplan {

// Where a home's files are and how they are written, given by the host.
class HomeFiles {
 public:
  virtual ~HomeFiles() = default;
  virtual std::string database_path() const = 0;
  virtual std::string vfs() const { return {}; }
  // The key file; no value if there is none yet.
  virtual Result<std::optional<Bytes>> read_key_file() = 0;
  // Old content or new after any crash, never a mixture.
  virtual Status write_key_file(ByteView bytes) = 0;
};

struct NewHome {
  std::string name;             // what the person is called
  std::string passphrase;       // or PIN
  std::string server_url;
  SignPublicKey server_key;     // pinned from here on
  std::string enrolment_code;   // where the server asks for one at first contact
  BoxId enrolment_box;          // or the invitation that vouches for the person
};

struct CoreOptions {
  crypto::KdfCost least_kdf = crypto::kdf_interactive;  // only tests lower it
};

class Core {
 public:
  // errors: already_exists, invalid_argument, not_saved.
  static Result<std::unique_ptr<Core>> create(HomeFiles& files, const NewHome& home, Entropy& entropy, UnixMs now,
                                              const CoreOptions& options = {});
  // errors: not_found (no home here), wrong_passphrase, corrupt, unknown_version.
  static Result<std::unique_ptr<Core>> open(HomeFiles& files, std::string_view passphrase, Entropy& entropy,
                                            const CoreOptions& options = {});
  // The home of a device that was added to a person (client-core/new_device.h, ready). Name, server and its key come from
  // there; errors: as create, and forged: what was handed over does not fit.
  static Result<std::unique_ptr<Core>> enrol(HomeFiles& files, NewDevice& device, std::string_view passphrase,
                                             Entropy& entropy, UnixMs now, const CoreOptions& options = {});
  // The home of the device that a recovery code has added (client-core/recovery.h, ready). `name`: what the person is
  // called, which no log says. errors: as create, and forged.
  static Result<std::unique_ptr<Core>> recover(HomeFiles& files, Recovery& recovery, std::string_view name,
                                               std::string_view passphrase, Entropy& entropy, UnixMs now,
                                               const CoreOptions& options = {});
  ~Core();

  // One command or query: an object {"do": NAME, ...arguments}. The result is an object with "ok": true and the
  // answer, or "ok": false with "error" (stable code), "where" and "message" (bokmål, what to do). See commands.h.
  // A command has returned only when what it did is on the disk.
  nlohmann::json call(const nlohmann::json& request, UnixMs now);
  // The same with text, through the JSON gate.
  std::string call_text(std::string_view line, UnixMs now);

  // Sync, see sync_engine.h. `plans` empty: everything.
  Result<Bytes> next_request(UnixMs now, bool first);
  Result<SyncOutcome> on_reply(ByteView reply, UnixMs now);
  void sync_only(std::vector<PlanId> plans);
  std::string server_url() const;

  // Adding a new device (client-core/old_device.h): what to post to /v1/meet now, if anything, and what came back.
  Result<std::optional<Bytes>> next_meet(UnixMs now);
  Status on_meet_reply(ByteView reply, UnixMs now);

  // Inviting by telephone (client-core/phone_invite.h): the same.
  Result<std::optional<Bytes>> next_call(UnixMs now);
  Status on_call_reply(ByteView reply, UnixMs now);
  // Examining the server's checkpoint (client-core/proof_run.h): what to post to /v1/proof, until there is nothing more.
  Result<std::optional<Bytes>> next_proof(UnixMs now, bool first);
  Status on_proof_reply(ByteView reply, UnixMs now);
  const ProofReport& proof_report() const { return proof_->report(); }

  Context context(UnixMs now);
  OpenPlans& plans() { return plans_; }

 private:
  Core(DeviceKeys keys, Entropy& entropy) : keys_(std::move(keys)), entropy_(entropy) {}
  Status load(HomeFiles& files);
  struct Handed;  // what a new device of a person is given
  static Result<std::unique_ptr<Core>> take_over(HomeFiles& files, Handed handed, std::string_view passphrase,
                                                 Entropy& entropy, UnixMs now, const CoreOptions& options);
  void use_server(const std::string& url, const SignPublicKey& key);
  void forget_undone(UnixMs now);

  DeviceKeys keys_;
  Entropy& entropy_;
  std::unique_ptr<Replica> replica_;
  std::unique_ptr<Keyring> keyring_;
  IdentityBook book_;
  PrincipalId person_;
  OpenPlans plans_;
  std::unique_ptr<SyncEngine> engine_;
  std::unique_ptr<ProofRun> proof_;
  std::string server_url_;
};

// host[:port] of an http or https URL, as it goes into the request signature; empty if it is none.
std::string host_of(std::string_view url);

// Every command and query as JSON Schema, for `samplan api` and the generated types of the web app.
nlohmann::json api_schema();

}  // namespace samplan
