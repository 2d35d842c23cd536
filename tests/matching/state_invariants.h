// What must hold of the engine's state after every transaction (RULES.md section 8): each invariant
// a function that compares what the engine shows of itself with what its log has said.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "matching/engine.h"
#include "tests/matching/log_invariants.h"
#include "tests/matching/shadow.h"

namespace betex::matching::testing {

struct LevelView {
  InstrumentId instrument;
  Side side{};
  Tick tick;
  Quantity volume;
  std::vector<OrderId> queue;
};

struct RowView {
  RowInfo info;                     // its `runners` are left empty
  std::vector<RunnerBets> runners;  // odds
};

// A copy of what the engine shows, so that a test can damage it. `live` holds the orders that stand
// in a book or in an index; indices are keyed by what they are of.
struct EngineView {
  std::vector<LevelView> levels;
  std::map<OrderId, OrderInfo> live;
  std::map<MarketId, std::vector<OrderId>> of_market;
  std::map<AccountId, std::vector<OrderId>> of_account;
  std::map<SessionId, std::vector<OrderId>> of_session;
  std::vector<OrderId> of_day;
  std::vector<AccountInfo> accounts;
  std::vector<MarketInfo> markets;
  std::vector<RowView> rows;
  std::vector<OrderGroupInfo> groups;  // without those that are deleted
  HouseInfo house;
};

[[nodiscard]] EngineView view_of(const Engine& engine);

// Each is empty, or says what is broken.
std::string book_is_not_crossed_while_open(const EngineView& view, const Shadow& shadow);
std::string live_orders_stand_in_book_and_every_index(const EngineView& view, const Shadow& shadow);
std::string orders_are_what_the_log_says(const EngineView& view, const Shadow& shadow);
std::string levels_are_the_sums_of_their_orders(const EngineView& view, const Shadow& shadow);
std::string best_level_comes_first(const EngineView& view, const Shadow& shadow);
std::string queues_are_in_order_of_priority(const EngineView& view, const Shadow& shadow);
std::string counts_of_open_orders_are_true(const EngineView& view, const Shadow& shadow);
std::string rows_are_what_the_log_says(const EngineView& view, const Shadow& shadow);
std::string exposure_follows_from_orders_and_fills(const EngineView& view, const Shadow& shadow);
std::string accounts_are_the_sums_of_their_rows(const EngineView& view, const Shadow& shadow);
std::string what_is_backed_is_laid(const EngineView& view, const Shadow& shadow);
std::string contracts_and_pot_balance(const EngineView& view, const Shadow& shadow);
std::string money_is_what_was_put_in(const EngineView& view, const Shadow& shadow);
std::string nobody_is_in_deficit_without_a_cause(const EngineView& view, const Shadow& shadow);
std::string order_groups_are_what_the_log_says(const EngineView& view, const Shadow& shadow);
std::string orders_have_what_they_were_entered_with(const EngineView& view, const Shadow& shadow);
std::string filled_is_of_the_window(const EngineView& view, const Shadow& shadow);
std::string tripped_groups_have_no_orders(const EngineView& view, const Shadow& shadow);
std::string active_groups_are_filled_below_their_limits(const EngineView& view,
                                                        const Shadow& shadow);

// All of them.
Breaches broken_state(const EngineView& view, const Shadow& shadow);

}  // namespace betex::matching::testing
