// The port to which a browser comes back after a sign-in.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "client-core/native/redirect_listener.h"

using namespace samplan;
using namespace samplan::native;

namespace {

std::uint16_t port_of(const RedirectListener& listener) {
  const std::string uri = listener.uri();
  return static_cast<std::uint16_t>(std::stoi(uri.substr(uri.rfind(':') + 1)));
}

// Sends these bytes on a connection of its own; what comes back.
std::string visit(std::uint16_t port, const std::string& bytes) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string out;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) {
    (void)::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    (void)::shutdown(fd, SHUT_WR);
    char part[1024];
    for (ssize_t got = 0; (got = ::recv(fd, part, sizeof part, 0)) > 0;)
      out.append(part, static_cast<std::size_t>(got));
  }
  ::close(fd);
  return out;
}

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
}

}  // namespace

TEST_CASE("after a sign-in only an answer with the right state counts") {
  auto listener = RedirectListener::open();
  REQUIRE(listener.ok());
  CHECK(listener->uri().rfind("http://127.0.0.1:", 0) == 0);
  const std::uint16_t port = port_of(*listener);
  std::vector<std::string> answers;
  std::thread browser([&] {
    for (const std::string& bytes :
         {get("/favicon.ico"), get("/samplan"), get("/samplan?code=x"), get("/samplan?code=x&state=other"),
          get("/samplan?code=x&state=s%21&state=s%21"), get("/samplan?code=x&state=%zz"),
          get("/?code=x&state=s%21"), std::string("POST /samplan?code=x&state=s%21 HTTP/1.1\r\n\r\n"),
          std::string("\x16\x03\x01"), std::string(), get("/samplan?code=" + std::string(20'000, 'x')),
          get("/samplan?state=s%21&code=a%2Fb+c&iss=https%3A%2F%2Fi")})
      answers.push_back(visit(port, bytes));
  });
  const auto answer = listener->wait("s!", 20'000);
  browser.join();
  REQUIRE(answer.ok());
  CHECK(answer->code == "a/b c");
  CHECK(answer->issuer == "https://i");
  CHECK(answer->error.empty());
  REQUIRE(answers.size() == 12);
  CHECK(answers[0].rfind("HTTP/1.1 404", 0) == 0);
  CHECK(answers[3].rfind("HTTP/1.1 404", 0) == 0);
  CHECK(answers.back().rfind("HTTP/1.1 200", 0) == 0);
  CHECK(answers.back().find("Du er logget inn") != std::string::npos);
}

TEST_CASE("after a sign-in that was refused there is no code, and after none the wait ends") {
  auto listener = RedirectListener::open();
  REQUIRE(listener.ok());
  CHECK(listener->wait("s", 50).code() == Errc::try_later);
  const std::uint16_t port = port_of(*listener);
  std::string said;
  std::thread browser([&] { said = visit(port, get("/samplan?error=access_denied&state=s")); });
  const auto answer = listener->wait("s", 20'000);
  browser.join();
  REQUIRE(answer.ok());
  CHECK(answer->code.empty());
  CHECK(answer->error == "access_denied");
  CHECK(said.find("ikke fullført") != std::string::npos);
  // Without a state nothing at all is taken.
  std::thread other([&] { said = visit(port, get("/samplan?code=x&state=")); });
  CHECK(listener->wait("", 300).code() == Errc::try_later);
  other.join();
}

TEST_CASE("what goes into an address is written so that it cannot end its place") {
  CHECK(url_encode("samplan lier/&=?#") == "samplan%20lier%2F%26%3D%3F%23");
  CHECK(url_encode("Aa0-._~") == "Aa0-._~");
  CHECK(url_encode("\xc3\xa5") == "%C3%A5");
  CHECK(query_value("a=1&b=%c3%a5&c", "b") == "\xc3\xa5");
  CHECK(query_value("a=1&b=2", "c").empty());
  CHECK(query_value("a=1&a=2", "a").empty());
  CHECK(query_value("a=%4", "a").empty());
}
