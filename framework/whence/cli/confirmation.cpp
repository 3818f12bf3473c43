#include <whence/cli/confirmation.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

#include <whence/cli/display_text.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/repeated_line.hpp>

namespace whence::inline v0::cli {
namespace {

std::string with_yes(const request& request) {
  std::string line = repeated_line(request, "whence", flags::yes.name, "");
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace

operation_unconfirmed::operation_unconfirmed(const std::string& sentence, std::string why, std::string remedy)
    : error("operation.unconfirmed", next_move::change_request,
            {.what = "this would " + sentence + "; nothing was changed",
             .where = {},
             .why = std::move(why),
             .remedy = std::move(remedy)}) {}

void confirm(const request& request, session& session, const std::string& sentence, const std::string& name,
             const std::function<void()>& answered) {
  if (const auto confirmed = request.value(flags::confirm.name)) {
    if (*confirmed == name) return;
    throw operation_unconfirmed(sentence, "--confirm names \"" + visible(*confirmed) + "\"",
                                repeated_line(request, "whence", flags::confirm.name, shell_word(name)));
  }
  if (request.has(flags::yes.name)) return;
  const surroundings& around = session.around();
  if (!around.in_is_terminal || !around.err_is_terminal)
    throw operation_unconfirmed(sentence, "nobody sits before it who could be asked", with_yes(request));
  around.err->write("This will " + sentence + ". Go on? [y/N] ");
  around.err->flush();
  std::string said = around.read_line().value_or("");
  if (answered) answered();
  std::ranges::transform(said, said.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (said != "y" && said != "yes") throw operation_unconfirmed(sentence, "the answer was not yes", {});
}

}  // namespace whence::inline v0::cli
