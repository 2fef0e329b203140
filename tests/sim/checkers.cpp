#include "tests/sim/checkers.h"

#include <algorithm>

#include "base/planted.h"
#include "client-core/plan_file.h"
#include "sync/log/sections.h"
#include "tests/sim/evil_server.h"
#include "tests/sim/oracle.h"
#include "tests/sim/steps.h"

namespace samplan::sim {
namespace {

PlanId plan_of(const World& w) { return PlanId::parse(w.plan).value_or(PlanId{}); }

std::string describe(const World& w, const Written& e) {
  return w.devices[e.device]->name + " section " + std::to_string(e.section) + " operations " +
         std::to_string(e.first) + ".." + std::to_string(e.last) + " «" + e.text + "» written in step " +
         std::to_string(e.step);
}

PlanFile* file_of(World& w, Device& d) {
  if (!w.is_on(d)) return nullptr;
  Context ctx = d.core->context(d.clock.at(w.now));
  const auto row = ctx.replica.plan(plan_of(w));
  if (!row.ok() || !row->has_value()) return nullptr;
  auto file = d.core->plans().get(ctx, plan_of(w));
  return file.ok() ? *file : nullptr;
}

std::string quarantined(World& w, Device& d) {
  const json q = w.ask(d, {{"do", "quarantine"}});
  return q.is_object() ? q.dump() : std::string();
}

bool has_text(const std::string& shown, const Written& e) {
  return !e.text.empty() && shown.find(e.text) != std::string::npos;
}

// Operations that lie, valid, in the chain that the device itself has stored: section and counter.
std::set<std::pair<SectionId, std::uint64_t>> confirmed_by(World& w, Device& d, bool void_too) {
  std::set<std::pair<SectionId, std::uint64_t>> out;
  Context ctx = d.core->context(d.clock.at(w.now));
  for (const SectionInfo& s : plan_sections) {
    const Status read = ctx.replica.each_envelope(plan_of(w), s.id, 1, [&](const EnvelopeRow& row) -> Status {
      SP_TRY(const Envelope e, read_envelope(row.body));
      if ((row.verdict != 0 && !void_too) || e.header.author != d.id) return Status::good();
      if (const std::vector<plan::Batch>* batches = w.oracle->open(e))
        for (const plan::Batch& b : *batches)
          for (const plan::Op& op : b.ops) out.insert({s.id, op.id.counter});
      return Status::good();
    });
    if (!read.ok()) w.fail("disk", d.name + ": " + read.error().where);
  }
  return out;
}

// Does the log say that this device may still write or propose there?
bool may_write(const World& w, const Device& d, SectionId section) {
  const GovState* gov = w.oracle->gov(plan_of(w));
  if (gov == nullptr || gov->empty()) return true;
  return (gov->rights_now(d.id, section, w.oracle->book()) & (right_write | right_propose)) != 0;
}

bool was_ever_shut_out(const World& w, const Device& d, SectionId section) {
  const GovState* gov = w.oracle->gov(plan_of(w));
  if (gov == nullptr || gov->empty()) return false;
  if (!may_write(w, d, section)) return true;
  bool could = false;
  for (std::uint64_t seq = 1; seq <= gov->seq(); ++seq) {
    const bool can =
        (gov->rights_at(d.id, section, seq, w.oracle->book()) & (right_write | right_propose)) != 0;
    if (could && !can) return true;
    could = could || can;
  }
  return false;
}

// Whether an operation that took effect holds the text.
bool is_in_history(World& w, const Device& d, const Written& e) {
  const auto chain = w.oracle->chains().find({e.plan, e.section});
  if (chain == w.oracle->chains().end()) return false;
  std::uint64_t last = 0;
  for (const Opened& envelope : chain->second) {
    if (envelope.verdict != Verdict::valid || envelope.header.author != d.id) continue;
    for (const plan::Batch& b : envelope.batches)
      for (const plan::Op& op : b.ops) {
        if (op.id.counter <= last) continue;
        last = op.id.counter;
        if (text_of(op).find(e.text) != std::string::npos) return true;
      }
  }
  return false;
}

bool waits_somewhere(World& w, Device& d, const Written& e) {
  PlanFile* file = file_of(w, d);
  if (file == nullptr) return false;
  Context ctx = d.core->context(d.clock.at(w.now));
  const auto unsent = file->unsent(ctx, e.section);
  if (!unsent.ok()) return false;
  for (const plan::PendingBatch& p : *unsent)
    for (const plan::Op& op : p.batch.ops)
      if (text_of(op).find(e.text) != std::string::npos) return true;
  return false;
}

void check_not_lost(World& w, Device& d) {
  const bool lied = w.evil->has_lied() || w.evil->lies_now();
  // What a lying server had confirmed stays with its author as evidence, whatever the true history makes of
  // it.
  const auto own = confirmed_by(w, d, lied);
  const std::string kept = quarantined(w, d);
  for (Written& e : w.ledger) {
    if (e.device != d.index || !e.excused.empty()) continue;
    if (!d.honest) {
      e.excused = "cloned";
      continue;
    }
    if (has_text(kept, e)) continue;
    // After an old copy came back numbers change; the text is what counts.
    if (d.was_restored) {
      if (e.text.empty() || lied || is_in_history(w, d, e) || waits_somewhere(w, d, e)) continue;
      w.fail("lost", describe(w, e));
      continue;
    }
    if (is_pending(w, e)) continue;
    const Oracle::OpPlace* place = w.oracle->place(e.plan, e.section, d.id, e.last);
    const bool in_history = place != nullptr && place->verdict == Verdict::valid;
    if (in_history || (lied && own.count({e.section, e.last}) != 0)) {
      if (!in_history || e.text.empty()) continue;
      bool found = false;
      for (std::uint64_t c = e.first; c <= e.last && !found; ++c) {
        const Oracle::OpPlace* at = w.oracle->place(e.plan, e.section, d.id, c);
        found = at != nullptr && at->text.find(e.text) != std::string::npos;
      }
      // Written while the own chain was not here yet, it got other numbers when that came.
      if (!found && !is_in_history(w, d, e)) w.fail("lost", "another operation has its number: " + describe(w, e));
      continue;
    }
    // A server that shows a history and denies it later can make text vanish that it had confirmed; it is
    // found out (noticed), it cannot be healed. One that withholds cannot even do that.
    if (lied && w.story().evil != Evil::withholds) continue;
    // Text goes to quarantine; what holds none (a removal, an answer) ends with the right to do it.
    if (e.text.empty() && (lied || was_ever_shut_out(w, d, e.section))) continue;
    w.fail("lost",
           describe(w, e) + (place == nullptr ? "" : std::string(": ") + verdict_name(place->verdict)));
  }
  // Where access has ended, or the plan was taken from the machine, the history to compare with is gone as
  // well.
  PlanFile* file = file_of(w, d);
  if (lied || !d.honest || d.was_restored || w.failure || file == nullptr ||
      file->row().holding != Holding::shared)
    return;
  // What the status says, counted from the other side: what was written less what this device has seen
  // confirmed.
  const json status = w.status(d);
  if (!status.is_object()) return;
  std::uint64_t unsent = 0;
  for (const Written& e : w.ledger) {
    if (e.device != d.index || !e.excused.empty() || own.count({e.section, e.last}) != 0 || has_text(kept, e))
      continue;
    // Confirmed once, and out of this device's sight since: a section was closed, or begins later now.
    const Oracle::OpPlace* place = w.oracle->place(e.plan, e.section, d.id, e.last);
    const bool had_been_sent = place != nullptr && place->verdict == Verdict::valid;
    if ((had_been_sent || e.text.empty()) && !is_pending(w, e)) continue;
    ++unsent;
  }
  if (status["waiting"] != unsent)
    w.fail("status",
           d.name + " says that " + status["waiting"].dump() + " wait, and it is " + std::to_string(unsent));
}

void check_not_twice(World& w) {
  for (const auto& chain : w.oracle->chains()) {
    std::map<DeviceId, std::uint64_t> last;
    for (const Opened& e : chain.second) {
      if (e.verdict != Verdict::valid || !e.is_open) continue;
      const auto author = std::find_if(w.devices.begin(), w.devices.end(),
                                       [&](const auto& d) { return d->id == e.header.author; });
      if (author == w.devices.end() || !(*author)->honest || (*author)->was_restored) continue;
      for (const plan::Batch& b : e.batches)
        for (const plan::Op& op : b.ops) {
          if (op.id.counter <= last[op.id.device])
            w.fail("twice", (*author)->name + " section " + std::to_string(chain.first.second) +
                                " operation " + std::to_string(op.id.counter) + " again in envelope " +
                                std::to_string(e.seq));
          last[op.id.device] = std::max(last[op.id.device], op.id.counter);
        }
    }
  }
}

void check_cut(World& w) {
  const GovState* gov = w.oracle->gov(plan_of(w));
  if (gov == nullptr || gov->empty()) return;
  for (const auto& entry : w.oracle->keys()) {
    const SectionId section = std::get<1>(entry.first);
    const std::uint32_t epoch = std::get<2>(entry.first);
    const SectionGov* s = gov->section(section);
    if (s == nullptr) continue;
    std::uint64_t begins = 0;
    for (const auto& span : s->epoch.spans())
      if (span.second.epoch == epoch && begins == 0) begins = span.first;
    for (const std::size_t index : entry.second.devices) {
      const Device& d = *w.devices[index];
      bool may = begins == 0;
      for (std::uint64_t seq = begins; !may && seq <= gov->seq(); ++seq)
        may = (gov->rights_at(d.id, section, seq, w.oracle->book()) & right_read) != 0;
      // What was decided in a history that the server has thrown away is known to those alone who have seen
      // it.
      if (!may && !w.evil->has_lied())
        w.fail("cut", d.name + " has the key of section " + std::to_string(section) + " epoch " +
                          std::to_string(epoch));
    }
  }
  // A new epoch under an old secret would be no new epoch.
  for (auto a = w.oracle->keys().begin(); a != w.oracle->keys().end(); ++a)
    for (auto b = std::next(a); b != w.oracle->keys().end(); ++b)
      if (a->second.key.secret.same_as(b->second.key.secret)) w.fail("cut", "two epochs share one key");
  // And the other side: whoever knows that the right has ended has destroyed what it could open.
  for (const auto& d : w.devices) {
    PlanFile* file = file_of(w, *d);
    if (file == nullptr || file->gov().empty() || d->disk.is_full())
      continue;  // it may know and not be able to act
    Context ctx = d->core->context(d->clock.at(w.now));
    Keyring on_disk(ctx.replica, ctx.keys);
    for (const SectionGov& s : file->gov().sections()) {
      if (s.id == section_access_log || file->row().holding == Holding::draft ||
          (file->rights(ctx, s.id) & right_read) != 0)
        continue;
      for (std::uint32_t epoch = 1; epoch <= s.last_epoch; ++epoch) {
        const auto key = on_disk.section_key(file->id(), s.id, epoch);
        if (key.ok() && *key != nullptr && file->row().holding != Holding::frozen)
          w.fail("cut",
                 d->name + " still holds a key of section " + std::to_string(s.id) + " that is closed to it");
      }
    }
  }
}

void check_disks(World& w) {
  for (const auto& d : w.devices)
    if (d->disk.contains(canary)) w.fail("plaintext", "on the disk of " + d->name);
}

void check_converges(World& w) {
  const GovState* gov = w.oracle->gov(plan_of(w));
  if (gov == nullptr || gov->empty()) return;
  std::map<SectionId, std::pair<std::string, Bytes>> first;
  for (const auto& d : w.devices) {
    PlanFile* file = file_of(w, *d);
    const bool shut_out_by_a_lie =
        w.evil->has_lied() && file != nullptr && file->row().holding == Holding::ended;
    if (file == nullptr || shut_out_by_a_lie || file->row().holding == Holding::frozen) continue;
    Context ctx = d->core->context(d->clock.at(w.now));
    for (const SectionGov& s : gov->sections()) {
      if ((gov->rights_now(d->id, s.id, w.oracle->book()) & right_read) == 0) continue;
      const auto head = w.oracle->chains().find({plan_of(w), s.id});
      const std::uint64_t seq = head == w.oracle->chains().end() ? 0 : head->second.size();
      // Who begins at a cut waits for the first envelope behind it; without the owner's consent to the plan
      // none comes.
      if (file->section(s.id).seq == 0 && gov->consent() != PlanConsent::given) continue;
      if (file->section(s.id).seq != seq && seq != 0) {
        w.fail("converges", d->name + " has " + std::to_string(file->section(s.id).seq) + " of " +
                                std::to_string(seq) + " envelopes of section " + std::to_string(s.id));
        continue;
      }
      if (s.id == section_access_log) continue;
      const auto state = file->confirmed(ctx, s.id);
      if (!state.ok()) {
        w.fail("converges",
               d->name + " cannot open section " + std::to_string(s.id) + ": " + errc_name(state.code()));
        continue;
      }
      Bytes bytes = (*state)->encode();
      const auto it = first.find(s.id);
      if (it == first.end()) {
        first[s.id] = {d->name, std::move(bytes)};
      } else if (it->second.second != bytes) {
        w.fail("converges",
               d->name + " and " + it->second.first + " differ in section " + std::to_string(s.id));
      }
    }
  }
}

// Whose chain is no part of the server's has been shown another history, and must know it by now.
void check_noticed(World& w) {
  for (const auto& d : w.devices) {
    PlanFile* file = file_of(w, *d);
    if (file == nullptr) continue;
    for (const auto& section : file->sections()) {
      const std::uint64_t seq = section.second.seq;
      const auto chain = w.oracle->chains().find({plan_of(w), section.first});
      if (seq == 0 || chain == w.oracle->chains().end()) continue;
      Hash hash = chain_start(plan_of(w), section.first);
      for (std::uint64_t i = 0; i < seq && i < chain->second.size(); ++i)
        hash = chain_next(hash, chain->second[static_cast<std::size_t>(i)].id);
      const bool same = seq <= chain->second.size() && hash == section.second.chain;
      if (!same && file->row().holding != Holding::frozen && file->row().holding != Holding::ended)
        w.fail("noticed", d->name + " has seen another history of section " + std::to_string(section.first));
    }
  }
}

// A withdrawal that was saved cuts: the log must show the end of that right after what the device knew when
// it decided.
void check_decided(World& w) {
  const GovState* gov = w.oracle->gov(plan_of(w));
  if (gov == nullptr || gov->empty() || w.evil->has_lied()) return;
  for (const Decision& decision : w.decisions) {
    Device& d = *w.devices[decision.device];
    if (!d.honest || d.was_restored) continue;
    const json refused = w.ask(d, {{"do", "refused"}});
    if (decision.dismissed || !refused.is_object() || !refused["refused"].empty()) continue;
    bool took_effect = false;
    for (const Participant& p : gov->participants()) {
      if (p.principal.hex() != decision.participant) continue;
      for (const auto& mask : p.masks)
        for (const auto& span : mask.second.spans())
          took_effect = took_effect || (span.first > decision.known && span.second == 0);
    }
    if (!took_effect) w.fail("decided", d.name + " withdrew, and the log does not say so");
  }
}

// Nothing that was given to the post gets lost on the way: it is with somebody, in the plan, or its sender is
// told.
void check_letters(World& w) {
  std::string everywhere;
  for (const auto& d : w.devices) {
    if (!d->honest || d->was_restored) return;
    for (const char* query : {"hand_overs", "requests"}) {
      const json answer = w.ask(*d, {{"do", query}});
      if (answer.is_object()) everywhere += answer.dump();
    }
    const json people = w.ask(*d, {{"do", "participants"}, {"plan", w.plan}});
    if (people.is_object()) everywhere += people.dump();
  }
  for (const auto& chain : w.oracle->chains())
    for (const Opened& e : chain.second)
      for (const plan::Batch& b : e.batches)
        for (const plan::Op& op : b.ops) everywhere += text_of(op) + "\n";
  const auto is_told = [&](std::size_t device) {
    const json refused = w.ask(*w.devices[device], {{"do", "refused"}});
    return !refused.is_object() || refused["ok"] != true || !refused["refused"].empty();
  };
  for (const HandedOver& h : w.handed_over) {
    if (h.declined || is_told(h.device) || everywhere.find(h.text) != std::string::npos) continue;
    w.fail("letters", w.devices[h.device]->name + " handed over «" + h.text + "» and nobody has it");
  }
  for (const Asked& a : w.asked) {
    const json me = w.ask(*w.devices[a.device], {{"do", "whoami"}});
    // The letter waits so long for whoever is away, and no longer.
    const bool letter_is_gone = w.now - a.at > relay::RelayConfig{}.letter_ms;
    if (letter_is_gone || w.devices[a.device]->turned_away || is_told(a.device) || is_told(a.inviter) ||
        !me.is_object())
      continue;
    if (everywhere.find(me["person"].get<std::string>()) == std::string::npos)
      w.fail("letters", w.devices[a.device]->name + " asked to be let in, and " + w.devices[a.inviter]->name +
                            " has not heard of it");
  }
}

void check_all_sent(World& w, Device& d) {
  PlanFile* file = file_of(w, d);
  const json s = w.status(d);
  if (!s.is_object() || s["ok"] != true) {
    w.fail("all_sent", d.name + " has no status: " + s.dump());
    return;
  }
  const bool waits_for_owner =
      file != nullptr && !file->gov().empty() && file->gov().consent() != PlanConsent::given;
  const bool frozen = file != nullptr && file->row().holding == Holding::frozen;
  const bool outside = d.index >= cast_size && file == nullptr;
  if (waits_for_owner || frozen || outside || !d.honest) return;
  if (s["waiting"] != 0 || s["mail"] != 0 || (s["intents"] != 0 && s["attention"] == 0) ||
      (s["attention"] == 0 && s["all_sent"] != true))
    w.fail("all_sent", d.name + ": " + s.dump());
}

}  // namespace

bool is_pending(World& w, const Written& e) {
  Device& d = *w.devices[e.device];
  if (!w.is_on(d) || e.number_given_again) return false;
  Context ctx = d.core->context(d.clock.at(w.now));
  const auto rows = ctx.replica.pending(e.plan);
  return rows.ok() && std::any_of(rows->begin(), rows->end(), [&](const PendingRow& r) {
           return r.section == e.section && r.first_counter <= e.first && e.last <= r.last_counter;
         });
}

void check_wire(World& w, ByteView frame, const std::string& what) {
  if (frame.text().find(canary) != std::string_view::npos) w.fail("plaintext", "in a " + what);
}

void check_notices(World& w, Device& d, const SyncOutcome& outcome) {
  if (w.evil->has_lied() || w.evil->lies_now() || !d.honest || d.was_restored) return;
  for (const Notice& n : outcome.notices)
    if (n.what == "frozen") w.fail("frozen", d.name + ": " + n.detail);
}

void check_request_error(World& w, Device& d, const Error& error) {
  // Whose invitation has expired before it reached the server stays outside, and is told so.
  const bool outside = d.index >= cast_size && error.code == Errc::refused;
  d.turned_away = d.turned_away || outside;
  const bool excused = !d.honest || error.code == Errc::not_saved || error.code == Errc::offline || outside;
  if (!excused && w.healed)
    w.fail("comes_to_rest", d.name + ": " + errc_name(error.code) + " " + error.where);
}

void check_after_sync(World& w, Device& d) {
  if (w.evil->has_lied() || w.evil->lies_now() || !d.honest || d.was_restored) return;
  const json s = w.status(d);
  if (!s.is_object()) return;
  if (s["ok"] != true) {
    if (s["error"] != "not_saved") w.fail("status", d.name + ": " + s.dump());
    return;
  }
  if (s["all_sent"] != true) return;
  std::optional<std::string> kept;
  for (const Written& e : w.ledger) {
    if (e.device != d.index || !e.excused.empty() || e.text.empty()) continue;
    if (w.oracle->is_stored(e.plan, e.section, d.id, e.last)) continue;
    if (!kept) kept = quarantined(w, d);
    if (!has_text(*kept, e)) w.fail("status", "all sent, but the server has not " + describe(w, e));
  }
}

void check_everything(World& w, bool at_the_end) {
  w.oracle->look();
  check_not_twice(w);
  check_cut(w);
  check_disks(w);
  for (std::size_t i = 0; i < w.devices.size() && !w.failure; ++i)
    if (w.is_on(*w.devices[i])) check_not_lost(w, *w.devices[i]);
  if (!at_the_end || w.failure) return;
  check_noticed(w);
  check_converges(w);
  check_decided(w);
  if (!w.evil->has_lied() && !w.failure) check_letters(w);
  // Where two machines were one, or one forgot what it had written, two operations may bear one number.
  const bool numbers_are_unique = std::all_of(w.devices.begin(), w.devices.end(),
                                              [](const auto& d) { return d->honest && !d->was_restored; });
  if (w.is_on(*w.devices[owner]) && numbers_are_unique && !w.evil->has_lied() && !w.failure) {
    const json view =
        w.ask(*w.devices[owner], {{"do", "plan_show"}, {"plan", w.plan}, {"record_access", false}});
    // Own unsent changes are shown on top; then there is nothing to compare with.
    if (view.is_object() && view["ok"] == true && view["waiting"] == 0) check_values(w, view["sections"]);
  }
  for (std::size_t i = 0; i < w.devices.size() && !w.failure; ++i) {
    Device& d = *w.devices[i];
    if (!w.is_on(d)) {
      w.fail("home_opens", d.name);
      continue;
    }
    if (!w.evil->has_lied()) check_all_sent(w, d);
    const json doctor = w.ask(d, {{"do", "doctor"}});
    if (!doctor.is_object() || doctor["ok"] != true || doctor["all_good"] != true)
      w.fail("doctor", d.name + ": " + doctor.dump());
  }
}

}  // namespace samplan::sim
