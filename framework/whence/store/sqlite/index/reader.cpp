#include <algorithm>
#include <cstring>
#include <utility>

#include <sqlite3.h>

#include <whence/sql/moved_file.hpp>
#include <whence/store/sqlite/index/format.hpp>
#include <whence/store/sqlite/index/reader.hpp>

namespace whence::inline v0 {
namespace {

/// Of another format it may look the same, and mean something else.
sql::database open_of_this_format(const std::string& path, sql::open_mode mode) {
  sql::database db = sql::database::open(path, mode);
  sqlite3_busy_timeout(db.handle(), index_busy_milliseconds);
  check_index_format(db);
  return db;
}

}  // namespace

index_reader::index_reader(const std::string& path, filters use, sql::open_mode mode)
    : db_(open_of_this_format(path, mode)),
      state_(db_),
      select_(db_.prepare("SELECT bytes FROM blocks WHERE number = ?")),
      select_page_(db_.prepare("SELECT bytes FROM pages WHERE number = ?")),
      use_(use) {
  db_.run("PRAGMA cache_size=-4096");
}

bool index_reader::has_moved() noexcept { return sql::has_moved(db_); }

index_reader::snapshot::snapshot(index_reader& index) : index_(index) {
  index_.db_.run("BEGIN", {});
  try {
    index_.refresh();
  } catch (...) {
    sqlite3_exec(index_.db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

index_reader::snapshot::~snapshot() {
  index_.select_.reset();
  index_.select_page_.reset();
  index_.block_number_ = 0;
  if (index_.db_.in_transaction()) sqlite3_exec(index_.db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

/// Runs never change, but come and go: what is known of those that are still there stays.
void index_reader::refresh() {
  const index_state state = state_.read();
  if (state == seen_) return;
  const auto known = [this](std::uint64_t number) {
    return std::ranges::find_if(runs_, [number](const auto& each) { return each && each->run.number == number; });
  };
  std::vector<std::unique_ptr<known_run>> runs;
  std::vector<std::uint64_t> numbers;
  std::uint64_t last = 0;
  for (index_run& run : read_runs(db_, true)) {
    last = run.last;
    numbers.push_back(run.number);
    runs.push_back(known(run.number) == runs_.end() ? std::make_unique<known_run>() : nullptr);
    if (runs.back()) runs.back()->run = std::move(run);
  }
  if (last != state.last) index_is_damaged(db_.path(), "its runs do not end where it says");
  // From here on nothing fails: the cache knows the filters by where they are.
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i]) runs[i] = std::move(*known(numbers[i]));
  }
  for (const auto& gone : runs_) {
    if (gone) drop_filters(*gone);
  }
  runs_ = std::move(runs);
  seen_ = state;
}

void index_reader::drop_filters(known_run& known) noexcept {
  for (std::optional<filter_cache::filter>& filter : known.filters) {
    if (filter) cache_.drop(*filter);
  }
}

std::optional<index_checkpoint> index_reader::checkpoint() {
  std::optional<index_checkpoint> found = read_checkpoint(db_);
  if ((found ? found->position.value() : 0) != (runs_.empty() ? 0 : runs_.back()->run.last)) {
    index_is_damaged(db_.path(), "its runs do not end at its checkpoint");
  }
  return found;
}

std::span<const std::uint8_t> index_reader::block(const index_run& run, std::size_t number) {
  block_number_ = 0;
  select_.reset();
  select_.bind(1, run.blocks.at(number));
  if (!select_.step()) index_is_damaged(db_.path(), "a block is missing");
  return select_.blob(0);
}

block_view index_reader::entries(const index_run& run, std::size_t number) {
  const std::int64_t wanted = run.blocks.at(number);
  if (wanted == block_number_ && wanted > 0) return block_;
  const std::optional<block_view> read = block_view::read(block(run, number), {run.number, number}, run.first);
  const std::uint64_t expected =
      std::min<std::uint64_t>(block_size::entries, run.entries - number * block_size::entries);
  if (!read || read->size() != expected) index_is_damaged(db_.path(), "a block is not as it was written");
  block_number_ = wanted;
  block_ = *read;
  return block_;
}

std::vector<std::uint8_t> index_reader::read_payload(const index_run& run, block_kind kind, std::size_t first,
                                                     std::size_t end) {
  std::vector<std::uint8_t> all;
  for (std::size_t number = first; number < end; ++number) {
    const auto payload = read_block(block(run, number), {run.number, number}, kind);
    if (!payload) index_is_damaged(db_.path(), "a block is not as it was written");
    all.insert(all.end(), payload->begin(), payload->end());
  }
  return all;
}

void index_reader::load_fences(known_run& known) {
  const index_run& run = known.run;
  const std::vector<std::uint8_t> bytes =
      read_payload(run, block_kind::fences, run.entry_blocks(), run.entry_blocks() + run.fence_blocks());
  if (bytes.size() != run.entry_blocks() * block_fence::bytes) {
    index_is_damaged(db_.path(), "the fences of a run are not as they were written");
  }
  known.fence_keys.resize(run.entry_blocks());
  known.fence_distances.resize(run.entry_blocks());
  for (std::size_t at = 0; at < run.entry_blocks(); ++at) {
    const std::uint8_t* const fence = bytes.data() + at * block_fence::bytes;
    std::memcpy(&known.fence_keys[at], fence, sizeof(index_key));
    std::memcpy(&known.fence_distances[at], fence + sizeof(index_key), sizeof(std::uint32_t));
  }
  known.has_fences = true;
}

filter_cache::filter& index_reader::load_filter(known_run& known, std::size_t filter) {
  if (known.filters[filter]) return *known.filters[filter];
  const index_run& run = known.run;
  std::optional<filter_fences> fences = filter_fences::read(read_payload(
      run, block_kind::filter_fences, run.filter_fences_begin(filter), run.filter_fences_begin(filter + 1)));
  if (!fences || fences->pages.size() != run.filter_pages[filter]) {
    index_is_damaged(db_.path(), "the fences of a filter are not as they were written");
  }
  return known.filters[filter].emplace(std::move(*fences));
}

const filter_cache::filter::page& index_reader::load_page(known_run& known, std::size_t which, std::size_t page) {
  filter_cache::filter& filter = *known.filters[which];
  select_page_.reset();
  select_page_.bind(1, filter.fences.pages[page]);
  if (!select_page_.step()) index_is_damaged(db_.path(), "a page of a filter is missing");
  const auto lines =
      read_block(select_page_.blob(0), block_place::of_page(known.run.number, which, page), block_kind::filter);
  const filter_cache::filter::page* const loaded = lines ? cache_.put(filter, page, *lines) : nullptr;
  if (loaded == nullptr) index_is_damaged(db_.path(), "a page of a filter is not as it was written");
  select_page_.reset();
  return *loaded;
}

bool index_reader::may_have(known_run& known, index_key key) {
  if (use_ == filters::unused || !is_filtered(key)) return true;
  filter_cache::filter& filter = load_filter(known, filter_with(key));
  const std::optional<std::size_t> page = filter.fences.page_of(key);
  if (!page) return false;
  const filter_line* const line = cache_.line(filter, *page, key);
  return whence::may_have(line != nullptr ? *line : load_page(known, filter_with(key), *page).line(key), key);
}

bool index_reader::surely_lacked(index_key key, const event_id* id) {
  if (!seen_ || use_ == filters::unused || !is_filtered(key)) return false;
  // All lines are asked for before one is looked at: they come from memory at the same time.
  lines_.clear();
  for (const auto& known : runs_) {
    if (!known) return false;
    if (id != nullptr && !known->run.ids.may_have(id->value())) continue;
    const std::optional<filter_cache::filter>& filter = known->filters[filter_with(key)];
    if (!filter) return false;
    const std::optional<std::size_t> page = filter->fences.page_of(key);
    if (!page) continue;
    const filter_line* const line = cache_.line(*filter, *page, key);
    if (line == nullptr) return false;
    __builtin_prefetch(line);
    lines_.push_back(line);
  }
  return std::ranges::none_of(lines_, [key](const filter_line* line) { return whence::may_have(*line, key); });
}

/// How many entries of the run are less than that.
std::uint64_t index_reader::entries_before(known_run& known, const index_entry& entry) {
  if (!known.has_fences) load_fences(known);
  const index_run& run = known.run;
  const auto less = [&](std::size_t block) {
    return index_entry{known.fence_keys[block], run.first + known.fence_distances[block]} < entry;
  };
  std::size_t begin = 0;
  std::size_t end = run.entry_blocks();
  while (begin < end) {
    const std::size_t middle = (begin + end) / 2;
    if (less(middle)) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  if (begin == 0) return 0;
  return (begin - 1) * block_size::entries + entries(run, begin - 1).lower_bound(entry);
}

index_reader::range index_reader::find(known_run& known, index_key key, std::uint64_t from, std::uint64_t to) {
  range found{entries_before(known, {key, from}), 0};
  // Mostly the key is in one block, or in none.
  const index_run& run = known.run;
  const std::size_t block = static_cast<std::size_t>(found.begin / block_size::entries);
  if (found.begin < run.entries) {
    const block_view here = entries(run, block);
    const auto at = static_cast<std::size_t>(found.begin % block_size::entries);
    if (here.key(at) != key) return {found.begin, found.begin};
    if (here.key(here.size() - 1) > key)
      return {found.begin, block * block_size::entries + here.lower_bound({key, to})};
  }
  found.end = entries_before(known, {key, to});
  return found;
}

std::uint64_t index_reader::position_of(const index_run& run, std::uint64_t entry) {
  return entries(run, static_cast<std::size_t>(entry / block_size::entries))
      .position(static_cast<std::size_t>(entry % block_size::entries));
}

std::vector<std::uint64_t> index_reader::ascending(index_key key, std::uint64_t after, std::size_t limit,
                                                   std::uint64_t skip) {
  std::vector<std::uint64_t> found;
  for (const auto& known : runs_) {
    if (found.size() == limit) break;
    if (known->run.last <= after || !may_have(*known, key)) continue;
    const range hits = find(*known, key, std::max(after + 1, known->run.first), known->run.last + 1);
    const std::uint64_t skipped = std::min(skip, hits.end - hits.begin);
    skip -= skipped;
    for (std::uint64_t entry = hits.begin + skipped; entry < hits.end && found.size() < limit; ++entry) {
      found.push_back(position_of(known->run, entry));
    }
  }
  return found;
}

std::vector<std::uint64_t> index_reader::descending(index_key key, std::uint64_t before, std::size_t limit,
                                                    const event_id* id) {
  std::vector<std::uint64_t> found;
  for (auto known = runs_.rbegin(); known != runs_.rend() && found.size() < limit; ++known) {
    known_run& here = **known;
    if (here.run.first >= before || (id != nullptr && !here.run.ids.may_have(id->value())) || !may_have(here, key))
      continue;
    const range hits = find(here, key, here.run.first, std::min(before, here.run.last + 1));
    for (std::uint64_t entry = hits.end; entry > hits.begin && found.size() < limit; --entry) {
      found.push_back(position_of(here.run, entry - 1));
    }
  }
  return found;
}

}  // namespace whence::inline v0
