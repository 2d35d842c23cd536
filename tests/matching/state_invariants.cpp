#include "tests/matching/state_invariants.h"

#include <algorithm>
#include <optional>
#include <set>

namespace betex::matching::testing {
namespace {

std::vector<OrderId> index_of(const Engine& engine, OrderIndex index, std::uint32_t id) {
  std::vector<OrderId> orders;
  engine.visit_index(index, id, [&orders](OrderId order) { orders.push_back(order); });
  return orders;
}

bool is_odds(const Shadow& shadow, InstrumentId instrument) {
  return shadow.odds(instrument);
}

// The log's live orders by what `key_of` says of them, in ascending order of ids.
template <typename KeyOf>
auto grouped(const Shadow& shadow, KeyOf&& key_of) {
  std::map<decltype(key_of(ShadowOrder{})), std::vector<OrderId>> groups;
  for (const auto& [id, order] : shadow.live) {
    groups[key_of(order)].push_back(id);
  }
  return groups;
}

// The first key whose index is not what it should be; none if all are.
template <typename Key>
std::optional<Key> first_wrong(const std::map<Key, std::vector<OrderId>>& shown,
                               std::map<Key, std::vector<OrderId>> expected) {
  for (const auto& [key, orders] : shown) {
    if (orders != expected[key]) {
      return key;
    }
  }
  return std::nullopt;
}

}  // namespace

EngineView view_of(const Engine& engine) {
  EngineView view;
  std::set<OrderId> seen;
  engine.visit_instruments([&](const InstrumentInfo& instrument) {
    engine.visit_levels(instrument.instrument, [&](const LevelInfo& level) {
      view.levels.push_back({.instrument = instrument.instrument,
                             .side = level.side,
                             .tick = level.tick,
                             .volume = level.volume,
                             .queue = {level.queue.begin(), level.queue.end()}});
      seen.insert(level.queue.begin(), level.queue.end());
    });
  });
  engine.visit_markets([&](const MarketInfo& market) {
    view.markets.push_back(market);
    view.of_market[market.market] = index_of(engine, OrderIndex::Market, market.market.value());
    seen.insert(view.of_market[market.market].begin(), view.of_market[market.market].end());
  });
  engine.visit_accounts([&](const AccountInfo& account) {
    view.accounts.push_back(account);
    view.of_account[account.account] =
        index_of(engine, OrderIndex::Account, account.account.value());
  });
  engine.visit_sessions([&](const SessionInfo& session) {
    view.of_session[session.session] =
        index_of(engine, OrderIndex::Session, session.session.value());
  });
  view.of_day = index_of(engine, OrderIndex::Day, 0);
  engine.visit_order_groups([&view](const OrderGroupInfo& group) {
    if (!group.deleted) {
      view.groups.push_back(group);
    }
  });
  engine.visit_rows([&view](const RowInfo& row) {
    view.rows.push_back({row, {row.runners.begin(), row.runners.end()}});
    view.rows.back().info.runners = {};
  });
  view.house = engine.house();
  for (const OrderId order : seen) {
    if (const auto info = engine.order_info(order)) {
      view.live.emplace(order, *info);
    }
  }
  return view;
}

// (6) Odds: every lay asks for less than every back. Binary: every bid is below every ask.
std::string book_is_not_crossed_while_open(const EngineView& view, const Shadow& shadow) {
  std::map<InstrumentId, std::pair<const LevelView*, const LevelView*>> best;  // bid, ask
  for (const LevelView& level : view.levels) {
    auto& [bid, ask] = best[level.instrument];
    const bool odds = is_odds(shadow, level.instrument);
    const LevelView*& mine = level.side == Side::Bid ? bid : ask;
    const bool wants_low = odds == (level.side == Side::Bid);
    if (mine == nullptr || (wants_low ? level.tick < mine->tick : level.tick > mine->tick)) {
      mine = &level;
    }
  }
  for (const auto& [instrument, sides] : best) {
    const auto& [bid, ask] = sides;
    if (bid != nullptr && ask != nullptr &&
        (is_odds(shadow, instrument) ? bid->tick <= ask->tick : bid->tick >= ask->tick)) {
      return "the book of instrument " + number(instrument);
    }
  }
  return {};
}

// (9) live and not delayed, leaves above 0, in the book once, in the index of its market, account,
// session and day.
std::string live_orders_stand_in_book_and_every_index(const EngineView& view,
                                                      const Shadow& shadow) {
  std::vector<OrderId> in_books;
  for (const LevelView& level : view.levels) {
    in_books.insert(in_books.end(), level.queue.begin(), level.queue.end());
  }
  std::sort(in_books.begin(), in_books.end());
  if (in_books != grouped(shadow, [](const ShadowOrder& order) {
        return order.place == ShadowPlace::Resting;
      })[true]) {
    return "the books";
  }
  if (const auto market = first_wrong(view.of_market, grouped(shadow, market_of))) {
    return "market " + number(*market);
  }
  if (const auto account = first_wrong(view.of_account, grouped(shadow, account_of))) {
    return "account " + number(*account);
  }
  if (const auto session = first_wrong(
          view.of_session,
          grouped(shadow, [](const ShadowOrder& order) { return order.accepted.session; }))) {
    return "session " + number(*session);
  }
  return view.of_day == grouped(shadow,
                                [](const ShadowOrder& order) {
                                  return order.accepted.time_in_force == TimeInForce::Day;
                                })[true]
             ? ""
             : "Day orders";
}

std::string orders_are_what_the_log_says(const EngineView& view, const Shadow& shadow) {
  if (view.live.size() != shadow.live.size()) {
    return "their number";
  }
  for (const auto& [id, order] : shadow.live) {
    const auto found = view.live.find(id);
    if (found == view.live.end()) {
      return number(id) + " is missing";
    }
    const OrderInfo& info = found->second;
    const OrderValues& said = order.values;
    if (!info.live || info.values.leaves_qty <= Quantity{} ||
        info.delayed != (order.place == ShadowPlace::Delayed) || info.tick != order.tick ||
        info.side != order.accepted.side || info.values.order_qty != said.order_qty ||
        info.values.cum_qty != said.cum_qty || info.values.leaves_qty != said.leaves_qty ||
        info.values.notional != said.notional || info.part != shadow.part(order)) {
      return number(id);
    }
  }
  return {};
}

// (10)
std::string levels_are_the_sums_of_their_orders(const EngineView& view, const Shadow&) {
  for (const LevelView& level : view.levels) {
    Quantity sum;
    for (const OrderId order : level.queue) {
      const auto found = view.live.find(order);
      sum += found == view.live.end() ? Quantity{} : found->second.values.leaves_qty;
    }
    if (level.queue.empty() || sum != level.volume) {
      return "a level of instrument " + number(level.instrument);
    }
  }
  return {};
}

// (10) No phantom best: the levels come from the best on, and the best is the log's.
std::string best_level_comes_first(const EngineView& view, const Shadow& shadow) {
  std::map<std::pair<InstrumentId, Side>, Tick> last;
  for (const LevelView& level : view.levels) {
    const auto [before, first] = last.try_emplace({level.instrument, level.side}, level.tick);
    const bool rising = is_odds(shadow, level.instrument) == (level.side == Side::Bid);
    if (first) {
      const auto* const best = shadow.best(level.instrument, level.side);
      if (best == nullptr || best->first != level.tick) {
        return "the best of instrument " + number(level.instrument);
      }
    } else if (rising ? level.tick <= before->second : level.tick >= before->second) {
      return "the order of levels of instrument " + number(level.instrument);
    }
    before->second = level.tick;
  }
  return {};
}

// (7), (11)
std::string queues_are_in_order_of_priority(const EngineView& view, const Shadow& shadow) {
  for (const LevelView& level : view.levels) {
    const ShadowLevels& levels = shadow.books.at(level.instrument).side(level.side);
    const auto said = levels.find(level.tick);
    if (said == levels.end() ||
        !std::equal(
            level.queue.begin(), level.queue.end(), said->second.begin(), said->second.end())) {
      return "a queue of instrument " + number(level.instrument);
    }
  }
  return {};
}

std::string counts_of_open_orders_are_true(const EngineView& view, const Shadow& shadow) {
  auto by_account = grouped(shadow, account_of);
  for (const AccountInfo& account : view.accounts) {
    if (account.open_orders != by_account[account.account].size()) {
      return "account " + number(account.account);
    }
  }
  auto by_market = grouped(shadow, market_of);
  for (const MarketInfo& market : view.markets) {
    if (market.open_orders != by_market[market.market].size()) {
      return "market " + number(market.market);
    }
  }
  return {};
}

Breaches broken_state(const EngineView& view, const Shadow& shadow) {
  using Invariant = std::string (*)(const EngineView&, const Shadow&);
  constexpr std::pair<const char*, Invariant> kInvariants[] = {
      {"book is not crossed while open", book_is_not_crossed_while_open},
      {"live orders stand in book and every index", live_orders_stand_in_book_and_every_index},
      {"orders are what the log says", orders_are_what_the_log_says},
      {"levels are the sums of their orders", levels_are_the_sums_of_their_orders},
      {"best level comes first", best_level_comes_first},
      {"queues are in order of priority", queues_are_in_order_of_priority},
      {"counts of open orders are true", counts_of_open_orders_are_true},
      {"rows are what the log says", rows_are_what_the_log_says},
      {"exposure follows from orders and fills", exposure_follows_from_orders_and_fills},
      {"accounts are the sums of their rows", accounts_are_the_sums_of_their_rows},
      {"what is backed is laid", what_is_backed_is_laid},
      {"contracts and pot balance", contracts_and_pot_balance},
      {"money is what was put in", money_is_what_was_put_in},
      {"nobody is in deficit without a cause", nobody_is_in_deficit_without_a_cause},
      {"order groups are what the log says", order_groups_are_what_the_log_says},
      {"orders have what they were entered with", orders_have_what_they_were_entered_with},
      {"filled is of the window", filled_is_of_the_window},
      {"tripped groups have no orders", tripped_groups_have_no_orders},
      {"active groups are filled below their limits", active_groups_are_filled_below_their_limits},
  };
  Breaches breaches;
  for (const auto& [name, invariant] : kInvariants) {
    if (const std::string broken = invariant(view, shadow); !broken.empty()) {
      breaches.push_back(std::string{name} + ": " + broken);
    }
  }
  return breaches;
}

}  // namespace betex::matching::testing
