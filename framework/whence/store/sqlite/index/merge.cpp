#include <algorithm>
#include <utility>

#include <whence/store/sqlite/index/format.hpp>
#include <whence/store/sqlite/index/merge.hpp>

namespace whence::inline v0 {

index_run index_writer::merge::planned(const std::vector<index_run>& sources, std::uint64_t number,
                                       std::uint64_t last) {
  index_run run;
  run.number = number;
  run.first = sources.front().first;
  run.last = std::min(sources.back().last, last);
  for (const index_run& source : sources) {
    run.entries += source.entries;
    run.ids.add(source.ids);
  }
  return run;
}

index_writer::merge::merge(std::vector<index_run> sources, std::uint64_t number, sql::database& db, std::uint64_t last)
    : path_(db.path()),
      last_(last),
      sources_(std::move(sources)),
      cursors_(sources_.size()),
      select_(db.prepare("SELECT bytes FROM blocks WHERE number = ?")),
      builder_(planned(sources_, number, last)) {}

bool index_writer::merge::advance(int blocks, const run_builder::sink& put) {
  int written = 0;
  const run_builder::sink counted = [&](block_kind kind, std::span<const std::uint8_t> block) {
    ++written;
    return put(kind, block);
  };
  for (std::size_t source = 0; source < cursors_.size(); ++source) {
    if (cursors_[source].next_block == 0) begin(source);
  }
  while (written < blocks) {
    // Of equal keys that of the older run comes first: its positions are the lower ones.
    std::size_t least = cursors_.size();
    for (std::size_t source = 0; source < cursors_.size(); ++source) {
      if (cursors_[source].ended) continue;
      if (least == cursors_.size() || cursors_[source].entry < cursors_[least].entry) least = source;
    }
    if (least == cursors_.size()) {
      builder_.finish(put);
      return true;
    }
    builder_.add(cursors_[least].entry, counted);
    step(least);
  }
  return false;
}

void index_writer::merge::begin(std::size_t source) {
  read_block(source);
  if (cursors_[source].entry.position > last_) step(source);
}

/// To the next entry that is wanted.
void index_writer::merge::step(std::size_t source) {
  cursor& here = cursors_[source];
  do {
    if (++here.at == here.block.size()) {
      read_block(source);
    } else {
      here.entry = here.block[here.at];
    }
  } while (!here.ended && here.entry.position > last_);
}

void index_writer::merge::read_block(std::size_t source) {
  cursor& here = cursors_[source];
  const index_run& run = sources_[source];
  if (here.next_block == run.entry_blocks()) {
    here.ended = true;
    return;
  }
  select_.reset();
  select_.bind(1, run.blocks.at(here.next_block++));
  if (!select_.step()) index_is_damaged(path_, "a block is missing");
  const std::span<const std::uint8_t> bytes = select_.blob(0);
  here.bytes.assign(bytes.begin(), bytes.end());
  select_.reset();
  const std::optional<block_view> block = block_view::read(here.bytes, {run.number, here.next_block - 1}, run.first);
  if (!block) index_is_damaged(path_, "a block is not as it was written");
  here.block = *block;
  here.at = 0;
  here.entry = here.block[0];
}

}  // namespace whence::inline v0
