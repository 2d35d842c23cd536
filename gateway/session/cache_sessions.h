// What the session cache keeps of each session, and how it is found: without a lock, by any thread,
// while another adds a session.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "gateway/session/cache_scan.h"
#include "gateway/session/outbound_state.h"
#include "matching/prefetch.h"
#include "matching/types.h"

namespace betex::fix {

// Its lines are its own: who stores a message touches nothing of another session's.
struct alignas(matching::kCacheLine) KeptSession {
  KeptSession(matching::SessionId id, std::uint32_t at) : session{id}, cell{at} {}

  const matching::SessionId session;
  const std::uint32_t cell;  // in the file

  // Of its session's strand alone: a block that is nobody's in the file, the next one.
  std::optional<std::uint32_t> spare;

  // Held by the strand while it stores or reads a message, and by whoever takes a block away that
  // is not needed any more, so that hardly ever anybody waits for it.
  mutable std::mutex mutex;
  // Guarded by it, like what follows.
  std::uint64_t version = 0;  // of the cell
  OutboundState state;
  Shelf reports;
  Shelf answers;
  std::size_t bytes = 0;  // of the records in its blocks
  matching::EventSeq delivered;
  // The next report has been promised the room behind the last one: nobody takes that block away.
  bool promised = false;
};

// *Thread-safe*, but for add(), which one thread calls at a time; sessions are never removed and
// stay where they are.
class CacheSessions {
 public:
  // Before anybody else uses it: for so many sessions at most, and without any.
  void reset(std::size_t most);

  // null: unknown.
  [[nodiscard]] KeptSession* find(matching::SessionId session) const noexcept;

  // `session` must be unknown, and there must be room. A thread that has found it sees it whole.
  KeptSession& add(matching::SessionId session, std::uint32_t cell);

  // All of them, in the order in which they were added. As add().
  [[nodiscard]] std::deque<KeptSession>& all() noexcept { return all_; }

  [[nodiscard]] const std::deque<KeptSession>& all() const noexcept { return all_; }

 private:
  [[nodiscard]] std::size_t home(matching::SessionId session) const noexcept {
    return session.value() & mask_;  // ids are counted from 1
  }

  std::deque<KeptSession> all_;
  // Open addressing, at most half full. Written by add() with release, read with acquire by
  // find().
  std::unique_ptr<std::atomic<KeptSession*>[]> places_;
  std::size_t mask_ = 0;
};

}  // namespace betex::fix
