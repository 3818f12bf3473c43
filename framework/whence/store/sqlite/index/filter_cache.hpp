/// What is in memory of the filters of an index: the pages that were asked for lately.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <whence/store/sqlite/index/filter.hpp>

namespace whence::inline v0 {

/// Threads  one at a time.
/// Throws   bad_alloc: it has what it had.
/// Limits   32 MiB, enough for the streams of twenty million events that have one each. When it is full, a page goes that was
///          not asked for a second time since the search for one came by it (CLOCK); who asks for it again reads it again.
class filter_cache {
 public:
  static constexpr std::size_t pages_max = 2'048;

  /// A filter, and which of its pages are here. It must be dropped before it is destroyed, and stays where it is.
  struct filter {
    explicit filter(filter_fences where) : fences(std::move(where)), pages(fences.pages.size()) {}

    struct page {
      const filter_line* lines = nullptr;  ///< null: it is not here
      std::uint32_t count = 0;             ///< of lines
      std::uint32_t place = 0;             ///< in the cache

      const filter_line& line(index_key key) const noexcept { return lines[filter_line_of(key, count)]; }
    };
    const filter_fences fences;
    std::vector<page> pages;
  };

  /// The line of a page that has a key's bits, if it has them; null: the page is not here.
  const filter_line* line(const filter& of, std::size_t page, index_key key) noexcept {
    const filter::page& here = of.pages[page];
    if (here.lines == nullptr) return nullptr;
    asked_for_[here.place] = true;
    return &here.line(key);
  }

  /// Takes in a page that is not here. Null: these are no lines of a page.
  const filter::page* put(filter& of, std::size_t page, std::span<const std::uint8_t> lines);

  /// Forgets all pages of the filter.
  void drop(filter& of) noexcept;

 private:
  struct content {
    filter* of = nullptr;  // null: the place is free
    std::size_t page = 0;
  };
  using lines_of_page = std::array<filter_line, filter_size::lines_of_page>;
  static constexpr std::size_t places_of_chunk = 64;
  using chunk = std::array<lines_of_page, places_of_chunk>;

  void add_chunk();
  std::uint32_t free_place();
  filter_line* lines_at(std::uint32_t place) noexcept {
    return (*chunks_[place / places_of_chunk])[place % places_of_chunk].data();
  }

  std::vector<std::unique_ptr<chunk>> chunks_;  // made when there is something to put in them
  std::vector<content> contents_;
  std::vector<std::uint8_t> asked_for_;
  std::vector<std::uint32_t> free_;
  std::uint32_t hand_ = 0;
};

}  // namespace whence::inline v0
