// CPace: the vectors of draft-irtf-cfrg-cpace-21 (appendix «ristretto255 and hash SHA-512»), and what happens
// when a code is mistyped, a message tampered with or sent back.
#include "crypto/cpace.h"

#include <catch2/catch.hpp>
#include <string>

#include "crypto/cpace_draft.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;
using namespace samplan::crypto;

namespace {

Bytes hex(std::string_view text) {
  auto bytes = from_hex(text);
  REQUIRE(bytes.ok());
  return *bytes;
}

cpace_draft::Point point(std::string_view text) {
  const Bytes bytes = hex(text);
  return Reader(bytes).array<32>();
}

Secret32 scalar(std::string_view text) { return Secret32::from(hex(text)); }

const std::string ci = "0b415f696e69746961746f720b425f726573706f6e646572";
const std::string sid = "7e4b4791d6a8ef019b936c79fb7f2c57";
const std::string ya_secret = "da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08";
const std::string yb_secret = "d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d";
const std::string ya = "d6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b9157";
const std::string yb = "3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258";
const std::string k = "80b69a8a76457ab6a4d7f887a4bf6b55a2f80ac19c333f917a05fc9887c8b40f";
const std::string isk =
    "b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dcae7b35cd"
    "2b38950a39dfd5d4a79164614c2984f7daa460b588c1e80c3fa2068af7900447";

// What the two of them put in; each test changes something.
struct Pair {
  std::string code_a = "482915637", code_b = "482915637";
  std::string channel_a = "server", channel_b = "server";
  std::string session_a = "box 1, try 1", session_b = "box 1, try 1";
  std::string data_a = "Kari", data_b = "Ola";
  SeededEntropy entropy_a{1}, entropy_b{2};

  Result<CpaceStart> start_a() {
    return CpaceStart::begin(CpaceRole::initiator,
                             {code_a, ByteView::of(channel_a), ByteView::of(session_a), ByteView::of(data_a)},
                             entropy_a);
  }
  Result<CpaceStart> start_b() {
    return CpaceStart::begin(CpaceRole::responder,
                             {code_b, ByteView::of(channel_b), ByteView::of(session_b), ByteView::of(data_b)},
                             entropy_b);
  }
};

// Both sides' outcome of a run whose messages are first passed through `tamper`.
struct Outcome {
  Errc a, b;
  bool same_key = false;
};
template <class Tamper>
Outcome run(Pair& pair, Tamper tamper) {
  auto a = pair.start_a();
  auto b = pair.start_b();
  REQUIRE(a.ok());
  REQUIRE(b.ok());
  Bytes to_b = a->message(), to_a = b->message();
  tamper(to_a, to_b);
  auto fa = std::move(*a).finish(to_a);
  auto fb = std::move(*b).finish(to_b);
  if (!fa.ok() || !fb.ok()) return {fa.code(), fb.code()};
  const CpaceTag ta = fa->tag(), tb = fb->tag();
  auto sa = std::move(*fa).confirm(tb);
  auto sb = std::move(*fb).confirm(ta);
  const bool same = sa.ok() && sb.ok() && sa->key.same_as(sb->key);
  return {sa.code(), sb.code(), same};
}
Outcome run(Pair& pair) {
  return run(pair, [](Bytes&, Bytes&) {});
}

}  // namespace

TEST_CASE("lengths are written as the CPace draft has them", "[crypto][cpace][vectors]") {
  CHECK(to_hex(cpace_draft::lv_cat({ByteView::of("1234"), ByteView::of("5"), {}, ByteView::of("678")})) ==
        "043132333401350003363738");
  const Bytes long_part(128, 7);
  const Bytes written = cpace_draft::lv_cat({long_part});
  CHECK(to_hex(ByteView(written).sub(0, 3)) == "800107");
  CHECK(written.size() == 130);
}

TEST_CASE("CPace derives the generator of the draft", "[crypto][cpace][vectors]") {
  CHECK(to_hex(cpace_draft::generator_string(ByteView::of("Password"), hex(ci), hex(sid))) ==
        "11435061636552697374726574746f3235350850617373776f726464" + std::string(200, '0') + "18" + ci +
            "10" + sid);
  CHECK(to_hex(cpace_draft::calculate_generator(ByteView::of("Password"), hex(ci), hex(sid))) ==
        "222b6b195fe84b1652badb6f6a3ae3d24341e7306967f0b8115b40d5698c7e56");
}

TEST_CASE("CPace gives the messages, the point and the key of the draft", "[crypto][cpace][vectors]") {
  const auto g = cpace_draft::calculate_generator(ByteView::of("Password"), hex(ci), hex(sid));
  CHECK(cpace_draft::scalar_mult_vfy(scalar(ya_secret), g) == point(ya));
  CHECK(cpace_draft::scalar_mult_vfy(scalar(yb_secret), g) == point(yb));
  CHECK(cpace_draft::scalar_mult_vfy(scalar(ya_secret), point(yb)) == point(k));
  CHECK(cpace_draft::scalar_mult_vfy(scalar(yb_secret), point(ya)) == point(k));
  const Bytes transcript =
      cpace_draft::transcript_ir(point(ya), ByteView::of("ADa"), point(yb), ByteView::of("ADb"));
  CHECK(to_hex(transcript) == "20" + ya + "03414461" + "20" + yb + "03414462");
  CHECK(to_hex(cpace_draft::session_key(hex(sid), point(k), transcript)) == isk);
}

TEST_CASE("CPace confirms as the draft suggests", "[crypto][cpace][vectors]") {
  // The draft has no vector for this: computed from its key and messages with another implementation of
  // HMAC-SHA-512 (Python's hmac).
  const auto tag = [](const std::string& share, std::string_view data) {
    const Bytes key_bytes = hex(isk);
    cpace_draft::Digest key;
    std::copy(key_bytes.begin(), key_bytes.end(), key.begin());
    return to_hex(cpace_draft::confirmation(hex(sid), key, point(share), ByteView::of(data)));
  };
  CHECK(tag(ya, "ADa") ==
        "30478d28d83ae3b214295e91f4a3eb62999a8ed94575075db4a7d3bc3e4d26f1"
        "6c51adba12dc7771372637a46b5134e0937cddd7d820bfdd83be335e339eb57a");
  CHECK(tag(yb, "ADb") ==
        "e927a7da291676f8878caae9cb70407d2f14117e6f9ff9adcfda797c4bcf2bd2"
        "fefd2ca3f2ddcce81b7386996c895b2f359010cc92069d5ff4ad49a977de79a6");
}

TEST_CASE("CPace multiplies and refuses points as the draft's last vectors say",
          "[crypto][cpace][vectors][hostile]") {
  const auto s = scalar("7cd0e075fa7955ba52c02759a6c90dbbfc10e6d40aea8d283e407d88cf538a05");
  CHECK(cpace_draft::scalar_mult_vfy(
            s, point("2c3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c")) ==
        point("7c13645fe790a468f62c39beb7388e541d8405d1ade69d1778c5fe3e7f6b600e"));
  CHECK_FALSE(cpace_draft::scalar_mult_vfy(
      s, point("2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c")));
  CHECK_FALSE(cpace_draft::scalar_mult_vfy(s, cpace_draft::Point{}));
}

TEST_CASE("two people with one code get one key, and each other's data", "[crypto][cpace]") {
  Pair pair;
  auto a = pair.start_a();
  auto b = pair.start_b();
  REQUIRE((a.ok() && b.ok()));
  const Bytes to_b = a->message(), to_a = b->message();
  auto fb = std::move(*b).finish(to_b);
  auto fa = std::move(*a).finish(to_a);
  REQUIRE((fa.ok() && fb.ok()));
  CHECK(fa->tag() != fb->tag());
  const CpaceTag ta = fa->tag(), tb = fb->tag();
  auto sa = std::move(*fa).confirm(tb);
  auto sb = std::move(*fb).confirm(ta);
  REQUIRE((sa.ok() && sb.ok()));
  CHECK(sa->key.same_as(sb->key));
  CHECK(ByteView(sa->their_data).text() == "Ola");
  CHECK(ByteView(sb->their_data).text() == "Kari");

  SECTION("and another key in the next run with the same code") {
    auto a2 = pair.start_a();
    auto b2 = pair.start_b();
    REQUIRE((a2.ok() && b2.ok()));
    CHECK(a2->message() != to_b);
    auto fa2 = std::move(*a2).finish(b2->message());
    auto fb2 = std::move(*b2).finish(a2->message());
    REQUIRE((fa2.ok() && fb2.ok()));
    const CpaceTag tag = fb2->tag();
    auto sa2 = std::move(*fa2).confirm(tag);
    REQUIRE(sa2.ok());
    CHECK_FALSE(sa2->key.same_as(sa->key));
  }
}

TEST_CASE("a run succeeds only when code, place and session are the same on both sides",
          "[crypto][cpace][hostile]") {
  Pair pair;
  SECTION("one digit wrong") { pair.code_b = "482915638"; }
  SECTION("a digit too many") { pair.code_b = "4829156370"; }
  SECTION("another server") { pair.channel_b = "server of somebody else"; }
  SECTION("another session") { pair.session_b = "box 1, try 2"; }
  SECTION("the boundary between two inputs moved") {
    pair.channel_b = "serve";
    pair.session_b = "rbox 1, try 1";
  }
  const Outcome outcome = run(pair);
  CHECK(outcome.a == Errc::wrong_passphrase);
  CHECK(outcome.b == Errc::wrong_passphrase);
}

TEST_CASE("who carries the messages cannot change what they say", "[crypto][cpace][hostile]") {
  Pair pair;
  Outcome outcome{Errc::ok, Errc::ok};
  SECTION("one side's data") {
    outcome = run(pair, [](Bytes& to_a, Bytes&) { to_a.back() ^= 1; });
  }
  SECTION("the data of both, swapped") {
    outcome = run(pair, [](Bytes& to_a, Bytes& to_b) {
      const Bytes data_b(to_a.begin() + 32, to_a.end()), data_a(to_b.begin() + 32, to_b.end());
      to_a.resize(32);
      to_b.resize(32);
      append(to_a, data_a);
      append(to_b, data_b);
    });
  }
  SECTION("data cut off") {
    outcome = run(pair, [](Bytes& to_a, Bytes&) { to_a.resize(32); });
  }
  SECTION("another good point in place of the real one") {
    outcome = run(pair, [](Bytes& to_a, Bytes&) {
      const auto other = cpace_draft::calculate_generator(ByteView::of("x"), {}, ByteView::of("y"));
      std::copy(other.begin(), other.end(), to_a.begin());
    });
  }
  CHECK(outcome.a == Errc::wrong_passphrase);
  CHECK(outcome.b == Errc::wrong_passphrase);
}

TEST_CASE("someone in the middle of two runs gets no key confirmed", "[crypto][cpace][hostile]") {
  // The relay plays the other side to both, with a code of its own guess.
  Pair pair;
  SeededEntropy entropy(3);
  auto a = pair.start_a();
  auto evil = CpaceStart::begin(
      CpaceRole::responder,
      {"482915636", ByteView::of(pair.channel_a), ByteView::of(pair.session_a), ByteView::of(pair.data_b)},
      entropy);
  REQUIRE((a.ok() && evil.ok()));
  const Bytes to_evil = a->message(), to_a = evil->message();
  auto fa = std::move(*a).finish(to_a);
  auto fe = std::move(*evil).finish(to_evil);
  REQUIRE((fa.ok() && fe.ok()));
  const CpaceTag tag = fe->tag();
  CHECK(std::move(*fa).confirm(tag).code() == Errc::wrong_passphrase);
}

TEST_CASE("what is not the other side's message is refused", "[crypto][cpace][hostile]") {
  Pair pair;
  auto a = pair.start_a();
  REQUIRE(a.ok());
  const Bytes own = a->message();
  const Bytes saved = a->save();
  const auto answer = [&](ByteView message) {
    auto again = CpaceStart::restore(saved);
    REQUIRE(again.ok());
    return std::move(*again).finish(message).code();
  };
  CHECK(answer(own) == Errc::refused);
  Bytes own_share_with_other_data(own.begin(), own.begin() + 32);
  append(own_share_with_other_data, ByteView::of("Ola"));
  CHECK(answer(own_share_with_other_data) == Errc::refused);
  CHECK(answer(Bytes(32, 0)) == Errc::malformed);     // the neutral element
  CHECK(answer(Bytes(32, 0xff)) == Errc::malformed);  // no encoding of a point
  for (std::size_t size = 0; size < 32; ++size) CHECK(answer(ByteView(own).sub(0, size)) == Errc::truncated);
  Bytes too_long = pair.start_b()->message();
  too_long.resize(32 + cpace_data_bytes_max + 1);
  CHECK(answer(too_long) == Errc::too_large);
  too_long.pop_back();
  CHECK(answer(too_long) == Errc::ok);
}

TEST_CASE("only the right confirmation opens the key", "[crypto][cpace][hostile]") {
  Pair pair;
  auto a = pair.start_a();
  auto b = pair.start_b();
  REQUIRE((a.ok() && b.ok()));
  const Bytes to_b = a->message(), to_a = b->message();
  auto fa = std::move(*a).finish(to_a);
  auto fb = std::move(*b).finish(to_b);
  REQUIRE((fa.ok() && fb.ok()));
  const Bytes saved = fa->save();
  const auto confirm = [&](ByteView tag) {
    auto again = CpaceFinish::restore(saved);
    REQUIRE(again.ok());
    return std::move(*again).confirm(tag).code();
  };
  const Bytes good = ByteView(fb->tag()).copy();
  CHECK(confirm(good) == Errc::ok);
  CHECK(confirm(fa->tag()) == Errc::wrong_passphrase);  // our own, sent back
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes wrong = good;
    wrong[i] ^= 0x10;
    CHECK(confirm(wrong) == Errc::wrong_passphrase);
    CHECK(confirm(ByteView(good).sub(0, i)) == Errc::truncated);
  }
}

TEST_CASE("a start finishes once and a finish confirms once", "[crypto][cpace][hostile]") {
  Pair pair;
  auto a = pair.start_a();
  auto b = pair.start_b();
  REQUIRE((a.ok() && b.ok()));
  const Bytes to_b = a->message(), to_a = b->message();
  auto fa = std::move(*a).finish(to_a);
  auto fb = std::move(*b).finish(to_b);
  REQUIRE((fa.ok() && fb.ok()));
  CHECK(std::move(*a).finish(to_a).code() == Errc::malformed);
  const CpaceTag good = fb->tag();
  SECTION("after a wrong tag the right one comes too late") {
    CHECK(std::move(*fa).confirm(fa->tag()).code() == Errc::wrong_passphrase);
    CHECK(std::move(*fa).confirm(good).code() == Errc::refused);
  }
  SECTION("after the right tag there is no second key") {
    CHECK(std::move(*fa).confirm(good).ok());
    CHECK(std::move(*fa).confirm(good).code() == Errc::refused);
  }
}

TEST_CASE("a run continues after the program has been closed between two steps", "[crypto][cpace]") {
  Pair pair;
  auto a = CpaceStart::restore(pair.start_a()->save());
  auto b = pair.start_b();
  REQUIRE((a.ok() && b.ok()));
  const Bytes to_b = a->message(), to_a = b->message();
  auto fa = CpaceFinish::restore(std::move(*a).finish(to_a)->save());
  auto fb = std::move(*b).finish(to_b);
  REQUIRE((fa.ok() && fb.ok()));
  const CpaceTag ta = fa->tag(), tb = fb->tag();
  auto sa = std::move(*fa).confirm(tb);
  auto sb = std::move(*fb).confirm(ta);
  REQUIRE((sa.ok() && sb.ok()));
  CHECK(sa->key.same_as(sb->key));
  CHECK(ByteView(sa->their_data).text() == "Ola");
}

TEST_CASE("a saved run that was cut off or is something else is not continued", "[crypto][cpace][hostile]") {
  Pair pair;
  auto a = pair.start_a();
  REQUIRE(a.ok());
  const Bytes start = a->save();
  const Bytes finish = std::move(*a).finish(pair.start_b()->message())->save();
  // What comes last is text of any length; everything before it has its place.
  for (std::size_t size = 0; size < start.size() - pair.data_a.size(); ++size)
    CHECK_FALSE(CpaceStart::restore(ByteView(start).sub(0, size)).ok());
  for (std::size_t size = 0; size < finish.size() - pair.data_b.size(); ++size)
    CHECK_FALSE(CpaceFinish::restore(ByteView(finish).sub(0, size)).ok());
  CHECK(CpaceStart::restore(finish).code() != Errc::ok);
  CHECK(CpaceFinish::restore(start).code() != Errc::ok);
  Bytes no_role = start;
  no_role[1] = 3;
  CHECK(CpaceStart::restore(no_role).code() == Errc::malformed);
}

TEST_CASE("CPace does not begin without a code, a session and randomness", "[crypto][cpace][hostile]") {
  struct NoEntropy : Entropy {
    void fill(std::uint8_t* out, std::size_t size) override { std::fill_n(out, size, std::uint8_t{0}); }
  } none;
  SeededEntropy some(1);
  const Bytes id(16, 1);
  const auto begin = [&](const CpaceInput& input, Entropy& entropy) {
    return CpaceStart::begin(CpaceRole::initiator, input, entropy).code();
  };
  CHECK(begin({"123456789", {}, id, {}}, some) == Errc::ok);
  CHECK(begin({"", {}, id, {}}, some) == Errc::invalid_argument);
  CHECK(begin({"123456789", {}, {}, {}}, some) == Errc::invalid_argument);
  CHECK(begin({"123456789", {}, id, Bytes(cpace_data_bytes_max, 0)}, some) == Errc::ok);
  CHECK(begin({"123456789", {}, id, Bytes(cpace_data_bytes_max + 1, 0)}, some) == Errc::too_large);
  CHECK(begin({std::string(65, '1'), {}, id, {}}, some) == Errc::too_large);
  CHECK(begin({"123456789", Bytes(1025, 0), id, {}}, some) == Errc::too_large);
  CHECK(begin({"123456789", {}, Bytes(65, 0), {}}, some) == Errc::too_large);
  CHECK(begin({"123456789", {}, id, {}}, none) == Errc::io);
}
