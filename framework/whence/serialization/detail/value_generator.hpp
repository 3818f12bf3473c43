/// The archive that makes values up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <whence/serialization/archive.hpp>

namespace whence::inline v0::detail {

/// The same seed gives the same values, on every machine; the edges of each kind are more frequent than chance would have them.
class value_generator : public archive {
 public:
  explicit value_generator(std::uint64_t seed) : archive(direction::reading), state_(seed) {}
  virtual ~value_generator() = default;

  void boolean(bool& value) override;
  void integer(std::int64_t& value, std::int64_t least, std::int64_t most) override;
  void natural(std::uint64_t& value, std::uint64_t most) override;
  void real(double& value, precision how) override;
  void text(std::string& value) override;
  void bytes(std::vector<std::byte>& value, std::size_t size) override;
  void identifier(uuid& value) override;
  void time(timestamp& value, std::chrono::microseconds step) override;
  void duration(std::int64_t& ticks, const tick& unit) override;
  void exact(decimal& value) override;
  void currency(currency_code& value) override;
  void enumerator(std::size_t& index, std::span<const std::string_view> names) override;
  bool present(bool has_value) override;
  bool begin_object(const void* type) override;
  void tolerate_unknown() override;
  bool member(std::string_view name, need how, const visitable* standard) override;
  void end_object() override;
  void begin_list(std::size_t size, elements kind) override;
  bool next_element() override;
  void end_list() override;
  void found_twice() override;
  void begin_map(std::size_t size) override;
  bool next_entry(std::string& key) override;
  void end_map() override;
  void begin_variant(std::size_t& index, std::span<const std::string_view> names) override;
  bool end_variant(std::size_t& index) override;

 protected:
  std::uint64_t next();
  /// Below `end`, which is not 0.
  std::uint64_t below(std::uint64_t end);
  bool one_in(std::uint64_t chances) { return below(chances) == 0; }
  std::int64_t between(std::int64_t least, std::int64_t most);
  /// How many elements a list has here.
  std::size_t length();

 private:
  std::uint64_t state_;
  std::vector<std::size_t> left_;  ///< of each open list and map: elements to come; of others 0
};

}  // namespace whence::inline v0::detail
