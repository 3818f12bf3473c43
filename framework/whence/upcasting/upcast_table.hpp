/// The upcasters of a log, to be found by the event that they begin at, and carried out.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <whence/upcasting/upcasters.hpp>

namespace whence::inline v0::detail {

/// Threads  any, at once.
class upcast_table {
 public:
  explicit upcast_table(std::vector<upcast_rule> rules);
  upcast_table(const upcast_table&) = delete;
  upcast_table& operator=(const upcast_table&) = delete;

  /// All that begins at versions of one name.
  struct of_name {
    std::vector<const upcast_rule*> alone;
    std::vector<const upcast_rule*> merging;         ///< as the first of two
    std::vector<const upcast_rule*> merging_second;  ///< as the second of two
    std::vector<std::string_view> may_become;        ///< names, its own among them
    std::uint32_t today = 0;                         ///< the version in its `type`
  };

  /// Null: events of that name read as they are stored.
  const of_name* find(std::string_view name) const;
  static const upcast_rule* alone(const of_name& known, std::uint32_t version);
  static const upcast_rule* merging(const of_name& known, std::uint32_t version, std::string_view next_name,
                                    std::uint32_t next_version);
  static bool begins_merge(const of_name& known, std::uint32_t version);
  static bool ends_merge(const of_name& known, std::uint32_t version);
  /// Whether an event of that type and version may read otherwise than it is stored.
  bool changes(std::string_view name, std::uint32_t version) const;

  /// Where a rule, and what goes on from there, leads.
  std::vector<event_type> outcome_of(const upcast_rule& rule) const;

  const std::vector<upcast_rule>& rules() const noexcept { return rules_; }

  /// Receives an event as it reads today.
  using receiver = std::function<void(const event_type& type, const document& data)>;

  /// Carries out `rule`, and what goes on from where it leads. `data` is used up. Throws what the functions throw.
  void run(const upcast_rule& rule, document& data, const document* first, const receiver& give) const;

 private:
  void go_on(const event_type& at, document& data, const receiver& give) const;
  void find_what_it_may_become();

  std::vector<upcast_rule> rules_;
  std::unordered_map<std::string_view, of_name> by_name_;
};

/// The stored data in `data`: JSON, whatever they are stored as. `json` keeps what is made of binary; both have to outlive `data`.
void take_in(std::string_view stored, document& data, std::string& json);

/// What an upcaster threw, in words. To be called where an exception is handled.
std::string problem_of_upcaster();

/// The same as an upcast_failed. To be called where an exception is handled.
[[noreturn]] void throw_upcast_failed(const stored_event& stored, const std::string& where,
                                      global_position position = {});

}  // namespace whence::inline v0::detail
