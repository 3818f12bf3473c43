#include <whence/cli/completion_script.hpp>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace whence::inline v0::cli {
namespace {

// @function@ is a name for shells, @command@ the first word of the program, @program@ all of them, @words@ how many there are,
// @rest@ those after the first one.
constexpr std::string_view bash_script = R"sh(# bash completion of @program@:  source <(@program@ completion bash)
_@function@() {
  COMPREPLY=()
  [[ "${COMP_WORDS[*]:1:@words@-1}" == "@rest@" && $COMP_CWORD -ge @words@ ]] || return
  local line
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default
      COMPREPLY=()
      return
    fi
    line=${line%%$'\t'*}
    [[ $line == *= ]] && compopt -o nospace
    COMPREPLY+=("$(printf '%q' "$line")")
  done < <(command @program@ __complete -- "${COMP_WORDS[@]:@words@:COMP_CWORD-@words@+1}" 2>/dev/null)
}
complete -o nosort -F _@function@ @command@
)sh";

constexpr std::string_view zsh_script = R"sh(#compdef @command@
# zsh completion of @program@:  source <(command @program@ completion zsh)
@unshadow@_@function@() {
  [[ "${words[2,@words@]}" == "@rest@" && $CURRENT -gt @words@ ]] || { _default; return }
  local line
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
      return
    fi
    line=${line//:/\\:}
    found+=("${line/$'\t'/:}")
  done < <(command @program@ __complete -- "${(@)words[@words@+1,CURRENT]}" 2>/dev/null)
  _describe -V '@program@' found
}
if [[ ${funcstack[1]} == _@function@ ]]; then
  _@function@
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }  # else nobody has switched completion on yet
  compdef _@function@ @command@
fi
)sh";

constexpr std::string_view fish_script = R"sh(# fish completion of @program@:  @program@ completion fish | source
function __@function@
  set -l typed (commandline -opc) (commandline -ct)
  set -l lines (command @program@ __complete -- $typed[@next@..-1] 2>/dev/null)
  if test "$lines" = :files
    __fish_complete_path (commandline -ct)
  else
    printf '%s\n' $lines
  end
end
complete -c @command@ @condition@-f -k -a '(__@function@)'
)sh";

std::string replaced(std::string text, const std::vector<std::pair<std::string_view, std::string>>& names) {
  for (const auto& [name, value] : names) {
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size()) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

}  // namespace

std::string completion_script(shell shell, std::string_view program) {
  const std::size_t space = program.find(' ');
  const std::string first(program.substr(0, space));
  const std::string rest(space == std::string_view::npos ? "" : program.substr(space + 1));
  const std::size_t words =
      1 + (rest.empty() ? 0 : 1 + static_cast<std::size_t>(std::count(rest.begin(), rest.end(), ' ')));
  std::string function(program);
  std::replace_if(function.begin(), function.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  // zsh has a builtin of that name, which tells where commands are.
  const std::string unshadow =
      first == "whence" ? "disable whence  # zsh's builtin of that name (`where` and `which` stay)\n" : "";
  const std::string condition = rest.empty() ? "" : "-n '__fish_seen_subcommand_from " + rest + "' ";
  const std::string_view script = shell == shell::bash ? bash_script : shell == shell::zsh ? zsh_script : fish_script;
  return replaced(std::string(script), {{"@function@", function},
                                        {"@command@", first},
                                        {"@program@", std::string(program)},
                                        {"@words@", std::to_string(words)},
                                        {"@next@", std::to_string(words + 1)},
                                        {"@rest@", rest},
                                        {"@condition@", condition},
                                        {"@unshadow@", unshadow}});
}

}  // namespace whence::inline v0::cli
