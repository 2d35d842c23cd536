// Each invariant bites: a log or a view of the engine that is damaged in one place breaks the one
// that is about it. And the mirror: YES and NO are the same thing seen from two sides.
#include <cstring>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/damage.h"
#include "tests/matching/damaged_story.h"
#include "tests/matching/exchange.h"
#include "tests/matching/log_invariants.h"
#include "tests/matching/state_invariants.h"

namespace betex::matching::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A little of everything: levels and queues, a trade, an amend, a process, a suspension.
class Story : public DamagedStory {
 protected:
  Story() {
    x.sell("alice", "10", "0.55");  // #1
    x.sell("bob", "10", "0.55");
    x.sell("bob", "10", "0.57");
    x.buy("carol", "4", "0.56");  // #4 takes from #1
    x.run(AmendOrder{.account = Name{"alice"},
                     .cl_ord_id = x.fresh_id(),
                     .order_id = OrderId{1},
                     .transact_time = x.now(),
                     .price = decimal("0.55"),
                     .quantity = decimal("9")});
    x.buy("carol", "10", "0.50");  // #5
    x.lay("alice", "20", "3");     // #6
    x.back("bob", "5", "3");
    PlaceOrder day = x.order("carol", "A", Side::Bid, "3", "4");
    day.time_in_force = TimeInForce::Day;
    x.run(day);
    x.run(SuspendMarket{.market = Name{"HORSE"}, .scope = CancelScope::All});
    x.sell("alice", "2", "0.60");
    x.run(SuspendMarket{.market = Name{"RAIN"}});  // nothing goes on a pause
  }
};

TEST_F(Story, BreaksNothing) {
  expect_nothing_broken();
}

TEST_F(Story, DamagedTradesBreakTheirInvariants) {
  expect_breach<TradeMatched>("trade skips nobody", [](TradeMatched& trade) {
    trade.maker.order = OrderId{trade.maker.order == OrderId{1} ? 2U : trade.maker.order.value()};
  });
  expect_breach<TradeMatched>("trade is at the maker's price",
                              [](TradeMatched& trade) { trade.price += Price{100}; });
  expect_breach<TradeMatched>("taker is not worse than its limit",
                              [](TradeMatched& trade) { trade.tick = Tick{60}; });
  expect_breach<TradeMatched>("fills add up",
                              [](TradeMatched& trade) { trade.quantity += Quantity{1}; });
  expect_breach<TradeMatched>("what is bought is sold", [](TradeMatched& trade) {
    trade.taker.values.cum_qty += Quantity{1};
  });
  expect_breach<TradeMatched>("position and cash follow from the fill",
                              [](TradeMatched& trade) { trade.maker.cash += Money{1}; });
  expect_breach<MarketOpened>("no trade outside open", [](MarketOpened& event) {
    event.header.kind = EventKind::MarketHalted;  // of the same size
  });
}

TEST_F(Story, OrdersThatDoWhatTheirTermsForbidBreakTheirInvariants) {
  expect_breach<OrderAccepted>("post-only never takes",
                               [](OrderAccepted& event) { event.post_only = true; });
  expect_breach<OrderAccepted>("immediate never rests", [](OrderAccepted& event) {
    event.time_in_force = TimeInForce::Ioc;
  });
  expect_breach<OrderAccepted>("minimum fill is reached or nothing", [](OrderAccepted& event) {
    event.min_fill =
        event.entry == Entry::Takes ? event.values.order_qty + Quantity{1} : Quantity{};
  });
  expect_breach<OrderAmended>("amend keeps or loses its place",
                              [](OrderAmended& event) { event.entry = Entry::Rests; });
  expect_breach<OrderAccepted>(
      "quantities add up", [](OrderAccepted& event) { event.values.leaves_qty += Quantity{1}; });
  expect_breach<OrderAccepted>("an id acts once",
                               [](OrderAccepted& event) { event.cl_ord_id = ClOrdId{"same"}; });
  expect_breach<OrderAccepted>("order begins once",
                               [](OrderAccepted& event) { event.order = OrderId{1}; });
}

TEST(FinishedOrders, ThatKeepLeavesBreakTheirInvariant) {
  Exchange x;
  x.buy("alice", "7", "0.10");  // #1
  x.cancel("alice", 1);
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "7", "0.10");
  order.time_in_force = TimeInForce::Gtd;
  order.expire_time = x.now() + Timestamp{kSecond};
  x.run(order);
  x.pass(2 * kSecond);
  ASSERT_THAT(read(x.log), IsEmpty());

  std::vector<StoredTransaction> cancelled = x.log;
  damage<OrderCancelled>(cancelled,
                         [](OrderCancelled& event) { event.values.leaves_qty += Quantity{1}; });
  EXPECT_THAT(read(cancelled), Contains(HasSubstr("a finished order has no leaves")));
  std::vector<StoredTransaction> expired = x.log;
  damage<OrderExpired>(expired,
                       [](OrderExpired& event) { event.values.leaves_qty += Quantity{1}; });
  EXPECT_THAT(read(expired), Contains(HasSubstr("a finished order has no leaves")));
}

// The first order of the chunk, behind the event.
void replace_first(OrderCancelledBatched& event, OrderId order) {
  std::memcpy(reinterpret_cast<std::byte*>(&event) + sizeof(event), &order, sizeof(order));
}

TEST_F(Story, DamagedProcessesBreakTheirInvariants) {
  expect_breach<OrderCancelledBatched>(
      "order ends once", [](OrderCancelledBatched& event) { replace_first(event, OrderId{4}); });
  expect_breach<OrderCancelledBatched>(
      "batch cancels what it is meant to",  // one of another market
      [](OrderCancelledBatched& event) { replace_first(event, OrderId{2}); });
  expect_breach<OrderCancelledBatched>(
      "chunk is in order and small",
      [](OrderCancelledBatched& event) { event.cursor_after = OrderId{}; });
  expect_breach<BatchStarted>("completed batch leaves nobody",
                              [](BatchStarted& event) { event.scope = CancelScope::All; });
}

TEST_F(Story, FillOrKillThatIsLeftHalfwayBreaksItsInvariant) {
  std::vector<StoredTransaction> log = x.log;
  damage<OrderAccepted>(log, [](OrderAccepted& event) {
    if (event.order == OrderId{4}) {
      event.time_in_force = TimeInForce::Fok;
      event.values.order_qty += Quantity{1};
      event.values.leaves_qty += Quantity{1};
    }
  });
  damage<TradeMatched>(log, [](TradeMatched& trade) {
    if (trade.taker.order == OrderId{4}) {
      trade.taker.values.order_qty += Quantity{1};
      trade.taker.values.leaves_qty += Quantity{1};
    }
  });
  EXPECT_THAT(read(log), Contains(HasSubstr("fill-or-kill is whole or nothing")));
}

TEST_F(Story, DamagedSequencesBreakTheirInvariants) {
  expect_breach<TradeMatched>("market sequence is gapless",
                              [](TradeMatched& trade) { ++trade.header.market_seq; });
  expect_breach<MarketOpened>("a request acts once",
                              [](MarketOpened& event) { event.request_id = Name{"same"}; });
  std::vector<StoredTransaction> log = x.log;
  log.erase(log.begin() + 3);
  EXPECT_THAT(read(log), Contains(HasSubstr("sequences are gapless")));
  log = x.log;
  log.back().header.timestamp = Timestamp{1};
  EXPECT_THAT(read(log), Contains(HasSubstr("time does not run back")));
}

TEST_F(Story, DamagedViewsBreakTheirInvariants) {
  expect_broken("book is not crossed while open",
                [](EngineView& view) { view.levels[0].tick = Tick{98}; });
  expect_broken("live orders stand in book and every index",
                [](EngineView& view) { view.levels[0].queue.clear(); });
  expect_broken("live orders stand in book and every index",
                [](EngineView& view) { view.of_account.begin()->second.pop_back(); });
  expect_broken("live orders stand in book and every index",
                [](EngineView& view) { view.of_day.push_back(OrderId{1}); });
  expect_broken("orders are what the log says", [](EngineView& view) {
    view.live.begin()->second.values.leaves_qty += Quantity{1};
  });
  expect_broken("levels are the sums of their orders",
                [](EngineView& view) { view.levels[0].volume += Quantity{1}; });
  expect_broken("best level comes first",
                [](EngineView& view) { std::swap(view.levels[1], view.levels[2]); });
  expect_broken("queues are in order of priority", [](EngineView& view) {
    for (LevelView& level : view.levels) {
      std::reverse(level.queue.begin(), level.queue.end());
    }
  });
  expect_broken("counts of open orders are true",
                [](EngineView& view) { ++view.markets[1].open_orders; });
}

// ---- Money --------------------------------------------------------------------------------------

// Deposits, a removal, two rounds of a market with a dead heat in it, an archive: every amount.
class MoneyStory : public DamagedStory {
 protected:
  MoneyStory() {
    x.run(CreateAccount{.account = Name{"dave"},
                        .kind = AccountKind::Collateralised,
                        .opening_balance = decimal("100"),
                        .credit = decimal("5")});
    x.deposit("dave", "3.5");
    x.lay("dave", "10", "2.5");
    x.back("alice", "7", "2.5");
    x.run(x.order("bob", "B", Side::Ask, "4", "3"));
    x.run(x.order("carol", "B", Side::Bid, "4", "3"));
    x.run(x.order("dave", "C", Side::Ask, "2", "5"));
    x.buy("alice", "10", "0.40");
    x.sell("dave", "6", "0.40");
    x.run(RemoveRunner{.market = Name{"HORSE"}, .symbol = Name{"B"}});
  }

  void settle_horse() {
    x.run(CloseMarket{.market = Name{"HORSE"}});
    x.determine("HORSE", {{Name{"A"}, 1, 2}, {Name{"C"}, 1, 2}});
    x.settle("HORSE");
    x.determine("HORSE", {{Name{"A"}, 1, 2}, {Name{"C"}, 1, 2}});
    x.settle("HORSE");
    x.run(ArchiveMarket{.market = Name{"HORSE"}});
  }
};

TEST_F(MoneyStory, BreaksNothing) {
  settle_horse();
  expect_nothing_broken();
}

TEST_F(MoneyStory, AmountsThatDoNotAddUpBreakTheirInvariants) {
  expect_breach<FundsMoved>("statement adds up",
                            [](FundsMoved& event) { event.balance += Money{1}; });
  x.run(CreateAccount{.account = Name{"erin"}, .opening_balance = decimal("7")});
  expect_breach<AccountCreated>("money is neither made nor lost", [](AccountCreated& event) {
    if (event.name == Name{"erin"}) {
      event.account = AccountId{1};
    }
  });
  expect_breach<TradeMatched>("position and cash follow from the fill",
                              [](TradeMatched& trade) { trade.maker.cash += Money{1}; });
  expect_breach<TradeMatched>("position and cash follow from the fill",
                              [](TradeMatched& trade) { trade.taker.position += Quantity{1}; });
}

TEST_F(MoneyStory, DamagedProcessesOverRowsBreakTheirInvariants) {
  settle_horse();
  expect_breach<RunnerBetsVoided>("bets are made void once", [](RunnerBetsVoided& event) {
    first_of(event).if_won += Money{1};
  });
  expect_breach<RunnerBetsVoided>("bets are made void once", [](RunnerBetsVoided& event) {
    event.instrument = InstrumentId{1};
  });
  expect_breach<RunnerBetsVoided>("rows are passed in order",
                                  [](RunnerBetsVoided& event) { ++event.cursor_after; });
  expect_breach<RunnerBetsVoided>("completed batch leaves nobody",
                                  [](RunnerBetsVoided& event) { --event.cursor_after; });
  expect_breach<PositionsSettled>("round pays what is missing", [](PositionsSettled& event) {
    first_of(event).gross += Money{1};
  });
  expect_breach<PositionsSettled>("paying twice pays nothing", [](PositionsSettled& event) {
    if (event.round == 2) {
      first_of(event).gross += Money{1};
      first_of(event).target += Money{1};
    }
  });
  expect_breach<PositionsSettled>("round sums to zero", [](PositionsSettled& event) {
    if (event.round == 1) {
      SettledRow& row = first_of(event);
      row.gross += Money{1};
      row.target += Money{1};
      row.balance += Money{1};
    }
  });
  expect_breach<MarketSettled>("round sums to zero",
                               [](MarketSettled& event) { event.rounding += Money{1}; });
  expect_breach<RowsArchived>("a pot is empty when its market is archived",
                              [](RowsArchived& event) { event.header.market = MarketId{2}; });
}

TEST_F(MoneyStory, DamagedViewsBreakTheirInvariants) {
  expect_broken("rows are what the log says",
                [](EngineView& view) { view.rows[0].info.matched += Quantity{1}; });
  expect_broken("rows are what the log says",
                [](EngineView& view) { view.rows[0].runners[0].open_if_won += Money{1}; });
  expect_broken("exposure follows from orders and fills",
                [](EngineView& view) { view.rows[0].info.exposure += Money{1}; });
  expect_broken("accounts are the sums of their rows",
                [](EngineView& view) { view.accounts[3].available += WideMoney{Money{1}}; });
  expect_broken("accounts are the sums of their rows",
                [](EngineView& view) { view.accounts[3].bound += Money{1}; });
  expect_broken("what is backed is laid",
                [](EngineView& view) { view.rows[0].runners[0].if_lost += Money{1}; });
  expect_broken("contracts and pot balance",
                [](EngineView& view) { view.rows.back().info.position += Quantity{1}; });
  expect_broken("contracts and pot balance",
                [](EngineView& view) { view.markets[1].pot += WideMoney{Money{1}}; });
  expect_broken("money is what was put in",
                [](EngineView& view) { view.house.rounding += WideMoney{Money{1}}; });
}

TEST(Deficits, WithoutACauseBreakTheirInvariant) {
  Exchange x;
  x.run(CreateAccount{.account = Name{"dave"}, .kind = AccountKind::Collateralised});
  LogInvariants invariants;
  for (const StoredTransaction& transaction : x.log) {
    invariants.read(transaction.view());
  }
  EngineView view = view_of(x.engine);
  view.accounts[3].available = WideMoney{Money{-1}};
  EXPECT_NE(nobody_is_in_deficit_without_a_cause(view, invariants.shadow()), "");
  x.run(MoveFunds{.account = Name{"dave"},
                  .kind = FundsKind::Correction,
                  .amount = Decimal{-kDecimalScale}},
        Origin{},
        0,
        Remark{"paid twice"});
  invariants.read(x.log.back().view());
  EXPECT_EQ(nobody_is_in_deficit_without_a_cause(view, invariants.shadow()), "");
}

// ---- Operations ---------------------------------------------------------------------------------

// Halts, processes that follow each other, and two proposals of which one is approved.
class OperationsStory : public DamagedStory {
 protected:
  OperationsStory() {
    x.buy("alice", "10", "0.40");
    x.run(HaltExchange{});
    x.cancel("alice", 1);
    x.run(UnhaltExchange{});
    x.buy("alice", "10", "0.40");
    x.sell("bob", "4", "0.40");
    x.run(x.order("alice", "A", Side::Bid, "5", "2"));
    x.run(SuspendAccount{.account = Name{"alice"}, .cancel_orders = true});
    x.run(ResumeAccount{.account = Name{"alice"}});
    x.buy("alice", "10", "0.40");
    x.run(RequireApproval{.classes = kAllApprovalClasses});
    x.ask("OPS1",
          VoidMarket{.market = Name{"RAIN"}, .price = decimal("0.5"), .request_id = Name{"p1"}});
    const EventSeq proposed = x.log.back().first_seq;
    x.ask("OPS1",
          MoveFunds{.account = Name{"bob"}, .amount = decimal("5"), .request_id = Name{"p2"}});
    x.ask("OPS2", Approve{.proposal = Name{"p1"}, .proposed = proposed, .request_id = Name{"a1"}});
    x.pass(900 * kSecond);
  }
};

TEST_F(OperationsStory, BreaksNothing) {
  EXPECT_THAT(read(x.log), IsEmpty());
  EXPECT_EQ(all_of<OperationApproved>(x.log).size(), 1U);
  EXPECT_EQ(all_of<OperationDropped>(x.log).size(), 1U);
}

TEST_F(OperationsStory, WhatIsEnteredWhileTheExchangeIsHaltedBreaksItsInvariant) {
  expect_breach<ExchangeUnhalted>(
      "nothing is entered or opened while the exchange is halted", [](ExchangeUnhalted& event) {
        event.header.kind = EventKind::ExchangeHalted;  // of the same size
      });
}

TEST_F(OperationsStory, WhatDoesNotGoOnAsItSaysBreaksItsInvariant) {
  const char* const invariant = "what goes on is followed";
  expect_breach<AccountSuspended>(invariant,
                                  [](AccountSuspended& event) { event.goes_on = false; });
  expect_breach<MarketVoided>(invariant, [](MarketVoided& event) { event.goes_on = false; });
  expect_breach<OperationApproved>(invariant,
                                   [](OperationApproved& event) { event.goes_on = true; });
  expect_breach<BatchCompleted>(invariant, [](BatchCompleted& event) { event.goes_on = true; });
  expect_breach<BatchCompleted>(invariant, [](BatchCompleted& event) { event.goes_on = false; });
}

TEST_F(OperationsStory, ItemsThatDoNotAddUpBreakTheirInvariant) {
  expect_breach<BatchStarted>("items add up", [](BatchStarted& event) { ++event.done_before; });
  expect_breach<BatchCompleted>("items add up", [](BatchCompleted& event) { ++event.total; });
  expect_breach<BatchCompleted>("items add up", [](BatchCompleted& event) { ++event.done_before; });
}

TEST_F(OperationsStory, ProposalsThatActTwiceOrLateBreakTheirInvariant) {
  const char* const invariant = "a proposal acts once and in time";
  expect_breach<OperationApproved>(invariant, [](OperationApproved& event) {
    event.proposed = EventSeq{event.proposed.value() + 1};
  });
  const EventSeq approved = all_of<OperationApproved>(x.log).front().proposed;
  expect_breach<OperationDropped>(invariant, [approved](OperationDropped& event) {
    event.proposed = approved;  // once more
    event.proposal = Name{"p1"};
  });
  expect_breach<OperationProposed>(invariant,
                                   [](OperationProposed& event) { event.expires += Timestamp{1}; });
  std::vector<StoredTransaction> log = x.log;
  for (std::size_t i = log.size() - 2; i < log.size(); ++i) {  // the approval comes too late
    log[i].header.timestamp += Timestamp{900 * kSecond};
  }
  EXPECT_THAT(read(log), Contains(HasSubstr(invariant)));
}

// ---- (13) The mirror ----------------------------------------------------------------------------

// Buying YES at p is selling NO at 1 - p.
Decimal mirrored(Decimal price) {
  return Decimal{kDecimalScale} - price;
}

TEST(Mirror, SameFlowSeenFromTheOtherSideGivesMirroredTrades) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random{seed};
    const auto below = [&random](std::uint64_t bound) { return random() % bound; };
    Exchange yes;
    Exchange no;
    for (int i = 0; i < 500; ++i) {
      PlaceOrder order = yes.order(below(2) == 0 ? "alice" : "bob",
                                   "RAIN",
                                   below(2) == 0 ? Side::Bid : Side::Ask,
                                   std::to_string(1 + below(30)),
                                   "0." + std::to_string(45 + below(10)));
      constexpr TimeInForce kTimesInForce[] = {
          TimeInForce::Gtc, TimeInForce::Gtc, TimeInForce::Ioc, TimeInForce::Fok};
      order.time_in_force = kTimesInForce[below(4)];
      order.self_trade_prevention = static_cast<SelfTradePrevention>(below(5));
      order.post_only = order.time_in_force == TimeInForce::Gtc && below(6) == 0;
      PlaceOrder other = order;
      other.side = opposite(order.side);
      other.price = mirrored(order.price);
      yes.run(order);
      no.run(other);
    }
    ASSERT_EQ(yes.log.size(), no.log.size()) << "seed " << seed;
    const auto trades = [](const Exchange& x, bool mirror) {
      std::vector<std::string> lines;
      for (const StoredTransaction& transaction : x.log) {
        for_each_event(transaction.view(), [&](EventSeq, const auto& event) {
          if constexpr (std::is_same_v<std::decay_t<decltype(event)>, TradeMatched>) {
            const std::int64_t price = event.price.value();
            const bool bid = (event.taker_side == Side::Bid) != mirror;
            lines.push_back(std::to_string(event.maker.order.value()) + ' ' +
                            std::to_string(event.taker.order.value()) + ' ' +
                            std::to_string(event.quantity.value()) + ' ' +
                            std::to_string(mirror ? 10'000 - price : price) +
                            (bid ? " bid " : " ask ") + std::to_string(event.maker.cash.value()) +
                            ' ' + std::to_string(event.taker.cash.value()));
          }
        });
      }
      return lines;
    };
    EXPECT_EQ(trades(yes, false), trades(no, true)) << "seed " << seed;
    EXPECT_GT(trades(yes, false).size(), 100U);
  }
}

}  // namespace
}  // namespace betex::matching::testing
