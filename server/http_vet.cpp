#include "server/http_vet.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace samplan::server {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
bool is_token(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_value(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Old clients send one line end after a body; more is somebody buying time.
std::string_view without_leading_newline(std::string_view text) {
  return text.substr(0, 2) == line_end ? text.substr(2) : text;
}

// What may still become a method and a space.
bool starts_like_a_method(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') return i > 0;
    if (!is_upper(text[i]) || i >= 16) return false;
  }
  return true;
}

// Every LF follows a CR, every CR is followed by an LF, no NUL: the router and any proxy see the same lines
// as we.
bool has_clean_line_ends(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\0') return false;
    if (head[i] == '\n' && (i == 0 || head[i - 1] != '\r')) return false;
    if (head[i] == '\r' && (i + 1 == head.size() || head[i + 1] != '\n')) return false;
  }
  return true;
}

// A path of visible ASCII whose escapes are complete and hide no control character, slash or backslash.
bool is_good_target(std::string_view target) {
  if (target.empty() || target[0] != '/') return false;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const char c = target[i];
    if (c <= ' ' || c >= 0x7f || std::string_view("#\"<>\\^`{|}").find(c) != std::string_view::npos)
      return false;
    if (c != '%') continue;
    if (i + 2 >= target.size()) return false;
    const int high = hex_digit(target[i + 1]);
    const int low = hex_digit(target[i + 2]);
    if (high < 0 || low < 0) return false;
    const int value = high * 16 + low;
    if (value < 0x20 || value == 0x7f || value == '/' || value == '\\') return false;
  }
  return true;
}

// A name or address with an optional port. It is part of what a device signs, so nothing ambiguous passes.
bool is_good_host(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
}

struct RequestLine {
  std::string_view method;
  std::string_view target;
  bool is_http_1_1 = true;
};

std::variant<RequestLine, Refusal> vet_request_line(std::string_view line, const HttpLimits& limits) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return Refusal{400, "bad request line"};
  RequestLine out;
  out.method = line.substr(0, first);
  out.target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (out.target.size() > limits.target_bytes_max) return Refusal{414, "target too long"};
  if (out.method != "GET" && out.method != "HEAD" && out.method != "POST") {
    const bool is_word = !out.method.empty() && std::all_of(out.method.begin(), out.method.end(), is_token);
    return is_word ? Refusal{501, "method not implemented"} : Refusal{400, "bad method"};
  }
  if (version.substr(0, 5) != "HTTP/") return Refusal{400, "bad request line"};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return Refusal{505, "version not supported"};
  out.is_http_1_1 = version == "HTTP/1.1";
  if (!is_good_target(out.target)) return Refusal{400, "bad target"};
  return out;
}

// The lines that our routes read. A list of what passes cannot miss a line that some library gives a meaning.
constexpr std::array<std::string_view, 5> passed_on = {"host", "content-type", "accept-language",
                                                       "if-none-match", "origin"};

// What is learned from the header lines, one after the other.
struct Headers {
  std::string passed;
  std::array<bool, passed_on.size()> seen{};
  std::optional<std::size_t> content_length;
  bool has_host = false;
  bool wants_close = false;
};

std::optional<Refusal> take_content_length(std::string_view value, const HttpLimits& limits,
                                           Headers& headers) {
  if (headers.content_length) return Refusal{400, "content length twice"};
  if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit))
    return Refusal{400, "bad content length"};
  if (value.size() > 12) return Refusal{413, "body too large"};
  std::uint64_t length = 0;
  for (const char c : value) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  if (length > limits.body_bytes_max) return Refusal{413, "body too large"};
  headers.content_length = static_cast<std::size_t>(length);
  return std::nullopt;
}

std::optional<Refusal> take_header(std::string_view name, std::string_view value, const HttpLimits& limits,
                                   Headers& headers) {
  const std::string key = lower(name);
  if (key == "content-length") return take_content_length(value, limits, headers);
  if (key == "transfer-encoding") return Refusal{411, "length required"};
  if (key == "content-encoding" && lower(value) != "identity") return Refusal{415, "encoded body"};
  if (key == "expect") return Refusal{417, "expectation failed"};
  if (key == "connection") {
    headers.wants_close = headers.wants_close || lower(value).find("close") != std::string::npos;
    return std::nullopt;
  }
  const auto* const known = std::find(passed_on.begin(), passed_on.end(), key);
  if (known == passed_on.end()) return std::nullopt;
  bool& seen = headers.seen[static_cast<std::size_t>(known - passed_on.begin())];
  if (seen) return Refusal{400, "header twice"};
  seen = true;
  if (key == "host") {
    if (!is_good_host(value)) return Refusal{400, "bad host"};
    headers.has_host = true;
  }
  if (key == "content-type" && lower(value).find("multipart") != std::string::npos) {
    return Refusal{415, "multipart body"};
  }
  headers.passed.append(name).append(": ");
  // httplib 0.11.4 percent-decodes every value; an encoded percent sign arrives as what was sent.
  for (const char c : value) c == '%' ? headers.passed.append("%25") : headers.passed.append(1, c);
  headers.passed.append(line_end);
  return std::nullopt;
}

std::optional<Refusal> vet_header_line(std::string_view line, const HttpLimits& limits, Headers& headers) {
  if (line.size() > limits.header_line_bytes_max) return Refusal{431, "header line too long"};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return Refusal{400, "bad header"};
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = line.substr(colon + 1);
  // A folded line starts with a space and fails here too.
  if (!std::all_of(name.begin(), name.end(), is_token)) return Refusal{400, "bad header name"};
  if (!std::all_of(value.begin(), value.end(), is_value)) return Refusal{400, "bad header value"};
  return take_header(name, trimmed(value), limits, headers);
}

std::optional<Refusal> vet_body_rules(const RequestLine& line, const Headers& headers) {
  if (line.is_http_1_1 && !headers.has_host) return Refusal{400, "host missing"};
  if (line.method == "POST" && !headers.content_length) return Refusal{411, "length required"};
  if (line.method != "POST" && headers.content_length.value_or(0) > 0)
    return Refusal{400, "body not allowed"};
  return std::nullopt;
}

}  // namespace

HeadScan scan_head(std::string_view received, std::size_t seen_before, const HttpLimits& limits) {
  // An end may straddle what was seen and what is new; the two bytes of a leading line end are no part of it.
  const std::size_t lead = received.size() - without_leading_newline(received).size();
  const std::size_t from = std::max(lead, seen_before < 3 ? 0 : seen_before - 3);
  if (!starts_like_a_method(received.substr(lead, 17)) && received.substr(lead) != "\r") {
    return {0, Refusal{400, "bad request line"}};
  }
  const std::size_t end = received.find(head_end, from);
  if (end != std::string_view::npos && end + head_end.size() <= limits.head_bytes_max) {
    return {end + head_end.size(), std::nullopt};
  }
  const std::size_t newline = received.find('\n', lead);
  if (newline == std::string_view::npos && received.size() > limits.target_bytes_max + 64) {
    return {0, Refusal{414, "target too long"}};
  }
  if (received.size() > limits.head_bytes_max) return {0, Refusal{431, "head too large"}};
  if (newline != std::string_view::npos && received[newline - 1] != '\r')
    return {0, Refusal{400, "bare line feed"}};
  return {};
}

std::variant<VettedHead, Refusal> vet_head(std::string_view head, bool is_last, const HttpLimits& limits) {
  head = without_leading_newline(head);
  if (!has_clean_line_ends(head)) return Refusal{400, "bad line end"};
  const std::size_t first_end = head.find(line_end);
  if (first_end == std::string_view::npos) return Refusal{400, "bad request line"};
  const auto vetted_line = vet_request_line(head.substr(0, first_end), limits);
  if (const auto* refusal = std::get_if<Refusal>(&vetted_line)) return *refusal;
  const RequestLine& line = *std::get_if<RequestLine>(&vetted_line);

  Headers headers;
  std::size_t lines = 0;
  for (std::size_t at = first_end + 2; at < head.size();) {
    const std::size_t end = head.find(line_end, at);
    if (end == at || end == std::string_view::npos) break;
    if (++lines > limits.header_lines_max) return Refusal{431, "too many header lines"};
    if (const auto refusal = vet_header_line(head.substr(at, end - at), limits, headers)) return *refusal;
    at = end + 2;
  }
  if (const auto refusal = vet_body_rules(line, headers)) return *refusal;

  VettedHead out;
  out.body_bytes = headers.content_length.value_or(0);
  out.keep_alive = line.is_http_1_1 && !headers.wants_close && !is_last;
  out.text.append(head.substr(0, first_end)).append(line_end).append(headers.passed);
  if (line.method == "POST")
    out.text.append("Content-Length: ").append(std::to_string(out.body_bytes)).append(line_end);
  if (!out.keep_alive) out.text.append("Connection: close\r\n");
  out.text.append(line_end);
  return out;
}

}  // namespace samplan::server
