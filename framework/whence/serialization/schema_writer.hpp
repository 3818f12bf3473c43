/// The archive that describes a type as JSON Schema: it is told each member, one element of each list, each alternative.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/serialization/json_schema.hpp>

namespace whence::inline v0::detail {

class schema_writer final : public archive {
 public:
  using json = nlohmann::ordered_json;

  schema_writer() : archive(direction::reading) {}

  /// The schema of what was visited.
  json finish();

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
  enum class kind { object, list, map, variant };

  /// What is open around the value that is being described.
  struct frame {
    kind what = kind::object;
    bool nullable = false;
    bool tolerant = false;
    const void* type = nullptr;
    std::string reference{};  ///< of an object that holds itself
    elements list_kind = elements::any;
    std::size_t size = 0;
    std::string name{};  ///< of the member or alternative
    json standard{};     ///< of the member, if it has one
    bool has_standard = false;
    json inside = json::object();  ///< properties by name; or under "" what was described last
    json all =
        json::array();  ///< of a list: its elements; of an object: what is required; of a variant: the alternatives
    std::span<const std::string_view> names{};
  };

  frame& open(kind what);
  /// Closes the innermost one and describes it.
  void close(json schema);
  void describe(json schema);
  void put(json schema, bool nullable);
  std::string new_reference();

  std::vector<frame> frames_;
  bool nullable_ = false;  ///< the next value may be null
  json root_;
  json definitions_ = json::object();
  std::vector<std::pair<const void*, std::string>> defined_;
};

}  // namespace whence::inline v0::detail
