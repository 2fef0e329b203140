// From events to text. Walks the graph branch by branch and turns each event into an edit of the plain text,
// with a tracker for stretches of history that are concurrent and without anything for those that are not: at
// a critical version, one that everything is before or after, the tracker is dropped and begins anew over
// plain text. It keeps nothing between calls.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sync/merge/text/buffer.h"
#include "sync/merge/text/event_graph.h"

namespace samplan::merge::text {

// What becomes of the plain text, one edit after the other, in code points.
class TextSink {
 public:
  virtual ~TextSink() = default;
  virtual void insert(std::uint32_t pos, std::string_view utf8) = 0;
  virtual void erase(std::uint32_t pos, std::uint32_t count) = 0;
};

// The text of all events, or of a version. malformed: an event's position lies outside the text that it was
// made in.
Result<TextBuffer> checkout(const EventGraph& graph);
Result<TextBuffer> checkout(const EventGraph& graph, const Version& version);

// Brings a text of `length` code points from `version` to all events: the edits go to `sink`. Looks at no
// event before the last critical version.
Status bring_up_to_date(const EventGraph& graph, const Version& version, std::size_t length, TextSink& sink);

}  // namespace samplan::merge::text
