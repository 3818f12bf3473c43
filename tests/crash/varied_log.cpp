// Makes a log of so many events in so many streams, of all kinds that one can have: `varied_log PATH EVENTS STREAMS`. Half of them
// are appended by the thousand, in one stream or in many, and half one by one, which gives each group of them a time of its own.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/runtime.hpp>
#include <whence/store/log_source.hpp>

namespace {

using namespace whence;

/// The same numbers each time (xorshift64).
class numbers {
 public:
  std::uint64_t below(std::uint64_t limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ % limit;
  }

 private:
  std::uint64_t state_ = 88172645463325252u;
};

std::string data_of(std::uint64_t kind, std::uint64_t number) {
  const std::string digits = std::to_string(number);
  switch (kind % 64) {
    case 0: return "{\n  \"lines\": " + digits + "\n}";
    case 1: return "\xD9\xD9\xF7\xA1\x61n\x1A" + ("0000" + digits).substr(digits.size());
    case 2: return " [" + digits + "] ";
    default:
      return R"({"customerId":")" + digits +
             R"(","items":[{"sku":"A1","qty":2,"price":"19.90 EUR"}],"note":"caf)"
             "\xC3\xA9"
             R"( \"x\"","total":)" +
             digits + ".10}";
  }
}

class writer {
 public:
  writer(const std::string& path, std::uint64_t streams)
      : runtime_(runtime::system()), log_(sqlite(path).open(runtime_)), streams_(streams) {}

  void write(std::uint64_t events) {
    constexpr std::uint64_t together = 1'000;
    while (written_ < events) {
      const std::uint64_t left = events - written_;
      if (numbers_.below(together) != 0 || left < together) {
        send(batch_of(1, 1));
      } else if (numbers_.below(2) == 0) {
        send(batch_of(1, together));
      } else {
        send(batch_of(together, 1));
      }
    }
    while (!sent_.empty()) settle();
    log_->close();
  }

 private:
  new_event event() {
    const std::uint64_t number = ++written_;
    new_event made;
    made.id = event_id(runtime_.make_uuid());
    made.type = number % 3 == 0 ? "OrderPlaced" : "OrderPaid";
    made.version = 1 + static_cast<std::uint32_t>(number % 2);
    made.occurred_at = runtime_.clock->now();
    made.data = data_of(numbers_.below(64), number);
    made.metadata.correlation = correlation_id(made.id.value());
    made.metadata.causation = causation_id(made.id);
    made.metadata.source = number % 7 == 0 ? "https://shop.example/orders" : "order service";
    if (number % 2 == 0) made.metadata.causation_type = "PlaceOrder";
    if (number % 5 == 0) made.tags = {"customer:" + std::to_string(number % 97), "[\"odd\"]"};
    return made;
  }

  append_batch batch_of(std::uint64_t streams, std::uint64_t events_each) {
    append_batch batch;
    const std::uint64_t first = numbers_.below(streams_);
    for (std::uint64_t i = 0; i < std::min(streams, streams_); ++i) {
      const std::string name = "order-" + std::to_string((first + i) % streams_);
      batch.streams.push_back({name, "Order", expected_version::any(), {}});
      for (std::uint64_t n = 0; n < events_each; ++n) batch.streams.back().events.push_back(event());
    }
    return batch;
  }

  void send(append_batch batch) {
    constexpr std::size_t at_once = 4'096;
    sent_.push_back(log_->append(std::move(batch)));
    if (sent_.size() >= at_once) settle();
  }

  void settle() {
    (void)std::move(sent_.front()).get().value();
    sent_.pop_front();
  }

  runtime runtime_;
  const std::unique_ptr<log> log_;
  const std::uint64_t streams_;
  numbers numbers_;
  std::deque<async<append_outcome>> sent_;
  std::uint64_t written_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("varied_log PATH EVENTS STREAMS\n", stderr);
    return 2;
  }
  writer(argv[1], std::strtoull(argv[3], nullptr, 10)).write(std::strtoull(argv[2], nullptr, 10));
  return 0;
}
