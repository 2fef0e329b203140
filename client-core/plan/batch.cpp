#include "client-core/plan/batch.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "client-core/plan/limits.h"

namespace samplan::plan {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t flag_on_behalf = 1;
constexpr std::size_t op_bytes_min = 3;
constexpr std::uint8_t anchor_after = 1;
constexpr std::uint8_t anchor_before = 2;

// Ids in order of first use, and where each stands.
template <class IdType>
class Dictionary {
 public:
  std::uint64_t place_of(const IdType& id) {
    const auto [found, is_new] = places_.emplace(id, ids_.size());
    if (is_new) ids_.push_back(id);
    return found->second;
  }
  const std::vector<IdType>& ids() const { return ids_; }

 private:
  std::vector<IdType> ids_;
  std::map<IdType, std::uint64_t> places_;
};

struct Dictionaries {
  Dictionary<DeviceId> devices;  // the author is place 0 and is not written
  Dictionary<EntityId> entities;
};

void write_refs(Bytes& out, std::vector<OpId> refs, Dictionaries& used) {
  std::sort(refs.begin(), refs.end());
  refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
  append_varint(out, refs.size());
  for (const OpId& ref : refs) {
    append_varint(out, used.devices.place_of(ref.device));
    append_varint(out, ref.counter);
  }
}

void write_anchors(Bytes& out, const Op& op, Dictionaries& used) {
  append_u8(out, static_cast<std::uint8_t>((op.after ? anchor_after : 0) | (op.before ? anchor_before : 0)));
  if (op.after) append_varint(out, used.entities.place_of(*op.after));
  if (op.before) append_varint(out, used.entities.place_of(*op.before));
}

void write_runs(Bytes& out, const Op& op) {
  append_varint(out, op.seen);
  append_varint(out, op.runs.size());
  for (const merge::text::TextRun& run : op.runs) {
    append_varint(out, run.pos);
    append_varint(out, run.deleted);
    append_varint(out, run.inserted.size());
    append(out, ByteView::of(run.inserted));
  }
}

void write_op(Bytes& out, const Op& op, std::uint64_t counter_before, Dictionaries& used) {
  const OpShape* shape = shape_of(op.kind);
  SP_CHECK(shape != nullptr && op.id.counter > counter_before);
  append_u8(out, static_cast<std::uint8_t>(op.kind));
  append_varint(out, op.id.counter - counter_before);
  if (shape->entity) append_varint(out, used.entities.place_of(op.entity));
  if (shape->record_kind) append_varint(out, op.record_kind);
  if (shape->field) append_varint(out, op.field);
  if (shape->anchors) write_anchors(out, op, used);
  if (shape->runs) write_runs(out, op);
  if (shape->text_max > 0) {
    append_varint(out, op.text.size());
    append(out, ByteView::of(op.text));
  }
  if (shape->refs_max > 0) write_refs(out, op.refs, used);
}

template <class IdType>
void write_ids(Bytes& out, const std::vector<IdType>& ids, std::size_t skip) {
  append_varint(out, ids.size() - skip);
  for (std::size_t i = skip; i < ids.size(); ++i) append(out, ids[i].view());
}

// Reads one batch; the first thing wrong is kept and the rest reads as zeros.
class BatchReader {
 public:
  BatchReader(ByteView bytes, const DeviceId& author) : in_(bytes) { batch_.author = author; }

  Result<Batch> read() {
    if (in_.left() == 0) return Error{Errc::truncated, "decode_batch"};
    if (in_.u8() != version) return Error{Errc::unknown_version, "decode_batch"};
    const std::uint8_t flags = in_.u8();
    if (flags > flag_on_behalf) return Error{Errc::unknown_version, "decode_batch"};
    batch_.wall_ms = static_cast<UnixMs>(in_.u64());
    if (flags == flag_on_behalf) batch_.on_behalf = id<PrincipalId>();
    read_heads();
    const auto devices = read_ids<DeviceId>();
    const auto entities = read_ids<EntityId>();
    const std::size_t ops = count(limits::ops_per_batch_max, op_bytes_min);
    batch_.ops.reserve(ops);
    for (std::size_t i = 0; i < ops && good(); ++i) read_op(devices, entities);
    if (!in_.ok() && error_ == Errc::ok) error_ = Errc::truncated;
    if (error_ == Errc::ok && !in_.at_end()) error_ = Errc::malformed;
    if (error_ != Errc::ok) return Error{error_, "decode_batch"};
    return std::move(batch_);
  }

 private:
  bool good() const { return error_ == Errc::ok && in_.ok(); }
  void fail(Errc code) {
    if (good()) error_ = code;
  }
  template <class IdType>
  IdType id() {
    return IdType::from(in_.take(IdType::size));
  }
  // A count of things that take at least `bytes_min` each, so it never makes us reserve more than was sent.
  std::size_t count(std::size_t max, std::size_t bytes_min) {
    const std::uint64_t n = in_.varint();
    if (n > max) fail(Errc::too_large);
    if (good() && n > in_.left() / bytes_min) fail(Errc::truncated);
    return good() ? static_cast<std::size_t>(n) : 0;
  }
  std::uint16_t number16() {
    const std::uint64_t n = in_.varint();
    if (n > 0xffff) fail(Errc::malformed);
    return good() ? static_cast<std::uint16_t>(n) : std::uint16_t{0};
  }
  std::uint32_t number32() {
    const std::uint64_t n = in_.varint();
    if (n > 0xffffffffU) fail(Errc::malformed);
    return good() ? static_cast<std::uint32_t>(n) : 0U;
  }
  void read_heads() {
    const std::size_t n = count(limits::sections_max, 2 + 1 + ChainMark::size);
    for (std::size_t i = 0; i < n && good(); ++i) {
      SectionHead head;
      head.section = in_.u16();
      head.seq = in_.varint();
      head.chain = id<ChainMark>();
      if (i > 0 && head.section <= batch_.observed.back().section) fail(Errc::malformed);
      batch_.observed.push_back(head);
    }
    batch_.governance.seq = in_.varint();
    batch_.governance.chain = id<ChainMark>();
  }
  template <class IdType>
  std::vector<IdType> read_ids() {
    const std::size_t n = count(limits::ops_per_batch_max * bounds::removal_overwrites_max, IdType::size);
    std::vector<IdType> out;
    out.reserve(n);
    for (std::size_t i = 0; i < n && good(); ++i) out.push_back(id<IdType>());
    return out;
  }
  void read_op(const std::vector<DeviceId>& devices, const std::vector<EntityId>& entities) {
    Op op;
    op.kind = static_cast<OpKind>(in_.u8());
    const OpShape* shape = shape_of(op.kind);
    if (shape == nullptr) return fail(Errc::unknown_version);
    op.id = {batch_.author, next_counter()};
    if (shape->entity) op.entity = read_entity(entities);
    if (shape->record_kind) op.record_kind = number16();
    if (shape->field) op.field = number16();
    if (shape->anchors) read_anchors(op, entities);
    if (shape->runs) read_runs(op);
    if (shape->text_max > 0) op.text = text(shape->text_max);
    if (shape->refs_max > 0) read_refs(op, shape->refs_max, devices);
    // The move that is named is that of the record before which this one goes.
    if (shape->anchors && op.before.has_value() == op.refs.empty()) return fail(Errc::malformed);
    batch_.ops.push_back(std::move(op));
  }
  EntityId read_entity(const std::vector<EntityId>& entities) {
    const std::uint64_t place = in_.varint();
    if (place >= entities.size()) fail(Errc::malformed);
    return good() ? entities[static_cast<std::size_t>(place)] : EntityId{};
  }
  void read_anchors(Op& op, const std::vector<EntityId>& entities) {
    const std::uint8_t flags = in_.u8();
    if (flags > (anchor_after | anchor_before)) return fail(Errc::unknown_version);
    if ((flags & anchor_after) != 0) op.after = read_entity(entities);
    if ((flags & anchor_before) != 0) op.before = read_entity(entities);
  }
  void read_runs(Op& op) {
    op.seen = in_.varint();
    const std::size_t n = count(merge::text::edit_runs_max, 3);
    if (n == 0) fail(Errc::malformed);
    op.runs.reserve(n);
    std::size_t left = limits::text_bytes_max;
    for (std::size_t i = 0; i < n && good(); ++i) {
      merge::text::TextRun run;
      run.pos = number32();
      run.deleted = number32();
      run.inserted = text(left);
      left -= std::min(left, run.inserted.size());
      if (run.deleted == 0 && run.inserted.empty()) fail(Errc::malformed);
      op.runs.push_back(std::move(run));
    }
  }
  std::uint64_t next_counter() {
    const std::uint64_t before = batch_.ops.empty() ? 0 : batch_.ops.back().id.counter;
    const std::uint64_t step = in_.varint();
    if (step == 0 || step > ~before) fail(Errc::malformed);
    return before + step;
  }
  std::string text(std::size_t max) {
    const std::size_t size = count(max, 1);
    const std::string_view view = in_.take(size).text();
    if (good() && !is_plain_text(view)) fail(Errc::not_utf8);
    return std::string(view);
  }
  void read_refs(Op& op, std::size_t max, const std::vector<DeviceId>& devices) {
    const std::size_t n = count(max, 2);
    op.refs.reserve(n);
    for (std::size_t i = 0; i < n && good(); ++i) {
      const std::uint64_t place = in_.varint();
      const std::uint64_t counter = in_.varint();
      if (place > devices.size()) return fail(Errc::malformed);
      const OpId ref{place == 0 ? batch_.author : devices[static_cast<std::size_t>(place) - 1], counter};
      if (i > 0 && !(op.refs.back() < ref)) return fail(Errc::malformed);
      op.refs.push_back(ref);
    }
  }

  Reader in_;
  Batch batch_;
  Errc error_ = Errc::ok;
};

}  // namespace

Bytes encode_batch(const Batch& batch) {
  Dictionaries used;
  used.devices.place_of(batch.author);
  Bytes ops;
  std::uint64_t counter = 0;
  for (const Op& op : batch.ops) {
    SP_CHECK(op.id.device == batch.author);
    write_op(ops, op, counter, used);
    counter = op.id.counter;
  }

  Bytes out;
  append_u8(out, version);
  append_u8(out, batch.on_behalf ? flag_on_behalf : std::uint8_t{0});
  append_u64(out, static_cast<std::uint64_t>(batch.wall_ms));
  if (batch.on_behalf) append(out, batch.on_behalf->view());
  std::vector<SectionHead> heads = batch.observed;
  std::sort(heads.begin(), heads.end(),
            [](const SectionHead& a, const SectionHead& b) { return a.section < b.section; });
  append_varint(out, heads.size());
  for (const SectionHead& head : heads) {
    append_u16(out, head.section);
    append_varint(out, head.seq);
    append(out, head.chain.view());
  }
  append_varint(out, batch.governance.seq);
  append(out, batch.governance.chain.view());
  write_ids(out, used.devices.ids(), 1);
  write_ids(out, used.entities.ids(), 0);
  append_varint(out, batch.ops.size());
  append(out, ops);
  return out;
}

Result<Batch> decode_batch(ByteView bytes, const DeviceId& author) {
  if (bytes.size() > bounds::batch_bytes_max) return Error{Errc::too_large, "decode_batch"};
  SP_TRY(Batch batch, BatchReader(bytes, author).read());
  // What the reader cannot see in passing (unused or repeated dictionary entries, their order): there is one
  // encoding, so writing it again must give the same bytes.
  if (!(ByteView(encode_batch(batch)) == bytes)) return Error{Errc::malformed, "decode_batch"};
  return batch;
}

std::vector<std::vector<Op>> split_ops(std::vector<Op> ops) {
  const auto bytes_of = [](const Op& op) {
    std::size_t bytes = 40 + op.text.size() + 12 * op.refs.size();
    for (const merge::text::TextRun& run : op.runs) bytes += 12 + run.inserted.size();
    return bytes;
  };
  std::vector<std::vector<Op>> out;
  std::vector<Op> part;
  std::size_t part_bytes = 0;
  for (std::size_t at = 0; at < ops.size();) {
    std::size_t end = at + 1;
    std::size_t bytes = bytes_of(ops[at]);
    if (ops[at].kind == OpKind::create)
      for (; end < ops.size() && ops[end].kind != OpKind::create && ops[end].entity == ops[at].entity; ++end)
        bytes += bytes_of(ops[end]);
    const bool is_full = part.size() + (end - at) > limits::ops_per_batch_max ||
                         part_bytes + bytes > bounds::batch_bytes_target;
    if (is_full && !part.empty()) {
      out.push_back(std::move(part));
      part = {};
      part_bytes = 0;
    }
    for (; at < end; ++at) part.push_back(std::move(ops[at]));
    part_bytes += bytes;
  }
  if (!part.empty()) out.push_back(std::move(part));
  return out;
}

}  // namespace samplan::plan
