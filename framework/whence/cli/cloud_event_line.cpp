#include <whence/cli/cloud_event_line.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

#include <whence/cli/event_line.hpp>
#include <whence/cli/line_members.hpp>
#include <whence/core/payload_form.hpp>
#include <whence/store/json_check.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::string_view specification = "1.0";
constexpr std::string_view type_of_begin = "whence.export.begin";
constexpr std::string_view type_of_end = "whence.export.end";
constexpr std::string_view json_type = "application/json";
constexpr std::string_view no_source = "#";

// The required attributes, the optional ones, and the extensions: of an event of a log the first twelve are there.
enum member {
  specversion,
  id,
  source,
  type,
  subject,
  time,
  eventversion,
  aggregatetype,
  correlationid,
  causationid,
  globalposition,
  streamversion,
  recordedtime,
  datacontenttype,
  causationtype,
  traceparent,
  tags,
  data,
  data_base64
};
constexpr std::size_t members_required = datacontenttype;
constexpr std::string_view names[] = {"specversion",    "id",
                                      "source",         "type",
                                      "subject",        "time",
                                      "eventversion",   "aggregatetype",
                                      "correlationid",  "causationid",
                                      "globalposition", "streamversion",
                                      "recordedtime",   "datacontenttype",
                                      "causationtype",  "traceparent",
                                      "tags",           "data",
                                      "data_base64"};

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_unreserved(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/// With a scheme, and nothing in it that has to be written otherwise. A percent sign has: so what is a URI reads as itself.
bool is_uri(std::string_view text) noexcept {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text.front())) return false;
  const auto in_scheme = [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; };
  const auto in_rest = [](char c) {
    return is_unreserved(c) || std::string_view(":/?@!$&'()*+,;=").find(c) != std::string_view::npos;
  };
  return std::ranges::all_of(text.substr(0, colon), in_scheme) && std::ranges::all_of(text.substr(colon), in_rest);
}

void append_kind(std::string& out, std::string_view of, const export_begin& begin, std::string_view end_of_id) {
  out += '{';
  append_text(out, names[specversion], specification);
  append_text(out, names[id], begin.log.to_string() + std::string(end_of_id));
  append_text(out, names[source], "urn:uuid:" + begin.log.to_string());
  append_text(out, names[type], of);
  append_text(out, names[datacontenttype], json_type);
}

/// Whole, but for what an export says before and behind its events: that is the data of two events of its own.
struct cloud_event {
  exported_event event;
  std::string id;
  std::string type;
  std::optional<std::string_view> document;  // the data, if they are JSON
};

std::uint32_t type_version_of(const std::string& text) {
  const std::uint64_t number = number_of_text(text);
  if (number == 0 || number > std::numeric_limits<std::uint32_t>::max())
    throw line_refused{"an event version is from 1 to 4294967295"};
  return static_cast<std::uint32_t>(number);
}

void read_tags(std::vector<std::string>& into, const std::string& text) {
  json_line list(text);
  list.texts([&](std::string tag) { into.push_back(std::move(tag)); });
  list.end();
}

void read_member(json_line& line, std::size_t place, const std::string& name, cloud_event& into) {
  exported_event& read = into.event;
  switch (place) {
    case specversion:
      if (const std::string version = line.text(); version != specification)
        throw line_refused{"it is of CloudEvents " + version + ", and this program knows " +
                           std::string(specification)};
      break;
    case id: into.id = line.text(); break;
    case source: read.event.metadata.source = text_of_uri(line.text()); break;
    case type: into.type = line.text(); break;
    case subject: read.stream = line.text(); break;
    case time: read.event.occurred_at = parse_rfc3339(line.text()); break;
    case eventversion: read.event.version = type_version_of(line.text()); break;
    case aggregatetype: read.aggregate_type = line.text(); break;
    case correlationid: read.event.metadata.correlation = correlation_id(uuid::parse(line.text())); break;
    case causationid: read.event.metadata.causation = causation_id(uuid::parse(line.text())); break;
    case globalposition: read.position = global_position{number_of_text(line.text())}; break;
    case streamversion: read.version = stream_version{number_of_text(line.text())}; break;
    case recordedtime: read.recorded_at = parse_rfc3339(line.text()); break;
    case datacontenttype: line.text(); break;  // the data say it themselves
    case causationtype: read.event.metadata.causation_type = line.text(); break;
    case traceparent: read.event.metadata.traceparent = line.text(); break;
    case tags: read_tags(read.event.tags, line.text()); break;
    case data:
      into.document = line.value();
      read.event.data = *into.document;
      break;
    case data_base64: read.event.data = bytes_of_base64(line.text()); break;
    default: throw line_refused{"it has a member that is not known here, \"" + name.substr(0, 64) + "\""};
  }
}

}  // namespace

std::string uri_of(std::string_view text) {
  if (text.empty()) return std::string(no_source);
  if (is_uri(text)) return std::string(text);
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c) || c == '/' || c == '@') {
      out += c;
    } else {
      out += {'%', digits[static_cast<unsigned char>(c) >> 4], digits[static_cast<unsigned char>(c) & 15]};
    }
  }
  return out;
}

std::string text_of_uri(std::string_view uri) {
  if (uri == no_source) return {};
  std::string out;
  const auto digit = [](char c) {
    const std::size_t found = std::string_view("0123456789ABCDEF").find(c);
    if (found == std::string_view::npos)
      throw line_refused{"two hexadecimal digits, in upper case, follow a percent sign"};
    return static_cast<char>(found);
  };
  for (std::size_t at = 0; at < uri.size(); ++at) {
    if (uri[at] != '%') {
      out += uri[at];
      continue;
    }
    if (uri.size() - at < 3) throw line_refused{"two hexadecimal digits, in upper case, follow a percent sign"};
    out += static_cast<char>(digit(uri[at + 1]) << 4 | digit(uri[at + 2]));
    at += 2;
  }
  if (!is_utf8(out)) throw line_refused{"its source is no UTF-8"};
  return out;
}

void append_cloud_event_line(std::string& out, const export_begin& begin) {
  append_kind(out, type_of_begin, begin, ":begin:" + std::to_string(begin.first.value()));
  append_value(out, names[data], "");
  append_event_line(out, begin);
  out.back() = '}';
  out += '\n';
}

void append_cloud_event_line(std::string& out, const recorded_event& event) {
  out += '{';
  append_text(out, names[specversion], specification);
  append_text(out, names[id], event.id.to_string());
  append_text(out, names[source], uri_of(event.source));
  append_text(out, names[type], event.type);
  append_text(out, names[subject], event.stream);
  append_text(out, names[time], to_rfc3339(event.occurred_at));
  const bool verbatim = stands_in_line(event.data);
  const bool document = verbatim || (form_of(event.data) == form::json && is_json(event.data));
  const bool binary = form_of(event.data) == form::binary;
  append_text(out, names[datacontenttype],
              document ? json_type
              : binary ? "application/cbor"
                       : "application/octet-stream");
  append_text(out, names[eventversion], std::to_string(event.type_version));
  append_text(out, names[aggregatetype], event.aggregate_type);
  append_text(out, names[correlationid], event.correlation.to_string());
  append_text(out, names[causationid], event.causation.to_string());
  if (!event.causation_type.empty()) append_text(out, names[causationtype], event.causation_type);
  if (!event.traceparent.empty()) append_text(out, names[traceparent], event.traceparent);
  if (!event.tags.empty()) append_text(out, names[tags], json_of_texts(event.tags));
  append_text(out, names[globalposition], std::to_string(event.position.value()));
  append_text(out, names[streamversion], std::to_string(event.version.value()));
  append_text(out, names[recordedtime], to_rfc3339(event.recorded_at));
  if (verbatim) {
    append_value(out, names[data], event.data);
  } else {
    append_text(out, names[data_base64], base64_of(event.data));
  }
  out += "}\n";
}

void append_cloud_event_line(std::string& out, const export_end& end, const export_begin& begin) {
  append_kind(out, type_of_end, begin, ":end:" + std::to_string(begin.last.value()));
  append_value(out, names[data], "");
  append_event_line(out, end);
  out.back() = '}';
  out += '\n';
}

export_line read_cloud_event_line(std::string_view text) {
  json_line line(text);
  cloud_event read;
  members_seen seen(names);
  line.open();
  for (std::string name; line.next_member(name);) read_member(line, seen.see(name), name, read);
  line.end();
  seen.must_have_first(type + 1);
  if (!seen.has(globalposition) && (read.type == type_of_begin || read.type == type_of_end)) {
    if (!read.document) throw line_refused{"it has no \"data\""};
    export_line said = read_event_line(*read.document);
    if (std::holds_alternative<exported_event>(said)) throw line_refused{"its data say nothing of an export"};
    return said;
  }
  seen.must_have_first(members_required);
  if (seen.has(data) == seen.has(data_base64)) throw line_refused{"it has to have one of \"data\" and \"data_base64\""};
  read.event.event.id = event_id(uuid::parse(read.id));
  read.event.event.type = std::move(read.type);
  return std::move(read.event);
}

}  // namespace whence::inline v0::cli
