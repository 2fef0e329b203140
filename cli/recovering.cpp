#include "cli/recovering.h"

#include "client-core/native/os_entropy.h"
#include "client-core/paper.h"
#include "client-core/recovery.h"

namespace samplan::cli {
namespace {

constexpr Phrase name_missing{"Skriv navnet ditt med --name.", "Give your name with --name."};
constexpr int rounds_max = 100;  // of a log in pieces

}  // namespace

Status recover(Visit& visit, const Recovering& wish) {
  SP_OK(visit.check_nobody_here());
  if (wish.name.empty()) return Error{Errc::invalid_argument, "cli.name", visit.say(name_missing)};
  if (!crypto::init()) return Error{Errc::io, "crypto"};
  SP_TRY(const crypto::Secret32 secret, read_paper(wish.typed));
  SP_TRY(const std::string passphrase, visit.passphrase(true));
  Transport& transport = *visit.machine().transport;
  SP_TRY(const native::ServerHello hello, native::fetch_hello(transport, wish.server_url));
  native::OsEntropy entropy;
  SP_TRY(Recovery recovery, Recovery::start(wish.server_url, hello.key, secret, entropy));
  for (int round = 0; recovery.state() != Recovery::State::ready; ++round) {
    if (round == rounds_max) return Error{Errc::try_later, "recovery.rounds"};
    SP_TRY(const Bytes reply,
           native::post_sync(transport, recovery.server_url(), recovery.next_request(visit.now())));
    SP_OK(recovery.on_reply(reply));
    if (recovery.state() == Recovery::State::failed) return recovery.error();
  }
  SP_TRY(std::unique_ptr<Device> device,
         Device::recover(visit.settings.home, recovery, wish.name, passphrase, visit.machine()));
  visit.use(std::move(device));
  return {};
}

}  // namespace samplan::cli
