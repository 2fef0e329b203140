#include "sync/merge/text/walk.h"

#include <algorithm>

#include "sync/merge/text/merge_state.h"
#include "sync/merge/text/walk_plan.h"

namespace samplan::merge::text {
namespace {

Error outside_text() { return {Errc::malformed, "text: position outside the text"}; }

class BufferSink final : public TextSink {
 public:
  void insert(std::uint32_t pos, std::string_view utf8) override { text.insert(pos, utf8); }
  void erase(std::uint32_t pos, std::uint32_t count) override { text.erase(pos, count); }
  TextBuffer text;
};

class Walker {
 public:
  Walker(const EventGraph& graph, WalkPlan plan, std::uint64_t length, TextSink& sink)
      : graph_(graph), plan_(std::move(plan)), length_(length), sink_(sink) {}

  Status run() {
    const std::vector<WalkPlan::Piece>& pieces = plan_.pieces();
    for (const WalkPlan::Stretch& stretch : plan_.stretches()) {
      bool all_known = true;
      bool none_known = true;
      for (std::uint32_t i = stretch.first; i < stretch.last; ++i) {
        (pieces[i].known ? none_known : all_known) = false;
      }
      if (all_known) continue;
      SP_OK(stretch.sequential() ? apply_plainly(pieces[stretch.first]) : merge(stretch, none_known));
    }
    return {};
  }

 private:
  // Operations of the graph as they were made, when nothing is concurrent to them.
  Status apply_plainly(const WalkPlan::Piece& piece) {
    Lv at = piece.start;
    for (std::size_t i = graph_.op_run(at); at < piece.end; ++i) {
      const OpRun& run = graph_.ops()[i];
      const Lv end = std::min(piece.end, run.lv + run.length);
      const OpRun op = at == run.lv && end == run.lv + run.length ? run : graph_.slice(run, at, end);
      if (op.kind == OpKind::insert) {
        if (op.pos > length_) return outside_text();
        sink_.insert(op.pos, graph_.text_of(op));
        length_ += op.length;
      } else {
        const std::uint32_t from = first_erased(op);
        if (from > length_ || op.length > length_ - from) return outside_text();
        sink_.erase(from, op.length);
        length_ -= op.length;
      }
      at = end;
    }
    return {};
  }

  static std::uint32_t first_erased(const OpRun& op) {
    return op.kind == OpKind::erase ? op.pos : op.pos - (op.length - 1);
  }

  Status merge(const WalkPlan::Stretch& stretch, bool none_known) {
    state_.reset(none_known ? static_cast<std::uint32_t>(length_) : Tracker::unknown_base);
    while (state_.tracker().agents() < graph_.agents().size()) {
      state_.add_agent(graph_.agents()[state_.tracker().agents()]);
    }
    done_.assign(stretch.last - stretch.first, {});
    bool closed = none_known;
    bool first = true;
    std::uint32_t last = 0;
    for (const std::uint32_t i : plan_.order(stretch)) {
      const WalkPlan::Piece& piece = plan_.pieces()[i];
      if (!first) move(last, i, stretch.first);
      first = false;
      last = i;
      if (!closed && !piece.known) {
        if (!state_.close_base(length_)) return outside_text();
        closed = true;
      }
      SP_OK(apply(i, stretch.first));
    }
    return {};
  }

  void move(std::uint32_t from, std::uint32_t to, std::uint32_t stretch_first) {
    hide_.clear();
    show_.clear();
    plan_.difference(from, to, stretch_first, hide_, show_);
    for (const std::uint32_t i : hide_) state_.hide(done_[i - stretch_first]);
    for (const std::uint32_t i : show_) state_.show(done_[i - stretch_first]);
  }

  Status apply(std::uint32_t index, std::uint32_t stretch_first) {
    const WalkPlan::Piece& piece = plan_.pieces()[index];
    state_.begin();
    Lv at = piece.start;
    for (std::size_t i = graph_.op_run(at); at < piece.end; ++i) {
      const OpRun& run = graph_.ops()[i];
      const Lv end = std::min(piece.end, run.lv + run.length);
      const OpRun op = at == run.lv && end == run.lv + run.length ? run : graph_.slice(run, at, end);
      SP_OK(op.kind == OpKind::insert ? insert(op, piece.known) : erase(op, piece.known));
      at = end;
    }
    done_[index - stretch_first] = state_.end();
    return {};
  }

  // Each author's part of an insertion is an insertion of its own, because ties are decided by author.
  Status insert(const OpRun& op, bool known) {
    if (op.pos > state_.length()) return outside_text();
    Lv at = op.lv;
    for (std::size_t a = graph_.author_run(at); at < op.lv + op.length; ++a) {
      const AgentRun& author = graph_.authors()[a];
      const Lv end = std::min(op.lv + op.length, author.lv + author.length);
      const OpRun part = end - at == op.length ? op : graph_.slice(op, at, end);
      const std::uint32_t pos =
          state_.insert(part.pos, part.length, {author.agent, 0, author.counter + (at - author.lv)});
      if (!known) {
        sink_.insert(pos, graph_.text_of(part));
        length_ += part.length;
      }
      at = end;
    }
    return {};
  }

  Status erase(const OpRun& op, bool known) {
    const std::uint32_t from = first_erased(op);
    const std::uint32_t there = state_.length();
    if (from > there || op.length > there - from) return outside_text();
    edits_.clear();
    state_.erase(from, op.length, edits_);
    if (known) return {};
    for (const PlainEdit& edit : edits_) {
      sink_.erase(edit.pos, edit.deleted);
      length_ -= edit.deleted;
    }
    return {};
  }

  const EventGraph& graph_;
  WalkPlan plan_;
  std::uint64_t length_;
  TextSink& sink_;
  MergeState state_;
  std::vector<MergeState::Done> done_;
  std::vector<PlainEdit> edits_;
  std::vector<std::uint32_t> hide_;
  std::vector<std::uint32_t> show_;
};

}  // namespace

Result<TextBuffer> checkout(const EventGraph& graph) {
  BufferSink sink;
  if (graph.size() == 0) return std::move(sink.text);
  Walker walker(graph, WalkPlan(graph, {{0, graph.size()}}, {}), 0, sink);
  SP_OK(walker.run());
  return std::move(sink.text);
}

Result<TextBuffer> checkout(const EventGraph& graph, const Version& version) {
  for (const Lv lv : version) {
    if (lv >= graph.size()) return Error{Errc::not_found, "text: version"};
  }
  BufferSink sink;
  if (version.empty()) return std::move(sink.text);
  Walker walker(graph, WalkPlan(graph, graph.history(version, 0), {}), 0, sink);
  SP_OK(walker.run());
  return std::move(sink.text);
}

Status bring_up_to_date(const EventGraph& graph, const Version& version, std::size_t length, TextSink& sink) {
  if (version == graph.heads()) return {};
  for (const Lv lv : version) {
    if (lv >= graph.size()) return Error{Errc::not_found, "text: version"};
  }
  // A critical version at or before one of the text's heads is in the text's history, and so is all before
  // it.
  Lv critical = 0;
  const bool found = !version.empty() && graph.last_critical(version.back() + 1, critical);
  const Lv from = found ? critical + 1 : 0;
  Walker walker(graph, WalkPlan(graph, {{from, graph.size()}}, graph.history(version, from)), length, sink);
  return walker.run();
}

}  // namespace samplan::merge::text
