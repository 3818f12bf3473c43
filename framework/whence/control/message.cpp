// What comes in is looked at while it is parsed: depth, members that stand twice, and how long names are. Nothing is built of a
// document that is too deep.
#include <whence/control/message.hpp>

#include <array>
#include <set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <whence/core/json_text.hpp>

namespace whence::inline v0::detail {
namespace {

using json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> moves{"retry", "reload", "change_request", "operator_needed"};

/// Why a message is none; whoever knows which one it is says so.
struct refusal {
  std::string why;
};

json parse(std::string_view line) {
  if (line.size() >= control_line_bytes_max) throw refusal{"it is too long"};
  // The parser would skip a byte-order mark, and take a zero byte for the end.
  if (line.starts_with("\xEF\xBB\xBF")) throw refusal{"it begins with a byte-order mark"};
  if (line.find('\0') != std::string_view::npos) throw refusal{"it has a zero byte in it"};
  std::vector<std::set<std::string>> keys;
  const auto look = [&keys](int, json::parse_event_t event, json& value) {
    switch (event) {
      case json::parse_event_t::object_start:
      case json::parse_event_t::array_start:
        if (keys.size() == control_limits::levels) throw refusal{"it is nested too deeply"};
        keys.emplace_back();
        break;
      case json::parse_event_t::key:
        if (!keys.back().insert(value.get_ref<const std::string&>()).second)
          throw refusal{"it has the member " + value.dump() + " twice"};
        break;
      case json::parse_event_t::object_end:
      case json::parse_event_t::array_end: keys.pop_back(); break;
      case json::parse_event_t::value: break;
    }
    return true;
  };
  try {
    return json::parse(line.begin(), line.end(), look);
  } catch (const json::exception& failure) {
    std::string_view why = failure.what();
    if (const std::size_t bracket = why.find("] "); bracket != std::string_view::npos) why.remove_prefix(bracket + 2);
    throw refusal{"it is no JSON: " + std::string(why)};
  }
}

/// The members of an object: each has to be asked for, and there is none besides.
class members {
 public:
  members(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) throw refusal{where_ + " is no object"};
  }

  const json* find(std::string_view name) {
    const auto found = object_.find(name);
    if (found == object_.end()) return nullptr;
    ++asked_for_;
    return &*found;
  }
  std::string text(std::string_view name, std::size_t most = control_line_bytes_max) {
    const json* const found = find(name);
    if (found == nullptr || !found->is_string()) throw refusal{where_ + " has no text \"" + std::string(name) + "\""};
    auto text = found->get<std::string>();
    if (text.size() > most)
      throw refusal{"\"" + std::string(name) + "\" has more than " + std::to_string(most) + " bytes"};
    return text;
  }
  std::string text_if_any(std::string_view name) { return object_.contains(name) ? text(name) : std::string(); }
  std::uint64_t number(std::string_view name) {
    const json* const found = find(name);
    if (found == nullptr || !found->is_number_unsigned())
      throw refusal{where_ + " has no number \"" + std::string(name) + "\""};
    return found->get<std::uint64_t>();
  }
  bool flag(std::string_view name) {
    const json* const found = find(name);
    if (found == nullptr || !found->is_boolean())
      throw refusal{where_ + " has no \"" + std::string(name) + "\" that is true or false"};
    return found->get<bool>();
  }
  void end() const {
    if (asked_for_ != object_.size()) throw refusal{where_ + " has a member that there is none of"};
  }

 private:
  const json& object_;
  const std::string where_;
  std::size_t asked_for_ = 0;
};

/// Of another version nothing else is looked at.
void must_be_this_version(members& message, control_message which) {
  const std::uint64_t version = message.number("whence");
  if (version != control_protocol) throw control_other_version(which, version, control_protocol);
}

json head_of(const std::string& service) { return {{"whence", control_protocol}, {"service", service}}; }

/// What is no UTF-8 is replaced: an error has to be said in any case.
std::string dumped(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string line_of(const operation_request& request) {
  std::string out = std::string(control_line_begin) + std::to_string(control_protocol);
  out += ",\"operation\":" + json_string(request.operation);
  out += ",\"arguments\":" + request.arguments_as_json();
  out += ",\"reason\":" + json_string(request.reason);
  out += ",\"program\":" + json_string(request.by.program);
  out += ",\"dryRun\":" + std::string(request.dry_run ? "true" : "false") + "}\n";
  if (out.size() > control_line_bytes_max) throw control_too_large(control_line_bytes_max);
  return out;
}

operation_request read_request(std::string_view line) {
  try {
    json document = parse(line);
    members message(document, "it");
    must_be_this_version(message, control_message::request);
    operation_request request;
    request.operation = message.text("operation", control_limits::name_bytes);
    request.reason = message.text("reason");
    request.by.program = message.text("program", control_limits::name_bytes);
    request.dry_run = message.flag("dryRun");
    const json* const arguments = message.find("arguments");
    if (arguments == nullptr || !arguments->is_object()) throw refusal{"it has no object \"arguments\""};
    if (arguments->size() > control_limits::arguments) throw refusal{"it has too many arguments"};
    for (auto& [name, value] : document["arguments"].items()) {
      if (name.empty() || name.size() > control_limits::name_bytes) throw refusal{"an argument has no fit name"};
      if (!value.is_string()) throw refusal{"the argument \"" + name + "\" is no text"};
      request.arguments.emplace(name, std::move(value.get_ref<std::string&>()));
    }
    message.end();
    return request;
  } catch (const refusal& refused) {
    throw control_malformed(control_message::request, refused.why);
  }
}

std::string line_of(const control_reply& reply) {
  json document = head_of(reply.service);
  if (const auto* const progress = std::get_if<control_progress>(&reply.said)) {
    document["progress"] = {{"doing", progress->doing}, {"done", progress->done}, {"of", progress->of}};
    return dumped(document);
  }
  if (const auto* const failed = std::get_if<control_failed>(&reply.said)) {
    document["failed"] = {{"code", failed->code},      {"next", moves[static_cast<std::size_t>(failed->next)]},
                          {"what", failed->text.what}, {"where", failed->text.where},
                          {"why", failed->text.why},   {"remedy", failed->text.remedy}};
    std::string line = dumped(document);
    if (line.size() <= control_line_bytes_max) return line;
    document["failed"]["where"] = document["failed"]["why"] = document["failed"]["remedy"] = "";
    document["failed"]["what"] = "it failed, and what is to be said of that is too long";
    return dumped(document);
  }
  const std::string& result = std::get<control_done>(reply.said).result;
  std::string line = "{\"whence\":" + std::to_string(control_protocol) + ",\"service\":" + json_string(reply.service) +
                     ",\"done\":" + result + "}\n";
  if (line.size() <= control_line_bytes_max && line.find('\n') + 1 == line.size()) return line;
  return line_of(
      control_reply{.service = reply.service,
                    .said = failed_with(std::make_exception_ptr(control_too_large(control_line_bytes_max)))});
}

control_reply read_reply(std::string_view line) {
  try {
    const json document = parse(line);
    members message(document, "it");
    must_be_this_version(message, control_message::answer);
    control_reply reply{.service = message.text("service"), .said = {}};
    if (const json* const progress = message.find("progress")) {
      members parts(*progress, "\"progress\"");
      reply.said = control_progress{parts.text("doing"), parts.number("done"), parts.number("of")};
      parts.end();
    } else if (const json* const done = message.find("done")) {
      if (!done->is_object()) throw refusal{"\"done\" is no object"};
      reply.said = control_done{done->dump()};
    } else if (const json* const failed = message.find("failed")) {
      members parts(*failed, "\"failed\"");
      control_failed said;
      said.code = parts.text("code", control_limits::name_bytes);
      const std::string next = parts.text("next");
      for (std::size_t i = 0; i < moves.size(); ++i)
        if (moves[i] == next) said.next = static_cast<next_move>(i);
      said.text = {.what = parts.text("what"),
                   .where = parts.text_if_any("where"),
                   .why = parts.text_if_any("why"),
                   .remedy = parts.text_if_any("remedy")};
      parts.end();
      reply.said = std::move(said);
    } else {
      throw refusal{"it says neither \"progress\" nor \"done\" nor \"failed\""};
    }
    message.end();
    return reply;
  } catch (const refusal& refused) {
    throw control_malformed(control_message::answer, refused.why);
  }
}

control_failed failed_with(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const error& known) {
    return {.code = std::string(known.code()), .next = known.next(), .text = known.text()};
  } catch (const std::exception& unknown) {
    return {.code = "cli.unexpected",
            .next = next_move::operator_needed,
            .text = {.what = "an unexpected fault: " + std::string(unknown.what()),
                     .where = {},
                     .why = {},
                     .remedy = "please report it, with the command and this line"}};
  } catch (...) {
    return {.code = "cli.unexpected",
            .next = next_move::operator_needed,
            .text = {.what = "an unexpected fault", .where = {}, .why = {}, .remedy = "please report it"}};
  }
}

}  // namespace whence::inline v0::detail
