// Everything the engine remembers. Only apply.cpp changes it; the deciding code sees it const.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "matching/book.h"
#include "matching/cl_ord_ids.h"
#include "matching/collateral.h"
#include "matching/engine.h"
#include "matching/name_index.h"
#include "matching/order.h"
#include "matching/types.h"

namespace betex::matching {

enum class MarketState : std::uint8_t {  // in snapshots: never change
  Inactive = 1,
  Open = 2,
};

struct AccountState {
  AccountId id;
  AccountKind kind{};
  Name name;
  std::uint32_t open_orders = 0;
  Money cash_locked;  // of all its open orders
};

struct MarketData {
  MarketId id;
  MarketKind kind{};
  LadderKind ladder{};
  MarketState state = MarketState::Inactive;
  std::uint32_t winners = 0;
  std::uint32_t commission_bp = 0;
  std::uint32_t bet_delay_ms = 0;
  Quantity min_quantity;
  Quantity quantity_step;
  std::uint64_t version = 0;
  std::uint64_t last_market_seq = 0;
  Name name;
  std::vector<InstrumentId> instruments;
};

struct InstrumentState {
  InstrumentId id;
  MarketId market;
  Name symbol;
  const Ladder* ladder = nullptr;
  Book book;
};

// Things that are created with ids 1, 2, 3, ... and never removed.
template <typename Id, typename T>
class Registry {
 public:
  [[nodiscard]] Id next_id() const noexcept {
    return Id{static_cast<typename Id::rep>(items_.size() + 1)};
  }

  [[nodiscard]] bool contains(Id id) const noexcept {
    return id.value() != 0 && id.value() <= items_.size();
  }

  [[nodiscard]] T& at(Id id) { return items_[id.value() - 1]; }

  [[nodiscard]] const T& at(Id id) const { return items_[id.value() - 1]; }

  // null: unknown.
  [[nodiscard]] const T* find(Id id) const noexcept { return contains(id) ? &at(id) : nullptr; }

  void append(T item) { items_.push_back(std::move(item)); }

  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }

  [[nodiscard]] auto begin() const noexcept { return items_.begin(); }

  [[nodiscard]] auto end() const noexcept { return items_.end(); }

 private:
  std::vector<T> items_;
};

// Positions in binary markets, in the order in which they came to be.
class Positions {
 public:
  // null: the account has never traded there.
  [[nodiscard]] const Position* find(AccountId account, MarketId market) const noexcept;

  // Made if need be. The reference holds until the next call.
  [[nodiscard]] Position& get(AccountId account, MarketId market);

  [[nodiscard]] const std::vector<Position>& all() const noexcept { return positions_; }

 private:
  [[nodiscard]] std::size_t place_of(AccountId account, MarketId market) const noexcept;

  std::vector<Position> positions_;
  std::vector<std::uint32_t> table_ = std::vector<std::uint32_t>(16);  // index + 1; 0: empty
};

// A request of Ops that has acted, with the first event of the answer.
struct RequestRecord {
  Name request_id;
  EventSeq answered_by;
};

struct State {
  EventSeq last_seq;
  TxId last_tx_id;
  Timestamp last_timestamp;
  OrderId last_order_id;

  Registry<SessionId, SessionInfo> sessions;
  Registry<AccountId, AccountState> accounts;
  Registry<MarketId, MarketData> markets;
  Registry<InstrumentId, InstrumentState> instruments;
  OrderTable orders;
  ClOrdIds cl_ord_ids;
  Positions positions;
  std::vector<RequestRecord> requests;  // kept for ever, so that none acts twice

  NameIndex session_names;
  NameIndex account_names;
  NameIndex market_names;
  NameIndex symbols;
  NameIndex request_ids;  // of `requests`
};

// The account's order that a request means: `order` if given, else the one that `cl_ord_id` belongs
// to. 0: unknown, forgotten, or another account's.
[[nodiscard]] Slot find_order(const State& state,
                              AccountId account,
                              OrderId order,
                              const ClOrdId& cl_ord_id) noexcept;

}  // namespace betex::matching
