/// What the user asked for, understood.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <whence/core/id.hpp>

#include <domain/line.hpp>
#include <domain/names.hpp>

namespace shop {

enum class output_form { table, json };

struct import_request {
  std::string file;
  std::optional<std::string> rejects;
  bool last_line_is_whole = false;
};
struct place_request {
  whence::id<Order> order;
  std::string number;
  std::string customer;  ///< empty: a guest
  std::string country;
  std::vector<Line> lines;
};
struct pay_request {
  whence::id<Order> order;
};
struct ship_request {
  whence::id<Order> order;
};
struct cancel_request {
  whence::id<Order> order;
  std::string reason;
};
struct show_request {
  whence::id<Order> order;
  std::chrono::seconds wait;
};
struct report_request {
  std::chrono::seconds wait;
};
struct simulate_request {
  std::uint64_t orders = 0;
  std::uint64_t seed = 1;
  std::uint64_t at_once = 1;
};

struct request {
  std::string name;  ///< of the command
  std::string line;  ///< the command line, to paste: what is advised is often to repeat it
  std::string store;
  bool accept_missing_tail = false;
  output_form form = output_form::table;
  std::variant<import_request, place_request, pay_request, ship_request, cancel_request, show_request, report_request,
               simulate_request>
      command;
};

}  // namespace shop
