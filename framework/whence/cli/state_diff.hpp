/// `whence stream diff`: what changed in a state, and which events did it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/exit_code.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/core/position.hpp>

namespace whence::inline v0::cli {

/// An event that changed a member of the state.
struct member_step {
  stream_version version;
  std::string event_type;
  std::string after;  ///< the member's value then, as JSON; empty: it was gone
};

/// A member that is different at the end. A list's entries are members of their own: "lines[0]".
struct member_change {
  std::string name;
  std::string before;  ///< as JSON; empty: it was not there
  std::string after;   ///< as JSON; empty: it is not there any more
  std::vector<member_step> steps;
};

/// Watches a state change. What changed and changed back is no change.
class state_watch {
 public:
  /// The state before the first event that counts.
  void begin(std::string_view json);
  /// The state after an event.
  void after(stream_version version, std::string_view event_type, std::string_view json);

  /// In the order in which the members stand in the state, those that are gone last.
  std::vector<member_change> changes() const;

 private:
  std::map<std::string, std::string> first_;
  std::map<std::string, std::string> now_;
  std::vector<std::string> order_;  // of the members, as the last state has them
  std::map<std::string, std::vector<member_step>> steps_;
};

exit_code show_diff(const request& request, session& session);

}  // namespace whence::inline v0::cli
