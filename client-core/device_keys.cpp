#include "client-core/device_keys.h"

#include "crypto/aead.h"

namespace samplan {
namespace {

constexpr std::string_view magic = "SPK1";
constexpr std::string_view purpose = "samplan/key-file/1";
constexpr std::size_t head_bytes = 4 + 4 + 4 + crypto::salt_bytes;
constexpr std::uint32_t memory_kib_max = 1U << 20;  // 1 GiB; more would stop a phone, and only an attacker writes it
constexpr std::uint32_t passes_max = 16;

}  // namespace

DeviceKeys DeviceKeys::create(Entropy& entropy) {
  return {crypto::new_sign_key_pair(entropy), crypto::new_box_key_pair(entropy), crypto::Secret32::random(entropy)};
}

Result<Bytes> seal_device_keys(const DeviceKeys& keys, std::string_view passphrase, const crypto::KdfCost& cost,
                               Entropy& entropy) {
  Bytes out;
  append(out, ByteView::of(magic));
  append_u32(out, cost.passes);
  append_u32(out, cost.memory_kib);
  std::array<std::uint8_t, crypto::salt_bytes> salt{};
  entropy.fill(salt.data(), salt.size());
  append(out, salt);
  SP_TRY(const crypto::Secret32 key, crypto::passphrase_key(passphrase, salt, cost));
  Bytes plain;
  append(plain, keys.sign.seed.view());
  append(plain, keys.box.secret.view());
  append(plain, keys.store.view());
  append(out, crypto::seal_local(key, purpose, Bytes(out), plain, entropy));
  crypto::wipe(plain);
  return out;
}

Result<DeviceKeys> open_device_keys(ByteView file, std::string_view passphrase, const crypto::KdfCost& least) {
  if (file.size() < head_bytes) return Error{Errc::truncated, "key_file"};
  Reader in(file);
  if (in.take(4).text() != magic) return Error{Errc::unknown_version, "key_file"};
  crypto::KdfCost cost;
  cost.passes = in.u32();
  cost.memory_kib = in.u32();
  if (cost.passes < least.passes || cost.memory_kib < least.memory_kib || cost.passes > passes_max ||
      cost.memory_kib > memory_kib_max)
    return Error{Errc::malformed, "key_file.cost", "Nøkkelfilen er endret eller skadet."};
  const ByteView salt = in.take(crypto::salt_bytes);
  SP_TRY(const crypto::Secret32 key, crypto::passphrase_key(passphrase, salt, cost));
  auto plain = crypto::open_local(key, purpose, file.sub(0, head_bytes), in.rest());
  if (!plain.ok()) return Error{Errc::wrong_passphrase, "key_file", "Feil passord eller PIN."};
  if (plain->size() != 96) return Error{Errc::malformed, "key_file"};
  const ByteView p(*plain);
  DeviceKeys keys{crypto::sign_key_pair(crypto::Secret32::from(p.sub(0, 32))),
                  crypto::box_key_pair_of_secret(crypto::Secret32::from(p.sub(32, 32))),
                  crypto::Secret32::from(p.sub(64, 32))};
  crypto::wipe(*plain);
  return keys;
}

}  // namespace samplan
