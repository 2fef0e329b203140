// A section with its numbered log and some phones, for tests: each phone holds what it has pulled and what it
// has not sent, and everything that passes between them goes through the batch encoding.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "client-core/plan/batch.h"
#include "client-core/plan/conflicts.h"
#include "client-core/plan/edit.h"
#include "client-core/plan/section_state.h"
#include "client-core/plan/view.h"

namespace samplan::plan {

template <class IdType>
IdType named(std::string_view name) {
  IdType id;
  for (std::size_t i = 0; i < name.size() && i < IdType::size; ++i)
    id.bytes[i] = static_cast<std::uint8_t>(name[i]);
  return id;
}

struct Numbered {
  DeviceId author;
  PrincipalId person;
  bool proposal = false;
  Bytes plaintext;
};

struct Log {
  SectionId section = 3;
  std::vector<Numbered> envelopes;  // the one at place i has seq i + 1
};

inline void apply_numbered(SectionState& state, const Log& log, std::size_t place) {
  const Numbered& e = log.envelopes[place];
  const auto batch = decode_batch(e.plaintext, e.author);
  REQUIRE(batch.ok());
  state.apply(*batch, {place + 1, e.person, e.proposal});
}

inline SectionState fold_all(const Log& log) {
  SectionState state(log.section);
  for (std::size_t i = 0; i < log.envelopes.size(); ++i) apply_numbered(state, log, i);
  return state;
}

class Phone {
 public:
  Phone(Log& log, std::string_view device, std::string_view person, bool proposing = false)
      : log_(log),
        who_{named<DeviceId>(device), named<PrincipalId>(person), proposing},
        confirmed_(log.section),
        sees_(log.section) {}

  Editor editor() const { return Editor(sees_, who_); }
  // One call of the editor as one batch; the call must succeed.
  template <class F>
  std::vector<Op> edit(F f) {
    Editor e = editor();
    const Status status = f(e);
    INFO((status.ok() ? "" : status.error().detail));
    REQUIRE(status.ok());
    std::vector<Op> ops = e.ops();
    save(e.take());
    return ops;
  }
  void save(std::vector<Op> ops) {
    if (ops.empty()) return;
    Batch batch;
    batch.author = who_.device;
    batch.wall_ms = clock_ += 60'000;
    batch.on_behalf = on_behalf;
    batch.ops = std::move(ops);
    pending_.push_back({std::move(batch), who_.proposing});
    sees_.apply(pending_.back().batch, {merge::pending_seq, who_.person, who_.proposing});
  }
  void push() {
    for (; sent_ < pending_.size(); ++sent_)
      log_.envelopes.push_back(
          {who_.device, who_.person, pending_[sent_].proposal, encode_batch(pending_[sent_].batch)});
  }
  void pull(std::size_t at_most = static_cast<std::size_t>(-1)) {
    for (; at_most > 0 && confirmed_.last_seq() < log_.envelopes.size(); --at_most) {
      const auto place = static_cast<std::size_t>(confirmed_.last_seq());
      apply_numbered(confirmed_, log_, place);
      if (log_.envelopes[place].author == who_.device) {
        pending_.erase(pending_.begin());
        --sent_;
      }
    }
    sees_ = overlay(confirmed_, pending_, who_.person);
  }
  void sync() {
    push();
    pull();
  }
  // As if the program was closed and opened.
  void restart() {
    auto opened = SectionState::decode(confirmed_.encode());
    REQUIRE(opened.ok());
    confirmed_ = std::move(*opened);
    sees_ = overlay(confirmed_, pending_, who_.person);
  }

  const SectionState& sees() const { return sees_; }
  const SectionState& confirmed() const { return confirmed_; }
  const Editor::Who& who() const { return who_; }
  std::size_t unsent() const { return pending_.size(); }
  std::string value(const EntityId& id, std::string_view field) const {
    const Entity* entity = sees_.find(id);
    if (entity == nullptr) return "(no record)";
    const FieldSpec* spec = find_field(*find_kind(entity->kind), field);
    if (spec->type == ValueType::text) {
      const auto text = entity->texts.find(spec->id);
      return text == entity->texts.end() ? "" : text->second.doc.text();
    }
    const auto found = entity->fields.find(spec->id);
    if (found == entity->fields.end()) return "";
    return versions_of(sees_, found->second, spec, {}).front().value;
  }

  std::optional<PrincipalId> on_behalf;

 private:
  Log& log_;
  Editor::Who who_;
  UnixMs clock_ = 1'790'000'000'000;
  SectionState confirmed_;
  SectionState sees_;
  std::vector<PendingBatch> pending_;
  std::size_t sent_ = 0;
};

inline void sync_all(std::vector<Phone*> phones) {
  for (Phone* p : phones) p->push();
  for (Phone* p : phones) p->pull();
}

}  // namespace samplan::plan
