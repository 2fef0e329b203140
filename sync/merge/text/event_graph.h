// A text's whole editing history: insertions and deletions of runs of characters, by agents, each with the
// version it was made in. It stores and answers questions of causality; walk.h makes text of it,
// graph_codec.h bytes.
//
// Every inserted or deleted character is one event. Events have two names: (agent, counter), the same
// everywhere, and a local number in the order in which this graph got them, always after their parents'. Runs
// of either are stored as one. Source: Gentle and Kleppmann, "Collaborative Text Editing with Eg-walker",
// EuroSys 2025.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace samplan::merge::text {

using Lv = std::uint32_t;
// The newest events of each branch, ascending. Empty: before everything.
using Version = std::vector<Lv>;

struct LvRange {
  Lv start = 0;
  Lv end = 0;
};

enum class OpKind : std::uint8_t {
  insert,
  erase,      // each event deletes the character at pos
  erase_back  // backspace: at pos, pos - 1, ...
};

struct OpRun {
  Lv lv = 0;
  std::uint32_t length = 0;
  std::uint32_t pos = 0;
  std::uint32_t offset = 0;  // bytes, in content(); insertions only
  std::uint32_t bytes = 0;
  OpKind kind = OpKind::insert;
};

// Events of which each but the first has the one before as its only parent.
struct GraphRun {
  Lv start = 0;
  Lv end = 0;
  std::uint32_t parents = 0;  // index in the pool of parents
  std::uint32_t parent_count = 0;
};

struct AgentRun {
  Lv lv = 0;
  std::uint32_t length = 0;
  std::uint32_t agent = 0;
  std::uint32_t counter = 0;
};

class EventGraph {
 public:
  static constexpr Lv events_max = 1U << 30;
  static constexpr std::size_t agent_bytes_max = 64;

  // The number of an agent's id; a new one is added.
  std::uint32_t agent(std::string_view id);
  // Appends what `agent` did in version `parents` and returns the number of its last event, which alone is
  // the version afterwards. An agent's events must follow each other. malformed: parents that do not exist,
  // text that is not UTF-8; too_large beyond events_max. Whether `pos` lies in the text shows when text is
  // made of it.
  Result<Lv> insert(std::uint32_t agent, const Version& parents, std::uint32_t pos, std::string_view utf8);
  Result<Lv> erase(std::uint32_t agent, const Version& parents, std::uint32_t pos, std::uint32_t count);
  // Every event of `other` that is not here yet.
  Status add_all(const EventGraph& other);

  Lv size() const { return size_; }
  const Version& heads() const { return heads_; }
  const std::vector<std::string>& agents() const { return agents_; }
  const std::vector<GraphRun>& graph() const { return graph_; }
  const std::vector<OpRun>& ops() const { return ops_; }
  const std::vector<AgentRun>& authors() const { return authors_; }
  const std::string& content() const { return content_; }
  const Lv* parents(const GraphRun& run) const { return parent_pool_.data() + run.parents; }

  std::size_t graph_run(Lv lv) const;  // index of the run that holds an event
  std::size_t op_run(Lv lv) const;
  std::size_t author_run(Lv lv) const;
  // The part of an operation that events [start, end) of its run make up.
  OpRun slice(const OpRun& op, Lv start, Lv end) const;
  std::string_view text_of(const OpRun& op) const {
    return std::string_view(content_).substr(op.offset, op.bytes);
  }

  // All events from number `from` on in the history of a version, as ranges in ascending order.
  std::vector<LvRange> history(const Version& version, Lv from) const;
  // The newest event before `before` such that everything is either in its history or has it in its own.
  // false: there is none.
  bool last_critical(Lv before, Lv& out) const;

  // Used when events are copied from another graph or read from bytes: one piece, its parents ascending.
  Status append(std::uint32_t agent, const Lv* parents, std::size_t parent_count, OpKind kind,
                std::uint32_t pos, std::uint32_t count, std::string_view utf8);

 private:
  struct Agent {
    std::uint32_t next = 0;           // counter
    std::vector<std::uint32_t> runs;  // indices in authors_
  };
  bool find(std::uint32_t agent, std::uint32_t counter, Lv& out) const;
  void append_op(Lv lv, OpKind kind, std::uint32_t pos, std::uint32_t count, std::string_view utf8);

  std::vector<std::string> agents_;
  std::vector<Agent> agent_state_;
  std::vector<AgentRun> authors_;
  std::vector<GraphRun> graph_;
  std::vector<Lv> parent_pool_;
  std::vector<OpRun> ops_;
  std::string content_;
  Version heads_;
  Lv size_ = 0;
};

}  // namespace samplan::merge::text
