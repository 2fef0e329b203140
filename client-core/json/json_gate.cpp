#include "client-core/json/json_gate.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"

namespace samplan {
namespace {

using nlohmann::json;

// Receives the events of nlohmann's parser, counts, and builds the value. Returning false stops the parser at
// once.
class Builder {
 public:
  explicit Builder(const JsonBounds& bounds) : bounds_(bounds) {}

  bool null() { return place(json(nullptr)); }
  bool boolean(bool value) { return place(json(value)); }
  bool number_integer(std::int64_t value) { return place(json(value)); }
  bool number_unsigned(std::uint64_t value) { return place(json(value)); }
  bool number_float(double value, const std::string& /*text*/) {
    return std::isfinite(value) ? place(json(value))
                                : refuse(Errc::malformed, "number", "a number is too large");
  }
  bool string(std::string& value) { return place(json(std::move(value))); }
  bool binary(std::vector<std::uint8_t>& /*value*/) {
    return refuse(Errc::malformed, "binary", "it is not JSON");
  }

  bool start_object(std::size_t /*count*/) { return open(json::object()); }
  bool start_array(std::size_t /*count*/) { return open(json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    auto* members = open_.back()->get_ptr<json::object_t*>();
    const auto [member, is_new] = members->emplace(std::move(name), json());
    if (!is_new) return refuse(Errc::malformed, "duplicate key", "a key stands twice in one object");
    member_ = &member->second;
    return true;
  }

  template <class Exception>
  bool parse_error(std::size_t position, const std::string& /*token*/, const Exception& /*what*/) {
    position_ = position;
    return refuse(Errc::malformed, "syntax", "it is not valid JSON");
  }

  json take() { return std::move(root_); }
  Error error() const {
    std::string where = std::string("json: ") + what_;
    std::string detail = std::string("The text cannot be read: ") + why_;
    if (position_ != 0) {
      where += " at byte " + std::to_string(position_);
      detail += " (near byte " + std::to_string(position_) + ")";
    }
    return Error{code_, where, detail + "."};
  }

 private:
  bool refuse(Errc code, const char* what, const char* why) {
    if (code_ == Errc::ok) {
      code_ = code;
      what_ = what;
      why_ = why;
    }
    return false;
  }

  // Puts the value where it belongs: at the top, at the end of the open array, or under the key just read.
  bool place(json value) { return placed(std::move(value)) != nullptr; }
  json* placed(json value) {
    if (++values_ > bounds_.values_max) {
      refuse(Errc::too_large, "values", "it holds too many values");
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (auto* items = open_.back()->get_ptr<json::array_t*>()) {
      items->push_back(std::move(value));
      return &items->back();
    }
    *member_ = std::move(value);
    return member_;
  }

  // The pointers on the stack stay valid: a container grows only while it is the innermost open one.
  bool open(json container) {
    if (open_.size() >= bounds_.depth_max) return refuse(Errc::too_large, "depth", "it is nested too deeply");
    json* at = placed(std::move(container));
    if (at == nullptr) return false;
    open_.push_back(at);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  const JsonBounds& bounds_;
  json root_;
  std::vector<json*> open_;
  json* member_ = nullptr;
  std::size_t values_ = 0;
  Errc code_ = Errc::ok;
  const char* what_ = "syntax";
  const char* why_ = "it is not valid JSON";
  std::size_t position_ = 0;
};

}  // namespace

Result<json> parse_json(std::string_view text, const JsonBounds& bounds) {
  if (text.size() > bounds.bytes_max) {
    return Error{
        Errc::too_large, "json: " + std::to_string(text.size()) + " bytes",
        "The text cannot be read: it is longer than " + std::to_string(bounds.bytes_max) + " bytes."};
  }
  // nlohmann's lexer takes a NUL byte for the end of the text, whatever follows it.
  if (text.find('\0') != std::string_view::npos) {
    return Error{Errc::malformed, "json: NUL byte", "The text cannot be read: it is not valid JSON."};
  }
  if (!is_utf8(text)) return Error{Errc::not_utf8, "json", "The text cannot be read: it is not UTF-8."};
  Builder builder(bounds);
  if (!json::sax_parse(text.begin(), text.end(), &builder)) return builder.error();
  return builder.take();
}

}  // namespace samplan
