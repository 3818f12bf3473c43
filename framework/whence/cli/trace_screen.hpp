/// A trace as people see it: a tree in the terminal, or a diagram for Mermaid.
#pragma once

#include <string>
#include <vector>

#include <whence/cli/model_standing.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/trace_source.hpp>
#include <whence/cli/trace_tree.hpp>

namespace whence::inline v0::cli {

struct trace {
  const trace_tree& tree;
  const trace_subject& subject;
  const std::vector<model_standing>& models;
};

/// The read models that have to do with an event of this type: those that handle it, as far as that is known.
std::vector<const model_standing*> models_of(const trace& trace, const traced_event& event);

/// The data of each event stand below it, if `with_data`.
///
///     correlation …8f21c0aa · 2 messages · 1 stream · 9 ms · 2026-01-27T10:30:00.000Z
///
///     CMD PlaceOrder               order-12345           +0 ms
///     └─ EVT OrderPlaced v2        order-12345@1  #4711  +9 ms
///        └─ PRJ applied by order_summary, stock_levels
void print_tree(const trace& trace, session& session, bool with_data);

void print_mermaid(const trace& trace, session& session);

}  // namespace whence::inline v0::cli
