#include "bench/workload.h"

#include <cstdio>

namespace samplan::bench {
namespace {

// 4-byte multiplication that wraps, as the generator is defined.
std::uint32_t multiply(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>(std::uint64_t{a} * b);
}

const std::vector<std::string>& words() {
  static const std::vector<std::string> list = [] {
    const std::string all =
        "resident slept well tonight blood pressure measured medication given morning evening walk garden visit "
        "daughter phoned doctor wound dressing changed skin dry cream applied breakfast half lunch full drank water "
        "tea mood calm anxious pain score two four transfer hoist two carers weight stable appetite poor better fall "
        "risk mattress check bell within reach glasses cleaned hearing aid battery replaced note to nurse";
    std::vector<std::string> out(1);
    for (const char c : all) {
      if (c == ' ') {
        out.emplace_back();
      } else {
        out.back() += c;
      }
    }
    return out;
  }();
  return list;
}

std::string padded(int value, int width) {
  char out[24];
  std::snprintf(out, sizeof out, "%0*d", width, value);
  return out;
}

}  // namespace

double Rng::next() {
  a_ += 0x6d2b79f5U;
  std::uint32_t t = multiply(a_ ^ (a_ >> 15), a_ | 1U);
  t ^= t + multiply(t ^ (t >> 7), t | 61U);
  return static_cast<double>(t ^ (t >> 14)) / 4294967296.0;
}

std::string make_text(Rng& rng, int length) {
  const auto n = static_cast<std::size_t>(length);
  std::string s;
  while (s.size() < n) {
    if (!s.empty()) s += ' ';
    s += words()[static_cast<std::size_t>(rng.next() * static_cast<double>(words().size()))];
    if (rng.next() < 0.15) s += ' ' + std::to_string(static_cast<int>(rng.next() * 1000));
  }
  return s.substr(0, n);
}

std::vector<Entry> base_plan(int plan) {
  Rng rng(static_cast<std::uint32_t>(1000 + plan));
  std::vector<Entry> out;
  for (int i = 0; i < entries_per_plan; ++i) {
    const int length = i % 2 != 0 ? 300 : 12 + static_cast<int>(rng.next() * 28);
    out.push_back({"e" + padded(i, 4), make_text(rng, length)});
  }
  return out;
}

std::vector<Change> make_changes(int device, int count, int plans, int devices, int body) {
  Rng rng(static_cast<std::uint32_t>(50000 + device * 977 + count));
  std::vector<Change> out;
  for (int i = 0; i < count; ++i) {
    Change c;
    c.plan = static_cast<int>(rng.next() * plans);
    c.is_new = rng.next() < 0.5;
    if (c.is_new) {
      c.id = "jd" + std::to_string(device) + "-" + padded(i, 5);
    } else {
      const int k = static_cast<int>(rng.next() * (entries_per_plan / devices));
      c.id = "e" + padded(k * devices + device % devices, 4);
    }
    c.body = make_text(rng, body);
    out.push_back(std::move(c));
  }
  return out;
}

std::map<std::string, std::string> expected_state(const std::vector<std::vector<Change>>& lists, int plans) {
  std::map<std::string, std::string> out;
  for (int p = 0; p < plans; ++p)
    for (const Entry& e : base_plan(p)) out[std::to_string(p) + "/" + e.id] = e.body;
  for (const auto& list : lists)
    for (const Change& c : list) out[std::to_string(c.plan) + "/" + c.id] = c.body;
  return out;
}

}  // namespace samplan::bench
