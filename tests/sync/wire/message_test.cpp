// Requests, replies, their frames and receipts as bytes.
#include "sync/wire/message.h"

#include <catch2/catch.hpp>
#include <set>

#include "base/limits.h"
#include "base/tlv.h"
#include "sync/wire/envelope.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;

namespace {

constexpr std::string_view host = "plan.example.no";

crypto::SignKeyPair key(std::uint64_t seed) {
  SeededEntropy e(seed);
  return crypto::new_sign_key_pair(e);
}

SyncRequest full_request() {
  SeededEntropy e(21);
  SyncRequest q;
  q.person = e.id<PrincipalId>();
  q.generation = 3;
  q.cursors = CursorToken{};
  e.fill(q.cursors->data(), q.cursors->size());
  q.reply_bytes_max = 1 << 20;
  q.only_named_plans = true;
  q.identity = {Bytes(200, 1), Bytes(210, 2)};
  PlanRequest p;
  p.plan = e.id<PlanId>();
  p.gov_seq = 17;
  p.identity_n = 5;
  p.sections = {{1, 1000}, {3, 0}, {12, 7}};
  p.push_gov = {{Bytes(300, 3), {{1, 2, 1, Bytes(100, 4)}, {3, 2, 1, Bytes(100, 5)}}}, {Bytes(301, 6), {}}};
  p.push = {Bytes(400, 7), Bytes(401, 8)};
  PlanRequest bare;
  bare.plan = e.id<PlanId>();
  q.plans = {p, bare};
  q.boxes = {{e.id<BoxId>(), q.person, 1'800'000'000'000}};
  q.mail = {{e.id<BoxId>(), Bytes(50, 9)}};
  q.drops = {{p.plan, e.id<PrincipalId>(), Bytes(60, 10)}};
  q.mail_seen = 11;
  q.enrolment_code = "KODE-1234";
  q.enrolment_box = e.id<BoxId>();
  q.own_logs = {{q.person, 4}};
  return q;
}

SyncReply full_reply() {
  SeededEntropy e(22);
  SyncReply a;
  a.status = ItemStatus::deferred;
  a.identity = {Bytes(210, 3), Bytes(220, 4)};
  a.generation = 4;
  a.server_ms = 1'790'000'000'123;
  e.fill(a.nonce.data(), a.nonce.size());
  a.nonce_refused = true;
  a.cursors_unknown = true;
  a.cursors = CursorToken{};
  e.fill(a.cursors->data(), a.cursors->size());
  a.identity_results = {{e.id<Hash>(), ItemStatus::dup, 2}};
  PlanReply p;
  p.plan = e.id<PlanId>();
  p.status = ItemStatus::withdrawn;
  p.gov = {{Bytes(300, 1), {{1, 2, 1, Bytes(100, 2)}}, 1'790'000'000'001},
           {Bytes(310, 3), {}, 1'790'000'000'002}};
  p.identity = {Bytes(200, 4)};
  p.identity_n = 9;
  p.gov_results = {{e.id<Hash>(), ItemStatus::gov_conflict, 0}};
  p.results = {{e.id<Hash>(), ItemStatus::ok, 300}, {e.id<Hash>(), ItemStatus::author_fork, 0}};
  SectionPull pull;
  pull.section = 3;
  pull.more = true;
  pull.envelopes = {{41, true, e.id<Hash>(), {}}, {42, false, {}, Bytes(envelope_overhead_bytes + 16, 5)}};
  SectionPull empty;
  empty.section = 4;
  p.sections = {pull, empty};
  Receipt r;
  r.plan = p.plan;
  r.generation = 4;
  r.gov_seq = 17;
  r.gov_head = e.id<Hash>();
  r.sections = {{{3, 42}, e.id<Hash>()}, {{4, 0}, e.id<Hash>()}};
  r.recv_ms = 1'790'000'000'003;
  sign_receipt(r, key(1));
  p.receipt = r;
  p.more = true;
  PlanReply bare;
  bare.plan = e.id<PlanId>();
  a.plans = {p, bare};
  a.letters = {{5, e.id<BoxId>(), e.id<PlanId>(), e.id<DeviceId>(), e.id<PrincipalId>(), 77, Bytes(40, 6)}};
  a.mail_results = {{e.id<Hash>(), ItemStatus::quota, 0}};
  a.retry_after_ms = 1500;
  return a;
}

// Replaces the value of a field of a structure.
Bytes replaced(ByteView body, std::uint8_t tag, const Bytes& value) {
  Bytes out;
  Reader in(body);
  while (!in.at_end()) {
    const std::uint8_t t = in.u8();
    const ByteView v = in.take(in.u32());
    append_u8(out, t);
    const Bytes now = t == tag ? value : v.copy();
    append_u32(out, static_cast<std::uint32_t>(now.size()));
    append(out, now);
  }
  return out;
}

RequestNonce nonce() {
  RequestNonce n{};
  n.fill(0x5a);
  return n;
}

}  // namespace

TEST_CASE("A request reads back as it was written, to the byte") {
  for (const SyncRequest& q : {SyncRequest{}, full_request()}) {
    const Bytes bytes = write_request_body(q);
    const auto back = read_request_body(bytes);
    REQUIRE(back.ok());
    CHECK(write_request_body(*back) == bytes);
  }
  const SyncRequest q = *read_request_body(write_request_body(full_request()));
  CHECK(q.only_named_plans);
  CHECK(q.cursors == full_request().cursors);
  REQUIRE(q.plans.size() == 2);
  CHECK(q.plans[0].sections[0].seq == 1000);
  CHECK(q.plans[0].push_gov[0].wraps[1].section == 3);
  CHECK(q.plans[0].push_gov[1].record == Bytes(301, 6));
  CHECK(q.plans[0].push[1] == Bytes(401, 8));
  CHECK(q.drops[0].body == Bytes(60, 10));
  CHECK(q.enrolment_code == "KODE-1234");
}

TEST_CASE("A reply reads back as it was written, to the byte") {
  for (const SyncReply& a : {SyncReply{}, full_reply()}) {
    const Bytes bytes = write_reply_body(a);
    const auto back = read_reply_body(bytes);
    REQUIRE(back.ok());
    CHECK(write_reply_body(*back) == bytes);
  }
  const SyncReply a = *read_reply_body(write_reply_body(full_reply()));
  CHECK(a.nonce_refused);
  CHECK(a.cursors_unknown);
  REQUIRE(a.plans.size() == 2);
  CHECK(a.plans[0].sections[0].envelopes[1].seq == 42);
  CHECK(a.plans[0].sections[0].envelopes[0].own);
  CHECK(a.plans[0].receipt->sections[1].first.section == 4);
  CHECK(a.plans[0].results[0].seq == 300);
  CHECK(a.letters[0].body == Bytes(40, 6));
  CHECK(a.retry_after_ms == 1500);
}

TEST_CASE("A request or reply body cut short inside a field is refused, and so is a byte more") {
  const Bytes q = write_request_body(full_request());
  const Bytes a = write_reply_body(full_reply());
  // Where a prefix ends between two fields the rest may be left out by the format; nowhere else.
  const auto boundaries = [](ByteView body) {
    std::set<std::size_t> out{0};
    Reader in(body);
    while (!in.at_end()) {
      in.u8();
      in.take(in.u32());
      out.insert(in.position());
    }
    return out;
  };
  const auto bq = boundaries(q), ba = boundaries(a);
  std::size_t taken = 0;
  for (std::size_t n = 0; n < q.size(); ++n)
    if (bq.count(n) == 0) taken += read_request_body(ByteView(q).sub(0, n)).ok();
  for (std::size_t n = 0; n < a.size(); ++n)
    if (ba.count(n) == 0) taken += read_reply_body(ByteView(a).sub(0, n)).ok();
  CHECK(taken == 0);
  for (Bytes bytes : {q, a}) {
    bytes.push_back(0);
    CHECK_FALSE(read_request_body(bytes).ok());
    CHECK_FALSE(read_reply_body(bytes).ok());
  }
}

TEST_CASE("Unknown versions, unknown critical fields and unknown statuses are refused") {
  const Bytes q = write_request_body(full_request());
  const Bytes a = write_reply_body(full_reply());
  CHECK(read_request_body(replaced(q, 2, {2, 0})).code() == Errc::unknown_version);
  CHECK(read_reply_body(replaced(a, 2, {2, 0})).code() == Errc::unknown_version);
  Bytes more = q;
  append(more, Bytes{200, 1, 0, 0, 0, 9});
  CHECK(read_request_body(more).code() == Errc::unknown_version);
  more = q;
  append(more, Bytes{201, 1, 0, 0, 0, 9});
  CHECK(read_request_body(more).ok());
  more = a;
  append(more, Bytes{200, 0, 0, 0, 0});
  CHECK(read_reply_body(more).code() == Errc::unknown_version);
  CHECK(read_reply_body(replaced(a, 4, {17})).code() == Errc::unknown_version);
  CHECK(read_reply_body(replaced(a, 12, {4})).code() == Errc::unknown_version);
}

TEST_CASE("A flag is 1 or absent") {
  const Bytes q = write_request_body(full_request());
  CHECK_FALSE(read_request_body(replaced(q, 12, {0})).ok());
  CHECK_FALSE(read_request_body(replaced(q, 12, {2})).ok());
  CHECK(read_request_body(replaced(q, 12, {1})).ok());
}

TEST_CASE("Section cursors ascend and are bounded") {
  SyncRequest q = full_request();
  const auto code = [&](std::vector<SectionCursor> s) {
    q.plans[0].sections = std::move(s);
    return read_request_body(write_request_body(q)).ok();
  };
  CHECK(code({{1, 5}, {2, 5}}));
  CHECK_FALSE(code({{2, 5}, {1, 5}}));
  CHECK_FALSE(code({{1, 5}, {1, 6}}));
  CHECK_FALSE(code({{0, 5}}));
  std::vector<SectionCursor> many;
  for (SectionId s = 1; s <= limits::sections_max; ++s) many.push_back({s, ~std::uint64_t{0}});
  CHECK(code(many));
  many.push_back({limits::sections_max + 1, 0});
  CHECK_FALSE(code(many));
}

TEST_CASE("Lists of a request go no further than their bounds") {
  SyncRequest q;
  q.plans.resize(limits::plans_per_request_max);
  CHECK(read_request_body(write_request_body(q)).ok());
  q.plans.resize(limits::plans_per_request_max + 1);
  CHECK(read_request_body(write_request_body(q)).code() == Errc::too_large);
  q = {};
  q.mail.resize(limits::mail_items_max);
  CHECK(read_request_body(write_request_body(q)).ok());
  q.mail.resize(limits::mail_items_max + 1);
  CHECK(read_request_body(write_request_body(q)).code() == Errc::too_large);
  q = {};
  q.boxes.resize(limits::mail_items_max + 1);
  CHECK(read_request_body(write_request_body(q)).code() == Errc::too_large);
  q = {};
  q.drops.resize(limits::mail_items_max + 1);
  CHECK(read_request_body(write_request_body(q)).code() == Errc::too_large);
  q = {};
  q.enrolment_code = std::string(128, 'x');
  CHECK(read_request_body(write_request_body(q)).ok());
  q.enrolment_code.push_back('x');
  CHECK(read_request_body(write_request_body(q)).code() == Errc::too_large);
  q = {};
  q.plans.resize(1);
  q.plans[0].push.resize(limits::list_items_max);
  CHECK(read_request_body(write_request_body(q)).ok());
  q.plans[0].push.resize(limits::list_items_max + 1);
  CHECK(read_request_body(write_request_body(q)).code() == Errc::too_large);
}

TEST_CASE("The wraps beside one record are bounded together") {
  SyncRequest q;
  q.plans.resize(1);
  q.plans[0].push_gov = {{Bytes(10, 1), {{1, 1, 1, Bytes(limits::wraps_bytes_max - 12, 0)}}}};
  CHECK(read_request_body(write_request_body(q)).ok());
  q.plans[0].push_gov[0].wraps[0].sealed.push_back(0);
  CHECK(read_request_body(write_request_body(q)).code() == Errc::too_large);
}

TEST_CASE("Pulled envelopes are numbered from one and none is shorter than an envelope can be") {
  SyncReply a = full_reply();
  const auto ok = [&] { return read_reply_body(write_reply_body(a)).ok(); };
  std::vector<PulledEnvelope>& e = a.plans[0].sections[0].envelopes;
  CHECK(ok());
  e[1].bytes.resize(envelope_overhead_bytes - 1);
  CHECK_FALSE(ok());
  e[1].bytes.resize(envelope_overhead_bytes);
  CHECK(ok());
  e[0].seq = 0;
  CHECK_FALSE(ok());
  e[0].seq = ~std::uint64_t{0};  // the next would be number zero
  CHECK_FALSE(ok());
}

TEST_CASE("A request frame carries device, nonce and body, signed for one host") {
  const crypto::SignKeyPair device = key(1);
  DeviceId id;
  id.bytes.fill(3);
  const Bytes body = write_request_body(full_request());
  Bytes bytes = write_request_frame(id, nonce(), host, body, device);
  const auto f = read_request_frame(bytes);
  REQUIRE(f.ok());
  CHECK(f->device == id);
  CHECK(f->nonce == nonce());
  CHECK(f->body.copy() == body);
  CHECK(verify_request(*f, host, device.public_key));
  CHECK_FALSE(verify_request(*f, host, key(2).public_key));
  // Passed on to another server it is worth nothing.
  CHECK_FALSE(verify_request(*f, "other.example.no", device.public_key));
  CHECK_FALSE(verify_request(*f, "", device.public_key));

  std::size_t taken = 0;
  for (std::size_t n = 0; n < bytes.size(); ++n) taken += read_request_frame(ByteView(bytes).sub(0, n)).ok();
  CHECK(taken == 0);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    // Another device id finds another key; the signature is by key, so that the id needs none.
    if (i >= 4 && i < 20) continue;
    bytes[i] ^= 0x10;
    const auto spoilt = read_request_frame(bytes);
    taken += spoilt.ok() && verify_request(*spoilt, host, device.public_key);
    bytes[i] ^= 0x10;
  }
  CHECK(taken == 0);
  bytes.push_back(0);
  CHECK(read_request_frame(bytes).code() == Errc::malformed);
}

TEST_CASE("A request frame over the bound is refused before it is looked at") {
  CHECK(read_request_frame(Bytes(limits::request_bytes_max + 1, 0)).code() == Errc::too_large);
  const Bytes body(limits::request_bytes_max - 4 - 16 - 40 - 4 - 64, 0);
  CHECK(read_request_frame(write_request_frame({}, nonce(), host, body, key(1))).ok());
}

TEST_CASE("A reply answers one request of one server, and nothing else opens") {
  const crypto::SignKeyPair server = key(5);
  const Hash asked = request_hash(write_request_frame({}, nonce(), host, Bytes(10, 1), key(1)));
  const Hash other = request_hash(write_request_frame({}, nonce(), host, Bytes(10, 2), key(1)));
  const Bytes body = write_reply_body(full_reply());
  Bytes bytes = write_reply_frame(body, asked, server);
  const auto opened = open_reply_frame(bytes, asked, server.public_key);
  REQUIRE(opened.ok());
  CHECK(opened->copy() == body);
  CHECK(open_reply_frame(bytes, other, server.public_key).code() == Errc::forged);
  CHECK(open_reply_frame(bytes, asked, key(6).public_key).code() == Errc::forged);
  std::size_t taken = 0;
  for (std::size_t n = 0; n < bytes.size(); ++n)
    taken += open_reply_frame(ByteView(bytes).sub(0, n), asked, server.public_key).ok();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= 0x04;
    taken += open_reply_frame(bytes, asked, server.public_key).ok();
    bytes[i] ^= 0x04;
  }
  CHECK(taken == 0);
  bytes.push_back(0);
  CHECK(open_reply_frame(bytes, asked, server.public_key).code() == Errc::bad_reply);
  CHECK(open_reply_frame(Bytes(limits::reply_bytes_max + 1, 0), asked, server.public_key).code() ==
        Errc::too_large);
}

TEST_CASE("A receipt verifies with every field as signed and with none changed") {
  const crypto::SignKeyPair server = key(1);
  const Receipt good = *full_reply().plans[0].receipt;
  CHECK(verify_receipt(good, server.public_key));
  CHECK_FALSE(verify_receipt(good, key(2).public_key));
  const auto changed = [&](int what) {
    Receipt r = good;
    if (what == 0) r.plan.bytes[0] ^= 1;
    if (what == 1) ++r.generation;
    if (what == 2) ++r.gov_seq;
    if (what == 3) r.gov_head.bytes[9] ^= 1;
    if (what == 4) ++r.recv_ms;
    if (what == 5) ++r.sections[0].first.seq;
    if (what == 6) ++r.sections[1].first.section;
    if (what == 7) r.sections[1].second.bytes[31] ^= 1;
    if (what == 8) r.sections.pop_back();
    return verify_receipt(r, server.public_key);
  };
  for (int what = 0; what < 9; ++what) {
    INFO(what);
    CHECK_FALSE(changed(what));
  }
  SyncReply a = full_reply();
  a.plans[0].receipt->sections[1].first.section = 3;  // no section twice
  CHECK_FALSE(read_reply_body(write_reply_body(a)).ok());
}

TEST_CASE("Every status has a name of its own") {
  std::set<std::string> names;
  for (int s = 0; s <= static_cast<int>(ItemStatus::unknown); ++s)
    names.insert(status_name(static_cast<ItemStatus>(s)));
  CHECK(names.size() == 17);
}
