// Cutting a batch between its transactions.
#pragma once

#include <cstddef>
#include <optional>

#include "gateway/cluster/batch.h"
#include "journal/position.h"

namespace betex::cluster {

// The transactions at the beginning of the batch that have no more bytes than that; one at least.
[[nodiscard]] Batch beginning_of(const Batch& batch, std::size_t most_bytes);

// What is left of the batch behind its beginning.
[[nodiscard]] Batch rest_of(const Batch& batch, const Batch& beginning);

// The part of a batch behind `after`; none: that is no place between its transactions.
[[nodiscard]] std::optional<OwnedBatch> cut(OwnedBatch batch, const journal::Position& after);

}  // namespace betex::cluster
