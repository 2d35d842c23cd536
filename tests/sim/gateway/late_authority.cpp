#include "tests/sim/gateway/late_authority.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace betex::sim {
namespace {

using cluster::StoreUnknown;
using journal::WriterEpoch;

constexpr std::chrono::milliseconds kLookEvery{100};
constexpr int kRenewalsPerTtl = 4;

}  // namespace

LateAuthority::LateAuthority(cluster::KeyValueStore& store, Place place, Calls calls)
    : store_{store},
      place_{std::move(place)},
      calls_{std::move(calls)},
      lease_{store, {.key = place_.lease_key, .ttl = place_.ttl, .margin = place_.margin}} {}

WriterEpoch LateAuthority::acquire(WriterEpoch last_epoch) {
  while (!took_it()) {
    calls_.pause(kLookEvery);
  }
  held_ = true;
  calls_.pause(place_.margin);
  keep();
  const WriterEpoch epoch = raise_epoch(last_epoch);
  calls_.granted();
  return epoch;
}

bool LateAuthority::took_it() {
  try {
    return !lease_.holder() && lease_.try_take(self());
  } catch (const StoreUnknown&) {
    return false;
  }
}

WriterEpoch LateAuthority::raise_epoch(WriterEpoch last_epoch) {
  for (;;) {
    try {
      const std::optional<std::string> found = store_.get(place_.epoch_key);
      const WriterEpoch of_store{found ? static_cast<std::uint32_t>(std::stoul(*found)) : 0};
      const WriterEpoch epoch = std::max(of_store, last_epoch).next();
      const std::array conditions{cluster::KeyIs{.key = place_.epoch_key, .value = found}};
      const std::array puts{
          cluster::Put{.key = place_.epoch_key, .value = std::to_string(epoch.value())}};
      if (store_.transact(conditions, puts, {}).succeeded) {
        return epoch;
      }
    } catch (const StoreUnknown&) {
      calls_.pause(kLookEvery);
    }
  }
}

bool LateAuthority::keep() {
  held_ = held_ && lease_.renew(self()) != cluster::Lease::Renewal::Lost;
  return held_;
}

std::chrono::milliseconds LateAuthority::pause_between_renewals() const noexcept {
  return std::chrono::milliseconds{place_.ttl} / kRenewalsPerTtl;
}

cluster::Holder LateAuthority::self() const {
  return {.node = place_.node,
          .address = {},
          .wall_clock = std::chrono::system_clock::now().time_since_epoch()};
}

}  // namespace betex::sim
