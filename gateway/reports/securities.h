// The markets and their instruments as committed events make them: names, units, states, versions.
// Rebuilt from the engine's state at a start, then kept up to date from events. A part of the read
// model, and of whatever else tells of markets on a thread of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/link/report_parts.h"
#include "matching/engine.h"
#include "matching/events.h"
#include "matching/info.h"
#include "matching/ladder.h"
#include "matching/types.h"

namespace betex::gateway {

// How an instrument's integers read as decimals: matching/RULES.md's units.
struct Units {
  std::int64_t millionths_per_price = 1;     // of the ladder: hundredths of odds, or mu
  std::int64_t millionths_per_quantity = 1;  // minor units, or contracts
  fix::DecimalFormat format;

  [[nodiscard]] matching::Decimal price(matching::Price price) const noexcept {
    return matching::Decimal{price.value() * millionths_per_price};
  }

  [[nodiscard]] matching::Decimal quantity(matching::Quantity quantity) const noexcept {
    return matching::Decimal{quantity.value() * millionths_per_quantity};
  }
};

[[nodiscard]] Units units_of(matching::MarketKind kind) noexcept;

struct Instrument {
  matching::Name symbol;
  matching::MarketId market;
  const matching::Ladder* ladder = nullptr;  // static storage
  Units units;
  std::uint64_t removed_in = 0;  // the market's version since which it is; 0: it is not
  std::string text;              // for people, of few instruments

  [[nodiscard]] bool removed(std::uint64_t market_version) const noexcept {
    return removed_in != 0 && market_version >= removed_in;
  }
};

// A market as of the last event.
struct Market {
  matching::Name name;
  matching::MarketKind kind{};
  matching::LadderKind ladder{};
  matching::MarketState state = matching::MarketState::Inactive;
  bool in_play = false;
  bool archived = false;  // over for good: nothing of it can be changed any more
  std::uint64_t version = 0;
  matching::Quantity min_quantity;
  matching::Quantity quantity_step;
  matching::Quantity max_quantity;
  std::uint32_t winners = 0;
  std::uint32_t bet_delay_ms = 0;
  std::uint32_t commission_bp = 0;
  bool passive_skips_delay = false;
  matching::MarketText description;
  std::vector<matching::InstrumentId> instruments;
};

// *Owned by one thread.*
class Securities {
 public:
  // Empty: what a replay from the beginning of the journal starts from.
  Securities() = default;

  explicit Securities(const matching::Engine& engine);

  // Event types that change nothing here are accepted and ignored. Ids of the others always exist:
  // std::logic_error where one does not, and nothing here is to be used any more. What goes by
  // these events ends with it: the process by the report stage, by md market data alone.
  template <typename Event>
  void apply(const Event& event) {
    if constexpr (requires { on(event); }) {
      on(event);
    }
  }

  // Ids from events always exist: std::logic_error where one does not, as above.
  [[nodiscard]] const Instrument& instrument(matching::InstrumentId instrument) const;
  [[nodiscard]] const Market& market(matching::MarketId market) const;

  // Of all amounts; empty where the log does not say.
  [[nodiscard]] const matching::Currency& currency() const noexcept { return currency_; }

  // By name, as requests have them. 0: unknown.
  [[nodiscard]] matching::InstrumentId find_instrument(const matching::Name& symbol) const;
  [[nodiscard]] matching::MarketId find_market(const matching::Name& name) const;

  // Their ids are 1 to so many.
  [[nodiscard]] std::size_t instrument_count() const noexcept {
    return instruments_.empty() ? 0 : instruments_.size() - 1;
  }

  [[nodiscard]] std::size_t market_count() const noexcept {
    return markets_.empty() ? 0 : markets_.size() - 1;
  }

  // Those of markets that are not archived, ascending. Valid until the next event.
  [[nodiscard]] std::span<const matching::InstrumentId> current_instruments() const noexcept {
    return current_;
  }

 private:
  void on(const matching::ExchangeCreated& event);
  void on(const matching::MarketCreated& event);
  void on(const matching::RunnerAdded& event);
  void on(const matching::MarketOpened& event);
  void on(const matching::RunnerRemoved& event);
  void on(const matching::MarketSuspended& event);
  void on(const matching::MarketResumed& event);
  void on(const matching::MarketHalted& event);
  void on(const matching::MarketUnhalted& event);
  void on(const matching::MarketTurnedInPlay& event);
  void on(const matching::MarketClosed& event);
  void on(const matching::MarketReopened& event);
  void on(const matching::MarketChanged& event);
  void on(const matching::MarketDescribed& event);
  void on(const matching::MarketDetermined& event);
  void on(const matching::MarketVoided& event);
  void on(const matching::MarketSettled& event);
  void on(const matching::MarketArchived& event);

  void add_instrument(const matching::InstrumentInfo& info);
  void leave_out(matching::MarketId market);
  template <typename Event>
  void change_market(const Event& event);

  matching::Currency currency_;
  std::vector<Instrument> instruments_;  // by id
  std::vector<Market> markets_;          // by id
  std::vector<matching::InstrumentId> current_;
  std::unordered_map<matching::Name, matching::InstrumentId> symbols_;
  std::unordered_map<matching::Name, matching::MarketId> market_names_;
};

}  // namespace betex::gateway
