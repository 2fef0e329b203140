#include "client-core/core.h"

#include "base/check.h"
#include "base/utf8.h"
#include "client-core/commands.h"
#include "client-core/json/json_gate.h"
#include "client-core/devices.h"
#include "client-core/local_facts.h"
#include "client-core/old_device.h"
#include "client-core/people.h"
#include "client-core/phone_invite.h"

namespace samplan {

std::string host_of(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (url.substr(0, scheme.size()) != scheme) continue;
    std::string_view rest = url.substr(scheme.size());
    const std::size_t end = rest.find_first_of("/?#");
    return std::string(rest.substr(0, end));
  }
  return {};
}

namespace {

Status is_person_name(std::string_view name) {
  if (name.empty() || name.size() > limits::name_bytes_max || !is_plain_text(name))
    return Error{Errc::invalid_argument, "home.name", "Skriv navnet ditt."};
  return Status::good();
}

Status may_begin(HomeFiles& files, std::string_view passphrase) {
  if (passphrase.size() < 4)
    return Error{Errc::invalid_argument, "home.passphrase", "Velg et passord eller en PIN på minst fire tegn."};
  SP_TRY(const std::optional<Bytes> existing, files.read_key_file());
  if (existing) return Error{Errc::already_exists, "home", "Her finnes det allerede en Samplan-mappe."};
  return Status::good();
}

}  // namespace

Core::~Core() = default;

Context Core::context(UnixMs now) { return {*replica_, *keyring_, keys_, book_, entropy_, person_, now}; }

Result<std::unique_ptr<Core>> Core::create(HomeFiles& files, const NewHome& home, Entropy& entropy, UnixMs now,
                                           const CoreOptions& options) {
  if (!crypto::init()) return Error{Errc::io, "crypto"};
  SP_OK(is_person_name(home.name));
  if (host_of(home.server_url).empty())
    return Error{Errc::invalid_argument, "home.server_url", "Tjeneradressen må begynne med http:// eller https://."};
  SP_OK(may_begin(files, home.passphrase));

  std::unique_ptr<Core> core(new Core(DeviceKeys::create(entropy), entropy));
  SP_TRY(core->replica_, Replica::open(files.database_path(), files.vfs(), core->keys_.store, entropy));
  core->keyring_ = std::make_unique<Keyring>(*core->replica_, core->keys_);
  Context ctx = core->context(now);
  Transaction tx(core->replica_->db());
  SP_OK(tx.begin());
  SP_TRY(core->person_, create_person(ctx));
  ctx.person = core->person_;
  SP_OK(set_fact(ctx, fact::person, core->person_.view()));
  SP_OK(set_fact(ctx, fact::name, ByteView::of(home.name)));
  SP_OK(set_fact(ctx, fact::server_url, ByteView::of(home.server_url)));
  SP_OK(set_fact(ctx, fact::server_key, home.server_key.view()));
  if (!home.enrolment_code.empty()) SP_OK(set_fact(ctx, fact::enrolment_code, ByteView::of(home.enrolment_code)));
  if (!home.enrolment_box.is_zero()) SP_OK(set_fact(ctx, fact::enrolment_box, home.enrolment_box.view()));
  SP_OK(remember_name(ctx, core->person_, home.name));
  SP_OK(tx.commit());
  // The key file comes last: a home without one is no home, so an interrupted start can simply be repeated.
  SP_TRY(const Bytes sealed, seal_device_keys(core->keys_, home.passphrase, options.least_kdf, entropy));
  SP_OK(files.write_key_file(sealed));
  core->use_server(home.server_url, home.server_key);
  return core;
}

struct Core::Handed {
  DeviceKeys keys;
  PrincipalId person;
  std::string person_name;
  std::string server_url;
  SignPublicKey server_key;
  std::vector<Bytes> identity;  // the person's log, this device in it
  std::optional<DeviceId> by;   // a device that must stand in it
  std::vector<std::pair<DeviceId, std::string>> devices;
  std::vector<std::pair<PrincipalId, std::string>> units;
};

Result<std::unique_ptr<Core>> Core::take_over(HomeFiles& files, Handed handed, std::string_view passphrase,
                                              Entropy& entropy, UnixMs now, const CoreOptions& options) {
  const Error misfit{Errc::forged, "enrol", "Det enheten ble gitt, henger ikke sammen. Ingenting er laget."};
  std::unique_ptr<Core> core(new Core(std::move(handed.keys), entropy));
  SP_TRY(core->replica_, Replica::open(files.database_path(), files.vfs(), core->keys_.store, entropy));
  core->keyring_ = std::make_unique<Keyring>(*core->replica_, core->keys_);
  core->person_ = handed.person;
  Context ctx = core->context(now);
  Transaction tx(core->replica_->db());
  SP_OK(tx.begin());
  for (const Bytes& record : handed.identity)
    if (!take_identity(ctx, record).ok()) return misfit;
  // The log must be the one that was offered, with this device in it, and open to it.
  const IdentityState* me = core->book_.find(handed.person);
  const DeviceEntry* self = me == nullptr ? nullptr : me->device(core->keys_.id());
  if (self == nullptr || self->revoked_seq != 0) return misfit;
  const DeviceEntry* other = handed.by ? me->device(*handed.by) : self;
  if (other == nullptr || other->revoked_seq != 0) return misfit;
  SP_TRY(const std::optional<crypto::BoxKeyPair> key, core->keyring_->generation(handed.person, me->generation().number));
  if (!key) return misfit;
  SP_OK(set_fact(ctx, fact::person, handed.person.view()));
  SP_OK(set_fact(ctx, fact::name, ByteView::of(handed.person_name)));
  SP_OK(set_fact(ctx, fact::server_url, ByteView::of(handed.server_url)));
  SP_OK(set_fact(ctx, fact::server_key, handed.server_key.view()));
  SP_OK(remember_name(ctx, handed.person, handed.person_name));
  for (const auto& named : handed.devices) SP_OK(remember_device_name(ctx, named.first, named.second));
  for (const auto& named : handed.units) SP_OK(remember_name(ctx, named.first, named.second));
  SP_OK(tx.commit());
  SP_TRY(const Bytes sealed, seal_device_keys(core->keys_, passphrase, options.least_kdf, entropy));
  SP_OK(files.write_key_file(sealed));
  core->use_server(handed.server_url, handed.server_key);
  return core;
}

Result<std::unique_ptr<Core>> Core::enrol(HomeFiles& files, NewDevice& device, std::string_view passphrase,
                                          Entropy& entropy, UnixMs now, const CoreOptions& options) {
  if (device.state() != NewDevice::State::ready) return Error{Errc::not_allowed, "enrol"};
  SP_OK(may_begin(files, passphrase));
  SP_TRY(EnrolmentGrant grant, device.grant());
  const EnrolmentOffer& offer = device.offer();
  Handed handed;
  handed.person = offer.person;
  handed.person_name = offer.name;
  handed.server_url = device.code().server_url;
  handed.server_key = offer.server_key;
  handed.identity = std::move(grant.identity);
  handed.by = offer.device;
  handed.devices = std::move(grant.devices);
  handed.units = std::move(grant.units);
  handed.keys = device.take_keys();
  handed.devices.emplace_back(handed.keys.id(), device.device_name());
  return take_over(files, std::move(handed), passphrase, entropy, now, options);
}

Result<std::unique_ptr<Core>> Core::recover(HomeFiles& files, Recovery& recovery, std::string_view name,
                                            std::string_view passphrase, Entropy& entropy, UnixMs now,
                                            const CoreOptions& options) {
  if (recovery.state() != Recovery::State::ready) return Error{Errc::not_allowed, "recover"};
  SP_OK(is_person_name(name));
  SP_OK(may_begin(files, passphrase));
  Handed handed;
  handed.person = recovery.person();
  handed.person_name = std::string(name);
  handed.server_url = recovery.server_url();
  handed.server_key = recovery.server_key();
  handed.identity = recovery.log();
  handed.keys = recovery.take_keys();
  return take_over(files, std::move(handed), passphrase, entropy, now, options);
}

Result<std::unique_ptr<Core>> Core::open(HomeFiles& files, std::string_view passphrase, Entropy& entropy,
                                         const CoreOptions& options) {
  if (!crypto::init()) return Error{Errc::io, "crypto"};
  SP_TRY(const std::optional<Bytes> sealed, files.read_key_file());
  if (!sealed) return Error{Errc::not_found, "home", "Her finnes det ingen Samplan-mappe. Begynn med «samplan init» eller «samplan join»."};
  SP_TRY(DeviceKeys keys, open_device_keys(*sealed, passphrase, options.least_kdf));
  std::unique_ptr<Core> core(new Core(std::move(keys), entropy));
  SP_OK(core->load(files));
  return core;
}

Status Core::load(HomeFiles& files) {
  SP_TRY(replica_, Replica::open(files.database_path(), files.vfs(), keys_.store, entropy_));
  keyring_ = std::make_unique<Keyring>(*replica_, keys_);
  SP_TRY(const std::vector<IdentityRow> identities, replica_->identities());
  for (const IdentityRow& row : identities) SP_OK(book_.add(row.record));
  Context ctx = context(0);
  SP_TRY(const std::optional<Bytes> person, get_fact(ctx, fact::person));
  SP_TRY(const std::optional<Bytes> server_key, get_fact(ctx, fact::server_key));
  if (!person || person->size() != PrincipalId::size || !server_key || server_key->size() != SignPublicKey::size)
    return Error{Errc::corrupt, "home.facts", "Mappen er skadet. Kjør «samplan doctor»."};
  person_ = PrincipalId::from(*person);
  SP_TRY(const std::string url, text_fact(ctx, fact::server_url));
  use_server(url, SignPublicKey::from(*server_key));
  return Status::good();
}

void Core::use_server(const std::string& url, const SignPublicKey& key) {
  server_url_ = url;
  engine_ = std::make_unique<SyncEngine>(plans_, host_of(url), key);
  proof_ = std::make_unique<ProofRun>(plans_, host_of(url), key);
}

// The disk has undone a transaction: whatever of it is still in memory is not so.
void Core::forget_undone(UnixMs now) {
  plans_.forget_all();
  keyring_->forget_cached();
  Context ctx = context(now);
  (void)reload_book(ctx);
}

nlohmann::json Core::call(const nlohmann::json& request, UnixMs now) {
  Context ctx = context(now);
  nlohmann::json answer = run_command(ctx, plans_, request);
  if (answer["ok"] == false && answer["error"] == errc_name(Errc::not_saved)) forget_undone(now);
  return answer;
}

std::string Core::call_text(std::string_view line, UnixMs now) {
  auto request = parse_json(line);
  const nlohmann::json answer = request.ok() ? call(*request, now) : error_answer(request.error());
  return answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Bytes> Core::next_request(UnixMs now, bool first) {
  Context ctx = context(now);
  auto frame = engine_->next_request(ctx, first);
  if (frame.code() == Errc::not_saved) forget_undone(now);
  return frame;
}

Result<SyncOutcome> Core::on_reply(ByteView reply, UnixMs now) {
  Context ctx = context(now);
  auto outcome = engine_->on_reply(ctx, reply);
  if (outcome.code() == Errc::not_saved) forget_undone(now);
  return outcome;
}

Result<std::optional<Bytes>> Core::next_proof(UnixMs now, bool first) {
  Context ctx = context(now);
  return proof_->next_request(ctx, first);
}

Status Core::on_proof_reply(ByteView reply, UnixMs now) {
  Context ctx = context(now);
  const Status taken = proof_->on_reply(ctx, reply);
  if (taken.code() == Errc::not_saved) forget_undone(now);
  return taken;
}

Result<std::optional<Bytes>> Core::next_meet(UnixMs now) {
  Context ctx = context(now);
  Transaction tx(replica_->db());
  SP_OK(tx.begin());
  auto request = next_meet_request(ctx);
  if (!request.ok()) return request;
  SP_OK(tx.commit());
  return request;
}

Status Core::on_meet_reply(ByteView reply, UnixMs now) {
  Context ctx = context(now);
  Transaction tx(replica_->db());
  SP_OK(tx.begin());
  SP_OK(samplan::on_meet_reply(ctx, reply));
  return tx.commit();
}

Result<std::optional<Bytes>> Core::next_call(UnixMs now) {
  Context ctx = context(now);
  return next_call_request(ctx);
}

Status Core::on_call_reply(ByteView reply, UnixMs now) {
  Context ctx = context(now);
  Transaction tx(replica_->db());
  SP_OK(tx.begin());
  SP_OK(samplan::on_call_reply(ctx, reply));
  return tx.commit();
}

void Core::sync_only(std::vector<PlanId> plans) { engine_->only(std::move(plans)); }
std::string Core::server_url() const { return server_url_; }

}  // namespace samplan
