#include "sync/merge/text/graph_codec.h"

#include <algorithm>
#include <set>

#include "base/utf8.h"
#include "sync/merge/text/buffer.h"
#include "sync/merge/text/walk_plan.h"

namespace samplan::merge::text {
namespace {

constexpr std::string_view magic = "STG1";

std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1U) ^ static_cast<std::uint64_t>(v >> 63);
}
std::int64_t unzigzag(std::uint64_t v) {
  return static_cast<std::int64_t>(v >> 1U) ^ -static_cast<std::int64_t>(v & 1U);
}

Error malformed(const char* what) { return {Errc::malformed, std::string("text graph: ") + what}; }

// Where the next operation is expected: typing goes on behind, deleting at the same place.
std::int64_t end_of(OpKind kind, std::uint32_t pos, std::uint32_t length) {
  switch (kind) {
    case OpKind::insert: return static_cast<std::int64_t>(pos) + length;
    case OpKind::erase: return pos;
    case OpKind::erase_back: return static_cast<std::int64_t>(pos) - (length - 1);
  }
  return 0;
}

void write_graph(const EventGraph& graph, Bytes& out) {
  append(out, ByteView::of(magic));
  append_varint(out, graph.agents().size());
  for (const std::string& id : graph.agents()) {
    append_u8(out, static_cast<std::uint8_t>(id.size()));
    append(out, ByteView::of(id));
  }
  append_varint(out, graph.authors().size());
  for (const AgentRun& run : graph.authors()) {
    append_varint(out, run.agent);
    append_varint(out, run.length);
  }
  append_varint(out, graph.graph().size());
  for (const GraphRun& run : graph.graph()) {
    append_varint(out, run.end - run.start);
    append_varint(out, run.parent_count);
    for (std::uint32_t p = run.parent_count; p-- > 0;) append_varint(out, run.start - graph.parents(run)[p]);
  }
  append_varint(out, graph.ops().size());
  std::int64_t at = 0;
  for (const OpRun& op : graph.ops()) {
    append_varint(out, static_cast<std::uint64_t>(op.length) << 2U | static_cast<std::uint64_t>(op.kind));
    append_varint(out, zigzag(static_cast<std::int64_t>(op.pos) - at));
    at = end_of(op.kind, op.pos, op.length);
  }
  append_varint(out, graph.content().size());
  append(out, ByteView::of(graph.content()));
}

// The events in the order of the format.
EventGraph in_canonical_order(const EventGraph& graph) {
  EventGraph out;
  if (graph.size() == 0) return out;
  const WalkPlan plan(graph, {{0, graph.size()}}, {});
  const auto count = static_cast<std::uint32_t>(plan.pieces().size());
  // Sorted by the name of a piece's first event. An agent's own events follow each other.
  struct Ready {
    std::string_view agent;
    std::uint32_t counter;
    std::uint32_t piece;
    bool operator<(const Ready& o) const {
      const int order = agent.compare(o.agent);
      return order != 0 ? order < 0 : counter != o.counter ? counter < o.counter : piece < o.piece;
    }
  };
  const auto name = [&](std::uint32_t piece) {
    const Lv lv = plan.pieces()[piece].start;
    const AgentRun& run = graph.authors()[graph.author_run(lv)];
    return Ready{graph.agents()[run.agent], run.counter + (lv - run.lv), piece};
  };
  std::vector<std::uint32_t> waits(count, 0);
  std::vector<std::vector<std::uint32_t>> children(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const WalkPlan::Piece& piece = plan.pieces()[i];
    waits[i] = piece.parent_count;
    for (std::uint32_t p = 0; p < piece.parent_count; ++p) children[plan.parents(piece)[p]].push_back(i);
  }
  std::set<Ready> ready;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (waits[i] == 0) ready.insert(name(i));
  }
  std::vector<Lv> moved_to(count);  // last event of each piece, in the new order
  Version parents;
  std::uint32_t next = WalkPlan::outside;
  while (next != WalkPlan::outside || !ready.empty()) {
    if (next == WalkPlan::outside) {
      next = ready.begin()->piece;
      ready.erase(ready.begin());
    }
    const std::uint32_t i = next;
    const WalkPlan::Piece& piece = plan.pieces()[i];
    parents.clear();
    for (std::uint32_t p = 0; p < piece.parent_count; ++p)
      parents.push_back(moved_to[plan.parents(piece)[p]]);
    std::sort(parents.begin(), parents.end());
    Lv at = piece.start;
    while (at < piece.end) {
      const OpRun& run = graph.ops()[graph.op_run(at)];
      const AgentRun& author = graph.authors()[graph.author_run(at)];
      const Lv end = std::min({piece.end, run.lv + run.length, author.lv + author.length});
      const OpRun op = graph.slice(run, at, end);
      const std::string_view text = op.kind == OpKind::insert ? graph.text_of(op) : std::string_view{};
      // Cannot fail: these are the events of a graph.
      (void)out.append(out.agent(graph.agents()[author.agent]), parents.data(), parents.size(), op.kind,
                       op.pos, op.length, text);
      parents = {out.size() - 1};
      at = end;
    }
    moved_to[i] = out.size() - 1;
    next = WalkPlan::outside;
    for (const std::uint32_t child : children[i]) {
      if (--waits[child] > 0) continue;
      if (next == WalkPlan::outside) {
        next = child;
      } else if (name(child) < name(next)) {
        ready.insert(name(next));
        next = child;
      } else {
        ready.insert(name(child));
      }
    }
  }
  return out;
}

}  // namespace

Bytes encode(const EventGraph& graph) {
  Bytes out;
  if (graph.graph().size() == 1 && graph.agents().size() == 1) {
    write_graph(graph, out);
  } else {
    write_graph(in_canonical_order(graph), out);
  }
  return out;
}

Result<EventGraph> decode(ByteView bytes) {
  Reader in(bytes);
  if (in.take(magic.size()).text() != magic) return malformed("magic");
  EventGraph graph;
  const std::uint64_t agent_count = in.varint();
  if (!in.ok() || agent_count > in.left()) return malformed("agents");
  std::set<std::string> ids;
  std::vector<std::string> agents;
  for (std::uint64_t i = 0; i < agent_count; ++i) {
    const std::size_t size = in.u8();
    agents.emplace_back(in.take(size).text());
    if (!in.ok() || size > EventGraph::agent_bytes_max || !ids.insert(agents.back()).second)
      return malformed("agent");
  }
  // The counts come before what they count, and the content last: two readers go side by side with it.
  const auto section = [&in](unsigned fields, Reader& reader, std::uint64_t& count) {
    count = in.varint();
    reader = in;
    return in.ok() && count <= in.left() / fields;
  };
  Reader authors = in;
  std::uint64_t author_count = 0;
  if (!section(2, authors, author_count)) return malformed("authors");
  for (std::uint64_t i = 0; i < author_count * 2; ++i) in.varint();
  Reader versions = in;
  std::uint64_t version_count = 0;
  if (!section(2, versions, version_count)) return malformed("versions");
  for (std::uint64_t i = 0; i < version_count; ++i) {
    in.varint();
    const std::uint64_t parents = in.varint();
    if (!in.ok() || parents > in.left()) return malformed("parents");
    for (std::uint64_t p = 0; p < parents; ++p) in.varint();
  }
  Reader ops = in;
  std::uint64_t op_count = 0;
  if (!section(2, ops, op_count)) return malformed("operations");
  for (std::uint64_t i = 0; i < op_count * 2; ++i) in.varint();
  const std::uint64_t content_size = in.varint();
  if (!in.ok() || content_size != in.left()) return malformed("content");
  std::string_view content = in.rest().text();
  if (!is_utf8(content)) return Error{Errc::not_utf8, "text graph"};

  std::uint64_t author_left = 0;
  std::uint64_t version_left = 0;
  std::uint64_t op_left = 0;
  std::uint32_t agent = 0;
  OpKind kind = OpKind::insert;
  std::int64_t pos = 0;
  std::int64_t at = 0;
  std::uint64_t agents_named = 0;
  Version parents;
  const auto run_ok = [](std::uint64_t length) { return length > 0 && length <= EventGraph::events_max; };
  while (op_count > 0 || op_left > 0) {
    if (op_left == 0) {
      const std::uint64_t head = ops.varint();
      op_left = head >> 2U;
      pos = at + unzigzag(ops.varint());
      if ((head & 3U) > 2 || !run_ok(op_left) || pos < 0 || pos > EventGraph::events_max)
        return malformed("operation");
      kind = static_cast<OpKind>(head & 3U);
      at = end_of(kind, static_cast<std::uint32_t>(pos), static_cast<std::uint32_t>(op_left));
      if (at < 0) return malformed("operation");
      --op_count;
    }
    if (author_left == 0) {
      if (author_count-- == 0) return malformed("authors");
      const std::uint64_t index = authors.varint();
      author_left = authors.varint();
      if (index > agents_named || index >= agents.size() || !run_ok(author_left)) return malformed("author");
      if (index == agents_named) {
        graph.agent(agents[static_cast<std::size_t>(index)]);
        ++agents_named;
      }
      agent = static_cast<std::uint32_t>(index);
    }
    if (version_left == 0) {
      if (version_count-- == 0) return malformed("versions");
      version_left = versions.varint();
      const std::uint64_t count = versions.varint();
      if (!run_ok(version_left)) return malformed("version");
      parents.clear();
      for (std::uint64_t p = 0; p < count; ++p) {
        const std::uint64_t back = versions.varint();
        if (back == 0 || back > graph.size()) return malformed("parent");
        parents.push_back(graph.size() - static_cast<Lv>(back));
      }
      std::reverse(parents.begin(), parents.end());
    } else if (graph.size() > 0) {
      parents = {graph.size() - 1};
    }
    const auto length = static_cast<std::uint32_t>(std::min({op_left, author_left, version_left}));
    std::string_view text;
    if (kind == OpKind::insert) {
      const std::size_t size = offset_of_char(content, length);
      text = content.substr(0, size);
      if (text.size() < length || count_chars(text) != length) return malformed("content");
      content.remove_prefix(size);
    }
    SP_OK(graph.append(agent, parents.data(), parents.size(), kind, static_cast<std::uint32_t>(pos), length,
                       text));
    op_left -= length;
    author_left -= length;
    version_left -= length;
    if (kind == OpKind::insert) pos += length;
    if (kind == OpKind::erase_back) pos -= length;
  }
  if (author_left + author_count + version_left + version_count > 0 || !content.empty() ||
      agents_named != agents.size()) {
    return malformed("left over");
  }
  // Whatever could be written in two ways has one here.
  if (encode(graph) != bytes.copy()) return malformed("not in canonical form");
  return graph;
}

}  // namespace samplan::merge::text
