// Targets of what is found inside after opening, of files and of text from people.
#include <cstdlib>

#include "client-core/device_keys.h"
#include "client-core/fhir/import.h"
#include "client-core/invitation.h"
#include "client-core/json/json_gate.h"
#include "client-core/pack.h"
#include "client-core/plan/section_state.h"
#include "client-core/plan/view.h"
#include "client-core/plan_file.h"
#include "client-core/quarantine.h"
#include "fuzz/targets.h"
#include "server/http_vet.h"
#include "sync/log/validity.h"

namespace samplan::fuzz {
namespace {

constexpr std::uint64_t counter_max = std::uint64_t{1} << 40;
constexpr std::size_t texts_tried = 8;

void must(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

void batch(ByteView bytes) {
  DeviceId author;
  author.bytes[0] = 1;
  const auto unpacked = unpack(bytes, batch_plain_bytes_max);
  if (unpacked.ok()) must(unpacked->size() <= batch_plain_bytes_max);
  for (const ByteView plain : {bytes, unpacked.ok() ? ByteView(*unpacked) : ByteView()}) {
    const auto batches = split_batches(plain, author);
    if (!batches.ok()) continue;
    plan::SectionState section(3);
    std::uint64_t seq = 0;
    for (const plan::Batch& b : *batches) {
      plan::ApplyContext context;
      context.seq = ++seq;
      context.proposal = (b.ops.size() & 1U) != 0;
      section.apply(b, context);
    }
    (void)plan::section_view(section);
    const Bytes stored = section.encode();
    const auto again = plan::SectionState::decode(stored);
    must(again.ok());
    must(again->encode() == stored);
  }
}

void state(ByteView bytes) {
  const auto read = plan::SectionState::decode(bytes);
  if (!read.ok()) return;
  must(ByteView(read->encode()) == bytes);
  (void)plan::section_view(*read);
}

// A state that somebody hands over, and what others had written without having seen it.
void fold(ByteView bytes) {
  Reader in(bytes);
  const std::size_t size = in.u16();
  const bool known_author = in.u8() == 1;
  if (!in.ok() || size > in.left()) return;
  auto section = plan::SectionState::decode(in.take(size));
  if (!section.ok()) return;
  DeviceId author;
  author.bytes[0] = 1;
  if (known_author && !section->entities().empty())
    author = section->entities().begin()->second.life.created.op.device;
  std::uint64_t seq = section->last_seq();
  const auto apply = [&](const plan::Batch& b) {
    if (seq == merge::pending_seq - 1) return;
    plan::ApplyContext context;
    context.seq = ++seq;
    section->apply(b, context);
  };
  std::uint64_t counter = section->last_counter(author);
  const auto batches = split_batches(in.take(in.left()), author);
  if (batches.ok()) {
    for (const plan::Batch& b : *batches) {
      apply(b);
      if (!b.ops.empty()) counter = std::max(counter, b.ops.back().id.counter);
    }
  }
  // Edits at both ends of every text, by somebody who had seen half of what was written.
  if (counter < counter_max - texts_tried) {
    plan::Batch edits;
    edits.author = author;
    for (const auto& [id, entity] : section->entities()) {
      for (const auto& [field, text] : entity.texts) {
        if (edits.ops.size() == texts_tried) break;
        plan::Op op{{author, ++counter}, plan::OpKind::text, id};
        op.field = field;
        op.seen = seq / 2;
        op.runs = {{0, 1, "a"}, {1, 0, "b"}};
        edits.ops.push_back(std::move(op));
      }
    }
    apply(edits);
  }
  (void)plan::section_view(*section);
  const Bytes stored = section->encode();
  const auto again = plan::SectionState::decode(stored);
  must(again.ok() && again->encode() == stored);
  const Bytes own = section->encode_own();
  const auto own_again = plan::SectionState::decode_own(own);
  must(own_again.ok() && own_again->encode_own() == own && own_again->encode() == stored);
}

void invitation(ByteView bytes) {
  const auto read = parse_invitation(bytes.text());
  if (!read.ok()) return;
  const auto again = parse_invitation(write_invitation(*read));
  must(again.ok() && again->secret == read->secret);
}

void letter(ByteView bytes) {
  const auto changes = read_changes(bytes);
  if (changes.ok()) must(ByteView(write_changes(*changes)) == bytes);
  (void)AuthorChains::decode(bytes);
  (void)open_join_letter({}, bytes);
}

void key_file(ByteView bytes) {
  // A higher cost than the least is allowed, and would only make each run slow.
  Reader in(bytes);
  (void)in.take(4);
  const crypto::KdfCost cost{in.u32(), in.u32()};
  if (cost.passes > crypto::kdf_interactive.passes || cost.memory_kib > crypto::kdf_interactive.memory_kib) return;
  (void)open_device_keys(bytes, "passord", crypto::kdf_interactive);
}

void json(ByteView bytes) {
  const auto value = parse_json(bytes.text());
  if (!value.ok()) return;
  const auto again = parse_json(value->dump());
  must(again.ok() && *again == *value);
}

void fhir(ByteView bytes) {
  const auto read = import_fhir(bytes.text());
  if (read.ok()) must(accounting_is_complete(*read));
}

void http(ByteView bytes) {
  const server::HttpLimits limits;
  const server::HeadScan scan = server::scan_head(bytes.text(), 0, limits);
  if (scan.refusal || scan.head_bytes == 0) return;
  must(scan.head_bytes <= bytes.size());
  const auto vetted = server::vet_head(bytes.text().substr(0, scan.head_bytes), false, limits);
  if (const auto* head = std::get_if<server::VettedHead>(&vetted)) {
    // The router decodes header values: a percent sign may stand only for itself.
    std::size_t at = head->text.find("\r\n");
    while ((at = head->text.find('%', at)) != std::string::npos) must(head->text.compare(at++, 3, "%25") == 0);
    must(head->text.size() >= 4 && head->text.substr(head->text.size() - 4) == "\r\n\r\n");
  }
}

}  // namespace samplan::fuzz
