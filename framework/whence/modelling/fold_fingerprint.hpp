/// What a fold does, in sixteen bytes: another `apply`, another description of the state, or other steps of upcasting on the way
/// to it, have another fingerprint.
#pragma once

#include <string_view>

#include <whence/core/uuid.hpp>
#include <whence/modelling/repository.hpp>

namespace whence::inline v0::detail {

/// The hash (XXH3, 128 bits) of the schema of the state, of the names and versions of the events, of how the log reads them
/// (`reading`, see log_reader::reading_of), and of what the state is after each of a fixed set of made-up events, some of each
/// type, in an order that brings each type behind each other, and many of each in a row. An `apply` that throws is a result like
/// others.
///
/// A change that only other events would show is not seen: of a rule for amounts of a million, say; nor one inside the function of
/// an upcaster.
uuid::bytes_type fingerprint_of(const aggregate_facts& facts, const snapshot_facts& snapshots,
                                std::string_view reading);

}  // namespace whence::inline v0::detail
