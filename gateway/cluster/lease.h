// The right to try: who has the lease may take the quorum log over, or write to a shared disk. It
// is a key of the store that ends with a lease, kept alive by a thread of its own. In a replicated
// cluster it decides only *when* a standby tries; on a shared disk it is what there is.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "gateway/cluster/key_value_store.h"

namespace betex::cluster {

// Nanoseconds since boot, suspended time included (CLOCK_BOOTTIME). Thread-safe.
using BootClock = std::function<std::chrono::nanoseconds()>;
[[nodiscard]] std::chrono::nanoseconds boot_time();

struct LeaseSettings {
  std::string key;  // "/betex/SHARD/leader"
  std::chrono::seconds ttl{2};
  std::chrono::milliseconds margin{500};  // it counts as over so long before it is
  // Where it has ended and the key is nobody's, renew() takes it again: that somebody may have had
  // it in between, and given it back, must be seen elsewhere, as an append to the quorum log sees
  // it, or by term(). False: it is lost then.
  bool take_anew = true;
};

// What the key says of its holder, for people and for standbys.
struct Holder {
  std::string node;
  std::string address;                     // where its clients connect
  std::chrono::nanoseconds wall_clock{0};  // since 1970, when it renewed last
};

[[nodiscard]] std::string to_text(const Holder& holder);
[[nodiscard]] std::optional<Holder> parse_holder(std::string_view text);

// try_take(), renew(), claim() and give_back() by one thread at a time; valid(), left() and term()
// by any.
class Lease {
 public:
  enum class Renewal : std::uint8_t {
    Renewed,
    Unknown,  // no answer: it runs on towards its end
    Lost,     // the key is somebody else's
  };

  // `store` must outlive it.
  Lease(KeyValueStore& store, LeaseSettings settings, BootClock clock = &boot_time);

  // Once. False: somebody has it, or the store has not answered.
  [[nodiscard]] bool try_take(const Holder& holder);

  // Who has it; none: nobody. Throws what the store throws.
  [[nodiscard]] std::optional<Holder> holder();

  // Once; writes the holder's wall clock, too. Where it has ended and is nobody's now, it is taken
  // anew (LeaseSettings::take_anew).
  [[nodiscard]] Renewal renew(const Holder& holder);

  // Nobody else can have been given it by now.
  [[nodiscard]] bool valid() const noexcept { return left() > std::chrono::nanoseconds{0}; }

  // Of the time in which it is valid; negative: so long ago it ended.
  [[nodiscard]] std::chrono::nanoseconds left() const noexcept;

  // How often this node has come to have it; 0: never yet. It grows before valid() is true of the
  // new term. So where it was the same at an earlier moment, and valid() is true *first*, nobody
  // else has had the lease since then: valid() alone does not say so, for the lease may have ended
  // and been another's in between.
  [[nodiscard]] std::uint64_t term() const noexcept {
    return term_.load(std::memory_order_relaxed);
  }

  // What the store's key says while this node has it, as far as is known: a condition for what may
  // be done by its holder only. None: this node does not have it. By the thread that renews.
  [[nodiscard]] std::optional<KeyIs> claim() const;

  // Ends it, so that a standby need not wait. Afterwards it is not valid.
  void give_back() noexcept;

  [[nodiscard]] const LeaseSettings& settings() const noexcept { return settings_; }

 private:
  [[nodiscard]] Renewal take(const Holder& holder);
  [[nodiscard]] Renewal take_anew(const Holder& holder);
  [[nodiscard]] Renewal keep(const Holder& holder);
  [[nodiscard]] Renewal put_absent(const std::string& value);
  [[nodiscard]] Renewal put_value(const Holder& holder);
  [[nodiscard]] Renewal look();
  [[nodiscard]] Renewal judge(const std::optional<std::string>& found);
  void prolong(std::chrono::nanoseconds sent, std::chrono::seconds ttl) noexcept;
  void end() noexcept;
  void refused(const StoreRefused& error);

  KeyValueStore& store_;
  const LeaseSettings settings_;
  const BootClock clock_;
  LeaseId id_ = 0;           // 0: none
  std::string value_;        // of the key, as this node put it last or has found it
  bool has_it_ = false;      // without a break, since the term began
  bool complained_ = false;  // of a refusal, since the last renewal
  std::atomic<std::int64_t> valid_until_{0};  // boot time, in ns
  std::atomic<std::uint64_t> term_{0};
};

// The thread "lease": renews four times within the time to live, while `healthy` says so; a leader
// that hangs must lose it. After a renewal that was not answered the next one comes much sooner: a
// member of the store that hangs must not cost the lease.
class LeaseThread {
 public:
  struct Calls {
    std::function<Holder()> holder;
    std::function<bool()> healthy;
    // The lease is somebody else's: this node must not go on. Called once, last; not where the
    // thread has been asked to end meanwhile.
    std::function<void()> lost;
    // After each renewal: housekeeping that may take its time, with the store of this thread.
    std::function<void(KeyValueStore&)> idle;
  };

  // The lease is taken; it is renewed at once. All must outlive it.
  LeaseThread(Lease& lease, KeyValueStore& store, Calls calls);

  // Ends the thread; the lease is not given back.
  ~LeaseThread();
  LeaseThread(const LeaseThread&) = delete;
  LeaseThread& operator=(const LeaseThread&) = delete;
  LeaseThread(LeaseThread&&) = delete;
  LeaseThread& operator=(LeaseThread&&) = delete;

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] bool keep(const std::stop_token& stop);

  Lease& lease_;
  KeyValueStore& store_;
  const Calls calls_;
  std::jthread thread_;
};

}  // namespace betex::cluster
