// The answers that the guard gives itself, without the router: short, fixed, and always the last on their
// connection.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/http_vet.h"

namespace samplan::server {

struct HeaderLine {
  const char* name;
  const char* value;
};

// On every reply of the server, whoever makes it: nothing is cached, sniffed, framed or run.
inline constexpr std::array<HeaderLine, 5> security_headers = {{
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
}};

// When a bound of the server as a whole is reached.
inline constexpr Refusal busy_refusal{503, "busy"};

// A whole answer with a JSON body {"error": reason}. Status 503 also says when to come back.
std::string refusal_answer(const Refusal& refusal, std::int64_t retry_after_s);

// The status of an answer, or 0 if the text does not start like one. For counters and logs.
int status_of(std::string_view answer);

}  // namespace samplan::server
