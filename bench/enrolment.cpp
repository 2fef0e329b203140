#include "bench/enrolment.h"

#include "client-core/native/os_clock.h"
#include "client-core/native/sync_runner.h"
#include "client-core/new_device.h"

namespace samplan::bench {
namespace {

struct MeetFigures {
  int exchanges = 0;
  std::size_t up = 0;
  std::size_t down = 0;
};

Bytes post(native::HttpTransport& transport, const std::string& url, const Bytes& request, MeetFigures& figures) {
  auto reply = native::post_meet(transport, url, request);
  if (!reply.ok()) give_up("the meeting place does not answer");
  ++figures.exchanges;
  figures.up += request.size();
  figures.down += reply->size();
  return std::move(reply).value();
}

}  // namespace

// A phone of somebody who is in so many plans, then the phone is closed.
nlohmann::json enrolment_figures(Server& server, const Company& company, const std::string& folder) {
  native::HttpTransport transport;
  native::OsEntropy entropy;
  const auto old = Device::open(company.folders[0]);
  sync(old->core());
  const auto now = [] { return native::os_now(); };
  const auto hello = native::fetch_hello(transport, server.url());
  if (!hello.ok()) give_up("hello");
  auto phone = NewDevice::start(server.url(), hello->key, "phone", entropy, now());
  if (!phone.ok()) give_up("code");

  MeetFigures by_phone;
  MeetFigures by_old;
  const auto step_phone = [&] {
    if (!phone->on_reply(post(transport, server.url(), phone->next_request(entropy), by_phone), now()).ok()) give_up("phone");
  };
  const auto step_old = [&] {
    const auto request = old->core().next_meet(now());
    if (!request.ok() || !request->has_value()) give_up("old device");
    if (!old->core().on_meet_reply(post(transport, server.url(), **request, by_old), now()).ok()) give_up("old device");
  };
  const auto state = [&] { return must(old->core(), {{"do", "device_adding"}})["state"].get<std::string>(); };
  const auto records = [&] {
    const Context ctx = old->core().context(now());
    return ctx.book.find(ctx.person)->seq();
  };
  const std::uint64_t records_before = records();
  const double start = now_ms();
  for (int i = 0; i < 2; ++i) step_phone();
  must(old->core(), {{"do", "device_add"}, {"link", phone->link()}});
  while (state() == "waiting") {
    step_old();
    step_phone();
  }
  must(old->core(), {{"do", "device_add_confirm"}});
  const SyncFigures recorded = sync(old->core());
  while (state() != "done") step_old();
  while (phone->state() == NewDevice::State::compare) step_phone();
  auto home = native::NativeHome::make(folder + "/phone");
  if (!home.ok()) give_up("home");
  CoreOptions cheap;
  cheap.least_kdf = crypto::kdf_for_tests;
  auto core = Core::enrol(*home, *phone, "benchmark", entropy, now(), cheap);
  if (!core.ok()) give_up("enrol");
  const double enrolled = now_ms();
  const SyncFigures first = sync(**core);
  const double done = now_ms();
  const std::uint64_t records_made = records() - records_before;
  const std::size_t held = must(**core, {{"do", "plans"}})["plans"].size();

  must(old->core(), {{"do", "device_close"}, {"device", "phone"}});
  const SyncFigures closed = sync(old->core());
  return {{"plans", company.plans.size()},
          {"plans_on_phone", held},
          {"identity_records", records_made},
          {"meet_exchanges", {by_phone.exchanges, by_old.exchanges}},
          {"meet_bytes", {by_phone.up + by_old.up, by_phone.down + by_old.down}},
          {"meet_ms", enrolled - start},
          {"old_sync", {{"round_trips", recorded.exchanges}, {"bytes_up", recorded.up}, {"bytes_down", recorded.down}, {"ms", recorded.ms}}},
          {"phone_sync", {{"round_trips", first.exchanges}, {"bytes_up", first.up}, {"bytes_down", first.down}, {"ms", done - enrolled}}},
          {"close_sync", {{"round_trips", closed.exchanges}, {"bytes_up", closed.up}, {"bytes_down", closed.down}, {"ms", closed.ms}}}};
}

}  // namespace samplan::bench
