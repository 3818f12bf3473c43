#include <whence/contracts/pattern_parser.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

namespace whence::inline v0::detail {
namespace {

using instruction = pattern::instruction;
using kind = instruction::kind;
using range = pattern::range;
/// Where to go on is counted from the instruction itself, so that a part can be written down again elsewhere.
using program = std::vector<instruction>;

constexpr std::size_t characters_max = 4'096;
constexpr std::size_t groups_max = 32;
constexpr std::size_t instructions_max = 20'000;
constexpr char32_t last_character = 0x10FFFF;

constexpr range digits[] = {{U'0', U'9'}};
constexpr range letters[] = {{U'0', U'9'}, {U'A', U'Z'}, {U'_', U'_'}, {U'a', U'z'}};
constexpr range spaces[] = {{U'\t', U'\r'},         {U' ', U' '},           {U'\u00A0', U'\u00A0'},
                            {U'\u1680', U'\u1680'}, {U'\u2000', U'\u200A'}, {U'\u2028', U'\u2029'},
                            {U'\u202F', U'\u202F'}, {U'\u205F', U'\u205F'}, {U'\u3000', U'\u3000'},
                            {U'\uFEFF', U'\uFEFF'}};
constexpr range line_ends[] = {{U'\n', U'\n'}, {U'\r', U'\r'}, {U'\u2028', U'\u2029'}};

void append(program& to, const program& part) {
  if (to.size() + part.size() > instructions_max)
    throw pattern_refused{"the expression is too large when its repetitions are written out", true};
  to.insert(to.end(), part.begin(), part.end());
}

instruction step(kind what) { return {.what = what, .next = 1}; }

instruction leap(std::size_t by) { return {.what = kind::jump, .next = static_cast<std::uint32_t>(by)}; }

/// First the part that follows at once, else what stands `other` further.
instruction fork(std::size_t other) {
  return {.what = kind::either, .next = 1, .other = static_cast<std::uint32_t>(other)};
}

/// The part, or nothing.
program maybe(const program& part) {
  program made{fork(part.size() + 1)};
  append(made, part);
  return made;
}

/// The part any number of times. A way back is a negative distance, which wraps round.
program any_times(const program& part) {
  program made{fork(part.size() + 2)};
  append(made, part);
  made.push_back(leap(static_cast<std::uint32_t>(0) - static_cast<std::uint32_t>(made.size())));
  return made;
}

void invert(std::vector<range>& set) {
  std::sort(set.begin(), set.end(), [](const range& a, const range& b) { return a.first < b.first; });
  std::vector<range> others;
  char32_t begin = 0;
  for (const range& one : set) {
    if (one.first > begin) others.push_back({begin, one.first - 1});
    begin = std::max<char32_t>(begin, one.last + 1);
  }
  if (begin <= last_character) others.push_back({begin, last_character});
  set = std::move(others);
}

class parser {
 public:
  explicit parser(const std::u32string& text) : text_(text) {
    if (text.size() > characters_max)
      throw pattern_refused{"an expression of more than " + std::to_string(characters_max) + " characters", true};
  }

  program whole() {
    program made = alternatives();
    if (at_ != text_.size()) malformed("a ) that closes nothing");
    made.push_back(step(kind::matched));
    for (std::uint32_t i = 0; i < made.size(); ++i) {
      made[i].next += i;
      made[i].other += i;
    }
    return made;
  }

 private:
  [[noreturn]] static void malformed(const std::string& problem) { throw pattern_refused{problem, false}; }
  [[noreturn]] static void unsupported(const std::string& what) {
    throw pattern_refused{what + " is not understood", true};
  }

  bool more() const { return at_ < text_.size(); }
  bool sees(std::u32string_view what) const { return std::u32string_view(text_).substr(at_).starts_with(what); }
  bool take(std::u32string_view what) {
    if (!sees(what)) return false;
    at_ += what.size();
    return true;
  }
  char32_t next() {
    if (!more()) malformed("it ends too early");
    return text_[at_++];
  }

  program alternatives() {
    if (++groups_ > groups_max) throw pattern_refused{"groups are nested too deep", true};
    std::vector<program> all{sequence()};
    while (take(U"|")) all.push_back(sequence());
    --groups_;
    std::size_t behind = 0;  // steps from here to the end, whichever alternative is taken
    for (const program& one : all) behind += one.size() + 2;
    program made;
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
      behind -= all[i].size() + 2;
      made.push_back(fork(all[i].size() + 2));
      append(made, all[i]);
      made.push_back(leap(behind - 1));
    }
    append(made, all.back());
    return made;
  }

  program sequence() {
    program made;
    while (more() && !sees(U"|") && !sees(U")")) append(made, repeated());
    return made;
  }

  program repeated() {
    const bool assertion = sees(U"^") || sees(U"$") || sees(U"(?=") || sees(U"(?!");
    program part = term();
    if (!more() || !(sees(U"*") || sees(U"+") || sees(U"?") || sees(U"{"))) return part;
    if (assertion) malformed("a repetition of what takes no character");
    std::size_t least = 0;
    std::optional<std::size_t> most;
    if (take(U"?"))
      most = 1;
    else if (take(U"+"))
      least = 1;
    else if (!take(U"*"))
      counts(least, most);
    take(U"?");  // a lazy one matches the same texts
    if (sees(U"*") || sees(U"+") || sees(U"?") || sees(U"{")) malformed("a repetition of nothing");
    program made;
    for (std::size_t i = 0; i < least; ++i) append(made, part);
    if (!most) {
      append(made, any_times(part));
      return made;
    }
    const program once = maybe(part);
    for (std::size_t i = least; i < *most; ++i) append(made, once);
    return made;
  }

  /// {n}, {n,}, {n,m}
  void counts(std::size_t& least, std::optional<std::size_t>& most) {
    take(U"{");
    least = count();
    most = least;
    if (take(U",")) {
      most.reset();
      if (!sees(U"}")) most = count();
    }
    if (!take(U"}")) malformed("a { that begins no {n,m}");
    if (most && *most < least) malformed("a {n,m} with n greater than m");
  }

  std::size_t count() {
    std::size_t value = 0;
    bool any = false;
    for (; more() && text_[at_] >= U'0' && text_[at_] <= U'9'; ++at_, any = true)
      if ((value = value * 10 + (text_[at_] - U'0')) > instructions_max)
        throw pattern_refused{"a repetition of more than " + std::to_string(instructions_max), true};
    if (!any) malformed("a { that begins no {n,m}");
    return value;
  }

  program term() {
    if (take(U"^")) return {step(kind::at_begin)};
    if (take(U"$")) return {step(kind::at_end)};
    if (take(U"(?=")) return ahead(false);
    if (take(U"(?!")) return ahead(true);
    if (sees(U"(?<=") || sees(U"(?<!")) unsupported("looking behind");
    if (take(U"(?:")) return group();
    if (sees(U"(?")) unsupported("a named group or a flag");
    if (take(U"(")) return group();
    if (take(U".")) {
      std::vector<range> set(std::begin(line_ends), std::end(line_ends));
      invert(set);
      return one_of(std::move(set));
    }
    if (take(U"[")) return character_class();
    if (take(U"\\")) return escape();
    const char32_t c = next();
    if (std::u32string_view(U"*+?{}]").find(c) != std::u32string_view::npos)
      malformed("a repetition of nothing, or a bracket alone");
    return one_of({{c, c}});
  }

  static program one_of(std::vector<range> set) {
    instruction made = step(kind::one_of);
    made.set = std::make_shared<const std::vector<range>>(std::move(set));
    return {std::move(made)};
  }

  program group() {
    program inside = alternatives();
    if (!take(U")")) malformed("a ( that is not closed");
    return inside;
  }

  program ahead(bool negated) {
    const program inside = group();
    program made{{.what = kind::ahead, .negated = negated, .next = static_cast<std::uint32_t>(inside.size() + 2)}};
    append(made, inside);
    made.push_back(step(kind::matched));
    return made;
  }

  program escape() {
    std::vector<range> set;
    if (!class_escape(set)) {
      if (more() && ((text_[at_] >= U'1' && text_[at_] <= U'9') || sees(U"k"))) unsupported("a reference back");
      if (sees(U"b") || sees(U"B")) unsupported("the boundary of a word");
      const char32_t c = escaped();
      set = {{c, c}};
    }
    return one_of(std::move(set));
  }

  /// \d and the like.
  bool class_escape(std::vector<range>& set) {
    if (!more()) return false;
    const char32_t c = text_[at_];
    if (c == U'p' || c == U'P') unsupported("a property of Unicode");
    switch (c) {
      case U'd':
      case U'D': set.assign(std::begin(digits), std::end(digits)); break;
      case U'w':
      case U'W': set.assign(std::begin(letters), std::end(letters)); break;
      case U's':
      case U'S': set.assign(std::begin(spaces), std::end(spaces)); break;
      default: return false;
    }
    if (c < U'a') invert(set);
    ++at_;
    return true;
  }

  /// A character behind a backslash.
  char32_t escaped() {
    const char32_t c = next();
    switch (c) {
      case U't': return U'\t';
      case U'n': return U'\n';
      case U'v': return U'\v';
      case U'f': return U'\f';
      case U'r': return U'\r';
      case U'0':
        if (more() && text_[at_] >= U'0' && text_[at_] <= U'9') malformed("an octal escape");
        return U'\0';
      case U'c': {
        const char32_t letter = next();
        if (!((letter >= U'a' && letter <= U'z') || (letter >= U'A' && letter <= U'Z')))
          malformed("a \\c without a letter");
        return letter % 32;
      }
      case U'x': return hexadecimal(2);
      case U'u': return unicode();
      default: break;
    }
    if (std::u32string_view(U"^$\\.*+?()[]{}|/-").find(c) == std::u32string_view::npos)
      malformed("a backslash before a character that needs none");
    return c;
  }

  char32_t unicode() {
    if (take(U"{")) {
      char32_t value = 0;
      bool any = false;
      while (!take(U"}")) {
        value = value * 16 + hexadecimal(1);
        any = true;
        if (value > last_character) malformed("a character beyond U+10FFFF");
      }
      if (!any) malformed("a \\u{} without digits");
      return value;
    }
    const char32_t first = hexadecimal(4);
    if (first < 0xD800 || first >= 0xDC00 || !sees(U"\\u")) return first;
    const std::size_t back = at_;
    at_ += 2;
    if (more() && text_[at_] != U'{')
      if (const char32_t second = hexadecimal(4); second >= 0xDC00 && second < 0xE000)
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    at_ = back;
    return first;
  }

  char32_t hexadecimal(int count) {
    char32_t value = 0;
    for (int i = 0; i < count; ++i) {
      const char32_t c = next();
      const bool digit = c >= U'0' && c <= U'9';
      const char32_t letter = c | 0x20;
      if (!digit && (letter < U'a' || letter > U'f')) malformed("an escape without its hexadecimal digits");
      value = value * 16 + (digit ? c - U'0' : letter - U'a' + 10);
    }
    return value;
  }

  program character_class() {
    const bool negated = take(U"^");
    std::vector<range> set;
    while (!take(U"]")) {
      const std::optional<char32_t> first = member(set);
      if (!sees(U"-") || sees(U"-]")) {
        if (first) set.push_back({*first, *first});
        continue;
      }
      take(U"-");
      const std::optional<char32_t> last = member(set);
      if (!first || !last) malformed("a range that ends with a class");
      if (*last < *first) malformed("a range whose end is before its begin");
      set.push_back({*first, *last});
    }
    if (negated) invert(set);
    return one_of(std::move(set));
  }

  /// A character of a class; nothing if it was several, which are in `set` then.
  std::optional<char32_t> member(std::vector<range>& set) {
    if (!take(U"\\")) return next();
    std::vector<range> several;
    if (class_escape(several)) {
      set.insert(set.end(), several.begin(), several.end());
      return std::nullopt;
    }
    if (take(U"b")) return U'\b';
    return escaped();
  }

  const std::u32string& text_;
  std::size_t at_ = 0;
  std::size_t groups_ = 0;
};

}  // namespace

std::vector<instruction> parse_pattern(const std::u32string& expression) { return parser(expression).whole(); }

}  // namespace whence::inline v0::detail
