// What the numbers in events mean: the names of markets and instruments, and the log's currency,
// learned from the events that give them.
#pragma once

#include <map>
#include <string_view>

#include "matching/engine.h"
#include "matching/events.h"
#include "matching/types.h"

namespace betex::journal {

class KnownNames {
 public:
  // All that an engine knows; for a log whose first events are retired.
  void learn(const matching::Engine& engine);

  void learn(const matching::ExchangeCreated& event) { currency_ = event.currency; }

  void learn(const matching::MarketCreated& event) { markets_[event.header.market] = event.name; }

  void learn(const matching::RunnerAdded& event) { instruments_[event.instrument] = event.symbol; }

  // Of all others there is nothing to learn.
  template <typename Event>
  void learn(const Event&) {}

  // Empty where they are not known.
  [[nodiscard]] std::string_view currency() const noexcept { return currency_.view(); }

  [[nodiscard]] std::string_view market(matching::MarketId id) const {
    return name_in(markets_, id);
  }

  [[nodiscard]] std::string_view instrument(matching::InstrumentId id) const {
    return name_in(instruments_, id);
  }

 private:
  template <typename Id>
  using Names = std::map<Id, matching::Name>;

  template <typename Id>
  static std::string_view name_in(const Names<Id>& names, Id id) {
    const auto found = names.find(id);
    return found == names.end() ? std::string_view{} : found->second.view();
  }

  matching::Currency currency_;
  Names<matching::MarketId> markets_;
  Names<matching::InstrumentId> instruments_;
};

}  // namespace betex::journal
