#include "gateway/session/quickfix_clock.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "gateway/session/quickfix.h"

namespace betex::fix {
namespace {

// QuickFIX's function has no place for a context. Set by whoever starts and ends the sessions
// (release), read by their threads (acquire); null: the machine's clock.
std::atomic<const gateway::Clock*> the_clock{nullptr};

matching::Timestamp quickfix_now() {
  const gateway::Clock* const clock = the_clock.load(std::memory_order_acquire);
  return clock != nullptr ? clock->now() : gateway::SystemClock{}.now();
}

// A time that no machine's clock shows.
class ProofClock final : public gateway::Clock {
 public:
  [[nodiscard]] matching::Timestamp now() const override {
    return matching::Timestamp{kDays * FIX::DateTime::NANOS_PER_DAY};
  }

  static constexpr std::int64_t kDays = 3;
};

// A store of QuickFIX's own, made by code in the library, notes when it was made.
bool library_asks_us() {
  FIX::MemoryStoreFactory factory;
  const FIX::SessionID nobody{"FIX.4.4", "PROOF", "PROOF"};
  FIX::MessageStore* const store = factory.create(nobody);
  const int made_on = store->getCreationTime().getJulianDate();
  factory.destroy(store);
  return made_on == FIX::DateTime::JULIAN_19700101 + ProofClock::kDays;
}

}  // namespace

QuickfixClock::QuickfixClock(const gateway::Clock& clock) : clock_{clock} {
  const ProofClock proof;
  the_clock.store(&proof, std::memory_order_release);
  const bool used = library_asks_us();
  the_clock.store(used ? &clock_ : nullptr, std::memory_order_release);
  if (!used) {
    throw std::logic_error{
        "QuickFIX does not go by this program's clock: link it as Debian's shared library, which "
        "calls FIX::DateTime::nowUtc() where others can define it"};
  }
}

QuickfixClock::~QuickfixClock() {
  const gateway::Clock* ours = &clock_;
  the_clock.compare_exchange_strong(ours, nullptr, std::memory_order_acq_rel);
}

}  // namespace betex::fix

// In place of the library's.
FIX::DateTime FIX::DateTime::nowUtc() {
  const std::int64_t now = betex::fix::quickfix_now().value();
  return {static_cast<int>(JULIAN_19700101 + now / NANOS_PER_DAY), now % NANOS_PER_DAY};
}
