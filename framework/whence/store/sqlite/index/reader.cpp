#include <algorithm>
#include <cstring>
#include <utility>

#include <sqlite3.h>

#include <whence/store/sqlite/index/format.hpp>
#include <whence/store/sqlite/index/reader.hpp>

namespace whence::inline v0 {
namespace {

constexpr int busy_milliseconds = 10'000;
constexpr std::size_t filter_bytes_max = 48u << 20;

}  // namespace

index_reader::index_reader(const std::string& path, filters use)
    : db_(sql::database::open(path, sql::open_mode::read_only)),
      generation_(db_.prepare("SELECT generation FROM state WHERE number = 1")),
      select_(db_.prepare("SELECT bytes FROM blocks WHERE number = ?")),
      use_(use) {
  sqlite3_busy_timeout(db_.handle(), busy_milliseconds);
  db_.run("PRAGMA cache_size=-4096");
}

index_reader::snapshot::snapshot(index_reader& index) : index_(index) {
  index_.db_.run("BEGIN", {});
  try {
    index_.refresh();
  } catch (...) {
    index_.generation_.reset();
    sqlite3_exec(index_.db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

index_reader::snapshot::~snapshot() {
  index_.select_.reset();
  index_.block_number_ = 0;
  if (index_.db_.in_transaction()) sqlite3_exec(index_.db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

/// Runs never change, but come and go: what is known of those that are still there stays.
void index_reader::refresh() {
  if (!generation_.step()) index_is_damaged(db_.path(), "it does not say what state it is in");
  const std::int64_t generation = generation_.integer(0);
  generation_.reset();
  if (generation == seen_generation_) return;
  std::vector<std::shared_ptr<known_run>> runs;
  for (index_run& run : read_runs(db_, true)) {
    const auto known = std::find_if(runs_.begin(), runs_.end(),
                                    [&run](const auto& each) { return each && each->run.number == run.number; });
    if (known != runs_.end()) {
      runs.push_back(std::move(*known));
    } else {
      runs.push_back(std::make_shared<known_run>());
      runs.back()->run = std::move(run);
    }
  }
  runs_ = std::move(runs);
  filter_bytes_ = 0;
  for (const auto& known : runs_) {
    if (known->filter_is == known_run::filter_state::loaded) filter_bytes_ += known->filter.bytes().size();
    if (known->filter_is == known_run::filter_state::left_out) known->filter_is = known_run::filter_state::unknown;
  }
  seen_generation_ = generation;
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
  select_.bind(1, run.block(number));
  if (!select_.step()) index_is_damaged(db_.path(), "a block is missing");
  return select_.blob(0);
}

block_view index_reader::entries(const index_run& run, std::size_t number) {
  const std::int64_t wanted = run.block(number);
  if (wanted == block_number_ && wanted > 0) return block_;
  const std::optional<block_view> read = block_view::read(block(run, number), run.number, run.first);
  const std::uint64_t expected =
      std::min<std::uint64_t>(block_size::entries, run.entries - number * block_size::entries);
  if (!read || read->size() != expected) index_is_damaged(db_.path(), "a block is not as it was written");
  block_number_ = wanted;
  block_ = *read;
  return block_;
}

/// Straight to where they are kept: the filter of a large run is a large part of our memory. False: they are not as many bytes.
bool index_reader::read_payload(const index_run& run, block_kind kind, std::size_t first, std::size_t count,
                                std::span<std::uint8_t> into) {
  for (std::size_t number = first; number < first + count; ++number) {
    const auto payload = read_block(block(run, number), run.number, kind);
    if (!payload) index_is_damaged(db_.path(), "a block is not as it was written");
    if (payload->size() > into.size()) return false;
    std::memcpy(into.data(), payload->data(), payload->size());
    into = into.subspan(payload->size());
  }
  return into.empty();
}

void index_reader::load_fences(known_run& known) {
  const index_run& run = known.run;
  std::vector<std::uint8_t> bytes(run.entry_blocks() * block_fence::bytes);
  if (!read_payload(run, block_kind::fences, run.entry_blocks(), run.fence_blocks(), bytes)) {
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

void index_reader::load_filter(known_run& known) {
  const index_run& run = known.run;
  const std::size_t size = key_filter::bytes_for(run.filtered);
  if (filter_bytes_ + size > filter_bytes_max) {
    known.filter_is = known_run::filter_state::left_out;
    return;
  }
  key_filter filter(run.filtered);
  if (!read_payload(run, block_kind::filter, run.entry_blocks() + run.fence_blocks(), run.filter_blocks(),
                    filter.bytes())) {
    index_is_damaged(db_.path(), "the filter of a run is not as it was written");
  }
  known.filter = std::move(filter);
  filter_bytes_ += size;
  known.filter_is = known_run::filter_state::loaded;
}

bool index_reader::may_have(known_run& known, index_key key) {
  if (use_ == filters::unused || !is_filtered(key)) return true;
  if (known.filter_is == known_run::filter_state::unknown) load_filter(known);
  return known.filter_is != known_run::filter_state::loaded || known.filter.may_have(key);
}

bool index_reader::surely_lacked(index_key key, const event_id* id) const {
  return seen_generation_ != 0 && is_filtered(key) && std::ranges::all_of(runs_, [&](const auto& known) {
           if (!known) return false;
           if (id != nullptr && !known->run.ids.may_have(id->value())) return true;
           return known->filter_is == known_run::filter_state::loaded && !known->filter.may_have(key);
         });
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
