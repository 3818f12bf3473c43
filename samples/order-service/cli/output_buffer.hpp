/// Standard output, of which it is known why it could not be written: std::cout keeps only that it could not.
#pragma once

#include <streambuf>
#include <string>
#include <vector>

namespace shop {

/// What is still in it when it is destroyed is not written: who wants to know whether it was, flushes.
class output_buffer final : public std::streambuf {
 public:
  explicit output_buffer(int descriptor);

  /// What the system said of the first write that failed; empty: none did.
  std::string why_it_failed() const;

 private:
  int_type overflow(int_type character) override;
  int sync() override;

  int descriptor_;
  int failed_with_ = 0;
  std::vector<char> block_;
};

}  // namespace shop
