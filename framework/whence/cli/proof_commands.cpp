#include <whence/cli/proof_commands.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <whence/cli/command_table.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/json_list.hpp>
#include <whence/cli/long_work.hpp>
#include <whence/cli/owner_of_log.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/core/json_text.hpp>
#include <whence/proof/check_proof.hpp>
#include <whence/proof/prove_log.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::uint64_t every_max = 1'000'000;
constexpr std::size_t label_width = 11;

std::string places_of(const position_range& range) {
  const std::string first = "#" + std::to_string(range.first.value());
  return range.first == range.last ? first : first + " to #" + std::to_string(range.last.value());
}

/// `proof.altered`, or `proof.cut` where the events that are left are those that were signed.
struct proof_failed final : error {
  proof_failed(const std::string& log, const proof_check& found)
      : error(found.findings.front().what == proof_finding::kind::cut ? "proof.cut" : "proof.altered",
              next_move::operator_needed, text_of(log, found)) {}

 private:
  static std::string advice(const std::string& log, const proof_check& found) {
    const proof_finding& first = found.findings.front();
    const std::string save = "tar -cf $(mktemp saved.XXXXXX.tar) " + shell_word(log) + "*\n# ";
    if (first.what == proof_finding::kind::altered && found.head == global_position{})
      return save + "then hold a copy from before against the heads";
    switch (first.what) {
      case proof_finding::kind::altered:
        return save +
               "then hold a copy from before against the heads; what stands there now:\nwhence event list --from " +
               std::to_string(first.positions.first.value()) + " --to " + std::to_string(first.positions.last.value());
      case proof_finding::kind::unreadable:
        return save + "then hold a copy from before against the heads; what is intact here:\nwhence log verify";
      case proof_finding::kind::cut:
        return save + "then look for a copy that goes further, and hold it against the heads";
    }
    return {};
  }

  static error_text text_of(const std::string& log, const proof_check& found) {
    const proof_finding& first = found.findings.front();
    error_text text;
    text.what = visible(log) + ": " + counted(found.findings.size() + found.more_findings, "finding") + "; " +
                with_groups(found.unaltered) + " of " + counted(found.position.value(), "event") +
                " are proven to be those that were signed";
    text.where = visible(log) + ", " + (first.positions.first == first.positions.last ? "event " : "events ") +
                 places_of(first.positions);
    text.why = first.at == global_position{} || first.positions.first == first.positions.last
                   ? visible(first.detail)
                   : "event #" + std::to_string(first.at.value()) + ": " + visible(first.detail);
    text.remedy = advice(log, found);
    return text;
  }
};

/// Throws usage_error: the option is not given, or empty.
std::string file_of(const request& request, std::string_view option, std::string_view example) {
  const std::optional<std::string> file = request.value(option);
  if (!file)
    throw usage_error("option", "`" + full_name(*request.what()) + "` needs " + std::string(option) + " FILE",
                      std::string(example));
  if (file->empty()) throw usage_error("value", std::string(option) + " is empty", std::string(example));
  return *file;
}

// --- make-key ---------------------------------------------------------------------------------------------------------

exit_code make_key(const request& request, session& session) {
  const std::string path = request.argument();
  const checking_key key = signing_key::make(path);
  if (session.form() != output_form::table) {
    session.judged(verdict::pass, "{\"key\":\"" + key.id() + "\",\"privateKey\":" + json_string(visible(path)) +
                                      ",\"publicKey\":" + json_string(visible(path + ".pub")) + "}");
    return exit_code::done;
  }
  const auto line = [&](std::string_view label, const std::string& text) {
    session.print(session.labelled(label, label_width, text));
  };
  line("key", key.id());
  line("private", visible(path) + ": signs; keep it from everybody, and off the disk that has the log");
  line("public", visible(path) + ".pub: checks; hand it out");
  return exit_code::done;
}

// --- prove ------------------------------------------------------------------------------------------------------------

std::string json_of_proved(const std::string& log, const std::string& heads, const proved_log& made) {
  std::string out = "{\"log\":" + json_string(visible(log));
  out += ",\"logId\":\"" + made.identity.id.to_string() + "\",\"epoch\":" + std::to_string(made.identity.epoch);
  out += ",\"after\":" + std::to_string(made.after.value()) + ",\"position\":" + std::to_string(made.position.value());
  out += ",\"headsFile\":" + json_string(visible(heads)) + ",\"heads\":" + std::to_string(made.heads);
  if (!made.newest.empty()) out += ",\"newest\":\"" + made.newest + "\"";
  return out + ",\"key\":\"" + made.key + "\"}";
}

void print_proved(const std::string& heads, const proved_log& made, session& session) {
  const auto line = [&](std::string_view label, const std::string& text) {
    session.print(session.labelled(label, label_width, text));
  };
  session.print(session.out_style().paint(tint::strong, session.fitted(visible(session.store()))) + "\n");
  line("log", made.identity.id.to_string() + "   epoch " + std::to_string(made.identity.epoch));
  line("signed",
       made.position == made.after ? "nothing: there is no new event" : places_of({made.after.next(), made.position}));
  line("heads", counted(made.heads, "head") + " in " + visible(heads) +
                    (made.heads == 0 ? "" : ", up to #" + std::to_string(made.position.value())));
  if (!made.newest.empty()) line("newest", made.newest);
  line("key", made.key);
}

/// Heads that a service signs every night stay its own, and so does their lock, if root does it once.
void make_lock_as_owner(const std::string& heads, files& files) {
  const std::optional<file_status> there = files.status(heads);
  if (!there || !there->regular || files.status(heads + ".lock")) return;
  const owner_of_log owner(heads);
  try {
    static_cast<void>(files.try_lock(heads + ".lock"));
  } catch (const file_error&) {
    // Their owner may make no file there, and so signs none: root makes it.
  }
}

exit_code prove(const request& request, session& session) {
  constexpr std::string_view example = "whence log prove --key shop.key --heads shop.heads";
  const std::string key_file = file_of(request, "--key", example);
  const std::string heads = file_of(request, "--heads", example);
  prove_options options;
  options.every = request.number("--every").value_or(options.every);
  if (options.every == 0 || options.every > every_max)
    throw usage_error("value", "--every cannot be " + std::to_string(options.every),
                      "give 1 to " + with_groups(every_max));
  const log_source& source = session.source();
  const signing_key key = signing_key::read(key_file);
  make_lock_as_owner(heads, *session.around().runtime.files);
  std::optional<proved_log> made;
  const auto stopped =
      carry_out(session, "; what was signed so far is in " + visible(heads),
                [&](std::stop_token stop, const report_progress& report) {
                  options.stop = std::move(stop);
                  options.on_progress = [&](std::uint64_t done, std::uint64_t of) { report("events", done, of); };
                  made = prove_log(source, session.around().runtime, key, heads, options);
                });
  if (stopped) return *stopped;
  if (session.form() == output_form::table) {
    print_proved(heads, *made, session);
  } else {
    session.judged(verdict::pass, json_of_proved(session.store(), heads, *made));
  }
  return exit_code::done;
}

// --- check-proof ------------------------------------------------------------------------------------------------------

std::string json_of_finding(const proof_finding& finding) {
  std::string out = "{\"kind\":\"" + std::string(name_of(finding.what)) + "\"";
  out += ",\"first\":" + std::to_string(finding.positions.first.value()) +
         ",\"last\":" + std::to_string(finding.positions.last.value());
  if (finding.at != global_position{}) out += ",\"at\":" + std::to_string(finding.at.value());
  return out + ",\"detail\":" + json_string(visible(finding.detail)) + "}";
}

std::string json_of_check(const std::string& log, const proof_check& found) {
  const auto number = [](std::string_view name, std::uint64_t value) {
    return ",\"" + std::string(name) + "\":" + std::to_string(value);
  };
  std::string out = "{\"log\":" + json_string(visible(log));
  out += ",\"logId\":\"" + found.identity.id.to_string() + "\"" + number("epoch", found.identity.epoch);
  out += number("head", found.head.value()) + number("heads", found.heads) + number("position", found.position.value());
  out += ",\"signedAt\":\"" + to_rfc3339(found.signed_at) + "\",\"newest\":\"" + found.newest + "\",\"key\":\"" +
         found.key + "\",\"unfinished\":" + (found.unfinished ? "true" : "false");
  out += number("unaltered", found.unaltered) + number("beyond", found.beyond());
  return out + ",\"findings\":" + json_list(found.findings, &json_of_finding) +
         number("moreFindings", found.more_findings) + "}";
}

constexpr item_column<proof_finding> finding_columns[] = {
    {{.title = "FOUND", .name = "kind", .colour = tint::red, .least = 10},
     [](const proof_finding& finding, const cell_style&) { return std::string(name_of(finding.what)); }},
    {{.title = "EVENTS", .name = "positions", .least = 8},
     [](const proof_finding& finding, const cell_style&) { return places_of(finding.positions); }},
    {{.title = "AT", .name = "at", .least = 4},
     [](const proof_finding& finding, const cell_style&) {
       return finding.at == global_position{} ? std::string() : "#" + std::to_string(finding.at.value());
     }},
    {{.title = "WHAT", .name = "detail", .least = 20, .spare = 1},
     [](const proof_finding& finding, const cell_style&) { return finding.detail; }},
};

void print_check(const proof_check& found, session& session) {
  const auto line = [&](std::string_view label, const std::string& text) {
    session.print(session.labelled(label, label_width, text));
  };
  session.print(session.out_style().paint(tint::strong, session.fitted(visible(session.store()))) + "\n");
  line("log", found.identity.id.to_string() + "   epoch " + std::to_string(found.identity.epoch));
  line("heads",
       counted(found.heads, "head") + " by key " + found.key + ", the newest of " + to_rfc3339(found.signed_at));
  line("newest", found.newest);
  line("events", found.holds() ? places_of({global_position{1}, found.position}) + ", all as they were signed"
                               : with_groups(found.unaltered) + " of " + with_groups(found.position.value()) +
                                     " proven to be as they were signed");
  if (found.beyond() > 0)
    line("not signed", places_of({found.position.next(), found.head}) + ": of these it says nothing");
  if (found.unfinished) line("unfinished", "the heads end in the middle of a line, which counts for nothing");
  if (found.holds()) return;
  session.print("\n");
  const std::span<const item_column<proof_finding>> all = finding_columns;
  item_list& list = session.list(looks_of(all));
  for (const proof_finding& finding : found.findings) put(list, all, {}, finding);
  session.end_list();
  if (found.more_findings > 0) session.print("and " + with_groups(found.more_findings) + " more\n");
}

std::string known_of(const request& request) {
  const std::string known = request.value("--known").value_or("");
  const bool digest = known.size() == 64 && known.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (request.has("--known") && !digest)
    throw usage_error("value", "--known cannot be \"" + visible(known) + "\"",
                      "give the 64 digits that stood behind \"newest\" the last time");
  return known;
}

exit_code check_proof_of_log(const request& request, session& session) {
  constexpr std::string_view example = "whence log check-proof --key shop.key.pub --heads shop.heads";
  const std::string key_file = file_of(request, "--key", example);
  const std::string heads = file_of(request, "--heads", example);
  check_options options;
  options.known = known_of(request);
  const log_source& source = session.source();
  const checking_key key = checking_key::read(key_file);
  std::optional<proof_check> found;
  const auto stopped = carry_out(session, "", [&](std::stop_token stop, const report_progress& report) {
    options.stop = std::move(stop);
    options.on_progress = [&](std::uint64_t done, std::uint64_t of) { report("events", done, of); };
    found = check_proof(source, session.around().runtime, key, heads, options);
  });
  if (stopped) return *stopped;
  if (session.form() == output_form::table) {
    print_check(*found, session);
  } else {
    session.judged(found->holds() ? verdict::pass : verdict::fail, json_of_check(session.store(), *found));
  }
  if (found->holds()) return exit_code::done;
  const proof_failed failure(session.store(), *found);
  session.failed(failure);
  return exit_code_of(failure);
}

// ----------------------------------------------------------------------------------------------------------------------

constexpr flag key{.name = "--key",
                   .value = "FILE",
                   .text = "the key: its private half signs, its public half (.pub) checks",
                   .by = completes::file};
constexpr flag heads_option{
    .name = "--heads", .value = "FILE", .text = "the signed heads, kept where the log is not", .by = completes::file};
constexpr flag every{.name = "--every", .value = "N", .text = "a digest each N events; else 100"};
constexpr flag known{
    .name = "--known", .value = "DIGEST", .text = "the newest head of the last time: it has to be there still"};

constexpr example make_key_examples[] = {
    {"whence log make-key shop.key", "makes shop.key and shop.key.pub"},
};
constexpr std::string_view make_key_text =
    "Makes a pair of Ed25519 keys, as PEM: FILE signs, and only this user can read it; FILE.pub checks. Nothing that "
    "is there is replaced. Keep the private key where who may write the log's files cannot read it.";

constexpr const flag* prove_flags[] = {&key, &heads_option, &every};
constexpr example prove_examples[] = {
    {"whence log prove --key shop.key --heads shop.heads", "what is new"},
    {"whence log prove --key shop.key --heads shop.heads --every 1", "each event"},
};
constexpr std::string_view prove_text =
    "Signs what the log says, so that check-proof can show later, to somebody who does not trust its owner, that no "
    "event was altered, put in, taken out or moved, and that the end is still there. Goes on where the newest head in "
    "FILE ends, and adds heads; what is there is never changed. It reads beside the application, whose commits it "
    "costs nothing: run it as often as the newest events may go unsigned.\n"
    "Hand the heads out: to whoever checks, or to a place that who may write the log cannot change. They have no data "
    "of events in them. Of an alteration the place is named to N events (--every). What it proves, and what not: "
    "docs/proof-against-tampering.md.";

constexpr const flag* check_flags[] = {&key, &heads_option, &known};
constexpr example check_examples[] = {
    {"whence log check-proof --key shop.key.pub --heads shop.heads", "as signed?"},
};
constexpr std::string_view check_text =
    "Holds the log, or a copy of it, against the signed heads, and needs nothing secret: the events as they are "
    "stored, the heads and the public key. Each stretch between two signed digests is judged by itself, so that an "
    "alteration is named with its place, and what stands behind it is judged all the same. Events behind the newest "
    "head are not signed yet: of them it says nothing.\n"
    "Keep the digest of the newest head, and give it the next time (--known): heads that were cut back, or put in "
    "the place of others, do not have it. Exit code 6 says that events are not those that were signed, or that the "
    "heads cannot be believed. A reader of 100 lines of Python that checks the same is in "
    "docs/proof-against-tampering.md.";

constexpr command rows[] = {
    {.group = "log",
     .name = "make-key",
     .argument = "FILE",
     .argument_by = completes::file,
     .summary = "make the keys that sign a log and check it",
     .text = make_key_text,
     .examples = make_key_examples,
     .schema = "key",
     .log = access::none,
     .run = &make_key},
    {.group = "log",
     .name = "prove",
     .summary = "sign what a log says, against tampering",
     .text = prove_text,
     .examples = prove_examples,
     .flags = prove_flags,
     .schema = "proving",
     .run = &prove},
    {.group = "log",
     .name = "check-proof",
     .summary = "hold a log against what was signed of it",
     .text = check_text,
     .examples = check_examples,
     .flags = check_flags,
     .schema = "proof",
     .run = &check_proof_of_log},
};

}  // namespace

std::span<const command> proof_commands() { return rows; }

}  // namespace whence::inline v0::cli
