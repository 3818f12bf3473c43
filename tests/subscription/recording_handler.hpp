/// A handler that keeps what it was given in memory, atomically, and fails when it is told to.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/subscription/subscription_handler.hpp>

namespace tests {

class recording_handler final : public whence::subscription_handler {
 public:
  struct record {
    std::vector<std::uint64_t> handled;  // positions
    std::vector<std::string> calls;      // "load", "page 3", "head", "let go"
    whence::checkpoint at;
  };

  /// Called with each page, before anything is kept.
  std::function<void(const whence::event_page&)> before_keeping = [](const whence::event_page&) {};

  whence::checkpoint load() override {
    const auto own = record_.lock();
    own->calls.emplace_back("load");
    return own->at;
  }
  void handle(const whence::event_page& page, const whence::checkpoint& reached) override {
    before_keeping(page);
    const auto own = record_.lock();
    own->calls.push_back("page " + std::to_string(page.size()));
    for (const auto& event : page) own->handled.push_back(event.position.value());
    own->at = reached;
  }
  void at_head() override { record_.lock()->calls.emplace_back("head"); }
  void let_go() noexcept override { record_.lock()->calls.emplace_back("let go"); }

  record seen() { return *record_.lock(); }
  void stand_at(const whence::checkpoint& at) { record_.lock()->at = at; }

 private:
  whence::guarded<record> record_;
};

}  // namespace tests
