/// Figures: how fast we are, how fast somebody else is in the same minute on the same disk, and the ratio of the two.
///
/// A machine that others use too is fast now and slow then. So contenders take turns, a round each in changing order; what
/// counts is the median of the rounds, and for the ratio the median of each round's own ratio.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bench {

struct figure {
  std::string name;  ///< "append/1"
  double ours = 0;
  double reference = 0;
  double ratio = 0;  ///< ours / reference
  double low = 0;    ///< of the rounds' ratios
  double high = 0;
  std::string unit;     ///< "events/s"
  std::string against;  ///< what the reference is
  std::optional<double> goal;
};

/// Somebody who can play a round; it returns what was measured, in the figure's unit.
struct contender {
  std::string name;
  std::function<double()> play;
};

enum class better { higher, lower };

/// What is compared, and how often.
struct comparison {
  std::string name;
  std::string unit;
  better direction = better::higher;
  std::optional<double> goal = std::nullopt;
  unsigned rounds = 7;
};

/// Plays the rounds. Of several references the best one, by its median, is the reference.
figure compare(const comparison& what, const contender& ours, const std::vector<contender>& references);

/// One line of JSON.
std::string to_json(const figure& figure);

/// A table for people.
std::string to_table(const std::vector<figure>& figures);

}  // namespace bench
