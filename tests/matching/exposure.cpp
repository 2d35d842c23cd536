#include "tests/matching/exposure.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kPayoutMu = 10'000;

Int128 cost_of(Int128 worst) {
  return worst < 0 ? -worst : 0;
}

}  // namespace

Int128 odds_exposure(const Runners& runners,
                     std::uint32_t winners,
                     const std::vector<OpenPart>& open) {
  if (runners.size() <= winners) {
    return 0;  // no contest: it can only be voided
  }
  Runners worst = runners;
  for (const OpenPart& order : open) {
    const auto runner = worst.find(order.instrument);
    if (runner != worst.end()) {
      (order.side == Side::Ask ? runner->second.won : runner->second.lost) -= order.part;
    }
  }
  Int128 sum = 0;
  std::vector<Int128> differences;
  for (const auto& [instrument, sums] : worst) {
    sum += sums.lost;
    differences.push_back(sums.won - sums.lost);
  }
  std::sort(differences.begin(), differences.end());
  for (std::uint32_t i = 0; i < winners; ++i) {
    sum += differences[i];
  }
  return cost_of(sum);
}

// Backs bring their gain where their runner wins and cost their part where it loses; lays the other
// way round.
Int128 odds_exposure_by_force(const Runners& runners,
                              std::uint32_t winners,
                              const std::vector<OpenPart>& open) {
  if (runners.size() <= winners) {
    return 0;
  }
  std::optional<Int128> worst;
  for (std::size_t filled = 0; filled < std::size_t{1} << open.size(); ++filled) {
    for (std::size_t result = 0; result < std::size_t{1} << runners.size(); ++result) {
      if (static_cast<std::uint32_t>(std::popcount(result)) != winners) {
        continue;
      }
      Int128 sum = 0;
      std::size_t place = 0;
      for (const auto& [instrument, sums] : runners) {
        const bool wins = (result >> place++ & 1) != 0;
        sum += wins ? sums.won : sums.lost;
        for (std::size_t i = 0; i < open.size(); ++i) {
          if ((filled >> i & 1) != 0 && open[i].instrument == instrument) {
            sum += wins == (open[i].side == Side::Bid) ? open[i].gain : -open[i].part;
          }
        }
      }
      worst = worst ? std::min(*worst, sum) : sum;
    }
  }
  return cost_of(*worst);
}

Int128 binary_exposure(Int128 position, const std::vector<OpenPart>& open) {
  Int128 if_yes = kPayoutMu * std::max(Int128{0}, position);
  Int128 if_no = kPayoutMu * std::max(Int128{0}, -position);
  for (const OpenPart& order : open) {
    (order.side == Side::Ask ? if_yes : if_no) -= order.part;
  }
  return cost_of(std::min(if_yes, if_no));
}

// A buy that is filled brings its gain at YES and costs its part at NO; a sell the other way round.
Int128 binary_exposure_by_force(Int128 position, const std::vector<OpenPart>& open) {
  Int128 worst = 0;
  for (std::size_t filled = 0; filled < std::size_t{1} << open.size(); ++filled) {
    for (const bool yes : {false, true}) {
      Int128 sum = yes == (position > 0) ? kPayoutMu * (position < 0 ? -position : position) : 0;
      for (std::size_t i = 0; i < open.size(); ++i) {
        if ((filled >> i & 1) != 0) {
          sum += yes == (open[i].side == Side::Bid) ? open[i].gain : -open[i].part;
        }
      }
      worst = std::min(worst, sum);
    }
  }
  return cost_of(worst);
}

}  // namespace betex::matching::testing
