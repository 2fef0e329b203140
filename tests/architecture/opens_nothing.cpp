// A program that uses all of crypto that the server may have: the symbol check has to accept it.
#include "crypto/sign.h"

int main() {
  using namespace samplan;
  const crypto::SignKeyPair pair = crypto::sign_key_pair(crypto::Secret32{});
  const Hash digest = crypto::hash("test", {});
  const Signature signature = crypto::sign(pair, "samplan/sig/1", digest);
  return crypto::verify(pair.public_key, "samplan/sig/1", digest, signature) ? 0 : 1;
}
