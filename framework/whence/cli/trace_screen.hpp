/// A trace as people see it: a tree in the terminal, or a diagram for Mermaid.
#pragma once

#include <string>
#include <vector>

#include <whence/cli/model_standing.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/trace_source.hpp>
#include <whence/store/trace_tree.hpp>

namespace whence::inline v0::cli {

struct trace {
  const trace_tree& tree;
  const trace_subject& subject;
  const std::vector<model_standing>& models;
};

/// The read models that have to do with an event of this type: those that handle it, as far as that is known.
std::vector<const model_standing*> models_of(const trace& trace, const traced_event& event);

/// What is known of a model and an event that it has to do with.
enum class model_relation { applied, passed, not_yet };
model_relation relation_of(const model_standing& model, const traced_event& event);

/// The data of each event stand below it, if `with_data`.
///
///     correlation 019bff00-c840-7a65-8d30-5d2b8f21c0aa · 2 messages · 1 stream · 9 ms · 2026-01-27T10:30:00.000Z
///
///     CMD PlaceOrder               order-12345           +0 ms
///     └─ EVT OrderPlaced v2        order-12345@1  #4711  +9 ms
///        └─ PRJ applied by order_summary, stock_levels
///
/// Of a model of which this program has no code it is known only that its checkpoint has passed the event: "passed by".
void print_tree(const trace& trace, session& session, bool with_data);

void print_mermaid(const trace& trace, session& session);

}  // namespace whence::inline v0::cli
