#include <tests/store/sqlite/power_cut.hpp>

#include <algorithm>

namespace tests {

using kind = disk_change::kind;

namespace {

constexpr std::size_t sector_bytes = 512;

bool coin(std::mt19937_64& dice) { return (dice() >> 40 & 1U) != 0; }

void write_whole(std::string& to, const disk_change& write) {
  if (to.size() < write.offset + write.bytes.size()) to.resize(write.offset + write.bytes.size());
  std::copy(write.bytes.begin(), write.bytes.end(), to.begin() + static_cast<std::ptrdiff_t>(write.offset));
}

}  // namespace

power_cut::power_cut(const disk_image& begin) {
  std::uint64_t number = 0;
  for (const auto& [name, bytes] : begin) {
    durable_names_.emplace(name, ++number);
    files_[number].durable = bytes;
  }
}

void power_cut::rename_in(names& all, const disk_change& change) {
  if (change.what == kind::create) {
    all[change.name] = change.file;
  } else if (change.what == kind::remove) {
    all.erase(change.name);
  } else if (const auto found = all.find(change.name); found != all.end()) {
    all[change.new_name] = found->second;
    all.erase(change.name);
  }
}

void power_cut::follow(const disk_change& change, bool sync_lies) {
  switch (change.what) {
    case kind::write:
    case kind::truncate: files_[change.file].pending.push_back(change); break;
    case kind::create: files_[change.file] = {}; [[fallthrough]];
    case kind::rename:
    case kind::remove: pending_names_.push_back(change); break;
    case kind::sync: {
      synced_.insert(change.file);
      if (sync_lies) break;
      file& synced = files_[change.file];
      synced.pending.erase(synced.pending.begin(), synced.pending.begin() + static_cast<std::ptrdiff_t>(synced.doomed));
      synced.doomed = 0;
      for (const disk_change& pending : synced.pending) {
        if (pending.what == kind::write) write_whole(synced.durable, pending);
        if (pending.what == kind::truncate) synced.durable.resize(pending.offset);
      }
      synced.pending.clear();
      break;
    }
    case kind::failed_sync: files_[change.file].doomed = files_[change.file].pending.size(); break;
    case kind::sync_directory:
      for (const disk_change& pending : pending_names_) rename_in(durable_names_, pending);
      pending_names_.clear();
      break;
    case kind::note: break;
  }
}

void power_cut::write_part(std::string& to, const disk_change& write, std::mt19937_64& dice) {
  const std::uint64_t end = write.offset + write.bytes.size();
  for (std::uint64_t at = write.offset; at < end;) {
    const std::uint64_t next = std::min(end, (at / sector_bytes + 1) * sector_bytes);
    if (coin(dice)) {
      if (to.size() < next) to.resize(next);
      std::copy_n(write.bytes.begin() + static_cast<std::ptrdiff_t>(at - write.offset), next - at,
                  to.begin() + static_cast<std::ptrdiff_t>(at));
    }
    at = next;
  }
}

std::string power_cut::content_of(const file& from, kept_unsynced what, std::mt19937_64& dice) {
  std::string content = from.durable;
  if (what == kept_unsynced::none) return content;
  std::vector<const disk_change*> writes;
  const auto write_some = [&] {
    std::shuffle(writes.begin(), writes.end(), dice);
    for (const disk_change* const write : writes) {
      const std::uint64_t luck = dice() >> 33 & 3U;
      if (luck == 0) write_part(content, *write, dice);
      if (luck >= 2) write_whole(content, *write);
    }
    writes.clear();
  };
  for (const disk_change& pending : from.pending) {
    if (what == kept_unsynced::all) {
      pending.what == kind::write ? write_whole(content, pending) : content.resize(pending.offset);
    } else if (pending.what == kind::write) {
      writes.push_back(&pending);
    } else if (coin(dice)) {
      write_some();
      content.resize(pending.offset);
    }
  }
  write_some();
  return content;
}

disk_image power_cut::after_cut(kept_unsynced what, std::mt19937_64& dice) const {
  names left = durable_names_;
  std::size_t durable_too = 0;
  if (what == kept_unsynced::all) durable_too = pending_names_.size();
  if (what == kept_unsynced::some) durable_too = dice() % (pending_names_.size() + 1);
  for (std::size_t i = 0; i < durable_too; ++i) rename_in(left, pending_names_[i]);
  disk_image image;
  for (const auto& [name, number] : left) image.emplace(name, content_of(files_.at(number), what, dice));
  return image;
}

}  // namespace tests
