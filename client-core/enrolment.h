// A new device of a person: what its code holds, and what the two devices say to each other at the server's meeting
// place. Pure: bytes and derivations, no step of the conversation (client-core/new_device, client-core/old_device).
//
//   code     SERVER_URL "/#/ny-enhet/" hex(version u8 (1) | keys 32 | secret 16)
//   keys     H("samplan/enrol-keys/1", sign key || box key) of the new device
//   box      H("samplan/enrol-box/1", secret), the place on the server
//   message  sealed under H("samplan/enrol-new/1" or "samplan/enrol-old/1", secret), by the side that speaks; what the old
//            device says is sealed to the new one's box key inside that
//   words    four words of H("samplan/enrol-words/1", secret || keys || person || old device || server key)
//
// The code shows the new device's keys, so nobody can put others in their place. It does not show the old device: that
// the two who met are the two on the table is what the words are compared for.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/box.h"
#include "sync/wire/meet.h"

namespace samplan {

struct EnrolmentCode {
  std::string server_url;
  Hash keys;
  std::array<std::uint8_t, 16> secret{};
  MeetBoxId box() const;
};

std::string write_enrolment_code(const EnrolmentCode& code);
// errors: malformed, unknown_version, too_large.
Result<EnrolmentCode> parse_enrolment_code(std::string_view link);

Hash enrolment_keys(const SignPublicKey& sign_key, const BoxPublicKey& box_key);

// The new device's first word.
struct EnrolmentHello {
  SignPublicKey sign_key;
  BoxPublicKey box_key;
  std::string name;  // of the device, as its user calls it
};
// The old device's answer.
struct EnrolmentOffer {
  PrincipalId person;
  DeviceId device;  // the one that answers
  std::string name;  // of the person
  SignPublicKey server_key;
};
// The new device's second: it holds its keys and has seen whom it joins.
struct EnrolmentProof {
  Signature joins;
  Hash words;
};
// The old device's last, after the person has confirmed and the server has the record. In several parts.
struct EnrolmentGrant {
  std::vector<Bytes> identity;                             // the person's whole log, the new device in it
  std::vector<std::pair<DeviceId, std::string>> devices;   // names of devices
  std::vector<std::pair<PrincipalId, std::string>> units;  // names of the person's service units
};

Hash enrolment_words(const EnrolmentCode& code, const EnrolmentOffer& offer);

Bytes seal_hello(const EnrolmentCode& code, const EnrolmentHello& hello, Entropy& entropy);
Bytes seal_proof(const EnrolmentCode& code, const EnrolmentProof& proof, Entropy& entropy);
Bytes seal_offer(const EnrolmentCode& code, const BoxPublicKey& to, const EnrolmentOffer& offer, Entropy& entropy);
// errors: too_large (more than a meeting can carry).
Result<std::vector<Bytes>> seal_grant(const EnrolmentCode& code, const BoxPublicKey& to, const EnrolmentGrant& grant,
                                      Entropy& entropy);

// What lies in the box, opened as far as the secret goes. errors: forged (not by anyone who has the code), malformed.
struct EnrolmentMessage {
  enum class Step : std::uint8_t { hello = 1, offer = 2, proof = 3, grant = 4 };
  Step step = Step::hello;
  Bytes content;  // of offer and grant: sealed to the new device
};
Result<EnrolmentMessage> open_message(const EnrolmentCode& code, ByteView sealed);

// errors: malformed, not_utf8; forged (hello: not the keys that the code shows), cannot_open.
Result<EnrolmentHello> read_hello(const EnrolmentCode& code, ByteView content);
Result<EnrolmentProof> read_proof(ByteView content);
Result<EnrolmentOffer> read_offer(const crypto::BoxKeyPair& own, ByteView content);
struct GrantPart {
  std::uint8_t part = 0;
  std::uint8_t parts = 0;
  Bytes bytes;
};
Result<GrantPart> read_grant_part(const crypto::BoxKeyPair& own, ByteView content);
Result<EnrolmentGrant> read_grant(ByteView joined);

}  // namespace samplan
