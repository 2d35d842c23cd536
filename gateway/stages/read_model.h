// What reports need to know beside their event: the fixed part of each order, its instrument's
// units, the names of accounts and sessions. Rebuilt from the engine's state at a start, then kept
// up to date from committed events. *Owned by the report thread.*
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "gateway/fix/report.h"
#include "matching/engine.h"
#include "matching/events.h"
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
  const matching::Ladder* ladder = nullptr;  // static storage
  Units units;
};

// What an accepted request has made of an order: its terms since then. A report tells the terms as
// of its event, also when it is made later.
struct ChainEntry {
  matching::ClOrdId cl_ord_id;
  matching::Price price;
  matching::Timestamp expire_time;
};

struct OrderEntry {
  matching::AccountId account;
  matching::SessionId session;
  matching::InstrumentId instrument;
  matching::Side side{};
  matching::OrderType type{};
  matching::TimeInForce time_in_force{};
  fix::OrdStatus status{};
  matching::OrderValues values;  // after the last event: what a status request is told
  ChainEntry first;              // of its chain; later ones: ReadModel::chain()
};

class ReadModel {
 public:
  ReadModel() = default;

  explicit ReadModel(const matching::Engine& engine);

  // Event types that change nothing here are accepted and ignored.
  template <typename Event>
  void apply(const Event& event) {
    if constexpr (requires { on(event); }) {
      on(event);
    }
  }

  // Ids from events always exist; that they do is asserted.
  [[nodiscard]] const OrderEntry& order(matching::OrderId order) const;
  [[nodiscard]] const Instrument& instrument(matching::InstrumentId instrument) const;
  [[nodiscard]] const matching::Name& account(matching::AccountId account) const;
  [[nodiscard]] const matching::Name& comp_id(matching::SessionId session) const;

  // The `index`th accepted request of the order's chain, 0 being its NewOrderSingle.
  [[nodiscard]] const ChainEntry& chain(matching::OrderId order, std::uint32_t index) const;

 private:
  // Order ids are dense, so orders live in pages found by division: no hash, no moving.
  static constexpr std::size_t kPageSize = 4096;
  using Page = std::array<OrderEntry, kPageSize>;

  void on(const matching::SessionWentUp& event);
  void on(const matching::AccountCreated& event);
  void on(const matching::MarketCreated& event);
  void on(const matching::RunnerAdded& event);
  void on(const matching::OrderAccepted& event);
  void on(const matching::TradeMatched& event);
  void on(const matching::OrderCancelled& event);
  void on(const matching::OrderReduced& event);
  void on(const matching::OrderReleased& event);
  void on(const matching::OrderAmended& event);
  void on(const matching::OrderExpired& event);
  void on(const matching::OrderCancelledBatched& event);

  OrderEntry& mutable_order(matching::OrderId order);
  OrderEntry& new_order(matching::OrderId order);
  void add_instrument(const matching::InstrumentInfo& info);
  void extend_chain(matching::OrderId order, const ChainEntry& entry);

  std::vector<std::unique_ptr<Page>> pages_;
  std::unordered_map<matching::OrderId, std::vector<ChainEntry>> later_chain_;
  std::vector<Instrument> instruments_;        // by id
  std::vector<matching::Name> account_names_;  // by id
  std::vector<matching::Name> comp_ids_;       // by session id

  // Kind and ladder of each market, for the runners that are added to it later. By id.
  struct Market {
    matching::MarketKind kind{};
    matching::LadderKind ladder{};
  };

  std::vector<Market> markets_;
};

// OrdStatus(39) of an order with these values that nothing has ended but its fills.
[[nodiscard]] fix::OrdStatus status_of_live(const matching::OrderValues& values) noexcept;

}  // namespace betex::gateway
