// What the three parts of the log in a store have in common: making it (stored_log.cpp), following
// it and leading it. Nobody else needs this.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "gateway/cluster/key_value_store.h"
#include "gateway/cluster/log_position.h"
#include "gateway/cluster/log_texts.h"
#include "gateway/cluster/quorum_log.h"
#include "gateway/cluster/stored_log.h"
#include "journal/errors.h"
#include "journal/position.h"

namespace betex::cluster {

// What was found in a slot, and the head at that moment.
struct ReadSlot {
  std::uint64_t slot = 0;
  std::optional<std::string> note;
  std::optional<std::string> entry;
  StoredHead newest;
};

[[noreturn]] inline void fail(journal::Fault fault, const std::string& key, std::string what) {
  throw journal::JournalError{{.fault = fault, .what = std::move(what), .segment = key}};
}

[[nodiscard]] inline std::uint64_t ring_of(const StoredLogSettings& settings) {
  return std::max<std::uint64_t>(settings.window_slots, 1);
}

[[nodiscard]] inline std::string text_of(const journal::Position& position) {
  return fmt::format("event {} (chain {:016x})", position.last_seq.value(), position.chain.value());
}

[[nodiscard]] inline journal::WriterEpoch epoch_after(const Head& before,
                                                      journal::WriterEpoch at_least,
                                                      const std::string& key) {
  const journal::WriterEpoch epoch = before.epoch;
  if (epoch.next() < epoch) {
    fail(journal::Fault::QuorumLogDamaged, key, "its epoch is the last that there is");
  }
  return std::max(epoch.next(), at_least);
}

// What was found of a key that a transaction was asked for.
[[nodiscard]] inline const std::optional<std::string>& found_of(const TransactionResult& result,
                                                                std::size_t index) {
  static const std::optional<std::string> none;
  return index < result.found.size() ? result.found[index] : none;
}

}  // namespace betex::cluster
