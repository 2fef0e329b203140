// Signed notes and checkpoints: the examples of c2sp.org and of Go's sumdb/note, and every way in which a
// note can be not quite one.
#include "sync/log/checkpoint.h"

#include <catch2/catch.hpp>
#include <string>

#include "crypto/base64.h"
#include "sync/log/merkle.h"

using namespace samplan;

namespace {

// c2sp.org/signed-note, «Verifier keys», example.
const std::string spec_key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string spec_note =
    "This is an example message.\n\n"
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

// golang.org/x/mod/sumdb/note, example of the package: key, text, and the signature, which Ed25519 always
// makes the same.
const std::string go_seed = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const std::string go_key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string go_text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const std::string go_line =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

// c2sp.org/tlog-cosignature, example: a log's checkpoint with a witness's line.
const std::string spec_checkpoint_text =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const std::string spec_checkpoint =
    spec_checkpoint_text +
    "\n— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/"
    "zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

crypto::SignKeyPair pair_of(std::uint8_t seed) {
  return crypto::sign_key_pair(crypto::Secret32::from(Bytes(32, seed)));
}
const crypto::SignKeyPair log_pair = pair_of(1);
const crypto::SignKeyPair witness_pair = pair_of(2);
const NoteKey log_key{"samplan.example/plans", NoteKeyType::ed25519, log_pair.public_key};
const NoteKey witness_key{"witness.example/w1", NoteKeyType::cosignature, witness_pair.public_key};

Checkpoint example() { return {"samplan.example/plans", 1234, merkle::leaf_hash(ByteView::of("x")), {}}; }

std::string signed_example() {
  auto note = sign_checkpoint(example(), log_pair);
  REQUIRE(note.ok());
  return *note;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

const std::string good_line = "— a AAAAAAA=\n";  // as short as a signature line can be: a key id and one byte

}  // namespace

TEST_CASE("the example of the signed-note specification verifies", "[log][note][vectors]") {
  const auto key = parse_note_key(spec_key);
  REQUIRE(key.ok());
  CHECK(key->name == "example.com/foo");
  CHECK(key->id() == 0x530d903a);
  CHECK(write_note_key(*key) == spec_key);
  const auto note = parse_note(spec_note);
  REQUIRE(note.ok());
  CHECK(note->text == "This is an example message.\n");
  CHECK(verify_note(*note, *key).ok());
  CHECK(write_note(*note) == spec_note);

  const auto changed = parse_note(replaced(spec_note, "example message", "exemple message"));
  REQUIRE(changed.ok());
  CHECK(verify_note(*changed, *key).code() == Errc::forged);
}

TEST_CASE("signing gives the very bytes of Go's signed note", "[log][note][vectors]") {
  const auto seed = crypto::from_base64(go_seed);
  REQUIRE(seed.ok());
  const auto pair = crypto::sign_key_pair(crypto::Secret32::from(ByteView(*seed).from(1)));
  SignedNote note{go_text, {}};
  REQUIRE(sign_note(note, "PeterNeumann", pair).ok());
  CHECK(write_note(note) == go_text + "\n" + go_line);
  CHECK(write_note_key({"PeterNeumann", NoteKeyType::ed25519, pair.public_key}) == go_key);
  CHECK(verify_note(note, *parse_note_key(go_key)).ok());
}

TEST_CASE("the checkpoint of the C2SP specifications is read and written the same",
          "[log][checkpoint][vectors]") {
  const auto note = parse_note(spec_checkpoint);
  REQUIRE(note.ok());
  CHECK(note->text == spec_checkpoint_text);
  REQUIRE(note->signatures.size() == 2);
  CHECK(note->signatures[0].name == "example.com/behind-the-sofa");
  CHECK(note->signatures[0].key_id == 0x033de0ae);
  CHECK(note->signatures[0].signature.size() == 64);
  CHECK(note->signatures[1].name == "witness.example.com/w1");
  // A cosignature: 8 bytes of time, 1679315147 as in the specification, and 64 of Ed25519.
  REQUIRE(note->signatures[1].signature.size() == 72);
  CHECK(to_hex(ByteView(note->signatures[1].signature).sub(0, 8)) == "00000000641850cb");
  CHECK(write_note(*note) == spec_checkpoint);
  const auto checkpoint = parse_checkpoint(note->text);
  REQUIRE(checkpoint.ok());
  CHECK(checkpoint->origin == "example.com/behind-the-sofa");
  CHECK(checkpoint->size == 20852163);
  CHECK(checkpoint->root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62");
  CHECK(write_checkpoint(*checkpoint).value() == spec_checkpoint_text);
}

TEST_CASE("a signed checkpoint is opened with the log's key and no other", "[log][checkpoint]") {
  const std::string text = signed_example();
  const auto open = open_checkpoint(text, log_key);
  REQUIRE(open.ok());
  CHECK(open->checkpoint.size == 1234);
  CHECK(open->checkpoint.root == example().root);

  NoteKey other = log_key;
  other.key = witness_pair.public_key;
  CHECK(open_checkpoint(text, other).code() == Errc::not_found);  // another key has another id
  other = log_key;
  other.name = "samplan.example/other";
  CHECK(open_checkpoint(text, other).code() == Errc::not_found);
  other = log_key;
  other.type = NoteKeyType::cosignature;
  CHECK(open_checkpoint(text, other).code() == Errc::not_found);
}

TEST_CASE("a checkpoint of another origin does not count, though the log's key signed it",
          "[log][checkpoint][hostile]") {
  SignedNote note;
  Checkpoint foreign = example();
  foreign.origin = "samplan.example/other";
  note.text = write_checkpoint(foreign).value();
  REQUIRE(sign_note(note, log_key.name, log_pair).ok());
  CHECK(open_checkpoint(write_note(note), log_key).code() == Errc::invalid_argument);
}

TEST_CASE("every changed byte of a signed checkpoint is noticed", "[log][checkpoint][hostile]") {
  const std::string text = signed_example();
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const int by : {1, 4, 0x20}) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ by);
      CHECK_FALSE(open_checkpoint(changed, log_key).ok());
    }
    CHECK_FALSE(open_checkpoint(text.substr(0, i), log_key).ok());
    CHECK_FALSE(open_checkpoint(text.substr(0, i) + "\n" + text.substr(i), log_key).ok());
  }
}

TEST_CASE("witnesses' cosignatures are kept and verified, unknown ones are ignored", "[log][checkpoint]") {
  auto note = parse_note(signed_example());
  REQUIRE(note.ok());
  REQUIRE(cosign_note(*note, witness_key.name, witness_pair, 1'700'000'000).ok());
  note->signatures.push_back({"stranger.example", 0x01020304, Bytes(2428, 7)});  // post-quantum, for example
  note->signatures.push_back({log_key.name, log_key.id() ^ 1U, Bytes(64, 7)});   // the log's next key
  note->signatures.push_back({"stranger.example/same-id", log_key.id(), Bytes(64, 7)});
  const auto open = open_checkpoint(write_note(*note), log_key);
  REQUIRE(open.ok());
  CHECK(open->note.signatures.size() == 5);
  CHECK(verify_cosignature(open->note, witness_key).value() == 1'700'000'000);
  NoteKey other = witness_key;
  other.name = "witness.example/w2";
  CHECK(verify_cosignature(open->note, other).code() == Errc::not_found);

  SECTION("the latest of a witness's statements counts") {
    REQUIRE(cosign_note(*note, witness_key.name, witness_pair, 1'800'000'000).ok());
    REQUIRE(cosign_note(*note, witness_key.name, witness_pair, 1'600'000'000).ok());
    CHECK(verify_cosignature(*note, witness_key).value() == 1'800'000'000);
  }
  SECTION("another time than the one that was signed is a forgery") {
    note->signatures[1].signature[7] ^= 1;
    CHECK(verify_cosignature(*note, witness_key).code() == Errc::forged);
  }
  SECTION("a cosignature does not hold for another checkpoint") {
    note->text = replaced(note->text, "1234", "1235");
    CHECK(verify_cosignature(*note, witness_key).code() == Errc::forged);
  }
  SECTION("one bad line of a known key spoils the note, whatever else it holds") {
    note->signatures.push_back({log_key.name, log_key.id(), Bytes(64, 7)});
    CHECK(verify_note(*note, log_key).code() == Errc::forged);
    note->signatures.push_back({witness_key.name, witness_key.id(), Bytes(72, 7)});
    CHECK(verify_cosignature(*note, witness_key).code() == Errc::forged);
    note->signatures.back().signature.resize(71);
    CHECK(verify_cosignature(*note, witness_key).code() == Errc::forged);
  }
  SECTION("a log's signature is no witness's, though the key be the same") {
    const NoteKey as_witness{log_key.name, NoteKeyType::cosignature, log_key.key};
    CHECK(verify_cosignature(*note, as_witness).code() == Errc::not_found);
    note->signatures[0].key_id = as_witness.id();
    CHECK(verify_cosignature(*note, as_witness).code() == Errc::forged);
  }
}

TEST_CASE("a note has exactly the form of the specification", "[log][note][hostile]") {
  CHECK(parse_note("x\n\n" + good_line).ok());
  CHECK(parse_note("x\n\ny\n\n" + good_line)->text == "x\n\ny\n");  // the last empty line divides
  for (const std::string& text :
       {std::string(),
        std::string("\n"),
        std::string("x"),
        std::string("x\n"),
        std::string("x\n\n"),
        "x\n" + good_line,
        "x\n\n" + good_line.substr(0, good_line.size() - 1),
        "x\n\n" + good_line + "\n",
        "x\n\n" + good_line + "y\n",
        "x\r\n\n" + good_line,
        "x\ty\n\n" + good_line,
        "x\x1b[2J\n\n" + good_line,
        std::string("x\0y\n\n", 5) + good_line,
        "x\n\n-" + good_line.substr(3),
        "x\n\n—" + good_line.substr(4),
        "x\n\n " + good_line,
        replaced("x\n\n" + good_line, " AAAA", "  AAAA"),
        replaced("x\n\n" + good_line, " a ", " "),
        replaced("x\n\n" + good_line, "a", "a+b"),
        replaced("x\n\n" + good_line, "a", "a\xc2\xa0"),
        replaced("x\n\n" + good_line, "a",
                 "a\xe3\x80\x80"
                 "b"),
        replaced("x\n\n" + good_line, "AAAAAAA=", ""),
        replaced("x\n\n" + good_line, "AAAAAAA=", "AAAAAA=="),  // a key id and nothing after it
        replaced("x\n\n" + good_line, "AAAAAAA=", "AAAAAAA"),
        replaced("x\n\n" + good_line, "AAAAAAA=", "AAAAAAA= ")}) {
    INFO(text);
    CHECK(parse_note(text).code() == Errc::malformed);
  }
  CHECK(parse_note("\xff\n\n" + good_line).code() == Errc::not_utf8);
}

TEST_CASE("a note is read up to its bounds and not beyond", "[log][note][hostile]") {
  std::string lines;
  for (std::size_t i = 0; i < note_signatures_max; ++i) lines += good_line;
  CHECK(parse_note("x\n\n" + lines).ok());
  CHECK(parse_note("x\n\n" + lines + good_line).code() == Errc::too_large);
  const std::string tail = "\n\n" + good_line;
  CHECK(parse_note(std::string(note_bytes_max - tail.size(), 'x') + tail).ok());
  CHECK(parse_note(std::string(note_bytes_max - tail.size() + 1, 'x') + tail).code() == Errc::too_large);
  CHECK(parse_note("x\n\n— " + std::string(note_name_bytes_max, 'n') + " AAAAAAA=\n").ok());
  CHECK(parse_note("x\n\n— " + std::string(note_name_bytes_max + 1, 'n') + " AAAAAAA=\n").code() ==
        Errc::malformed);
  CHECK(parse_note("x\n\n— a " + std::string(8000, 'A') + "\n").ok());
  CHECK(parse_note("x\n\n— a " + std::string(12000, 'A') + "\n").code() == Errc::too_large);
  SignedNote long_text{std::string(note_bytes_max - 1, 'x') + "\n", {}};
  CHECK(sign_note(long_text, "a", log_pair).code() == Errc::too_large);
  CHECK(long_text.signatures.empty());
  SignedNote full = *parse_note("x\n\n" + lines);
  CHECK(sign_note(full, "a", log_pair).code() == Errc::too_large);
}

TEST_CASE("only what can be read again is signed", "[log][note][hostile]") {
  const auto sign = [](std::string text, std::string_view name) {
    SignedNote note{std::move(text), {}};
    const Status status = sign_note(note, name, log_pair);
    CHECK(cosign_note(note, name, log_pair, 1).code() == status.code());
    return status.code();
  };
  CHECK(sign("x\n", "a") == Errc::ok);
  for (const char* text : {"", "x", "x\ty\n", "x\x7f\n", "\xff\n"})
    CHECK(sign(text, "a") == Errc::invalid_argument);
  SignedNote late{"x\n", {}};
  CHECK(cosign_note(late, "a", log_pair, ~std::uint64_t{0} >> 1).ok());
  CHECK(cosign_note(late, "a", log_pair, std::uint64_t{1} << 63).code() == Errc::invalid_argument);
  for (const char* name : {"", "a b", "a+b", "a\nb", "a\xe2\x80\xaf"})
    CHECK(sign("x\n", name) == Errc::invalid_argument);
}

TEST_CASE("a key used for notes and cosignatures never says the one by saying the other",
          "[log][note][hostile]") {
  SignedNote note{write_checkpoint(example()).value(), {}};
  REQUIRE(cosign_note(note, "a", log_pair, 1'700'000'000).ok());
  // The very bytes that the witness signed, as a note of their own.
  SignedNote disguised{"cosignature/v1\ntime 1700000000\n" + note.text, {}};
  const NoteKey key{"a", NoteKeyType::ed25519, log_pair.public_key};
  const Bytes signature = ByteView(note.signatures[0].signature).from(8).copy();
  REQUIRE(crypto::verify_raw(key.key, ByteView::of(disguised.text), Signature::from(signature)));
  disguised.signatures.push_back({"a", key.id(), signature});
  CHECK(verify_note(disguised, key).code() == Errc::forged);
  CHECK(sign_note(disguised, "a", log_pair).code() == Errc::invalid_argument);
  CHECK(cosign_note(disguised, "a", log_pair, 1).code() == Errc::invalid_argument);
}

TEST_CASE("a published key has one form", "[log][note][hostile]") {
  CHECK(parse_note_key(write_note_key(witness_key)).ok());
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("a+b"), std::string("++"),
        replaced(spec_key, "530d903a", "530d903b"), replaced(spec_key, "530d903a", "530D903A"),
        replaced(spec_key, "foo", "fou"), replaced(spec_key, "U2k", "U2l"), spec_key + "\n", " " + spec_key,
        replaced(spec_key, "+AekyeRrm", "+AekyeRrn"), std::string("a+00000000+"),
        std::string("a+00000000+AQ==")})
    CHECK(parse_note_key(text).code() == Errc::malformed);
  CHECK(parse_note_key("a+00000000+Bg==").code() == Errc::unknown_version);
}

TEST_CASE("a checkpoint's text has exactly the form of the specification", "[log][checkpoint][hostile]") {
  const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  CHECK(parse_checkpoint("o\n0\n" + root).ok());
  CHECK(parse_checkpoint("o\n0\n" + root + "more\nand more\n")->extensions.size() == 2);
  CHECK(parse_checkpoint("o\n9223372036854775808\n" + root)->size == std::uint64_t{1} << 63);
  CHECK(parse_checkpoint("o\n9223372036854775809\n" + root).code() == Errc::too_large);
  CHECK(parse_checkpoint("o\n18446744073709551616\n" + root).code() == Errc::malformed);
  for (const char* size : {"", "00", "01", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "\xd9\xa1"})
    CHECK(parse_checkpoint("o\n" + std::string(size) + "\n" + root).code() == Errc::malformed);
  for (const std::string& text :
       {std::string(), std::string("o\n"), std::string("o\n1\n"), "\n1\n" + root, "o\n1\n" + root + "\n",
        "o\n1\n\n" + root, "o\n1\n" + root.substr(0, root.size() - 1), "o\n1\n" + root.substr(4),
        "o\n1\nAAAA" + root, "o\n1\r\n" + root, "o\t\n1\n" + root, "o\n1\n" + root + "x\x01\n",
        "o\n1\n" + replaced(root, "2I=", "2J="), "o\n1\n" + replaced(root, "=", "")})
    CHECK(parse_checkpoint(text).code() == Errc::malformed);
  CHECK(parse_checkpoint("\xc0\n1\n" + root).code() == Errc::not_utf8);
}

TEST_CASE("a checkpoint is written and read up to its bounds and not beyond", "[log][checkpoint][hostile]") {
  Checkpoint c = example();
  c.extensions.assign(checkpoint_extensions_max, std::string(checkpoint_line_bytes_max, 'x'));
  const auto text = write_checkpoint(c);
  REQUIRE(text.ok());
  CHECK(parse_checkpoint(*text)->extensions == c.extensions);
  CHECK(parse_checkpoint(*text + "x\n").code() == Errc::too_large);
  CHECK(parse_checkpoint(replaced(*text, "xx", "xxx")).code() == Errc::too_large);
  c.extensions.push_back("x");
  CHECK(write_checkpoint(c).code() == Errc::too_large);
  c.extensions = {std::string(checkpoint_line_bytes_max + 1, 'x')};
  CHECK(write_checkpoint(c).code() == Errc::too_large);
  for (const char* line : {"", "a\nb", "a\tb", "\xff"}) {
    c.extensions = {line};
    CHECK(write_checkpoint(c).code() == Errc::invalid_argument);
    c.extensions = {};
    c.origin = line;
    CHECK(write_checkpoint(c).code() == Errc::invalid_argument);
    c.origin = example().origin;
  }
  c.origin = "with space";  // a checkpoint's origin may have one, a key's name may not
  CHECK(write_checkpoint(c).ok());
  CHECK(sign_checkpoint(c, log_pair).code() == Errc::invalid_argument);
}
