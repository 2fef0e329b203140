#include "tests/sim/story.h"

#include <algorithm>

namespace samplan::sim {
namespace {

struct Kind {
  std::string_view name;
  unsigned weight;  // how often, beside the others
  bool fault;
};

// A home-care day: mostly small edits and syncs; decisions now and then; trouble as the seed has it.
constexpr std::array<Kind, do_count> kinds = {{
    {"syncs", 320, false},
    {"edits", 240, false},
    {"adds a record", 70, false},
    {"changes a list", 30, false},
    {"removes a record", 25, false},
    {"keeps a record", 15, false},
    {"moves a record", 20, false},
    {"settles a conflict", 30, false},
    {"answers a proposal", 35, false},
    {"keeps a draft", 8, false},
    {"opens the plan", 15, false},
    {"hands over unsent text", 12, false},
    {"takes in what was handed over", 12, false},
    {"throws unsent text away", 3, false},
    {"dismisses a notice", 6, false},
    {"invites somebody", 6, false},
    {"lets somebody in", 8, false},
    {"asks to join", 8, false},
    {"gives consent", 28, false},
    {"withdraws consent", 18, false},
    {"withdraws consent to the plan", 2, false},
    {"consents to the plan", 6, false},
    {"changes a role", 8, false},
    {"leaves", 3, false},
    {"offers the coordination", 4, false},
    {"accepts the coordination", 5, false},
    {"removes a member of the unit", 3, false},
    {"forgets the plan", 3, false},
    {"signs a false snapshot", 0, false},
    {"weather", 40, true},
    {"offline", 30, true},
    {"power will fail", 35, true},
    {"disk full", 8, true},
    {"disk has room", 16, true},
    {"backs up", 10, true},
    {"restores the copy", 5, true},
    {"home copied to a second machine", 2, true},
    {"clock jumps", 20, true},
    {"server restarts", 10, true},
    {"server's disk is full", 10, true},
    {"check", 0, false},
    {"takes a new device into use", 0, false},
    {"closes a lost device", 0, false},
    {"prints a recovery code", 0, false},
    {"comes back with a recovery code", 0, false},
    {"lets a newcomer in at once", 0, false},
    {"lets somebody's access rest", 0, false},
    {"gives access back that rests", 0, false},
    {"asks that a newcomer goes on for somebody", 0, false},
    {"approves that a newcomer goes on for somebody", 0, false},
    {"stops a newcomer from going on for somebody", 0, false},
}};

// The kinds that each story mixes in its own way.
constexpr std::size_t drawn_count = static_cast<std::size_t>(Do::check) + 1;
constexpr std::array<Do, 6> device_steps = {Do::new_device,    Do::new_device, Do::close_device,
                                            Do::recovery_code, Do::recovery_code, Do::recover};

// A newcomer has to be there first, and the waiting time to pass.
constexpr std::array<Do, 12> helper_steps = {Do::newcomer, Do::newcomer,  Do::sync,    Do::rest,
                                             Do::ask_new,  Do::ask_new,   Do::ask_new, Do::come_back,
                                             Do::approve,  Do::approve,   Do::approve, Do::stop};

template <std::size_t N>
void add_steps(Story& story, Luck& luck, const std::array<Do, N>& from, std::size_t count) {
  const UnixMs end = story.steps.back().at;
  for (std::size_t i = 0; i < count; ++i) {
    const Do what = from[static_cast<std::size_t>(luck.below(from.size()))];
    story.steps.push_back({luck.between(1, end), what, static_cast<std::size_t>(luck.below(story.devices)), luck.number()});
  }
  std::stable_sort(story.steps.begin(), story.steps.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
}

// Drawn apart, so that the stories without it are what they always were.
void add_device_life(Story& story) {
  Luck luck(story.seed, 5);
  if (!luck.percent(25) || story.steps.empty()) return;
  story.device_life = true;
  add_steps(story, luck, device_steps, story.steps.size() / 15 + 2);
}

void add_helpers(Story& story) {
  Luck luck(story.seed, 6);
  if (!luck.percent(20) || story.steps.empty()) return;
  story.helpers = true;
  add_steps(story, luck, helper_steps, story.steps.size() / 4 + 8);
}

Do draw(Luck& luck, const std::array<unsigned, do_count>& weights) {
  std::uint64_t all = 0;
  for (const unsigned w : weights) all += w;
  std::uint64_t at = luck.below(all);
  for (std::size_t i = 0; i < do_count; ++i) {
    if (at < weights[i]) return static_cast<Do>(i);
    at -= weights[i];
  }
  return Do::sync;
}

}  // namespace

std::string_view name_of(Do what) { return kinds[static_cast<std::size_t>(what)].name; }
bool is_fault(Do what) { return kinds[static_cast<std::size_t>(what)].fault; }

Story write_story(std::uint64_t seed, const Size& size, std::size_t devices) {
  Luck luck(seed, 1);
  Story story;
  story.seed = seed;
  story.devices = devices;
  // Each world has its own mixture: some kinds of steps often, some never. That reaches corners which an even
  // mixture of everything hides (swarm testing, Groce et al. 2012).
  std::array<unsigned, do_count> weights{};
  for (std::size_t i = 0; i < drawn_count; ++i) {
    const std::uint64_t stress = luck.below(6);
    weights[i] = stress == 0 ? 0 : stress == 5 ? kinds[i].weight * 4 : kinds[i].weight;
  }
  const auto at_least = [&](Do what) {
    unsigned& w = weights[static_cast<std::size_t>(what)];
    w = std::max(w, kinds[static_cast<std::size_t>(what)].weight);
  };
  for (const Do what : {Do::sync, Do::edit}) at_least(what);
  if (luck.percent(10)) {
    story.begins_late = true;
    for (const Do what : {Do::give, Do::withdraw, Do::forget}) weights[static_cast<std::size_t>(what)] += 30;
    weights[static_cast<std::size_t>(Do::false_word)] = luck.percent(50) ? 15 : 0;
  }
  if (weights[static_cast<std::size_t>(Do::full)] > 0) at_least(Do::not_full);
  if (luck.percent(25))  // one world in four has no trouble at all
    for (std::size_t i = 0; i < do_count; ++i)
      if (kinds[i].fault) weights[i] = 0;
  // People are awake at the same hours and write in bursts: that is when they do not see each other's edits.
  UnixMs at = 0;
  const UnixMs mean = size.days * day_ms / size.steps;
  for (int i = 0; i < size.steps; ++i) {
    at += luck.percent(70) ? luck.between(1, 5 * minute_ms) : luck.between(1, 6 * mean);
    Step step{at, draw(luck, weights), static_cast<std::size_t>(luck.below(devices)), luck.number()};
    story.steps.push_back(step);
    if (i % 30 == 29) story.steps.push_back({at + 1, Do::check, 0, luck.number()});
  }
  if (luck.percent(12)) {
    story.evil = static_cast<Evil>(1 + luck.below(3));
    story.evil_from = luck.between(0, at / 2);
    story.evil_until = story.evil_from + luck.between(1, at / 2);
  }
  story.short_replies = luck.percent(20);
  add_device_life(story);
  add_helpers(story);
  return story;
}

std::string tell(const Story& story, const std::vector<std::string>& names) {
  std::string out;
  constexpr std::string_view evils[] = {"", "goes back to an old state", "shows people two histories",
                                        "withholds envelopes"};
  if (story.begins_late) out += "  the plan is a year old\n";
  if (story.device_life) out += "  people take devices into use and lose them\n";
  if (story.helpers) out += "  others help those whose phone is gone\n";
  if (story.short_replies) out += "  the server says little at a time\n";
  if (story.evil != Evil::none)
    out += "  the server " + std::string(evils[static_cast<std::size_t>(story.evil)]) + " from minute " +
           std::to_string(story.evil_from / minute_ms) + " to " +
           std::to_string(story.evil_until / minute_ms) + "\n";
  for (const Step& s : story.steps) {
    const std::string who = s.who < names.size() ? names[s.who] : "device " + std::to_string(s.who);
    out += "  minute " + std::to_string(s.at / minute_ms) + ": " + who + ": " + std::string(name_of(s.what)) +
           "\n";
  }
  return out;
}

}  // namespace samplan::sim
