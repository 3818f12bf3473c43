#include <stdexcept>
#include <string>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

#include <tests/benchmarks/contenders.hpp>

namespace bench {
namespace {

constexpr std::size_t batch_events = 1'000;

void expect_committed(const whence::append_outcome& outcome) { static_cast<void>(outcome.value()); }

std::vector<whence::append_batch> one_each(const std::vector<sale>& sales) {
  std::vector<whence::append_batch> appends;
  appends.reserve(sales.size());
  for (const sale& each : sales) appends.push_back(to_append(each));
  return appends;
}

whence::async<void> append_one_after_the_other(whence::log& log, std::vector<whence::append_batch> appends) {
  for (whence::append_batch& append : appends) {
    const whence::append_outcome outcome = co_await log.append(std::move(append));
    expect_committed(outcome);
  }
}

}  // namespace

struct whence_appends::parts {
  whence::runtime runtime = whence::runtime::system(2);
  std::unique_ptr<whence::log> log;
  workload work{1};
  std::uint32_t next_seed = 100;
};

whence_appends::whence_appends(const std::filesystem::path& path, const settings& how)
    : parts_(std::make_unique<parts>()) {
  parts_->log = whence::sqlite(path.string()).open(parts_->runtime);
  for (std::size_t bytes = 0; bytes < how.wal_bytes;) {
    const std::vector<sale> sales = parts_->work.take(batch_events);
    for (const sale& each : sales) bytes += each.data.size();
    expect_committed(parts_->log->append(to_append(sales)).get());
  }
}

whence_appends::~whence_appends() = default;

double whence_appends::blocking(std::size_t count) {
  std::vector<whence::append_batch> appends = one_each(parts_->work.take(count));
  return static_cast<double>(count) / seconds([&] {
           for (whence::append_batch& append : appends) {
             expect_committed(parts_->log->append(std::move(append)).get());
           }
         });
}

double whence_appends::flying(std::size_t flying, std::size_t count) {
  const std::size_t each = count / flying;
  std::vector<std::vector<whence::append_batch>> work;
  for (std::size_t i = 0; i < flying; ++i) work.push_back(one_each(workload(parts_->next_seed++).take(each)));
  const double time = seconds([&] {
    std::vector<whence::async<void>> running;
    running.reserve(flying);
    for (std::vector<whence::append_batch>& appends : work) {
      running.push_back(append_one_after_the_other(*parts_->log, std::move(appends)));
    }
    for (whence::async<void>& one : running) std::move(one).get();
  });
  return static_cast<double>(each * flying) / time;
}

double whence_appends::batches(std::size_t count) {
  std::vector<whence::append_batch> appends;
  for (std::size_t i = 0; i < count; ++i) appends.push_back(to_append(parts_->work.take(batch_events)));
  return static_cast<double>(count * batch_events) / seconds([&] {
           for (whence::append_batch& append : appends) {
             expect_committed(parts_->log->append(std::move(append)).get());
           }
         });
}

}  // namespace bench
