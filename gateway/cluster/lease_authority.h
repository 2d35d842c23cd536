// Who may write to a shared disk: who has an external lease. The right is given in this order:
//
//   the lease is taken -> fence_command has ended well -> the margin is over -> the epoch is raised
//
// and kept by a thread of its own. The storage does not check the epoch, so a lease that has ended
// once is never gone on with: the process ends.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "gateway/cluster/key_value_store.h"
#include "gateway/cluster/lease.h"
#include "gateway/cluster/lease_validity.h"
#include "journal/errors.h"
#include "journal/format.h"
#include "journal/writer_authority.h"

namespace betex::cluster {

struct AuthoritySettings {
  std::chrono::seconds ttl{5};
  std::chrono::milliseconds margin{1500};
  // Has the storage refuse who wrote last: $1 is that one's epoch, 0 where nobody has written, $2
  // the new one, $3 that one's node, empty where it is unknown. Empty: none is run.
  std::string fence_command;
  std::chrono::milliseconds fence_limit{60'000};  // it is killed then, and the right not given
  std::chrono::milliseconds look_every{100};      // whether the lease is free
  // By a thread of its own; false: whoever has acquired it calls keep().
  bool keeps_itself = true;
};

struct AuthorityCalls {
  // Waits for so long; throws to give up.
  std::function<void(std::chrono::milliseconds)> pause;
  // Whom or what acquire() waits for, when that changes.
  std::function<void(const std::string&)> waiting;
  // While somebody else has the lease, again and again. What takes long delays the takeover by
  // that.
  std::function<void()> stand_by;
  // The right is given; before acquire() returns.
  std::function<void(journal::WriterEpoch)> granted;
  // By whoever keeps it: false, and the lease is not renewed.
  std::function<bool()> healthy;
  // By whoever keeps it, once, last: the right is lost. In the gateway it does not return.
  std::function<void(const std::string& why)> lost;
};

// acquire(), release() and the destructor by one thread.
class ExternalAuthority : public journal::WriterAuthority {
 public:
  // Blocks until the right is given. Throws what AuthorityCalls::pause throws; JournalError:
  // AuthorityLost where the fence command has failed or the lease was lost meanwhile, and
  // BadConfiguration where the store refuses this node or holds what no node has written.
  journal::WriterEpoch acquire(journal::WriterEpoch last_epoch) final;

  [[nodiscard]] bool still_held() const noexcept final {
    return left() > std::chrono::nanoseconds{0};
  }

  [[nodiscard]] bool is_external() const noexcept final { return true; }

  // Ends the thread and gives the lease back. Calling it again does nothing. Not by the thread
  // "lease".
  void release() noexcept final;

  // Without keeps_itself, after acquire(): renews the lease. Returns how long to wait before it is
  // called again, as before the first time; none: the right is lost, and that was told.
  [[nodiscard]] std::optional<std::chrono::milliseconds> keep() {
    return keep([] { return false; });
  }

  [[nodiscard]] std::chrono::milliseconds pause_between_renewals() const noexcept;

  // Of the time in which the right is held; not more than 0: it is not. Thread-safe.
  [[nodiscard]] std::chrono::nanoseconds left() const noexcept { return validity_.left(); }

 protected:
  struct Claim {
    journal::WriterEpoch before;  // of who wrote last, 0: nobody has
    journal::WriterEpoch epoch;   // above that one
    std::string node_before;      // empty: unknown
  };

  struct Answer {
    Lease::Renewal renewal = Lease::Renewal::Unknown;
    std::chrono::nanoseconds until{0};  // boot time; of Renewed
  };

  ExternalAuthority(AuthoritySettings settings, AuthorityCalls calls, const BootClock& clock);

  // ---- By whoever has acquire(), then by whoever keeps it, never both

  // Once. Until when it is held; none: somebody has it, and `why_not` says who. StoreUnknown,
  // StoreRefused.
  [[nodiscard]] virtual std::optional<std::chrono::nanoseconds> try_take(
      journal::WriterEpoch last_epoch, std::string& why_not) = 0;

  // After it was taken.
  [[nodiscard]] virtual Claim claim(journal::WriterEpoch last_epoch) = 0;

  // The claim's epoch is this node's when it returns.
  virtual void grant(const Claim& claim) = 0;

  [[nodiscard]] virtual Answer ask_for_more() = 0;

  virtual void give_back() noexcept = 0;

  // ---- For these

  // Waits for so long, and keeps the lease. AuthorityLost where it is lost.
  void hold(std::chrono::milliseconds time);

  [[noreturn]] static void fail(journal::Fault fault, const std::string& what);

  // JournalError where there is none.
  [[nodiscard]] static journal::WriterEpoch next_above(journal::WriterEpoch one,
                                                       journal::WriterEpoch other);

  [[nodiscard]] std::chrono::nanoseconds now() const { return validity_.now(); }

  [[nodiscard]] const AuthoritySettings& settings() const noexcept { return settings_; }

  // A destructor must call it first: the thread calls what it destroys.
  void end_renewals() noexcept;

 private:
  void wait_for_lease(journal::WriterEpoch last_epoch);
  [[nodiscard]] bool took_lease(journal::WriterEpoch last_epoch, std::string& why_not);
  void fence(const Claim& claim);
  void require_held() const;
  [[nodiscard]] Lease::Renewal renew();
  void run(const std::stop_token& stop);
  // `ended`: it was released meanwhile; asked by its thread.
  [[nodiscard]] std::optional<std::chrono::milliseconds> keep(const std::function<bool()>& ended);

  const AuthoritySettings settings_;
  const AuthorityCalls calls_;
  LeaseValidity validity_;
  std::chrono::nanoseconds renewed_at_{0};  // boot time: when it was asked for last
  bool taken_ = false;
  bool told_unhealthy_ = false;  // by whoever keeps it, as the next one
  bool was_answered_ = true;
  std::jthread thread_;
};

// The lease is a key of the store that ends with a lease of etcd; the epoch is a key beside it that
// stays, "EPOCH NODE TOKEN". It is raised by compare and swap, and the token says whose doing it
// was where the answer has not come.
class EtcdAuthority final : public ExternalAuthority {
 public:
  struct Place {
    std::string epoch_key;  // "/betex/SHARD/epoch"
    std::string lease_key;  // "/betex/SHARD/leader"
    std::string node;
    std::string address;  // where its clients connect
  };

  // `store` must outlive it, and be used by nobody else.
  EtcdAuthority(KeyValueStore& store,
                Place place,
                const AuthoritySettings& settings,
                AuthorityCalls calls,
                const BootClock& clock = &boot_time);
  ~EtcdAuthority() override;
  EtcdAuthority(const EtcdAuthority&) = delete;
  EtcdAuthority& operator=(const EtcdAuthority&) = delete;
  EtcdAuthority(EtcdAuthority&&) = delete;
  EtcdAuthority& operator=(EtcdAuthority&&) = delete;

 private:
  [[nodiscard]] std::optional<std::chrono::nanoseconds> try_take(journal::WriterEpoch last_epoch,
                                                                 std::string& why_not) override;
  [[nodiscard]] Claim claim(journal::WriterEpoch last_epoch) override;
  void grant(const Claim& claim) override;
  [[nodiscard]] Answer ask_for_more() override;
  void give_back() noexcept override;

  [[nodiscard]] Holder self() const;
  // Again and again while the outcome is unknown and the lease is held.
  template <typename Ask>
  auto ask(const Ask& ask);

  KeyValueStore& store_;
  const Place place_;
  const std::string token_;  // of this object, and of no other one
  Lease lease_;
  std::optional<std::string> epoch_before_;  // the key's value; none: there is none
};

// Random, in hexadecimal digits.
[[nodiscard]] std::string make_token();

}  // namespace betex::cluster
