#include "base/tlv.h"

#include "base/check.h"

namespace samplan {

TlvWriter& TlvWriter::bytes(std::uint8_t tag, ByteView value) {
  SP_CHECK(static_cast<int>(tag) > last_tag_);
  last_tag_ = tag;
  append_u8(out_, tag);
  append_u32(out_, static_cast<std::uint32_t>(value.size()));
  append(out_, value);
  return *this;
}

TlvWriter& TlvWriter::u8(std::uint8_t tag, std::uint8_t value) { return bytes(tag, ByteView(&value, 1)); }

TlvWriter& TlvWriter::u16(std::uint8_t tag, std::uint16_t value) {
  Bytes b;
  append_u16(b, value);
  return bytes(tag, b);
}

TlvWriter& TlvWriter::u32(std::uint8_t tag, std::uint32_t value) {
  Bytes b;
  append_u32(b, value);
  return bytes(tag, b);
}

TlvWriter& TlvWriter::u64(std::uint8_t tag, std::uint64_t value) {
  Bytes b;
  append_u64(b, value);
  return bytes(tag, b);
}

TlvWriter& TlvWriter::list(std::uint8_t tag, const std::vector<Bytes>& items) {
  Bytes b;
  for (const Bytes& item : items) {
    append_u32(b, static_cast<std::uint32_t>(item.size()));
    append(b, item);
  }
  return bytes(tag, b);
}

TlvReader::TlvReader(ByteView bytes, const char* where) : where_(where) {
  Reader in(bytes);
  int last = -1;
  while (!in.at_end()) {
    const std::uint8_t tag = in.u8();
    const std::uint32_t length = in.u32();
    const ByteView value = in.take(length);
    if (!in.ok()) fail(Errc::truncated);
    if (static_cast<int>(tag) <= last) fail(Errc::malformed);
    if (count_ == fields_.size()) fail(Errc::too_large);
    if (error_ != Errc::ok) return;
    last = tag;
    fields_[count_++] = Field{tag, false, value};
  }
}

void TlvReader::fail(Errc code) {
  if (error_ == Errc::ok) error_ = code;
}

TlvReader::Field* TlvReader::find(std::uint8_t tag) {
  for (std::size_t i = 0; i < count_; ++i)
    if (fields_[i].tag == tag) return &fields_[i];
  return nullptr;
}

bool TlvReader::has(std::uint8_t tag) const {
  for (std::size_t i = 0; i < count_; ++i)
    if (fields_[i].tag == tag) return true;
  return false;
}

ByteView TlvReader::bytes(std::uint8_t tag) {
  Field* field = find(tag);
  if (field == nullptr) {
    fail(Errc::malformed);
    return {};
  }
  field->read = true;
  return field->value;
}

ByteView TlvReader::sized(std::uint8_t tag, std::size_t size) {
  const ByteView value = bytes(tag);
  if (value.size() == size) return value;
  fail(Errc::malformed);
  return {};
}

std::uint8_t TlvReader::u8(std::uint8_t tag) {
  const ByteView v = sized(tag, 1);
  return v.empty() ? std::uint8_t{0} : v[0];
}
std::uint16_t TlvReader::u16(std::uint8_t tag) {
  const ByteView v = sized(tag, 2);
  return v.empty() ? std::uint16_t{0} : load_u16(v, 0);
}
std::uint32_t TlvReader::u32(std::uint8_t tag) {
  const ByteView v = sized(tag, 4);
  return v.empty() ? 0U : load_u32(v, 0);
}
std::uint64_t TlvReader::u64(std::uint8_t tag) {
  const ByteView v = sized(tag, 8);
  return v.empty() ? 0U : load_u64(v, 0);
}

std::vector<ByteView> TlvReader::list(std::uint8_t tag, std::size_t items_max) {
  std::vector<ByteView> items;
  Field* field = find(tag);
  if (field == nullptr) return items;
  field->read = true;
  Reader in(field->value);
  while (!in.at_end()) {
    const ByteView item = in.take(in.u32());
    if (!in.ok()) {
      fail(Errc::truncated);
      return {};
    }
    if (items.size() == items_max) {
      fail(Errc::too_large);
      return {};
    }
    items.push_back(item);
  }
  return items;
}

Status TlvReader::finish() const {
  if (error_ != Errc::ok) return Error{error_, where_};
  for (std::size_t i = 0; i < count_; ++i) {
    // A critical field that nobody asked for comes from a newer version whose meaning we would miss.
    if (!fields_[i].read && fields_[i].tag % 2 == 0) return Error{Errc::unknown_version, where_};
  }
  return Status::good();
}

}  // namespace samplan
