#include "server/http_vet.h"

#include <catch2/catch.hpp>
#include <string>

using namespace samplan::server;

namespace {

const HttpLimits limits;

int status_of_head(const std::string& head) {
  const auto vetted = vet_head(head, false, limits);
  const auto* refusal = std::get_if<Refusal>(&vetted);
  return refusal != nullptr ? refusal->status : 200;
}
int status_with(const std::string& lines) {
  return status_of_head("POST /v1/sync HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n");
}
int status_with_length(const std::string& lines) { return status_with("Content-Length: 3\r\n" + lines); }

VettedHead accepted(const std::string& head, bool is_last = false) {
  auto vetted = vet_head(head, is_last, limits);
  const auto* out = std::get_if<VettedHead>(&vetted);
  REQUIRE(out != nullptr);
  return *out;
}

int scanned(const std::string& received, std::size_t seen = 0) {
  const HeadScan scan = scan_head(received, seen, limits);
  return scan.refusal ? scan.refusal->status : static_cast<int>(scan.head_bytes);
}

}  // namespace

TEST_CASE("vet: a plain request passes with the lines that are known and no others", "[http]") {
  const VettedHead head = accepted(
      "POST /v1/sync HTTP/1.1\r\nHost: plan.example.no:8443\r\nContent-Type: application/octet-stream\r\n"
      "Content-Length: 12\r\nUser-Agent: x\r\nCookie: a=b\r\nX-Anything: 1\r\n\r\n");
  CHECK(head.text ==
        "POST /v1/sync HTTP/1.1\r\nHost: plan.example.no:8443\r\nContent-Type: application/octet-stream\r\n"
        "Content-Length: 12\r\n\r\n");
  CHECK(head.body_bytes == 12);
  CHECK(head.keep_alive);
}

TEST_CASE("vet: what could make the library behind spend memory or believe a client is dropped", "[http]") {
  for (const char* line :
       {"Range: bytes=0-0,1-1,2-2", "If-Range: x", "Accept-Encoding: gzip, br", "Upgrade: h2c",
        "REMOTE_ADDR: 10.0.0.1", "Remote_Port: 1", "LOCAL_ADDR: 10.0.0.1", "X_Under: 1",
        "X-Forwarded-For: 10.0.0.1", "Forwarded: for=10.0.0.1", "EXCEPTION_WHAT: x"}) {
    INFO(line);
    const VettedHead head = accepted("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(line) + "\r\n\r\n");
    CHECK(head.text == "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  }
}

TEST_CASE("vet: a percent sign in a header value is made harmless", "[http]") {
  const VettedHead head = accepted("GET / HTTP/1.1\r\nHost: a\r\nOrigin: x%0d%0aHost: evil\r\n\r\n");
  CHECK(head.text == "GET / HTTP/1.1\r\nHost: a\r\nOrigin: x%250d%250aHost: evil\r\n\r\n");
}

TEST_CASE("vet: the length of a body is one plain number or the request ends here", "[http]") {
  CHECK(status_with_length("") == 200);
  CHECK(status_with("") == 411);
  CHECK(status_with("Transfer-Encoding: chunked\r\n") == 411);
  CHECK(status_with_length("Transfer-Encoding: chunked\r\n") == 411);
  CHECK(status_with_length("transfer-encoding: identity\r\n") == 411);
  CHECK(status_with_length("Content-Length: 3\r\n") == 400);
  CHECK(status_with_length("content-length: 4\r\n") == 400);
  for (const char* value : {"-1", "+3", "3, 3", "0x3", "3.0", "", "three", "3 3", "\xd9\xa3"}) {
    INFO(value);
    CHECK(status_with("Content-Length: " + std::string(value) + "\r\n") == 400);
  }
  CHECK(status_with("Content-Length: " + std::to_string(limits.body_bytes_max) + "\r\n") == 200);
  CHECK(status_with("Content-Length: " + std::to_string(limits.body_bytes_max + 1) + "\r\n") == 413);
  CHECK(status_with("Content-Length: 18446744073709551617\r\n") == 413);
  CHECK(status_of_head("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n") == 400);
  CHECK(status_of_head("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n") == 200);
}

TEST_CASE("vet: bodies that would have to be unpacked are refused", "[http]") {
  CHECK(status_with_length("Content-Encoding: gzip\r\n") == 415);
  CHECK(status_with_length("Content-Encoding: br\r\n") == 415);
  CHECK(status_with_length("Content-Encoding: GZIP\r\n") == 415);
  CHECK(status_with_length("Content-Encoding: identity\r\n") == 200);
  CHECK(status_with_length("Content-Type: multipart/form-data; boundary=x\r\n") == 415);
  CHECK(status_with_length("Expect: 100-continue\r\n") == 417);
}

TEST_CASE("vet: there is exactly one Host and it is a plain name or address", "[http]") {
  CHECK(status_of_head("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(status_of_head("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
  CHECK(status_of_head("GET / HTTP/1.0\r\n\r\n") == 200);
  CHECK(status_of_head("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n") == 400);
  for (const char* host : {"", "a b", "a/b", "a@b", "a%41", "a,b", "a\xc3\xa5"}) {
    INFO(host);
    CHECK(status_of_head("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == 400);
  }
  CHECK(status_of_head("GET / HTTP/1.1\r\nHost: " + std::string(256, 'a') + "\r\n\r\n") == 400);
  CHECK(status_of_head("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n") == 200);
}

TEST_CASE("vet: lax syntax is refused", "[http]") {
  const std::string host = "Host: a\r\n\r\n";
  for (const std::string& head : {"GET / HTTP/1.1\nHost: a\n\n" + host,
                                  "GET / HTTP/1.1\r\nX: a\nY: b\r\n" + host,
                                  "GET / HTTP/1.1\r\nX: a\rY: b\r\n" + host,
                                  "GET / HTTP/1.1\r\nX: a\r\n folded\r\n" + host,
                                  "GET / HTTP/1.1\r\nX: a\r\n\tfolded\r\n" + host,
                                  "GET / HTTP/1.1\r\n folded first\r\n" + host,
                                  "GET / HTTP/1.1\r\nX : a\r\n" + host,
                                  "GET / HTTP/1.1\r\nno colon\r\n" + host,
                                  "GET / HTTP/1.1\r\n: no name\r\n" + host,
                                  "GET / HTTP/1.1\r\nX(: a\r\n" + host,
                                  "GET / HTTP/1.1\r\nX: a\x01\r\n" + host,
                                  "GET / HTTP/1.1\r\nX: a\x7f\r\n" + host,
                                  std::string("GET / HTTP/1.1\r\nX: a\0b\r\n", 25) + host,
                                  "GET  / HTTP/1.1\r\n" + host,
                                  "GET / HTTP/1.1 \r\n" + host,
                                  "GET /\r\n" + host,
                                  "GET\r\n" + host,
                                  " GET / HTTP/1.1\r\n" + host,
                                  "GET / http/1.1\r\n" + host,
                                  "GET\t/ HTTP/1.1\r\n" + host}) {
    INFO(head);
    CHECK(status_of_head(head) == 400);
  }
}

TEST_CASE("vet: only paths of visible ASCII with honest escapes pass", "[http]") {
  const auto target = [](const std::string& text) {
    return status_of_head("GET " + text + " HTTP/1.1\r\nHost: a\r\n\r\n");
  };
  for (const char* good : {"/", "/v1/sync", "/a?b=c&d=%C3%A5", "/%41"}) {
    INFO(good);
    CHECK(target(good) == 200);
  }
  for (const char* bad : {"*", "v1", "http://a/", "/a#b", "/%", "/%4", "/%zz", "/%00", "/%0a", "/%0D", "/%2f",
                          "/%5C", "/%7f", "/\xc3\xa5", "/a\\b", "/<x>", "/\"", "/\x7f"}) {
    INFO(bad);
    CHECK(target(bad) == 400);
  }
  CHECK(target("/" + std::string(limits.target_bytes_max - 1, 'a')) == 200);
  CHECK(target("/" + std::string(limits.target_bytes_max, 'a')) == 414);
}

TEST_CASE("vet: methods and versions that we do not speak get the status that says so", "[http]") {
  for (const char* method : {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "get"}) {
    INFO(method);
    CHECK(status_of_head(std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n") == 501);
  }
  CHECK(status_of_head("G(T / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(status_of_head("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
  CHECK(status_of_head("GET / HTTP/1.10\r\nHost: a\r\n\r\n") == 505);
}

TEST_CASE("vet: one header line more, or one byte more, than the bound is refused", "[http]") {
  std::string lines;
  for (std::size_t i = 0; i + 1 < limits.header_lines_max; ++i) lines += "X: y\r\n";
  CHECK(status_of_head("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n") == 200);
  CHECK(status_of_head("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n" + lines + "\r\n") == 431);
  const std::string value(limits.header_line_bytes_max - 3, 'y');
  CHECK(status_of_head("GET / HTTP/1.1\r\nHost: a\r\nX: " + value + "\r\n\r\n") == 200);
  CHECK(status_of_head("GET / HTTP/1.1\r\nHost: a\r\nX: y" + value + "\r\n\r\n") == 431);
}

TEST_CASE("vet: the connection ends when the client, its version or the server says so", "[http]") {
  CHECK_FALSE(accepted("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").keep_alive);
  CHECK_FALSE(accepted("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close, x\r\n\r\n").keep_alive);
  CHECK_FALSE(accepted("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n").keep_alive);
  CHECK(accepted("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\r\n").keep_alive);
  const VettedHead last = accepted("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true);
  CHECK_FALSE(last.keep_alive);
  CHECK(last.text == "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
}

TEST_CASE("vet: the end of a head is found however its bytes arrive", "[http]") {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t cut = 0; cut < head.size(); ++cut) {
    INFO(cut);
    CHECK(scanned(head.substr(0, cut)) == 0);
    CHECK(scanned(head + "next", cut) == static_cast<int>(head.size()));
  }
  CHECK(scanned("\r\n" + head) == static_cast<int>(head.size() + 2));
  CHECK(accepted("\r\n" + head).text == head);
}

TEST_CASE("vet: what cannot become a head is refused before its end", "[http]") {
  CHECK(scanned("\r\n\r\n") == 400);
  CHECK(scanned("\n") == 400);
  CHECK(scanned("\x16\x03\x01") == 400);  // a TLS client that took the wrong port
  CHECK(scanned("get ") == 400);
  CHECK(scanned(" ") == 400);
  CHECK(scanned("ABCDEFGHIJKLMNOPQ") == 400);
  CHECK(scanned("GET / HTTP/1.1\n") == 400);
  CHECK(scanned("GET /" + std::string(limits.target_bytes_max + 100, 'a')) == 414);
  CHECK(scanned("GET / HTTP/1.1\r\nX: " + std::string(limits.head_bytes_max, 'a')) == 431);
  const std::string start = "GET / HTTP/1.1\r\nX: ";
  const std::string fill(limits.head_bytes_max - start.size() - 4, 'a');
  CHECK(scanned(start + fill + "\r\n\r\n") == static_cast<int>(limits.head_bytes_max));
  CHECK(scanned(start + fill + "a\r\n\r\n") == 431);
}
