// LateRenewal, planted: a right to write that is held until a renewal is refused, and a renewal
// that comes after the lease's end counts, as if nobody could have had it in between. Its lease is
// cluster::Lease as the quorum log has it, where an append sees that somebody did; a shared disk
// has nothing that sees it, and needs EtcdAuthority.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "gateway/cluster/key_value_store.h"
#include "gateway/cluster/lease.h"
#include "journal/writer_authority.h"

namespace betex::sim {

class LateAuthority final : public journal::WriterAuthority {
 public:
  struct Place {
    std::string epoch_key;
    std::string lease_key;
    std::string node;
    std::chrono::seconds ttl;
    std::chrono::milliseconds margin;
  };

  // `pause` waits for so long, and throws to give up; `granted` is called before acquire() returns.
  struct Calls {
    std::function<void(std::chrono::milliseconds)> pause;
    std::function<void()> granted;
  };

  // The store must outlive it.
  LateAuthority(cluster::KeyValueStore& store, Place place, Calls calls);

  journal::WriterEpoch acquire(journal::WriterEpoch last_epoch) override;

  [[nodiscard]] bool still_held() const noexcept override { return held_; }

  [[nodiscard]] bool is_external() const noexcept override { return true; }

  void release() noexcept override {
    held_ = false;
    lease_.give_back();
  }

  // Renews it; to be called again after that pause, as the first time. False: somebody has it.
  bool keep();

  [[nodiscard]] std::chrono::milliseconds pause_between_renewals() const noexcept;

 private:
  [[nodiscard]] bool took_it();
  [[nodiscard]] journal::WriterEpoch raise_epoch(journal::WriterEpoch last_epoch);
  [[nodiscard]] cluster::Holder self() const;

  cluster::KeyValueStore& store_;
  const Place place_;
  const Calls calls_;
  cluster::Lease lease_;
  bool held_ = false;
};

}  // namespace betex::sim
