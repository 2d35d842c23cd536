#include "tests/sim/run/smaller.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace betex::sim {
namespace {

class Search {
 public:
  Search(Plan plan, const Fails& fails, unsigned tries)
      : plan_{std::move(plan)}, fails_{fails}, tries_{tries} {}

  Plan run() {
    for (bool again = true; again;) {
      again = fewer_faults();
      again = fewer_users() || again;
      again = fewer_requests() || again;
    }
    return plan_;
  }

 private:
  // Takes it where it fails, too.
  bool take(Plan candidate) {
    if (tries_ == 0) {
      return false;
    }
    --tries_;
    if (!fails_(candidate)) {
      return false;
    }
    plan_ = std::move(candidate);
    return true;
  }

  // Chunks of them, large ones first.
  bool fewer_faults() {
    bool any = false;
    for (std::size_t size = plan_.faults.size(); size > 0; size /= 2) {
      for (std::size_t begin = 0; begin < plan_.faults.size();) {
        Plan candidate = plan_;
        const auto first = std::next(candidate.faults.begin(), static_cast<std::ptrdiff_t>(begin));
        const std::size_t count = std::min(size, plan_.faults.size() - begin);
        candidate.faults.erase(first, std::next(first, static_cast<std::ptrdiff_t>(count)));
        if (take(std::move(candidate))) {
          any = true;  // what follows has moved to `begin`
        } else {
          begin += size;
        }
      }
    }
    return any;
  }

  bool fewer_users() {
    bool any = false;
    Plan candidate = plan_;
    candidate.operates = false;
    any = (plan_.operates && take(std::move(candidate))) || any;
    candidate = plan_;
    candidate.watchers = 0;
    any = (plan_.watchers > 0 && take(std::move(candidate))) || any;
    while (plan_.traders > 1) {
      candidate = plan_;
      --candidate.traders;
      if (!take(std::move(candidate))) {
        break;
      }
      any = true;
    }
    return any;
  }

  bool fewer_requests() {
    bool any = false;
    for (unsigned less = plan_.requests / 2; less > 0 && plan_.requests > 1;) {
      Plan candidate = plan_;
      candidate.requests = std::max(1U, plan_.requests - less);
      if (take(std::move(candidate))) {
        any = true;
        less = std::min(less, plan_.requests / 2);
      } else {
        less /= 2;
      }
    }
    return any;
  }

  Plan plan_;
  const Fails& fails_;
  unsigned tries_;
};

}  // namespace

Plan smaller(Plan plan, const Fails& fails, unsigned tries) {
  return Search{std::move(plan), fails, tries}.run();
}

}  // namespace betex::sim
