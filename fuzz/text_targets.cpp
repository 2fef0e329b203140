// Targets of texts that others sign and people type, and of what a pairing run is sent.
#include <cstdlib>
#include <string>

#include "client-core/qr.h"
#include "client-core/recovery_code.h"
#include "crypto/cpace.h"
#include "fuzz/targets.h"
#include "sync/log/checkpoint.h"
#include "tests/support/seeded_entropy.h"

namespace samplan::fuzz {
namespace {

// What must hold; libFuzzer keeps the input that breaks it.
void must(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

void note(ByteView bytes) {
  const std::string_view text = bytes.text();
  const auto signed_note = parse_note(text);
  if (signed_note.ok()) must(write_note(*signed_note) == text);
  const auto checkpoint = parse_checkpoint(signed_note.ok() ? std::string_view(signed_note->text) : text);
  if (checkpoint.ok()) {
    const auto again = write_checkpoint(*checkpoint);
    must(again.ok() && *again == (signed_note.ok() ? std::string_view(signed_note->text) : text));
  }
  const auto key = parse_note_key(text);
  if (key.ok()) must(write_note_key(*key) == text);
  const NoteKey nobody{"log.example", NoteKeyType::ed25519, {}};
  must(!open_checkpoint(text, nobody).ok());
}

void typed_code(ByteView bytes) {
  const std::string_view text = bytes.text();
  const auto secret = read_recovery_code(text);
  const auto share = read_share_code(text);
  must(!secret.ok() || !share.ok());
  if (secret.ok()) must(read_recovery_code(write_recovery_code(*secret))->same_as(*secret));
  if (share.ok()) must(read_share_code(write_share_code(*share))->part.same_as(share->part));
  for (const std::size_t group : wrong_code_groups(text))
    must(group >= 1 && group <= text.size() / code_group_chars);
  (void)code_kind(text);
  const auto code = make_qr(text);
  if (code.ok())
    must(code->side >= 21 && code->side <= 97 && code->modules.size() == code->side * code->side);
  const auto bare = crypto::parse_share(bytes);
  if (bare.ok()) must(ByteView(crypto::write_share(*bare)) == bytes);
}

void pairing(ByteView bytes) {
  SeededEntropy entropy(1);
  const crypto::CpaceInput input{"482915637", {}, ByteView::of("session"), ByteView::of("own")};
  auto start = crypto::CpaceStart::begin(crypto::CpaceRole::initiator, input, entropy);
  must(start.ok());
  auto finish = std::move(*start).finish(bytes);
  if (finish.ok()) must(!std::move(*finish).confirm(bytes).ok());
  const auto saved_start = crypto::CpaceStart::restore(bytes);
  if (saved_start.ok()) must(ByteView(saved_start->save()) == bytes);
  const auto saved_finish = crypto::CpaceFinish::restore(bytes);
  if (saved_finish.ok()) must(ByteView(saved_finish->save()) == bytes);
}

}  // namespace samplan::fuzz
