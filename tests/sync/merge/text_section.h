// People who edit one field of a section on devices of their own, offline and on, and the section's one order
// of envelopes. For tests of TextDoc.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sync/merge/text/text_doc.h"
#include "tests/sync/merge/text_reference.h"

namespace samplan::text_test {

inline DeviceId device_id(std::uint8_t n) {
  DeviceId id;
  id.bytes[0] = n;
  id.bytes[15] = 1;
  return id;
}

inline merge::text::TextEdit text_edit(std::uint8_t device, std::uint64_t counter, std::uint64_t seen,
                                       std::uint64_t seq, std::vector<merge::text::TextRun> runs) {
  merge::text::TextEdit e;
  e.op = {device_id(device), counter};
  e.author = device;
  e.seen_seq = seen;
  e.seq = seq;
  e.runs = std::move(runs);
  return e;
}

// From the bytes that devices compare and hand over.
inline merge::text::TextDoc handed_over(const merge::text::TextDoc& doc) {
  auto again = merge::text::TextDoc::decode(doc.encode());
  REQUIRE(again.ok());
  return std::move(*again);
}

// From those and the words that a device keeps beside them for itself.
inline merge::text::TextDoc stored(const merge::text::TextDoc& doc) {
  Bytes own;
  doc.removed_words().encode(own);
  Reader in(own);
  auto words = merge::text::RemovedWords::read(in, doc.edits());
  REQUIRE((words.ok() && in.done()));
  merge::text::TextDoc again = handed_over(doc);
  again.set_removed_words(std::move(*words));
  return again;
}

struct SectionDevice {
  std::uint8_t number = 0;
  std::uint64_t counter = 0;
  std::size_t pulled = 0;  // edits of the section that it has
  std::uint64_t seen_seq = 0;
  merge::text::TextDoc confirmed;
  std::vector<merge::text::TextEdit> pending;

  merge::text::TextDoc shown() const {
    merge::text::TextDoc doc = confirmed;
    for (const auto& e : pending) REQUIRE(doc.apply(e).ok());
    return doc;
  }
};

class Section {
 public:
  explicit Section(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      devices.emplace_back();
      // Numbers do not ascend, so that ties are not decided by who is first.
      devices.back().number = static_cast<std::uint8_t>(1 + (i * 5 + 3) % 7);
    }
  }

  void edit(SectionDevice& d, std::vector<merge::text::TextRun> runs) {
    merge::text::TextEdit e;
    e.op = {device_id(d.number), ++d.counter};
    e.author = d.number;
    e.seen_seq = d.seen_seq;
    e.runs = std::move(runs);
    d.pending.push_back(e);
  }
  void push(SectionDevice& d) {
    if (d.pending.empty()) return;
    ++seq;
    for (auto& e : d.pending) {
      e.seq = seq;
      log.push_back(e);
    }
    d.pending.clear();
  }
  // An envelope of one's own stays pending until it comes back: push and pull are one exchange.
  void sync(SectionDevice& d) {
    push(d);
    for (; d.pulled < log.size(); ++d.pulled) REQUIRE(d.confirmed.apply(log[d.pulled]).ok());
    d.seen_seq = seq;
  }

  std::vector<SectionDevice> devices;
  std::vector<merge::text::TextEdit> log;
  std::uint64_t seq = 0;
};

inline std::vector<merge::text::TextRun> random_runs(Dice& dice, std::size_t length) {
  std::vector<merge::text::TextRun> runs;
  const std::size_t count = 1 + dice.below(2);
  for (std::size_t i = 0; i < count; ++i) {
    merge::text::TextRun run;
    run.pos = static_cast<std::uint32_t>(dice.below(length + 1));
    if (dice.below(5) < 2)
      run.deleted = static_cast<std::uint32_t>(dice.below(std::min<std::size_t>(length - run.pos, 3) + 1));
    const std::size_t letters = dice.below(5) < 3 || run.deleted == 0 ? 1 + dice.below(3) : 0;
    for (std::size_t k = 0; k < letters; ++k) run.inserted += letter(dice.below(60));
    length += letters;
    length -= run.deleted;
    runs.push_back(std::move(run));
  }
  return runs;
}

inline Section random_section(std::uint64_t seed, std::size_t devices, std::size_t steps) {
  Dice dice(seed);
  Section section(devices);
  for (std::size_t i = 0; i < steps; ++i) {
    SectionDevice& d = section.devices[dice.below(devices)];
    if (dice.below(3) == 0) {
      section.sync(d);
    } else {
      section.edit(d, random_runs(dice, d.shown().chars()));
    }
  }
  for (auto& d : section.devices) section.push(d);
  return section;
}

// The section's edits as single events with parents, for the slow reference. `last` is the last event of each
// edit, or of what it had seen if it did nothing.
struct ReferenceEvents {
  std::vector<UnitEvent> events;
  std::vector<std::vector<std::size_t>> after;
};

inline ReferenceEvents reference_events(const std::vector<merge::text::TextEdit>& log) {
  ReferenceEvents out;
  for (std::size_t i = 0; i < log.size(); ++i) {
    const auto& e = log[i];
    std::set<std::size_t> parents;
    for (std::size_t j = 0; j < i; ++j) {
      const bool own = log[j].op.device == e.op.device && log[j].op.counter < e.op.counter &&
                       log[j].op.counter <= e.own_seen;
      if (log[j].seq <= e.seen_seq || own) parents.insert(out.after[j].begin(), out.after[j].end());
    }
    std::vector<std::size_t> at(parents.begin(), parents.end());
    std::uint32_t offset = 0;
    const auto add = [&](bool insertion, std::uint32_t pos, const std::string& text) {
      UnitEvent u;
      u.agent = std::string(e.op.device.bytes.begin(), e.op.device.bytes.end());
      u.counter = static_cast<std::uint32_t>(e.op.counter) * 1000 + offset++;
      u.parents = at;
      u.insertion = insertion;
      u.pos = pos;
      u.text = text;
      out.events.push_back(u);
      at = {out.events.size() - 1};
    };
    for (const auto& run : e.runs) {
      for (std::uint32_t k = 0; k < run.deleted; ++k) add(false, run.pos, "");
      std::uint32_t pos = run.pos;
      for (std::size_t b = 0; b < run.inserted.size();) {
        std::size_t size = 1;
        while (b + size < run.inserted.size() &&
               (static_cast<std::uint8_t>(run.inserted[b + size]) & 0xc0U) == 0x80U)
          ++size;
        add(true, pos++, run.inserted.substr(b, size));
        b += size;
      }
    }
    out.after.push_back(at);
  }
  return out;
}

}  // namespace samplan::text_test
