// One random schedule for the cut rule: two honest writers A and B, a third, Q, who is withdrawn and let in
// again, a coordinator, and a server that is honest or hostile. Uses the real governance log, the real
// verdicts and the real author chains; only the network and the content are play. It checks nothing itself:
// cut_rule_test.cpp does.
//
// The hostile server accepts envelopes in any order or none, appends old ones again, appends back-dated
// forgeries made by Q, and shows each device lagging prefixes of log and chain. It does not show two
// histories (receipts are for that). The honest clients follow two rules: an operation is pending while it is
// in no valid envelope; and it is sealed anew only on proof from their own verified view, never on the
// server's word.
#pragma once

#include <set>

#include "sync/log/validity.h"
#include "tests/support/log_builder.h"

namespace samplan::log_test {

inline constexpr SectionId the_section = 1;

// Everything that all schedules share: made once, since keys and signatures are what costs.
struct CutStage {
  CutStage() : people(4242), plan(people) {
    for (TestPerson* p : {&c, &a, &b, &q}) *p = people.person();
    const TestDevice& d = c.device();
    ok &= plan.push(GovKind::genesis, plan.genesis_body(c, {the_section}), d).ok();
    for (const TestPerson* p : {&a, &b, &q})
      ok &= plan.push(GovKind::participant_add, plan.add_body(p->id, Role::provider), d).ok();
    ok &= plan.push(GovKind::consent_plan, PlanLog::attested(PlanLog::consent_body()), d).ok();
    for (std::uint16_t n = 2; n <= 4; ++n)
      ok &= plan.push(GovKind::consent_grant, PlanLog::attested(plan.grant_body(n, {{the_section, rwp}})), d)
                .ok();
    base = plan.gov;
  }
  People people;
  PlanLog plan;
  TestPerson c, a, b, q;
  GovState base;
  bool ok = true;
};

struct Sealed {
  Bytes bytes;
  Envelope envelope;  // points into `bytes`
  int op = 0;         // positive: of an honest writer or of Q while it follows the rules; negative: a forgery
};

class Schedule {
 public:
  struct Op {
    int id = 0;
    int sealed = -1;  // newest envelope, index into pool_; -1: waits for a key
    bool quarantined = false;
  };
  struct Device {
    const TestPerson* person = nullptr;
    std::size_t g = 0;  // verified records beyond the base
    std::size_t k = 0;  // verified chain positions
    std::vector<Op> ops;
  };

  Schedule(CutStage& stage, std::uint64_t seed, bool hostile)
      : stage_(stage), dice_(seed), hostile_(hostile), log_(stage.people), states_{stage.base} {
    log_.gov = stage.base;
    chain_hash_ = {chain_start(log_.gov.plan(), the_section)};
    devices_[0].person = &stage.a;
    devices_[1].person = &stage.b;
    devices_[2].person = &stage.q;
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      const std::size_t roll = draw(100);
      Device& d = devices_[draw(3)];
      if (roll < 45) {
        write(d);
      } else if (roll < 78) {
        sync(d);
      } else if (roll < 90) {
        govern();
      } else if (hostile_) {
        misbehave();
      }
    }
    hostile_ = false;
    for (int round = 0; round < 6; ++round)
      for (Device& d : devices_) sync(d);
  }

  // The chain judged from `first` on (0: all of it) by somebody who starts with no author chains, knowing `g`
  // records beyond the base and `k` positions.
  std::vector<Verdict> verdicts(std::size_t g, std::size_t k, std::size_t first = 0) {
    std::vector<Verdict> out(k, Verdict::undecided);
    AuthorChains chains;
    for (std::size_t i = first; i < k; ++i) {
      Verdict v = alone(g, i);
      if (v == Verdict::undecided) break;
      const Envelope& e = pool_[chain_[i]].envelope;
      if (v == Verdict::valid) v = chains.check(e.header);
      if (v == Verdict::valid) chains.accept(e.header, e.id);
      out[i] = v;
    }
    return out;
  }

  const std::vector<std::size_t>& chain() const { return chain_; }
  const Sealed& at(std::size_t position) const { return pool_[chain_[position]]; }
  const GovState& gov() const { return states_.back(); }
  std::size_t records() const { return states_.size() - 1; }
  const Device& device(std::size_t i) const { return devices_[i]; }
  int forgeries() const { return forgeries_; }
  bool rules_kept() const { return rules_kept_; }

 private:
  static constexpr std::uint16_t number_of_q = 4;

  std::size_t draw(std::size_t bound) { return static_cast<std::size_t>(dice_.below(bound)); }

  Verdict alone(std::size_t g, std::size_t i) {
    if (judged_.size() <= g) judged_.resize(g + 1);
    std::vector<int>& known = judged_[g];
    if (known.size() <= i) known.resize(i + 32, -1);
    if (known[i] >= 0) return static_cast<Verdict>(known[i]);
    // Signatures of one in eight: their check is most of the cost and is tested elsewhere.
    const Verdict v =
        judge_alone(pool_[chain_[i]].envelope, i + 1, states_[g], stage_.people.book, i % 8 == 0);
    known[i] = static_cast<int>(v);
    return v;
  }
  const EpochInfo& epoch_at(std::size_t g) const { return *states_[g].section(the_section)->epoch.latest(); }
  bool writes(const Device& d, std::size_t g) const {
    return (states_[g].rights_now(d.person->device().id, the_section, stage_.people.book) & right_write) != 0;
  }

  void append(std::size_t pooled) {
    chain_.push_back(pooled);
    chain_hash_.push_back(chain_next(chain_hash_.back(), pool_[pooled].envelope.id));
    log_.heads[the_section] = {chain_.size(), chain_hash_.back()};
  }

  std::size_t seal(const TestPerson& by, int op, std::size_t g, std::uint64_t seq, const Hash& prev) {
    EnvelopeHeader h;
    h.plan = log_.gov.plan();
    h.section = the_section;
    h.gov_seq = states_[g].seq();
    h.gov_head = states_[g].head();
    h.epoch = epoch_at(g).epoch;
    h.author = by.device().id;
    h.author_seq = seq;
    h.author_prev = prev;
    Bytes content;
    append_u64(content, static_cast<std::uint64_t>(op));
    append_u64(content, dice_.next());
    Sealed s;
    s.bytes = finish_envelope(write_header144(h), Bytes(24, 1), content, by.device().sign);
    s.op = op;
    pool_.push_back(std::move(s));
    pool_.back().envelope = *read_envelope(pool_.back().bytes);
    return pool_.size() - 1;
  }

  // Seals an operation behind the author's last envelope of the epoch: the newest one waiting, or the tip.
  void seal_next(Device& d, Op& op, const AuthorChains& chains) {
    const std::uint32_t epoch = epoch_at(d.g).epoch;
    AuthorChains::Tip last = chains.tip(d.person->device().id, epoch);
    for (const Op& other : d.ops) {
      if (other.sealed < 0) continue;
      const Envelope& e = pool_[static_cast<std::size_t>(other.sealed)].envelope;
      if (e.header.epoch == epoch && e.header.author_seq > last.seq)
        last = {epoch, e.header.author_seq, e.id};
    }
    op.sealed = static_cast<int>(seal(*d.person, op.id, d.g, last.seq + 1, last.id));
    op.quarantined = false;
  }

  AuthorChains chains_of(const Device& d, const std::vector<Verdict>& v) const {
    AuthorChains chains;
    for (std::size_t i = 0; i < d.k; ++i)
      if (v[i] == Verdict::valid)
        chains.accept(pool_[chain_[i]].envelope.header, pool_[chain_[i]].envelope.id);
    return chains;
  }
  std::set<int> settled(const Device& d, const std::vector<Verdict>& v) const {
    std::set<int> out;
    for (std::size_t i = 0; i < d.k; ++i)
      if (v[i] == Verdict::valid) out.insert(pool_[chain_[i]].op);
    return out;
  }

  void write(Device& d) {
    if (!writes(d, d.g)) return;
    d.ops.push_back({++last_op_, -1, false});
    if (epoch_at(d.g).epoch != 0) seal_next(d, d.ops.back(), chains_of(d, verdicts(d.g, d.k)));
  }

  // The server's answer to a pushed envelope.
  void push(std::size_t pooled) {
    const Envelope& e = pool_[pooled].envelope;
    for (const std::size_t i : chain_)
      if (pool_[i].envelope.id == e.id) return;
    if (hostile_) {
      const std::size_t roll = draw(100);
      if (roll < 30) return append(pooled);  // whatever it is, wherever it comes
      if (roll < 48) return;                 // pretends
    }
    if (judge_alone(e, 0, states_.back(), stage_.people.book, false) != Verdict::valid) return;
    AuthorChains chains;
    const std::vector<Verdict> v = verdicts(records(), chain_.size());
    for (std::size_t i = 0; i < v.size(); ++i)
      if (v[i] == Verdict::valid)
        chains.accept(pool_[chain_[i]].envelope.header, pool_[chain_[i]].envelope.id);
    if (chains.check(e.header) == Verdict::valid) append(pooled);
  }

  // Can this envelope never become valid, by what the device has verified itself? `alive`: ids of own
  // envelopes that are valid or may still become so.
  bool is_void(const Device& d, const Envelope& e, const std::vector<Verdict>& v, const AuthorChains& chains,
               const std::set<Hash>& alive) {
    const Cut* cut = states_[d.g].first_cut_after(the_section, e.header.gov_seq);
    if (cut != nullptr && cut->section_seq <= d.k) {
      const Hash& there = chain_hash_[static_cast<std::size_t>(cut->section_seq)];
      if (!agrees_with_cuts(states_[d.g], the_section, cut->section_seq, there)) rules_kept_ = false;
      return true;  // it is not settled, and the view reaches the cut
    }
    for (std::size_t i = 0; i < d.k; ++i)
      if (pool_[chain_[i]].envelope.id == e.id && v[i] != Verdict::undecided)
        return true;  // placed, does not count
    const AuthorChains::Tip tip = chains.tip(e.header.author, e.header.epoch);
    if (e.header.author_seq <= tip.seq) return true;                           // another has taken its place
    return e.header.author_seq > 1 && alive.count(e.header.author_prev) == 0;  // built on one that is void
  }

  void sync(Device& d) {
    std::set<int> done = settled(d, verdicts(d.g, d.k));
    for (const Op& op : d.ops)
      if (op.sealed >= 0 && done.count(op.id) == 0) push(static_cast<std::size_t>(op.sealed));
    d.g = hostile_ ? d.g + draw(records() - d.g + 1) : records();
    d.k = hostile_ ? d.k + draw(chain_.size() - d.k + 1) : chain_.size();

    const std::vector<Verdict> v = verdicts(d.g, d.k);
    done = settled(d, v);
    const AuthorChains chains = chains_of(d, v);
    std::set<Hash> alive;
    for (std::size_t i = 0; i < d.k; ++i)
      if (v[i] == Verdict::valid) alive.insert(pool_[chain_[i]].envelope.id);
    std::vector<Op*> waiting;  // in the order in which they were sealed last
    for (Op& op : d.ops) {
      op.quarantined = false;
      if (done.count(op.id) == 0) {
        waiting.push_back(&op);
      } else {
        op.sealed =
            -1;  // perhaps settled by an older envelope: the newest says nothing about the author's chain
      }
    }
    std::stable_sort(waiting.begin(), waiting.end(), [](const Op* x, const Op* y) {
      return static_cast<unsigned>(x->sealed) < static_cast<unsigned>(y->sealed);  // unsealed ones last
    });
    const bool writer = writes(d, d.g);
    bool any = false;
    for (Op* op : waiting) {
      if (op->sealed >= 0) {
        const Envelope& e = pool_[static_cast<std::size_t>(op->sealed)].envelope;
        if (!is_void(d, e, v, chains, alive)) {
          alive.insert(e.id);
          continue;
        }
      }
      op->sealed = -1;
      op->quarantined = !writer;
      any |= writer;
    }
    if (!any) return;
    if (epoch_at(d.g).epoch == 0) rotate(d);
    if (epoch_at(d.g).epoch == 0) return;
    for (Op* op : waiting)
      if (op->sealed < 0) seal_next(d, *op, chains);
  }

  // A writer who finds a rotation due makes it, if the view is the newest: otherwise the server refuses.
  void rotate(Device& d) {
    if (d.g != records()) return;
    if (record(GovKind::epoch, log_.epoch_body({the_section}), *d.person)) d.g = records();
  }

  bool record(GovKind kind, GovBody body, const TestPerson& by) {
    if (!log_.push(kind, std::move(body), by.device()).ok()) {
      rules_kept_ = false;
      return false;
    }
    states_.push_back(log_.gov);
    return true;
  }

  void govern() {
    const TestPerson& c = stage_.c;
    const std::size_t roll = draw(12);
    const bool inside = log_.gov.participant(number_of_q)->mask(the_section) != 0;
    if (inside && roll < 5) {
      record(GovKind::consent_withdraw, log_.withdraw_body(number_of_q, {the_section}), c);
    } else if (inside && roll < 7) {
      record(GovKind::consent_withdraw, log_.withdraw_body(number_of_q, {the_section}, false), stage_.q);
    } else if (!inside && roll < 4) {
      const History history = roll < 2 ? History::full : History::from_now;
      record(GovKind::consent_grant,
             PlanLog::attested(log_.grant_body(number_of_q, {{the_section, rwp}}, history)), c);
    } else if (roll == 7) {
      record(GovKind::epoch, log_.epoch_body({the_section}), c);
    }
  }

  void misbehave() {
    if (!pool_.empty() && draw(3) == 0) return append(draw(pool_.size()));  // something old, again
    if (log_.gov.participant(number_of_q)->mask(the_section) != 0) return;
    // The withdrawn one names any record at which it still had the right, behind any of its envelopes, or
    // none.
    const std::size_t g = draw(states_.size());
    if (!writes(devices_[2], g) || epoch_at(g).epoch == 0) return;
    std::uint64_t seq = 1;
    Hash prev;
    std::vector<std::size_t> own;
    for (const std::size_t i : chain_)
      if (pool_[i].envelope.header.author == stage_.q.device().id &&
          pool_[i].envelope.header.epoch == epoch_at(g).epoch)
        own.push_back(i);
    if (!own.empty() && draw(4) != 0) {
      const Envelope& e = pool_[draw(2) == 0 ? own.back() : own[draw(own.size())]].envelope;
      seq = e.header.author_seq + 1;
      prev = e.id;
    }
    append(seal(stage_.q, -(++forgeries_), g, seq, prev));
  }

  CutStage& stage_;
  SeededEntropy dice_;
  bool hostile_;
  PlanLog log_;
  std::vector<GovState> states_;  // after each record beyond the base
  std::deque<Sealed> pool_;       // every envelope ever made; references stay good
  std::vector<std::size_t> chain_;
  std::vector<Hash> chain_hash_;
  std::vector<std::vector<int>> judged_;  // by records known and position; -1: not yet
  std::array<Device, 3> devices_;
  int last_op_ = 0;
  int forgeries_ = 0;
  bool rules_kept_ = true;
};

}  // namespace samplan::log_test
