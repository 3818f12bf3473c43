#include <nlohmann/json.hpp>

#include <string_view>

#include <tests/benchmarks/contenders.hpp>

namespace bench {
namespace {

/// Calls `look` with type and payload of each row, where SQLite has them.
template <class Look>
void for_each_row(const std::filesystem::path& path, Look look) {
  const database opened = open_database(path, SQLITE_OPEN_READONLY);
  const statement rows = prepare(opened.get(), "SELECT type, data FROM entries ORDER BY position");
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(rows.get())) == SQLITE_ROW) {
    const auto* const data = reinterpret_cast<const char*>(sqlite3_column_text(rows.get(), 1));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(rows.get(), 1));
    look(sqlite3_column_int64(rows.get(), 0), std::string_view(data, size));
  }
  if (result != SQLITE_DONE) require(result, opened.get());
}

/// The log numbers its types as they come; here they get the place that they have in `type_names`.
std::vector<std::size_t> places_of_types(const std::filesystem::path& path) {
  const database opened = open_database(path, SQLITE_OPEN_READONLY);
  const statement rows = prepare(opened.get(), "SELECT number, event_type FROM types ORDER BY number");
  std::vector<std::size_t> places(1);
  while (sqlite3_step(rows.get()) == SQLITE_ROW) {
    const std::string_view name = reinterpret_cast<const char*>(sqlite3_column_text(rows.get(), 1));
    std::size_t place = 0;
    while (type_names.at(place) != name) ++place;
    places.resize(static_cast<std::size_t>(sqlite3_column_int64(rows.get(), 0)) + 1);
    places.back() = place;
  }
  return places;
}

OrderPlaced placed_from(const nlohmann::json& json) {
  OrderPlaced placed;
  json.at("customerId").get_to(placed.customer);
  json.at("country").get_to(placed.country);
  const nlohmann::json& items = json.at("items");
  placed.lines.reserve(items.size());
  for (const nlohmann::json& item : items) {
    Line& line = placed.lines.emplace_back();
    item.at("item").get_to(line.item);
    item.at("quantity").get_to(line.quantity);
    item.at("cents").get_to(line.cents);
  }
  return placed;
}

OrderPaid paid_from(const nlohmann::json& json) {
  OrderPaid paid;
  json.at("method").get_to(paid.method);
  json.at("reference").get_to(paid.reference);
  json.at("note").get_to(paid.note);
  json.at("cents").get_to(paid.cents);
  return paid;
}

OrderShipped shipped_from(const nlohmann::json& json) {
  OrderShipped shipped;
  json.at("carrier").get_to(shipped.carrier);
  json.at("tracking").get_to(shipped.tracking);
  json.at("address").get_to(shipped.address);
  json.at("grams").get_to(shipped.grams);
  return shipped;
}

}  // namespace

tally bare_count_by_type(const std::filesystem::path& path) {
  const std::vector<std::size_t> places = places_of_types(path);
  tally seen;
  for_each_row(path, [&](std::int64_t type, std::string_view) {
    ++seen.events;
    ++seen.of_type[places[static_cast<std::size_t>(type)]];
  });
  return seen;
}

tally bare_decode(const std::filesystem::path& path) {
  const std::vector<std::size_t> places = places_of_types(path);
  tally seen;
  for_each_row(path, [&](std::int64_t type, std::string_view data) {
    const std::size_t place = places[static_cast<std::size_t>(type)];
    const nlohmann::json json = nlohmann::json::parse(data);
    ++seen.events;
    ++seen.of_type[place];
    switch (place) {
      case 0:
        for (const Line& line : placed_from(json).lines)
          seen.sum += static_cast<std::uint64_t>(line.quantity * line.cents);
        break;
      case 1: seen.sum += static_cast<std::uint64_t>(paid_from(json).cents); break;
      default: seen.sum += static_cast<std::uint64_t>(shipped_from(json).grams);
    }
  });
  return seen;
}

}  // namespace bench
