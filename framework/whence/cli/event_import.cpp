#include <whence/cli/event_import.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <whence/cli/import_batches.hpp>
#include <whence/cli/import_errors.hpp>
#include <whence/cli/json_line.hpp>
#include <whence/cli/line_source.hpp>
#include <whence/cli/owner_of_log.hpp>
#include <whence/core/async.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::uint64_t lines_between_looks = 1'000;
constexpr std::string_view mark_of_gzip = "\x1f\x8b";

/// The lines of one export, with what each says.
class export_source {
 public:
  export_source(line_source::bytes_source from, std::string file) : lines_(std::move(from)), file_(std::move(file)) {}

  /// The first line.
  export_begin begin() {
    const std::optional<std::string_view> line = next();
    if (!line) throw import_malformed(file_, 1, "there is no line in it");
    if (line->starts_with(mark_of_gzip)) throw import_compressed(file_);
    form_ = with_place([&] { return form_of_line(*line); });
    export_line said = with_place([&] { return read_export_line(*line, form_); });
    const auto* const begin = std::get_if<export_begin>(&said);
    if (begin == nullptr) throw import_malformed(file_, 1, "an export begins with a line that names the log");
    sum(*line);
    return *begin;
  }

  /// An event, or the end; nothing if there is no line any more.
  std::optional<export_line> event_or_end() {
    const std::optional<std::string_view> line = next();
    if (!line) return std::nullopt;
    export_line said = with_place([&] { return read_export_line(*line, form_); });
    if (std::holds_alternative<export_begin>(said))
      throw import_malformed(file_, number(), "another export begins here");
    if (std::holds_alternative<exported_event>(said)) sum(*line);
    return said;
  }

  std::optional<std::string_view> next() {
    return with_place([&] { return lines_.next(); });
  }
  void sum(std::string_view line) {
    sum_.add(line);
    sum_.add("\n");
  }
  line_checksum checksum() const { return sum_.value(); }
  export_line read(std::string_view line) {
    return with_place([&] { return read_export_line(line, form_); });
  }
  std::uint64_t number() const noexcept { return lines_.number(); }
  std::uint64_t bytes() const noexcept { return lines_.bytes(); }
  line_form form() const noexcept { return form_; }

 private:
  template <class Work>
  auto with_place(Work work) -> decltype(work()) {
    try {
      return work();
    } catch (const line_refused& refused) {
      throw import_malformed(file_, std::max<std::uint64_t>(number(), 1), refused.why);
    }
  }

  line_source lines_;
  const std::string file_;
  line_sum sum_;
  line_form form_ = line_form::events;
};

/// One run.
class event_import {
 public:
  event_import(const import_options& options, const log_source& log, const runtime& runtime,
               const report_progress& report, import_result& so_far)
      : options_(options), log_(log), runtime_(runtime), report_(report), result_(so_far) {}

  void run() {
    if (options_.pipe == nullptr) must_be_whole();
    export_source source(options_.pipe == nullptr ? whole_file() : coming_bytes(), options_.file);
    result_.begin = source.begin();
    if (result_.begin.first == global_position{1} && result_.begin.chain != chain_hash{})
      throw import_altered(options_.file, "its first line says that something is before the first event of a log");
    result_.form = source.form();
    result_.events = result_.begin.last.value() + 1 - result_.begin.first.value();
    if (!log_.can_import()) throw import_not_here(log_.name());
    look_at_log();
    if (options_.dry_run) {
      bring(source, visited_.get(), nullptr);
      result_.epoch = std::max(result_.epoch, result_.begin.epoch + 1);
      return;
    }
    visited_.reset();
    // The file that it comes from is open by now: whose that is, does not matter.
    const owner_of_log owner(log_.name());
    const std::unique_ptr<log_import> into = log_.open_import(runtime_, {result_.begin.log, result_.begin.epoch + 1});
    bring(source, &into->there(), into.get());
    end_in_epoch(*into);
  }

 private:
  void heed(std::string_view doing, std::uint64_t done, std::uint64_t of) const {
    report_(doing, done, of);
    if (options_.stop.stop_requested()) throw operation_cancelled();
  }

  line_source::bytes_source whole_file() const {
    return [opened = std::shared_ptr<file>(runtime_.files->open(options_.path, open_file::read)),
            at = std::uint64_t{0}](std::span<char> into) mutable {
      const std::size_t got = opened->read_at(at, std::as_writable_bytes(into));
      at += got;
      return got;
    };
  }

  line_source::bytes_source coming_bytes() const {
    return [this](std::span<char> into) {
      return options_.pipe->read(into, [this] { heed("events", result_.there + result_.appended, result_.events); });
    };
  }

  /// Before anything is made of it.
  void must_be_whole() const {
    const std::optional<file_status> status = runtime_.files->status(options_.path);
    const std::uint64_t bytes = status ? status->size : 0;
    export_source source(whole_file(), options_.file);
    source.begin();
    std::string last;
    while (const std::optional<std::string_view> line = source.next()) {
      if (source.number() > 2) source.sum(last);
      last = *line;
      if (source.number() % lines_between_looks == 0) heed("bytes checked", source.bytes(), bytes);
    }
    if (source.number() < 2) throw import_cut(options_.file, source.number());
    must_fit(ending(source, last), source.number() - 2, source.checksum());
  }

  export_end ending(export_source& source, std::string_view last) const {
    try {
      export_line said = read_export_line(last, source.form());
      if (const auto* const end = std::get_if<export_end>(&said)) return *end;
    } catch (const line_refused&) {  // it is half a line
    }
    if (last.empty()) throw import_malformed(options_.file, source.number(), "it is empty");
    throw import_cut(options_.file, source.number());
  }

  void must_fit(const export_end& end, std::uint64_t events, const line_checksum& sum) const {
    if (end.events != events)
      throw import_altered(options_.file, "it says at its end that it has " + std::to_string(end.events) +
                                              " events, and has " + std::to_string(events));
    if (end.checksum != sum) throw import_altered(options_.file, "its lines do not match the checksum at its end");
  }

  /// As a visitor: a log that is another one is not touched.
  void look_at_log() {
    try {
      visited_ = log_.visit(runtime_);
    } catch (const log_missing&) {
      if (result_.begin.first != global_position{1}) throw import_gap(log_.name(), result_.begin.first, {});
      return;
    }
    log_condition condition = visited_->condition();
    if (condition.what == log_condition::kind::import_unfinished) condition.what = log_condition::kind::whole;
    whence::must_be_whole(condition, log_.name());
    const log_identity identity = visited_->identity();
    result_.epoch = identity.epoch;
    if (identity.id != result_.begin.log)
      throw import_differs(
          log_.name(), log_.name() + " is another log than the one that was exported; nothing was changed",
          "it has the id " + identity.id.to_string() + ", and the export is of " + result_.begin.log.to_string());
    const global_position before{result_.begin.first.value() - 1};
    const std::optional<chain_hash> chain = visited_->chain_at(before);
    if (!chain) throw import_gap(log_.name(), result_.begin.first, visited_->head());
    if (*chain != result_.begin.chain)
      throw import_differs(log_.name(),
                           log_.name() + " has other events than the log that was exported; nothing was changed",
                           "up to event " + std::to_string(before.value()) + " its chain of checksums is another");
  }

  /// What is there is compared, the rest is appended, if there is something to append to.
  void bring(export_source& source, log_reader* there, log_import* into) {
    const global_position head = there != nullptr ? there->head() : global_position{};
    std::optional<import_batches> batches;
    if (into != nullptr) batches.emplace(*into, log_.name(), options_.file);
    global_position expected = result_.begin.first;
    for (;;) {
      std::optional<export_line> said = source.event_or_end();
      if (!said) throw import_cut(options_.file, source.number());
      if (const auto* const end = std::get_if<export_end>(&*said)) {
        must_end(source, *end, expected);
        if (batches) batches->finish();
        must_be_that_log(there, *end);
        return;
      }
      auto& event = std::get<exported_event>(*said);
      must_be_next(event, expected, source.number());
      if (event.position <= head) {
        must_be_there(*there, event);
        ++result_.there;
      } else {
        if (batches) batches->add(std::move(event), source.number());
        ++result_.appended;
      }
      expected = expected.next();
      if (source.number() % lines_between_looks == 0) heed("events", result_.there + result_.appended, result_.events);
    }
  }

  void must_end(export_source& source, const export_end& end, global_position expected) const {
    must_fit(end, expected.value() - result_.begin.first.value(), source.checksum());
    if (expected != result_.begin.last.next())
      throw import_altered(options_.file, "it says that its last event is " +
                                              std::to_string(result_.begin.last.value()) + ", and ends with " +
                                              std::to_string(expected.value() - 1));
    if (source.next()) throw import_malformed(options_.file, source.number(), "the export ends before it");
  }

  /// The chain vouches for each byte of each event, and for their order.
  void must_be_that_log(log_reader* there, const export_end& end) const {
    if (result_.events == 0 && end.chain != result_.begin.chain)
      throw import_altered(options_.file, "it has no event, and its chain of checksums ends otherwise than it begins");
    if (options_.dry_run || result_.events == 0) return;
    const std::optional<chain_hash> chain = there->chain_at(result_.begin.last);
    if (!chain || *chain != end.chain)
      throw import_altered(options_.file,
                           "its events are not those of the log that it names: the chain of checksums, which "
                           "covers each of them, ends otherwise");
  }

  void must_be_next(const exported_event& event, global_position expected, std::uint64_t line) const {
    if (event.position != expected)
      throw import_malformed(options_.file, line,
                             "event " + std::to_string(expected.value()) + " comes next, and not event " +
                                 std::to_string(event.position.value()));
    if (event.version == stream_version{})
      throw import_malformed(options_.file, line, "the versions of a stream begin at 1");
  }

  void must_be_there(log_reader& there, const exported_event& event) {
    if (next_there_ == page_.size()) {
      page_ = there.read(global_position{event.position.value() - 1});
      next_there_ = 0;
    }
    const recorded_event& known = page_[next_there_++];
    const std::string_view other = difference(known, event);
    if (other.empty()) return;
    throw import_differs(log_.name(),
                         log_.name() + " has another event " + std::to_string(event.position.value()) +
                             " than the export; nothing was appended",
                         "there it is " + std::string(known.type) + " of " + std::string(known.stream) + ", version " +
                             std::to_string(known.version.value()) + ": its " + std::string(other) + " is another");
  }

  /// In what the two are not the same; empty: they are.
  static std::string_view difference(const recorded_event& known, const exported_event& event) {
    const new_event& from = event.event;
    if (known.id != from.id) return "id";
    if (known.stream != event.stream) return "stream";
    if (known.version != event.version) return "version";
    if (known.aggregate_type != event.aggregate_type) return "aggregate type";
    if (known.type != from.type || known.type_version != from.version) return "type";
    if (known.occurred_at != from.occurred_at || known.recorded_at != event.recorded_at) return "time";
    if (known.data != from.data) return "data";
    if (!std::ranges::equal(known.tags, from.tags)) return "tags";
    const metadata& about = from.metadata;
    const bool same = known.correlation == about.correlation && known.causation == about.causation &&
                      known.causation_type == about.causation_type && known.source == about.source &&
                      known.traceparent == about.traceparent;
    return same ? "" : "metadata";
  }

  /// Whoever has seen more of the log that was exported must not run ahead of this one. An import that only met what was there has
  /// nothing to say, unless the one that brought it did not come to its end: then it vouches for it, if that has nothing more.
  void end_in_epoch(log_import& into) {
    log_reader& there = into.there();
    result_.epoch = there.identity().epoch;
    if (there.condition().what != log_condition::kind::import_unfinished) return;
    result_.unfinished = there.head() != result_.begin.last;
    if (result_.unfinished) return;
    result_.epoch = std::max(result_.epoch, result_.begin.epoch + 1);
    into.finish(result_.epoch);
  }

  const import_options& options_;
  const log_source& log_;
  const runtime& runtime_;
  const report_progress& report_;
  import_result& result_;
  std::unique_ptr<log_reader> visited_;
  event_page page_;
  std::size_t next_there_ = 0;
};

}  // namespace

void import_events(const import_options& options, const log_source& log, const runtime& runtime,
                   const report_progress& report, import_result& so_far) {
  event_import(options, log, runtime, report, so_far).run();
}

}  // namespace whence::inline v0::cli
