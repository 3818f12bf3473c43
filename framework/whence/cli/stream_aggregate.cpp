#include <whence/cli/stream_aggregate.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

#include <whence/cli/program_name.hpp>
#include <whence/cli/selection.hpp>

namespace whence::inline v0::cli {
namespace {

/// The name of a program, if it looks like one: it is to be pasted into a shell.
std::string program_that_wrote(const recorded_event& event) {
  const bool plain = !event.source.empty() && std::all_of(event.source.begin(), event.source.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  });
  return plain ? std::string(event.source) : "PROGRAM";
}

types_missing type_is_missing(const recorded_event& first, const cli_types* types, std::string_view command,
                              std::string_view rest) {
  const std::string type(first.aggregate_type);
  if (types == nullptr) {
    return types_missing({.what = "this needs the type \"" + type + "\", which the stock binary does not have",
                          .where = {},
                          .why = "a state is what the application's own code makes of the events",
                          .remedy = "./" + program_that_wrote(first) + " whence " + std::string(command) + " " +
                                    shell_word(first.stream) + (rest.empty() ? "" : " " + std::string(rest))});
  }
  return types_missing(
      {.what = "this needs the type \"" + type + "\", which this program does not name to its inspector",
       .where = {},
       .why = {},
       .remedy = "add .aggregate<" + type + ">() to the whence::cli_types that it calls run_cli with"});
}

}  // namespace

types_missing::types_missing(error_text text) : error("types.missing", next_move::change_request, std::move(text)) {}

types_no_serialize::types_no_serialize(const std::string& type)
    : error("types.no_serialize", next_move::change_request,
            {.what = "the state of \"" + type + "\" cannot be shown: the aggregate has no serialize",
             .where = {},
             .why = {},
             .remedy = "give it one, as its events have: template <class Archive> void serialize(Archive& ar)"}) {}

stream_aggregate::stream_aggregate(log_reader& log, std::string stream, const cli_types* types,
                                   std::string_view command, std::string_view rest)
    : log_(log), stream_(std::move(stream)) {
  require_stream(log, stream_);
  const event_page page = log.read_stream(stream_, stream_version{1}, read_direction::forward, {.events = 1});
  const recorded_event& first = page.front();
  first_recorded_ = first.recorded_at;
  if (types != nullptr) aggregate_ = types->aggregate_named(first.aggregate_type);
  if (aggregate_ == nullptr) throw type_is_missing(first, types, command, rest);
  if (aggregate_->encode == nullptr) throw types_no_serialize(std::string(first.aggregate_type));
  state_ = {aggregate_->facts->create(), aggregate_->facts->destroy};
}

detail::fold_end stream_aggregate::fold(const std::function<bool(const recorded_event&)>& wanted) {
  return detail::fold_stream(log_, stream_, *aggregate_->facts, state_.get(), {}, wanted);
}

}  // namespace whence::inline v0::cli
