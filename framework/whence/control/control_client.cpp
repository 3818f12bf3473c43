#include <whence/control/control_client.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <variant>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <whence/control/errors.hpp>
#include <whence/control/message.hpp>
#include <whence/control/socket_file.hpp>
#include <whence/core/files.hpp>
#include <whence/store/audit_event.hpp>

namespace whence::inline v0 {
namespace {

using std::chrono::milliseconds;

/// Who waits looks around so often: whether he is to stop, how far it is.
constexpr milliseconds slice{50};

/// One's own process, or root's; to root also that of the log's owner.
bool is_trusted(std::uint32_t uid, const std::string& log) {
  if (uid == ::geteuid() || uid == 0) return true;
  struct stat file{};
  return ::geteuid() == 0 && ::stat(log.c_str(), &file) == 0 && file.st_uid == uid;
}

}  // namespace

struct control_client::parts {
  detail::descriptor socket;
  std::string path;
  std::string log;
  whence::runtime runtime;
  control_patience patience;
  detail::peer service;
};

control_client::control_client(std::unique_ptr<parts> connected) : parts_(std::move(connected)) {}
control_client::control_client(control_client&&) noexcept = default;
control_client& control_client::operator=(control_client&&) noexcept = default;
control_client::~control_client() = default;

std::optional<control_client> control_client::connect(const std::string& path, const std::string& log,
                                                      const whence::runtime& runtime, control_patience patience) {
  using result = detail::connection::result;
  detail::connection found = detail::connect_to(path);
  for (milliseconds waited{0}; found.how == result::full && waited < patience.turn_within; waited += slice) {
    ::poll(nullptr, 0, static_cast<int>(slice.count()));
    found = detail::connect_to(path);
  }
  switch (found.how) {
    case result::connected: break;
    case result::none:
    case result::no_socket: return std::nullopt;
    case result::full: throw writer_silent(log, path, 0, patience.turn_within);
    case result::no_folder: throw file_error("look at", log, EACCES);
    case result::no_right: throw control_not_allowed(path, "it is another user's: its mode lets in nobody else");
    case result::impossible: throw writer_unreachable(log, path, 0, found.why);
  }
  const std::optional<detail::peer> service = detail::peer_of(found.socket.number());
  if (!service || !is_trusted(service->uid, log))
    throw control_untrusted(path, service
                                      ? "the process that listens there runs as user " + std::to_string(service->uid)
                                      : "the system does not say whose process listens there");
  return control_client(std::make_unique<parts>(parts{.socket = std::move(found.socket),
                                                      .path = path,
                                                      .log = log,
                                                      .runtime = runtime,
                                                      .patience = patience,
                                                      .service = *service}));
}

std::optional<socket_obstacle> control_client::obstacle_at(const std::string& socket) {
  return detail::obstacle_at(socket);
}

namespace {

/// One exchange.
class exchange {
 public:
  exchange(int socket, const control_patience& patience, const runtime& runtime, const operation_progress& progress)
      : socket_(socket), patience_(patience), runtime_(runtime), progress_(progress) {}

  /// False: the other side is gone, or takes nothing more. What it has said before that can still be read.
  bool send(std::string_view bytes) {
    silent_since_ = runtime_.clock->elapsed();
    while (!bytes.empty()) {
      const ssize_t put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(put));
        silent_since_ = runtime_.clock->elapsed();
      } else if (errno == EAGAIN) {
        if (!wait(POLLOUT)) return false;
      } else if (errno != EINTR) {
        why_ = std::generic_category().message(errno);
        return false;
      }
    }
    return true;
  }

  /// The next line; nothing: the connection ended, or nothing came in time.
  std::optional<std::string> line() {
    silent_since_ = runtime_.clock->elapsed();
    for (;;) {
      if (const std::size_t end = came_.find('\n', looked_at_); end != std::string::npos) {
        std::string found = came_.substr(0, end);
        came_.erase(0, end + 1);
        looked_at_ = 0;
        return found;
      }
      looked_at_ = came_.size();
      if (came_.size() >= detail::control_line_bytes_max)
        throw control_malformed(control_message::answer, "it is too long");
      char chunk[16'384];
      const ssize_t got = ::recv(socket_, chunk, sizeof chunk, 0);
      if (got > 0) {
        came_.append(chunk, static_cast<std::size_t>(got));
      } else if (got == 0) {
        why_ = "the connection ended";
        return std::nullopt;
      } else if (errno == EAGAIN) {
        if (!wait(POLLIN)) return std::nullopt;
      } else if (errno != EINTR) {
        why_ = "the connection ended (" + std::generic_category().message(errno) + ")";
        return std::nullopt;
      }
    }
  }

  bool timed_out() const noexcept { return timed_out_; }
  const std::string& why() const noexcept { return why_; }
  void tell(const detail::control_progress& now) {
    last_ = now;
    if (progress_) progress_(last_.doing, last_.done, last_.of);
  }

 private:
  bool wait(short for_what) {
    for (;;) {
      if (progress_) progress_(last_.doing, last_.done, last_.of);
      pollfd waiting{.fd = socket_, .events = for_what, .revents = 0};
      if (::poll(&waiting, 1, static_cast<int>(slice.count())) > 0) return true;
      if (runtime_.clock->elapsed() - silent_since_ < patience_.answer_within) continue;
      timed_out_ = true;
      why_ = "no answer came within " + std::to_string(patience_.answer_within.count() / 1'000) + " s";
      return false;
    }
  }

  const int socket_;
  const control_patience& patience_;
  const runtime& runtime_;
  const operation_progress& progress_;
  std::chrono::nanoseconds silent_since_{};
  std::string came_;
  std::size_t looked_at_ = 0;  // of it: without the end of a line
  detail::control_progress last_;
  std::string why_;
  bool timed_out_ = false;
};

/// Nothing: none comes any more. Throws control_malformed, control_other_version.
std::optional<detail::control_reply> next_reply(exchange& with) {
  const std::optional<std::string> line = with.line();
  if (!line) return std::nullopt;
  return detail::read_reply(*line);
}

/// What the service of another user advises is that user's word, and may be a command: it is told as that, and nothing that is
/// pasted runs.
std::string told_by(const detail::peer& service, const std::string& remedy) {
  if (remedy.empty() || service.uid == ::geteuid()) return remedy;
  const std::string name = operator_of(service.uid, service.pid, {}).user;
  std::string out =
      "# advice of the service, which is user " + (name.empty() ? std::to_string(service.uid) : name) + ":\n#   ";
  for (const char c : remedy) out += c == '\n' ? std::string("\n#   ") : std::string(1, c);
  return out;
}

/// Each word of the service. Throws what next_reply throws; remote_failure.
std::optional<control_answer> answer_of(exchange& with, const detail::peer& service) {
  while (const std::optional<detail::control_reply> reply = next_reply(with)) {
    if (const auto* const now = std::get_if<detail::control_progress>(&reply->said)) {
      with.tell(*now);
    } else if (const auto* const failed = std::get_if<detail::control_failed>(&reply->said)) {
      error_text text = failed->text;
      text.remedy = told_by(service, text.remedy);
      throw remote_failure(failed->code, failed->next, std::move(text));
    } else {
      return control_answer{
          .service = reply->service, .pid = service.pid, .result = std::get<detail::control_done>(reply->said).result};
    }
  }
  return std::nullopt;
}

}  // namespace

control_answer control_client::ask(const operation_request& request, const operation_progress& progress,
                                   const std::string& how_to_look) && {
  const std::unique_ptr<parts> own = std::move(parts_);
  const std::string message = detail::line_of(request);
  exchange with(own->socket.number(), own->patience, own->runtime, progress);
  // Without its line feed a request is none, and nothing is done for it.
  const bool nothing_done = !with.send(message) || request.dry_run;
  const auto unreadable = [&](const error& answer) {
    return operation_outcome_unknown(request.operation, own->log, answer, how_to_look);
  };
  try {
    // Also where it was not taken whole: why not is said.
    if (std::optional<control_answer> answer = answer_of(with, own->service)) return std::move(*answer);
  } catch (const control_malformed& answer) {
    if (nothing_done) throw;
    throw unreadable(answer);
  } catch (const control_other_version& answer) {
    if (nothing_done) throw;
    throw unreadable(answer);
  }
  if (!nothing_done) throw operation_outcome_unknown(request.operation, own->log, with.why(), how_to_look);
  if (with.timed_out()) throw writer_silent(own->log, own->path, own->service.pid, own->patience.answer_within);
  throw writer_unreachable(own->log, own->path, own->service.pid, with.why());
}

}  // namespace whence::inline v0
