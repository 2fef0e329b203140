// Identifiers as types of their own, so that a plan id cannot be passed where a device id is wanted.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace samplan {

template <class Tag, std::size_t N>
struct Id {
  static constexpr std::size_t size = N;
  std::array<std::uint8_t, N> bytes{};

  // The view must be exactly N bytes long; the caller has checked.
  static Id from(ByteView v) {
    Id id;
    if (v.size() == N) std::memcpy(id.bytes.data(), v.data(), N);
    return id;
  }
  // Hexadecimal of exactly 2N digits, or nothing.
  static std::optional<Id> parse(std::string_view hex) {
    if (hex.size() != 2 * N) return std::nullopt;
    const auto raw = from_hex(hex);
    if (!raw.ok()) return std::nullopt;
    return from(*raw);
  }
  ByteView view() const { return bytes; }
  std::string hex() const { return to_hex(bytes); }
  bool is_zero() const {
    for (const std::uint8_t b : bytes)
      if (b != 0) return false;
    return true;
  }
  friend bool operator==(const Id& a, const Id& b) { return a.bytes == b.bytes; }
  friend bool operator!=(const Id& a, const Id& b) { return !(a == b); }
  friend bool operator<(const Id& a, const Id& b) { return std::memcmp(a.bytes.data(), b.bytes.data(), N) < 0; }
};

using Hash = Id<struct HashTag, 32>;
using PlanId = Id<struct PlanTag, 32>;            // hash of the plan's first governance record
using PrincipalId = Id<struct PrincipalTag, 32>;  // a person or a service unit: hash of its first identity record
using DeviceId = Id<struct DeviceTag, 16>;        // first 16 bytes of the hash of its two public keys
using EntityId = Id<struct EntityTag, 16>;        // a record of a plan: goal, measure, note ...
using BoxId = Id<struct BoxTag, 16>;              // a mailbox on the server
using SignPublicKey = Id<struct SignPkTag, 32>;   // Ed25519
using BoxPublicKey = Id<struct BoxPkTag, 32>;     // X25519
using Signature = Id<struct SignatureTag, 64>;    // Ed25519

// The number of a section inside a plan; the list stands in sync/log/sections.h.
using SectionId = std::uint16_t;

// One operation, for ever: the device that made it and that device's own counter, starting at 1.
struct OpId {
  DeviceId device;
  std::uint64_t counter = 0;
  friend bool operator==(const OpId& a, const OpId& b) { return a.counter == b.counter && a.device == b.device; }
  friend bool operator!=(const OpId& a, const OpId& b) { return !(a == b); }
  friend bool operator<(const OpId& a, const OpId& b) {
    return a.device != b.device ? a.device < b.device : a.counter < b.counter;
  }
};

}  // namespace samplan

template <class Tag, std::size_t N>
struct std::hash<samplan::Id<Tag, N>> {
  // Ids are outputs of a cryptographic hash or of a random generator: the first bytes are already well mixed.
  std::size_t operator()(const samplan::Id<Tag, N>& id) const noexcept {
    std::size_t h = 0;
    std::memcpy(&h, id.bytes.data(), sizeof h);
    return h;
  }
};

template <>
struct std::hash<samplan::OpId> {
  std::size_t operator()(const samplan::OpId& id) const noexcept {
    return std::hash<samplan::DeviceId>{}(id.device) ^ (static_cast<std::size_t>(id.counter) * 0x9e3779b9U);
  }
};
