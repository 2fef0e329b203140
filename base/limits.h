// Every bound of the system in one place, with unit and reason. A test goes one past each.
#pragma once

#include <cstddef>
#include <cstdint>

namespace samplan::limits {

// Records and envelopes.
inline constexpr std::size_t envelope_ciphertext_bytes_max = 1U << 20;   // a day of typing is 100 times less
inline constexpr std::size_t record_body_bytes_max = 256U << 10;         // 64 participants x 16 sections of recipients
inline constexpr std::size_t wraps_bytes_max = 1U << 20;                 // all key wraps that travel with one record
inline constexpr std::size_t identity_body_bytes_max = 64U << 10;
inline constexpr std::size_t tlv_fields_max = 64;                        // fields of one structure
inline constexpr std::size_t list_items_max = 4096;                      // items of one list, before any allocation

// People and plans.
inline constexpr std::size_t participants_max = 64;       // the largest care teams known have about thirty
inline constexpr std::size_t sections_max = 32;
inline constexpr std::size_t devices_max = 32;            // per person, revoked ones included
inline constexpr std::size_t members_max = 1024;          // per service unit, former ones included
inline constexpr std::size_t governance_records_max = 65'536;  // per plan

// Content.
inline constexpr std::size_t ops_per_batch_max = 4096;
inline constexpr std::size_t text_bytes_max = 64U << 10;  // one field
inline constexpr std::size_t overwrites_max = 64;         // values that one operation replaces

// Sync.
inline constexpr std::size_t request_bytes_max = 4U << 20;
inline constexpr std::size_t reply_bytes_max = 8U << 20;      // what a client accepts from a server
inline constexpr std::size_t reply_bytes_target = 2U << 20;   // what the server aims at before it says "more"
inline constexpr std::size_t plans_per_request_max = 1024;
inline constexpr std::size_t attestations_offered_max = 8;    // with one snapshot; two decide
inline constexpr std::size_t mail_bytes_max = 256U << 10;     // one sealed letter (join request, hand-over)
inline constexpr std::size_t mail_items_max = 16;             // waiting in one box
inline constexpr std::size_t own_logs_max = 128;              // a person and its units
inline constexpr std::size_t meet_message_bytes_max = 4096;   // one message between two devices that meet
inline constexpr std::size_t meet_messages_max = 16;          // of one meeting; an identity log takes several
inline constexpr std::size_t id_token_bytes_max = 16U << 10;  // a provider's word on who signed in; those known have 2 KB
inline constexpr std::size_t vouch_records_max = 128;         // of the person's log, with one request to be vouched for
inline constexpr std::size_t vouch_bytes_max = 8U << 10;      // a statement: two ids, three short texts, a signature
inline constexpr std::uint16_t meet_slots = 1000;             // three digits of a code told by telephone

// Text from people and files.
inline constexpr std::size_t command_bytes_max = 1U << 20;    // one line of JSON
inline constexpr std::size_t json_depth_max = 32;             // nlohmann/json recurses; beyond this it is refused
inline constexpr std::size_t json_values_max = 2'000'000;     // per document (a large FHIR bundle has 60 000)
inline constexpr std::size_t fhir_bytes_max = 64U << 20;      // the largest known patient bundle is 20 MB
inline constexpr std::size_t name_bytes_max = 1024;

}  // namespace samplan::limits
