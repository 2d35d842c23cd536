// What was sent, for resends, and how far: an unsynced LMDB environment in WAL_ROOT/cache/.
//
// It survives the process (kill -9 included), not the machine: the page cache keeps what was
// committed, and after another boot the files are moved aside unread. A cache that is void or new
// makes no use of numbers and reports that an earlier life may have sent: numbers go on above what
// was reserved, reports from what is proven delivered, marked PossResend(97)=Y.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/session/cache_entry.h"
#include "gateway/session/cache_space.h"
#include "gateway/session/unproven_reports.h"
#include "gateway/transport/outbound_block.h"
#include "journal/lmdb.h"
#include "matching/engine.h"
#include "matching/types.h"

namespace betex::fix {

// Of this boot of the machine (random, made by the kernel).
[[nodiscard]] std::string read_boot_id();

// What the cache belongs to.
struct CacheIdentity {
  std::string boot_id;
  std::string wal_id;  // as text, without blanks
};

// What recovery found: a new cache starts from it, an old one is held against it.
struct RecoveredSessions {
  std::span<const matching::SessionInfo> sessions;
  matching::EventSeq last_seq;

  // All of them have just begun an epoch that nothing was sent in, and what an older cache holds is
  // perhaps of another history: it is void.
  bool new_epochs = false;
};

struct CacheLimits {
  // Of each session, the newest of its epoch are kept, as far as `bounds` go, and what is not
  // proven to have arrived; a resend of others is gap-filled.
  std::uint32_t kept_numbers = 100'000;
  std::size_t map_size = std::size_t{2} << 30;  // bytes at first; the map grows when it is full
  CacheBounds bounds;
};

// Thread-safe. Every failure is an exception that means fail-stop: what was committed to a client
// may have been lost, and nothing may be sent after it.
class MessageCache {
 public:
  struct Message {
    matching::MsgSeqNum number;
    std::string bytes;
  };

  // Opens or creates the folder at `path`, which nobody but this user may look into. Throws
  // JournalError; CacheAhead where the cache is ahead of the journal: then the journal has lost its
  // tail.
  MessageCache(const std::filesystem::path& path,
               const CacheIdentity& identity,
               const RecoveredSessions& recovered,
               const CacheLimits& limits = {});
  virtual ~MessageCache() = default;
  MessageCache(const MessageCache&) = delete;
  MessageCache& operator=(const MessageCache&) = delete;

  // True when an older cache was there and could not be used.
  [[nodiscard]] bool was_void() const noexcept { return was_void_; }

  [[nodiscard]] CacheSpace& space() const noexcept { return space_; }

  // It looks now and then as it writes; this is for when it does not. Throws JournalError where the
  // disk does not say.
  void look_at_disk();

  // What was found at the start of the session's reports that are not proven to have arrived.
  [[nodiscard]] std::deque<UnprovenStep> unproven_at_start(matching::SessionId session) const;

  // What messages take of the files, about.
  [[nodiscard]] std::size_t kept_bytes() const;

  // Nothing for a session that has sent nothing yet.
  [[nodiscard]] std::optional<OutboundState> state(matching::SessionId session) const;

  // The kept messages of a session's epoch with numbers from `first` to `last`, in order.
  [[nodiscard]] std::vector<Message> read(matching::SessionId session,
                                          matching::SessionEpoch epoch,
                                          matching::MsgSeqNum first,
                                          matching::MsgSeqNum last) const;

  // The first kept number of the epoch that is not below `first`.
  [[nodiscard]] std::optional<matching::MsgSeqNum> next_number(matching::SessionId session,
                                                               matching::SessionEpoch epoch,
                                                               matching::MsgSeqNum first) const;

  // All blocks in one transaction, in order. Virtual: tests hold it back, or make it fail.
  virtual void write(std::span<const std::shared_ptr<const OutboundBlock>> blocks);

 private:
  // A session's messages in one of the two databases.
  struct Shelf {
    cache::MessageKey oldest;  // no kept message is older
    std::size_t bytes = 0;
  };

  // Of one session's epoch.
  struct Range {
    matching::SessionId session;
    matching::SessionEpoch epoch;
    matching::MsgSeqNum first;
    matching::MsgSeqNum last;
  };

  struct Kept {
    Shelf reports;
    Shelf answers;
    OutboundState state;
    matching::EventSeq delivered;

    [[nodiscard]] std::size_t bytes() const noexcept { return reports.bytes + answers.bytes; }
  };

  [[nodiscard]] bool can_be_used(const std::filesystem::path& folder,
                                 const CacheIdentity& identity);
  void move_aside(const std::filesystem::path& folder) const;
  void open(const std::filesystem::path& folder);
  void start_from(const RecoveredSessions& recovered);
  void check_against(const RecoveredSessions& recovered) const;
  void find_unproven(const RecoveredSessions& recovered);
  void count_kept();
  void write_in_one(std::span<const std::shared_ptr<const OutboundBlock>> blocks);
  void write_messages(journal::WriteTransaction& transaction, const OutboundBlock& block);
  void read_from(journal::Database database, std::vector<Message>& messages, Range range) const;

  // message_cache_trim.cpp: what is not kept any longer
  void trim(journal::WriteTransaction& transaction, const OutboundBlock& block);
  void trim_another(journal::WriteTransaction& transaction);
  void trim(journal::WriteTransaction& transaction,
            matching::SessionId session,
            Kept& kept,
            std::size_t most);
  [[nodiscard]] std::size_t trim_shelf(journal::WriteTransaction& transaction,
                                       matching::SessionId session,
                                       Kept& kept,
                                       Shelf& shelf,
                                       std::size_t most);
  [[nodiscard]] bool obsolete(cache::MessageKey key, const OutboundState& state) const noexcept;
  [[nodiscard]] bool too_much(const Kept& kept) const noexcept;

  CacheLimits limits_;
  mutable CacheSpace space_;
  bool was_void_ = false;
  mutable std::mutex mutex_;  // one transaction at a time: the map may grow between them
  std::unique_ptr<journal::Environment> environment_;
  std::optional<journal::Database> states_;
  std::optional<journal::Database> reports_;
  std::optional<journal::Database> answers_;
  std::map<matching::SessionId, Kept> kept_;  // guarded by mutex_, like what follows
  std::size_t kept_bytes_ = 0;
  matching::SessionId trimmed_last_;                                  // of those that write nothing
  std::map<matching::SessionId, std::deque<UnprovenStep>> unproven_;  // at the start; immutable
};

}  // namespace betex::fix
