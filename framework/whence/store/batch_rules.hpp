/// What a batch must be before any store looks at it: the rules and limits of append_batch.hpp, the same for all stores.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <whence/store/append_batch.hpp>
#include <whence/store/append_outcome.hpp>

namespace whence::inline v0 {

/// The refusal, with the place: `invalid`, with the broken rule in `detail`, or `too_large`, with the limit. Nothing when the
/// batch keeps every rule.
std::optional<append_refused> broken_rule(const append_batch& batch, const size_limits& sizes);

/// The refusal of a condition after a position that the log doesn't have: who has read it has read another log.
append_refused beyond_the_end(const append_condition& condition, global_position end);

/// UTF-8 as RFC 3629 has it (no surrogates, nothing beyond U+10FFFF, shortest form) without control characters: what names are.
bool is_plain_utf8(std::string_view text) noexcept;

/// The bytes of all names and payloads: what a queue counts.
std::size_t bytes_of(const append_batch& batch) noexcept;
/// In memory, as far as it can be told: texts, and what holds them.
std::size_t memory_of(const append_batch& batch) noexcept;
std::size_t bytes_of(const new_event& event) noexcept;
std::size_t metadata_bytes_of(const new_event& event) noexcept;

}  // namespace whence::inline v0
