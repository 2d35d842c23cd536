// Transactions for tests of the quorum log, and what is wrong with a call of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/cluster/batch.h"
#include "journal/errors.h"
#include "journal/position.h"

namespace betex::test {

// Of one event that says `id`, and more until its events have so many bytes, of which the half or
// so does not compress.
struct SampleTransaction {
  std::uint64_t id = 0;
  std::size_t noise = 0;
};

// Behind `before`, which can be any place.
[[nodiscard]] cluster::OwnedBatch batch_of(const journal::Position& before,
                                           const std::vector<SampleTransaction>& transactions);

// A transaction that stands in a log.
struct LoggedTransaction {
  journal::Position after;
  std::vector<std::byte> bytes;

  friend bool operator==(const LoggedTransaction&, const LoggedTransaction&) = default;
};

// The batch's, their places computed anew from its bytes.
[[nodiscard]] std::vector<LoggedTransaction> transactions_of(const cluster::Batch& batch);

// What batch_of() was told.
[[nodiscard]] std::uint64_t id_of(const LoggedTransaction& transaction);

// The fault that it throws; none: it throws none.
[[nodiscard]] std::optional<journal::Fault> fault_of(const std::function<void()>& call);

}  // namespace betex::test
