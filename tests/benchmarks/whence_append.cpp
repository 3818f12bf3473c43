#include <chrono>
#include <string>
#include <thread>
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

whence::async<void> append_one_after_the_other(whence::log& log, std::vector<whence::append_batch> appends,
                                               latencies* taken) {
  for (whence::append_batch& append : appends) {
    const std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
    const whence::append_outcome outcome = co_await log.append(std::move(append));
    expect_committed(outcome);
    if (taken != nullptr) {
      taken->add(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    }
  }
}

}  // namespace

struct whence_appends::parts {
  explicit parts(spread over) : work(1, over) {}

  whence::runtime runtime = whence::runtime::system(2);
  std::unique_ptr<whence::log> log;
  workload work;

  /// The next events, dealt out to so many callers; all events of a stream to the same one.
  std::vector<std::vector<whence::append_batch>> deal(std::size_t callers, std::size_t count) {
    std::vector<std::vector<whence::append_batch>> dealt(callers);
    for (const sale& each : work.take(count)) dealt[each.order % callers].push_back(to_append(each));
    return dealt;
  }

  void fly(std::size_t flying, std::vector<std::vector<whence::append_batch>> work_of_each,
           std::vector<latencies>* taken) {
    std::vector<whence::async<void>> running;
    running.reserve(flying);
    for (std::size_t i = 0; i < flying; ++i) {
      running.push_back(
          append_one_after_the_other(*log, std::move(work_of_each[i]), taken == nullptr ? nullptr : &(*taken)[i]));
    }
    for (whence::async<void>& one : running) std::move(one).get();
  }
};

whence_appends::whence_appends(const std::filesystem::path& path, const settings& how, spread over)
    : parts_(std::make_unique<parts>(over)) {
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

double whence_appends::threads(std::size_t threads, std::size_t count) {
  std::vector<std::vector<whence::append_batch>> work = parts_->deal(threads, count);
  return static_cast<double>(count) / seconds([&] {
           std::vector<std::jthread> callers;
           callers.reserve(threads);
           for (std::vector<whence::append_batch>& appends : work) {
             callers.emplace_back([this, &appends] {
               for (whence::append_batch& append : appends) {
                 expect_committed(parts_->log->append(std::move(append)).get());
               }
             });
           }
         });
}

double whence_appends::flying(std::size_t flying, std::size_t count) {
  std::vector<std::vector<whence::append_batch>> work = parts_->deal(flying, count);
  return static_cast<double>(count) / seconds([&] { parts_->fly(flying, std::move(work), nullptr); });
}

double whence_appends::flying_p99(std::size_t flying, std::size_t count) {
  std::vector<latencies> taken(flying);
  parts_->fly(flying, parts_->deal(flying, count), &taken);
  latencies all;
  for (const latencies& some : taken) all.add(some);
  return all.p99();
}

double whence_appends::batches(std::size_t count) {
  std::vector<whence::append_batch> appends;
  for (std::size_t i = 0; i < count; ++i) appends.push_back(to_append(parts_->work.take(batch_events)));
  return static_cast<double>(count * batch_events) / seconds_until_quiet([&] {
           for (whence::append_batch& append : appends) {
             expect_committed(parts_->log->append(std::move(append)).get());
           }
         });
}

}  // namespace bench
