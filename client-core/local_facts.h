// Small facts that this device keeps about itself and its server, as sealed items with fixed names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client-core/context.h"

namespace samplan {

namespace fact {
inline constexpr std::string_view person = "person";              // PrincipalId of this device's person
inline constexpr std::string_view name = "name";                  // what the person is called
inline constexpr std::string_view server_url = "server_url";
inline constexpr std::string_view server_key = "server_key";      // pinned at first contact
inline constexpr std::string_view cursor_token = "cursor_token";  // absent: send complete cursors
inline constexpr std::string_view nonce = "nonce";
inline constexpr std::string_view generation = "generation";
inline constexpr std::string_view mail_seen = "mail_seen";
inline constexpr std::string_view enrolment_code = "enrolment_code";
inline constexpr std::string_view enrolment_box = "enrolment_box";
inline constexpr std::string_view last_sync_ms = "last_sync_ms";
inline constexpr std::string_view checkpoint = "checkpoint";      // the newest one verified here (proof_run)
inline constexpr std::string_view vouch = "vouch";                // an organisation's statement about this device
inline constexpr std::string_view server_ahead_ms = "server_ahead_ms";  // server's clock minus ours, as last seen
}  // namespace fact

Result<std::optional<Bytes>> get_fact(Context& ctx, std::string_view name);
Status set_fact(Context& ctx, std::string_view name, ByteView value);
Status clear_fact(Context& ctx, std::string_view name);
Result<std::string> text_fact(Context& ctx, std::string_view name);           // empty if absent
Result<std::uint64_t> number_fact(Context& ctx, std::string_view name);       // 0 if absent
Status set_number_fact(Context& ctx, std::string_view name, std::uint64_t value);

}  // namespace samplan
