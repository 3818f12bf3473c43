#include <whence/contracts/pattern.hpp>

#include <algorithm>

#include <whence/contracts/pattern_parser.hpp>

namespace whence::inline v0::detail {
namespace {

using instruction = pattern::instruction;

bool contains(const instruction& one, char32_t c) {
  const bool found = std::any_of(one.set->begin(), one.set->end(),
                                 [c](const pattern::range& r) { return r.first <= c && c <= r.last; });
  return found != one.negated;
}

/// Takes `cost`; false if there is not so much left.
bool pay(std::uint64_t& work, std::uint64_t cost) {
  if (work < cost) {
    work = 0;
    return false;
  }
  work -= cost;
  return true;
}

/// Of well-formed UTF-8.
std::u32string characters_of(std::string_view text) {
  std::u32string characters;
  characters.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const std::size_t size = byte(i) < 0x80 ? 1 : byte(i) < 0xE0 ? 2 : byte(i) < 0xF0 ? 3 : 4;
    char32_t c = size == 1 ? byte(i) : byte(i) & (0x7Fu >> size);
    for (std::size_t k = 1; k < size && i + k < text.size(); ++k) c = c << 6 | (byte(i + k) & 0x3Fu);
    characters += c;
    i += size;
  }
  return characters;
}

}  // namespace

pattern::pattern(std::string_view expression)
    : expression_(expression), program_(parse_pattern(characters_of(expression))) {}

bool pattern::matches(std::string_view text, std::uint64_t& work) const {
  if (!pay(work, text.size() + program_.size() / 8)) return false;  // to look at both once
  return match_from(characters_of(text), 0, 0, true, work);
}

bool pattern::match_from(const std::u32string& text, std::size_t begin, std::uint32_t entry, bool anywhere,
                         std::uint64_t& work) const {
  std::vector<std::uint32_t> now;
  std::vector<std::uint32_t> then;
  std::vector<std::uint32_t> open;
  // The step at which an instruction was reached last: each is looked at once a character.
  std::vector<std::size_t> reached(program_.size(), static_cast<std::size_t>(-1));
  for (std::size_t at = begin;; ++at) {
    if (anywhere || at == begin) now.push_back(entry);
    then.clear();
    open.assign(now.rbegin(), now.rend());
    while (!open.empty()) {
      const std::uint32_t here = open.back();
      open.pop_back();
      if (reached[here] == at) continue;
      reached[here] = at;
      const instruction& one = program_[here];
      if (!pay(work, 1 + (one.set ? one.set->size() / 4 : 0))) return false;
      switch (one.what) {
        case instruction::kind::matched: return true;
        case instruction::kind::jump: open.push_back(one.next); break;
        case instruction::kind::either:
          open.push_back(one.other);
          open.push_back(one.next);
          break;
        case instruction::kind::at_begin:
          if (at == 0) open.push_back(one.next);
          break;
        case instruction::kind::at_end:
          if (at == text.size()) open.push_back(one.next);
          break;
        case instruction::kind::ahead:
          if (!pay(work, program_.size())) return false;
          if (match_from(text, at, here + 1, false, work) != one.negated && work > 0) open.push_back(one.next);
          break;
        case instruction::kind::one_of:
          if (at < text.size() && contains(one, text[at])) then.push_back(one.next);
          break;
      }
    }
    if (at == text.size()) return false;
    if (!anywhere && then.empty()) return false;
    now.swap(then);
  }
}

}  // namespace whence::inline v0::detail
