#include <tests/core/allocations.hpp>

#include <cstdlib>
#include <new>

namespace {
thread_local std::size_t made = 0;
}

void* operator new(std::size_t size) {
  ++made;
  if (void* const memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace tests {

allocations::allocations() noexcept : before_(made) {}
std::size_t allocations::count() const noexcept { return made - before_; }

}  // namespace tests
