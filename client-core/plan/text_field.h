// A text field of a record: the text that people write in together, merged character by character, with who has written
// in it. It gives a batch's text operations to the merge and keeps the newest of each device as living operations of the
// record, so that an edit beats a removal that had not seen it. It knows no rights and decides no order.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "client-core/plan/op.h"
#include "sync/merge/stamp.h"
#include "sync/merge/text/text_doc.h"

namespace samplan::plan {

struct TextField {
  merge::text::TextDoc doc;
  // In order of first edit; where the document says "author" it means a place in this list.
  std::vector<PrincipalId> people;
  // The newest edit of each device, ascending by device; at most merge::bounds::live_values_max, the oldest falls out.
  std::vector<merge::Stamp> newest;

  // The newest of all: the person whose words were added last. Null for a field that nobody has written in.
  const merge::Stamp* last() const;
};

// `own_seen`: as TextEdit::own_seen. False, and nothing has changed: the operation is not an edit of this field
// (merge::text::TextOutcome refused, duplicate).
bool apply_text(TextField& field, const Op& op, const merge::Stamp& stamp, const PrincipalId& person,
                std::uint64_t own_seen);

// What the text would be with a proposed edit; `field` may be null.
std::string text_with(const TextField* field, const Op& op, const PrincipalId& proposer);

// The text that somebody who began from `base` and wants `wanted` means when the field now says `current`: both changes.
std::string merge_texts(const std::string& base, const std::string& current, const std::string& wanted);

// What an edit inserted, passage by passage, for when the text around it is not known.
std::string inserted_words(const Op& op);

// What an edit added, in whole words and passage by passage: all of a text operation that is its author's own. `after` is
// the text as the author had it afterwards.
std::string added_words(const Op& op, const std::string& after);

}  // namespace samplan::plan
