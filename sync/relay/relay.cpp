#include "sync/relay/relay.h"

#include <algorithm>
#include <set>

#include "base/planted.h"
#include "sync/relay/mail.h"

namespace samplan::relay {
namespace {

// A plan's part in a reply that gets nothing of the plan.
PlanReply bare_reply(const PlanId& plan, ItemStatus status) {
  PlanReply reply;
  reply.plan = plan;
  reply.status = status;
  return reply;
}

PlanCursor cursor_from(const PlanRequest& plan) {
  PlanCursor c;
  c.gov_seq = plan.gov_seq;
  c.identity_n = plan.identity_n;
  for (const SectionCursor& s : plan.sections) c.sections[s.section].seq = s.seq;
  return c;
}

std::size_t reply_room(const SyncRequest& request, const RelayConfig& config) {
  if (request.reply_bytes_max == 0) return config.reply_bytes;
  return std::min<std::size_t>(request.reply_bytes_max, config.reply_bytes);
}

}  // namespace

// One request on its way through; lives as long as `execute`.
class Relay::Request {
 public:
  Request(Relay& relay, Store& store, const Incoming& in, UnixMs now, Entropy& entropy)
      : relay_(relay),
        store_(store),
        in_(in),
        now_(now),
        entropy_(entropy),
        ctx_{store, relay.people_, relay.config_, in.device, now},
        reply_(start_reply(in, now, relay.server_, relay.config_)) {}

  Result<SyncReply> run() {
    SP_OK(relay_.people_.refresh(store_));
    SP_OK(push_identity());
    if (!is_admitted()) return std::move(reply_);
    SP_OK(load_cursors());
    SP_OK(push_plans());
    SP_OK(take_mail());
    if (!reply_.cursors_unknown) SP_OK(pull());
    SP_OK(tell_own_logs());
    for (PlanTurn& turn : turns_)
      if (turn.has_something_to_say()) reply_.plans.push_back(std::move(turn.reply));
    return std::move(reply_);
  }

 private:
  const IdentityBook& book() const { return relay_.people_.book(); }

  Status push_identity() {
    if (in_.request.identity.empty()) return Status::good();
    const IdentityBook::Owner owner = book().find_device(in_.device);
    const bool revoked = owner.device != nullptr && owner.device->revoked_seq != 0;
    bool may_create = relay_.config_.open_enrolment || (owner.device != nullptr && !revoked);
    if (!may_create && !in_.request.enrolment_code.empty())
      may_create = is_enrolment_code(in_.request.enrolment_code);
    if (!may_create && owner.device == nullptr) {
      SP_TRY(may_create, box_vouches(store_, relay_.config_, in_.request.enrolment_box, now_));
    }
    for (const Bytes& record : in_.request.identity) {
      SP_TRY(const ItemResult result, relay_.people_.push(store_, relay_.config_, record, may_create, now_));
      reply_.identity_results.push_back(result);
    }
    return Status::good();
  }

  bool is_enrolment_code(const std::string& code) const {
    // Hashes are compared, so that the time taken says nothing about how many letters were right.
    const auto digest = [](const std::string& s) {
      return crypto::Secret32::from(crypto::hash("samplan/enrolment-code/1", {ByteView::of(s)}).view());
    };
    return digest(code).same_as(digest(relay_.server_.enrolment_code));
  }

  // The device as the logs know it after this request's own records.
  bool is_admitted() {
    const IdentityBook::Owner owner = book().find_device(in_.device);
    if (owner.device == nullptr || owner.person->id != in_.request.person) {
      reply_.status = ItemStatus::unknown;
    } else if (owner.device->revoked_seq != 0) {
      reply_.status = ItemStatus::withdrawn;
    }
    return reply_.status == ItemStatus::ok;
  }

  Status load_cursors() {
    for (const PlanRequest& plan : in_.request.plans) named_.insert(plan.plan);
    if (!in_.request.cursors) {
      for (const PlanRequest& plan : in_.request.plans) cursors_[plan.plan] = cursor_from(plan);
      return Status::good();
    }
    SP_TRY(const std::optional<Bytes> kept, store_.cursors(in_.device, *in_.request.cursors));
    reply_.cursors_unknown = !kept;
    if (!kept) return Status::good();
    SP_TRY(cursors_, read_cursors(*kept));
    return Status::good();
  }

  // Each plan by itself: what goes wrong in one is undone there and touches no other.
  Status push_plans() {
    for (std::size_t i = 0; i < in_.request.plans.size(); ++i) {
      const PlanRequest& plan = in_.request.plans[i];
      SP_OK(store_.mark());
      const Status pushed = push_plan(plan, in_.pushed[i]);
      if (pushed.ok()) {
        SP_OK(store_.release());
        continue;
      }
      if (pushed.code() != Errc::corrupt) return pushed;
      SP_OK(store_.undo());
      relay_.plans_.drop(plan.plan);
      reply_.plans.push_back(bare_reply(plan.plan, ItemStatus::deferred));
    }
    return Status::good();
  }

  Status push_plan(const PlanRequest& plan, const std::vector<PushedEnvelope>& pushed) {
    SP_TRY(std::shared_ptr<PlanView> view, relay_.plans_.find(store_, plan.plan, book()));
    if (view) {
      SP_TRY(const bool concerned, store_.is_plan_member(in_.request.person, plan.plan));
      // A plan of others and a plan that does not exist look the same.
      if (!concerned) {
        SP_OK(log_denied(store_, plan.plan, in_.device, now_));
        return refuse_plan(plan, pushed);
      }
    }
    PlanTurn turn;
    turn.named = true;
    turn.pushed = !plan.push_gov.empty() || !plan.push.empty();
    turn.reply.plan = plan.plan;
    SP_TRY(GovOutcome governance, push_governance(ctx_, plan, view, turn.reply.gov_results));
    turn.reply.identity = std::move(governance.identity);
    if (!view) {
      turn.reply.status = ItemStatus::unknown;
      for (const PushedEnvelope& p : pushed)
        turn.reply.results.push_back({id_of(p), governance.refused.value_or(ItemStatus::unknown), 0});
      reply_.plans.push_back(std::move(turn.reply));
      return Status::good();
    }
    relay_.plans_.put(view);
    if (!pushed.empty()) SP_OK(push_content(ctx_, *view, pushed, governance, turn.reply.results, turn.first));
    turn.moved = std::move(governance.moved);
    turn.begin = plan.begin;
    turn.history = plan.history;
    turn.access_after = plan.access_after;
    turn.view = std::move(view);
    turns_.push_back(std::move(turn));
    return Status::good();
  }

  static Hash id_of(const PushedEnvelope& pushed) { return pushed.envelope ? pushed.envelope->id : Hash{}; }

  Status refuse_plan(const PlanRequest& plan, const std::vector<PushedEnvelope>& pushed) {
    PlanReply refused = bare_reply(plan.plan, ItemStatus::unknown);
    for (const GovPush& push : plan.push_gov) {
      const auto record = read_record(LogKind::governance, push.record);
      refused.gov_results.push_back({record.ok() ? record->hash : Hash{}, ItemStatus::unknown, 0});
    }
    for (const PushedEnvelope& p : pushed) refused.results.push_back({id_of(p), ItemStatus::unknown, 0});
    reply_.plans.push_back(std::move(refused));
    return Status::good();
  }

  Status take_mail() {
    for (const BoxRegister& box : in_.request.boxes) {
      SP_TRY(const ItemResult result, register_box(ctx_, box));
      reply_.mail_results.push_back(result);
    }
    for (const MailPut& mail : in_.request.mail) {
      SP_TRY(const ItemResult result, put_letter(ctx_, mail));
      reply_.mail_results.push_back(result);
    }
    for (const DropPut& drop : in_.request.drops) {
      SP_TRY(const std::shared_ptr<PlanView> view, relay_.plans_.find(store_, drop.plan, book()));
      SP_TRY(const ItemResult result, put_drop(ctx_, drop, view.get()));
      reply_.mail_results.push_back(result);
    }
    return Status::good();
  }

  Status pull() {
    Puller puller(store_, relay_.server_, in_.device, now_, reply_room(in_.request, relay_.config_));
    std::vector<PrincipalId> principals = book().units_of(in_.request.person);
    principals.push_back(in_.request.person);
    SP_TRY(const bool more_letters, puller.letters(principals, in_.request.mail_seen, reply_.letters));
    // The wire has no word for more letters; asking again soon fetches them.
    if (more_letters) reply_.retry_after_ms = 1;
    SP_OK(collect_turns());
    SP_OK(puller.plans(turns_));
    return save_cursors();
  }

  // What the device lacks of its person's log and of those of its units. A unit's records are signed by its members, so
  // theirs come with them.
  Status tell_own_logs() {
    if (in_.request.own_logs.empty()) return Status::good();
    std::set<Hash> known;
    for (const ItemResult& r : reply_.identity_results) known.insert(r.id);
    std::size_t room = reply_room(in_.request, relay_.config_) / 2;
    const auto tell = [&](const IdentityRow& row) {
      const auto record = read_record(LogKind::identity, row.record);
      if (!record.ok() || !known.insert(record->hash).second) return true;
      if (row.record.size() > room) return false;  // the rest comes another time
      room -= row.record.size();
      reply_.identity.push_back(row.record.copy());
      return true;
    };
    SP_OK(store_.each_identity_of(in_.request.person, seq_seen(in_.request.person), tell));
    for (const PrincipalId& unit : book().units_of(in_.request.person))
      if (seq_seen(unit) < book().find(unit)->seq()) SP_OK(relay_.people_.each_record_about(store_, unit, tell));
    return Status::good();
  }

  std::uint64_t seq_seen(const PrincipalId& principal) const {
    for (const OwnLog& log : in_.request.own_logs)
      if (log.principal == principal) return log.seq;
    return 0;
  }

  // The named plans have their turn already; the others get one if they have changed since the device last
  // had all.
  Status collect_turns() {
    std::vector<PlanTurn> turns = std::move(turns_);
    turns_.clear();
    for (PlanTurn& turn : turns) SP_OK(add_turn(std::move(turn)));
    if (in_.request.only_named_plans) return Status::good();
    SP_TRY(const std::vector<PlanRow> rows, store_.plans_of(in_.request.person));
    for (const PlanRow& row : rows) {
      if (named_.count(row.plan) != 0 || turns_.size() + reply_.plans.size() >= limits::plans_per_request_max)
        continue;
      const auto cursor = cursors_.find(row.plan);
      const bool has_all = cursor != cursors_.end() && cursor->second.version == row.version &&
                           (cursor->second.expires_ms == 0 || now_ < cursor->second.expires_ms);
      if (has_all) continue;
      SP_OK(open_turn(row.plan));
    }
    return Status::good();
  }

  Status open_turn(const PlanId& plan) {
    auto view = relay_.plans_.find(store_, plan, book());
    if (!view.ok()) {
      if (view.code() != Errc::corrupt) return view.error();
      reply_.plans.push_back(bare_reply(plan, ItemStatus::deferred));
      return Status::good();
    }
    PlanTurn turn;
    turn.reply.plan = plan;
    turn.view = std::move(*view);
    return add_turn(std::move(turn));
  }

  // Was told that access has ended, by a record: one that has run out by its date is asked for by honest devices too.
  bool was_told(const PlanTurn& turn) const {
    const auto cursor = cursors_.find(turn.view->row.plan);
    if (cursor == cursors_.end() || !cursor->second.ended) return false;
    const auto acting = turn.view->gov.participants_of_device_now(in_.device, book());
    return std::none_of(acting.begin(), acting.end(), [](const Participant* p) { return p->has_any_access(); });
  }

  Status add_turn(PlanTurn turn) {
    SP_TRY(turn.standing, standing_of(store_, *turn.view, book(), in_.device, now_));
    // Who was told once that access has ended, or never had any, and asks by name.
    const bool is_denied = turn.named && (turn.standing.kind == Standing::Kind::foreign ||
                                          (turn.standing.kind == Standing::Kind::ended && was_told(turn)));
    if (is_denied) SP_OK(log_denied(store_, turn.view->row.plan, in_.device, now_));
    if (turn.standing.kind == Standing::Kind::foreign) {
      if (turn.named) {
        turn.reply.status = ItemStatus::unknown;
        reply_.plans.push_back(std::move(turn.reply));
      }
      return Status::good();
    }
    const auto cursor = cursors_.find(turn.view->row.plan);
    if (cursor != cursors_.end()) turn.before = cursor->second;
    turn.now = turn.before;
    turn.takes_snapshots = in_.request.takes_snapshots;
    turn.by_token = in_.request.cursors.has_value();
    turns_.push_back(std::move(turn));
    return Status::good();
  }

  // Nothing new for the client: the token stays, and nothing is written.
  Status save_cursors() {
    bool moved = !in_.request.cursors;
    // Without a token only what has been answered counts; names of plans that are none of theirs are not
    // kept.
    if (moved) cursors_.clear();
    for (PlanTurn& turn : turns_) {
      moved = moved || !turn.now.same_place(turn.before);
      turn.reply.identity_n = turn.now.identity_n;
      cursors_[turn.view->row.plan] = turn.now;
    }
    reply_.cursors = in_.request.cursors;
    if (!moved) return Status::good();
    CursorToken token{};
    entropy_.fill(token.data(), token.size());
    SP_OK(store_.put_cursors(in_.device, in_.request.cursors, token, write_cursors(cursors_)));
    reply_.cursors = token;
    return Status::good();
  }

  Relay& relay_;
  Store& store_;
  const Incoming& in_;
  const UnixMs now_;
  Entropy& entropy_;
  PushContext ctx_;
  SyncReply reply_;
  CursorSet cursors_;
  std::set<PlanId> named_;
  std::vector<PlanTurn> turns_;
};

Result<Incoming> Relay::read(ReadStore& store, ByteView frame, std::string_view host, UnixMs now) const {
  return read_incoming(frame, host, now, server_, config_, store);
}

namespace {

// A device that was closed gets the records of its person's log that say so, and nothing else.
Status tell_closed(ReadStore& store, const Incoming& in, SyncReply& reply) {
  SP_TRY(const std::optional<DeviceRow> device, store.device(in.device));
  for (const OwnLog& log : in.request.own_logs) {
    if (!device || log.principal != device->person) continue;
    SP_OK(store.each_identity_of(log.principal, log.seq, [&](const IdentityRow& row) {
      reply.identity.push_back(row.record.copy());
      return reply.identity.size() < limits::devices_max * 2;
    }));
  }
  return Status::good();
}

}  // namespace

Result<std::optional<SyncReply>> Relay::idle(ReadStore& store, const Incoming& in, UnixMs now) const {
  SyncReply start = start_reply(in, now, server_, config_);
  if (in.refused == ItemStatus::withdrawn) SP_OK(tell_closed(store, in, start));
  if (in.refused != ItemStatus::ok || in.nonce_refused) return std::optional<SyncReply>(start);
  SP_TRY(std::optional<SyncReply> reply, answer_if_idle(in, now, store));
  if (!reply) return reply;
  const std::optional<CursorToken> token = reply->cursors;
  *reply = start;
  reply->cursors = token;
  return reply;
}

Bytes Relay::finish(const Incoming& in, SyncReply reply) const {
  for (PlanReply& plan : reply.plans)
    if (plan.receipt) sign_receipt(*plan.receipt, server_.key);
  return write_reply_frame(write_reply_body(reply), in.request_hash, server_.key);
}

Result<SyncReply> Relay::execute(Store& store, const Incoming& in, UnixMs now, Entropy& entropy) {
  return Request(*this, store, in, now, entropy).run();
}

void Relay::forget() {
  if (SP_PLANTED(relay_remembers_undone)) return;
  people_.drop();
  plans_.drop_all();
  heads_.reset();
}

Result<Bytes> Relay::handle(Store& store, ByteView frame, std::string_view host, UnixMs now,
                            Entropy& entropy) {
  SP_OK(store.begin());
  const auto in = read(store, frame, host, now);
  auto reply = in.ok() ? idle(store, *in, now) : Result<std::optional<SyncReply>>(in.error());
  if (!reply.ok() || *reply) {
    store.rollback();
    if (!reply.ok()) return reply.error();
    return finish(*in, std::move(**reply));
  }
  auto executed = execute(store, *in, now, entropy);
  const Status committed = executed.ok() ? store.commit() : Status(executed.error());
  if (!committed.ok()) {
    store.rollback();
    if (SP_PLANTED(answers_before_commit) && executed.ok()) return finish(*in, std::move(*executed));
    forget();
    return committed.error();
  }
  return finish(*in, std::move(*executed));
}

}  // namespace samplan::relay
