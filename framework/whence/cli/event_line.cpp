#include <whence/cli/event_line.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include <whence/cli/line_members.hpp>
#include <whence/core/hex.hpp>
#include <whence/core/payload_form.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::uint64_t version_of_form = 1;

// --- writing ----------------------------------------------------------------------------------------------------------

/// What is no document, or one of several lines, as a text: but control characters would make that six times as long.
bool stands_as_text(std::string_view data) noexcept {
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  };
  return form_of(data) == form::json && is_utf8(data) && std::ranges::none_of(data, is_control);
}

void append_data(std::string& out, std::string_view data) {
  if (stands_in_line(data)) return append_value(out, "data", data);
  if (stands_as_text(data)) return append_text(out, "dataText", data);
  append_text(out, "dataBase64", base64_of(data));
}

// --- reading ----------------------------------------------------------------------------------------------------------

template <class Id>
Id id_of(const std::string& text) {
  return Id(uuid::parse(text));
}

void must_be_known_version(std::uint64_t version) {
  if (version != version_of_form)
    throw line_refused{"it is of version " + std::to_string(version) +
                       " of this form, and this program knows version " + std::to_string(version_of_form)};
}

enum begin_member { b_form, b_log, b_epoch, b_first, b_last, b_chain };
constexpr std::string_view begin_members[] = {"whenceExport", "logId", "epoch", "first", "last", "chain"};

enum end_member { e_form, e_events, e_chain, e_checksum };
constexpr std::string_view end_members[] = {"whenceExportEnd", "events", "chain", "checksum"};

enum event_member {
  id,
  type,
  type_version,
  occurred_at,
  stream,
  aggregate_type,
  metadata,
  position,
  version,
  recorded_at,
  tags,
  data,
  data_text,
  data_base64
};
constexpr std::size_t event_members_required = tags;
constexpr std::string_view event_members[] = {
    "eventId",        "eventType",     "eventVersion", "occurredAt", "aggregateId", "aggregateType", "metadata",
    "globalPosition", "streamVersion", "recordedAt",   "tags",       "data",        "dataText",      "dataBase64"};

enum metadata_member { m_correlation, m_causation, m_source, m_causation_type, m_traceparent };
constexpr std::size_t metadata_members_required = m_causation_type;
constexpr std::string_view metadata_members[] = {"correlationId", "causationId", "source", "causationType",
                                                 "traceparent"};

[[noreturn]] void refuse_member(const std::string& name) {
  throw line_refused{"it has a member that is not known here, \"" + name.substr(0, 64) + "\""};
}

/// The object is open, and `name` is that of its first member.
export_begin read_begin(json_line& line, std::string name) {
  export_begin begin;
  members_seen seen(begin_members);
  do {
    switch (seen.see(name)) {
      case b_form: must_be_known_version(line.number()); break;
      case b_log: begin.log = id_of<log_id>(line.text()); break;
      case b_epoch: begin.epoch = line.number(); break;
      case b_first: begin.first = global_position{line.number()}; break;
      case b_last: begin.last = global_position{line.number()}; break;
      case b_chain: begin.chain = bytes_of_hex(line.text()); break;
      default: refuse_member(name);
    }
  } while (line.next_member(name));
  seen.must_have_first(std::size(begin_members));
  constexpr std::uint64_t most = std::uint64_t{1} << 62;  // far below what is counted in
  if (begin.first == global_position{} || begin.first > begin.last.next() || begin.last.value() > most ||
      begin.epoch > most)
    throw line_refused{"its events go from " + std::to_string(begin.first.value()) + " to " +
                       std::to_string(begin.last.value()) + ", in epoch " + std::to_string(begin.epoch) +
                       ": no log has such"};
  return begin;
}

export_end read_end(json_line& line, std::string name) {
  export_end end;
  members_seen seen(end_members);
  do {
    switch (seen.see(name)) {
      case e_form: must_be_known_version(line.number()); break;
      case e_events: end.events = line.number(); break;
      case e_chain: end.chain = bytes_of_hex(line.text()); break;
      case e_checksum: end.checksum = bytes_of_hex(line.text()); break;
      default: refuse_member(name);
    }
  } while (line.next_member(name));
  seen.must_have_first(std::size(end_members));
  return end;
}

whence::metadata read_metadata(json_line& line) {
  whence::metadata read;
  members_seen seen(metadata_members);
  line.open();
  for (std::string name; line.next_member(name);) {
    switch (seen.see(name)) {
      case m_correlation: read.correlation = id_of<correlation_id>(line.text()); break;
      case m_causation: read.causation = id_of<causation_id>(line.text()); break;
      case m_source: read.source = line.text(); break;
      case m_causation_type: read.causation_type = line.text(); break;
      case m_traceparent: read.traceparent = line.text(); break;
      default: refuse_member(name);
    }
  }
  seen.must_have_first(metadata_members_required);
  return read;
}

std::uint32_t type_version_of(std::uint64_t number) {
  if (number == 0 || number > std::numeric_limits<std::uint32_t>::max())
    throw line_refused{"an event version is from 1 to 4294967295"};
  return static_cast<std::uint32_t>(number);
}

exported_event read_event(json_line& line, std::string name) {
  exported_event read;
  members_seen seen(event_members);
  do {
    switch (seen.see(name)) {
      case id: read.event.id = id_of<event_id>(line.text()); break;
      case type: read.event.type = line.text(); break;
      case type_version: read.event.version = type_version_of(line.number()); break;
      case occurred_at: read.event.occurred_at = parse_rfc3339(line.text()); break;
      case stream: read.stream = line.text(); break;
      case aggregate_type: read.aggregate_type = line.text(); break;
      case metadata: read.event.metadata = read_metadata(line); break;
      case position: read.position = global_position{line.number()}; break;
      case version: read.version = stream_version{line.number()}; break;
      case recorded_at: read.recorded_at = parse_rfc3339(line.text()); break;
      case tags: line.texts([&](std::string tag) { read.event.tags.push_back(std::move(tag)); }); break;
      case data: read.event.data = line.value(); break;
      case data_text: read.event.data = line.text(); break;
      case data_base64: read.event.data = bytes_of_base64(line.text()); break;
      default: refuse_member(name);
    }
  } while (line.next_member(name));
  seen.must_have_first(event_members_required);
  if (seen.has(data) + seen.has(data_text) + seen.has(data_base64) != 1)
    throw line_refused{"it has to have one of \"data\", \"dataText\" and \"dataBase64\""};
  return read;
}

}  // namespace

void append_event_line(std::string& out, const export_begin& begin) {
  out += '{';
  append_number(out, begin_members[b_form], version_of_form);
  append_text(out, begin_members[b_log], begin.log.to_string());
  append_number(out, begin_members[b_epoch], begin.epoch);
  append_number(out, begin_members[b_first], begin.first.value());
  append_number(out, begin_members[b_last], begin.last.value());
  append_text(out, begin_members[b_chain], to_hex(begin.chain));
  out += "}\n";
}

void append_event_line(std::string& out, const recorded_event& event) {
  out += '{';
  append_text(out, event_members[id], event.id.to_string());
  append_text(out, event_members[type], event.type);
  append_number(out, event_members[type_version], event.type_version);
  append_text(out, event_members[occurred_at], to_rfc3339(event.occurred_at));
  append_text(out, event_members[stream], event.stream);
  append_text(out, event_members[aggregate_type], event.aggregate_type);
  append_data(out, event.data);
  append_value(out, event_members[metadata], "{");
  append_text(out, metadata_members[m_correlation], event.correlation.to_string());
  append_text(out, metadata_members[m_causation], event.causation.to_string());
  append_text(out, metadata_members[m_source], event.source);
  if (!event.causation_type.empty()) append_text(out, metadata_members[m_causation_type], event.causation_type);
  if (!event.traceparent.empty()) append_text(out, metadata_members[m_traceparent], event.traceparent);
  out += '}';
  append_number(out, event_members[position], event.position.value());
  append_number(out, event_members[version], event.version.value());
  append_text(out, event_members[recorded_at], to_rfc3339(event.recorded_at));
  if (!event.tags.empty()) append_value(out, event_members[tags], json_of_texts(event.tags));
  out += "}\n";
}

void append_event_line(std::string& out, const export_end& end) {
  out += '{';
  append_number(out, end_members[e_form], version_of_form);
  append_number(out, end_members[e_events], end.events);
  append_text(out, end_members[e_chain], to_hex(end.chain));
  append_text(out, end_members[e_checksum], to_hex(end.checksum));
  out += "}\n";
}

export_line read_event_line(std::string_view text) {
  json_line line(text);
  line.open();
  std::string name;
  if (!line.next_member(name)) throw line_refused{"it is an empty object"};
  export_line read;
  if (name == begin_members[b_form]) {
    read = read_begin(line, std::move(name));
  } else if (name == end_members[e_form]) {
    read = read_end(line, std::move(name));
  } else {
    read = read_event(line, std::move(name));
  }
  line.end();
  return read;
}

}  // namespace whence::inline v0::cli
