// What can come next on a line that is being typed, and the scripts that ask for it.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/cli/completion.hpp>
#include <whence/cli/completion_script.hpp>
#include <whence/store/log_errors.hpp>

using namespace whence::cli;
using tests::console;

namespace {

/// The words that are offered, parted by spaces. The last word of the line is being typed.
std::string offered(const console& console, const std::vector<std::string>& words) {
  std::string all;
  for (const candidate& one : completions(words, console.around)) all += (all.empty() ? "" : " ") + one.word;
  return all;
}

struct typed {
  std::vector<std::string> words;
  const char* offered;
};

}  // namespace

TEST_CASE("nothing is offered, and nothing is said, where nothing can be found") {
  console console;
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"nonsense"},
           {"nonsense", ""},
           {"event", "nonsense", ""},
           {"event", "list", "nonsense", ""},
           {"event", "list", "--no-such", "x", "y"},
           {"event", "list", "--no-such=", ""},
           {"event", "list", "--from", ""},
           {"event", "list", "--no-such="},
           {"event", "show", "@1", ""},
           {"stream", "show", "no-such"},
           {"-o", "x", "--", "--str"},
       }) {
    CAPTURE(words.size());
    CHECK(offered(console, words) == "");
  }
  console.around.store_at = [](const std::string& path) -> whence::log_source { throw whence::log_missing(path); };
  CHECK(offered(console, {"stream", "show", "order"}) == "");
  console.environment.clear();  // several logs here, or none
  console.around.runtime.files = nullptr;
  CHECK(offered(console, {"stream", "show", "--store", "", "order"}) == "");
  CHECK(console.run("__complete -- stream show --store= ord").exit == 0);
}

TEST_CASE("commands, options, and their values") {
  const typed lines[] = {
      {{"ev"}, "event"},
      {{"events", "l"}, "list"},
      {{"event", ""}, "list show count append"},
      {{"help", "str"}, "stream"},
      {{"help", "stream", ""}, "list show state diff"},
      {{"man", "ev"}, "event"},
      {{"man", "event", "s"}, "show"},
      {{"man", "event", "show", ""}, ""},
      {{"completion", ""}, "bash zsh fish"},
      {{"completion", "z"}, "zsh"},
      {{"event", "list", "--col"}, "--columns --color"},
      {{"event", "list", "--rev"}, "--reverse"},
      {{"event", "list", "--reverse", "--rev"}, ""},
      {{"event", "list", "--type", "X", "--ty"}, "--type"},
      {{"event", "show", "--rev"}, ""},
      {{"--no-p"}, "--no-pager"},
      {{"event", "list", "-o", ""}, "table json jsonl csv markdown"},
      {{"stream", "state", "-o", ""}, "table json jsonl"},
      {{"event", "list", "--output=c"}, "--output=csv"},
      {{"event", "list", "--output", "=", "c"}, "csv"},
      {{"event", "list", "--output", "="}, "table json jsonl csv markdown"},
      {{"--color", "a"}, "auto always"},
      {{"event", "list", "--time", ""}, "utc local relative"},
      {{"event", "count", "--by", ""}, "type aggregate hour day"},
      {{"event", "list", "--columns", "ca"}, "caused-by causation"},
      {{"event", "list", "--columns", "time,ca"}, "time,caused-by time,causation"},
      {{"stream", "list", "--columns=la"}, "--columns=last-position --columns=last"},
      {{"--store", "sh"}, ":files"},
      {{"--store=sh"}, ":files"},
  };
  console console;
  for (const typed& line : lines) {
    CAPTURE(line.words.back());
    CHECK(offered(console, line.words) == line.offered);
  }
  const auto event = completions(std::vector<std::string>{"event", "sh"}, console.around);
  CHECK(event.front().text == "show one event whole");
}

TEST_CASE("names from the log: from its end and from its beginning, but none that would move a cursor") {
  const typed lines[] = {
      {{"stream", "show", "order-1"}, "order-12345"},
      {{"stream", "show", "order"}, "order-12345 order-99"},
      {{"event", "list", "--stream", "p"}, "payment-12345"},
      {{"event", "list", "--stream=p"}, "--stream=payment-12345"},
      {{"event", "list", "--aggregate", ""}, "Order Payment StockItem"},
      {{"event", "list", "--type", "OrderN"}, "OrderNoted"},
      {{"event", "list", "--type", "OrderN,Pay"}, "OrderN,PaymentRefunded OrderN,PaymentTaken"},
  };
  console console;
  for (const typed& line : lines) {
    CAPTURE(line.words.back());
    CHECK(offered(console, line.words) == line.offered);
  }
  const auto many = tests::empty_console();
  tests::fill(*many->log, 5'000, 1'000, 0);
  CHECK(completions(std::vector<std::string>{"stream", "show", "stream-99"}, many->around).size() == 11);
  CHECK(completions(std::vector<std::string>{"stream", "show", ""}, many->around).size() == 200);
}

TEST_CASE("what the scripts ask for is a word, a tab, and what it is") {
  console console;
  CHECK(console.run({"__complete", "--", "event", "sho"}).out == "show\tshow one event whole\n");
  CHECK(console.run({"__complete", "--", "event", "list", "--type", "Stock"}).out == "StockAdjusted\n");
  CHECK(console.run({"__complete", "--", "event", "list", "--limit"}).out ==
        "--limit\tat most N; 0: all. On a terminal 50, else all\n");
  CHECK(console.run("help").out.find("__complete") == std::string::npos);
}

TEST_CASE("an application's executable completes behind its own word") {
  console console;
  console.around.program = "order-service whence";
  const std::string bash = console.run("completion bash").out;
  CHECK(bash.find("[[ \"${COMP_WORDS[*]:1:2-1}\" == \"whence\" && $COMP_CWORD -ge 2 ]] || return\n") !=
        std::string::npos);
  CHECK(bash.find("command order-service whence __complete -- \"${COMP_WORDS[@]:2:COMP_CWORD-2+1}\"") !=
        std::string::npos);
  CHECK(bash.ends_with("complete -o nosort -F _order_service_whence order-service\n"));
  const std::string fish = console.run("completion fish").out;
  CHECK(
      fish.ends_with("complete -c order-service -n '__fish_seen_subcommand_from whence' -f -k -a "
                     "'(__order_service_whence)'\n"));
  CHECK(console.run("completion zsh").out.find("disable") == std::string::npos);
}

TEST_CASE("the scripts, to the byte") {
  CHECK(completion_script(shell::bash, "whence") == R"sh(# bash completion of whence:  source <(whence completion bash)
_whence() {
  COMPREPLY=()
  [[ "${COMP_WORDS[*]:1:1-1}" == "" && $COMP_CWORD -ge 1 ]] || return
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
  done < <(command whence __complete -- "${COMP_WORDS[@]:1:COMP_CWORD-1+1}" 2>/dev/null)
}
complete -o nosort -F _whence whence
)sh");
  CHECK(completion_script(shell::zsh, "whence") == R"sh(#compdef whence
# zsh completion of whence:  source <(command whence completion zsh)
disable whence  # zsh's builtin of that name (`where` and `which` stay)
_whence() {
  [[ "${words[2,1]}" == "" && $CURRENT -gt 1 ]] || { _default; return }
  local line
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
      return
    fi
    line=${line//:/\\:}
    found+=("${line/$'\t'/:}")
  done < <(command whence __complete -- "${(@)words[1+1,CURRENT]}" 2>/dev/null)
  _describe -V 'whence' found
}
if [[ ${funcstack[1]} == _whence ]]; then
  _whence
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }  # else nobody has switched completion on yet
  compdef _whence whence
fi
)sh");
  CHECK(completion_script(shell::fish, "whence") == R"sh(# fish completion of whence:  whence completion fish | source
function __whence
  set -l typed (commandline -opc) (commandline -ct)
  set -l lines (command whence __complete -- $typed[2..-1] 2>/dev/null)
  if test "$lines" = :files
    __fish_complete_path (commandline -ct)
  else
    printf '%s\n' $lines
  end
end
complete -c whence -f -k -a '(__whence)'
)sh");
}
