// A slow, plain merge of one text: a node for every character, in a FugueMax tree (Weidner and Kleppmann,
// "The Art of the Fugue", 2023), and for every edit the list of those its author had seen. It knows no runs,
// no trackers and no shortcuts, so that it can be seen to be right; the simulator compares the product's text
// with it.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "sync/merge/text/text_edit.h"

namespace samplan::sim {

class PlainText {
 public:
  // An edit of this text that takes effect at `seq`; `own_seen` as in TextEdit. Edits come in the order of
  // the section.
  void edit(const OpId& op, const PrincipalId& person, std::uint64_t seq, std::uint64_t seen,
            std::uint64_t own_seen, const std::vector<merge::text::TextRun>& runs);
  // Somebody has looked at what these edits made together; what is not here yet is not marked.
  void review(const std::vector<OpId>& ops);

  std::string text() const;
  // Two people changed it without having seen each other's edit, and nobody has looked at both.
  bool asks_for_review() const;
  // Then people may have written in different paragraphs, and that is beyond this model.
  bool has_paragraphs() const { return has_newline_; }
  // The newest edit of each device: what a removal must have seen.
  std::vector<OpId> newest() const;

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  struct Edit {
    OpId op;
    PrincipalId person;
    std::uint64_t seq = 0;
    std::uint64_t seen = 0;
    std::uint64_t own_seen = 0;
    bool reviewed = false;
    bool has_effect = false;
  };
  struct Char {
    std::size_t edit = 0;
    std::string utf8;
    std::vector<std::size_t> left;  // children, characters, in their order
    std::vector<std::size_t> right;
    std::size_t right_origin = none;
    std::vector<std::size_t> deleted_by;  // edits
  };

  bool sees(const Edit& e, std::size_t other) const;
  bool shows(std::size_t character, std::size_t to_edit) const;
  void insert(std::size_t edit, std::size_t left, const std::string& utf8);
  void visit(std::size_t character);
  bool goes_before(std::size_t a, std::size_t b) const;

  std::vector<Edit> edits_;
  std::vector<Char> chars_;
  std::vector<std::size_t> roots_;     // children of the beginning
  std::vector<std::size_t> order_;     // all characters, deleted ones too
  std::vector<std::size_t> position_;  // of each in `order_`
  bool has_newline_ = false;
};

}  // namespace samplan::sim
