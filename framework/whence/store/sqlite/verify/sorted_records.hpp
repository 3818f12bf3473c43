/// Sorts more records than fit into memory: sorted parts in a scratch file, read again side by side.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <queue>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/core/guarded.hpp>

namespace whence::inline v0 {

/// A file that nobody else can name: it is gone with its last user.
std::unique_ptr<file> make_scratch_file(files& files, const std::string& directory, const std::string& unique_name);

/// Records of so many numbers, ordered as arrays are.
///
/// Threads  `add`: any; `merge`: one, after the last `add`.
/// Limits   8 MiB of parts in memory, beyond that they go to the file; a merge holds 16 KiB of each part.
/// Throws   file_error.
template <std::size_t Numbers>
class sorted_records {
 public:
  using record = std::array<std::uint64_t, Numbers>;
  static constexpr std::size_t part_records = (2u << 20) / sizeof(record);

  sorted_records(files& files, std::string directory, std::string unique_name)
      : files_(files), directory_(std::move(directory)), name_(std::move(unique_name)) {}

  /// At most `part_records` of them; the vector is empty afterwards.
  void add(std::vector<record>& records) {
    if (records.empty()) return;
    std::sort(records.begin(), records.end());
    auto own = shared_.lock();
    const std::size_t bytes = records.size() * sizeof(record);
    part made;
    made.records = records.size();
    if (own->bytes_in_memory + bytes <= memory_bytes_max) {
      own->bytes_in_memory += bytes;
      made.in_memory = std::move(records);
    } else {
      if (!own->file) own->file = make_scratch_file(files_, directory_, name_);
      made.offset = own->file_end;
      own->file->write_at(own->file_end, std::as_bytes(std::span(records)));
      own->file_end += bytes;
    }
    own->parts.push_back(std::move(made));
    records.clear();
  }

  /// Calls `visit(record)` with each, in order, until it returns false.
  template <class Visit>
  void merge(Visit visit) {
    auto own = shared_.lock();
    std::vector<cursor> cursors;
    for (part& each : own->parts) cursors.push_back({&each, {}, 0, 0});
    const auto later = [&](std::size_t a, std::size_t b) { return cursors[a].now() > cursors[b].now(); };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> next(later);
    for (std::size_t i = 0; i < cursors.size(); ++i) {
      if (cursors[i].fill(own->file.get())) next.push(i);
    }
    while (!next.empty()) {
      const std::size_t least = next.top();
      next.pop();
      if (!visit(cursors[least].now())) return;
      ++cursors[least].at;
      if (cursors[least].fill(own->file.get())) next.push(least);
    }
  }

 private:
  static constexpr std::size_t memory_bytes_max = 8u << 20;
  static constexpr std::size_t read_records = (16u << 10) / sizeof(record);

  struct part {
    std::vector<record> in_memory;
    std::size_t records = 0;
    std::uint64_t offset = 0;
  };
  struct cursor {
    const part* from;
    std::vector<record> read;
    std::size_t at = 0;         // in what is read, or in memory
    std::size_t were_read = 0;  // from the file

    const record& now() const { return from->in_memory.empty() ? read[at] : from->in_memory[at]; }
    /// False: there is none any more.
    bool fill(file* source) {
      if (!from->in_memory.empty()) return at < from->in_memory.size();
      if (at < read.size()) return true;
      const std::size_t count = std::min(read_records, from->records - were_read);
      if (count == 0) return false;
      read.resize(count);
      at = 0;
      source->read_at(from->offset + were_read * sizeof(record), std::as_writable_bytes(std::span(read)));
      were_read += count;
      return true;
    }
  };
  struct shared {
    std::vector<part> parts;
    std::size_t bytes_in_memory = 0;
    std::unique_ptr<whence::file> file;
    std::uint64_t file_end = 0;
  };

  files& files_;
  const std::string directory_;
  const std::string name_;
  guarded<shared> shared_;
};

}  // namespace whence::inline v0
