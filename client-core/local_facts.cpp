#include "client-core/local_facts.h"

namespace samplan {
namespace {

constexpr std::string_view item_kind = "fact";

}  // namespace

Result<std::optional<Bytes>> get_fact(Context& ctx, std::string_view name) {
  SP_TRY(std::optional<Item> item, ctx.replica.item(item_kind, ByteView::of(name)));
  if (!item) return std::optional<Bytes>{};
  return std::optional<Bytes>(std::move(item->content));
}

Status set_fact(Context& ctx, std::string_view name, ByteView value) {
  return ctx.replica.put_item(item_kind, ByteView::of(name), {}, value);
}

Status clear_fact(Context& ctx, std::string_view name) {
  return ctx.replica.delete_item(item_kind, ByteView::of(name));
}

Result<std::string> text_fact(Context& ctx, std::string_view name) {
  SP_TRY(const std::optional<Bytes> value, get_fact(ctx, name));
  return value ? std::string(ByteView(*value).text()) : std::string{};
}

Result<std::uint64_t> number_fact(Context& ctx, std::string_view name) {
  SP_TRY(const std::optional<Bytes> value, get_fact(ctx, name));
  if (!value) return std::uint64_t{0};
  if (value->size() != 8) return Error{Errc::corrupt, "fact"};
  return load_u64(*value, 0);
}

Status set_number_fact(Context& ctx, std::string_view name, std::uint64_t value) {
  Bytes bytes;
  append_u64(bytes, value);
  return set_fact(ctx, name, bytes);
}

}  // namespace samplan
