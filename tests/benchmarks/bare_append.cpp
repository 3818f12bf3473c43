#include <tests/benchmarks/contenders.hpp>

namespace bench {
namespace {

constexpr std::size_t batch_events = 1'000;

}  // namespace

bare_appends::bare_appends(const std::filesystem::path& path, const settings& how, bare_options options)
    : log_(path, options), work_(2) {
  for (std::size_t bytes = 0; bytes < how.wal_bytes;) {
    const std::vector<sale> sales = work_.take(batch_events);
    for (const sale& each : sales) bytes += each.data.size();
    log_.append_together(sales);
  }
  log_.checkpoint();
}

double bare_appends::single(std::size_t count) {
  const std::vector<sale> sales = work_.take(count);
  return static_cast<double>(count) / seconds([&] { log_.append_each(sales); });
}

double bare_appends::batches(std::size_t count) {
  std::vector<std::vector<sale>> batches;
  for (std::size_t i = 0; i < count; ++i) batches.push_back(work_.take(batch_events));
  return static_cast<double>(count * batch_events) / seconds([&] {
           for (const std::vector<sale>& batch : batches) log_.append_together(batch);
         });
}

}  // namespace bench
