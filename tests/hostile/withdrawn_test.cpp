// Who has been withdrawn holds every key up to then. Each old key is tried against each later envelope, as it
// lies and in every place where an epoch, section or plan could be named differently: none opens.
#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("no key of an earlier epoch opens anything of a later one, in whatever way it is named",
          "[hostile][withdrawn]") {
  SP_CHECK(crypto::init());
  SeededEntropy entropy(501);
  constexpr std::uint32_t epochs = 12;
  const auto plan = entropy.id<PlanId>();
  std::vector<crypto::SectionKey> keys;
  std::vector<Bytes> envelopes;
  const TestDevice author = make_device(entropy);
  for (const SectionId section : {SectionId{1}, SectionId{3}}) {
    for (std::uint32_t epoch = 1; epoch <= epochs; ++epoch) {
      keys.push_back({plan, section, epoch, crypto::Secret32::random(entropy)});
      for (int i = 0; i < 3; ++i) {
        EnvelopeHeader h;
        h.plan = plan;
        h.section = section;
        h.epoch = epoch;
        h.author = author.id;
        h.author_seq = static_cast<std::uint64_t>(i) + 1;
        const Bytes header = write_header144(h);
        const auto sealed = crypto::seal(keys.back(), header, ByteView::of("tekst"), entropy);
        envelopes.push_back(finish_envelope(header, sealed->nonce, sealed->ciphertext, author.sign));
      }
    }
  }
  std::size_t own = 0;
  std::size_t others = 0;
  std::size_t tried = 0;
  for (const Bytes& bytes : envelopes) {
    const auto e = read_envelope(bytes);
    for (const crypto::SectionKey& key : keys) {
      const bool is_its_key = key.section == e->header.section && key.epoch == e->header.epoch;
      const bool opened = crypto::open(key, e->header172, e->ciphertext).ok();
      (is_its_key ? own : others) += opened ? 1 : 0;
      if (is_its_key) continue;
      // The secret under the envelope's own names, and under none.
      for (const crypto::SectionKey& renamed :
           {crypto::SectionKey{plan, e->header.section, e->header.epoch, key.secret.clone()},
            crypto::SectionKey{{}, e->header.section, e->header.epoch, key.secret.clone()},
            crypto::SectionKey{plan, key.section, e->header.epoch, key.secret.clone()}}) {
        ++tried;
        others += crypto::open(renamed, e->header172, e->ciphertext).ok() ? 1 : 0;
      }
    }
  }
  CHECK(own == envelopes.size());
  CHECK(others == 0);
  CHECK(tried > 4'000);
}

TEST_CASE("keys sealed for those who stay open for none of those who went, in any later epoch",
          "[hostile][withdrawn]") {
  SP_CHECK(crypto::init());
  SeededEntropy entropy(502);
  TestPrincipal coordinator = make_person(entropy);
  TestPrincipal owner = make_person(entropy);
  std::vector<TestPrincipal> relatives;
  for (int i = 0; i < 6; ++i) relatives.push_back(make_person(entropy));
  TestPlan plan;
  plan.knows(coordinator);
  plan.genesis(coordinator, {1, 2, 12}, entropy);
  plan.participant_add(coordinator, owner, Role::owner, {{1, 7}, {2, 7}, {12, 1}});
  for (const TestPrincipal& r : relatives) plan.participant_add(coordinator, r, Role::relative);
  plan.consent_plan(owner);
  for (const TestPrincipal& r : relatives) plan.grant(owner, r, {{1, right_read | right_write}}, entropy);
  REQUIRE(plan.last_status.ok());
  std::size_t opened_by_those_who_stay = 0;
  for (std::size_t gone = 0; gone < relatives.size(); ++gone) {
    const GovPush push = plan.withdraw(owner, relatives[gone], {1}, entropy);
    REQUIRE(plan.last_status.ok());
    CHECK(push.wraps.size() == 2 + relatives.size() - gone - 1);
    for (const KeyWrap& wrap : push.wraps) {
      for (std::size_t r = 0; r < relatives.size(); ++r) {
        const bool opens = crypto::open_sealed(relatives[r].generation_key, wrap.sealed).ok();
        if (r <= gone) CHECK_FALSE(opens);
        opened_by_those_who_stay += opens ? 1 : 0;
      }
    }
  }
  CHECK(opened_by_those_who_stay == 5 + 4 + 3 + 2 + 1);
}
