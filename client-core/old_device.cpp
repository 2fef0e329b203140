#include "client-core/old_device.h"

#include <algorithm>

#include "base/limits.h"
#include "base/tlv.h"
#include "client-core/local_facts.h"
#include "client-core/new_device.h"
#include "client-core/devices.h"
#include "client-core/people.h"

namespace samplan {
namespace {

constexpr std::string_view item_kind = "adding";
constexpr UnixMs time_to_hand_over_ms = 60'000;  // what must be left of the code when the person confirms

enum class Stage : std::uint8_t { waiting = 1, offered = 2, compare = 3, confirmed = 4, done = 5, failed = 6, cancelled = 7 };

const Error not_trusted{Errc::forged, "adding.message",
                        "Noen andre enn den nye enheten har brukt koden. Ingenting er endret. Lag en ny kode der."};
const Error is_taken{Errc::already_exists, "adding.taken",
                     "Koden er allerede brukt fra en annen enhet. Ingenting er endret. Lag en ny kode på den nye enheten."};
const Error is_over{Errc::not_found, "adding.code",
                    "Koden er utløpt, brukt eller avbrutt. Ingenting er endret. Lag en ny kode på den nye enheten."};
const Error not_handed_over{Errc::not_found, "adding.granting",
                            "Den nye enheten er lagt til, men fikk ikke nøklene i tide. Lukk den og prøv igjen."};

struct Adding {
  EnrolmentCode code;
  Stage stage = Stage::waiting;
  UnixMs started_ms = 0;
  UnixMs expires_ms = 0;  // by the server's clock, and what that showed last, when
  UnixMs server_ms = 0;
  UnixMs heard_ms = 0;
  EnrolmentHello hello;
  Bytes hello_bytes;  // messages as they lie in the box
  Bytes offer;
  Bytes proof;
  Signature joins;
  Hash words;
  bool is_offered = false;  // the offer lies there
  std::uint8_t granted = 0;  // parts that lie there
  std::vector<Bytes> grant;
  Error error;

  bool is_over() const { return stage == Stage::done || stage == Stage::failed; }
};

enum Tag : std::uint8_t {
  tag_link = 2, tag_stage = 4, tag_started = 6, tag_expires = 8, tag_server = 10, tag_heard = 12, tag_sign = 14,
  tag_box = 16, tag_name = 18, tag_hello = 20, tag_offer = 22, tag_proof = 24, tag_joins = 26, tag_words = 28,
  tag_offered = 30, tag_granted = 32, tag_grant = 34, tag_code = 36, tag_where = 38, tag_detail = 40,
};

Status save(Context& ctx, const Adding& a) {
  TlvWriter out;
  out.bytes(tag_link, ByteView::of(write_enrolment_code(a.code))).u8(tag_stage, static_cast<std::uint8_t>(a.stage));
  out.u64(tag_started, static_cast<std::uint64_t>(a.started_ms)).u64(tag_expires, static_cast<std::uint64_t>(a.expires_ms));
  out.u64(tag_server, static_cast<std::uint64_t>(a.server_ms)).u64(tag_heard, static_cast<std::uint64_t>(a.heard_ms));
  out.bytes(tag_sign, a.hello.sign_key.view()).bytes(tag_box, a.hello.box_key.view());
  out.bytes(tag_name, ByteView::of(a.hello.name)).bytes(tag_hello, a.hello_bytes).bytes(tag_offer, a.offer);
  out.bytes(tag_proof, a.proof).bytes(tag_joins, a.joins.view()).bytes(tag_words, a.words.view());
  out.u8(tag_offered, a.is_offered ? 1 : 0).u8(tag_granted, a.granted).list(tag_grant, a.grant);
  out.u16(tag_code, static_cast<std::uint16_t>(a.error.code)).bytes(tag_where, ByteView::of(a.error.where));
  out.bytes(tag_detail, ByteView::of(a.error.detail));
  return ctx.replica.put_item(item_kind, ByteView::of("1"), {}, out.take());
}

Result<std::optional<Adding>> load(Context& ctx) {
  SP_TRY(const std::optional<Item> item, ctx.replica.item(item_kind, ByteView::of("1")));
  if (!item) return std::optional<Adding>{};
  TlvReader in(item->content, "adding");
  Adding a;
  SP_TRY(a.code, parse_enrolment_code(in.bytes(tag_link).text()));
  a.stage = static_cast<Stage>(in.u8(tag_stage));
  a.started_ms = static_cast<UnixMs>(in.u64(tag_started));
  a.expires_ms = static_cast<UnixMs>(in.u64(tag_expires));
  a.server_ms = static_cast<UnixMs>(in.u64(tag_server));
  a.heard_ms = static_cast<UnixMs>(in.u64(tag_heard));
  a.hello.sign_key = in.id<SignPublicKey>(tag_sign);
  a.hello.box_key = in.id<BoxPublicKey>(tag_box);
  a.hello.name = std::string(in.bytes(tag_name).text());
  a.hello_bytes = in.bytes(tag_hello).copy();
  a.offer = in.bytes(tag_offer).copy();
  a.proof = in.bytes(tag_proof).copy();
  a.joins = in.id<Signature>(tag_joins);
  a.words = in.id<Hash>(tag_words);
  a.is_offered = in.u8(tag_offered) == 1;
  a.granted = in.u8(tag_granted);
  for (const ByteView part : in.list(tag_grant)) a.grant.push_back(part.copy());
  a.error.code = static_cast<Errc>(in.u16(tag_code));
  a.error.where = std::string(in.bytes(tag_where).text());
  a.error.detail = std::string(in.bytes(tag_detail).text());
  SP_OK(in.finish());
  return std::optional<Adding>(std::move(a));
}

DeviceId device_of(const Adding& a) { return crypto::device_id(a.hello.sign_key, a.hello.box_key); }

Status make_offer(Context& ctx, Adding& a) {
  EnrolmentOffer offer;
  offer.person = ctx.person;
  offer.device = ctx.keys.id();
  SP_TRY(offer.name, text_fact(ctx, fact::name));
  SP_TRY(const std::optional<Bytes> key, get_fact(ctx, fact::server_key));
  offer.server_key = SignPublicKey::from(key.value_or(Bytes{}));
  a.offer = seal_offer(a.code, a.hello.box_key, offer, ctx.entropy);
  a.words = enrolment_words(a.code, offer);
  a.stage = Stage::offered;
  return Status::good();
}

// One message of the new device's. Whatever an honest one would not say ends it.
Status take(Context& ctx, Adding& a, ByteView message) {
  if (message == ByteView(a.hello_bytes) || message == ByteView(a.proof)) return Status::good();
  if (message == ByteView(a.offer)) {
    a.is_offered = true;
    return Status::good();
  }
  if (std::any_of(a.grant.begin(), a.grant.end(), [&](const Bytes& part) { return ByteView(part) == message; }))
    return Status::good();
  const auto opened = open_message(a.code, message);
  if (!opened.ok()) return not_trusted;
  using Step = EnrolmentMessage::Step;
  if (opened->step == Step::offer || opened->step == Step::grant) return is_taken;
  if (opened->step == Step::hello && a.stage == Stage::waiting) {
    const auto hello = read_hello(a.code, opened->content);
    if (!hello.ok()) return not_trusted;
    a.hello = *hello;
    a.hello_bytes = message.copy();
    return make_offer(ctx, a);
  }
  if (opened->step != Step::proof || a.stage != Stage::offered) return not_trusted;
  const auto proof = read_proof(opened->content);
  if (!proof.ok() || proof->words != a.words) return not_trusted;
  if (!crypto::verify(a.hello.sign_key, "samplan/device-joins/1", device_joins_digest(ctx.person), proof->joins))
    return not_trusted;
  a.joins = proof->joins;
  a.proof = message.copy();
  a.stage = Stage::compare;
  return Status::good();
}

// Is the record that adds the device in our log, and does the server have it?
Result<bool> is_recorded(Context& ctx, const Adding& a) {
  const IdentityState* me = ctx.book.find(ctx.person);
  const DeviceEntry* entry = me == nullptr ? nullptr : me->device(device_of(a));
  if (entry == nullptr) {
    // Another device of this person was first with a record of its own: this one is made again on top of it.
    SP_OK(add_device(ctx, a.hello.sign_key, a.hello.box_key, a.joins));
    return false;
  }
  SP_TRY(const std::vector<IdentityRow> unpushed, ctx.replica.unpushed_identities());
  return std::none_of(unpushed.begin(), unpushed.end(), [&](const IdentityRow& row) {
    return row.principal == ctx.person && row.seq <= entry->added_seq;
  });
}

Status make_grant(Context& ctx, Adding& a) {
  EnrolmentGrant grant;
  SP_TRY(grant.identity, identity_log(ctx, ctx.person));
  const IdentityState* me = ctx.book.find(ctx.person);
  for (const DeviceEntry& d : me->devices) {
    const std::string name = device_name(ctx, d.id);
    if (!name.empty()) grant.devices.emplace_back(d.id, name);
  }
  for (const PrincipalId& unit : ctx.book.units_of(ctx.person)) {
    const std::string name = known_name(ctx, unit);
    if (!name.empty()) grant.units.emplace_back(unit, name);
  }
  SP_TRY(a.grant, seal_grant(a.code, a.hello.box_key, grant, ctx.entropy));
  return Status::good();
}

}  // namespace

Status begin_adding(Context& ctx, std::string_view link) {
  Adding a;
  SP_TRY(a.code, parse_enrolment_code(link));
  SP_TRY(const std::string server, text_fact(ctx, fact::server_url));
  if (server != a.code.server_url)
    return Error{Errc::invalid_argument, "link", "Koden gjelder en annen server enn den denne enheten bruker."};
  const IdentityState* me = ctx.book.find(ctx.person);
  if (me == nullptr || me->devices.size() >= limits::devices_max)
    return Error{Errc::too_large, "devices", "Du har så mange enheter som Samplan tar imot."};
  a.started_ms = ctx.now;
  return save(ctx, a);
}

Result<AddingView> adding(Context& ctx) {
  SP_TRY(const std::optional<Adding> a, load(ctx));
  AddingView out;
  out.state = "none";
  if (!a) return out;
  switch (a->stage) {
    case Stage::waiting:
    case Stage::offered: out.state = "waiting"; break;
    case Stage::compare: out.state = "compare"; break;
    case Stage::confirmed: out.state = a->grant.empty() ? "sync" : "granting"; break;
    case Stage::done: out.state = "done"; break;
    case Stage::failed: out.state = "failed"; break;
    case Stage::cancelled: out.state = "cancelled"; break;
  }
  if (!a->proof.empty()) {
    out.name = a->hello.name;
    out.words = four_words(a->words);
  }
  out.error = a->error;
  return out;
}

Result<std::optional<Bytes>> next_meet_request(Context& ctx) {
  SP_TRY(std::optional<Adding> a, load(ctx));
  const std::optional<Bytes> nothing;
  if (!a || a->is_over()) return nothing;
  MeetRequest q;
  q.box = a->code.box();
  if (a->stage == Stage::cancelled) q.act = MeetAct::close;
  if (a->stage == Stage::offered && !a->is_offered) {
    q.act = MeetAct::put;
    q.message = a->offer;
  }
  if (a->stage == Stage::confirmed) {
    if (a->grant.empty()) {
      SP_TRY(const bool recorded, is_recorded(ctx, *a));
      if (!recorded) return nothing;  // the sync goes first
      const Status made = make_grant(ctx, *a);
      if (made.code() == Errc::too_large) {
        a->stage = Stage::failed;
        a->error = made.error();
        SP_OK(save(ctx, *a));
        return nothing;
      }
      SP_OK(made);
      SP_OK(save(ctx, *a));
    }
    q.act = MeetAct::put;
    q.message = a->grant[a->granted];
  }
  return std::optional<Bytes>(write_meet_request(q));
}

Status on_meet_reply(Context& ctx, ByteView bytes) {
  SP_TRY(std::optional<Adding> loaded, load(ctx));
  if (!loaded || loaded->is_over()) return Status::good();
  Adding& a = *loaded;
  SP_TRY(const MeetReply reply, read_meet_reply(bytes));
  if (a.stage == Stage::cancelled) return ctx.replica.delete_item(item_kind, ByteView::of("1"));
  if (reply.status == MeetStatus::busy) return Error{Errc::try_later, "adding.busy"};
  const auto end = [&](const Error& error) {
    a.stage = Stage::failed;
    a.error = error;
    return save(ctx, a);
  };
  const bool confirmed = a.stage == Stage::confirmed;
  if (reply.status != MeetStatus::ok || ctx.now - a.started_ms > enrolment_ms)
    return end(confirmed ? not_handed_over : is_over);
  a.expires_ms = reply.expires_ms;
  a.server_ms = reply.server_ms;
  a.heard_ms = ctx.now;
  for (const MeetMessage& message : reply.messages) {
    const Status taken = take(ctx, a, message.body);
    if (taken.ok()) continue;
    // After the record is made, what others put there only shows that the code is known to them.
    if (confirmed) continue;
    return end(taken.error());
  }
  if (confirmed && !a.grant.empty()) {
    ++a.granted;
    if (a.granted == a.grant.size()) {
      SP_OK(remember_device_name(ctx, device_of(a), a.hello.name));
      a.grant.clear();
      a.granted = 0;
      a.stage = Stage::done;
    }
  }
  return save(ctx, a);
}

Status confirm_adding(Context& ctx) {
  SP_TRY(std::optional<Adding> a, load(ctx));
  if (!a || a->stage != Stage::compare)
    return Error{Errc::not_allowed, "adding.confirm", "Det er ingen ny enhet å bekrefte."};
  const UnixMs server_now = a->server_ms + std::max<UnixMs>(ctx.now - a->heard_ms, 0);
  if (a->expires_ms - server_now < time_to_hand_over_ms) return is_over;
  SP_OK(add_device(ctx, a->hello.sign_key, a->hello.box_key, a->joins));
  SP_OK(remember_device_name(ctx, device_of(*a), a->hello.name));
  a->stage = Stage::confirmed;
  return save(ctx, *a);
}

Status cancel_adding(Context& ctx) {
  SP_TRY(std::optional<Adding> a, load(ctx));
  if (!a) return Status::good();
  if (a->is_over()) return ctx.replica.delete_item(item_kind, ByteView::of("1"));
  if (a->stage == Stage::confirmed)
    return Error{Errc::not_allowed, "adding.cancel", "Den nye enheten er alt lagt til. Lukk den i stedet."};
  a->stage = Stage::cancelled;
  return save(ctx, *a);
}

}  // namespace samplan
