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

double whence_index_seconds(const std::filesystem::path& path) {
  for (const char* const part : {".index", ".index-wal", ".index-shm"}) {
    std::filesystem::remove(path.string() + part);
  }
  const auto log = whence::sqlite(path.string()).open(whence::runtime::system(1));
  return seconds([&] { static_cast<void>(log->stream_head("nobody's")); });
}

}  // namespace bench
