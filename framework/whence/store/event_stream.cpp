#include <whence/store/event_stream.hpp>

namespace whence::inline v0 {

async<event_page> event_stream::next(std::stop_token stop) {
  for (;;) {
    if (stop.stop_requested()) throw operation_cancelled();
    event_page page = log_.read(options_.after, options_.filter, options_.limit);
    options_.after = page.scanned_to();
    if (!page.empty() || (page.at_end() && !options_.follow)) co_return page;
    if (page.at_end()) co_await log_.wait_beyond(options_.after, stop);
  }
}

}  // namespace whence::inline v0
