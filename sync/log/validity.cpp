#include "sync/log/validity.h"

#include "base/limits.h"
#include "base/planted.h"

namespace samplan {
namespace {

bool permitted(const Envelope& e, const GovState& gov, const IdentityBook& book) {
  const auto& h = e.header;
  const std::uint8_t mask = gov.rights_at(h.author, h.section, h.gov_seq, book);
  switch (h.kind) {
    case EnvelopeKind::change: return (mask & (h.proposal ? right_write | right_propose : right_write)) != 0;
    case EnvelopeKind::snapshot:
    case EnvelopeKind::attestation: return !h.proposal && (mask & right_write) != 0;
    case EnvelopeKind::access_event: {
      // Whoever has any access leaves a trace of using it; reading the log is another matter.
      if (h.section != 12 || h.proposal) return false;
      for (const Participant* p : gov.participants_of_device(h.author, h.gov_seq, book)) {
        for (const SectionGov& s : gov.sections())
          if (p->mask_at(s.id, h.gov_seq) != 0) return true;
      }
      return false;
    }
  }
  return false;
}

// An envelope that names a record cannot lie in the part of the chain that this record had already cut off: it would
// have been made before itself. So such a one is decided even when it names a record that we do not have yet.
bool inside_cut_it_knows(const EnvelopeHeader& h, std::uint64_t seq, const GovState& gov) {
  const SectionGov* section = gov.section(h.section);
  if (section == nullptr || seq == 0) return false;
  for (const Cut& cut : section->cuts)
    if (cut.gov_seq <= h.gov_seq && seq <= cut.section_seq) return true;
  return false;
}

}  // namespace

const char* verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::valid: return "valid";
    case Verdict::undecided: return "undecided";
    case Verdict::bad_signature: return "bad_signature";
    case Verdict::wrong_log: return "wrong_log";
    case Verdict::not_participant: return "not_participant";
    case Verdict::not_permitted: return "not_permitted";
    case Verdict::no_consent: return "no_consent";
    case Verdict::wrong_epoch: return "wrong_epoch";
    case Verdict::author_gap: return "author_gap";
    case Verdict::author_fork: return "author_fork";
    case Verdict::outside_cut: return "outside_cut";
  }
  return "unknown";
}

Verdict judge_alone(const Envelope& e, std::uint64_t seq, const GovState& gov, const IdentityBook& book,
                    bool check_signature) {
  const auto& h = e.header;
  if (h.plan != gov.plan()) return Verdict::wrong_log;
  if (inside_cut_it_knows(h, seq, gov)) return Verdict::wrong_log;
  if (h.gov_seq > gov.seq()) return Verdict::undecided;
  const Hash* known = gov.hash_at(h.gov_seq);
  if (known == nullptr || *known != h.gov_head) return Verdict::wrong_log;
  const Cut* cut = gov.first_cut_after(h.section, h.gov_seq);
  const bool outside = cut != nullptr && (seq == 0 || seq > cut->section_seq) && !SP_PLANTED(cut_ignored);
  const IdentityBook::Owner author = book.find_device(h.author);
  // Whoever it is: outside a cut it never counts, so that nobody waits for a log that may not exist.
  if (author.device == nullptr) return outside ? Verdict::outside_cut : Verdict::undecided;
  if (check_signature && !verify_envelope(e, author.device->sign_key)) return Verdict::bad_signature;
  if (gov.participants_of_device(h.author, h.gov_seq, book).empty()) return Verdict::not_participant;
  if (gov.consent_at(h.gov_seq) != PlanConsent::given) return Verdict::no_consent;
  if (!permitted(e, gov, book)) return Verdict::not_permitted;
  const SectionGov* section = gov.section(h.section);
  const EpochInfo* epoch = section == nullptr ? nullptr : section->epoch.at(h.gov_seq);
  if (epoch == nullptr || epoch->epoch == 0 || epoch->epoch != h.epoch) return Verdict::wrong_epoch;
  return outside ? Verdict::outside_cut : Verdict::valid;
}

bool agrees_with_cuts(const GovState& gov, SectionId id, std::uint64_t seq, const Hash& chain) {
  const SectionGov* section = gov.section(id);
  if (section == nullptr) return true;
  for (const Cut& cut : section->cuts)
    if (cut.section_seq == seq && cut.chain != chain) return false;
  return true;
}

AuthorChains::Tip AuthorChains::tip(const DeviceId& author, std::uint32_t epoch) const {
  const auto it = tips_.find(author);
  if (it == tips_.end() || it->second.epoch != epoch) return {epoch, 0, {}};
  return it->second;
}

Verdict AuthorChains::check(const EnvelopeHeader& header) const {
  const auto it = tips_.find(header.author);
  // A later epoch of this author has been seen; its chain in the older one is closed.
  if (it != tips_.end() && it->second.epoch > header.epoch) return Verdict::author_gap;
  const Tip last = tip(header.author, header.epoch);
  if (header.author_seq == last.seq + 1 && header.author_prev == last.id) return Verdict::valid;
  if (SP_PLANTED(author_chain_ignored)) return Verdict::valid;
  return header.author_seq <= last.seq ? Verdict::author_fork : Verdict::author_gap;
}

void AuthorChains::accept(const EnvelopeHeader& header, const Hash& id) {
  tips_[header.author] = {header.epoch, header.author_seq, id};
}

AuthorChains AuthorChains::of_epoch(std::uint32_t epoch) const {
  AuthorChains out;
  for (const auto& entry : tips_)
    if (entry.second.epoch == epoch) out.tips_.insert(entry);
  return out;
}

Bytes AuthorChains::encode() const {
  Bytes out;
  append_varint(out, tips_.size());
  for (const auto& entry : tips_) {
    append(out, entry.first.view());
    append_varint(out, entry.second.epoch);
    append_varint(out, entry.second.seq);
    append(out, entry.second.id.view());
  }
  return out;
}

Result<AuthorChains> AuthorChains::decode(ByteView bytes) {
  Reader in(bytes);
  AuthorChains out;
  const std::uint64_t count = in.varint();
  if (count > limits::participants_max * limits::members_max) return Error{Errc::too_large, "author_chains"};
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const DeviceId device = DeviceId::from(in.take(DeviceId::size));
    Tip tip;
    tip.epoch = static_cast<std::uint32_t>(in.varint());
    tip.seq = in.varint();
    tip.id = Hash::from(in.take(Hash::size));
    out.tips_[device] = tip;
  }
  if (!in.done()) return Error{Errc::malformed, "author_chains"};
  return out;
}

}  // namespace samplan
