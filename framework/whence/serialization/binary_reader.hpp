/// The archive that reads binary, from the first byte to the last, without a picture of it in between.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <whence/serialization/binary.hpp>
#include <whence/serialization/cbor.hpp>

namespace whence::inline v0::detail {

class binary_reader final : public archive {
 public:
  explicit binary_reader(std::string_view data) : archive(direction::reading), in_(data) {}

  /// Throws decode_error: there is something behind the value.
  void finish() const;
  /// An error in the bytes themselves, at the place that is being read.
  [[noreturn]] void fail_malformed(const cbor::malformed& found) const { fail(found.problem); }

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
  /// An object, list, map or variant that is being visited.
  struct frame {
    bool is_list = false;
    bool tolerant = false;
    const char* members = nullptr;  ///< the first of them
    std::uint64_t count = 0;
    std::uint64_t left = 0;        ///< elements, entries, or members that were not come by yet
    const char* next = nullptr;    ///< the first of these; null: it is where reading stands
    std::size_t first_passed = 0;  ///< in passed_: members that were come by, and not asked for yet
    std::string_view name{};       ///< of the member or entry that is being visited; null: of none yet
  };

  /// A member that stood before the one that was asked for.
  struct passed_member {
    std::string_view name;
    const char* value;
  };

  frame& open(bool is_list, std::uint64_t count);
  std::uint64_t expect_count(cbor::major kind, std::string_view expected);
  std::string_view expect_text(std::string_view expected);
  cbor::extended_time expect_time(std::uint64_t tag, std::int64_t key, std::int64_t fraction_end,
                                  std::string_view expected);
  /// The name that stands here.
  std::string_view take_name();
  void refuse_names_there_twice(const frame& open);
  [[noreturn]] void refuse_leftover(const frame& open);
  std::string describe() const;
  [[noreturn]] void fail(std::string problem) const;
  [[noreturn]] void fail_expecting(std::string_view expected) const;
  [[noreturn]] void fail_in_range(const std::string& least, const std::string& most, const std::string& found) const;

  cbor::cursor in_;
  std::vector<frame> frames_;
  std::vector<passed_member> passed_;
};

/// Passes over one value, at most that many levels deep. Throws malformed.
void skip_value(cbor::cursor& in, std::size_t levels);

}  // namespace whence::inline v0::detail
