#include "bench/text_traces.h"

#ifndef __EMSCRIPTEN__
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>
#endif
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sync/merge/text/graph_codec.h"
#include "sync/merge/text/text_doc.h"
#include "sync/merge/text/walk.h"
#include "tests/sync/merge/text_traces.h"

namespace samplan::bench {
namespace {

using namespace merge::text;
using nlohmann::json;
using text_test::Trace;
using text_test::TracePatch;
using text_test::TraceStep;

constexpr int repeats = 7;
#ifdef __EMSCRIPTEN__
constexpr const char* build = "samplan-wasm";
#else
constexpr const char* build = "samplan";
#endif

double now() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Median of some runs, in milliseconds.
template <class Work>
double median_ms(Work work, int times = repeats) {
  std::vector<double> all;
  for (int i = 0; i < times; ++i) {
    const double start = now();
    work();
    all.push_back(now() - start);
  }
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

double status_mb(const std::string& field) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(field, 0) == 0) return std::strtod(line.c_str() + field.size() + 1, nullptr) / 1024.0;
  }
  return 0;
}

// From here on the peak counts anew, and what was freed before does not hide what is used now.
double begin_peak() {
#ifndef __EMSCRIPTEN__
  ::malloc_trim(0);
#endif
  std::ofstream("/proc/self/clear_refs") << "5";
  return status_mb("VmRSS");
}

std::size_t deflated(const Bytes& bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  Bytes out(size);
  return compress2(out.data(), &size, bytes.data(), static_cast<uLong>(bytes.size()), 6) == Z_OK ? size : 0;
}

class Follower final : public TextSink {
 public:
  void insert(std::uint32_t pos, std::string_view utf8) override { text.insert(pos, utf8); }
  void erase(std::uint32_t pos, std::uint32_t count) override { text.erase(pos, count); }
  TextBuffer text;
};

class Replay {
 public:
  Replay(const Trace& trace, bool concurrent) : trace_(trace), concurrent_(concurrent) {
    for (std::size_t i = 0; i < trace.agents; ++i)
      agents_.push_back(graph.agent("agent " + std::to_string(i)));
  }

  void step(const TraceStep& step) {
    Version version = concurrent_ ? Version{} : graph.heads();
    for (const std::size_t p : step.parents)
      version.insert(version.end(), after_[p].begin(), after_[p].end());
    if (step.parents.size() > 1) {
      std::sort(version.begin(), version.end());
      version.erase(std::unique(version.begin(), version.end()), version.end());
    }
    for (const TracePatch& p : step.patches) {
      if (p.deleted > 0) version = {*graph.erase(agents_[step.agent], version, p.pos, p.deleted)};
      if (!p.inserted.empty()) version = {*graph.insert(agents_[step.agent], version, p.pos, p.inserted)};
    }
    if (concurrent_) after_.push_back(version);
  }
  void all() {
    for (const TraceStep& s : trace_.steps) step(s);
  }

  EventGraph graph;

 private:
  const Trace& trace_;
  bool concurrent_;
  std::vector<std::uint32_t> agents_;
  std::vector<Version> after_;
};

// Typing: every patch into the history and the text at once.
std::string type_all(const Trace& trace, Replay& replay) {
  TextBuffer text;
  for (const TraceStep& s : trace.steps) {
    replay.step(s);
    for (const TracePatch& p : s.patches) {
      text.erase(p.pos, p.deleted);
      text.insert(p.pos, p.inserted);
    }
  }
  return text.str();
}

// A field whose every transaction is an edit of its own, each on top of all others: the most a field can get.
TextDoc field_of(const Trace& trace) {
  TextDoc doc;
  TextEdit edit;
  edit.op.device.bytes[0] = 1;
  for (const TraceStep& s : trace.steps) {
    ++edit.op.counter;
    edit.seq = edit.op.counter;
    edit.seen_seq = edit.seq - 1;
    edit.runs.clear();
    for (const TracePatch& p : s.patches) edit.runs.push_back({p.pos, p.deleted, p.inserted});
    (void)doc.apply(edit);
  }
  return doc;
}

json sequential(const Trace& trace) {
  json out;
  out["apply_ms"] = median_ms([&] {
    Replay replay(trace, false);
    (void)type_all(trace, replay);
  });
  const double before = begin_peak();
  Replay replay(trace, false);
  out["equal"] = type_all(trace, replay) == trace.end;
  out["memory_mb"] = status_mb("VmHWM") - before;
  out["text_only_ms"] = median_ms([&] {
    TextBuffer text;
    for (const TraceStep& s : trace.steps) {
      for (const TracePatch& p : s.patches) {
        text.erase(p.pos, p.deleted);
        text.insert(p.pos, p.inserted);
      }
    }
  });
  out["field_apply_ms"] = median_ms([&] { (void)field_of(trace); }, 3);
  const TextDoc doc = field_of(trace);
  const Bytes field = doc.encode();
  out["field_equal"] = doc.text() == trace.end;
  out["field_edits"] = doc.edits();
  out["field_bytes"] = field.size();
  out["field_deflated_bytes"] = deflated(field);
  out["field_open_ms"] = median_ms([&] { (void)TextDoc::open(field); });
  out["field_decode_ms"] = median_ms([&] { (void)TextDoc::decode(field); });
  return out;
}

void add_graph(const EventGraph& graph, const std::string& end, json& out) {
  Bytes bytes;
  out["save_ms"] = median_ms([&] { bytes = encode(graph); });
  out["bytes"] = bytes.size();
  out["deflated_bytes"] = deflated(bytes);
  bool equal = true;
  out["merge_ms"] = median_ms([&] { equal = equal && checkout(graph)->str() == end; });
  out["load_ms"] = median_ms([&] {
    const auto read = decode(bytes);
    equal = equal && read.ok() && checkout(*read)->str() == end;
  });
  out["merge_equal"] = equal;
}

// Two writers in one field of a plan: every keystroke an edit that arrives by itself, as in merge_each_ms of
// the peers.
void add_field(const Trace& trace, json& out) {
  const auto edits = text_test::as_section(trace);
  bool equal = true;
  out["field_merge_each_ms"] = median_ms([&] {
    TextDoc doc;
    for (const TextEdit& e : edits) equal = equal && doc.apply(e).ok();
    equal = equal && doc.text() == trace.end;
  });
  TextDoc doc;
  const double before = begin_peak();
  for (const TextEdit& e : edits) (void)doc.apply(e);
  out["field_memory_mb"] = status_mb("VmHWM") - before;
  const Bytes field = doc.encode();
  out["field_bytes"] = field.size();
  out["field_deflated_bytes"] = deflated(field);
  out["field_open_ms"] = median_ms([&] { (void)TextDoc::open(field); });
  out["field_decode_ms"] = median_ms([&] { (void)TextDoc::decode(field); });
  out["field_verify_ms"] = median_ms([&] { equal = equal && doc.verify().ok(); }, 3);
  out["field_equal"] = equal;
}

json concurrent(const Trace& trace) {
  json out;
  bool equal = true;
  if (trace.agents == 2) add_field(trace, out);
  // Somebody follows: after each event of anyone the text is brought up to date.
  out["merge_each_ms"] = median_ms(
      [&] {
        Replay replay(trace, true);
        Follower follower;
        for (const TraceStep& s : trace.steps) {
          const Version before = replay.graph.heads();
          replay.step(s);
          equal = equal && bring_up_to_date(replay.graph, before, follower.text.chars(), follower).ok();
        }
        equal = equal && follower.text.str() == trace.end;
      },
      3);
  out["merge_each_equal"] = equal;
  return out;
}

void run(const std::string& folder, const std::string& name) {
  const auto trace = text_test::load_trace(folder, name);
  if (!trace) return;
  const bool is_concurrent = name.rfind("concurrent/", 0) == 0;
  json out = is_concurrent ? concurrent(*trace) : sequential(*trace);
  Replay replay(*trace, is_concurrent);
  out["build_ms"] = median_ms([&] {
    Replay once(*trace, is_concurrent);
    once.all();
  });
  replay.all();
  add_graph(replay.graph, trace->end, out);
  const Bytes bytes = encode(replay.graph);
  const double before = begin_peak();
  {
    const auto read = decode(bytes);
    (void)checkout(*read);
    out["load_memory_mb"] = status_mb("VmHWM") - before;
  }
  std::size_t patches = 0;
  for (const TraceStep& s : trace->steps) patches += s.patches.size();
  out.update({{"w", "w4"},
              {"peer", build},
              {"kind", is_concurrent ? "concurrent" : "sequential"},
              {"trace", name.substr(name.find('/') + 1)},
              {"txns", trace->steps.size()},
              {"patches", patches},
              {"text_bytes", trace->end.size()},
              {"peak_rss_mb", status_mb("VmHWM")}});
  std::printf("%s\n", out.dump().c_str());
  std::fflush(stdout);
}

#ifdef __EMSCRIPTEN__
// No processes there: one after the other, and memory is all of Node's.
bool run_apart(const std::string& folder, const char* name) {
  run(folder, name);
  return true;
}
#else
bool run_apart(const std::string& folder, const char* name) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    run(folder, name);
    ::_exit(0);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child;
}
#endif

}  // namespace

bool print_text_traces(const std::string& folder) {
  bool any = false;
  for (const char* name : {"sequential/sveltecomponent", "sequential/rustcode", "sequential/seph-blog1",
                           "sequential/automerge-paper", "sequential/friendsforever_flat",
                           "concurrent/friendsforever", "concurrent/clownschool", "concurrent/node_nodecc"}) {
    if (!std::ifstream(folder + "/" + name + ".json.gz")) continue;
    any = true;
    if (!run_apart(folder, name)) return false;
  }
  return any;
}

}  // namespace samplan::bench
