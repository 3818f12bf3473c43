#include <exception>
#include <utility>

#include <pthread.h>

#include <whence/control/errors.hpp>
#include <whence/control/lone_worker.hpp>

namespace whence::inline v0 {

lone_worker::lone_worker(std::shared_ptr<executor> executor) : executor_(std::move(executor)) {}
lone_worker::~lone_worker() { end(); }

namespace {

std::string asked_by(const log_operator& by) {
  return "process " + std::to_string(by.pid) + (by.user.empty() ? "" : " of " + by.user) + " asked for it";
}

}  // namespace

async<std::string> lone_worker::run(const operation_request& request, work what) {
  const auto own = shared_.lock();
  if (own->ended) throw operation_cancelled();
  if (own->busy) throw operation_in_hand(request.operation, own->operation, asked_by(own->by));
  if (own->thread.joinable()) own->thread.join();  // it has done all but end
  auto [result, done] = make_async<std::string>(executor_);
  own->operation = request.operation;
  own->by = request.by;
  own->thread = std::jthread([this, what = std::move(what), promised = std::move(done),
                              withdrawn = request.withdrawn](std::stop_token ended) mutable {
    pthread_setname_np(pthread_self(), "whence-operate");
    std::string text;
    std::exception_ptr failure;
    try {
      std::stop_source stop;
      const auto ask_to_stop = [&stop] { stop.request_stop(); };
      const std::stop_callback nobody_waits(withdrawn, ask_to_stop);
      const std::stop_callback this_ends(std::move(ended), ask_to_stop);
      text = what(stop.get_token());
    } catch (...) {
      failure = std::current_exception();
    }
    what = nullptr;
    {
      const auto here = shared_.lock();
      here->busy = false;  // before anybody hears of it, who may ask for the next at once
    }
    failure ? promised.fail(failure) : promised.complete(std::move(text));
  });
  own->busy = true;
  return std::move(result);
}

void lone_worker::end_soon() {
  const auto own = shared_.lock();
  own->ended = true;
  own->thread.request_stop();
}

void lone_worker::end() {
  std::jthread last;
  {
    const auto own = shared_.lock();
    own->ended = true;
    last = std::move(own->thread);
  }
  last.request_stop();
  if (last.joinable()) last.join();
}

}  // namespace whence::inline v0
