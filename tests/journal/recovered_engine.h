// An engine from a journal, as the gateway's start makes it: the newest whole snapshot, if there is
// one, and the transactions after it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "journal/journal.h"
#include "journal/recovery.h"
#include "matching/engine.h"

namespace betex::test {

struct RecoveredEngine {
  matching::Engine engine;
  journal::EventSeq snapshot;         // where recovery began; 0: at the log's first event
  std::vector<std::string> warnings;  // one for each damaged snapshot that was passed over
};

// Recovers `journal`, which must be in `wal_root`, and the engine with it.
inline RecoveredEngine recover_engine(journal::Journal& journal,
                                      const std::filesystem::path& wal_root) {
  constexpr journal::EventSeq kNoLimit{std::numeric_limits<std::uint64_t>::max()};
  std::vector<std::string> warnings;
  auto newest = journal::newest_snapshot({wal_root, journal.wal_id(), warnings}, kNoLimit);
  journal::Snapshot start = newest ? std::move(*newest) : journal::Snapshot{};
  RecoveredEngine recovered{.engine = std::move(start.engine),
                            .snapshot = start.position.last_seq,
                            .warnings = std::move(warnings)};
  journal.recover(start.position, [&](const matching::TransactionView& transaction) {
    recovered.engine.apply(transaction);
  });
  return recovered;
}

}  // namespace betex::test
