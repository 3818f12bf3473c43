#include <string>
#include <utility>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

#include <tests/benchmarks/contenders.hpp>

namespace bench {
namespace {

using condition = conditional_appends::condition;

std::string tag_of(const std::string& stream) { return "order:" + stream; }

/// All events of an order, whatever stream they are in.
whence::event_query query_of(const std::string& stream) {
  whence::query_item item;
  for (const std::string_view type : type_names) item.event_types.emplace_back(type);
  item.tags.push_back(tag_of(stream));
  return {{std::move(item)}};
}

whence::async<void> append_one_after_the_other(whence::log& log, std::vector<whence::append_batch> appends,
                                               condition on) {
  whence::global_position read_to = log.head();
  for (whence::append_batch& append : appends) {
    if (on == condition::query) append.conditions.front().after = read_to;
    const whence::append_outcome outcome = co_await log.append(std::move(append));
    read_to = outcome.value().last;
  }
}

}  // namespace

struct conditional_appends::parts {
  condition on;
  whence::runtime runtime = whence::runtime::system(2);
  std::unique_ptr<whence::log> log;
  workload work{1, spread::random};

  whence::append_batch next(const sale& sale) const {
    whence::append_batch batch = to_append(sale);
    whence::stream_append& part = batch.streams.front();
    part.events.front().tags.push_back(tag_of(part.stream));
    if (on == condition::version) return batch;
    part.expected = whence::expected_version::any();
    batch.conditions.push_back({query_of(part.stream), {}});
    return batch;
  }
};

conditional_appends::conditional_appends(const std::filesystem::path& path, condition on)
    : parts_(std::make_unique<parts>(parts{.on = on, .log = nullptr})) {
  parts_->log = whence::sqlite(path.string()).open(parts_->runtime);
}

conditional_appends::~conditional_appends() = default;

double conditional_appends::flying(std::size_t flying, std::size_t count) {
  std::vector<std::vector<whence::append_batch>> dealt(flying);
  for (const sale& each : parts_->work.take(count)) dealt[each.order % flying].push_back(parts_->next(each));
  return static_cast<double>(count) / seconds([&] {
           std::vector<whence::async<void>> running;
           running.reserve(flying);
           for (std::vector<whence::append_batch>& appends : dealt)
             running.push_back(append_one_after_the_other(*parts_->log, std::move(appends), parts_->on));
           for (whence::async<void>& one : running) std::move(one).get();
         });
}

}  // namespace bench
