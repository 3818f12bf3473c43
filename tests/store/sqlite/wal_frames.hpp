/// Where the frames of a WAL end: behind them are zeros that make room for more.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tests {

/// In bytes, of the content of a WAL; a torn frame counts whole. (https://www.sqlite.org/fileformat2.html#the_write_ahead_log)
inline std::size_t end_of_frames(std::string_view wal) {
  constexpr std::size_t header = 32;
  constexpr std::size_t frame_header = 24;
  if (wal.size() <= header) return wal.size();
  std::size_t page = 0;
  for (const char byte : wal.substr(8, 4)) page = page << 8 | static_cast<unsigned char>(byte);
  const std::size_t last = wal.find_last_not_of('\0');
  if (last == std::string_view::npos || last < header) return header;
  const std::size_t frames = (last - header) / (frame_header + page) + 1;
  return std::min(wal.size(), header + frames * (frame_header + page));
}

}  // namespace tests
