#include <tests/benchmarks/contenders.hpp>

namespace bench {
namespace {

constexpr std::size_t batch_events = 1'000;

}  // namespace

bare_appends::bare_appends(const std::filesystem::path& path, const settings& how, bare_options options, spread over)
    : log_(path, options), work_(2, over) {
  for (std::size_t bytes = 0; bytes < how.wal_bytes;) {
    const std::vector<sale> sales = work_.take(batch_events);
    for (const sale& each : sales) bytes += each.data.size();
    log_.append_together(sales);
  }
  log_.checkpoint();
}

std::vector<std::vector<sale>> bare_appends::take(std::size_t rows, std::size_t count) {
  std::vector<std::vector<sale>> batches;
  for (std::size_t made = 0; made < count; made += rows) batches.push_back(work_.take(rows));
  return batches;
}

double bare_appends::together(std::size_t rows, std::size_t count) {
  const std::vector<std::vector<sale>> batches = take(rows, count);
  const double time = seconds([&] {
    for (const std::vector<sale>& batch : batches) log_.append_together(batch);
  });
  return static_cast<double>(rows * batches.size()) / time;
}

double bare_appends::together_p99(std::size_t rows, std::size_t count) {
  latencies taken;
  for (const std::vector<sale>& batch : take(rows, count)) taken.add(seconds([&] { log_.append_together(batch); }));
  return taken.p99();
}

}  // namespace bench
