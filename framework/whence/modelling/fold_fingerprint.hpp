/// What a fold does, in sixteen bytes: another `apply`, or another description of the state, has another fingerprint.
#pragma once

#include <whence/core/uuid.hpp>
#include <whence/modelling/repository.hpp>

namespace whence::inline v0::detail {

/// The hash (XXH3, 128 bits) of the schema of the state, of the names and versions of the events, and of what the state is after
/// each of a fixed set of made-up events, some of each type, in an order that brings each type behind each other, and many of
/// each in a row. An `apply` that throws is a result like others.
///
/// A change that only other events would show is not seen: of a rule for amounts of a million, say; nor one of an upcaster that is
/// there already.
uuid::bytes_type fingerprint_of(const aggregate_facts& facts, const snapshot_facts& snapshots);

}  // namespace whence::inline v0::detail
