// W4: recorded editing sessions through the text engine and through a plan's field. One JSON line a trace. It
// prints figures; that the end texts are right is a test (tests/sync/merge/text_traces_test.cpp) and printed
// as well.
#pragma once

#include <string>

namespace samplan::bench {

// Every trace of `folder` (as in ../shared/data/traces), each in a process of its own, so that peak memory is
// its own. False when there is none.
bool print_text_traces(const std::string& folder);

}  // namespace samplan::bench
