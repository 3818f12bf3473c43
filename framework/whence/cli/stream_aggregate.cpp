#include <whence/cli/stream_aggregate.hpp>

#include <utility>

#include <whence/cli/application_program.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/selection.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/upcasting/stream_until.hpp>

namespace whence::inline v0::cli {
namespace {

types_missing type_is_missing(const recorded_event& first, const surroundings& around, std::string_view command,
                              std::string_view rest) {
  const std::string type(first.aggregate_type);
  if (is_audit(type))
    return types_missing(
        {.what = "the operations on a log have no state: they are events, and nothing is folded of them",
         .where = {},
         .why = {},
         .remedy = "whence stream show " + shell_word(first.stream)});
  if (around.types == nullptr) {
    const std::string line = " whence " + std::string(command) + " " + shell_word(first.stream) +
                             (rest.empty() ? "" : " " + std::string(rest));
    return types_missing({.what = "this needs the type \"" + type + "\", which the stock binary does not have",
                          .where = {},
                          .why = "a state is what the application's own code makes of the events",
                          .remedy = run_by_application(&first, around, line)});
  }
  return types_missing(
      {.what = "this needs the type \"" + type + "\", which this program does not name to its inspector",
       .where = {},
       .why = {},
       .remedy = "add .aggregate<" + type + ">() to the whence::cli_types that it calls run_cli with"});
}

}  // namespace

types_no_serialize::types_no_serialize(const std::string& type)
    : error("types.no_serialize", next_move::change_request,
            {.what = "the state of \"" + type + "\" cannot be shown: the aggregate has no serialize",
             .where = {},
             .why = {},
             .remedy = "give it one, as its events have: template <class Archive> void serialize(Archive& ar)"}) {}

stream_aggregate::stream_aggregate(log_reader& log, std::string stream, const surroundings& around,
                                   std::string_view command, std::string_view rest)
    : log_(log), stream_(std::move(stream)) {
  require_stream(log, stream_);
  const event_page page = log.read_stream(stream_, stream_version{1}, read_direction::forward, {.events = 1});
  const recorded_event& first = page.front();
  first_recorded_ = first.recorded_at;
  if (around.types != nullptr) aggregate_ = around.types->known().aggregate_named(first.aggregate_type);
  if (aggregate_ == nullptr) throw type_is_missing(first, around, command, rest);
  if (aggregate_->encode == nullptr) throw types_no_serialize(std::string(first.aggregate_type));
  through_ = &around.types->known().upcasters();
}

std::unique_ptr<log_reader> stream_aggregate::until(stream_version last) const {
  return detail::stream_until(log_, stream_, last, *through_);
}

std::string stream_aggregate::at(stream_version last) const {
  const state folded = fresh();
  detail::fold_on(*until(last), stream_, *aggregate_->facts, folded.get(), {});
  return aggregate_->encode(folded.get());
}

void stream_aggregate::watch(stream_version from, stream_version to, const watcher& after) const {
  const state folded = fresh();
  const detail::fold_end begin = detail::begin_of_fold(*until(from), stream_, *aggregate_->facts);
  stream_version at;
  std::string type;  // of the event that was applied last
  const auto tell = [&] {
    if (at > from) after(at, type, aggregate_->encode(folded.get()));
  };
  detail::fold_stream(*until(to), stream_, *aggregate_->facts, folded.get(), begin, [&](const recorded_event& event) {
    tell();
    at = event.version;
    type = event.type;
    return true;
  });
  tell();
}

}  // namespace whence::inline v0::cli
