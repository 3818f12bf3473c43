/// An event's data as JSON, in whichever form they are stored.
#pragma once

#include <string>
#include <string_view>

namespace whence::inline v0::cli {

/// Lives as long as the data that it was made of. Data that are no document of their form are {"$binary":"<hex>"}.
class json_data {
 public:
  explicit json_data(std::string_view stored);

  std::string_view text() const noexcept { return is_made_ ? std::string_view(made_) : stored_; }
  /// Whether the text is not what is stored.
  bool is_made() const noexcept { return is_made_; }

 private:
  std::string_view stored_;
  std::string made_;
  bool is_made_ = false;
};

}  // namespace whence::inline v0::cli
