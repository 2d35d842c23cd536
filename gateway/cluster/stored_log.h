// The quorum log in a key-value store. Under PREFIX:
//   meta        what log it is: format and wal_id; put once
//   head        its end, and who may append: every append is one transaction that compares it by
//               value and moves it
//   log/NNNNNN  a ring of entries (batch.h); slot S stands in S modulo the number of slots
//   at/NNNNNN   what stands in the slot: its number, its entry's first event, which part of the
//               entry it is, its bytes
// Old entries are overwritten with nothing when the window is too large; keys are never deleted.
// The number of slots is the log's own: that of the settings counts where it is made or adopted.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/cluster/key_value_store.h"
#include "gateway/cluster/patient_store.h"
#include "gateway/cluster/quorum_log.h"
#include "journal/errors.h"

namespace betex::cluster {

struct StoredLogSettings {
  std::string prefix;  // "/betex/SHARD/"
  std::string node;
  std::size_t append_bytes = 262'144;  // of a part, compressed
  std::uint64_t window_slots = 262'144;
  std::uint64_t window_bytes = std::uint64_t{512} << 20U;
  // Slots that a follower reads at once: of the largest entries no more than an answer may have.
  std::uint64_t read_ahead = 8;
  // A call whose outcome is not known is made again for so long; then AuthorityLost.
  std::chrono::milliseconds stall_exit{10'000};
  // Between two tries; throws to give up.
  std::function<void(std::chrono::milliseconds)> pause;  // empty: sleeps
  // How often window_bytes is halved by now: who looks after the store says so. Null: never. It
  // must outlive the log.
  const std::atomic<std::uint32_t>* halvings = nullptr;
  // What must hold in the store for a takeover, as Lease::claim() says it: who has lost the lease
  // must not take the log from who has it now, for that one tells its clients what it knows without
  // asking the log while its lease is valid. Asked by who takes over; none: it must not. Empty:
  // nothing must.
  std::function<std::optional<KeyIs>()> claim;
  // Of stall_exit; empty: the steady clock.
  std::function<std::chrono::steady_clock::time_point()> now;
};

struct LogMeta {
  // Of what a leader writes, whatever its program could: raised by hand, when no node needs an
  // older one any more. A program that does not know it does not start.
  std::uint32_t format = kBatchFormat;
  journal::WalId wal_id{};

  friend bool operator==(const LogMeta&, const LogMeta&) noexcept = default;
};

// None: there is no quorum log yet. Throws JournalError: QuorumLogDamaged where it is none of ours,
// QuorumLogNewer where a later program wrote it, AuthorityLost where nobody answers.
[[nodiscard]] std::optional<LogMeta> read_meta(KeyValueStore& store,
                                               const StoredLogSettings& settings);

// Makes the log, which begins behind `end`: what comes before is in that node's journal alone.
// False: there is one already, or what is left of one.
[[nodiscard]] bool create_log(KeyValueStore& store,
                              const StoredLogSettings& settings,
                              const LogMeta& meta,
                              journal::WriterEpoch epoch,
                              const journal::Position& end);

// After the store was restored from an older copy, or the log is damaged: it goes on behind `end`,
// where this node's journal ends, with nothing in its window, under an epoch above the log's and
// not below `at_least`. Nobody who led before can append any more. Returns its new head. Throws
// JournalError: QuorumLogMissing where there is no log, QuorumLogForeign where it is another one,
// BadConfiguration where it ends behind `end` or another node is moving it: nothing is changed
// then.
Head adopt_log(KeyValueStore& store,
               const StoredLogSettings& settings,
               const LogMeta& meta,
               journal::WriterEpoch at_least,
               const journal::Position& end);

struct ReadSlot;
struct StoredHead;
struct SlotNote;
class SlotKeys;

class StoredLog final : public QuorumLog {
 public:
  // `store` must outlive it, and be this thread's.
  StoredLog(KeyValueStore& store, StoredLogSettings settings, const LogMeta& meta);
  ~StoredLog() override;

  [[nodiscard]] Head head() override;

  // A batch that begins before `after` is cut there: a journal's last commit may have been cut off
  // in the middle of a large one.
  [[nodiscard]] std::optional<OwnedBatch> next(const journal::Position& after) override;

  [[nodiscard]] TakenOver take_over(journal::WriterEpoch at_least) override;
  // What was appended before is in this node's journal by now.
  void append(const Batch& batch) override;
  void confirm() override;

  // The store's revision after the newest append of this process; 0: none yet. Thread-safe.
  [[nodiscard]] std::uint64_t revision() const noexcept;

  // The head as this node wrote it or read it last; slots are figures' concern (ClusterFigures).
  [[nodiscard]] const Head& newest_known() const noexcept;

 private:
  // Where a follower goes on.
  struct Cursor {
    journal::Position after;
    std::uint64_t slot = 0;
  };

  // What is dropped from the window to make room.
  struct Room {
    std::uint64_t oldest = 1;
    std::uint64_t bytes = 0;  // that the window has afterwards, with what it is for
    std::vector<Put> empties;
  };

  // What has become of a compare-and-swap of the head.
  struct Moved {
    bool done = false;
    std::optional<std::string> found;  // where not: the head's text; none: there is no head
  };

  [[nodiscard]] std::string head_key() const;
  [[nodiscard]] SlotKeys slot_keys() const;
  [[nodiscard]] StoredHead read_head();
  void look_behind_end();
  [[nodiscard]] StoredHead take_note(const std::optional<std::string>& head_text);
  [[nodiscard]] journal::JournalError lost(const std::optional<std::string>& head_text) const;

  // ---- Following
  [[nodiscard]] std::optional<OwnedBatch> read_behind(const journal::Position& after,
                                                      std::uint64_t first_slot);
  [[nodiscard]] OwnedBatch read_entry(std::uint64_t first_slot, std::uint64_t& next_slot);
  [[nodiscard]] std::string read_slot(std::uint64_t slot, StoredHead& newest);
  void read_ahead(std::uint64_t slot);
  [[nodiscard]] std::uint64_t find(const journal::Position& after);
  [[nodiscard]] std::optional<SlotNote> note_at(std::uint64_t slot);

  // ---- Leading
  [[nodiscard]] std::optional<KeyIs> claim_of_lease() const;
  [[nodiscard]] Moved try_move_head(const StoredHead& next,
                                    std::vector<Put> puts,
                                    std::optional<KeyIs> claim = std::nullopt);
  void move_head(const StoredHead& next, std::vector<Put> puts);
  void append_entry(const Batch& batch, const std::vector<std::string>& parts);
  void put_part(const std::vector<Put>& puts);
  [[nodiscard]] Room room_for(const std::vector<std::string>& parts);
  [[noreturn]] void fail_too_small() const;
  [[nodiscard]] std::uint64_t take_oldest_bytes(std::uint64_t slot);
  void load_old_bytes(std::uint64_t from);

  PatientStore store_;
  const StoredLogSettings settings_;
  const LogMeta meta_;
  const std::uint64_t writer_;        // StoredHead::writer
  std::unique_ptr<StoredHead> head_;  // as this node wrote it or read it last
  std::string head_text_;             // the same, as it stands in the store; empty: not read yet
  bool leads_ = false;
  // Who had the log before this process has tried to take it over, once or more; none: it has not,
  // or has appended since.
  std::optional<journal::WriterEpoch> writer_before_;
  std::optional<Cursor> cursor_;
  std::deque<ReadSlot> ahead_;        // of the slots that are needed next, read already
  std::uint64_t journaled_slot_ = 0;  // up to where the leader's journal has everything
  std::atomic<std::uint64_t> revision_{0};
  // Bytes of each slot from the oldest on: a beginning of those that were there when this node took
  // over, read when they are needed, and its own.
  std::uint64_t taken_slot_ = 0;  // the newest of the former
  std::deque<std::uint64_t> old_bytes_;
  std::deque<std::uint64_t> own_bytes_;
};

}  // namespace betex::cluster
