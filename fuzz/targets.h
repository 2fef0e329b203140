// What is fuzzed: every function that reads bytes which somebody else made. Each target reads, and where
// there is one encoding of a value, writes it again and compares, so that a parser that accepts two forms is
// found as well.
#pragma once

#include "base/bytes.h"

namespace samplan::fuzz {

void request(ByteView bytes);     // sync request: frame, body
void reply(ByteView bytes);       // sync reply: body
void meet(ByteView bytes);        // request to the meeting place, reply of it
void vouch(ByteView bytes);       // request to be vouched for, settings, outcome, statement
void id_token(ByteView bytes);    // an identity provider's token, its claims, its keys
void identity(ByteView bytes);    // identity record, taken by a book
void governance(ByteView bytes);  // governance record, bodies, wraps, applied to a plan's log
void envelope(ByteView bytes);    // envelope, judged
void batch(ByteView bytes);       // opened content: packed, batches, folded into a section
void state(ByteView bytes);       // stored or handed-over state of a section
void fold(ByteView bytes);        // such a state, and batches that come after it
void invitation(ByteView bytes);  // link
void letter(ByteView bytes);      // hand-over, access event, authors and whatever else a letter holds
void key_file(ByteView bytes);    // device keys
void json(ByteView bytes);        // commands as text
void command(ByteView bytes);     // the same, given to a core with a plan
void fhir(ByteView bytes);        // import
void http(ByteView bytes);        // heads of HTTP requests
void note(ByteView bytes);        // signed note, checkpoint, published key
void typed_code(ByteView bytes);  // recovery code or share as typed or stored, text for a QR code
void pairing(ByteView bytes);     // message, confirmation and saved state of a CPace run
void phone(ByteView bytes);       // code told by telephone as typed; messages of the call, given to both sides

}  // namespace samplan::fuzz
