// Network input and output: its deadlines are the system's, as its sockets are.
#include <whence/control/control_server.hpp>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <whence/control/errors.hpp>
#include <whence/control/message.hpp>
#include <whence/control/socket_file.hpp>
#include <whence/core/guarded.hpp>
#include <whence/core/turn.hpp>

namespace whence::inline v0 {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

constexpr std::chrono::milliseconds pause_without_descriptors{100};

/// How far an operation is, between it and its connection. Threads: any.
using latest_progress = guarded<detail::control_progress>;

struct hands {
  std::size_t operations = 0;
  std::size_t connections = 0;
};

/// What is in hand: who ends something says so, and who stops waits for it. Threads: any.
class hands_in_use {
 public:
  template <class Change>
  void change(Change change) {
    const auto own = now_.lock();
    change(*own);
    changed_.notify_all();
  }
  void wait_until_empty(std::chrono::nanoseconds patience) {
    auto own = now_.lock();
    own.wait_for(changed_, patience, [&] { return own->operations == 0 && own->connections == 0; });
  }

 private:
  guarded<hands> now_;
  std::condition_variable changed_;
};

/// An operation counts as in hand as long as this lives, however it ends.
class operation_in_count {
 public:
  /// Throws control_busy.
  operation_in_count(std::shared_ptr<hands_in_use> all, std::size_t most) : all_(std::move(all)) {
    bool taken = false;
    all_->change([&](hands& now) {
      taken = now.operations < most;
      if (taken) ++now.operations;
    });
    if (!taken) throw control_busy("operations in hand", most);
  }
  operation_in_count(const operation_in_count&) = delete;
  operation_in_count& operator=(const operation_in_count&) = delete;
  ~operation_in_count() {
    all_->change([](hands& now) { --now.operations; });
  }

 private:
  const std::shared_ptr<hands_in_use> all_;
};

}  // namespace

/// Constant  service, offered, runtime, options.
/// Thread    `whence-control` owns the connections; others post to it.
/// Shares    in_hand_ (guarded by itself), link_ (guarded: how an operation that ends finds this, as long as it is there).
class control_server::parts {
 public:
  parts(std::string path, std::string name, operations all, whence::runtime runs_on, control_options wanted)
      : service(std::move(name)),
        offered(std::move(all)),
        runtime(std::move(runs_on)),
        options(wanted),
        socket_(std::move(path)),
        acceptor_(context, stream_protocol(), socket_.take().release()),
        pause_(context) {}

  void start() {
    accept();
    thread_ = std::thread([this] {
      ::pthread_setname_np(::pthread_self(), "whence-control");
      serve();
    });
  }

  void refuse_more() {
    if (stopping_.exchange(true)) return;
    socket_.remove_file();
    asio::post(context, [this] { close_intake(); });
  }

  void stop(std::chrono::nanoseconds patience) {
    refuse_more();
    // What is in hand may be waiting for this very thread.
    if (!executor::on_executor_thread()) in_hand_->wait_until_empty(patience);
    {
      const auto own = link_->lock();
      *own = nullptr;
    }
    context.stop();
    if (thread_.joinable()) thread_.join();
    drop_connections();
  }

  class connection;
  void begin_operation(const std::shared_ptr<connection>& from, operation_request request);
  /// The right to have a large message, until it is let go of; null: another one has it.
  std::shared_ptr<void> take_large_message() {
    if (!large_message_.expired()) return nullptr;
    auto taken = std::make_shared<char>();
    large_message_ = taken;
    return taken;
  }
  void remove(const std::shared_ptr<connection>& one) {
    connections_.erase(one);
    count_connections();
  }
  void report(std::exception_ptr failure) const noexcept { runtime.executor->report(std::move(failure)); }

  const std::string service;
  const operations offered;
  const whence::runtime runtime;
  const control_options options;
  asio::io_context context{1};

 private:
  /// What fails of one connection, for want of memory above all, ends neither the others nor the service.
  void serve() {
    for (;;) {
      try {
        context.run();
        return;
      } catch (...) {
        report(std::current_exception());
      }
    }
  }
  void count_connections() {
    in_hand_->change([this](hands& now) { now.connections = connections_.size(); });
  }
  void accept();
  void take(stream_protocol::socket socket);
  void close_intake();
  void drop_connections();

  detail::listening_socket socket_;
  stream_protocol::acceptor acceptor_;
  asio::steady_timer pause_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context.get_executor()};
  std::set<std::shared_ptr<connection>> connections_;
  std::weak_ptr<void> large_message_;
  const std::shared_ptr<hands_in_use> in_hand_ = std::make_shared<hands_in_use>();
  std::shared_ptr<guarded<parts*>> link_ = std::make_shared<guarded<parts*>>(std::in_place, this);
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// One peer: reads a request, has it carried out, answers, closes. Lives on the thread of the server.
class control_server::parts::connection : public std::enable_shared_from_this<connection> {
 public:
  connection(parts& server, stream_protocol::socket socket)
      : server_(server), socket_(std::move(socket)), timer_(server_.context) {}
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  /// What a large message took lies in the memory of several threads, which the C library would keep for them.
  ~connection() {
    if (large_ == nullptr) return;
    came_ = {};
    last_line_ = {};
    ::malloc_trim(0);
  }

  void begin() {
    const std::optional<detail::peer> who = detail::peer_of(socket_.native_handle());
    if (!who || (who->uid != ::geteuid() && who->uid != 0)) {
      const std::string user = who ? "user " + std::to_string(who->uid) : std::string("a user it does not know");
      return refuse(control_not_allowed(
          "of the service", "it is asked by " + user + ", and runs as user " + std::to_string(::geteuid())));
    }
    peer_ = *who;
    timer_.expires_after(server_.options.request_within);
    timer_.async_wait([self = shared_from_this()](error_code aborted) {
      if (!aborted && !self->requested_) self->refuse(control_slow(self->server_.options.request_within));
    });
    read_line(detail::control_small_line_bytes_max);
  }

  /// The server is stopping: who has not asked yet is told.
  void end_unless_asked() {
    if (!requested_) refuse(control_stopping(server_.service));
  }

  /// Without a word, when nothing serves it any more.
  void drop() noexcept {
    withdrawn_.request_stop();
    error_code ignored;
    ignored = socket_.close(ignored);
  }

  const std::shared_ptr<latest_progress>& progress() const noexcept { return progress_; }
  std::stop_token withdrawn() const noexcept { return withdrawn_.get_token(); }

  void answer(detail::control_reply reply) {
    if (std::exchange(answered_, true)) return;
    try {
      reply.service = server_.service;
      last_line_ = detail::line_of(reply);
    } catch (...) {
      server_.report(std::current_exception());
      return close();  // who waits is told by that that nobody knows
    }
    timer_.expires_after(server_.options.answer_within);
    timer_.async_wait([self = shared_from_this()](error_code aborted) {
      if (!aborted) self->close();
    });
    if (!writing_) write_last();
  }

 private:
  void read_line(std::size_t most) {
    asio::async_read_until(
        socket_, asio::dynamic_buffer(came_, most), '\n',
        [self = shared_from_this()](error_code failure, std::size_t length) { self->take_line(failure, length); });
  }

  /// It is longer than a small one.
  void read_on() {
    if (large_ != nullptr || !came_.starts_with(detail::control_line_begin))
      return refuse(control_too_large(detail::control_line_bytes_max));
    large_ = server_.take_large_message();
    if (large_ == nullptr) return refuse(control_busy("large message in hand", 1));
    read_line(detail::control_line_bytes_max);
  }

  void take_line(error_code failure, std::size_t length) {
    if (answered_) return;
    if (failure == asio::error::not_found) return read_on();
    if (failure) return close();  // the peer has gone before it asked for anything
    if (length != came_.size())
      return refuse(control_malformed(control_message::request, "something stands behind its line"));
    try {
      operation_request request = detail::read_request(std::string_view(came_).substr(0, length - 1));
      request.by = operator_of(peer_.uid, peer_.pid, std::move(request.by.program));
      came_ = {};
      requested_ = true;
      timer_.cancel();
      server_.begin_operation(shared_from_this(), std::move(request));
    } catch (...) {
      return refuse(std::current_exception());  // it has not begun
    }
    if (answered_) return;
    notice_end();
    tick();
  }

  template <class Failure>
  void refuse(const Failure& failure) {
    refuse(std::make_exception_ptr(failure));
  }
  void refuse(const std::exception_ptr& failure) {
    requested_ = true;
    answer({.service = {}, .said = detail::failed_with(failure)});
  }

  /// A peer has nothing more to say: what comes is its end.
  void notice_end() {
    socket_.async_wait(stream_protocol::socket::wait_read, [self = shared_from_this()](error_code failure) {
      if (!failure && !self->answered_) self->close();
    });
  }

  /// Says how far it is, and so that the service lives.
  void tick() {
    timer_.expires_after(server_.options.tick);
    timer_.async_wait([self = shared_from_this()](error_code aborted) {
      if (aborted || self->answered_) return;
      if (self->writing_) return self->tick_without_reader();
      self->ticks_without_reader_ = 0;
      self->write_progress();
      self->tick();
    });
  }
  void tick_without_reader() {
    if (++ticks_without_reader_ * server_.options.tick > server_.options.answer_within) return close();
    tick();
  }

  void write_progress() {
    detail::control_progress now;
    {
      const auto own = progress_->lock();
      now = *own;
    }
    line_ = detail::line_of({.service = server_.service, .said = std::move(now)});
    writing_ = true;
    asio::async_write(socket_, asio::buffer(line_), [self = shared_from_this()](error_code failure, std::size_t) {
      self->writing_ = false;
      if (failure) return self->close();
      if (self->answered_) self->write_last();
    });
  }

  void write_last() {
    asio::async_write(socket_, asio::buffer(last_line_),
                      [self = shared_from_this()](error_code, std::size_t) { self->close(); });
  }

  void close() {
    answered_ = true;
    withdrawn_.request_stop();
    timer_.cancel();
    error_code ignored;
    ignored = socket_.close(ignored);
    server_.remove(shared_from_this());
  }

  parts& server_;
  stream_protocol::socket socket_;
  asio::steady_timer timer_;
  detail::peer peer_;
  std::string came_;
  std::shared_ptr<void> large_;  // the right to send so much, if it does
  std::string line_;
  std::string last_line_;
  const std::shared_ptr<latest_progress> progress_ = std::make_shared<latest_progress>();
  std::stop_source withdrawn_;
  bool requested_ = false;
  bool answered_ = false;
  bool writing_ = false;
  int ticks_without_reader_ = 0;
};

void control_server::parts::accept() {
  acceptor_.async_accept([this](error_code failure, stream_protocol::socket socket) {
    if (!acceptor_.is_open()) return;
    if (!failure) {
      accept();  // first: whatever becomes of this one, there will be a next
      return take(std::move(socket));
    }
    // Without descriptors the next one would fail at once, again and again.
    pause_.expires_after(pause_without_descriptors);
    pause_.async_wait([this](error_code aborted) {
      if (!aborted && acceptor_.is_open()) accept();
    });
  });
}

void control_server::parts::take(stream_protocol::socket socket) {
  if (connections_.size() == options.connections_max) {
    // Into the socket's own room, without waiting for the peer: it is told, or it is not.
    const std::string line = detail::line_of(
        {.service = service,
         .said = detail::failed_with(std::make_exception_ptr(control_busy("connections", options.connections_max)))});
    error_code ignored;
    ignored = socket.non_blocking(true, ignored);
    static_cast<void>(socket.write_some(asio::buffer(line), ignored));
    return;
  }
  const auto one = std::make_shared<connection>(*this, std::move(socket));
  connections_.insert(one);
  count_connections();
  one->begin();
}

void control_server::parts::close_intake() {
  error_code ignored;
  ignored = acceptor_.close(ignored);
  pause_.cancel();
  const auto all = connections_;
  for (const auto& each : all) each->end_unless_asked();
}

void control_server::parts::drop_connections() {
  for (const auto& each : connections_) each->drop();
  connections_.clear();
}

namespace {

/// What an operation came to.
using ending = std::function<void(detail::control_reply)>;

async<void> carry_out(std::shared_ptr<executor> on, offered_operation what, operation_request request,
                      operation_progress progress, ending end) {
  detail::control_reply reply;
  try {
    co_await next_turn(std::move(on));
    async<std::string> result = what(std::move(request), std::move(progress));
    std::string text = co_await std::move(result);
    reply.said = detail::control_done{std::move(text)};
  } catch (...) {
    reply.said = detail::failed_with(std::current_exception());
  }
  end(std::move(reply));
}

}  // namespace

void control_server::parts::begin_operation(const std::shared_ptr<connection>& from, operation_request request) {
  const offered_operation* const what = offered.find(request.operation);
  if (what == nullptr) throw operation_not_offered(service, request.operation);
  auto in_hand = std::make_shared<operation_in_count>(in_hand_, options.operations_max);
  request.withdrawn = from->withdrawn();
  auto progress = [latest = from->progress()](std::string_view doing, std::uint64_t done, std::uint64_t of) {
    const auto own = latest->lock();
    *own = detail::control_progress{std::string(doing), done, of};
  };
  auto end = [link = link_, waits = std::weak_ptr(from),
              in_hand = std::move(in_hand)](detail::control_reply reply) mutable {
    const auto own = link->lock();
    if (*own == nullptr) return;  // the server has stopped, and its connections are closed
    asio::post((*own)->context, [waits, in_hand = std::move(in_hand), reply = std::move(reply)]() mutable {
      if (const auto one = waits.lock()) one->answer(std::move(reply));
    });
  };
  static_cast<void>(
      whence::carry_out(runtime.executor, *what, std::move(request), std::move(progress), std::move(end)));
}

control_server::control_server(std::string path, std::string service, operations offered, runtime runtime,
                               control_options options)
    : parts_(std::make_unique<parts>(std::move(path), std::move(service), std::move(offered), std::move(runtime),
                                     options)) {
  parts_->start();
}

control_server::~control_server() { stop(std::chrono::nanoseconds{0}); }

void control_server::refuse_more() { parts_->refuse_more(); }
void control_server::stop(std::chrono::nanoseconds patience) { parts_->stop(patience); }

}  // namespace whence::inline v0
