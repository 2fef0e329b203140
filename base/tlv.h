// Strict tag-length-value structures: how the bodies of records and sync messages are written.
//
//   structure = field*                    field = tag u8 | length u32 | value
//   list      = item*  (inside a value)   item  = length u32 | value
//
// Tags ascend strictly, so there is one encoding of a structure and no field twice. An even tag is critical: a
// reader that does not know it refuses the structure. An odd tag may be skipped. No recursion: a nested structure is
// parsed by a reader of its own, so depth is bounded by the code, not by the input.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/result.h"

namespace samplan {

class TlvWriter {
 public:
  // Tags must ascend; a programming error otherwise (SP_CHECK).
  TlvWriter& bytes(std::uint8_t tag, ByteView value);
  TlvWriter& u8(std::uint8_t tag, std::uint8_t value);
  TlvWriter& u16(std::uint8_t tag, std::uint16_t value);
  TlvWriter& u32(std::uint8_t tag, std::uint32_t value);
  TlvWriter& u64(std::uint8_t tag, std::uint64_t value);
  TlvWriter& list(std::uint8_t tag, const std::vector<Bytes>& items);
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
  int last_tag_ = -1;
};

// Reads a structure whose fields are asked for by ascending tag. The first failure is kept; `finish` reports it and
// refuses unknown critical fields. Values not asked for with an odd tag are skipped.
class TlvReader {
 public:
  // `where` names the structure in errors.
  TlvReader(ByteView bytes, const char* where);

  bool has(std::uint8_t tag) const;
  // Required fields: absent or of the wrong length is an error, and the value returned is zero or empty.
  ByteView bytes(std::uint8_t tag);
  std::uint8_t u8(std::uint8_t tag);
  std::uint16_t u16(std::uint8_t tag);
  std::uint32_t u32(std::uint8_t tag);
  std::uint64_t u64(std::uint8_t tag);
  template <class IdType>
  IdType id(std::uint8_t tag) {
    const ByteView v = sized(tag, IdType::size);
    return IdType::from(v);
  }
  // Items of a list field; an absent field is an empty list. At most `items_max`.
  std::vector<ByteView> list(std::uint8_t tag, std::size_t items_max = limits::list_items_max);
  void fail(Errc code = Errc::malformed);
  // Good if everything asked for was there and nothing critical remains unread.
  Status finish() const;

 private:
  ByteView sized(std::uint8_t tag, std::size_t size);
  struct Field {
    std::uint8_t tag;
    bool read;
    ByteView value;
  };
  Field* find(std::uint8_t tag);
  const char* where_;
  Errc error_ = Errc::ok;
  std::size_t count_ = 0;
  std::array<Field, limits::tlv_fields_max> fields_{};
};

}  // namespace samplan
