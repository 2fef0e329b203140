// The stored form of a section state. Everything in it has one order: maps ascend, living values stand as
// applied, authors are listed in order of first use. So equal states are equal bytes, and reading checks each
// of these. Parts in braces are in a device's own form only ("SPL1"), and never in what is compared, vouched for
// or handed over.
//
//   state    = "SPS1" or "SPL1" | schema u16 | section u16 | last seq v
//            | n v, n x (device 16, last counter v)
//            | n v, n x author (device 16, person 32, 0 or 1 and on_behalf 32)
//            | n v, n x entity, by ascending id | n x place of the record in that list v, in the records'
//            order | n v, n x proposal
//   stamp    = author v | counter v | seq v | wall_ms u64 | covered u8     the op's device is the author's
//   entity   = id 16 | kind v | created stamp | n v, n x keep stamp | n v, n x (slot u8, stamp)
//            | n v, n x (field v, flags u8 (b0 contested, {b1 previous}), folded v, n v, n x (stamp, text),
//            {[stamp, text]}) | n v, n x (field v, n v, n x (stamp, text))
//            | n v, n x (field v, n v, n x person 32, n v, n x newest stamp, length v, TextDoc::encode,
//            {removed words}) | 0 or 1 and placed stamp
//   proposal = stamp | state u8 (b0 b1 state, {b7 has words, of accepted ones}) | [answered stamp] | text reason
//            | text note, unless it has no words | n v, n x (superseded u8, op)
//   op       = kind u8 | counter v | the parts of its kind as in a batch, ids in full, a place's before its
//            refs; without runs and text where the proposal has no words
#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "client-core/plan/limits.h"
#include "client-core/plan/section_state.h"
#include "sync/merge/limits.h"

namespace samplan::plan {
namespace {

using merge::Stamp;

constexpr std::string_view magic = "SPS1";
constexpr std::string_view own_magic = "SPL1";
constexpr std::uint8_t flag_contested = 1;
constexpr std::uint8_t flag_previous = 2;
constexpr std::uint8_t flag_words = 0x80;
constexpr std::uint8_t flag_after = 1;
constexpr std::uint8_t flag_before = 2;
constexpr std::size_t stamp_bytes_min = 12;
constexpr std::uint32_t unused = 0xffffffffU;

void append_text(Bytes& out, const std::string& text) {
  append_varint(out, text.size());
  append(out, ByteView::of(text));
}

// Writes the parts that carry stamps, numbering authors as they are first met.
class StateWriter {
 public:
  StateWriter(std::size_t authors, bool own) : own_(own), new_index_(authors, unused) {}

  void stamp(const Stamp& s) {
    std::uint32_t& index = new_index_[s.author];
    if (index == unused) {
      index = static_cast<std::uint32_t>(used_.size());
      used_.push_back(s.author);
    }
    append_varint(out_, index);
    append_varint(out_, s.op.counter);
    append_varint(out_, s.seq);
    append_u64(out_, static_cast<std::uint64_t>(s.wall_ms));
    append_u8(out_, s.covered);
  }
  void value(const merge::Value& v) {
    stamp(v.stamp);
    append_text(out_, v.text);
  }
  void entity(const EntityId& id, const Entity& e) {
    append(out_, id.view());
    append_varint(out_, e.kind);
    stamp(e.life.created);
    append_varint(out_, e.life.keeps.size());
    for (const Stamp& s : e.life.keeps) stamp(s);
    append_varint(out_, e.life.removals.size());
    for (const merge::Removal& r : e.life.removals) {
      append_u8(out_, r.slot);
      stamp(r.stamp);
    }
    append_varint(out_, e.fields.size());
    for (const auto& [field, reg] : e.fields) write_register(field, reg);
    append_varint(out_, e.sets.size());
    for (const auto& [field, set] : e.sets) {
      append_varint(out_, field);
      append_varint(out_, set.additions.size());
      for (const merge::Addition& a : set.additions) value({a.member, a.stamp});
    }
    append_varint(out_, e.texts.size());
    for (const auto& [field, text] : e.texts) write_text(field, text);
    append_u8(out_, e.placed ? 1 : 0);
    if (e.placed) stamp(*e.placed);
  }
  void proposal(const Proposal& p) {
    const bool accepted = p.state == ProposalState::accepted;
    const bool words = !accepted || (own_ && p.has_words);
    stamp(p.stamp);
    append_u8(out_, static_cast<std::uint8_t>(static_cast<std::uint8_t>(p.state) | (accepted && words ? flag_words : 0)));
    if (p.answered) stamp(*p.answered);
    append_text(out_, p.reason);
    if (words) append_text(out_, p.note);
    append_varint(out_, p.ops.size());
    for (const ProposedOp& o : p.ops) {
      append_u8(out_, o.superseded ? 1 : 0);
      op(o.op, words);
    }
  }
  void order(const std::map<EntityId, Entity>& entities, const RecordOrder& order) {
    std::vector<std::uint32_t> places(order.size());
    std::uint32_t place = 0;
    for (const auto& [id, entity] : entities) places[entity.slot] = place++;
    for (RecordOrder::Slot slot = order.first(); slot != RecordOrder::none; slot = order.next(slot))
      append_varint(out_, places[slot]);
  }
  void count(std::size_t n) { append_varint(out_, n); }

  const std::vector<std::uint32_t>& used_authors() const { return used_; }
  const Bytes& bytes() const { return out_; }

 private:
  void write_register(FieldId field, const merge::Register& reg) {
    append_varint(out_, field);
    const bool previous = own_ && reg.previous;
    append_u8(out_, static_cast<std::uint8_t>((reg.contested ? flag_contested : 0) | (previous ? flag_previous : 0)));
    append_varint(out_, reg.folded);
    append_varint(out_, reg.live.size());
    for (const merge::Value& v : reg.live) value(v);
    if (previous) value(*reg.previous);
  }
  void write_text(FieldId field, const TextField& text) {
    append_varint(out_, field);
    append_varint(out_, text.people.size());
    for (const PrincipalId& person : text.people) append(out_, person.view());
    append_varint(out_, text.newest.size());
    for (const Stamp& s : text.newest) stamp(s);
    const Bytes doc = text.doc.encode();
    append_varint(out_, doc.size());
    append(out_, doc);
    if (own_) text.doc.removed_words().encode(out_);
  }
  void runs(const Op& o) {
    append_varint(out_, o.seen);
    append_varint(out_, o.runs.size());
    for (const merge::text::TextRun& run : o.runs) {
      append_varint(out_, run.pos);
      append_varint(out_, run.deleted);
      append_text(out_, run.inserted);
    }
  }
  void op(const Op& o, bool words) {
    const OpShape& shape = *shape_of(o.kind);
    append_u8(out_, static_cast<std::uint8_t>(o.kind));
    append_varint(out_, o.id.counter);
    if (shape.entity) append(out_, o.entity.view());
    if (shape.record_kind) append_varint(out_, o.record_kind);
    if (shape.field) append_varint(out_, o.field);
    if (shape.anchors) {
      append_u8(out_, static_cast<std::uint8_t>((o.after ? flag_after : 0) | (o.before ? flag_before : 0)));
      if (o.after) append(out_, o.after->view());
      if (o.before) append(out_, o.before->view());
    }
    if (shape.runs && words) runs(o);
    if (shape.text_max > 0 && words) append_text(out_, o.text);
    if (shape.refs_max == 0) return;
    append_varint(out_, o.refs.size());
    for (const OpId& ref : o.refs) {
      append(out_, ref.device.view());
      append_varint(out_, ref.counter);
    }
  }

  bool own_;
  Bytes out_;
  std::vector<std::uint32_t> new_index_;
  std::vector<std::uint32_t> used_;
};

}  // namespace

Bytes SectionState::encode() const { return encode_as(false); }
Bytes SectionState::encode_own() const { return encode_as(true); }

Bytes SectionState::encode_as(bool own) const {
  StateWriter body(authors_.size(), own);
  body.count(entities_.size());
  for (const auto& [id, entity] : entities_) body.entity(id, entity);
  body.order(entities_, order_);
  body.count(proposals_.size());
  for (const auto& [id, proposal] : proposals_) body.proposal(proposal);

  Bytes out;
  append(out, ByteView::of(own ? own_magic : magic));
  append_u16(out, schema_version);
  append_u16(out, section_);
  append_varint(out, last_seq_);
  append_varint(out, last_counter_.size());
  for (const auto& [device, counter] : last_counter_) {
    append(out, device.view());
    append_varint(out, counter);
  }
  append_varint(out, body.used_authors().size());
  for (const std::uint32_t index : body.used_authors()) {
    const Author& author = authors_[index];
    append(out, author.device.view());
    append(out, author.person.view());
    append_u8(out, author.on_behalf ? 1 : 0);
    if (author.on_behalf) append(out, author.on_behalf->view());
  }
  append(out, body.bytes());
  return out;
}

// Reads one stored state; the first thing wrong is kept and the rest reads as zeros.
class StateReader {
 public:
  StateReader(ByteView bytes, bool own) : own_(own), in_(bytes) {}

  Result<SectionState> read() {
    if (in_.left() < magic.size()) return Error{Errc::truncated, "SectionState::decode"};
    if (in_.take(magic.size()).text() != (own_ ? own_magic : magic)) return Error{Errc::malformed, "SectionState::decode"};
    if (in_.u16() != schema_version)
      return Error{in_.ok() ? Errc::unknown_version : Errc::truncated, "SectionState::decode"};
    state_.section_ = in_.u16();
    state_.last_seq_ = in_.varint();
    read_counters();
    read_authors();
    read_entities();
    read_order();
    read_proposals();
    if (!in_.ok() && error_ == Errc::ok) error_ = Errc::truncated;
    if (error_ == Errc::ok && (!in_.at_end() || authors_met_ != state_.authors_.size()))
      error_ = Errc::malformed;
    if (error_ != Errc::ok) return Error{error_, "SectionState::decode"};
    return std::move(state_);
  }

 private:
  bool good() const { return error_ == Errc::ok && in_.ok(); }
  void fail(Errc code = Errc::malformed) {
    if (good()) error_ = code;
  }
  void require(bool condition) {
    if (!condition) fail();
  }
  template <class IdType>
  IdType id() {
    return IdType::from(in_.take(IdType::size));
  }
  // Never more than the bytes that are left can hold.
  std::size_t count(std::size_t max, std::size_t bytes_min) {
    const std::uint64_t n = in_.varint();
    if (n > max) fail(Errc::too_large);
    if (good() && n > in_.left() / bytes_min) fail(Errc::truncated);
    return good() ? static_cast<std::size_t>(n) : 0;
  }
  std::uint16_t number16() {
    const std::uint64_t n = in_.varint();
    require(n <= 0xffff);
    return good() ? static_cast<std::uint16_t>(n) : std::uint16_t{0};
  }
  bool flag() {
    const std::uint8_t b = in_.u8();
    require(b <= 1);
    return b == 1;
  }
  std::string text(std::size_t max) {
    const std::size_t size = count(max, 1);
    const std::string_view view = in_.take(size).text();
    if (good() && !is_plain_text(view)) fail(Errc::not_utf8);
    return good() ? std::string(view) : std::string();
  }

  void read_counters() {
    const std::size_t n = count(bounds::authors_max, DeviceId::size + 1);
    for (std::size_t i = 0; i < n && good(); ++i) {
      const auto device = id<DeviceId>();
      require(state_.last_counter_.empty() || state_.last_counter_.rbegin()->first < device);
      state_.last_counter_.emplace_hint(state_.last_counter_.end(), device, in_.varint());
    }
  }
  void read_authors() {
    const std::size_t n = count(bounds::authors_max, DeviceId::size + PrincipalId::size + 1);
    for (std::size_t i = 0; i < n && good(); ++i) {
      Author author;
      author.device = id<DeviceId>();
      author.person = id<PrincipalId>();
      if (flag()) author.on_behalf = id<PrincipalId>();
      require(state_.intern(author) == i);
    }
  }
  Stamp stamp() {
    Stamp s;
    const std::uint64_t author = in_.varint();
    require(author < state_.authors_.size() && author <= authors_met_);
    s.op.counter = in_.varint();
    s.seq = in_.varint();
    s.wall_ms = static_cast<UnixMs>(in_.u64());
    s.covered = in_.u8();
    if (!good()) return {};
    if (author == authors_met_) ++authors_met_;
    s.author = static_cast<std::uint32_t>(author);
    s.op.device = state_.authors_[s.author].device;
    return s;
  }
  merge::Value value(std::size_t text_max) {
    merge::Value v;
    v.stamp = stamp();
    v.text = text(text_max);
    return v;
  }
  void read_entities() {
    const std::size_t n = count(bounds::entities_max, EntityId::size + 1 + stamp_bytes_min + 6);
    for (std::size_t i = 0; i < n && good(); ++i) {
      const auto entity_id = id<EntityId>();
      require(state_.entities_.empty() || state_.entities_.rbegin()->first < entity_id);
      state_.entities_.emplace_hint(state_.entities_.end(), entity_id, entity());
    }
  }
  // Every record once, in any order.
  void read_order() {
    std::vector<std::pair<const EntityId*, Entity*>> records;
    records.reserve(state_.entities_.size());
    for (auto& [id, entity] : state_.entities_) records.emplace_back(&id, &entity);
    for (std::size_t i = 0; i < records.size() && good(); ++i) {
      const std::uint64_t place = in_.varint();
      require(place < records.size());
      if (!good()) return;
      const auto& record = records[static_cast<std::size_t>(place)];
      require(record.second->slot == RecordOrder::none);
      if (good()) record.second->slot = state_.order_.append(*record.first);
    }
  }
  Entity entity() {
    Entity e;
    e.kind = number16();
    e.life.created = stamp();
    const std::size_t keeps = count(merge::bounds::keeps_max, stamp_bytes_min);
    for (std::size_t i = 0; i < keeps && good(); ++i) e.life.keeps.push_back(stamp());
    const std::size_t removals = count(merge::bounds::removals_max, 1 + stamp_bytes_min);
    for (std::size_t i = 0; i < removals && good(); ++i) {
      merge::Removal r;
      r.slot = in_.u8();
      require(r.slot < merge::bounds::removals_max && (merge::bits_in_force(e.life) & r.bit()) == 0);
      r.stamp = stamp();
      if (!good()) return e;  // a slot out of range must not be shifted by
      e.life.removals.push_back(r);
    }
    read_fields(e);
    read_sets(e);
    read_texts(e);
    if (flag()) {
      e.placed = stamp();
      require(e.placed->covered == 0);
    }
    const merge::RemovalBits in_force = merge::bits_in_force(e.life);
    for_each_living(e, [&](const Stamp& s, FieldId) { require((s.covered & ~in_force) == 0); });
    return e;
  }
  void read_fields(Entity& e) {
    const std::size_t n = count(bounds::fields_per_entity_max, 4);
    for (std::size_t i = 0; i < n && good(); ++i) {
      const FieldId field = number16();
      require(e.fields.empty() || e.fields.rbegin()->first < field);
      e.fields.emplace_hint(e.fields.end(), field, read_register());
    }
  }
  merge::Register read_register() {
    merge::Register reg;
    const std::uint8_t flags = in_.u8();
    require(flags <= (own_ ? flag_contested | flag_previous : flag_contested));
    reg.contested = (flags & flag_contested) != 0;
    const std::uint64_t folded = in_.varint();
    require(folded <= 0xffffffffU);
    reg.folded = static_cast<std::uint32_t>(folded);
    const std::size_t n = count(merge::bounds::live_values_max, stamp_bytes_min + 1);
    require(n > 0);
    for (std::size_t i = 0; i < n && good(); ++i) reg.live.push_back(value(limits::text_bytes_max));
    if (good() && (flags & flag_previous) != 0) reg.previous = value(limits::text_bytes_max);
    return reg;
  }
  void read_sets(Entity& e) {
    const std::size_t n = count(bounds::fields_per_entity_max - e.fields.size(), 2);
    for (std::size_t i = 0; i < n && good(); ++i) {
      const FieldId field = number16();
      require(e.sets.empty() || e.sets.rbegin()->first < field);
      const std::size_t additions = count(merge::bounds::set_adds_max, stamp_bytes_min + 1);
      require(additions > 0);
      merge::ObservedSet set;
      for (std::size_t k = 0; k < additions && good(); ++k) {
        merge::Value v = value(bounds::set_member_bytes_max);
        set.additions.push_back({std::move(v.text), v.stamp});
      }
      e.sets.emplace_hint(e.sets.end(), field, std::move(set));
    }
  }
  void read_texts(Entity& e) {
    const std::size_t n = count(bounds::fields_per_entity_max - e.fields.size() - e.sets.size(), 4);
    for (std::size_t i = 0; i < n && good(); ++i) {
      const FieldId field = number16();
      require(e.texts.empty() || e.texts.rbegin()->first < field);
      TextField text;
      const std::size_t people = count(bounds::authors_max, PrincipalId::size);
      for (std::size_t k = 0; k < people && good(); ++k) text.people.push_back(id<PrincipalId>());
      const std::size_t newest = count(merge::bounds::live_values_max, stamp_bytes_min);
      require(newest > 0);
      for (std::size_t k = 0; k < newest && good(); ++k) {
        const Stamp s = stamp();
        require(text.newest.empty() || text.newest.back().op.device < s.op.device);
        text.newest.push_back(s);
      }
      const std::size_t size = count(bounds::state_bytes_max, 1);
      const ByteView bytes = in_.take(size);
      if (!good()) return;
      auto doc = merge::text::TextDoc::decode(bytes);
      if (!doc.ok()) return fail(doc.code());
      text.doc = std::move(doc).value();
      if (own_) {
        auto words = merge::text::RemovedWords::read(in_, text.doc.edits());
        if (!words.ok()) return fail(words.code());
        text.doc.set_removed_words(std::move(words).value());
      }
      e.texts.emplace_hint(e.texts.end(), field, std::move(text));
    }
  }
  void read_proposals() {
    const std::size_t n = count(bounds::proposals_max, stamp_bytes_min + 4);
    for (std::size_t i = 0; i < n && good(); ++i) {
      Proposal p = proposal();
      require(state_.proposals_.empty() || state_.proposals_.rbegin()->first < p.stamp.op);
      const OpId proposal_id = p.stamp.op;
      state_.proposals_.emplace_hint(state_.proposals_.end(), proposal_id, std::move(p));
    }
  }
  Proposal proposal() {
    Proposal p;
    p.stamp = stamp();
    const std::uint8_t bits = in_.u8();
    const auto state = static_cast<std::uint8_t>(bits & ~flag_words);
    require(state <= static_cast<std::uint8_t>(ProposalState::declined));
    p.state = static_cast<ProposalState>(state);
    const bool accepted = p.state == ProposalState::accepted;
    require((bits & flag_words) == 0 || (own_ && accepted));
    p.has_words = !accepted || (bits & flag_words) != 0;
    if (good() && p.state != ProposalState::open) p.answered = stamp();
    p.reason = text(bounds::reason_bytes_max);
    if (p.has_words) p.note = text(bounds::reason_bytes_max);
    const std::size_t n = count(limits::ops_per_batch_max, 3);
    require(n > 0);
    for (std::size_t i = 0; i < n && good(); ++i) {
      ProposedOp proposed;
      proposed.superseded = flag();
      proposed.op = op(p.stamp.op.device, p.has_words);
      require(p.ops.empty() ? !(proposed.op.id < p.stamp.op) : p.ops.back().op.id < proposed.op.id);
      p.ops.push_back(std::move(proposed));
    }
    return p;
  }
  Op op(const DeviceId& device, bool words) {
    Op o;
    o.kind = static_cast<OpKind>(in_.u8());
    const OpShape* shape = shape_of(o.kind);
    // Answers and notes are never kept in a proposal.
    require(shape != nullptr && shape->entity);
    if (!good()) return {};
    o.id = {device, in_.varint()};
    o.entity = id<EntityId>();
    if (shape->record_kind) o.record_kind = number16();
    if (shape->field) o.field = number16();
    if (shape->anchors) read_anchors(o);
    if (shape->runs && words) read_runs(o);
    if (shape->text_max > 0 && words) o.text = text(shape->text_max);
    if (shape->refs_max == 0) return o;
    const std::size_t n = count(shape->refs_max, DeviceId::size + 1);
    for (std::size_t i = 0; i < n && good(); ++i) {
      OpId ref;
      ref.device = id<DeviceId>();
      ref.counter = in_.varint();
      require(o.refs.empty() || o.refs.back() < ref);
      o.refs.push_back(ref);
    }
    require(!shape->anchors || o.before.has_value() != o.refs.empty());
    return o;
  }
  void read_runs(Op& o) {
    o.seen = in_.varint();
    const std::size_t n = count(merge::text::edit_runs_max, 3);
    for (std::size_t i = 0; i < n && good(); ++i) {
      merge::text::TextRun run;
      run.pos = number32();
      run.deleted = number32();
      run.inserted = text(limits::text_bytes_max);
      o.runs.push_back(std::move(run));
    }
  }
  std::uint32_t number32() {
    const std::uint64_t n = in_.varint();
    require(n <= 0xffffffffU);
    return good() ? static_cast<std::uint32_t>(n) : 0U;
  }
  void read_anchors(Op& o) {
    const std::uint8_t flags = in_.u8();
    require(flags <= (flag_after | flag_before));
    if ((flags & flag_after) != 0) o.after = id<EntityId>();
    if ((flags & flag_before) != 0) o.before = id<EntityId>();
  }

  bool own_;
  Reader in_;
  SectionState state_{0};
  std::size_t authors_met_ = 0;
  Errc error_ = Errc::ok;
};

Result<SectionState> SectionState::decode(ByteView bytes) {
  if (bytes.size() > bounds::state_bytes_max) return Error{Errc::too_large, "SectionState::decode"};
  return StateReader(bytes, false).read();
}

Result<SectionState> SectionState::decode_own(ByteView bytes) {
  if (bytes.size() > bounds::state_bytes_max) return Error{Errc::too_large, "SectionState::decode_own"};
  return StateReader(bytes, true).read();
}

}  // namespace samplan::plan
