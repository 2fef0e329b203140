// The protocol for programs: one JSON command a line in, one JSON result a line out, in order. It answers
// every line, also a broken one, and never stops because of one.
#pragma once

#include "cli/visit.h"

namespace samplan::cli {

// Reads until the input ends. Besides the core's commands it knows three that need the host:
//   {"do":"init","server":URL,"name":NAME,"code"?,"server_key"?}   as «samplan init»
//   {"do":"join","link":LINK,"name"?:NAME,"unit"?:UNIT}            as «samplan join»
//   {"do":"sync","plans"?:[PLAN],"wait"?:bool}                     → received, confirmed, exchanges, notices
int run_call_protocol(Visit& visit);

}  // namespace samplan::cli
