// Targets of what crosses the wire.
#include <cstdlib>

#include "crypto/aead.h"
#include "fuzz/targets.h"
#include "server/oidc/id_token.h"
#include "server/oidc/key_set.h"
#include "sync/log/validity.h"
#include "sync/wire/identity_record.h"
#include "sync/wire/meet.h"
#include "sync/wire/message.h"
#include "sync/wire/vouch.h"

namespace samplan::fuzz {
namespace {

// What must hold; libFuzzer keeps the input that breaks it.
void must(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

void request(ByteView bytes) {
  const auto frame = read_request_frame(bytes);
  const auto body = read_request_body(frame.ok() ? frame->body : bytes);
  // Fields that a newer client may add are skipped, so writing gives no more bytes than were read.
  if (body.ok()) must(write_request_body(*body).size() <= bytes.size() + 64);
}

void reply(ByteView bytes) {
  const auto body = read_reply_body(bytes);
  if (!body.ok()) return;
  const Bytes again = write_reply_body(*body);
  const auto second = read_reply_body(again);
  must(second.ok());
  must(write_reply_body(*second) == again);
}

void vouch(ByteView bytes) {
  static const crypto::SignKeyPair key = crypto::sign_key_pair({});
  const auto request = read_vouch_request(bytes);
  // Fields that a newer client may add are skipped.
  if (request.ok()) must(write_vouch_request(*request, "a", key).size() <= bytes.size() + 64);
  const auto settings = read_vouch_settings(bytes);
  if (settings.ok()) must(read_vouch_settings(write_vouch_settings(*settings)).ok());
  const auto outcome = read_vouch_outcome(bytes);
  if (outcome.ok()) must(read_vouch_outcome(write_vouch_outcome(*outcome)).ok());
  (void)read_vouch_question(bytes);
  (void)open_vouch(bytes, key.public_key);
  // The body as a server might have signed it, whatever is in it.
  Bytes statement = ByteView::of("SPW1").copy();
  append_u32(statement, static_cast<std::uint32_t>(bytes.size()));
  append(statement, bytes);
  const Hash digest = crypto::hash("samplan/vouch-hash/1", {bytes});
  append(statement, crypto::sign(key, "samplan/vouch/1", digest).view());
  const auto opened = open_vouch(statement, key.public_key);
  if (opened.ok()) must(open_vouch(write_vouch(*opened, key), key.public_key).ok());
}

void id_token(ByteView bytes) {
  using namespace server::oidc;
  const std::string text(bytes.text());
  const TokenRules rules{"https://a.example", "c", "e", "1"};
  (void)judge_claims(text, rules, "n", 1'795'341'240);
  const auto head = read_token_head(text);
  // A key of P-256 (RFC 7515, appendix A.3), so that what comes to cjose is tried as well.
  static const auto own =
      KeySet::parse(R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  must(own.ok());
  if (head.ok()) (void)own->open(text, *head);
  const auto keys = KeySet::parse(text);
  if (keys.ok() && head.ok()) (void)keys->open(text, *head);
}

void meet(ByteView bytes) {
  const auto request = read_meet_request(bytes);
  if (request.ok()) {
    const Bytes again = write_meet_request(*request);
    const auto second = read_meet_request(again);
    must(second.ok() && write_meet_request(*second) == again);
  }
  const auto answer = read_meet_reply(bytes);
  if (answer.ok()) {
    const Bytes again = write_meet_reply(*answer);
    const auto second = read_meet_reply(again);
    must(second.ok() && write_meet_reply(*second) == again);
  }
}

void identity(ByteView bytes) {
  const auto record = read_record(LogKind::identity, bytes);
  if (record.ok()) (void)read_identity_body(static_cast<IdentityKind>(record->header.kind), record->body);
  for (std::uint8_t kind = 0; kind < 9; ++kind)
    (void)read_identity_body(static_cast<IdentityKind>(kind), bytes);
  IdentityBook book;
  (void)book.add(bytes);
}

void governance(ByteView bytes) {
  const auto record = read_record(LogKind::governance, bytes);
  IdentityBook book;
  GovState log;
  if (record.ok()) {
    const auto body = read_gov_body(static_cast<GovKind>(record->header.kind), record->body);
    if (body.ok()) (void)log.apply(*record, *body, book, false);
  }
  for (std::uint8_t kind = 1; kind < 11; ++kind) {
    const auto body = read_gov_body(static_cast<GovKind>(kind), bytes);
    if (body.ok()) {
      GovBody copy = *body;
      (void)attach_wraps(copy, {});
    }
  }
  const auto wrap = read_wrap(bytes);
  if (wrap.ok()) must(ByteView(write_wrap(*wrap)) == bytes);
}

void envelope(ByteView bytes) {
  const auto e = read_envelope(bytes);
  if (!e.ok()) return;
  const Bytes header = write_header144(e->header);
  must(ByteView(header) == bytes.sub(0, envelope_unsealed_header_bytes));
  const GovState log;
  const IdentityBook book;
  must(judge_alone(*e, 1, log, book, true) != Verdict::valid);
  const crypto::SectionKey key{e->header.plan, e->header.section, e->header.epoch, crypto::Secret32()};
  must(!crypto::open(key, e->header172, e->ciphertext).ok());
}

}  // namespace samplan::fuzz
