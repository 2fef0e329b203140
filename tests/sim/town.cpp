#include "tests/sim/town.h"

#include <algorithm>
#include <cstdio>
#include <queue>

#include "tests/sim/sodium_seed.h"

namespace samplan::sim {
namespace {

// A server that lies to one neighbourhood would rewrite the history of all others: that is left to worlds that
// have a server of their own.
Story story_of(std::uint64_t seed, std::size_t neighbourhood, std::size_t devices) {
  Story story = write_story(seed * 1'000'003 + neighbourhood, small_world, devices);
  story.begins_late = false;
  story.evil = Evil::none;
  story.short_replies = false;
  return story;
}

}  // namespace

Town begin_town(std::size_t devices) {
  Town town;
  const auto server = std::make_shared<Server>(1);
  for (std::size_t have = 0; have < devices;) {
    // Each from a seed of its own: nobody in town has anybody else's keys.
    town.neighbourhoods.push_back(begin_neighbourhood(town.neighbourhoods.size() + 1, server));
    have += town.neighbourhoods.back().homes.size();
  }
  UnixMs latest = 0;
  for (const Beginning& b : town.neighbourhoods) latest = std::max(latest, b.now);
  for (Beginning& b : town.neighbourhoods) b.now = latest;
  town.store = server->store();
  return town;
}

TownResult run_town(const Town& town, std::uint64_t seed, bool keep_log) {
  seed_libsodium(seed);
  forget_sqlite_luck();
  const auto server = std::make_shared<Server>(town.store, seed);
  std::vector<std::unique_ptr<World>> worlds;
  std::vector<Story> stories;
  using Next = std::pair<UnixMs, std::size_t>;
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next;
  for (std::size_t i = 0; i < town.neighbourhoods.size(); ++i) {
    const Beginning& b = town.neighbourhoods[i];
    stories.push_back(story_of(seed, i, b.homes.size()));
    worlds.push_back(std::make_unique<World>(b, stories.back(), server));
    worlds.back()->keep_log = keep_log;
    if (const auto at = worlds[i]->next_at()) next.push({*at, i});
  }
  UnixMs now = 0;
  std::optional<std::size_t> failed;
  const auto look_at = [&](std::size_t i) {
    now = std::max(now, worlds[i]->now);
    if (worlds[i]->failure && !failed) failed = i;
  };
  while (!next.empty() && !failed) {
    const std::size_t i = next.top().second;
    next.pop();
    worlds[i]->now = std::max(now, worlds[i]->now);
    worlds[i]->live_on();
    look_at(i);
    if (const auto at = worlds[i]->next_at()) next.push({*at, i});
  }
  TownResult out;
  out.all.seed = seed;
  for (std::size_t i = 0; i < worlds.size(); ++i) {
    World& w = *worlds[i];
    if (!failed) {
      w.now = now;
      w.end();
      look_at(i);
    }
    out.all.devices += w.devices.size();
    out.all.events += w.events;
    out.all.hash = (out.all.hash ^ w.hash()) * 0x100000001b3ULL;
  }
  if (failed) {
    World& w = *worlds[*failed];
    out.all.failure = w.failure;
    out.all.log = std::move(w.log);
    for (const auto& d : w.devices) out.all.names.push_back(d->name);
    out.neighbourhood = *failed;
    out.story = stories[*failed];
  }
  return out;
}

Beginning alone(const Town& town, std::size_t neighbourhood) {
  Beginning out = town.neighbourhoods[neighbourhood];
  out.store = town.store;
  return out;
}

}  // namespace samplan::sim
