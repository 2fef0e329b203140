// The listening socket: opens it, takes connections from it, and never gives it up because of one odd error.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace samplan::server {

// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = other.release();
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void reset();

 private:
  int fd_ = -1;
};

struct Peer {
  std::string address;  // as text
  std::uint16_t port = 0;
  // What counts as one address for limits: an IPv4 address, or the /64 network that one IPv6 subscriber owns.
  std::string limit_key;
};
Peer peer_from(const sockaddr_storage& address);

// What to do after accept() failed. No error closes the listening socket.
enum class AcceptNext {
  again,  // that connection is gone or a signal came: take the next
  wait,   // none is waiting
  pause,  // the system is out of descriptors or memory: trying at once would only spin
};
AcceptNext after_accept_error(int error_number);

struct Accepted {
  Descriptor fd;  // non-blocking, TCP_NODELAY set
  Peer peer;
};

class Listener {
 public:
  // Listens on a numeric address or a host name of this machine; port 0 lets the system choose.
  //   errors  invalid_argument  not an address of this machine    already_exists  the port is in use
  //           not_allowed  the port needs more rights    io  anything else
  static Result<Listener> open(const std::string& address, std::uint16_t port);

  // One waiting connection; or none, and `next` says why.
  std::optional<Accepted> accept(AcceptNext& next);
  std::uint16_t port() const { return port_; }
  int fd() const { return fd_.get(); }
  bool is_open() const { return fd_.is_open(); }
  void close() { fd_.reset(); }

 private:
  Descriptor fd_;
  std::uint16_t port_ = 0;
};

}  // namespace samplan::server
