// Beginning on a device: making its home from a server's address or from an invitation. Used by the commands
// and by the `call` protocol alike.
#pragma once

#include <string>

#include "cli/visit.h"

namespace samplan::cli {

struct Beginning {
  std::string server_url;
  std::string server_key;  // hex, to compare with what the server says; empty: take what it says
  std::string code;        // enrolment code, where the server asks for one
  std::string name;
};

// Asks the server for its key, makes the home and pins the key. The visit's desk is the new device
// afterwards.
Status begin(Visit& visit, const Beginning& wish);

// Makes the home if there is none, from the invitation, and leaves the request to join for the next sync.
// `unit`: not the person but this service unit asks to join; empty otherwise.
// `passphrase`: of the home to be made, where it has been asked for already; empty otherwise. `vouch`: after a sign-in with
// the organisation, whose word goes along; without one nothing is asked.
// The answer is that of join_request: "inviter", "for" and "words".
nlohmann::json join(Visit& visit, const std::string& link, const std::string& name, const std::string& unit,
                    const std::string& passphrase = {}, bool vouch = false);

}  // namespace samplan::cli
