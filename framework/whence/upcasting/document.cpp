#include <algorithm>
#include <utility>

#include <whence/core/json_text.hpp>
#include <whence/upcasting/document.hpp>

namespace whence::inline v0 {
namespace {

bool is_white(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Walks over a text value by value. It knows where a value ends, not whether all inside it is as it should be.
class walker {
 public:
  /// Values in the text have at most that many levels.
  walker(std::string_view text, std::size_t levels) noexcept
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), levels_(levels) {}

  void white() noexcept {
    while (at_ != end_ && is_white(*at_)) ++at_;
  }
  bool at_end() const noexcept { return at_ == end_; }

  /// Passes over the character, if it is the next one.
  bool take(char wanted) noexcept {
    white();
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }
  void must_take(char wanted) {
    if (!take(wanted)) fail();
  }

  /// A text with its quotes.
  std::string_view text() {
    white();
    const char* const first = at_;
    if (at_ == end_ || *at_ != '"') fail();
    pass_text();
    return {first, at_};
  }

  std::string_view value() {
    white();
    const char* const first = at_;
    if (at_ == end_) fail();
    if (*at_ == '"') {
      pass_text();
    } else if (*at_ == '{' || *at_ == '[') {
      pass_container();
    } else {
      while (at_ != end_ && *at_ != ',' && *at_ != '}' && *at_ != ']' && !is_white(*at_)) ++at_;
      if (at_ == first) fail();
    }
    return {first, at_};
  }

  [[noreturn]] void fail() const {
    throw decode_error({}, "no JSON from byte " + std::to_string(at_ - begin_ + 1) + " on");
  }

 private:
  void pass_text() {
    for (++at_; at_ != end_ && *at_ != '"'; ++at_)
      if (*at_ == '\\' && ++at_ == end_) fail();
    if (at_ == end_) fail();
    ++at_;
  }

  void pass_container() {
    std::size_t depth = 0;
    while (at_ != end_) {
      const char here = *at_;
      if (here == '"') {
        pass_text();
        continue;
      }
      ++at_;
      if (here == '{' || here == '[') {
        if (++depth > levels_) throw decode_error({}, "nested deeper than " + std::to_string(json_limits::depth_max));
      } else if ((here == '}' || here == ']') && --depth == 0) {
        return;
      }
    }
    fail();
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  std::size_t levels_;
};

std::string pointer_to(std::string_view name) {
  std::string pointer = "/";
  for (const char c : name) pointer.append(c == '~' ? "~0" : c == '/' ? "~1" : std::string_view(&c, 1));
  return pointer;
}

/// What is wrong inside of something, seen from outside.
decode_error from_outside(const std::string& place, const decode_error& inside) {
  return decode_error(place + inside.pointer, inside.problem);
}

std::string written(std::string_view name) {
  if (!is_utf8(name)) throw encode_error({}, "a name that is no UTF-8");
  return json_string(name);
}

void expect(std::string_view value, char begin, std::string_view what, const std::string& place) {
  if (value.empty() || value.front() != begin)
    throw decode_error(place, "expected " + std::string(what) + ", found " + std::string(value.substr(0, 60)));
}

}  // namespace

document::document() = default;
document::document(std::string_view json) { assign(json); }
document::document(const document& other) { assign(other.json()); }

document& document::operator=(const document& other) {
  if (this != &other) assign(other.json());
  return *this;
}

void document::assign(std::string_view json) {
  std::vector<char> text(json.begin(), json.end());
  text_ = std::move(text);
  assign_view({text_.data(), text_.size()});
}

void document::assign_view(std::string_view json) {
  members_.clear();
  kept_.clear();
  if (json.size() > json_limits::event_text_bytes_max)
    throw decode_error({}, std::to_string(json.size()) + " bytes, at most " +
                               std::to_string(json_limits::event_text_bytes_max) + " are read");
  walker walk(json, json_limits::depth_max - 1);
  if (!walk.take('{')) throw decode_error({}, "expected an object");
  if (!walk.take('}')) {
    do {
      member found;
      found.key = walk.text();
      found.name = found.key.substr(1, found.key.size() - 2);
      if (found.name.find('\\') != std::string_view::npos) found.name = keep(decode<std::string>(found.key));
      walk.must_take(':');
      found.value = walk.value();
      members_.push_back(found);
    } while (walk.take(','));
    walk.must_take('}');
  }
  walk.white();
  if (!walk.at_end()) walk.fail();
  refuse_twice();
}

void document::refuse_twice() const {
  const auto refuse = [](std::string_view name) { throw decode_error(pointer_to(name), "is there twice"); };
  if (members_.size() <= 16) {
    for (auto one = members_.begin(); one != members_.end(); ++one)
      for (auto other = members_.begin(); other != one; ++other)
        if (one->name == other->name) refuse(one->name);
    return;
  }
  std::vector<std::string_view> names;
  names.reserve(members_.size());
  for (const member& one : members_) names.push_back(one.name);
  std::sort(names.begin(), names.end());
  const auto same = std::adjacent_find(names.begin(), names.end());
  if (same != names.end()) refuse(*same);
}

const document::member* document::find(std::string_view name) const {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const member& one) { return one.name == name; });
  return found == members_.end() ? nullptr : &*found;
}

const document::member& document::must_find(std::string_view name) const {
  const member* found = find(name);
  if (!found) throw decode_error(pointer_to(name), "is missing");
  return *found;
}

document::member& document::must_find(std::string_view name) {
  return const_cast<member&>(std::as_const(*this).must_find(name));
}

std::string_view document::keep(std::string text) { return kept_.emplace_back(std::move(text)); }

bool document::has(std::string_view name) const { return find(name) != nullptr; }

std::string_view document::text_of(std::string_view name) const { return must_find(name).value; }

bool document::is_plain_text(std::string_view value) noexcept {
  const auto is_plain = [](char c) { return c >= ' ' && c < '\x7F' && c != '\\'; };
  return !value.empty() && value.front() == '"' && std::ranges::all_of(value, is_plain);
}

void document::throw_from_inside(std::string_view name, const decode_error& inside) {
  throw from_outside(pointer_to(name), inside);
}

void document::set_text(std::string_view name, std::string value) {
  const std::string_view kept = keep(std::move(value));
  if (const member* found = find(name)) {
    const_cast<member*>(found)->value = kept;
    return;
  }
  const std::string_view key = keep(written(name));
  members_.push_back({keep(std::string(name)), key, kept});
}

void document::rename(std::string_view from, std::string_view to) {
  member& found = must_find(from);
  if (from == to) return;
  if (has(to)) throw decode_error(pointer_to(to), "is there already: " + std::string(from) + " cannot take its name");
  found.key = keep(written(to));
  found.name = keep(std::string(to));
}

void document::remove(std::string_view name) {
  members_.erase(members_.begin() + (&must_find(name) - members_.data()));
}

void document::change_member(std::string_view name, const on_document& change_it) {
  member& found = must_find(name);
  const std::string place = pointer_to(name);
  expect(found.value, '{', "an object", place);
  try {
    document inside;
    inside.assign_view(found.value);
    change_it(inside);
    found.value = keep(inside.json());
  } catch (const decode_error& wrong) {
    throw from_outside(place, wrong);
  }
}

void document::change_elements(std::string_view name, const on_document& change_it) {
  member& found = must_find(name);
  const std::string place = pointer_to(name);
  expect(found.value, '[', "a list", place);
  std::string changed = "[";
  walker walk(found.value.substr(1), json_limits::depth_max - 1);
  document element;
  for (std::size_t index = 0; !walk.take(']'); ++index) {
    if (index > 0) walk.must_take(',');
    const std::string element_place = place + "/" + std::to_string(index);
    const std::string_view text = walk.value();
    expect(text, '{', "an object", element_place);
    try {
      element.assign_view(text);
      change_it(element);
    } catch (const decode_error& wrong) {
      throw from_outside(element_place, wrong);
    }
    if (index > 0) changed += ',';
    element.append_to(changed);
  }
  changed += ']';
  found.value = keep(std::move(changed));
}

std::string document::json() const {
  std::string text;
  append_to(text);
  return text;
}

void document::append_to(std::string& out) const {
  out += '{';
  bool first = true;
  for (const member& one : members_) {
    if (!std::exchange(first, false)) out += ',';
    out.append(one.key).append(":").append(one.value);
  }
  out += '}';
}

}  // namespace whence::inline v0
