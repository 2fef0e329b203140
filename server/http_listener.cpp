#include "server/http_listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace samplan::server {
namespace {

constexpr int backlog = 1024;  // connections that the system holds for us; a morning rush of 200 devices fits

// So much of an answer may lie unsent in the system. Little, so that what a slow reader costs is counted by
// us, and so that bytes leaving us mean that the reader takes some.
constexpr int unsent_bytes_max = 128 << 10;

void set_option(int fd, int level, int option, int value) {
  (void)::setsockopt(fd, level, option, &value, sizeof value);
}

Error listen_error(int error_number, const std::string& address, std::uint16_t port) {
  const std::string place = address + " port " + std::to_string(port);
  const std::string where = std::string("listen errno ") + std::to_string(error_number);
  if (error_number == EADDRINUSE) {
    return Error{
        Errc::already_exists, where,
        "Another program already listens on " + place + ". Stop it, or choose another port with --port."};
  }
  if (error_number == EACCES) {
    return Error{Errc::not_allowed, where,
                 "This user may not listen on " + place + ". Choose a port above 1023."};
  }
  if (error_number == EADDRNOTAVAIL) {
    return Error{Errc::invalid_argument, where, address + " is not an address of this machine."};
  }
  return Error{Errc::io, where, "Cannot listen on " + place + ": " + std::strerror(error_number) + "."};
}

struct FreeAddrinfo {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

}  // namespace

void Descriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Peer peer_from(const sockaddr_storage& address) {
  Peer out;
  char text[INET6_ADDRSTRLEN] = "unknown";
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    (void)::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    out.limit_key.assign(reinterpret_cast<const char*>(&v4->sin_addr), 4);
  } else if (address.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    (void)::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    const auto* bytes = reinterpret_cast<const char*>(&v6->sin6_addr);
    const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
    out.limit_key = is_mapped ? std::string(bytes + 12, 4) : std::string(bytes, 8);
  }
  out.address = text;
  out.port = port_of(address);
  return out;
}

AcceptNext after_accept_error(int error_number) {
  switch (error_number) {
    case EAGAIN: return AcceptNext::wait;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return AcceptNext::pause;
    // The errors of the connection itself that accept(2) lists, and whatever a newer system invents.
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH: return AcceptNext::again;
    default: return AcceptNext::pause;
  }
}

Result<Listener> Listener::open(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return Error{Errc::invalid_argument, "listen address",
                 "\"" + address + "\" is not an address to listen on."};
  }
  const std::unique_ptr<addrinfo, FreeAddrinfo> list(found);
  int error_number = EADDRNOTAVAIL;
  for (const addrinfo* at = list.get(); at != nullptr; at = at->ai_next) {
    Descriptor fd(::socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol));
    if (fd.is_open()) {
      set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
      sockaddr_storage own{};
      socklen_t size = sizeof own;
      if (::bind(fd.get(), at->ai_addr, at->ai_addrlen) == 0 && ::listen(fd.get(), backlog) == 0 &&
          ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &size) == 0) {
        Listener out;
        out.fd_ = std::move(fd);
        out.port_ = port_of(own);
        return out;
      }
    }
    error_number = errno;
  }
  return listen_error(error_number, address, port);
}

std::optional<Accepted> Listener::accept(AcceptNext& next) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  Descriptor fd(
      ::accept4(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd.is_open()) {
    next = after_accept_error(errno);
    return std::nullopt;
  }
  // Without it the second small write of an answer waits 40 ms for the client's acknowledgement of the first.
  set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsent_bytes_max);
  next = AcceptNext::again;
  return Accepted{std::move(fd), peer_from(address)};
}

}  // namespace samplan::server
