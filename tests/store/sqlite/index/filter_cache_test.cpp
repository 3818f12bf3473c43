// Memory may be refused to the cache at any allocation: it has what it had, and takes in what it is given next.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>
#include <span>

#include <whence/store/sqlite/index/filter.hpp>
#include <whence/store/sqlite/index/filter_cache.hpp>

using namespace whence;

namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
thread_local std::size_t allocations_left = never;  // of this thread, before one is refused

void* allocate(std::size_t size, std::size_t alignment) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left != never) --allocations_left;
  const std::size_t whole = (size + alignment - 1) / alignment * alignment;
  if (void* const memory = std::aligned_alloc(alignment, whole == 0 ? alignment : whole)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
// All that pairs with these: a sanitizer's own would not know their memory.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  try {
    return allocate(size, static_cast<std::size_t>(alignment));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

TEST_CASE("a cache of filters that got no memory has all that it had, and goes on when there is some") {
  constexpr std::size_t pages = 200;
  filter_fences fences;
  for (std::size_t page = 0; page < pages; ++page) fences.add(page << 20, static_cast<std::int64_t>(page));
  std::size_t refused = 0;
  for (std::size_t allowed = 0; allowed < 20; ++allowed) {
    filter_cache cache;
    filter_cache::filter filter(fences);
    std::size_t left = allowed;
    const auto put = [&](std::size_t page) {
      filter_builder builder;
      builder.add(page << 20);
      const std::span<const std::uint8_t> lines = builder.take();
      allocations_left = left;  // what the cache allocates is counted, and nothing else
      bool done = false;
      try {
        done = cache.put(filter, page, lines) != nullptr;
        left = allocations_left;
        allocations_left = never;
      } catch (const std::bad_alloc&) {
        left = allocations_left = never;
        ++refused;
        done = cache.put(filter, page, lines) != nullptr;
      }
      REQUIRE(done);
    };
    const auto has = [&](std::size_t page) {
      const filter_line* const line = cache.line(filter, page, page << 20);
      return line != nullptr && may_have(*line, page << 20);
    };
    for (std::size_t page = 0; page < pages; ++page) put(page);
    for (std::size_t page = 0; page < pages; ++page) REQUIRE(has(page));
    cache.drop(filter);
    for (std::size_t page = 0; page < pages; ++page) put(page);
    for (std::size_t page = 0; page < pages; ++page) REQUIRE(has(page));
  }
  CHECK(refused > 10);
}
