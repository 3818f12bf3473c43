/// The archive that writes binary.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <whence/serialization/binary.hpp>

namespace whence::inline v0::detail {

class binary_writer final : public archive {
 public:
  /// Appends to `out`, which outlives this.
  explicit binary_writer(std::string& out) : archive(direction::writing), out_(out) {}

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

 private:
  /// An open object, list or map. Its members' names stand in `names_` from `first_name`.
  struct frame {
    bool is_list = false;
    std::size_t head = 0;  ///< of an object: where its number of members is
    std::size_t elements = 0;
    std::size_t first_name = 0;
  };

  void open(bool is_list);
  void close();
  /// Writes what stands before a value: the member's name.
  void lead_in();
  [[noreturn]] void fail(std::string problem) const;

  std::string& out_;
  std::vector<frame> frames_;
  std::vector<std::string_view> names_;
  bool named_ = false;  ///< the last of `names_` waits for its value
  bool may_be_left_out_ = false;
};

}  // namespace whence::inline v0::detail
