// The tables of the server's store on SQLite. Plans have a small number of their own here, so that the many
// rows of a plan do not each repeat its 32 bytes. Every change of this text raises the version and brings a
// migration.
#pragma once

namespace samplan::server {

inline constexpr int store_version = 4;
inline constexpr int store_application_id = 0x53705376;  // "SpSv"

inline constexpr const char* store_schema = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE identity(n INTEGER PRIMARY KEY, principal BLOB NOT NULL, seq INTEGER NOT NULL, record BLOB NOT NULL,
  UNIQUE(principal, seq));
CREATE TABLE device(device BLOB PRIMARY KEY, person BLOB NOT NULL, sign_key BLOB NOT NULL, revoked INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE unit_member(person BLOB NOT NULL, unit BLOB NOT NULL, now_member INTEGER NOT NULL,
  PRIMARY KEY(person, unit)) WITHOUT ROWID;

CREATE TABLE plan(plan_no INTEGER PRIMARY KEY, plan BLOB NOT NULL UNIQUE, version INTEGER NOT NULL,
  gov_seq INTEGER NOT NULL, identity_n INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE TABLE plan_member(person BLOB NOT NULL, plan_no INTEGER NOT NULL, PRIMARY KEY(person, plan_no)) WITHOUT ROWID;
CREATE TABLE feed_member(principal BLOB NOT NULL, plan_no INTEGER NOT NULL, participant INTEGER NOT NULL,
  PRIMARY KEY(principal, plan_no)) WITHOUT ROWID;
CREATE TABLE feed(plan_no INTEGER NOT NULL, n INTEGER NOT NULL, identity INTEGER NOT NULL, gov_seq INTEGER NOT NULL,
  recv_ms INTEGER NOT NULL, PRIMARY KEY(plan_no, n), UNIQUE(plan_no, identity)) WITHOUT ROWID;
CREATE TABLE section(plan_no INTEGER NOT NULL, section INTEGER NOT NULL, seq INTEGER NOT NULL, chain BLOB NOT NULL,
  PRIMARY KEY(plan_no, section)) WITHOUT ROWID;
CREATE TABLE governance(plan_no INTEGER NOT NULL, seq INTEGER NOT NULL, recv_ms INTEGER NOT NULL,
  identity_n INTEGER NOT NULL, signed_record BLOB NOT NULL, PRIMARY KEY(plan_no, seq));
CREATE TABLE envelope(plan_no INTEGER NOT NULL, section INTEGER NOT NULL, seq INTEGER NOT NULL, author BLOB NOT NULL,
  epoch INTEGER NOT NULL, author_seq INTEGER NOT NULL, id BLOB NOT NULL, recv_ms INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY(plan_no, section, seq), UNIQUE(plan_no, section, author, epoch, author_seq));
-- Envelopes that clients look for by kind: 2 snapshot, 5 attestation.
CREATE TABLE marked(plan_no INTEGER NOT NULL, section INTEGER NOT NULL, kind INTEGER NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY(plan_no, section, kind, seq)) WITHOUT ROWID;
CREATE TABLE access_log(plan_no INTEGER NOT NULL, n INTEGER NOT NULL, hash_prev BLOB NOT NULL, hash BLOB NOT NULL,
  device BLOB NOT NULL, section INTEGER NOT NULL, from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL,
  recv_ms INTEGER NOT NULL, PRIMARY KEY(plan_no, n)) WITHOUT ROWID;

CREATE TABLE cursors(device BLOB NOT NULL, token BLOB NOT NULL, cursors BLOB NOT NULL, PRIMARY KEY(device, token));

CREATE TABLE box(box BLOB PRIMARY KEY, owner BLOB NOT NULL, expires_ms INTEGER NOT NULL, letters INTEGER NOT NULL,
  enrolled INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX box_owner ON box(owner);
-- AUTOINCREMENT: the number of a letter that has expired is never given to another, or a reader would miss it.
CREATE TABLE letter(n INTEGER PRIMARY KEY AUTOINCREMENT, box BLOB NOT NULL, plan BLOB NOT NULL, author BLOB NOT NULL,
  recipient BLOB NOT NULL, recv_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, id BLOB NOT NULL,
  body BLOB NOT NULL);
CREATE INDEX letter_recipient ON letter(recipient, n);
CREATE INDEX letter_box ON letter(box, id);
CREATE TABLE hand_over(plan_no INTEGER NOT NULL, device BLOB NOT NULL, id BLOB NOT NULL,
  PRIMARY KEY(plan_no, device)) WITHOUT ROWID;

CREATE TABLE meet_box(box BLOB PRIMARY KEY, slot INTEGER UNIQUE, expires_ms INTEGER NOT NULL, messages INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE INDEX meet_expires ON meet_box(expires_ms);
CREATE TABLE meet_message(box BLOB NOT NULL, n INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(box, n)) WITHOUT ROWID;

CREATE TABLE checkpoint(generation INTEGER NOT NULL, n INTEGER NOT NULL, leaf BLOB NOT NULL, note BLOB NOT NULL,
  PRIMARY KEY(generation, n)) WITHOUT ROWID;
-- The heads that the newest checkpoint speaks of; section 0 is the plan's log.
CREATE TABLE noted_head(plan BLOB NOT NULL, section INTEGER NOT NULL, seq INTEGER NOT NULL, chain BLOB NOT NULL,
  PRIMARY KEY(plan, section)) WITHOUT ROWID;
)sql";

// From version 1. The kind is the fifth byte of an envelope. Cursors are a cache of what clients know themselves, and
// their encoding has changed.
inline constexpr const char* store_migration_2 = R"sql(
CREATE TABLE marked(plan_no INTEGER NOT NULL, section INTEGER NOT NULL, kind INTEGER NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY(plan_no, section, kind, seq)) WITHOUT ROWID;
INSERT INTO marked SELECT plan_no, section, 2, seq FROM envelope WHERE substr(body, 5, 1) = x'02';
DELETE FROM cursors;
)sql";

// From version 2: the meeting place.
inline constexpr const char* store_migration_3 = R"sql(
CREATE TABLE meet_box(box BLOB PRIMARY KEY, slot INTEGER UNIQUE, expires_ms INTEGER NOT NULL, messages INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE INDEX meet_expires ON meet_box(expires_ms);
CREATE TABLE meet_message(box BLOB NOT NULL, n INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(box, n)) WITHOUT ROWID;
)sql";

// From version 3: checkpoints.
inline constexpr const char* store_migration_4 = R"sql(
CREATE TABLE checkpoint(generation INTEGER NOT NULL, n INTEGER NOT NULL, leaf BLOB NOT NULL, note BLOB NOT NULL,
  PRIMARY KEY(generation, n)) WITHOUT ROWID;
CREATE TABLE noted_head(plan BLOB NOT NULL, section INTEGER NOT NULL, seq INTEGER NOT NULL, chain BLOB NOT NULL,
  PRIMARY KEY(plan, section)) WITHOUT ROWID;
)sql";

}  // namespace samplan::server
