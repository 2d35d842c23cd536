// How many refusals the journal takes. Every Reject(3) and BusinessMessageReject(j) that uses up a
// message's number is journaled before anybody hears of it, so a client that sends nothing but what
// is refused would fill the disk: a session has so many a second, all together have so many, and
// what would be refused beyond that waits unread.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace betex::fix {

// *Thread-safe*, but for the windows of sessions.
class RefusalShare {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  static constexpr std::uint32_t kOfASession = 100;  // a second
  static constexpr std::uint32_t kInAll = 1000;

  // The last of those of all are for sessions that have had few: a flood of others' must not hold
  // up what stands behind one bad message.
  static constexpr std::uint32_t kFew = 10;
  static constexpr std::uint32_t kForThoseWithFew = 200;

  // A second, from its first refusal on. A session's own is *owned by its strand*.
  struct Window {
    TimePoint end;
    std::uint32_t taken = 0;

    void look(TimePoint now) noexcept {
      if (now >= end) {
        *this = {.end = now + std::chrono::seconds{1}};
      }
    }
  };

  // One more refusal of the session with this window. Where there is none left: when to ask again.
  [[nodiscard]] std::optional<TimePoint> take(Window& of_session, TimePoint now) {
    of_session.look(now);
    if (of_session.taken >= kOfASession) {
      return of_session.end;
    }
    const std::lock_guard lock{mutex_};
    all_.look(now);
    const std::uint32_t reserved = of_session.taken < kFew ? 0 : kForThoseWithFew;
    if (all_.taken >= kInAll - reserved) {
      return all_.end;
    }
    ++of_session.taken;
    ++all_.taken;
    return std::nullopt;
  }

 private:
  std::mutex mutex_;
  Window all_;  // guarded by mutex_
};

}  // namespace betex::fix
