#include <whence/cli/display_text.hpp>
#include <whence/cli/progress_line.hpp>

#include <algorithm>

namespace whence::inline v0::cli {
namespace {

constexpr std::chrono::seconds shown_after{1};
constexpr std::chrono::milliseconds drawn_every{100};
constexpr std::chrono::seconds averaged_over{5};
constexpr std::chrono::seconds estimated_after{3};
constexpr std::string_view to_line_begin = "\r\x1b[K";

}  // namespace

progress_line::progress_line(const surroundings& around)
    : around_(around),
      wanted_(around.err_is_terminal && around.environment("TERM").value_or("") != "dumb"),
      begun_(around.runtime.clock->elapsed()) {}

void progress_line::show(std::string_view doing, std::uint64_t done, std::uint64_t of) {
  if (!wanted_) return;
  const std::chrono::nanoseconds now = around_.runtime.clock->elapsed();
  if (doing != doing_) {
    doing_ = doing;
    samples_.clear();
  }
  samples_.emplace_back(now, done);
  while (samples_.size() > 2 && now - samples_.front().first > averaged_over) samples_.pop_front();
  if (now - begun_ < shown_after || now - drawn_ < drawn_every) return;
  drawn_ = now;
  visible_ = true;
  around_.err->write(std::string(to_line_begin) + text_of(doing, done, of));
  around_.err->flush();
}

std::string progress_line::text_of(std::string_view doing, std::uint64_t done, std::uint64_t of) {
  std::string text(doing);
  if (of == 0 || done == 0) return text;
  text += "  " + std::to_string(std::min(done, of) * 100 / of) + " %  " + with_groups(done) + "/" + with_groups(of);
  const auto [first_time, first_done] = samples_.front();
  const double seconds = std::chrono::duration<double>(samples_.back().first - first_time).count();
  if (seconds <= 0 || done <= first_done) return text;
  const double rate = static_cast<double>(done - first_done) / seconds;
  text += "  " + with_groups(static_cast<std::uint64_t>(rate)) + "/s";
  if (samples_.back().first - begun_ < estimated_after) return text;
  const double left = static_cast<double>(of - std::min(done, of)) / rate;
  return text + "  ETA " + std::to_string(static_cast<std::uint64_t>(left) + 1) + " s";
}

void progress_line::clear() {
  if (!visible_) return;
  visible_ = false;
  around_.err->write(to_line_begin);
  around_.err->flush();
}

}  // namespace whence::inline v0::cli
