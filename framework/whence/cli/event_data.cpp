#include <whence/cli/event_data.hpp>

#include <whence/core/payload_form.hpp>
#include <whence/serialization/binary.hpp>

namespace whence::inline v0::cli {

json_data::json_data(std::string_view stored) : stored_(stored), is_made_(form_of(stored) == form::binary) {
  if (!is_made_) return;
  try {
    made_ = binary_to_json(stored);
  } catch (const decode_error&) {
    static constexpr std::string_view digits = "0123456789abcdef";
    made_ = "{\"$binary\":\"";
    for (const char byte : stored) {
      made_ += digits[static_cast<unsigned char>(byte) >> 4];
      made_ += digits[static_cast<unsigned char>(byte) & 15];
    }
    made_ += "\"}";
  }
}

}  // namespace whence::inline v0::cli
