#include <functional>

#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

#include <tests/benchmarks/contenders.hpp>

namespace bench {

double whence_open_milliseconds(const std::filesystem::path& path) {
  const whence::runtime runtime = whence::runtime::system(1);
  std::unique_ptr<whence::log> log;
  return 1e3 * seconds([&] { log = whence::sqlite(path.string()).open(runtime); });
}

double whence_index_seconds(const std::filesystem::path& path) {
  for (const char* const part : {".index", ".index-wal", ".index-shm"}) {
    std::filesystem::remove(path.string() + part);
  }
  const auto log = whence::sqlite(path.string()).open(whence::runtime::system(1));
  return seconds([&] { static_cast<void>(log->stream_head("nobody's")); });
}

}  // namespace bench
