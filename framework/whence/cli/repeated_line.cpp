#include <whence/cli/repeated_line.hpp>

#include <algorithm>
#include <vector>

#include <whence/cli/command_table.hpp>
#include <whence/cli/program_name.hpp>

namespace whence::inline v0::cli {

std::string repeated_line(const request& request, std::string_view program, std::string_view option,
                          std::string_view value, std::initializer_list<std::string_view> without) {
  std::string line = std::string(program) + " " + full_name(*request.what());
  const std::vector<std::string>& names = request.arguments();
  const bool like_options = std::any_of(
      names.begin(), names.end(), [](const std::string& name) { return name.size() > 1 && name.starts_with('-'); });
  std::string arguments = like_options ? " --" : "";
  for (const std::string& name : names) arguments += " " + shell_word(name);
  if (!like_options) line += arguments;
  for (const flag* const one : all_flags()) {
    const bool replaced = one->name == option || (option.size() == 2 && one->letter == option[1]);
    if (replaced || std::find(without.begin(), without.end(), one->name) != without.end()) continue;
    const std::string name = one->letter == 0 ? std::string(one->name) : std::string("-") + one->letter;
    for (const std::string& given : request.values(one->name)) {
      const bool like_option = given.starts_with('-');
      line += " " + (like_option ? std::string(one->name) + "=" : name + (one->value.empty() ? "" : " "));
      if (!one->value.empty()) line += shell_word(given);
    }
  }
  line.append(" ").append(option);
  if (!value.empty()) line.append(value.starts_with("--") ? "=" : " ").append(value);
  return like_options ? line + arguments : line;
}

}  // namespace whence::inline v0::cli
