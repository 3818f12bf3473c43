#include <deque>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include <boost/signals2/signal.hpp>

#include <whence/core/guarded.hpp>
#include <whence/store/announcements.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t heads_max = 1024;

struct listener {
  std::recursive_mutex calling;  // recursive, so that a callback may end its own registration
  bool registered = true;
  std::function<void(global_position)> callback;
};

struct waiting {
  global_position after;
  completion<global_position> result;
};

}  // namespace

/// Shares   what is guarded.
/// Owns     the signal: it synchronises itself.
/// Posts    itself, at most once at a time: while it is queued or runs, it keeps itself alive.
class announcements::board final : public work, public std::enable_shared_from_this<board> {
 public:
  board(const std::shared_ptr<executor>& executor, std::string name) : executor_(executor), name_(std::move(name)) {}
  ~board() = default;

  announcement_handle listen(std::function<void(global_position)> callback) {
    auto entry = std::make_shared<listener>();
    entry->callback = std::move(callback);
    const boost::signals2::connection connection =
        signal_.connect([entry, this](global_position head) { call(*entry, head); });
    ++shared_.lock()->listeners;
    return announcement_handle(
        std::shared_ptr<void>(entry.get(), [entry, connection, self = shared_from_this()](void*) {
          connection.disconnect();
          --self->shared_.lock()->listeners;
          const std::lock_guard waits_for_a_running_call(entry->calling);
          entry->registered = false;
        }));
  }

  async<global_position> wait_beyond(global_position after, const std::function<global_position()>& head,
                                     std::stop_token stop) {
    auto [result, done] = make_async<global_position>(executor_.lock());
    {
      auto own = shared_.lock();
      std::erase_if(own->waiting, [](const waiting& wait) { return wait.result.cancelled(); });
      own->waiting.push_back({after, std::move(done)});
    }
    // Registered first and read then: a commit in between is seen by one of the two.
    bool closed = false;
    {
      auto own = shared_.lock();
      closed = own->closed;
    }
    if (closed) {
      end_waits(was_closed());
    } else if (const global_position now = head(); now > after) {
      finish_waits(now);
    }
    return stop.stop_possible() ? std::move(result).cancelled_by(std::move(stop)) : std::move(result);
  }

  bool awaited() noexcept {
    auto own = shared_.lock();
    std::erase_if(own->waiting, [](const waiting& wait) { return wait.result.cancelled(); });
    return !own->waiting.empty();
  }

  void announce(global_position head) noexcept {
    {
      auto own = shared_.lock();
      // Whoever begins to listen or wait now reads the head afterwards: he is told there.
      if (own->listeners == 0 && own->waiting.empty()) return;
      if (own->heads.size() >= heads_max) own->heads.pop_back();
      own->heads.push_back(head);
      if (own->posted) return;
      own->posted = true;
      own->self = shared_from_this();
    }
    post();
  }

  void close() noexcept {
    {
      auto own = shared_.lock();
      own->closed = true;
    }
    end_waits(was_closed());
  }

  void end_waits(const std::exception_ptr& failure) noexcept {
    std::vector<struct waiting> ended;
    {
      auto own = shared_.lock();
      ended.swap(own->waiting);
    }
    for (struct waiting& wait : ended) {
      // Nobody would see the failure of a wait that was cancelled: it would be reported as overlooked.
      if (!wait.result.cancelled()) wait.result.fail(failure);
    }
  }

  void run() noexcept override {
    global_position head;
    {
      auto own = shared_.lock();
      head = own->heads.front();
      own->heads.pop_front();
    }
    finish_waits(head);
    signal_(head);

    std::shared_ptr<board> last;  // may be what destroys this
    {
      auto own = shared_.lock();
      own->posted = !own->heads.empty();
      if (!own->posted) last = std::move(own->self);
    }
    // Behind what others have posted meanwhile.
    if (!last) post();
  }

  void abandon() noexcept override {
    std::shared_ptr<board> last;
    auto own = shared_.lock();
    own->heads.clear();
    own->posted = false;
    last = std::move(own->self);
  }

 private:
  struct shared {
    std::vector<struct waiting> waiting;
    std::deque<global_position> heads;
    std::size_t listeners = 0;
    bool posted = false;
    bool closed = false;
    std::shared_ptr<board> self;
  };

  void post() noexcept {
    if (const std::shared_ptr<executor> running = executor_.lock()) {
      running->post(*this);
    } else {
      abandon();
    }
  }

  void call(listener& entry, global_position head) const {
    const std::lock_guard calling(entry.calling);
    if (!entry.registered) return;
    try {
      entry.callback(head);
    } catch (...) {
      if (const std::shared_ptr<executor> running = executor_.lock()) running->report(std::current_exception());
    }
  }

  void finish_waits(global_position head) {
    std::vector<struct waiting> ready;
    {
      auto own = shared_.lock();
      auto& all = own->waiting;
      for (std::size_t i = 0; i < all.size();) {
        if (all[i].after < head) {
          ready.push_back(std::move(all[i]));
          if (i + 1 < all.size()) all[i] = std::move(all.back());
          all.pop_back();
        } else {
          ++i;
        }
      }
    }
    for (struct waiting& wait : ready) wait.result.complete(head);
  }

  std::exception_ptr was_closed() const { return std::make_exception_ptr(log_closed(name_)); }

  const std::weak_ptr<executor> executor_;  // its queue may hold this
  const std::string name_;
  boost::signals2::signal<void(global_position)> signal_;
  guarded<shared> shared_;
};

announcements::announcements(std::shared_ptr<executor> executor, std::string name)
    : board_(std::make_shared<board>(std::move(executor), std::move(name))) {}

announcements::~announcements() { close(); }

announcement_handle announcements::listen(std::function<void(global_position)> callback) {
  return board_->listen(std::move(callback));
}

async<global_position> announcements::wait_beyond(global_position after, const std::function<global_position()>& head,
                                                  std::stop_token stop) {
  return board_->wait_beyond(after, head, std::move(stop));
}

bool announcements::awaited() noexcept { return board_->awaited(); }
void announcements::announce(global_position head) noexcept { board_->announce(head); }
void announcements::fail(const std::exception_ptr& failure) noexcept { board_->end_waits(failure); }
void announcements::close() noexcept { board_->close(); }

}  // namespace whence::inline v0
