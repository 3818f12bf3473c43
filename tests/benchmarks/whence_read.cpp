#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

#include <tests/benchmarks/contenders.hpp>

namespace bench {

void make_log(const std::filesystem::path& path, std::size_t events) {
  const auto log = whence::sqlite(path.string()).open(whence::runtime::system());
  workload work(3);
  constexpr std::size_t at_once = 1'000;
  for (std::size_t made = 0; made < events; made += at_once) {
    static_cast<void>(log->append(to_append(work.take(std::min(at_once, events - made)))).get().value());
  }
}

tally whence_read_all(const std::filesystem::path& path) {
  const auto log = whence::sqlite(path.string()).visit(whence::runtime::system(1));
  tally seen;
  for (whence::global_position at;;) {
    const whence::event_page page = log->read(at);
    for (const whence::recorded_event& event : page) {
      ++seen.events;
      seen.bytes += event.data.size();
    }
    at = page.scanned_to();
    if (page.at_end()) return seen;
  }
}

}  // namespace bench
