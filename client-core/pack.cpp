#include "client-core/pack.h"

#include <zlib.h>

#include <algorithm>

#include "base/check.h"

namespace samplan {
namespace {

constexpr std::uint8_t plain_form = 0;
constexpr std::uint8_t zlib_form = 1;
// Below this a stream's own overhead eats what it saves.
constexpr std::size_t worth_trying_bytes = 64;

}  // namespace

Bytes pack(ByteView plain) {
  if (plain.size() >= worth_trying_bytes) {
    Bytes out(5 + compressBound(static_cast<uLong>(plain.size())));
    uLongf size = static_cast<uLongf>(out.size() - 5);
    const int code = compress2(out.data() + 5, &size, plain.data(), static_cast<uLong>(plain.size()), 6);
    SP_CHECK(code == Z_OK);
    if (size + 5 < plain.size() + 1) {
      Bytes head{zlib_form};
      append_u32(head, static_cast<std::uint32_t>(plain.size()));
      std::copy(head.begin(), head.end(), out.begin());
      out.resize(size + 5);
      return out;
    }
  }
  Bytes out{plain_form};
  append(out, plain);
  return out;
}

Result<Bytes> unpack(ByteView packed, std::size_t bytes_max) {
  Reader in(packed);
  const std::uint8_t form = in.u8();
  if (!in.ok()) return Error{Errc::truncated, "unpack"};
  if (form == plain_form) {
    const ByteView plain = packed.sub(1, packed.size() - 1);
    if (plain.size() > bytes_max) return Error{Errc::too_large, "unpack"};
    return plain.copy();
  }
  if (form != zlib_form) return Error{Errc::unknown_version, "unpack"};
  const std::size_t size = in.u32();
  if (!in.ok()) return Error{Errc::truncated, "unpack"};
  if (size > bytes_max) return Error{Errc::too_large, "unpack"};
  const ByteView stream = packed.sub(5, packed.size() - 5);
  // A stream cannot expand more than 1032 times (zlib's own bound): no large buffer for a few bytes that claim much.
  if (size / 1032 > stream.size()) return Error{Errc::malformed, "unpack"};
  Bytes out(size);
  uLongf written = static_cast<uLongf>(size);
  uLong read = static_cast<uLong>(stream.size());
  std::uint8_t nothing = 0;
  const int code = uncompress2(size == 0 ? &nothing : out.data(), &written, stream.data(), &read);
  if (code != Z_OK || written != size || read != stream.size()) return Error{Errc::malformed, "unpack"};
  return out;
}

Result<crypto::Sealed> seal_content(const crypto::SectionKey& key, ByteView header144, ByteView plain,
                                    Entropy& entropy) {
  return crypto::seal(key, header144, pack(plain), entropy);
}

Result<Bytes> open_content(const crypto::SectionKey& key, const Envelope& envelope) {
  SP_TRY(const Bytes packed, crypto::open(key, envelope.header172, envelope.ciphertext));
  const bool whole_section = envelope.header.kind == EnvelopeKind::snapshot;
  return unpack(packed, whole_section ? snapshot_plain_bytes_max : batch_plain_bytes_max);
}

}  // namespace samplan
