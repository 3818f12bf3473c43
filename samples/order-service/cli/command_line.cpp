#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cli/command_line.hpp>
#include <cli/nearest_command.hpp>
#include <cli/typed_line.hpp>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include <whence/cli/run_cli.hpp>
#include <whence/core/json_text.hpp>

#include <domain/names.hpp>
#include <domain/text.hpp>

namespace shop {
namespace {

failure wrong_usage(std::string code, std::string what, std::string remedy = "order-service --help") {
  return {exit_code::wrong_usage, code, {.what = std::move(what), .remedy = std::move(remedy)}};
}

std::string checked_text(const std::string& text) {
  if (!whence::is_utf8(text)) throw wrong_usage("usage.text", "\"" + readable(text) + "\" is not UTF-8");
  return text;
}

/// An order as it was named: "order-536365", its number alone, or the id that the program gave to a number that cannot stand
/// in one: "order-~0123…".
struct named_order {
  whence::id<Order> id;
  std::optional<std::string> number;  ///< not known of the last kind
};

named_order parse_order(const std::string& order, const std::string& command) {
  constexpr std::string_view prefix = "order-";
  for (const std::string& name : {order, std::string(prefix) + order})
    if (const auto hashed = hashed_order_id(name)) return {*hashed, std::nullopt};
  std::string number = checked_text(order);
  if (number.starts_with(prefix)) number.erase(0, prefix.size());
  if (number.empty())
    throw wrong_usage("usage.order", "an order's id is not empty", "order-service " + command + " --help");
  return {order_id(number), number};
}

/// Accepts whole numbers of this range only: CLI11 itself takes -3 for 18446744073709551613.
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  return CLI::Validator(
      [=](std::string& text) {
        std::uint64_t number = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (problem == std::errc{} && end == text.data() + text.size() && number >= least && number <= most)
          return std::string{};
        return "\"" + readable(text) + "\" is no whole number from " + std::to_string(least) + " to " +
               std::to_string(most);
      },
      "");
}

CLI::Validator one_of(std::vector<std::string> words) {
  return CLI::Validator(
      [words = std::move(words)](std::string& text) {
        std::string all;
        for (const std::string& word : words) {
          if (word == text) return std::string{};
          all += (all.empty() ? "" : ", ") + word;
        }
        return "\"" + readable(text) + "\" is none of: " + all;
      },
      "");
}

/// "85123A:6:2.55". The item may have colons.
Line parse_line(const std::string& text) {
  const std::size_t before_price = text.rfind(':');
  const std::size_t before_quantity =
      before_price == std::string::npos || before_price == 0 ? std::string::npos : text.rfind(':', before_price - 1);
  const auto price = before_price == std::string::npos ? std::nullopt : parse_price(text.substr(before_price + 1));
  const auto quantity = before_quantity == std::string::npos
                            ? std::nullopt
                            : parse_count(text.substr(before_quantity + 1, before_price - before_quantity - 1));
  if (!price || !quantity || before_quantity == 0)
    throw wrong_usage("usage.line",
                      "\"" + readable(text) +
                          "\" is no line: ITEM:QUANTITY:PRICE, a quantity of at most nine digits, a price "
                          "of at most twelve digits and four decimals",
                      "order-service place --help");
  return {checked_text(text.substr(0, before_quantity)), {}, *quantity, *price};
}

/// The flags as CLI11 fills them.
struct flags {
  std::optional<std::string> store;
  std::string form;  // empty: not given
  bool json = false;
  bool accept_missing_tail = false;
  bool last_line_is_whole = false;
  std::optional<std::string> rejects;
  std::string file, order, customer, reason;
  std::string country = "Unspecified";
  std::vector<std::string> lines;
  std::uint32_t wait = 5;
  std::uint64_t orders = 0, seed = 1, at_once = 1;
};

void take_simulation(CLI::App& simulate, flags& given) {
  simulate.add_option("--orders", given.orders, "How many")
      ->required()
      ->type_name("N")
      ->check(whole_number(1, 1'000'000'000));
  simulate.add_option("--seed", given.seed, "Which shop")
      ->type_name("S")
      ->check(whole_number(0, std::numeric_limits<std::uint64_t>::max()));
  simulate.add_option("--at-once", given.at_once, "How many orders are traded at a time (1)")
      ->type_name("N")
      ->check(whole_number(1, 1'024));
}

void take_import(CLI::App& imports, flags& given) {
  imports.add_option("FILE", given.file, "The sales, as CSV")->required();
  imports.add_option("--rejects", given.rejects, "Where rejected records go")->type_name("OUT.csv");
  imports.add_flag("--last-line-is-whole", given.last_line_is_whole,
                   "Take the last record though the file has no line end behind it; else its invoice is held back");
}

void take_order(CLI::App& place, flags& given) {
  place.add_option("--line", given.lines, "What is ordered; may be repeated")
      ->required()
      ->type_name("ITEM:QUANTITY:PRICE")
      ->expected(1)
      ->allow_extra_args(false)  // else CLI11 takes a -- behind it for the end of its values
      ->take_all();
  place.add_option("--customer", given.customer, "Who orders; without it, a guest")->type_name("C");
  place.add_option("--country", given.country, "Where to")->type_name("X");
}

void describe(CLI::App& program, flags& given) {
  program.add_option("--store", given.store, "The log; else WHENCE_STORE, or what whence.toml says")->type_name("PATH");
  program.add_option("-o,--output", given.form, "The form of what goes to stdout")
      ->check(one_of({"table", "json"}))
      ->type_name("table|json");
  program.add_flag("--json", given.json, "The same as -o json");
  program.set_version_flag("--version", std::string("order-service"));
  program.require_subcommand(1);
  program.footer("order-service whence … looks into the log: events, streams, causes, read models, states.");

  const auto command = [&](const char* name, const char* summary, const char* example, const char* prints) {
    CLI::App* const added = program.add_subcommand(name, summary);
    added->fallthrough();  // flags of the program may stand after the command
    added->footer("Global options, here too: --store PATH, -o table|json, --json.\n\nExample: order-service " +
                  std::string(name) + " " + example + " --store shop.db\nprints:  " + prints);
    return added;
  };
  const auto takes_order = [&](CLI::App* added, const char* what = "Its id: order-536365, or order-~…") {
    added->add_option("ORDER", given.order, what)->required();
  };
  const auto writes = [&](CLI::App* added) {
    added->add_flag("--accept-missing-tail", given.accept_missing_tail,
                    "Go on with a log that lost acknowledged events, or its witness: they are lost for good then");
    return added;
  };
  const auto takes_wait = [&](CLI::App* added) {
    added->add_option("--wait", given.wait, "Seconds to wait for the read model")
        ->type_name("SECONDS")
        ->check(whole_number(0, 1'000'000'000));
  };

  CLI::App* const imports = writes(command("import", "Import sales in the form of the Online Retail data set",
                                           "sales.csv", "2 records: 1 accepted, 1 rejected; 3 events added"));
  take_import(*imports, given);

  CLI::App* const place = writes(command("place", "Place an order", "1 --line TEA:2:4.50", "order-1 is placed"));
  takes_order(place,
              "Its number, any text: 536365. In the log it is order-536365; or order-~…, as is said then, if it is "
              "longer than 200 bytes, begins with ~ or has characters that do not show");
  take_order(*place, given);

  takes_order(writes(command("pay", "Take the payment for an order", "order-1", "order-1 is paid")));
  takes_order(writes(command("ship", "Ship a paid order", "order-1", "order-1 is shipped")));

  CLI::App* const cancel = writes(command("cancel", "Cancel an order; what was paid is given back",
                                          "order-1 --reason 'changed my mind'", "order-1 is cancelled"));
  takes_order(cancel);
  cancel->add_option("--reason", given.reason, "Why")->required()->type_name("TEXT");

  CLI::App* const show = command("show", "Show an order", "order-1", "order-1  placed …");
  takes_order(show);
  takes_wait(show);
  takes_wait(command("report", "What was sold and credited", "--wait 10", "orders                            1 …"));

  CLI::App* const simulate =
      writes(command("simulate", "Trade a plausible shop's orders", "--orders 100", "100 orders; 316 events added"));
  take_simulation(*simulate, given);
}

void must_agree(const flags& given) {
  if (!given.json || given.form.empty() || given.form == "json") return;
  throw wrong_usage("usage.option", "--json and -o " + given.form + " contradict each other",
                    "choose one of them: --json is the same as -o json");
}

decltype(request::command) command_of(const std::string& name, const flags& given) {
  const std::chrono::seconds wait{given.wait};
  if (name == "import") {
    const std::string help = "order-service import --help";
    if (given.file.empty()) throw wrong_usage("usage.argument", "the name of the file of sales is empty", help);
    if (given.rejects && given.rejects->empty()) throw wrong_usage("usage.value", "--rejects is empty", help);
    return import_request{given.file, given.rejects, given.last_line_is_whole};
  }
  if (name == "report") return report_request{wait};
  if (name == "simulate") return simulate_request{given.orders, given.seed, given.at_once};

  const named_order order = parse_order(given.order, name);
  if (name == "pay") return pay_request{order.id};
  if (name == "ship") return ship_request{order.id};
  if (name == "cancel") return cancel_request{order.id, checked_text(given.reason)};
  if (name == "show") return show_request{order.id, wait};

  if (!order.number)
    throw wrong_usage("usage.order",
                      order.id.value() + " is the id of an order that is there: a new one is placed by its number",
                      "order-service place --help");
  place_request place{order.id, *order.number, checked_text(given.customer), checked_text(given.country), {}};
  for (const std::string& line : given.lines) place.lines.push_back(parse_line(line));
  return place;
}

std::vector<std::string> commands_of(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* const each : program.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(each->get_name());
  return names;
}

/// Null: there is none of that name.
const CLI::App* command_named(const CLI::App& program, const std::string& name) {
  for (const CLI::App* const each : program.get_subcommands([](const CLI::App*) { return true; }))
    if (each->get_name() == name) return each;
  return nullptr;
}

/// As they can be typed: each by all of its names.
std::vector<known_option> options_of(const CLI::App& app) {
  std::vector<known_option> found;
  for (const CLI::Option* const each : app.get_options()) {
    const bool takes_value = each->get_items_expected_min() > 0;
    for (const std::string& name : each->get_lnames()) found.push_back({"--" + name, takes_value});
    for (const std::string& name : each->get_snames()) found.push_back({"-" + name, takes_value});
  }
  return found;
}

failure no_such_command(const CLI::App& program, const std::vector<std::string>& words, std::size_t place) {
  std::vector<std::string> commands = commands_of(program);
  commands.emplace_back("whence");
  const std::string meant = nearest_command(words[place], commands);
  return wrong_usage(
      "usage.command",
      "there is no command \"" + readable(words[place]) + "\"" + (meant.empty() ? "" : "; did you mean " + meant + "?"),
      meant.empty() ? "order-service --help" : text_of_line(words, place, meant));
}

/// `command` is the one that the line names; null: none.
failure no_such_option(const CLI::App& program, const CLI::App* command, const std::vector<std::string>& words,
                       std::size_t place) {
  const std::string name = words[place].substr(0, words[place].find('='));
  std::vector<std::string> known;
  for (const CLI::App* const app : {&program, command})
    if (app != nullptr)
      for (const known_option& each : options_of(*app)) known.push_back(each.name);
  const std::string of = command == nullptr ? "" : " `" + command->get_name() + "`";
  const std::string help = "order-service " + (command == nullptr ? "" : command->get_name() + " ") + "--help";
  if (std::find(known.begin(), known.end(), name) != known.end())
    return wrong_usage("usage.option", name + " stands before" + of + ", and belongs behind it", help);
  for (std::string& each : known) each.erase(0, each.find_first_not_of('-'));
  const std::string near = nearest_command(name.substr(name.find_first_not_of('-')), known);
  const std::string meant = near.size() < 2 ? "" : "--" + near;
  return wrong_usage("usage.option",
                     "there is no option " + readable(name) + (of.empty() ? "" : " of" + of) +
                         (meant.empty() ? "" : "; did you mean " + meant + "?"),
                     meant.empty() ? help : text_of_line(words, place, meant));
}

/// "--line: 1 required X missing" and the like, as people say it.
failure wrong_value(const std::string& text, std::string remedy) {
  const std::string option = text.substr(0, text.find(": "));
  if (text.find(" required but received ") != std::string::npos)
    return wrong_usage("usage.option", option + " is given more than once", std::move(remedy));
  return wrong_usage("usage.value", text.ends_with(" missing") ? option + " needs a value" : text, std::move(remedy));
}

/// What CLI11 found wrong, in our words where its own say little.
failure told(const CLI::App& program, const CLI::ParseError& wrong, const std::vector<std::string>& words) {
  const typed_line line = look_at_line(words, options_of(program), commands_of(program));
  const CLI::App* const command = line.command ? command_named(program, words[*line.command]) : nullptr;
  if (line.unknown_option) return no_such_option(program, command, words, *line.unknown_option);
  if (command == nullptr) {
    if (line.command) return no_such_command(program, words, *line.command);
    return wrong_value(readable(wrong.what()), "order-service --help");
  }
  std::vector<known_option> options = options_of(program);
  for (known_option& each : options_of(*command)) options.push_back(std::move(each));
  if (const auto unknown = unknown_option_behind(words, *line.command, options))
    return no_such_option(program, command, words, *unknown);

  const std::string& name = command->get_name();
  const std::string help = "order-service " + name + " --help";
  const std::string text = readable(wrong.what());
  const auto rest = program.remaining(true);
  if (dynamic_cast<const CLI::ExtrasError*>(&wrong) != nullptr && !rest.empty())
    return wrong_usage("usage.argument", "`" + name + "` has no place for \"" + readable(rest.front()) + "\"", help);
  constexpr std::string_view required = " is required";
  if (dynamic_cast<const CLI::RequiredError*>(&wrong) != nullptr && text.ends_with(required))
    return wrong_usage("usage.argument", "`" + name + "` needs " + text.substr(0, text.size() - required.size()), help);
  return wrong_value(text, help);
}

bool writes(const std::string& name) { return name != "show" && name != "report"; }

std::string store_of(const std::string& command, const std::optional<std::string>& named,
                     const std::vector<std::string>& words) {
  const auto otherwise = writes(command) ? whence::unnamed_store::none : whence::unnamed_store::only_one_here;
  return whence::store_to_open(named, otherwise,
                               [&](const std::string& store) { return text_of_line_with_store(words, store); });
}

}  // namespace

std::variant<request, exit_code> parse_command_line(const std::vector<std::string>& arguments, std::ostream& out,
                                                    std::size_t columns) {
  flags given;
  CLI::App program(
      "A shop on Whence: orders, payments, deliveries and credit notes; real sales in, totals to the penny.",
      "order-service");
  describe(program, given);
  try {
    program.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const typed_line line = look_at_line(arguments, options_of(program), commands_of(program));
    if (line.command && command_named(program, arguments[*line.command]) == nullptr)
      throw no_such_command(program, arguments, *line.command);
    out << whence::fitted_help(program.help(), columns);  // of the command, if one is named
    return exit_code::done;
  } catch (const CLI::CallForVersion&) {
    must_agree(given);
    const bool json = given.json || given.form == "json";
    out << (json ? whence::version_document("order-service") : whence::version_line("order-service"));
    return exit_code::done;
  } catch (const CLI::ParseError& wrong) {
    // Without a command there is nothing wrong: whoever comes for the first time sees what there is.
    const bool names_nothing = program.get_subcommands().empty() && program.remaining(true).empty();
    if (!names_nothing || dynamic_cast<const CLI::RequiredError*>(&wrong) == nullptr)
      throw told(program, wrong, arguments);
    must_agree(given);
    out << whence::fitted_help(program.help(), columns);
    return exit_code::done;
  }
  must_agree(given);
  const std::string name = program.get_subcommands().front()->get_name();
  request understood{.name = name,
                     .line = text_of_line(arguments),
                     .store = {},
                     .accept_missing_tail = given.accept_missing_tail,
                     .form = given.json || given.form == "json" ? output_form::json : output_form::table,
                     .command = command_of(name, given)};
  understood.store = store_of(name, given.store, arguments);
  return understood;
}

std::string command_in(const std::vector<std::string>& arguments) {
  flags given;
  CLI::App program;
  describe(program, given);
  const std::vector<std::string> commands = commands_of(program);
  const typed_line line = look_at_line(arguments, options_of(program), commands);
  if (!line.command || std::find(commands.begin(), commands.end(), arguments[*line.command]) == commands.end())
    return {};
  return arguments[*line.command];
}

std::optional<std::size_t> inspector_in(const std::vector<std::string>& arguments) {
  flags given;
  CLI::App program;
  describe(program, given);
  std::vector<std::string> commands = commands_of(program);
  commands.emplace_back("whence");
  const typed_line line = look_at_line(arguments, options_of(program), commands);
  return line.command && arguments[*line.command] == "whence" && !line.unknown_option ? line.command : std::nullopt;
}

}  // namespace shop
