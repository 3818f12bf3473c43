#include <whence/cli/completion.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include <whence/cli/command_table.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/help.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/model_standing.hpp>
#include <whence/cli/named_command.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/store_choice.hpp>
#include <whence/core/error.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t candidates_max = 200;

/// Who completes a word is advised of nothing.
std::string no_line(const std::string&) { return {}; }

/// What was typed so far, understood as far as it goes.
class typed_line {
 public:
  typed_line(std::span<const std::string> words, const surroundings& around);

  std::vector<candidate> candidates();

 private:
  const flag* known(std::string_view name) const;
  void read(std::span<const std::string> words);
  void find_command();

  void offer(std::string word, std::string_view text = {});
  void offer_values(const flag& flag);
  void offer_options();
  void offer_names();
  void offer_by(completes what);
  void offer_models();
  void offer_from_log(const std::function<std::string_view(const recorded_event&)>& name);

  const surroundings& around_;
  std::vector<std::string> names_;
  std::vector<const flag*> given_;
  std::optional<std::string> store_;
  const flag* value_of_ = nullptr;  // whose value is being typed
  std::string before_;              // stands before each candidate: "--type=", "A,"
  std::string typed_;               // the beginning of what is completed
  bool options_end_ = false;
  const command* command_ = nullptr;
  std::string_view group_;
  std::size_t command_words_ = 0;
  std::vector<candidate> found_;
};

typed_line::typed_line(std::span<const std::string> words, const surroundings& around) : around_(around) {
  if (words.empty()) return;
  read(words);
  find_command();
}

const flag* typed_line::known(std::string_view name) const {
  for (const flag* const one : all_flags()) {
    const bool short_name = name.size() == 2 && one->letter != 0 && name[1] == one->letter && name[0] == '-';
    if (one->name == name || short_name) return one;
  }
  return nullptr;
}

void typed_line::read(std::span<const std::string> words) {
  // bash parts "--type=Order" into three words, and completes the last.
  std::vector<std::string> whole(words.begin(), words.end());
  bool parted = false;
  for (std::size_t i = 1; i < whole.size();) {
    if (whole[i] != "=" || !whole[i - 1].starts_with("--")) {
      ++i;
      continue;
    }
    const bool has_value = i + 1 < whole.size();
    parted = i + 2 >= whole.size();
    whole[i - 1] += "=" + (has_value ? whole[i + 1] : "");
    whole.erase(whole.begin() + static_cast<std::ptrdiff_t>(i),
                whole.begin() + static_cast<std::ptrdiff_t>(i + (has_value ? 2 : 1)));
  }
  for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
    const std::string& word = whole[i];
    const std::size_t equals = word.find('=');
    const flag* const option =
        options_end_ || word.size() < 2 || word[0] != '-' ? nullptr : known(word.substr(0, equals));
    if (word == "--") {
      options_end_ = true;
    } else if (option == nullptr) {
      if (options_end_ || !word.starts_with('-')) names_.push_back(word);
    } else {
      given_.push_back(option);
      std::optional<std::string> value;
      if (equals != std::string::npos) {
        value = word.substr(equals + 1);
      } else if (!option->value.empty()) {
        if (i + 2 == whole.size()) {
          value_of_ = option;
        } else {
          value = whole[++i];
        }
      }
      if (value && option->name == "--store") store_ = *value;
    }
  }
  typed_ = whole.back();
  if (value_of_ == nullptr && !options_end_ && typed_.starts_with("--")) {
    if (const std::size_t equals = typed_.find('='); equals != std::string::npos) {
      value_of_ = known(typed_.substr(0, equals));
      before_ = parted ? "" : typed_.substr(0, equals + 1);
      typed_.erase(0, equals + 1);
    }
  }
  if (value_of_ != nullptr && value_of_->repeats && value_of_->by != completes::stream) {
    if (const std::size_t comma = typed_.rfind(','); comma != std::string::npos) {
      before_ += typed_.substr(0, comma + 1);
      typed_.erase(0, comma + 1);
    }
  }
}

void typed_line::find_command() {
  if (!names_.empty() && names_.front() == "help") names_.erase(names_.begin());
  if (names_.empty()) return;
  group_ = group_named(names_.front());
  command_words_ = group_.empty() ? 1 : 2;
  for (const command& one : commands()) {
    const bool meant = group_.empty() ? one.group.empty() && one.name == names_.front()
                                      : one.group == group_ && (names_.size() < 2 || one.name == names_[1]);
    if (!meant) continue;
    command_ = &one;  // the bare group is its first command
    return;
  }
}

std::vector<candidate> typed_line::candidates() {
  if (value_of_ != nullptr) {
    offer_values(*value_of_);
  } else if (!options_end_ && typed_.starts_with('-')) {
    offer_options();
  } else {
    offer_names();
  }
  return std::move(found_);
}

void typed_line::offer(std::string word, std::string_view text) {
  const bool shows_itself = visible(word) == word;  // the shell prints it as it is
  if (shows_itself && word.starts_with(typed_) && found_.size() < candidates_max) {
    found_.push_back({before_ + word, std::string(text)});
  }
}

void typed_line::offer_values(const flag& flag) {
  for (const std::string_view choice : flag.choices) offer(std::string(choice));
  offer_by(flag.by);
}

void typed_line::offer_options() {
  const auto offer_all = [this](std::span<const flag* const> flags) {
    for (const flag* const one : flags) {
      const bool given = std::find(given_.begin(), given_.end(), one) != given_.end();
      if (one->name != "--brief" && (one->repeats || !given)) offer(std::string(one->name), one->text);
    }
  };
  if (command_ != nullptr) offer_all(command_->flags);
  offer_all(shared_flags());
}

void typed_line::offer_names() {
  if (names_.empty()) return offer_by(completes::command_name);
  if (!group_.empty() && names_.size() == 1) {
    for (const command& one : commands()) {
      if (one.group == group_ && !one.hidden) offer(std::string(one.name), one.summary);
    }
    return;
  }
  if (command_ == nullptr || names_.size() < command_words_) return;
  const std::size_t arguments = names_.size() - command_words_;
  if (arguments >= rule_of(*command_).most) return;
  if (command_->argument_by == completes::command_name && arguments > 0) {
    const std::string_view group = group_named(names_.back());
    if (arguments == 1 && !group.empty()) {
      for (const std::string& name : commands_of(group)) offer(name);
    }
    return;
  }
  for (const std::string_view choice : command_->argument_choices) offer(std::string(choice));
  offer_by(command_->argument_by);
}

void typed_line::offer_by(completes what) {
  switch (what) {
    case completes::nothing: return;
    case completes::file: found_.push_back({std::string(files_wanted), {}}); return;
    case completes::form:
      if (command_ == nullptr) return;
      for (const output_form form : command_->forms) offer(std::string(name_of(form)));
      return;
    case completes::column:
      if (command_ == nullptr) return;
      for (const std::string& word : column_words(*command_)) offer(word);
      return;
    case completes::command_name:
      for (const std::string& word : first_words()) {
        const auto alone = std::find_if(commands().begin(), commands().end(),
                                        [&word](const command& one) { return one.group.empty() && one.name == word; });
        offer(word, alone == commands().end() ? std::string_view() : alone->summary);
      }
      return;
    case completes::stream: return offer_from_log([](const recorded_event& event) { return event.stream; });
    case completes::aggregate_type:
      return offer_from_log([](const recorded_event& event) { return event.aggregate_type; });
    case completes::model: return offer_models();
    case completes::event_type: return offer_from_log([](const recorded_event& event) { return event.type; });
  }
}

void typed_line::offer_models() {
  const log_source source = around_.store_at(chosen_store(store_, around_, no_line));
  const std::unique_ptr<log_reader> log = source.visit(around_.runtime);
  for (const model_standing& model : stand_of_models(source, *log, around_.runtime, around_.types).models) {
    offer(model.name);
  }
}

/// Names that the events have, by turns from the end of the log and from its beginning.
void typed_line::offer_from_log(const std::function<std::string_view(const recorded_event&)>& name) {
  constexpr std::size_t page = 1'000;
  const auto& clock = *around_.runtime.clock;
  const auto due = clock.elapsed() + reading_max;
  const std::unique_ptr<log_reader> log =
      around_.store_at(chosen_store(store_, around_, no_line)).visit(around_.runtime);
  std::set<std::string, std::less<>> names;
  const auto look = [&](std::uint64_t after, std::size_t events) {
    for (const recorded_event& event : log->read(global_position{after}, {}, {.events = events, .scanned = events})) {
      const std::string_view found = name(event);
      if (names.size() < candidates_max && found.starts_with(typed_) && !names.contains(found)) names.emplace(found);
    }
  };
  std::uint64_t high = log->head().value();
  std::uint64_t low = 0;
  while (low < high && names.size() < candidates_max && clock.elapsed() < due) {
    const std::uint64_t last = std::min<std::uint64_t>(page, high - low);
    look(high - last, static_cast<std::size_t>(last));
    high -= last;
    const std::uint64_t first = std::min<std::uint64_t>(page, high - low);
    if (first > 0) look(low, static_cast<std::size_t>(first));
    low += first;
  }
  for (const std::string& found : names) offer(found);
}

}  // namespace

std::vector<candidate> completions(std::span<const std::string> words, const surroundings& around) {
  try {
    return typed_line(words, around).candidates();
  } catch (const error&) {
    return {};  // a line that is being typed is no place for messages
  }
}

}  // namespace whence::inline v0::cli
