/// The archive that reads from a parsed JSON text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <whence/serialization/json_document.hpp>

namespace whence::inline v0 {

class json_decoder::reader final : public archive {
 public:
  explicit reader(document& document) : archive(direction::reading), document_(document) {}

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
  bool member(std::string_view name, need how, const detail::visitable* standard) override;
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
  using kind = document::kind;

  /// An object, list or map that is being visited.
  struct frame {
    std::uint32_t node = 0;
    std::uint32_t next = 0;  ///< the child to look at first
    std::uint32_t visited = 0;
    std::uint32_t last = 0;  ///< the child visited last
    bool tolerant = false;
  };

  document::node& here() { return document_[current_]; }
  void expect(kind what, std::string_view expected);
  void open();
  bool next_child();
  [[noreturn]] void fail(std::string problem) const;
  [[noreturn]] void fail_expecting(std::string_view expected) const;
  [[noreturn]] void fail_in_range(std::string least, std::string most);

  document& document_;
  std::uint32_t current_ = 0;  ///< the node that the next value is read from
  std::vector<frame> frames_;
};

}  // namespace whence::inline v0
