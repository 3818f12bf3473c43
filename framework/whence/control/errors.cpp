#include <whence/control/errors.hpp>

#include <utility>

namespace whence::inline v0 {
namespace {

std::string holder(std::int64_t pid) { return pid > 0 ? "process " + std::to_string(pid) : std::string("a process"); }

std::string seconds_of(std::chrono::milliseconds time) {
  const auto ms = time.count();
  if (ms % 1'000 == 0) return std::to_string(ms / 1'000) + " s";
  return std::to_string(ms) + " ms";
}

std::string name_of(control_message message) {
  return message == control_message::request ? "the request" : "the service's answer";
}

}  // namespace

writer_silent::writer_silent(std::string held, const std::string& socket, std::int64_t holder_pid,
                             std::chrono::milliseconds waited)
    : error("writer.silent", next_move::retry,
            {.what = holder(holder_pid) + " holds " + held + " and does not answer; nothing was changed",
             .where = "control socket " + socket + ", waited " + seconds_of(waited),
             .why = "it is stopped, or has very much to do",
             .remedy = "whence doctor"}),
      log(std::move(held)),
      pid(holder_pid) {}

writer_unreachable::writer_unreachable(std::string held, const std::string& socket, std::int64_t holder_pid,
                                       std::string why)
    : error("writer.unreachable", next_move::operator_needed,
            {.what = holder(holder_pid) + " holds " + held + ", and takes no operations; nothing was changed",
             .where = "control socket " + socket,
             .why = std::move(why),
             .remedy = "repeat it in a while if that process is starting; else stop it, and repeat it"}),
      log(std::move(held)),
      pid(holder_pid) {}

writer_unreachable::writer_unreachable(std::string held, std::int64_t holder_pid, socket_obstacle in_the_way)
    : error("writer.unreachable", next_move::operator_needed,
            {.what = holder(holder_pid) + " holds " + held + ", and takes no operations; nothing was changed",
             .where = "control socket " + in_the_way.path,
             .why = in_the_way.what + " is where its socket has to be, so that it could make none",
             .remedy = "move " + in_the_way.path + " away, and start that process again"}),
      log(std::move(held)),
      pid(holder_pid),
      obstacle(std::move(in_the_way)) {}

control_not_allowed::control_not_allowed(const std::string& socket, std::string why)
    : error("control.not_allowed", next_move::operator_needed,
            {.what = "the process that holds the log takes no operations from this user; nothing was changed",
             .where = "control socket " + socket,
             .why = std::move(why),
             .remedy = "repeat it as the user that the service runs as, or as root"}) {}

control_untrusted::control_untrusted(const std::string& socket, std::string why)
    : error("control.untrusted", next_move::operator_needed,
            {.what = "what answers at " + socket + " is not the owner of the log; nothing was sent to it",
             .where = "control socket " + socket,
             .why = std::move(why),
             .remedy = "find out who put it there: others than the log's owner may write in this folder"}) {}

control_busy::control_busy(std::string_view of_what, std::size_t most)
    : error("control.busy", next_move::retry,
            {.what = "the service has its hands full; nothing was done",
             .where = {},
             .why = "it has " + std::to_string(most) + " " + std::string(of_what) + ", which is the most",
             .remedy = "repeat it in a while"}) {}

control_malformed::control_malformed(control_message message, std::string why)
    : error("control.malformed", next_move::operator_needed,
            {.what = name_of(message) + " is none of the control socket's protocol; nothing was done",
             .where = {},
             .why = std::move(why),
             .remedy = "use the program that the service is, or one of its version"}) {}

control_too_large::control_too_large(std::size_t most)
    : error("control.too_large", next_move::change_request,
            {.what = "this is more than a service takes through its control socket; nothing was done",
             .where = {},
             .why = "a message has " + std::to_string(most) + " bytes at most",
             .remedy = "stop the service, and repeat it: without one there is no such limit"}) {}

control_slow::control_slow(std::chrono::milliseconds waited)
    : error("control.slow", next_move::retry,
            {.what = "the rest of the request did not come; nothing was done",
             .where = {},
             .why = "the service waited " + seconds_of(waited) + " for it",
             .remedy = "repeat it"}) {}

control_other_version::control_other_version(control_message message, std::uint64_t found_version,
                                             std::uint64_t known_version)
    : error("control.other_version", next_move::operator_needed,
            {.what = name_of(message) + " is of another version of the control socket's protocol; nothing was done",
             .where = {},
             .why = "it is of version " + std::to_string(found_version) + ", and " +
                    (message == control_message::request ? "the service" : "this program") + " speaks version " +
                    std::to_string(known_version),
             .remedy = "use the program that the service is, or one of its version"}),
      found(found_version),
      known(known_version) {}

control_stopping::control_stopping(const std::string& service)
    : error("control.stopping", next_move::retry,
            {.what = service + " is stopping; nothing was done",
             .where = {},
             .why = {},
             .remedy = "repeat it once it has stopped, or runs again"}) {}

no_control_socket::no_control_socket(std::string socket, std::string why)
    : error(
          "control.no_socket", next_move::operator_needed,
          {.what = "the control socket " + socket + " could not be made; everything else goes on",
           .where = socket,
           .why = std::move(why),
           .remedy = "put that right and start the program again, if operations are to be carried out while it runs"}),
      path(std::move(socket)) {}

no_control_socket::no_control_socket(std::string socket, socket_obstacle in_the_way)
    : error("control.no_socket", next_move::operator_needed,
            {.what = "the control socket " + socket + " could not be made, since " + in_the_way.what +
                     (in_the_way.path == socket ? " is there" : " is at " + in_the_way.path) +
                     "; everything else goes on",
             .where = socket,
             .why = "only a socket is replaced; it was left as it is",
             .remedy = "move " + in_the_way.path +
                       " away and start the program again, if operations are to be carried out while it runs"}),
      path(std::move(socket)),
      obstacle(std::move(in_the_way)) {}

operation_not_offered::operation_not_offered(const std::string& service, const std::string& operation)
    : error("operation.not_offered", next_move::operator_needed,
            {.what = service + " does not offer `" + operation + "` while it runs; nothing was done",
             .where = {},
             .why = "it does not know it, or is of an older version",
             .remedy = "stop it, and repeat it"}) {}

operation_malformed::operation_malformed(const std::string& operation, std::string what, std::string why)
    : error("operation.malformed", next_move::change_request,
            {.what = "`" + operation + "` cannot be done like this: " + std::move(what) + "; nothing was done",
             .where = {},
             .why = std::move(why),
             .remedy = "whence " + operation + " --help"}) {}

operation_interrupted::operation_interrupted(const std::string& operation, const std::string& service)
    : error("operation.interrupted", next_move::retry,
            {.what = "`" + operation + "` was stopped before its end, since " + service + " is stopping",
             .where = {},
             .why = "no event is lost by that, and none is there twice",
             .remedy = "repeat it once it has stopped, or runs again"}) {}

operation_outcome_unknown::operation_outcome_unknown(const std::string& operation, std::string log, std::string why,
                                                     std::string how_to_look)
    : error("operation.unknown_outcome", next_move::operator_needed,
            {.what = "it is not known whether `" + operation + "` was done",
             .where = std::move(log),
             .why = std::move(why),
             .remedy = std::move(how_to_look)}) {}

operation_outcome_unknown::operation_outcome_unknown(const std::string& operation, std::string log, const error& answer,
                                                     const std::string& how_to_look)
    : operation_outcome_unknown(operation, std::move(log), "the service's answer cannot be read: " + answer.text().why,
                                how_to_look + "\n# then " + answer.text().remedy) {}

operation_not_audited::operation_not_audited(const std::string& operation, std::string why)
    : error("operation.not_audited", next_move::operator_needed,
            {.what = "`" + operation + "` was done, and its audit event could not be appended",
             .where = {},
             .why = std::move(why),
             .remedy = "write down elsewhere who did it, and why; it need not be done again"}) {}

projection_not_there::projection_not_there(const std::string& projection, const std::string& there)
    : error("operation.no_such_model", next_move::change_request,
            {.what = "the application has no read model \"" + projection + "\" that could be rebuilt; nothing was done",
             .where = {},
             .why = there.empty() ? "it has none in a file" : "there are: " + there,
             .remedy = "whence projection list"}) {}

operation_in_hand::operation_in_hand(error_text text) : error("operation.in_hand", next_move::retry, std::move(text)) {}

operation_in_hand::operation_in_hand(const std::string& operation, const std::string& in_hand, std::string why)
    : operation_in_hand(error_text{.what = "the service has `" + in_hand + "` in hand, and takes no `" + operation +
                                           "` meanwhile; nothing was done",
                                   .where = {},
                                   .why = std::move(why),
                                   .remedy = "repeat it when that is done"}) {}

operation_in_hand operation_in_hand::of_model(const std::string& projection, std::string why) {
  return operation_in_hand(error_text{
      .what = "the read model " + projection + " is in hand already, and is not built anew meanwhile; nothing was done",
      .where = {},
      .why = std::move(why),
      .remedy = "repeat it when that is done"});
}

unfit_event::unfit_event(std::string type, std::uint32_t version, const std::string& stream, std::string why)
    : error("operation.unfit_event", next_move::change_request,
            {.what = "the application could not read " + type + " version " + std::to_string(version) + " in " +
                     stream + "; nothing was appended",
             .where = stream,
             .why = std::move(why),
             .remedy = "correct the event: it has to be as the application itself would write it"}),
      event_type(std::move(type)) {}

}  // namespace whence::inline v0
