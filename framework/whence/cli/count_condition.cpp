#include <whence/cli/count_condition.hpp>

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

namespace whence::inline v0::cli {

count_condition::count_condition(std::string_view text) : text_(text) {
  condition_reader in("--fail-if", text_, "'>0'", operators_of_numbers);
  const std::string what = in.word();
  if (!what.empty() && what != "events") {
    in.go_to(0);
    in.fail("the number of events is what is compared: nothing, or events");
  }
  in.skip_spaces();
  const std::size_t sign_at = in.at();
  how_ = in.sign();
  if (how_ == comparison::like) {
    in.go_to(sign_at);
    in.fail("~ is for texts, and the number of events is none");
  }
  const condition_reader::value_text value = in.value();
  const char* const end = value.text.data() + value.text.size();
  const auto [rest, failure] = std::from_chars(value.text.data(), end, number_);
  if (failure == std::errc::result_out_of_range && rest == end)
    in.fail_at_value("this number is beyond " + std::to_string(std::numeric_limits<std::uint64_t>::max()));
  if (failure != std::errc{} || rest != end) in.fail_at_value("a whole number is expected here");
}

bool count_condition::holds(std::uint64_t number) const noexcept { return cli::holds(how_, number <=> number_); }

condition_met::condition_met(std::string what, const std::string& condition)
    : error("condition.met", next_move::operator_needed,
            {.what = std::move(what) + ": --fail-if '" + condition + "' holds", .where = {}, .why = {}, .remedy = {}}) {
}

}  // namespace whence::inline v0::cli
