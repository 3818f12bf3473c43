#include <whence/cli/schema_commands.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/contracts/errors.hpp>
#include <whence/contracts/released_contracts.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

/// `types.missing`: the stock program knows no events.
struct events_missing final : error {
  events_missing(const std::string& folder, const std::string& line)
      : error("types.missing", next_move::change_request,
              {.what = "this needs the application's events, which the stock binary does not have",
               .where = folder,
               .why = "what a program promises of its events stands in its own code",
               .remedy = "run it with the application's own executable: PROGRAM " + line}) {}
};

/// `contract.broken`: a check found something.
struct contract_broken final : error {
  contract_broken(const std::string& folder, const std::vector<contract_finding>& found)
      : error("contract.broken", next_move::change_request,
              {.what = folder + ": what was released is not what the program does: " + std::to_string(found.size()) +
                       (found.size() == 1 ? " finding" : " findings"),
               .where = found.front().file.empty() ? folder : found.front().file,
               .why = found.front().event_type + " version " + std::to_string(found.front().version) + ": " +
                      found.front().problem,
               .remedy = found.front().remedy}) {}
};

/// As it was named, seen from the folder in which the command was called.
std::string place_of(const session& session, const std::string& path) {
  const std::string& here = session.around().directory;
  return here == "." || std::filesystem::path(path).is_absolute() ? path : here + "/" + path;
}

std::string folder_of(const request& request, const session& session) {
  const std::string folder = request.value("--dir").value_or("schemas");
  if (folder.empty()) throw usage_error("value", "--dir is empty", "name the folder of the contracts, or leave it out");
  return place_of(session, folder);
}

const event_contracts& contracts_of(const session& session, const std::string& folder, std::string_view command) {
  const cli_types* const types = session.around().types;
  if (types == nullptr) throw events_missing(folder, "whence " + std::string(command));
  return types->contracts();
}

// --- check ------------------------------------------------------------------------------------------------------------

constexpr item_column<contract_finding> finding_columns[] = {
    {{.title = "EVENT", .name = "eventType", .colour = tint::cyan, .least = 12},
     [](const contract_finding& one, const cell_style&) { return one.event_type; }},
    {{.title = "VER", .name = "eventVersion", .right = true},
     [](const contract_finding& one, const cell_style&) { return std::to_string(one.version); }},
    {{.title = "FOUND", .name = "kind", .colour = tint::red},
     [](const contract_finding& one, const cell_style&) { return std::string(name_of(one.what)); }},
    {{.title = "WHAT", .name = "problem", .least = 20},
     [](const contract_finding& one, const cell_style&) { return one.problem; }},
    {{.title = "FILE", .name = "file", .colour = tint::faint, .least = 12, .spare = 1},
     [](const contract_finding& one, const cell_style&) { return one.file; }},
};

std::string json_of(const contract_finding& one, const std::string& program) {
  return "{\"kind\":\"" + std::string(name_of(one.what)) + "\",\"eventType\":" + json_string(visible(one.event_type)) +
         ",\"eventVersion\":" + std::to_string(one.version) + ",\"file\":" + json_string(visible(one.file)) +
         ",\"problem\":" + json_string(visible(one.problem)) +
         ",\"hint\":" + json_string(visible(as_started(program, one.remedy))) + "}";
}

exit_code check(const request& request, session& session) {
  const std::string folder = folder_of(request, session);
  const event_contracts& contracts = contracts_of(session, folder, "schema check");
  // Before the first release there is no folder; one that was named is there.
  if (request.has("--dir") && !session.around().runtime.files->status(folder)) throw contract_missing(folder);
  const std::vector<contract_finding> found = check_contracts(contracts, folder, *session.around().runtime.files);
  if (session.form() != output_form::table) {
    std::string findings;
    for (const contract_finding& one : found)
      findings += (findings.empty() ? "" : ",") + json_of(one, session.program());
    session.judged(found.empty() ? verdict::pass : verdict::fail,
                   "{\"folder\":" + json_string(visible(folder)) + ",\"events\":" +
                       std::to_string(contracts.promised().size()) + ",\"findings\":[" + findings + "]}");
  } else if (found.empty()) {
    session.print(
        session.out_style().paint(
            tint::strong, session.broken_after(0, visible(folder) + ": all that was released is kept, by " +
                                                      counted(contracts.promised().size(), "event") + " of today")) +
        "\n");
  } else {
    const std::span<const item_column<contract_finding>> all = finding_columns;
    item_list& list = session.list(looks_of(all));
    for (const contract_finding& one : found) put(list, all, {}, one);
    session.end_list();
  }
  if (found.empty()) return exit_code::done;
  const contract_broken failure(folder, found);
  session.failed(failure);
  return exit_code_of(failure);
}

// --- release ----------------------------------------------------------------------------------------------------------

std::string state_of(const released_contract& one) { return one.is_new ? "new" : "kept"; }

constexpr item_column<released_contract> released_columns[] = {
    {{.title = "EVENT", .name = "eventType", .colour = tint::cyan, .least = 12},
     [](const released_contract& one, const cell_style&) { return one.event_type; }},
    {{.title = "VER", .name = "eventVersion", .right = true},
     [](const released_contract& one, const cell_style&) { return std::to_string(one.version); }},
    {{.title = "AGGREGATE", .name = "aggregateType", .spare = 1},
     [](const released_contract& one, const cell_style&) { return one.aggregate_type; }},
    {{.title = "STATE", .name = "state", .colour = tint::strong},
     [](const released_contract& one, const cell_style&) { return state_of(one); }},
    {{.title = "SCHEMA", .name = "schemaFile", .least = 12},
     [](const released_contract& one, const cell_style&) { return one.schema_file; }},
};

std::vector<column> release_columns() {
  return looks_of(std::span<const item_column<released_contract>>(released_columns));
}

std::string json_of_release(const released_contract& one) {
  return "{\"eventType\":" + json_string(one.event_type) + ",\"eventVersion\":" + std::to_string(one.version) +
         ",\"aggregateType\":" + json_string(one.aggregate_type) + ",\"state\":\"" + state_of(one) +
         "\",\"schemaFile\":" + json_string(visible(one.schema_file)) +
         ",\"samplesFile\":" + json_string(visible(one.samples_file)) + "}";
}

exit_code release(const request& request, session& session) {
  const std::string folder = folder_of(request, session);
  const event_contracts& contracts = contracts_of(session, folder, "schema release");
  const release_mode mode = request.has("--dry-run") ? release_mode::look : release_mode::write;
  const std::vector<released_contract> released =
      release_contracts(contracts, folder, mode, *session.around().runtime.files);
  const std::span<const item_column<released_contract>> all = released_columns;
  item_list& list = session.list(looks_of(all));
  for (const released_contract& one : released) put(list, all, &json_of_release, one);
  if (mode == release_mode::look &&
      std::any_of(released.begin(), released.end(), [](const auto& one) { return one.is_new; }))
    session.note("nothing was written: without --dry-run, what is new is released");
  return exit_code::done;
}

// --- diff -------------------------------------------------------------------------------------------------------------

constexpr std::string_view demands[] = {"backward", "forward", "both", "none"};
constexpr flag demanded{.name = "--require",
                        .value = "WHO",
                        .text = "exit code 1 unless so: backward (else), forward, both, none",
                        .choices = demands};

bool meets(compatibility how, std::string_view demand) {
  return (demand == "none" || demand == "forward" || reads_old(how)) &&
         (demand == "none" || demand == "backward" || reads_new(how));
}

std::string place_of(const contract_change& one) {
  return one.contract + (one.contract.empty() || one.change.pointer.empty() ? "" : " ") + one.change.pointer;
}

/// `schema.incompatible`: who has to read the other's data does not.
struct schema_incompatible final : error {
  schema_incompatible(const std::string& before, const std::string& after, std::string_view demand,
                      const contract_change& first)
      : error("schema.incompatible", next_move::change_request,
              {.what = after + " does not keep what " + before + " promised: it has to be compatible " +
                       (demand == "both" ? "both ways" : std::string(demand)),
               .where = place_of(first),
               .why = first.change.what + ": " + first.change.why,
               .remedy = first.change.remedy}) {}
};

constexpr item_column<contract_change> change_columns[] = {
    {{.title = "READS", .name = "reads", .colour = tint::strong},
     [](const contract_change& one, const cell_style&) { return std::string(name_of(one.change.reads)); }},
    {{.title = "CONTRACT", .name = "contract", .colour = tint::cyan, .least = 12},
     [](const contract_change& one, const cell_style&) { return one.contract; }},
    {{.title = "WHERE", .name = "pointer", .least = 8},
     [](const contract_change& one, const cell_style&) { return one.change.pointer; }},
    {{.title = "WHAT", .name = "what", .least = 20},
     [](const contract_change& one, const cell_style&) { return one.change.what; }},
    {{.title = "WHY", .name = "why", .least = 20, .spare = 1},
     [](const contract_change& one, const cell_style&) { return one.change.why; }},
};

std::string json_of_change(const contract_change& one) {
  const schema_change& change = one.change;
  return "{\"contract\":" + json_string(visible(one.contract)) +
         ",\"pointer\":" + json_string(visible(change.pointer)) + ",\"what\":" + json_string(visible(change.what)) +
         ",\"reads\":\"" + std::string(name_of(change.reads)) + "\",\"why\":" + json_string(visible(change.why)) +
         ",\"hint\":" + json_string(visible(change.remedy)) + "}";
}

std::string_view sentence_for(compatibility how) {
  switch (how) {
    case compatibility::both: return "both: either reads the data of the other";
    case compatibility::backward: return "backward: new code reads old data, old code does not read new data";
    case compatibility::forward: return "forward: old code reads new data, new code does not read old data";
    case compatibility::breaking: return "breaking: neither reads the data of the other";
  }
  return {};
}

void print_changes(const std::vector<contract_change>& found, compatibility how, session& session) {
  if (!found.empty()) {
    const std::span<const item_column<contract_change>> all = change_columns;
    item_list& list = session.list(looks_of(all));
    for (const contract_change& one : found) put(list, all, {}, one);
    session.end_list();
    session.print("\n");
    for (const contract_change& one : found) {
      if (one.change.reads == compatibility::both && one.change.remedy == "nothing") continue;
      const std::string place = place_of(one);
      session.print("do: " + session.broken_after(4, visible((place.empty() ? "" : place + ": ") + one.change.remedy)) +
                    "\n");
    }
  }
  session.print(session.out_style().paint(tint::strong, session.broken_after(0, std::string(sentence_for(how)))) +
                "\n");
}

exit_code diff(const request& request, session& session) {
  const std::string before = place_of(session, request.arguments()[0]);
  const std::string after = place_of(session, request.arguments()[1]);
  const std::string_view demand = demands[request.choice(demanded).value_or(0)];
  const std::vector<contract_change> found = contract_changes(before, after, *session.around().runtime.files);
  std::vector<schema_change> changes;
  for (const contract_change& one : found) changes.push_back(one.change);
  const compatibility how = compatibility_of(changes);
  const bool good = meets(how, demand);
  if (session.form() == output_form::table) {
    print_changes(found, how, session);
  } else {
    std::string all;
    for (const contract_change& one : found) all += (all.empty() ? "" : ",") + json_of_change(one);
    session.judged(good ? verdict::pass : verdict::fail, "{\"reads\":\"" + std::string(name_of(how)) +
                                                             "\",\"required\":\"" + std::string(demand) +
                                                             "\",\"changes\":[" + all + "]}");
  }
  if (good) return exit_code::done;
  const auto first = std::find_if(found.begin(), found.end(),
                                  [&](const contract_change& one) { return !meets(one.change.reads, demand); });
  const schema_incompatible failure(before, after, demand, *first);
  session.failed(failure);
  return exit_code_of(failure);
}

// ----------------------------------------------------------------------------------------------------------------------

constexpr flag directory{
    .name = "--dir", .value = "DIR", .text = "where the contracts are; else schemas", .by = completes::file};

constexpr const flag* check_flags[] = {&directory};
constexpr example check_examples[] = {
    {"whence schema check", "in the folder schemas"},
    {"whence schema check --dir released -o json", "elsewhere, for programs"},
};
constexpr std::string_view check_text =
    "Compares the application's events with what was released of them: each schema of today's version with the "
    "program's own description; each golden sample of every version with the schema of its version, and through all "
    "upcasters with today's type: alone, and with samples of what it is merged with. It names each version that is "
    "not released yet, that is newer than the program, or at which an upcaster begins and of which nothing is there.\n"
    "Exit code 0 says that all is kept, 1 that something is not. It looks at no log, and needs the application's "
    "types: run it in the application's executable.";

constexpr const flag* release_flags[] = {&directory, &flags::dry_run, &flags::columns};
constexpr example release_examples[] = {
    {"whence schema release --dry-run", "only name it"},
    {"whence schema release", "into the folder schemas"},
};
constexpr std::string_view release_text =
    "Writes the contract of each event and version that is not released yet: DIR/order/OrderPlaced.v1.schema.json, "
    "what fits, as JSON Schema, and DIR/order/OrderPlaced.v1.samples.jsonl, golden samples, an event's data a line. "
    "Keep them with the sources. The same program writes the same bytes each time, everywhere.\n"
    "What was released is never written again. If the program describes a released version otherwise, nothing is "
    "written, and the error (exit code 4) says which member it is: such an event needs a new version, and an upcaster "
    "from the old one. Nothing is written, too, if a version was released that the program does not have yet: the "
    "files "
    "belong to a newer build.\n"
    "It opens no log, and needs the application's types: run it in the application's executable.";

constexpr const flag* diff_flags[] = {&demanded};
constexpr example diff_examples[] = {
    {"whence schema diff released schemas", "between two folders"},
    {"whence schema diff old.schema.json new.schema.json", "between two files"},
    {"whence schema diff released schemas --require both", "as a gate"},
};
constexpr std::string_view diff_text =
    "Says of each change between two schemas, or between the same contracts in two folders, who can still read whom. "
    "Backward: new code reads old data, which a log needs. Forward: old code reads new data, which programs need that "
    "are replaced one after the other. Both; or breaking: neither. Reading is as strict as it is for events: a member "
    "that is missing or not named is refused, unless the schema allows it. For each change it says why, and what to "
    "do: an upcaster, a default, a new version.\n"
    "Exit code 0 says that what is required holds: that new code reads old data, unless --require says otherwise. 1 "
    "says that it does not. It looks at no log.";

constexpr command rows[] = {
    {.group = "schema",
     .name = "check",
     .summary = "compare the application's events with what was released",
     .text = check_text,
     .examples = check_examples,
     .flags = check_flags,
     .schema = "contracts",
     .log = access::none,
     .run = &check},
    {.group = "schema",
     .name = "release",
     .summary = "release what the application promises of its events",
     .text = release_text,
     .examples = release_examples,
     .flags = release_flags,
     .forms = list_forms,
     .schema = "release",
     .columns = &release_columns,
     .log = access::none,
     .run = &release},
    {.group = "schema",
     .name = "diff",
     .argument = "OLD NEW",
     .argument_by = completes::file,
     .summary = "say of each change who can still read whom",
     .text = diff_text,
     .examples = diff_examples,
     .flags = diff_flags,
     .schema = "changes",
     .log = access::none,
     .run = &diff},
};

}  // namespace

std::span<const command> schema_commands() { return rows; }

}  // namespace whence::inline v0::cli
