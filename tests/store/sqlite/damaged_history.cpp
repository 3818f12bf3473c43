#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <stdexcept>

#include <unistd.h>

#include <whence/sql/database.hpp>
#include <whence/store/log_source.hpp>

#include <tests/in_child.hpp>
#include <tests/store/sqlite/damaged_history.hpp>

namespace tests {
namespace {

using namespace whence;

constexpr std::size_t page_bytes = 8'192;
constexpr unsigned char inner_page = 0x05;
constexpr unsigned char leaf_page = 0x0D;

void add(std::string& to, std::string_view text) { to.append(std::to_string(text.size())).append(":").append(text); }

new_event as_new(const recorded_event& event) {
  new_event made;
  made.id = event.id;
  made.type = event.type;
  made.version = event.type_version;
  made.occurred_at = event.occurred_at;
  made.data = event.data;
  made.metadata = {.correlation = event.correlation,
                   .causation = event.causation,
                   .causation_type = std::string(event.causation_type),
                   .source = std::string(event.source),
                   .traceparent = std::string(event.traceparent)};
  made.tags.assign(event.tags.begin(), event.tags.end());
  return made;
}

void append_some(whence::log& log, const runtime& runtime, std::mt19937& dice, int batches) {
  const auto below = [&dice](int limit) { return static_cast<int>(dice() % static_cast<unsigned>(limit)); };
  for (int i = 0; i < batches; ++i) {
    append_batch batch;
    for (int part = 0; part <= below(2); ++part) {
      stream_append& to = batch.streams.emplace_back();
      to.stream = (part == 0 ? "order-" : "payment-") + std::to_string(below(9));
      to.aggregate_type = part == 0 ? "Order" : "Payment";
      for (int events = 0; events <= below(3); ++events) {
        new_event& event = to.events.emplace_back();
        event.id = event_id{runtime.make_uuid()};
        event.type = below(2) == 0 ? "Placed" : "Paid";
        event.version = 1 + static_cast<std::uint32_t>(below(2));
        event.occurred_at = runtime.clock->now();
        // Some are longer than a page.
        const int size = below(20) == 0 ? 20'000 : below(700);
        event.data =
            "{\"note\":\"" + std::string(static_cast<std::size_t>(size), static_cast<char>('a' + below(26))) + "\"}";
        event.metadata.correlation =
            correlation_id{derive(event.occurred_at, "correlation", static_cast<unsigned>(below(5)))};
        event.metadata.source = "damage_log";
        if (below(3) == 0) event.tags = {"customer:" + std::to_string(below(4)), "region:north"};
      }
    }
    static_cast<void>(log.append(std::move(batch)).get().value());
  }
}

/// One event in four hundred is of a type that few are of, or has a tag that few have.
void append_many(whence::log& log, const runtime& runtime, std::mt19937& dice, int batches) {
  const auto below = [&dice](unsigned limit) { return std::to_string(dice() % limit); };
  for (int i = 0; i < batches; ++i) {
    append_batch batch;
    stream_append& to = batch.streams.emplace_back();
    to.aggregate_type = dice() % 40 == 0 ? "Refund" : "Order";
    to.stream = (to.aggregate_type == "Order" ? "order-" : "refund-") + below(200);
    for (int events = 0; events < 100; ++events) {
      new_event& event = to.events.emplace_back();
      event.id = event_id{runtime.make_uuid()};
      event.type = dice() % 400 == 0 ? "Rare" + below(3) : "Common" + below(3);
      event.occurred_at = runtime.clock->now();
      event.data = "{\"number\":" + below(1'000'000) + "}";
      event.metadata.correlation = correlation_id{derive(event.occurred_at, "correlation", dice() % 400)};
      event.tags = {"region:" + below(2)};
      if (dice() % 400 == 0) event.tags.push_back("rare:" + below(3));
    }
    static_cast<void>(log.append(std::move(batch)).get().value());
  }
}

void make_in_child(const std::function<void()>& make, bool killed) {
  const tests::ending end = tests::in_child([&] {
    make();
    return 0;
  });
  if (killed ? !end.killed_by(SIGKILL) : !end.exited_with(0)) throw std::runtime_error("the log could not be made");
}

}  // namespace

void make_log_with_past(const std::string& path, unsigned seed, bool killed) {
  const auto make = [&] {
    const runtime runtime = runtime::system();
    std::mt19937 dice(seed);
    for (int openings = 0; openings < 3; ++openings) {
      append_some(*sqlite(path).open(runtime), runtime, dice, 40);
    }
    const auto log = sqlite(path, {.checkpoint_bytes = 150'000}).open(runtime);
    append_some(*log, runtime, dice, 60);
    if (killed) ::kill(::getpid(), SIGKILL);
    log->close();
  };
  make_in_child(make, killed);
}

void make_long_log(const std::string& path, unsigned seed) {
  const auto make = [&] {
    const runtime runtime = runtime::system();
    std::mt19937 dice(seed);
    for (int openings = 0; openings < 3; ++openings) append_many(*sqlite(path).open(runtime), runtime, dice, 20);
  };
  make_in_child(make, false);
}

void copy_log(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::remove_all(to);
  std::filesystem::create_directories(to);
  for (const std::filesystem::directory_entry& each : std::filesystem::directory_iterator(from)) {
    if (each.is_regular_file()) std::filesystem::copy_file(each.path(), to / each.path().filename());
  }
}

std::string bytes_of(const recorded_event& event) {
  std::string bytes;
  for (const std::uint64_t number : {event.position.value(), event.version.value(), std::uint64_t{event.type_version},
                                     static_cast<std::uint64_t>(event.occurred_at.time_since_epoch().count()),
                                     static_cast<std::uint64_t>(event.recorded_at.time_since_epoch().count())}) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  for (const uuid& id : {event.id.value(), event.correlation.value(), event.causation.value()}) {
    bytes.append(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size());
  }
  bytes.append(reinterpret_cast<const char*>(event.chain.data()), event.chain.size());
  for (const std::string_view text : {event.stream, event.aggregate_type, event.type, event.causation_type,
                                      event.source, event.traceparent, event.data}) {
    add(bytes, text);
  }
  for (const std::string_view tag : event.tags) add(bytes, tag);
  return bytes;
}

history read_history(log_reader& reader) {
  history was;
  global_position at;
  while (at < reader.head()) {
    const event_page page = reader.read(at);
    for (const recorded_event& event : page) {
      was.events.push_back(bytes_of(event));
      was.streams.emplace_back(event.stream);
      was.ids.push_back(event.id);
      was.correlations.push_back(event.correlation);
      was.as_new.push_back(as_new(event));
      was.aggregate_types.emplace_back(event.aggregate_type);
      was.positions[std::string(event.stream)].push_back(event.position.value());
    }
    at = page.scanned_to();
  }
  return was;
}

event_pages::event_pages(const std::string& path) {
  std::uint64_t root = 0;
  {
    sql::database db = sql::database::open(path, sql::open_mode::read_only);
    root =
        static_cast<std::uint64_t>(db.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'entries'").value_or(1));
  }
  std::ifstream in(path, std::ios::binary);
  bytes_.assign(std::istreambuf_iterator<char>(in), {});
  walk(root - 1);
}

/// The format of pages: "Database File Format", 1.6. B-tree Pages.
void event_pages::walk(std::uint64_t page) {
  if ((page + 1) * page_bytes > bytes_.size()) return;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes_[page * page_bytes + at]); };
  const auto number = [&](std::size_t at, int size) {
    std::uint64_t value = 0;
    for (int i = 0; i < size; ++i) value = value << 8 | byte(at + static_cast<std::size_t>(i));
    return value;
  };
  const auto varint = [&](std::size_t& at) {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) {
      const unsigned char next = byte(at++);
      value = value << 7 | (next & 0x7FU);
      if (next < 0x80) return value;
    }
    return value << 8 | byte(at++);
  };
  const std::uint64_t cells = number(3, 2);
  if (byte(0) == inner_page) {
    for (std::uint64_t i = 0; i < cells; ++i) walk(number(number(12 + 2 * i, 2), 4) - 1);
    walk(number(8, 4) - 1);
  } else if (byte(0) == leaf_page) {
    std::vector<std::uint64_t>& positions = leaves_[page];
    for (std::uint64_t i = 0; i < cells; ++i) {
      std::size_t at = number(8 + 2 * i, 2);
      varint(at);
      positions.push_back(varint(at));
    }
  }
}

std::optional<std::set<std::uint64_t>> event_pages::touched_by(std::uint64_t offset, const history& was) const {
  const auto leaf = leaves_.find(offset / page_bytes);
  if (leaf == leaves_.end()) return std::nullopt;
  std::set<std::uint64_t> touched;
  for (const std::uint64_t position : leaf->second) {
    touched.insert(position);
    touched.insert(position + 1);
    if (position > was.head()) continue;
    const std::vector<std::uint64_t>& of_stream = was.positions.at(was.streams[position - 1]);
    if (of_stream.front() == position) touched.insert(of_stream.begin(), of_stream.end());
  }
  return touched;
}

}  // namespace tests
