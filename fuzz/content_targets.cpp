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
