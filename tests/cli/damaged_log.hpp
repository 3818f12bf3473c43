/// A log with a damaged event in it, without a file; and how a console comes to look into it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <whence/store/log.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>

#include <tests/cli/console.hpp>

namespace tests {

/// A log in which one event does not match its checksum: what a store promises is that a page ends before it, and that
/// whoever reads on from there is told.
class damaged_log final : public whence::log_reader {
 public:
  damaged_log(std::unique_ptr<whence::log_reader> whole, std::uint64_t damaged)
      : whole_(std::move(whole)), damaged_(damaged) {}

  whence::log_identity identity() const override { return whole_->identity(); }
  whence::log_condition condition() override { return condition_; }
  whence::global_position head() override { return whole_->head(); }
  whence::event_page read(whence::global_position after, const whence::event_filter& filter,
                          whence::page_limit limit) override {
    if (after.next() == damaged_) fail();
    if (after < damaged_) limit.scanned = std::min<std::size_t>(limit.scanned, damaged_.value() - 1 - after.value());
    return whole_->read(after, filter, limit);
  }
  whence::event_page read_stream(std::string_view stream, whence::stream_version from, whence::read_direction direction,
                                 whence::page_limit limit) override {
    whence::event_page all = whole_->read_stream(stream, from, direction, limit);
    std::size_t intact = 0;
    while (intact < all.size() && all[intact].position != damaged_) ++intact;
    if (intact == all.size()) return all;
    if (intact == 0) fail();
    limit.events = intact;
    return whole_->read_stream(stream, from, direction, limit);
  }
  whence::stream_version stream_head(std::string_view stream) override { return whole_->stream_head(stream); }
  std::optional<whence::global_position> find_event(whence::event_id id) override { return whole_->find_event(id); }
  std::optional<whence::chain_hash> chain_at(whence::global_position position) override {
    return whole_->chain_at(position);
  }
  whence::async<whence::global_position> wait_beyond(whence::global_position after, std::stop_token stop) override {
    return whole_->wait_beyond(after, std::move(stop));
  }

  whence::log_condition condition_;

 private:
  [[noreturn]] void fail() const { throw whence::log_damaged("shop.db", damaged_, "stored 9f3c, computed 41aa"); }
  std::unique_ptr<whence::log_reader> whole_;
  whence::global_position damaged_;
};

/// A console whose log is as `make` makes it.
inline void visit(console& console,
                  const std::function<std::unique_ptr<whence::log_reader>(std::unique_ptr<whence::log_reader>)>& make) {
  const whence::log_source source = console.around.store_at("");
  console.around.store_at = [source, make](const std::string&) {
    return whence::log_source(
        {.name = "shop.db",
         .models_directory = "",
         .open = nullptr,
         .visit = [source, make](const whence::runtime& runtime) { return make(source.visit(runtime)); }});
  };
}

}  // namespace tests
