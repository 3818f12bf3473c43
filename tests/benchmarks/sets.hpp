/// The sets of figures: who plays against whom, at what.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <tests/benchmarks/figure.hpp>
#include <tests/benchmarks/settings.hpp>

namespace bench {

/// Which figures are wanted, and where they go.
struct report {
  std::function<bool(const std::string& name)> wants;
  std::function<void(const figure&)> add;

  void compare(const comparison& what, const contender& ours, const std::vector<contender>& references) const {
    if (wants(what.name)) add(bench::compare(what, ours, references));
  }
};

/// Figures that are measured one after the other, on the same files.
struct figure_group {
  std::vector<std::string> figures;  ///< "append/1", …
  void (*measure)(const settings&, const report&);
};

const std::vector<figure_group>& all_groups();

/// Figures that are asked for together: "append".
struct figure_set {
  std::string name;
  std::vector<std::string> figures;
};

const std::vector<figure_set>& all_sets();

}  // namespace bench
