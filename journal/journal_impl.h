// Inside of Journal: opening is in journal_opening.cpp, writing in journal.cpp. Nobody else needs
// this.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/environment_pool.h"
#include "journal/epoch_file.h"
#include "journal/file_system.h"
#include "journal/format.h"
#include "journal/journal.h"
#include "journal/position.h"
#include "journal/recovery_plan.h"
#include "journal/segment_writer.h"
#include "journal/writer_authority.h"
#include "journal/writer_lock.h"
#include "matching/transaction.h"

namespace betex::journal {

class Journal::Impl {
 public:
  enum class Check : std::uint8_t { Whole, SequenceOnly };

  // Takes the right and the lock, and reads what there is.
  Impl(JournalConfig config, EnvironmentPool& pool);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  // `after` is checked as a whole, or (for a mere sequence) only as the end of a transaction.
  void recover(const Position& after, Check check, const Visitor& visit);

  void append(const matching::TransactionView& transaction);
  void commit();
  void raise_epoch(WriterEpoch epoch);
  void close();

  [[nodiscard]] bool may_write() const noexcept { return authority().still_held(); }

  [[nodiscard]] const std::vector<VoidRecords>& voids() const noexcept { return plan_.voids; }

  [[nodiscard]] EventSeq durable_seq() const noexcept {
    return EventSeq{durable_seq_.load(std::memory_order_acquire)};
  }

  [[nodiscard]] const Position& position() const noexcept { return durable_; }

  [[nodiscard]] const Position& appended() const noexcept { return appended_; }

  [[nodiscard]] const EpochRecord& epoch() const noexcept { return epoch_; }

  void advance_recovery_point(EventSeq seq) noexcept {
    std::uint64_t current = recovery_point_.load(std::memory_order_relaxed);
    while (current < seq.value() && !recovery_point_.compare_exchange_weak(
                                        current, seq.value(), std::memory_order_release)) {
    }
  }

  [[nodiscard]] bool disk_is_low() const noexcept {
    return disk_free_bytes() < config_.low_disk_bytes;
  }

  [[nodiscard]] std::uint64_t disk_free_bytes() const noexcept {
    return disk_free_bytes_.load(std::memory_order_relaxed);
  }

  // Of two threads that look at once the older look may be the last one stored; the next one mends
  // that.
  void look_at_disk() {
    disk_free_bytes_.store(free_disk_bytes(config_.wal_root), std::memory_order_relaxed);
  }

 private:
  enum class State : std::uint8_t { Opened, Writable, Failed, Closed };

  // Where a transaction ends in pending_, and in the log.
  struct Mark {
    std::size_t end;
    Position position;
  };

  [[nodiscard]] WriterAuthority& authority() noexcept {
    return config_.authority != nullptr ? *config_.authority : local_authority_;
  }

  [[nodiscard]] const WriterAuthority& authority() const noexcept {
    const WriterAuthority* const given = config_.authority;
    return given != nullptr ? *given : local_authority_;
  }

  [[nodiscard]] bool is_external() const noexcept { return authority().is_external(); }

  [[noreturn]] void lose_authority(const std::string& what) const;
  void require_authority(const char* when) const;

  // ---- Opening

  void check_epoch(WriterEpoch granted, WriterEpoch last) const;
  void check_wal_id() const;
  // A log without a segment begins at `beginning`.
  void check_beginning(const Position& after, Check check, const Position& beginning) const;
  [[noreturn]] void mismatch(const Position& snapshot) const;
  void read_all(const Position& after, Check check, const Visitor& visit);
  void take_over();
  void write_epoch();

  // ---- Writing

  void commit_pending();
  void write_pending();

  [[nodiscard]] std::size_t begin_of(std::size_t mark) const noexcept {
    return mark == 0 ? 0 : marks_[mark - 1].end;
  }

  // As many transactions as fit into an empty segment, one at least.
  [[nodiscard]] std::size_t end_of_piece(std::size_t first) const noexcept;
  // Writes the transactions [first, last) as one record; false where the map is full.
  [[nodiscard]] bool write(std::size_t first, std::size_t last);
  void begin_segment(std::size_t first_record_size);
  void seal();
  void retire();

  // Pairs with durable_seq(): who sees the sequence can read its transaction from the log.
  void publish() noexcept {
    durable_seq_.store(durable_.last_seq.value(), std::memory_order_release);
  }

  JournalConfig config_;
  EnvironmentPool& pool_;
  LocalAuthority local_authority_;
  std::optional<WriterLock> lock_;
  RecoveryPlan plan_;
  EpochRecord epoch_;
  bool may_be_seeded_ = false;  // it is new here: a snapshot may be what it begins behind
  State state_ = State::Opened;
  // None after a rotation, and after an opening by a local authority.
  std::optional<SegmentWriter> writer_;
  Position durable_;
  Position appended_;               // durable_ and what is pending
  std::vector<std::byte> pending_;  // transactions, as they will stand in the record
  std::vector<Mark> marks_;
  bool rotated_ = false;  // naturally, in this commit
  std::atomic<std::uint64_t> recovery_point_{config_.recovery_point.value()};
  // Written by the journal thread and by whoever looks at the disk, read by any.
  std::atomic<std::uint64_t> disk_free_bytes_{std::numeric_limits<std::uint64_t>::max()};
  std::atomic<std::uint64_t> durable_seq_{0};  // written by the journal thread, read by any
};

}  // namespace betex::journal
