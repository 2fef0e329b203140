#include "client-core/receipts.h"

#include "base/planted.h"

namespace samplan {

Bytes write_stored_receipt(const StoredReceipt& r) {
  Bytes out;
  append_u64(out, r.generation);
  append_u64(out, r.gov_seq);
  append(out, r.gov_head.view());
  for (const auto& s : r.sections) {
    append_u16(out, s.first);
    append_u64(out, s.second.first);
    append(out, s.second.second.view());
  }
  return out;
}

StoredReceipt read_stored_receipt(ByteView bytes) {
  Reader in(bytes);
  StoredReceipt r;
  r.generation = in.u64();
  r.gov_seq = in.u64();
  r.gov_head = Hash::from(in.take(32));
  while (in.ok() && !in.at_end()) {
    const SectionId section = in.u16();
    const std::uint64_t seq = in.u64();
    r.sections[section] = {seq, Hash::from(in.take(32))};
  }
  return in.ok() ? r : StoredReceipt{};
}

std::uint64_t head_in_receipt(PlanFile& file, SectionId section) {
  const StoredReceipt receipt = read_stored_receipt(file.row().receipt);
  const auto it = receipt.sections.find(section);
  return it == receipt.sections.end() ? 0 : it->second.first;
}

Status take_receipt(PlanFile& file, const Receipt& receipt, const SignPublicKey& server) {
  if (!verify_receipt(receipt, server)) return Error{Errc::forged, "receipt"};
  if (SP_PLANTED(receipt_unread)) return Status::good();
  const std::uint64_t generation = receipt.generation;
  StoredReceipt old = read_stored_receipt(file.row().receipt);
  const auto frozen = [](const char* where) { return Error{Errc::frozen, where}; };
  if (SP_PLANTED(rollback_unnoticed)) old = {};
  if (generation < old.generation) return frozen("receipt.generation");
  const bool same_generation = generation == old.generation;
  // S6: within one generation nothing goes back, and nothing we have verified reads differently.
  if (same_generation && receipt.gov_seq < old.gov_seq) return frozen("receipt.gov_seq");
  const Hash* ours = file.gov().hash_at(receipt.gov_seq);
  if (ours != nullptr && *ours != receipt.gov_head) return frozen("receipt.gov_head");
  StoredReceipt fresh{generation, receipt.gov_seq, receipt.gov_head, old.sections};
  for (const auto& [cursor, chain] : receipt.sections) {
    const auto before = old.sections.find(cursor.section);
    if (same_generation && before != old.sections.end()) {
      if (cursor.seq < before->second.first) return frozen("receipt.section_seq");
      if (cursor.seq == before->second.first && chain != before->second.second)
        return frozen("receipt.section_chain");
    }
    const auto held = file.sections().find(cursor.section);
    if (held != file.sections().end()) {
      // A restored server has said in this generation already that it has less than was taken in an earlier
      // one.
      const bool said_less =
          generation > 1 && before != old.sections.end() && before->second.first < held->second.seq;
      if (same_generation && !said_less && cursor.seq < held->second.seq)
        return frozen("receipt.section_seq");
      if (cursor.seq == held->second.seq && chain != held->second.chain)
        return frozen("receipt.section_chain");
    }
    fresh.sections[cursor.section] = {cursor.seq, chain};
  }
  file.row().receipt = write_stored_receipt(fresh);
  return Status::good();
}

}  // namespace samplan
