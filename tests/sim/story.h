// A story is what will happen in a world, written before it happens: steps with a time, somebody who acts,
// and a number for the luck of that step. It is made from a seed alone; leaving steps out leaves the others
// as they are, which is how a failing story is made short.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/sim_net.h"

namespace samplan::sim {

enum class Do : std::uint8_t {
  sync,
  edit,
  add,
  set_change,
  remove,
  keep,
  move,
  resolve,
  answer,  // accepts or declines a proposal
  draft,
  look,       // opens the plan, which is noted
  hand_over,  // own quarantined text
  take_over,  // text that a former participant handed over
  discard,    // own quarantined text
  dismiss,    // a notice
  invite,
  confirm,
  join,
  give,  // the owner consents
  withdraw,
  withdraw_plan,
  consent_plan,
  change_role,
  leave,  // a participant withdraws
  offer,  // the coordination
  accept_offer,
  remove_member,
  forget,      // the plan, from a shared machine
  false_word,  // a writer with a program of their own signs a snapshot that leaves everything out
  // Faults.
  weather,
  offline,
  crash,  // the power goes at one of the next writes
  full,
  not_full,
  back_up,
  restore,
  clone,
  clock,
  server_restart,
  server_full,
  // Checks on the way.
  check,
  // What people do with their devices; in some worlds only, drawn apart from the rest.
  new_device,     // of a person who has one
  close_device,   // a lost one, from another
  recovery_code,  // on paper
  recover,        // with the paper, on a machine that holds nothing
  // What others do for somebody whose phone is gone; in some worlds only, drawn apart as well.
  newcomer,   // is invited, joins and is let in at one table; consent is another day's
  rest,       // lets a participant's access rest
  come_back,  // gives it back
  ask_new,    // that a newcomer goes on for a participant
  approve,
  stop,
  count_,
};
inline constexpr std::size_t do_count = static_cast<std::size_t>(Do::count_);
std::string_view name_of(Do what);
bool is_fault(Do what);

struct Step {
  UnixMs at = 0;
  Do what = Do::sync;
  std::size_t who = 0;
  std::uint64_t luck = 0;
};

enum class Evil : std::uint8_t { none, rolls_back, forks, withholds };

struct Story {
  std::uint64_t seed = 0;
  std::size_t devices = 0;
  bool begins_late = false;  // with a plan that has a long history, so that snapshots are made and taken
  bool short_replies = false;  // the server says little at a time
  bool device_life = false;    // people take devices into use, lose them and come back
  bool helpers = false;        // others help those whose phone is gone
  Evil evil = Evil::none;
  UnixMs evil_from = 0;
  UnixMs evil_until = 0;
  std::vector<Step> steps;
};

struct Size {
  int days = 5;
  int steps = 90;
};
inline constexpr Size small_world{5, 90};
inline constexpr Size large_world{60, 1500};

Story write_story(std::uint64_t seed, const Size& size, std::size_t devices);
// One line a step, for people.
std::string tell(const Story& story, const std::vector<std::string>& names);

}  // namespace samplan::sim
