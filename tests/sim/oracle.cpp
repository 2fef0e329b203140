#include "tests/sim/oracle.h"

#include "base/planted.h"
#include "client-core/pack.h"
#include "client-core/plan_file.h"
#include "sync/log/sections.h"
#include "sync/wire/message_parts.h"
#include "tests/sim/world.h"

namespace samplan::sim {
namespace {

PlanId plan_id(const World& world) { return PlanId::parse(world.plan).value_or(PlanId{}); }

}  // namespace

std::string text_of(const plan::Op& op) {
  std::string out = op.text;
  for (const merge::text::TextRun& run : op.runs) out += run.inserted;
  return out;
}

void Oracle::learn_keys(Device& d) {
  const planted::Asleep asleep;
  if (!d.core) return;
  Context ctx = d.core->context(d.clock.at(world_.now));
  const PlanId id = plan_id(world_);
  const auto row = ctx.replica.plan(id);
  if (!row.ok() || !row->has_value()) return;
  auto file = d.core->plans().get(ctx, id);
  if (!file.ok()) return;
  const GovState& gov = (*file)->gov();
  if (gov.empty() || d.keys_seen_at[id] == gov.seq()) return;
  d.keys_seen_at[id] = gov.seq();
  for (const SectionGov& s : gov.sections()) {
    for (std::uint32_t epoch = 1; epoch <= s.last_epoch; ++epoch) {
      const auto known = keys_.find({id, s.id, epoch});
      if (known != keys_.end() && known->second.devices.count(d.index) != 0) continue;
      const auto key = ctx.keyring.section_key(id, s.id, epoch);
      if (!key.ok() || *key == nullptr) continue;
      if (known == keys_.end()) {
        keys_.emplace(KeyName{id, s.id, epoch},
                      Held{{(*key)->plan, s.id, epoch, (*key)->secret.clone()}, {d.index}});
      } else {
        known->second.devices.insert(d.index);
      }
    }
  }
}

const std::vector<plan::Batch>* Oracle::open(const Envelope& e) {
  const auto known = opened_.find(e.id);
  if (known != opened_.end()) return &known->second;
  if (e.header.kind != EnvelopeKind::change) return nullptr;
  const auto key = keys_.find({e.header.plan, e.header.section, e.header.epoch});
  if (key == keys_.end()) return nullptr;
  const auto plain = open_content(key->second.key, e);
  if (!plain.ok()) return nullptr;
  auto batches = split_batches(*plain, e.header.author);
  if (!batches.ok()) return nullptr;
  return &opened_.emplace(e.id, std::move(batches).value()).first->second;
}

bool Oracle::is_stored(const PlanId& plan, SectionId section, const DeviceId& device, std::uint64_t counter) {
  const planted::Asleep asleep;
  std::uint64_t& until = stored_until_[{plan, section}];
  bool stuck = false;
  const Status read =
      world_.server.store().each_envelope(plan, section, until, [&](const relay::EnvelopeRow& row) {
        const auto e = read_envelope(row.body);
        const std::vector<plan::Batch>* batches = e.ok() ? open(*e) : nullptr;
        // A key that nobody has told us of yet: come back later.
        if (e.ok() && batches == nullptr && e->header.kind == EnvelopeKind::change) stuck = true;
        if (batches != nullptr)
          for (const plan::Batch& b : *batches)
            for (const plan::Op& op : b.ops) stored_.insert({plan, section, op.id.device, op.id.counter});
        if (!stuck) until = row.seq;
        return true;
      });
  return read.ok() && stored_.count({plan, section, device, counter}) != 0;
}

const IdentityBook& Oracle::book() const { return world_.server.people(); }

void Oracle::look() {
  const planted::Asleep asleep;
  for (const auto& d : world_.devices) learn_keys(*d);
  govs_.clear();
  chains_.clear();
  places_.clear();
  relay::MemoryStore& store = world_.server.store();
  if (!world_.server.read_people()) world_.fail("oracle", "identity record does not fit");
  const PlanId id = plan_id(world_);
  GovState& gov = govs_[id];
  (void)store.each_governance(id, 0, [&](const relay::GovRow& row) {
    const auto whole = read_signed_record(row.signed_record);
    if (!whole.ok()) return false;
    const auto record = read_record(LogKind::governance, whole->record);
    auto body = record.ok() ? read_gov_body(static_cast<GovKind>(record->header.kind), record->body)
                            : Result<GovBody>(record.error());
    const Status applied = body.ok() ? gov.apply(*record, *body, book(), false) : Status(body.error());
    if (!applied.ok())
      world_.fail("oracle", "governance record " + std::to_string(row.seq) + " " + errc_name(applied.code()));
    return applied.ok();
  });
  for (const SectionInfo& info : plan_sections) {
    std::vector<Opened>& chain = chains_[{id, info.id}];
    AuthorChains authors;
    (void)store.each_envelope(id, info.id, 0, [&](const relay::EnvelopeRow& row) {
      const auto e = read_envelope(row.body);
      if (!e.ok()) return false;
      Opened opened;
      opened.seq = row.seq;
      opened.id = e->id;
      opened.header = e->header;
      opened.verdict = judge_alone(*e, row.seq, gov, book(), verified_.count(e->id) == 0);
      if (opened.verdict == Verdict::valid) {
        verified_.insert(e->id);
        opened.verdict = authors.check(e->header);
      }
      if (opened.verdict == Verdict::valid) authors.accept(e->header, e->id);
      if (const std::vector<plan::Batch>* batches = open(*e)) {
        opened.is_open = true;
        opened.batches = *batches;
        for (const plan::Batch& b : *batches)
          for (const plan::Op& op : b.ops) {
            OpPlace& place = places_[{id, info.id, op.id.device, op.id.counter}];
            if (place.seq == 0 || place.verdict != Verdict::valid)
              place = {row.seq, opened.verdict, text_of(op)};
          }
      }
      chain.push_back(std::move(opened));
      return true;
    });
  }
}

const Oracle::OpPlace* Oracle::place(const PlanId& plan, SectionId section, const DeviceId& device,
                                     std::uint64_t counter) const {
  const auto it = places_.find({plan, section, device, counter});
  return it == places_.end() ? nullptr : &it->second;
}

const GovState* Oracle::gov(const PlanId& plan) const {
  const auto it = govs_.find(plan);
  return it == govs_.end() ? nullptr : &it->second;
}

std::string Oracle::fingerprint(Device& d) const {
  const planted::Asleep asleep;
  std::string out = d.name;
  if (!d.core) return out + " off";
  Context ctx = d.core->context(0);
  const auto row = ctx.replica.plan(plan_id(world_));
  if (!row.ok() || !row->has_value()) return out + " nothing";
  auto file = d.core->plans().get(ctx, (*row)->id);
  if (!file.ok()) return out + " unreadable";
  out += " " + std::to_string(static_cast<int>((*row)->holding)) + " " +
         ((*file)->gov().empty() ? std::string() : (*file)->gov().head().hex());
  for (const auto& section : (*file)->sections()) out += " " + section.second.chain.hex();
  return out;
}

}  // namespace samplan::sim
