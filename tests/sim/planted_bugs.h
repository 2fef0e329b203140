// The bugs that can be planted (base/planted.h), with what each does to people, the first seed whose world
// finds it and the checker that did. `./dev sim --planted check` lives through each of these seeds again;
// docs/testing.md has the same table, and a test compares the two.
#pragma once

#include <cstdint>
#include <string_view>

namespace samplan::sim {

struct PlantedBug {
  const char* name;
  std::string_view about;
  std::uint64_t seed = 0;  // 0: not found within 1,000
  std::string_view checker;
};

inline constexpr PlantedBug planted_bugs[] = {
    {"sealed_twice", "what already lies sealed in the outbox is sealed once more", 5, "twice"},
    {"batch_left_out", "of several changes that travel together the last is not sealed", 1, "status"},
    {"old_epoch", "sealed under the key epoch before the newest", 1, "comes_to_rest"},
    {"proposal_flag_lost", "a proposal travels as a change", 2, "comes_to_rest"},
    {"tip_ignores_outbox", "two envelopes of one author bear the same number", 1, "comes_to_rest"},
    {"part_taken_for_all", "own numbers are given again while only a part of the plan has come back", 0, ""},
    {"newer_overtakes", "newer operations are sealed while older ones wait under an old epoch", 218, "lost"},
    {"sent_before_saved", "a request leaves before what it carries is on the disk (S1)", 1, "status"},
    {"refusal_confirms", "any answer of the server counts as confirmation (S2)", 1, "lost"},
    {"given_up_early", "sealed anew although the envelope may still count (S3)", 0, ""},
    {"given_up_undecided", "what cannot be decided yet is taken for lost (S3)", 0, ""},
    {"decision_dropped", "a decision that met a newer log is not made anew (S4)", 9, "decided"},
    {"own_missing_skipped", "an own envelope that is no longer known here is passed over", 27, "converges"},
    {"confirms_too_much", "one confirmation settles everything written since", 14, "status"},
    {"quarantine_forgets", "unsent text is dropped when access ends", 3, "status"},
    {"quarantine_loses_last", "the last of several unsent texts is not put into quarantine", 3, "status"},
    {"old_text_forgotten", "text that was written long ago by the device's clock is not sent", 6, "comes_to_rest"},
    {"keys_not_shredded", "keys of closed sections stay on the disk", 3, "cut"},
    {"key_used_again", "a new epoch gets the secret of the one before", 3, "cut"},
    {"key_not_stored", "a section key lives in memory only", 23, "converges"},
    {"cursor_kept", "the server believes that we have what we could not take", 6, "converges"},
    {"fold_not_saved", "an envelope is stored, and the section's place is not", 1, "converges"},
    {"memory_ahead_of_disk", "after a failed commit the plans in memory stay as they were", 0, ""},
    {"commit_error_swallowed", "a full disk is taken for a saved transaction", 45, "doctor"},
    {"disk_not_synced", "commits do not wait for the disk", 11, "lost"},
    {"receipt_unread", "the server's signed word on where a plan stands is not compared", 120, "noticed"},
    {"status_says_sent", "the status counts nothing as waiting", 1, "status"},
    {"all_sent_too_soon", "«all sent» does not look at what waits", 3, "status"},
    {"draft_in_clear", "a draft's text is stored as a label, in the clear", 1, "plaintext"},
    {"numbered_blindly", "what is written while a forgotten plan comes back gets numbers that are taken", 0,
     ""},
    {"hand_over_not_posted", "text that is handed over goes away and is not posted", 27, "letters"},
    {"rollback_unnoticed", "the server's word is not compared with its earlier word", 127, "comes_to_rest"},
    {"cut_comes_late", "what a cut voids and was taken before stays", 0, ""},
    {"snapshot_unattested", "anybody's snapshot is believed", 0, ""},
    {"snapshot_not_compared", "a snapshot is not compared with what was folded", 0, ""},
    {"letters_dropped", "letters are noted as seen and not stored", 21, "letters"},
    {"last_writer_wins", "a field keeps only the last value", 3, "values"},
    {"removal_beats_edit", "a removal wins over an edit that it had not seen", 29, "values"},
    {"set_remove_takes_all", "removing one link from a set takes those that were not seen as well", 10, "values"},
    {"proposal_takes_effect", "a proposal changes the plan before anybody has accepted it", 2, "values"},
    {"last_answer_wins", "a refusal undoes an acceptance that it had not seen", 298, "values"},
    {"superseded_returns", "an accepted proposal brings back what was replaced since", 0, ""},
    {"move_misses", "a record that is moved lands before its neighbour, not after it", 5, "values"},
    {"review_not_set", "a text that was settled asks again", 209, "values"},
    {"text_saw_everything", "an edit of a text is taken for one that had seen all others", 69, "values"},
    {"text_put_anywhere", "letters typed at one place land at another", 135, "values"},
    {"unsent_in_confirmed", "unsent changes get into the confirmed state", 1, "lost"},
    {"cut_ignored", "what was written under an old key counts after the cut", 4, "lost"},
    {"author_chain_ignored", "an author's envelopes count in any order", 6, "lost"},
    {"cut_anywhere", "the relay takes a cut that is not at the section's head", 1, "lost"},
    {"relay_chain_stands", "the relay's running hash does not move within one request", 6, "frozen"},
    {"pull_skips_one", "the relay leaves one envelope out", 2, "converges"},
    {"answers_before_commit", "the relay answers although its commit has failed", 5, "status"},
    {"relay_remembers_undone", "the relay keeps in memory what was rolled back", 80, "comes_to_rest"},
};

}  // namespace samplan::sim
