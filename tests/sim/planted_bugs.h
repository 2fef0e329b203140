// The bugs that can be planted (base/planted.h), with what each does to people, the first seed whose world
// finds it and the checker that did. `./dev sim --planted check` lives through each of these seeds again;
// docs/simulator.md has the same table, and a test compares the two.
#pragma once

#include <cstdint>
#include <string_view>

namespace samplan::sim {

struct PlantedBug {
  const char* name;
  std::string_view about;
  std::uint64_t seed = 0;  // 0: not looked for yet
  std::string_view checker;
};

inline constexpr PlantedBug planted_bugs[] = {
    {"sealed_twice", "what already lies sealed in the outbox is sealed once more", 0, ""},
    {"batch_left_out", "of several changes that travel together the last is not sealed", 0, ""},
    {"old_epoch", "sealed under the key epoch before the newest", 0, ""},
    {"proposal_flag_lost", "a proposal travels as a change", 0, ""},
    {"tip_ignores_outbox", "two envelopes of one author bear the same number", 0, ""},
    {"newer_overtakes", "newer operations are sealed while older ones wait under an old epoch", 0, ""},
    {"sent_before_saved", "a request leaves before what it carries is on the disk (S1)", 0, ""},
    {"refusal_confirms", "any answer of the server counts as confirmation (S2)", 0, ""},
    {"given_up_early", "sealed anew although the envelope may still count (S3)", 0, ""},
    {"given_up_undecided", "what cannot be decided yet is taken for lost (S3)", 0, ""},
    {"decision_dropped", "a decision that met a newer log is not made anew (S4)", 0, ""},
    {"own_missing_skipped", "an own envelope that is no longer known here is passed over", 0, ""},
    {"confirms_too_much", "one confirmation settles everything written since", 0, ""},
    {"quarantine_forgets", "unsent text is dropped when access ends", 0, ""},
    {"quarantine_loses_last", "the last of several unsent texts is not put into quarantine", 0, ""},
    {"old_text_forgotten", "text that was written long ago by the device's clock is not sent", 0, ""},
    {"keys_not_shredded", "keys of closed sections stay on the disk", 0, ""},
    {"key_used_again", "a new epoch gets the secret of the one before", 0, ""},
    {"key_not_stored", "a section key lives in memory only", 0, ""},
    {"cursor_kept", "the server believes that we have what we could not take", 0, ""},
    {"fold_not_saved", "an envelope is stored, and the section's place is not", 0, ""},
    {"memory_ahead_of_disk", "after a failed commit the plans in memory stay as they were", 0, ""},
    {"commit_error_swallowed", "a full disk is taken for a saved transaction", 0, ""},
    {"disk_not_synced", "commits do not wait for the disk", 0, ""},
    {"receipt_unread", "the server's signed word on where a plan stands is not compared", 0, ""},
    {"status_says_sent", "the status counts nothing as waiting", 0, ""},
    {"all_sent_too_soon", "«all sent» does not look at what waits", 0, ""},
    {"draft_in_clear", "a draft's text is stored as a label, in the clear", 0, ""},
    {"letters_dropped", "letters are noted as seen and not stored", 0, ""},
    {"last_writer_wins", "a field keeps only the last value", 0, ""},
    {"removal_beats_edit", "a removal wins over an edit that it had not seen", 0, ""},
    {"set_remove_takes_all", "removing one link from a set takes those that were not seen as well", 0, ""},
    {"proposal_takes_effect", "a proposal changes the plan before anybody has accepted it", 0, ""},
    {"unsent_in_confirmed", "unsent changes get into the confirmed state", 0, ""},
    {"cut_ignored", "what was written under an old key counts after the cut", 0, ""},
    {"author_chain_ignored", "an author's envelopes count in any order", 0, ""},
    {"cut_anywhere", "the relay takes a cut that is not at the section's head", 0, ""},
    {"relay_chain_stands", "the relay's running hash does not move within one request", 0, ""},
    {"pull_skips_one", "the relay leaves one envelope out", 0, ""},
    {"answers_before_commit", "the relay answers although its commit has failed", 0, ""},
    {"relay_remembers_undone", "the relay keeps in memory what was rolled back", 0, ""},
};

}  // namespace samplan::sim
