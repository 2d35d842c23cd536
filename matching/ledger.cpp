#include "matching/ledger.h"

#include "matching/hash.h"

namespace betex::matching {

Reason Ledger::check(const Request& request, Lock& lock) const noexcept {
  const AccountMoney& account = money(request.account);
  const Position* const known =
      request.kind == MarketKind::Binary ? find(request.account, request.market) : nullptr;
  const Position held = known == nullptr ? Position{} : *known;
  Quantity free = held.free_to_close(request.side);
  Money locked = account.cash_locked;
  if (request.replaced != nullptr) {
    free += request.replaced->closing;
    locked -= request.replaced->cash_lock;
  }
  lock = lock_for(request.leaves, free, request.per_unit);
  if (std::max({locked.value() + lock.cash.value(),
                held.yes.value() + request.leaves.value(),
                held.no.value() + request.leaves.value()}) > kMaxSum) {
    return Reason::AmountOverflow;
  }
  // Nothing pays money in yet, so a collateralised account can only close what it holds.
  return account.kind == AccountKind::Collateralised && lock.cash > Money{}
             ? Reason::InsufficientFunds
             : Reason::None;
}

void Ledger::restore(const Position& position) {
  get(position.account, position.market) = position;
}

void Ledger::lock(const OrderData& order) {
  lock_closing(order, order.closing);
  accounts_[order.account.value() - 1].cash_locked += order.cash_lock;
}

void Ledger::release(OrderData& order, Lock freed) {
  lock_closing(order, Quantity{} - freed.closing);
  order.closing -= freed.closing;
  order.cash_lock -= freed.cash;
  accounts_[order.account.value() - 1].cash_locked -= freed.cash;
}

void Ledger::fill(OrderData& order, MarketKind kind, Quantity quantity, const TradeLeg& leg) {
  release(order, {.closing = leg.closed, .cash = leg.lock_released});
  if (kind == MarketKind::Binary) {
    Position& position = get(order.account, order.market);
    const bool bid = order.side == Side::Bid;
    (bid ? position.no : position.yes) -= leg.closed;
    (bid ? position.yes : position.no) += quantity - leg.closed;
  }
}

// Moves a part of the account's holding into or out of what its open orders will close.
void Ledger::lock_closing(const OrderData& order, Quantity change) {
  if (change != Quantity{}) {
    Position& position = get(order.account, order.market);
    (order.side == Side::Bid ? position.no_locked : position.yes_locked) += change;
  }
}

std::size_t Ledger::place_of(AccountId account, MarketId market) const noexcept {
  const std::size_t mask = table_.size() - 1;
  std::size_t i = mix(account.value(), market.value()) & mask;
  while (table_[i] != 0 && (positions_[table_[i] - 1].account != account ||
                            positions_[table_[i] - 1].market != market)) {
    i = (i + 1) & mask;
  }
  return i;
}

const Position* Ledger::find(AccountId account, MarketId market) const noexcept {
  const std::uint32_t entry = table_[place_of(account, market)];
  return entry == 0 ? nullptr : &positions_[entry - 1];
}

Position& Ledger::get(AccountId account, MarketId market) {
  const std::uint32_t entry = table_[place_of(account, market)];
  if (entry != 0) {
    return positions_[entry - 1];
  }
  positions_.push_back({.account = account, .market = market});
  if (positions_.size() * 2 > table_.size()) {
    table_.assign(table_.size() * 2, 0);
    for (std::size_t i = 0; i + 1 < positions_.size(); ++i) {
      table_[place_of(positions_[i].account, positions_[i].market)] =
          static_cast<std::uint32_t>(i + 1);
    }
  }
  table_[place_of(account, market)] = static_cast<std::uint32_t>(positions_.size());
  return positions_.back();
}

}  // namespace betex::matching
