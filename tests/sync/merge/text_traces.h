// Recorded editing sessions as test input: gzipped JSON from ../shared/data/traces, which is data for tests
// only and not part of the tree. Absent, the tests that want it say so.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "sync/merge/text/text_edit.h"

namespace samplan::text_test {

struct TracePatch {
  std::uint32_t pos = 0;
  std::uint32_t deleted = 0;
  std::string inserted;
};

struct TraceStep {
  std::vector<std::size_t> parents;  // earlier steps; only in concurrent traces
  std::size_t agent = 0;
  std::vector<TracePatch> patches;
};

struct Trace {
  std::string end;
  std::size_t agents = 1;
  std::vector<TraceStep> steps;
};

inline std::optional<std::string> gunzip(const std::string& packed) {
  z_stream z{};
  if (inflateInit2(&z, 15 + 16) != Z_OK) return std::nullopt;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  std::vector<char> buffer(1U << 16);
  int state = Z_OK;
  while (state == Z_OK) {
    z.next_out = reinterpret_cast<Bytef*>(buffer.data());
    z.avail_out = static_cast<uInt>(buffer.size());
    state = inflate(&z, Z_NO_FLUSH);
    out.append(buffer.data(), buffer.size() - z.avail_out);
  }
  inflateEnd(&z);
  if (state != Z_STREAM_END) return std::nullopt;
  return out;
}

// `name` as in "sequential/rustcode". Nothing when the file is not there or not a trace.
inline std::optional<Trace> load_trace(const std::string& folder, const std::string& name) {
  std::ifstream file(folder + "/" + name + ".json.gz", std::ios::binary);
  if (!file) return std::nullopt;
  std::stringstream packed;
  packed << file.rdbuf();
  const auto text = gunzip(packed.str());
  if (!text) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  Trace out;
  out.end = json["endContent"].get<std::string>();
  out.agents = json.value("numAgents", std::size_t{1});
  for (const auto& txn : json["txns"]) {
    TraceStep step;
    if (txn.contains("parents")) step.parents = txn["parents"].get<std::vector<std::size_t>>();
    step.agent = txn.value("agent", std::size_t{0});
    for (const auto& p : txn["patches"]) {
      step.patches.push_back({p[0].get<std::uint32_t>(), p[1].get<std::uint32_t>(), p[2].get<std::string>()});
    }
    out.steps.push_back(std::move(step));
  }
  return out;
}

// A concurrent trace of two writers as a section's field has it: each step an edit, numbered in the order of
// the trace, whose author had seen the other's edits up to a number, and all own ones.
inline std::vector<merge::text::TextEdit> as_section(const Trace& trace) {
  std::vector<merge::text::TextEdit> out;
  std::vector<std::vector<std::uint64_t>>
      seen;  // of each step: how far it and its author had seen each writer
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const TraceStep& step = trace.steps[i];
    std::vector<std::uint64_t> mine(trace.agents, 0);
    for (const std::size_t p : step.parents) {
      for (std::size_t a = 0; a < trace.agents; ++a) mine[a] = std::max(mine[a], seen[p][a]);
    }
    merge::text::TextEdit e;
    e.op.device.bytes[0] = static_cast<std::uint8_t>(1 + step.agent);
    e.op.counter = i + 1;
    e.author = static_cast<std::uint32_t>(step.agent);
    e.seen_seq = mine[1 - step.agent];
    e.seq = i + 1;
    for (const TracePatch& p : step.patches) e.runs.push_back({p.pos, p.deleted, p.inserted});
    out.push_back(std::move(e));
    mine[step.agent] = i + 1;
    seen.push_back(std::move(mine));
  }
  return out;
}

}  // namespace samplan::text_test
