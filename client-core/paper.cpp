#include "client-core/paper.h"

#include <algorithm>

#include "client-core/devices.h"
#include "client-core/recovery_code.h"
#include "crypto/shares.h"

namespace samplan {
namespace {

constexpr std::string_view due_kind = "paper_due";

Bytes write_due(const JoiningDevice& paper) {
  Bytes out = paper.sign_key.view().copy();
  append(out, paper.box_key.view());
  append(out, paper.proof.view());
  return out;
}

Result<JoiningDevice> read_due(ByteView bytes) {
  Reader in(bytes);
  JoiningDevice paper;
  paper.sign_key = SignPublicKey::from(in.take(SignPublicKey::size));
  paper.box_key = BoxPublicKey::from(in.take(BoxPublicKey::size));
  paper.proof = Signature::from(in.take(Signature::size));
  paper.on_paper = true;
  if (!in.done()) return Error{Errc::corrupt, "paper"};
  return paper;
}

}  // namespace

DeviceKeys paper_keys(const crypto::Secret32& secret) {
  const auto derived = [&](std::string_view label) {
    return crypto::Secret32::from(crypto::hash(label, {secret.view()}).view());
  };
  DeviceKeys keys;
  keys.sign = crypto::sign_key_pair(derived("samplan/paper-sign/1"));
  keys.box = crypto::box_key_pair_of_secret(derived("samplan/paper-box/1"));
  return keys;
}

Result<crypto::Secret32> make_paper(Context& ctx) {
  crypto::Secret32 secret = crypto::Secret32::random(ctx.entropy);
  const DeviceKeys keys = paper_keys(secret);
  JoiningDevice paper;
  paper.sign_key = keys.sign.public_key;
  paper.box_key = keys.box.public_key;
  paper.proof = crypto::sign(keys.sign, "samplan/device-joins/1", device_joins_digest(ctx.person));
  paper.on_paper = true;
  SP_OK(add_device(ctx, paper));
  SP_OK(ctx.replica.put_item(due_kind, keys.id().view(), {}, write_due(paper)));
  return secret;
}

Status make_due_papers(Context& ctx) {
  SP_TRY(const std::vector<Item> due, ctx.replica.items(due_kind));
  if (due.empty()) return Status::good();
  SP_TRY(const std::vector<IdentityRow> unpushed, ctx.replica.unpushed_identities());
  for (const Item& item : due) {
    const IdentityState* me = ctx.book.find(ctx.person);
    const DeviceEntry* entry = me == nullptr ? nullptr : me->device(DeviceId::from(item.key));
    if (entry == nullptr && !is_closed_here(ctx)) {
      SP_TRY(const JoiningDevice paper, read_due(item.content));
      SP_OK(add_device(ctx, paper));
      continue;
    }
    const bool waits =
        entry != nullptr && std::any_of(unpushed.begin(), unpushed.end(), [&](const IdentityRow& row) {
          return row.principal == ctx.person && row.seq <= entry->added_seq;
        });
    if (!waits) SP_OK(ctx.replica.delete_item(due_kind, item.key));
  }
  return Status::good();
}

Result<crypto::Secret32> read_paper(const std::vector<std::string>& typed) {
  if (typed.size() == 1 && code_kind(typed[0]) != CodeKind::share) return read_recovery_code(typed[0]);
  std::vector<crypto::Share> shares;
  for (const std::string& one : typed) {
    SP_TRY(crypto::Share share, read_share_code(one));
    shares.push_back(std::move(share));
  }
  return crypto::combine_shares(shares);
}

}  // namespace samplan
