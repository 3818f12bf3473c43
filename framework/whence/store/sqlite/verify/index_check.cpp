#include <algorithm>
#include <cstring>
#include <utility>

#include <sqlite3.h>

#include <whence/sql/error.hpp>
#include <whence/store/sqlite/index/block.hpp>
#include <whence/store/sqlite/index/format.hpp>
#include <whence/store/sqlite/verify/index_check.hpp>

namespace whence::inline v0 {
namespace {

constexpr int busy_milliseconds = 10'000;
constexpr std::size_t blocks_of_snapshot = 256;  // 4 MiB

/// A read transaction, ended whatever happens.
class moment {
 public:
  explicit moment(sql::database& db) : db_(db) { db_.run("BEGIN", {}); }
  ~moment() {
    if (db_.in_transaction()) sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  moment(const moment&) = delete;
  moment& operator=(const moment&) = delete;

 private:
  sql::database& db_;
};

}  // namespace

index_check::index_check(const verification_plan& plan, const std::vector<unreadable_range>& unreadable)
    : plan_(plan),
      unreadable_(unreadable),
      db_(sql::database::open(plan.paths.index, plan.index_mode.mode())),
      select_(db_.prepare("SELECT bytes FROM blocks WHERE number = ?")),
      select_page_(db_.prepare("SELECT bytes FROM pages WHERE number = ?")),
      sums_(static_cast<std::size_t>(plan.sums())) {
  sqlite3_busy_timeout(db_.handle(), busy_milliseconds);
}

void index_check::damaged(const std::string& detail) const { index_is_damaged(plan_.paths.index, detail); }

std::optional<std::vector<entry_sum>> index_check::sums() {
  while (covered_ < plan_.indexed_to.value()) {
    const std::optional<index_run> run = run_behind(covered_);
    if (!run) damaged("its runs end at event " + std::to_string(covered_));
    if (!read_run(*run)) {
      if (plan_.options.stop.stop_requested()) return std::nullopt;
      continue;  // it was merged into another
    }
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i].add(sums_of_run_[i]);
    const bool same_group = covered_ != 0 && position_group::of(covered_) == position_group::of(run->last);
    if (!same_group) open_group_.clear();
    open_group_.merge(last_group_);
    covered_ = run->last;
  }
  return std::move(sums_);
}

/// The run with the next position.
std::optional<index_run> index_check::run_behind(std::uint64_t position) {
  const moment now(db_);
  for (index_run& run : read_runs(db_, true)) {
    if (run.first <= position + 1 && run.last > position) return std::move(run);
  }
  return std::nullopt;
}

bool index_check::is_live(const index_run& run) {
  return db_.integer("SELECT 1 FROM runs WHERE number = ? AND live = 1", {run.number}).has_value();
}

/// False: it is gone.
bool index_check::read_run(const index_run& run) {
  sums_of_run_.assign(sums_.size(), {});
  fences_.clear();
  stored_fences_.clear();
  filters_ = {};
  last_group_.clear();
  previous_.reset();
  // The fences of the filters first: every key is looked up in these.
  if (!read_blocks(run, run.filter_fences_begin(0), run.all_blocks())) return false;
  for (std::size_t filter = 0; filter < filters_of_run; ++filter) {
    std::optional<filter_fences> fences = filter_fences::read(filters_[filter].stored_fences);
    if (!fences || fences->pages.size() != run.filter_pages[filter]) {
      damaged("the fences of a filter are not as they were written");
    }
    filters_[filter].fences = std::move(*fences);
  }
  if (!read_blocks(run, 0, run.filter_fences_begin(0))) return false;
  if (fences_ != stored_fences_) damaged("the fences of a run are not the first entries of its blocks");
  for (const filter_in_reading& filter : filters_) {
    if (filter.next_page != filter.fences.pages.size()) damaged("a filter has a page for none of its keys");
  }
  return true;
}

bool index_check::read_blocks(const index_run& run, std::size_t first, std::size_t end) {
  for (std::size_t begin = first; begin < end; begin += blocks_of_snapshot) {
    if (plan_.options.stop.stop_requested()) return false;
    const moment now(db_);
    const bool live = is_live(run);
    if (!live) return false;
    for (std::size_t number = begin; number < std::min(end, begin + blocks_of_snapshot); ++number) {
      take_block(run, number, block(run, number));
    }
    select_.reset();
    select_page_.reset();
  }
  return true;
}

std::span<const std::uint8_t> index_check::block(const index_run& run, std::size_t number) {
  select_.reset();
  select_.bind(1, run.blocks.at(number));
  if (!select_.step()) damaged("a block is missing");
  return select_.blob(0);
}

void index_check::take_block(const index_run& run, std::size_t number, std::span<const std::uint8_t> bytes) {
  if (number >= run.entry_blocks()) {
    take_payload(run, number, bytes);
    return;
  }
  const std::optional<block_view> entries = block_view::read(bytes, {run.number, number}, run.first);
  const std::uint64_t expected =
      std::min<std::uint64_t>(block_size::entries, run.entries - number * block_size::entries);
  if (!entries || entries->size() != expected) damaged("a block is not as it was written");
  const index_entry first = (*entries)[0];
  const auto distance = static_cast<std::uint32_t>(first.position - run.first);
  const std::size_t at = fences_.size();
  fences_.resize(at + block_fence::bytes);
  std::memcpy(fences_.data() + at, &first.key, sizeof first.key);
  std::memcpy(fences_.data() + at + sizeof first.key, &distance, sizeof distance);
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const index_entry entry = (*entries)[i];
    if (entry.position < run.first || entry.position > run.last) damaged("a run has an entry of an event beyond it");
    take_entry(run, entry);
  }
}

void index_check::take_payload(const index_run& run, std::size_t number, std::span<const std::uint8_t> bytes) {
  std::size_t filter = 0;
  while (number >= run.filter_fences_begin(filter + 1)) ++filter;
  const bool is_fences = number < run.filter_fences_begin(0);
  const auto payload =
      read_block(bytes, {run.number, number}, is_fences ? block_kind::fences : block_kind::filter_fences);
  if (!payload) damaged("a block is not as it was written");
  std::vector<std::uint8_t>& to = is_fences ? stored_fences_ : filters_[filter].stored_fences;
  to.insert(to.end(), payload->begin(), payload->end());
}

void index_check::take_entry(const index_run& run, const index_entry& entry) {
  // An event with the same tag twice has the same entry twice.
  if (previous_ && entry < *previous_) damaged("the entries of a run are out of order");
  const bool repeats = previous_ && previous_->key == entry.key &&
                       position_group::of(previous_->position) == position_group::of(entry.position);
  previous_ = entry;
  if (is_sparse(entry.key)) return take_sparse(run, entry, repeats);
  if (is_filtered(entry.key)) look_up_in_filter(run, entry.key);
  // Of what a merged run has again, the first reading counts.
  if (entry.position <= covered_ || !plan_.is_compared(entry.position) ||
      has_unreadable(entry.position, entry.position))
    return;
  sums_of_run_[plan_.sum_of(entry.position)].add(entry);
}

/// Counts what occurs in a group once, though runs that meet in it have an entry each.
void index_check::take_sparse(const index_run& run, const index_entry& entry, bool repeats) {
  const position_group group = position_group::of(entry.position);
  if (group == position_group::of(run.last)) last_group_.insert(entry.key);
  const bool counted = entry.position <= covered_ || repeats ||
                       (covered_ != 0 && group == position_group::of(covered_) && open_group_.contains(entry.key));
  if (counted || !plan_.is_compared(entry.position) || !plan_.is_compared(group)) return;
  if (has_unreadable(group.first, std::min(group.last(), plan_.head.value()))) return;
  sums_of_run_[plan_.sum_of(group.first)].add(index_entry{entry.key, group.first});
}

void index_check::look_up_in_filter(const index_run& run, index_key key) {
  filter_in_reading& filter = filters_[filter_with(key)];
  const std::optional<std::size_t> page = filter.fences.page_of(key);
  if (!page || *page > filter.next_page) damaged("the fences of a filter are not the first keys of its pages");
  if (*page == filter.next_page) {
    if (filter.fences.first_keys[*page] != key) damaged("the fences of a filter are not the first keys of its pages");
    select_page_.reset();
    select_page_.bind(1, filter.fences.pages[*page]);
    if (!select_page_.step()) damaged("a page of a filter is missing");
    const auto lines =
        read_block(select_page_.blob(0), block_place::of_page(run.number, filter_with(key), *page), block_kind::filter);
    if (!lines || lines->empty() || lines->size() % sizeof(filter_line) != 0) {
      damaged("a page of a filter is not as it was written");
    }
    filter.page.resize(lines->size() / sizeof(filter_line));
    std::memcpy(filter.page.data(), lines->data(), lines->size());
    ++filter.next_page;
  }
  if (!may_have(filter.page[filter_line_of(key, filter.page.size())], key)) damaged("a filter lacks a key of its run");
}

bool index_check::has_unreadable(std::uint64_t first, std::uint64_t last) const {
  const auto behind = std::upper_bound(
      unreadable_.begin(), unreadable_.end(), last,
      [](std::uint64_t at, const unreadable_range& range) { return at < range.positions.first.value(); });
  return behind != unreadable_.begin() && std::prev(behind)->positions.last.value() >= first;
}

}  // namespace whence::inline v0
