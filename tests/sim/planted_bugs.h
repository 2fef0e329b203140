// The bugs that can be planted (base/planted.h), with what each does to people. The simulator has to find every one.
#pragma once

#include <array>
#include <string_view>

namespace samplan::sim {

struct PlantedBug {
  const char* name;
  std::string_view about;
};

inline constexpr PlantedBug planted_bugs[] = {
    {"sealed_twice", "what already lies sealed in the outbox is sealed once more"},
    {"batch_left_out", "of several changes that travel together the last is not sealed"},
    {"old_epoch", "sealed under the key epoch before the newest"},
    {"proposal_flag_lost", "a proposal travels as a change"},
    {"tip_ignores_outbox", "two envelopes of one author bear the same number"},
    {"newer_overtakes", "newer operations are sealed while older ones wait under an old epoch"},
    {"sent_before_saved", "a request leaves before what it carries is on the disk (S1)"},
    {"refusal_confirms", "any answer of the server counts as confirmation (S2)"},
    {"given_up_early", "sealed anew although the envelope may still count (S3)"},
    {"given_up_undecided", "what cannot be decided yet is taken for lost (S3)"},
    {"decision_dropped", "a decision that met a newer log is not made anew (S4)"},
    {"own_missing_skipped", "an own envelope that is no longer known here is passed over"},
    {"confirms_too_much", "one confirmation settles everything written since"},
    {"quarantine_forgets", "unsent text is dropped when access ends"},
    {"quarantine_loses_last", "the last of several unsent texts is not put into quarantine"},
    {"old_text_forgotten", "text that was written long ago by the device's clock is not sent"},
    {"keys_not_shredded", "keys of closed sections stay on the disk"},
    {"key_used_again", "a new epoch gets the secret of the one before"},
    {"key_not_stored", "a section key lives in memory only"},
    {"cursor_kept", "the server believes that we have what we could not take"},
    {"fold_not_saved", "an envelope is stored, and the section's place is not"},
    {"memory_ahead_of_disk", "after a failed commit the plans in memory stay as they were"},
    {"commit_error_swallowed", "a full disk is taken for a saved transaction"},
    {"disk_not_synced", "commits do not wait for the disk"},
    {"receipt_unread", "the server's signed word on where a plan stands is not compared"},
    {"status_says_sent", "the status counts nothing as waiting"},
    {"all_sent_too_soon", "«all sent» does not look at what waits"},
    {"draft_in_clear", "a draft's text is stored as a label, in the clear"},
    {"letters_dropped", "letters are noted as seen and not stored"},
    {"last_writer_wins", "a field keeps only the last value"},
    {"removal_beats_edit", "a removal wins over an edit that it had not seen"},
    {"set_remove_takes_all", "removing one link from a set takes those that were not seen as well"},
    {"proposal_takes_effect", "a proposal changes the plan before anybody has accepted it"},
    {"unsent_in_confirmed", "unsent changes get into the confirmed state"},
    {"cut_ignored", "what was written under an old key counts after the cut"},
    {"author_chain_ignored", "an author's envelopes count in any order"},
    {"cut_anywhere", "the relay takes a cut that is not at the section's head"},
    {"relay_chain_stands", "the relay's running hash does not move within one request"},
    {"pull_skips_one", "the relay leaves one envelope out"},
    {"answers_before_commit", "the relay answers although its commit has failed"},
    {"relay_remembers_undone", "the relay keeps in memory what was rolled back"},
};

}  // namespace samplan::sim
