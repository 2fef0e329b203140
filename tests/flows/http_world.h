// A world whose server is the real program over real HTTP on loopback, started for the test and stopped with it.
#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "client-core/native/http_transport.h"
#include "client-core/native/os_clock.h"
#include "client-core/native/sync_runner.h"
#include "tests/support/core_world.h"

extern char** environ;

namespace samplan::world {

class ServerProcess {
 public:
  ServerProcess() { start(); }
  ~ServerProcess() { stop(SIGTERM); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& url() const { return url_; }
  const std::string& folder() const { return folder_.path(); }
  std::string code() const {
    std::ifstream in(folder() + "/enrolment-code");
    std::string line;
    std::getline(in, line);
    return line;
  }

  void stop(int signal_number) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal_number);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
  }
  // Starts again on the same data and the same port.
  void start() {
    int out[2];
    REQUIRE(::pipe(out) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    std::string program = SAMPLAN_SERVER;
    std::string data = folder();
    std::string port = url_.empty() ? "0" : url_.substr(url_.rfind(':') + 1);
    char data_flag[] = "--data";
    char port_flag[] = "--port";
    char* argv[] = {program.data(), data_flag, data.data(), port_flag, port.data(), nullptr};
    REQUIRE(::posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    std::string line;
    char c = 0;
    while (::read(out[0], &c, 1) == 1 && c != '\n') line.push_back(c);
    ::close(out[0]);
    INFO("the server said: " << line);
    const std::string said = "listening on ";
    REQUIRE(line.rfind(said, 0) == 0);
    url_ = line.substr(said.size());
  }

 private:
  TempFolder folder_;
  std::string url_;
  pid_t pid_ = -1;
};

struct OverHttp {
  // The server has the machine's clock, and an invitation's time is judged by it.
  OverHttp() { people.now = native::os_now(); }
  ServerProcess server;
  native::HttpTransport transport;
  CoreWorld people{server.url(), key(), server.code(), [this](ByteView frame) { return post(frame); }};

  Result<Bytes> post(ByteView frame) {
    SP_TRY(Transport::Reply reply, transport.post(server.url() + "/v1/sync", frame));
    if (reply.http_status != 200) return Error{Errc::refused, "http " + std::to_string(reply.http_status)};
    return std::move(reply.body);
  }

 private:
  SignPublicKey key() {
    const auto hello = native::fetch_hello(transport, server.url());
    REQUIRE(hello.ok());
    return hello->key;
  }
};

}  // namespace samplan::world
