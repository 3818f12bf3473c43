#include <exception>
#include <utility>

#include <pthread.h>

#include <whence/control/errors.hpp>
#include <whence/control/lone_worker.hpp>

namespace whence::inline v0 {

lone_worker::lone_worker(std::shared_ptr<executor> executor) : executor_(std::move(executor)) {}
lone_worker::~lone_worker() { end(); }

async<std::string> lone_worker::run(work what) {
  const auto own = shared_.lock();
  if (own->ended) throw operation_cancelled();
  if (own->busy) throw control_busy("operation that takes long in hand", 1);
  if (own->thread.joinable()) own->thread.join();  // it has done all but end
  auto [result, done] = make_async<std::string>(executor_);
  own->thread = std::jthread([this, what = std::move(what), done = std::move(done)](std::stop_token stop) mutable {
    pthread_setname_np(pthread_self(), "whence-operate");
    std::string text;
    std::exception_ptr failure;
    try {
      text = what(std::move(stop));
    } catch (...) {
      failure = std::current_exception();
    }
    what = nullptr;
    {
      const auto here = shared_.lock();
      here->busy = false;  // before anybody hears of it, who may ask for the next at once
    }
    failure ? done.fail(failure) : done.complete(std::move(text));
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
