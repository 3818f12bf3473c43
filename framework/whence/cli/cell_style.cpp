#include <whence/cli/cell_style.hpp>

#include <whence/cli/id_pattern.hpp>
#include <whence/cli/time_text.hpp>

namespace whence::inline v0::cli {

std::string cell_style::time(timestamp time) const {
  if (!rounds()) return to_rfc3339(time);
  switch (times) {
    case time_form::utc: return to_milliseconds(time);
    case time_form::local: return to_local(time, offset(time));
    case time_form::relative: return relative_to(now, time);
  }
  return {};
}

std::string cell_style::id(const uuid& id) const {
  return on_terminal && form == output_form::table ? shortened(id) : id.to_string();
}

}  // namespace whence::inline v0::cli
