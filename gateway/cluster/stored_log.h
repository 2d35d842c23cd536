// The quorum log in a key-value store. Under PREFIX:
//   meta        what log it is: format and wal_id; put once
//   head        its end, and who may append: every append is one transaction that compares it by
//               value and moves it
//   log/NNNNNN  a ring of entries (batch.h); slot S stands in S modulo the number of slots
//   at/NNNNNN   what stands in the slot: its number, its first event, its bytes
// Old entries are overwritten with nothing when the window is too large; keys are never deleted.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "gateway/cluster/key_value_store.h"
#include "gateway/cluster/quorum_log.h"

namespace betex::cluster {

struct StoredLogSettings {
  std::string prefix;  // "/betex/SHARD/"
  std::string node;
  std::size_t append_bytes = 262'144;  // of a part, compressed
  std::uint64_t window_slots = 262'144;
  std::uint64_t window_bytes = std::uint64_t{512} << 20U;
  // A call whose outcome is not known is made again for so long; then AuthorityLost.
  std::chrono::milliseconds stall_exit{10'000};
  // Between two tries; throws to give up.
  std::function<void(std::chrono::milliseconds)> pause;  // empty: sleeps
};

struct LogMeta {
  std::uint32_t format = kBatchFormat;
  journal::WalId wal_id{};

  friend bool operator==(const LogMeta&, const LogMeta&) noexcept = default;
};

// None: there is no quorum log yet. QuorumLogDamaged where it cannot be read.
[[nodiscard]] std::optional<LogMeta> read_meta(KeyValueStore& store,
                                               const StoredLogSettings& settings);

// Makes the log, which begins behind `end`: what comes before is in that node's journal alone.
// False: there is one already.
[[nodiscard]] bool create_log(KeyValueStore& store,
                              const StoredLogSettings& settings,
                              const LogMeta& meta,
                              journal::WriterEpoch epoch,
                              const journal::Position& end);

class StoredLog final : public QuorumLog {
 public:
  // `store` must outlive it, and be this thread's.
  StoredLog(KeyValueStore& store, StoredLogSettings settings, const LogMeta& meta);

  [[nodiscard]] Head head() override;
  [[nodiscard]] std::optional<OwnedBatch> next(const journal::Position& after) override;
  [[nodiscard]] TakenOver take_over(journal::WriterEpoch at_least) override;
  void append(const Batch& batch) override;
  void confirm() override;

  // The store's revision after the newest append of this process; 0: none yet. Thread-safe.
  [[nodiscard]] std::uint64_t revision() const noexcept;

  // How many slots, at least, are left of the window before one that a follower at `slot` needs.
  // (For figures: see ClusterFigures.)
  [[nodiscard]] const Head& newest_known() const noexcept { return head_; }

 private:
  KeyValueStore& store_;
  const StoredLogSettings settings_;
  const LogMeta meta_;
  Head head_;              // as this node wrote it or read it last
  std::string head_text_;  // the same, as it stands in the store
  bool leads_ = false;
  std::atomic<std::uint64_t> revision_{0};
  // ... the rest is its implementer's.
};

}  // namespace betex::cluster
