#include <cli/progress_bar.hpp>

#include <algorithm>
#include <utility>

namespace shop {

using namespace std::chrono_literals;

progress_bar::progress_bar(std::ostream& err, bool is_terminal, std::string what)
    : err_(err),
      is_terminal_(is_terminal),
      what_(std::move(what)),
      begin_(std::chrono::steady_clock::now()),
      drawn_(begin_) {}

progress_bar::~progress_bar() {
  if (visible_) err_ << "\r\x1b[K" << std::flush;
}

void progress_bar::show(std::uint64_t done, std::uint64_t total) {
  if (!is_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - begin_ < 1s || now - drawn_ < 100ms) return;
  drawn_ = now;
  draw(done, total);
}

void progress_bar::draw(std::uint64_t done, std::uint64_t total) {
  visible_ = true;
  err_ << "\r" << what_ << "  ";
  if (total == 0) {
    err_ << done << "\x1b[K" << std::flush;
    return;
  }
  constexpr std::uint64_t width = 24;
  const std::uint64_t percent = std::min<std::uint64_t>(100, done * 100 / total);
  const std::uint64_t filled = percent * width / 100;
  err_ << "[" << std::string(filled, '#') << std::string(width - filled, '.') << "]  " << percent << " %  " << done
       << "/" << total;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(drawn_ - begin_).count();
  if (done > 0 && seconds > 2)
    err_ << "  " << static_cast<std::uint64_t>(seconds) * (total - std::min(done, total)) / done << " s left";
  err_ << "\x1b[K" << std::flush;
}

}  // namespace shop
