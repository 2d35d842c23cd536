// What was sent, for resends, and how far: a file of this boot, mapped (CACHE.md).
//
// It survives the process (kill -9 included), not the machine: a message is stored by plain stores,
// and after another boot the file is moved aside unread. A cache that is void or new makes no use
// of numbers and reports that an earlier life may have sent: numbers go on above what was reserved,
// reports from what is proven delivered, marked PossResend(97)=Y.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/session/cache_file.h"
#include "gateway/session/cache_place.h"
#include "gateway/session/cache_scan.h"
#include "gateway/session/cache_sessions.h"
#include "gateway/session/cache_space.h"
#include "gateway/session/outbound_state.h"
#include "gateway/session/unproven_reports.h"
#include "matching/engine.h"
#include "matching/types.h"

namespace betex::fix {

class SpareCache;

// What recovery found, before the start journals anything: a new cache starts from it, an old one
// is held against it.
struct RecoveredSessions {
  std::span<const matching::SessionInfo> sessions;
  matching::EventSeq last_seq;

  // All of them are to begin an epoch that nothing was sent in, and what an older cache holds is
  // perhaps of another history: it is void.
  bool new_epochs = false;
};

// Of the file, for so many sessions: the newest 4 MiB of each, as much again that is not proven to
// have arrived, and what one that proves nothing may take.
[[nodiscard]] constexpr std::size_t proposed_cache_bytes(std::size_t sessions) noexcept {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  return std::min(64 * kMiB + 8 * kMiB * sessions, 1024 * kMiB);
}

struct CacheLimits {
  // Of a new cache; on a disk an eighth of it at most.
  std::size_t file_bytes = std::size_t{16} << 20;
  std::uint32_t block_bytes = cache::kBlockBytes;  // a session has whole blocks

  std::uint32_t sessions = 0;    // that there are to be; a new cache has room for more
  std::filesystem::path memory;  // where a new cache's file is best; empty: nowhere
  CacheBounds bounds;
};

// *Thread-safe*, but what is asked of one session is asked by one thread at a time: its strand. Two
// sessions wait for each other only where one of them needs its next block
// (session_cache_trim.cpp). A failure is an exception that means fail-stop: what was sent is not
// known then, and nothing may be sent after it.
class SessionCache {
 public:
  struct Message {
    matching::MsgSeqNum number;
    std::string bytes;
  };

  // The greatest message for which make_room() makes it. No report comes near it.
  static constexpr std::size_t kGreatestMessage = 32 << 10;

  // Opens or creates the folder at `path`, which nobody but this user may look into, and takes the
  // cache over for the log's writer. Throws JournalError; CacheAhead where the cache is ahead of
  // the journal: then the journal has lost its tail, and the cache stays as it is. `spare`: what a
  // new file is taken from; null: it is made.
  SessionCache(const std::filesystem::path& path,
               const CacheIdentity& identity,
               const RecoveredSessions& recovered,
               const CacheLimits& limits = {},
               SpareCache* spare = nullptr);
  SessionCache(const SessionCache&) = delete;
  SessionCache& operator=(const SessionCache&) = delete;
  SessionCache(SessionCache&&) = delete;
  SessionCache& operator=(SessionCache&&) = delete;
  ~SessionCache() = default;

  // True when an older cache was there and could not be used.
  [[nodiscard]] bool was_void() const noexcept { return was_void_; }

  [[nodiscard]] CacheSpace& space() const noexcept { return space_; }

  // Its file.
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return place_.file; }

  // What was found at the start of the session's reports that are not proven to have arrived.
  [[nodiscard]] std::deque<UnprovenStep> unproven_at_start(matching::SessionId session) const;

  // What messages take of the file; and what they may.
  [[nodiscard]] std::size_t kept_bytes() const;
  [[nodiscard]] std::size_t capacity() const noexcept;

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

  // ---- Storing. What is stored when one of these returns is there after a kill.

  // Makes sure that the session's next message can be appended, a report of an event or an answer,
  // whatever other sessions need meanwhile. False: there is no room for it, since all that is kept
  // is needed. `delivered`: its client has proven to have the reports of events up to here.
  [[nodiscard]] bool make_room(matching::SessionId session,
                               bool answer,
                               matching::EventSeq delivered);

  // A message with the number `state.last_number`, for which there is room. An answer, which tells
  // of no event, is not kept where room is short: a resend fills its number.
  void append(matching::SessionId session,
              const OutboundState& state,
              ReportId report,
              std::string_view bytes);

  // A message that is never sent again has used the number `state.last_number`. False: the file has
  // no room for one more session.
  [[nodiscard]] bool use_number(matching::SessionId session, const OutboundState& state);

 private:
  // Messages with numbers in a range, on one shelf.
  struct Range {
    matching::SessionId session;
    matching::MsgSeqNum first;
    matching::MsgSeqNum last;
    bool answers;
  };

  // session_cache_open.cpp
  void find_or_make(const std::filesystem::path& folder,
                    const CacheIdentity& identity,
                    const RecoveredSessions& recovered,
                    SpareCache* spare);
  [[nodiscard]] bool take_over(const std::filesystem::path& folder,
                               const CacheIdentity& identity,
                               const RecoveredSessions& recovered);
  void make(const std::filesystem::path& folder,
            const CacheIdentity& identity,
            const RecoveredSessions& recovered,
            SpareCache* spare);
  void adopt(const ScannedCache& scanned, const RecoveredSessions& recovered);
  void start_from(const RecoveredSessions& recovered);

  // null: the file has no room for one more session.
  [[nodiscard]] KeptSession* find_or_add(matching::SessionId session);

  // ---- With the session's lock
  [[nodiscard]] std::unique_lock<std::mutex> lock_in(KeptSession& kept,
                                                     matching::SessionEpoch epoch);
  void store_state(KeptSession& kept, const OutboundState& state);
  [[nodiscard]] bool fits(const Shelf& shelf, std::size_t record) const noexcept;
  void store_record(KeptSession& kept,
                    Shelf& shelf,
                    const cache::Record& record,
                    std::string_view bytes);

  // Each record of the block, until `visit` returns false.
  template <typename Visit>
  void visit_records(matching::SessionId session,
                     const KeptBlock& block,
                     bool answers,
                     Visit visit) const;
  void read_from(const Shelf& shelf, Range range, std::vector<Message>& messages) const;
  [[noreturn]] void throw_damaged() const;

  // ---- session_cache_trim.cpp: blocks, and what is not kept any longer

  // Without any lock.
  [[nodiscard]] std::optional<std::uint32_t> next_block(KeptSession& kept, bool answers);
  [[nodiscard]] std::optional<std::uint32_t> take_block(KeptSession& kept);
  void begin_epoch(KeptSession& kept);

  // With the session's lock.
  void begin_block(KeptSession& kept, bool answers, std::uint32_t index);

  // With blocks_mutex_.
  void trim_another();

  // With both.
  void trim(KeptSession& kept);
  [[nodiscard]] bool drop_oldest_answers(KeptSession& kept, std::size_t at_least);
  [[nodiscard]] bool drop_oldest_reports(KeptSession& kept, std::size_t at_least);
  void drop_block(KeptSession& kept, Shelf& shelf);

  CacheLimits limits_;
  mutable CacheSpace space_;
  bool was_void_ = false;
  CachePlace place_;
  std::optional<CacheFile> file_;
  std::map<matching::SessionId, std::deque<UnprovenStep>> unproven_;  // at the start; immutable

  // Whoever has it may take a session's lock besides, and nobody who has one of those waits for it.
  mutable std::mutex blocks_mutex_;
  // Guarded by it, but for finding one that is there.
  CacheSessions sessions_;
  // Guarded by it.
  std::size_t trimmed_next_ = 0;  // of sessions_
  std::vector<std::uint32_t> free_cells_;
  std::vector<std::uint32_t> free_blocks_;
  // Each is guarded by what guards its block: blocks_mutex_ while it is free, then its session's
  // lock, or its strand for a spare one.
  std::vector<std::uint64_t> block_versions_;
};

}  // namespace betex::fix
