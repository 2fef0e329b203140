// A program that verifies, as the server does, and also opens, as the server must never: the symbol check has
// to refuse it.
#include "crypto/aead.h"
#include "crypto/sign.h"

int main() {
  using namespace samplan;
  const bool verified = crypto::verify({}, "samplan/sig/1", {}, {});
  const auto opened = crypto::open_local(crypto::Secret32{}, "test", {}, Bytes(64, 0));
  return verified || opened.ok() ? 1 : 0;
}
