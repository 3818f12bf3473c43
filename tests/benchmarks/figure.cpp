#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <tests/benchmarks/figure.hpp>

namespace bench {
namespace {

double median(std::vector<double> values) {
  if (values.empty()) throw std::logic_error("no rounds");
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Three significant digits are more than a round can tell.
std::string number(double value) {
  char text[64];
  std::snprintf(text, sizeof text, std::abs(value) >= 100 ? "%.0f" : "%.3g", value);
  const std::string_view digits = text;
  std::string grouped;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    if (at != 0 && (digits.size() - at) % 3 == 0 && std::abs(value) >= 100) grouped.push_back(',');
    grouped.push_back(digits[at]);
  }
  return grouped;
}

std::string ratio_text(double value) {
  char text[64];
  std::snprintf(text, sizeof text, value >= 10 ? "%.1f" : "%.2f", value);
  return text;
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

std::string exact(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

/// As many places on the screen as it has characters: "–" has three bytes.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

}  // namespace

figure compare(const comparison& what, const contender& ours, const std::vector<contender>& references) {
  std::vector<const contender*> players{&ours};
  for (const contender& reference : references) players.push_back(&reference);
  std::vector<std::vector<double>> played(players.size());
  for (unsigned round = 0; round < what.rounds; ++round) {
    for (std::size_t turn = 0; turn < players.size(); ++turn) {
      const std::size_t who = (turn + round) % players.size();
      played[who].push_back(players[who]->play());
    }
  }

  std::size_t best = 1;
  for (std::size_t who = 2; who < players.size(); ++who) {
    const double difference = median(played[who]) - median(played[best]);
    if (what.direction == better::higher ? difference > 0 : difference < 0) best = who;
  }
  std::vector<double> ratios(what.rounds);
  std::transform(played[0].begin(), played[0].end(), played[best].begin(), ratios.begin(), std::divides<>());

  figure made;
  made.name = what.name;
  made.ours = median(played[0]);
  made.reference = median(played[best]);
  made.ratio = median(ratios);
  made.low = *std::min_element(ratios.begin(), ratios.end());
  made.high = *std::max_element(ratios.begin(), ratios.end());
  made.unit = what.unit;
  made.against = players[best]->name;
  made.goal = what.goal;
  return made;
}

std::string to_json(const figure& figure) {
  std::string line;
  line.append("{\"name\": ").append(quoted(figure.name));
  line.append(", \"ours\": ").append(exact(figure.ours));
  line.append(", \"reference\": ").append(exact(figure.reference));
  line.append(", \"ratio\": ").append(exact(figure.ratio));
  line.append(", \"unit\": ").append(quoted(figure.unit));
  line.append(", \"low\": ").append(exact(figure.low));
  line.append(", \"high\": ").append(exact(figure.high));
  line.append(", \"against\": ").append(quoted(figure.against));
  if (figure.goal) line.append(", \"goal\": ").append(exact(*figure.goal));
  return line.append("}");
}

std::string to_table(const std::vector<figure>& figures) {
  std::vector<std::vector<std::string>> rows{
      {"", "ours", "reference", "unit", "ratio", "of the rounds", "goal", "the reference"}};
  for (const figure& each : figures) {
    rows.push_back({each.name, number(each.ours), number(each.reference), each.unit, ratio_text(each.ratio),
                    ratio_text(each.low) + " – " + ratio_text(each.high), each.goal ? ratio_text(*each.goal) : "",
                    each.against});
  }
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], width(row[column]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::size_t padding = widths[column] - width(row[column]);
      const bool right = column == 1 || column == 2 || column == 4 || column == 6;
      if (column != 0) text += "  ";
      if (right) text.append(padding, ' ');
      text += row[column];
      if (!right && column + 1 != row.size()) text.append(padding, ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace bench
