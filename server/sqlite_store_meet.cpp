// The rows of the meeting place.
#include "server/sqlite_store.h"

namespace samplan::server {
namespace {

constexpr std::int64_t no_slot = -1;

relay::MeetBoxRow row_of(const Query& q) {
  relay::MeetBoxRow row;
  row.box = q.id<MeetBoxId>(0);
  const std::int64_t slot = q.signed_number(1);
  if (slot != no_slot) row.slot = static_cast<std::uint16_t>(slot);
  row.expires_ms = q.signed_number(2);
  row.messages = static_cast<std::uint32_t>(q.number(3));
  return row;
}

}  // namespace

Result<std::optional<relay::MeetBoxRow>> SqliteStore::meet_box(const MeetBoxId& box) {
  Query q = db_.query("SELECT box,coalesce(slot,-1),expires_ms,messages FROM meet_box WHERE box=?");
  SP_TRY(const bool row, q.bind(box).step());
  return row ? std::optional<relay::MeetBoxRow>(row_of(q)) : std::nullopt;
}

Result<std::optional<relay::MeetBoxRow>> SqliteStore::meet_slot(std::uint16_t slot) {
  Query q = db_.query("SELECT box,coalesce(slot,-1),expires_ms,messages FROM meet_box WHERE slot=?");
  SP_TRY(const bool row, q.bind(slot).step());
  return row ? std::optional<relay::MeetBoxRow>(row_of(q)) : std::nullopt;
}

Status SqliteStore::each_meet_message(const MeetBoxId& box, std::uint32_t after,
                                      const relay::Visitor<relay::MeetMessageRow>& visit) {
  Query q = db_.query("SELECT n,body FROM meet_message WHERE box=? AND n>? ORDER BY n");
  q.bind(box).bind(after);
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row || !visit({box, static_cast<std::uint32_t>(q.number(0)), q.blob(1)})) return Status::good();
  }
}

Status SqliteStore::put_meet_box(const relay::MeetBoxRow& row) {
  return db_
      .query(
          "INSERT INTO meet_box VALUES(?,nullif(?,-1),?,?) ON CONFLICT(box) DO UPDATE SET slot=excluded.slot,"
          "expires_ms=excluded.expires_ms,messages=excluded.messages")
      .bind(row.box)
      .bind(row.slot ? static_cast<std::int64_t>(*row.slot) : no_slot)
      .bind(row.expires_ms)
      .bind(row.messages)
      .run();
}

Result<std::uint64_t> SqliteStore::meet_boxes(UnixMs now) {
  Query q = db_.query("SELECT count(*) FROM meet_box WHERE expires_ms>?");
  SP_TRY(const bool row, q.bind(now).step());
  return row ? q.number(0) : 0;
}

Status SqliteStore::add_meet_message(const relay::MeetMessageRow& row) {
  return db_.query("INSERT INTO meet_message VALUES(?,?,?)").bind(row.box).bind(row.n).bind(row.body).run();
}

Status SqliteStore::close_meet_box(const MeetBoxId& box) {
  SP_OK(db_.query("DELETE FROM meet_message WHERE box=?").bind(box).run());
  return db_.query("DELETE FROM meet_box WHERE box=?").bind(box).run();
}

Status SqliteStore::forget_expired_meet(UnixMs now) {
  SP_OK(db_.query("DELETE FROM meet_message WHERE box IN (SELECT box FROM meet_box WHERE expires_ms<=?)")
            .bind(now)
            .run());
  return db_.query("DELETE FROM meet_box WHERE expires_ms<=?").bind(now).run();
}

}  // namespace samplan::server
