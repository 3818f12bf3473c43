#include <whence/cli/failure.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include <whence/cli/display_text.hpp>
#include <whence/cli/remedy.hpp>
#include <whence/cli/wrapped_text.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view text) {
  append_json_string(out, name);
  out += ':';
  append_json_string(out, is_utf8(text) ? std::string(text) : visible(text));
}

}  // namespace

usage_error::usage_error(std::string_view reason, std::string what, std::string remedy, std::string why,
                         std::string where)
    : error("usage." + std::string(reason), next_move::change_request,
            {.what = std::move(what), .where = std::move(where), .why = std::move(why), .remedy = std::move(remedy)}) {}

store_unnamed::store_unnamed(std::string where, std::string remedy)
    : error("store.unnamed", next_move::change_request,
            {.what = "no store to open", .where = std::move(where), .why = {}, .remedy = std::move(remedy)}) {}

not_in_log::not_in_log(std::string_view code, error_text text)
    : error(code, next_move::change_request, std::move(text)) {}

id_ambiguous::id_ambiguous(std::string what, std::string why, std::string remedy)
    : error("id.ambiguous", next_move::change_request,
            {.what = std::move(what), .where = {}, .why = std::move(why), .remedy = std::move(remedy)}) {}

output_failed::output_failed(int system_code)
    : error("output.failed", next_move::retry,
            {.what = "cannot write the output",
             .where = "standard output",
             .why = std::strerror(system_code),
             .remedy = "what was printed is incomplete: repeat the command"}) {}

diagnostic::diagnostic(const error& failure)
    : code(failure.code()), exit(exit_code_of(failure)), text(failure.text()) {}

std::string to_text(std::string_view program, const diagnostic& found, style style, std::size_t width) {
  constexpr std::size_t indent = 9;  // "  where: "
  const auto broken = [width](std::string text, std::size_t at, std::size_t behind) {
    return width == 0 ? std::move(text) : broken_at_spaces(text, at, behind, width);
  };
  std::string lines = style.paint(tint::red, std::string(program) + ":") + " " +
                      broken(visible(found.text.what), display_width(program) + 2, 4);
  const auto line = [&lines, &broken](std::string_view label, std::string_view text) {
    // Lines of its own text stand under each other.
    for (std::string_view before = label; !text.empty(); before = "       ") {
      const std::size_t end = std::min(text.find('\n'), text.size());
      lines.append("\n  ").append(before) += broken(visible(text.substr(0, end)), indent, indent);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  };
  // Where a condition is wrong is marked in a line below it; elsewhere it is a name, which may have a line feed in it.
  line("where: ", found.code == "usage.condition" ? found.text.where : visible(found.text.where));
  line("why:   ", found.text.why);
  const std::string_view remedy = found.text.remedy;
  if (!remedy.empty()) lines += "\n  do:    " + remedy_on_screen(remedy, indent, width);
  const bool ends_with_it = found.exit != exit_code::done;
  const std::string code =
      "[" + found.code + (ends_with_it ? ", exit " + std::to_string(static_cast<int>(found.exit)) : "") + "]";
  const std::size_t last = display_width(std::string_view(lines).substr(lines.rfind('\n') + 1));
  const bool is_block = remedy.find('\n') != std::string_view::npos && ends_with_command(remedy);
  const bool fits = !is_block && (width == 0 || last + 2 + code.size() <= width);
  return lines + (fits ? "  " : "\n  ") + style.paint(tint::faint, code) + "\n";
}

std::string to_json(const std::vector<diagnostic>& found) {
  std::string out = "[";
  for (const diagnostic& one : found) {
    if (out.size() > 1) out += ',';
    out += '{';
    append_member(out, "code", one.code);
    out += R"(,"severity":"error",)";
    append_member(out, "where", one.text.where);
    out += ',';
    append_member(out, "message", one.text.what);
    if (!one.text.why.empty()) {
      out += ',';
      append_member(out, "why", one.text.why);
    }
    out += ',';
    append_member(out, "hint", one.text.remedy);
    out += '}';
  }
  return out + "]";
}

}  // namespace whence::inline v0::cli
