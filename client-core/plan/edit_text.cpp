// The editor's texts: what a person wants a text to say becomes an edit of the text as it is.
#include <algorithm>
#include <utility>

#include "client-core/plan/edit.h"
#include "client-core/plan/limits.h"
#include "sync/merge/text/text_diff.h"
#include "sync/merge/text/unicode.h"

namespace samplan::plan {
namespace {

Error refuse(Errc code, const char* sentence) { return {code, "plan::Editor", sentence}; }

// The paragraph with this number put in place of the one that is there.
std::string with_paragraph(const std::string& text, std::size_t number, const std::string& paragraph) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < number; ++i) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string::npos) return text;
    start = end + 1;
  }
  const std::size_t end = std::min(text.find('\n', start), text.size());
  return text.substr(0, start) + paragraph + text.substr(end);
}

}  // namespace

const TextField* Editor::text_of(const EntityId& id, const FieldSpec& field) const {
  const Entity* entity = state_.find(id);
  if (entity == nullptr) return nullptr;
  const auto found = entity->texts.find(field.id);
  return found == entity->texts.end() ? nullptr : &found->second;
}

std::vector<Op>::const_iterator Editor::find_text_op(const EntityId& id, const FieldSpec& field) const {
  return std::find_if(ops_.begin(), ops_.end(), [&](const Op& op) {
    return op.kind == OpKind::text && op.entity == id && op.field == field.id;
  });
}

// With what this batch does to it.
std::string Editor::text_now(const EntityId& id, const FieldSpec& field) const {
  const TextField* known = text_of(id, field);
  const auto written = find_text_op(id, field);
  if (written != ops_.end()) return text_with(known, *written, who_.person);
  return known == nullptr ? std::string() : known->doc.text();
}

Status Editor::add_passage(const EntityId& id, std::string_view field_name, std::string_view passage) {
  SP_TRY(const Target target, find_editable(id));
  const FieldSpec* field = find_field(*target.kind, field_name);
  if (field == nullptr || field->type != ValueType::text) return set_field(id, field_name, passage);
  const std::string text = text_now(id, *field);
  return set_field(id, field_name, text.empty() ? std::string(passage) : text + "\n" + std::string(passage));
}

void Editor::push_text(const EntityId& id, const FieldSpec& field, std::string_view value) {
  const TextField* known = text_of(id, field);
  auto runs = merge::text::text_diff(known == nullptr ? std::string() : known->doc.text(), value);
  // A text that is set twice in a batch is one edit, of what was there before the batch.
  const auto earlier = ops_.begin() + (find_text_op(id, field) - ops_.cbegin());
  if (earlier != ops_.end() && runs.empty()) {
    ops_.erase(earlier);
  } else if (earlier != ops_.end()) {
    earlier->runs = std::move(runs);
  } else if (!runs.empty()) {
    Op& op = push(OpKind::text, id);
    op.field = field.id;
    op.seen = state_.last_seq();
    op.runs = std::move(runs);
  }
}

Status Editor::change_text(const EntityId& id, std::string_view field_name, std::string_view base,
                           std::string_view value) {
  SP_TRY(const Target target, find_editable(id));
  const FieldSpec* field = find_field(*target.kind, field_name);
  if (field == nullptr || field->type != ValueType::text)
    return refuse(Errc::invalid_argument, "Bare tekst kan endres ut fra det den sa før.");
  SP_OK(check_value(*field, base));
  SP_OK(check_value(*field, value));
  return set_field(id, field_name,
                   merge_texts(merge::text::nfc(base), text_now(id, *field), merge::text::nfc(value)));
}

void Editor::push_review(const EntityId& id, const FieldSpec& field, std::vector<OpId> seen) {
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  for (std::size_t at = 0; at < seen.size(); at += bounds::reviewed_max) {
    Op& op = push(OpKind::review, id);
    op.field = field.id;
    const std::size_t end = std::min(seen.size(), at + bounds::reviewed_max);
    op.refs.assign(seen.begin() + static_cast<std::ptrdiff_t>(at), seen.begin() + static_cast<std::ptrdiff_t>(end));
  }
}

Status Editor::resolve_text(const EntityId& id, const FieldSpec& field, const OpId& chosen) {
  const TextField* known = text_of(id, field);
  if (known != nullptr)
    for (const auto& conflict : known->doc.concurrent_paragraphs())
      for (const auto& side : conflict.sides) {
        if (std::find(side.ops.begin(), side.ops.end(), chosen) == side.ops.end()) continue;
        if (side.text.missing)
          return refuse(Errc::not_found,
                        "Ord i denne versjonen er ikke på denne enheten. Hent historikken, eller skriv avsnittet selv.");
        return whole([&]() -> Status {
          SP_OK(set_field(id, field.name, with_paragraph(known->doc.text(), conflict.paragraph, side.text.text)));
          std::vector<OpId> seen;
          for (const auto& each : conflict.sides) seen.insert(seen.end(), each.ops.begin(), each.ops.end());
          push_review(id, field, std::move(seen));
          return {};
        });
      }
  return refuse(Errc::not_found, "Verdien du valgte, er ikke lenger blant dem som står mot hverandre.");
}

}  // namespace samplan::plan
