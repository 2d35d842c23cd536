// What somebody who embeds the engine calls beside decide() and apply().
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matching/book.h"
#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr InstrumentId kHorseA{1};

std::vector<std::string> best_levels(const Exchange& x, Side side, std::size_t most) {
  std::vector<PriceLevel> levels(most);
  levels.resize(x.engine.best_levels(kHorseA, side, levels));
  std::vector<std::string> texts;
  for (const PriceLevel& level : levels) {
    EXPECT_EQ(kClassic.tick_of(level.price), level.tick);
    texts.push_back(std::to_string(level.volume.value()) + " @ " +
                    std::to_string(level.price.value()));
  }
  return texts;
}

// The best odds of those who back are low, of those who lay high: each is the next to be taken.
TEST(BestLevels, ComeFromTheBestOneOn) {
  Exchange x;
  EXPECT_THAT(best_levels(x, Side::Bid, 3), IsEmpty());
  x.back("alice", "10", "2.10");
  x.back("bob", "5", "2.10");
  x.back("bob", "7", "2.06");
  x.back("alice", "1", "3");
  x.lay("carol", "8", "2.02");
  x.lay("carol", "9", "1.50");
  EXPECT_THAT(best_levels(x, Side::Bid, 2), ElementsAre("700 @ 206", "1500 @ 210"));
  EXPECT_THAT(best_levels(x, Side::Bid, 5), ElementsAre("700 @ 206", "1500 @ 210", "100 @ 300"));
  EXPECT_THAT(best_levels(x, Side::Ask, 5), ElementsAre("800 @ 202", "900 @ 150"));
  EXPECT_THAT(best_levels(x, Side::Ask, 0), IsEmpty());
}

TEST(BestLevels, OfAnUnknownInstrumentAreNone) {
  const Exchange x;
  std::array<PriceLevel, 1> levels;
  EXPECT_EQ(x.engine.best_levels(InstrumentId{0}, Side::Bid, levels), 0U);
  EXPECT_EQ(x.engine.best_levels(InstrumentId{99}, Side::Bid, levels), 0U);
}

std::vector<std::string> rows_of(const Exchange& x, const char* account) {
  const AccountId id = x.account(account).account;
  std::vector<std::string> rows;
  MarketId last;
  while (const auto market = x.engine.visit_row_after(id, last, [&](const RowInfo& row) {
    EXPECT_EQ(row.account, id);
    rows.push_back(std::to_string(row.market.value()) + " costs " +
                   std::to_string(row.exposure.value()));
  })) {
    EXPECT_GT(*market, last);
    last = *market;
  }
  return rows;
}

// The second market comes first where an account has bet there first.
TEST(RowsOfAnAccount, AreVisitedOneAfterTheOtherInTheOrderOfMarkets) {
  Exchange x;
  x.buy("bob", "1", "0.50");
  x.buy("alice", "10", "0.50");
  x.back("alice", "5", "2");
  EXPECT_THAT(rows_of(x, "alice"), ElementsAre("1 costs 50000", "2 costs 50000"));
  EXPECT_THAT(rows_of(x, "bob"), ElementsAre("2 costs 5000"));
  EXPECT_THAT(rows_of(x, "carol"), IsEmpty());
  x.run(VoidMarket{.market = Name{"HORSE"}});
  x.run(ArchiveMarket{.market = Name{"HORSE"}});
  EXPECT_THAT(rows_of(x, "alice"), ElementsAre("2 costs 50000")) << "the other one is archived";
}

TEST(AccountInfos, AreFoundByTheirNames) {
  Exchange x;
  x.deposit("bob", "7");
  EXPECT_EQ(x.engine.account_info(Name{"bob"})->balance, Money{70'000});
  EXPECT_FALSE(x.engine.account_info(Name{"nobody"}).has_value());
  EXPECT_FALSE(x.engine.account_info(Name{"$HOUSE"}).has_value());
}

// Whatever the commands name, known or not.
TEST(Prefetch, ChangesNothing) {
  Exchange x;
  x.back("alice", "10", "2");
  const auto amend = [&x](const char* account, std::uint64_t order, const char* odds) {
    return Command{.body = AmendOrder{.account = Name{account},
                                      .cl_ord_id = x.fresh_id(),
                                      .orig_cl_ord_id = ClOrdId{"id-1"},
                                      .order_id = OrderId{order},
                                      .price = decimal(odds),
                                      .quantity = decimal("10")}};
  };
  const std::vector<Command> commands{
      {.body = x.order("alice", "A", Side::Bid, "10", "2.02")},
      {.body = x.order("nobody", "nothing", Side::Ask, "10", "2.03")},
      {.body = CancelOrder{.account = Name{"alice"}, .order_id = OrderId{1}}},
      {.body = CancelOrder{.account = Name{"bob"}, .order_id = OrderId{7}}},
      amend("alice", 1, "3"),
      amend("alice", 0, "3"),
      amend("nobody", 99, "2.03"),
      {.body = ContinueBatch{}}};
  const std::uint64_t before = x.engine.state_hash();
  std::vector<std::size_t> asked_for;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    x.engine.prefetch([&](std::size_t distance) {
      asked_for.push_back(distance);
      return i + distance < commands.size() ? &commands[i + distance] : nullptr;
    });
  }
  for (const Command& command : commands) {
    x.engine.prefetch([&](std::size_t) { return &command; });
  }
  EXPECT_EQ(x.engine.state_hash(), before);
  EXPECT_THAT(asked_for, ::testing::Contains(0U).Times(0)) << "that one is decided next";
}

// What two accounts ask of groups of the same names, which come and go between one command and the
// next, and orders that name them, or no group.
std::vector<Command> random_group_commands(Exchange& x, std::size_t count) {
  std::mt19937_64 random{3};
  std::vector<Command> commands;
  for (std::size_t i = 0; i < count; ++i) {
    const char* const account = random() % 2 == 0 ? "alice" : "bob";
    const Reference group{"group-" + std::to_string(random() % 3)};
    const std::uint64_t dice = random() % 10;
    if (dice < 5) {
      PlaceOrder order = x.order(account, "A", Side::Bid, "1", "3");
      order.time_in_force = TimeInForce::Ioc;  // so that its group can be deleted at once
      if (dice < 4) {
        order.extras = OrderExtras{.order_group = group};
      }
      commands.push_back({.body = order});
    } else {
      commands.push_back({.body = OrderGroupRequest{.account = Name{account},
                                                    .cl_ord_id = x.fresh_id(),
                                                    .group = group,
                                                    .limit = decimal("10"),
                                                    .window_ms = 1'000,
                                                    .counted = CountedFills::All,
                                                    .action = dice < 8 ? OrderGroupAction::Create
                                                                       : OrderGroupAction::Delete,
                                                    .transact_time = x.now()}});
    }
    commands.back().timestamp = x.now();
  }
  return commands;
}

TEST(Prefetch, OfAGroupThatComesOrGoesBeforeTheOrderChangesNoDecision) {
  Exchange x;
  const std::vector<Command> commands = random_group_commands(x, 5'000);
  Engine blind = Engine::load(x.saved());
  std::map<std::uint32_t, std::size_t> orders;  // accepted, by their groups' numbers
  std::map<Reason, std::size_t> refused;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    x.engine.prefetch([&](std::size_t distance) {
      return i + distance < commands.size() ? &commands[i + distance] : nullptr;
    });
    const TransactionView decided = x.engine.decide(commands[i]);
    const TransactionView expected = blind.decide(commands[i]);
    ASSERT_THAT(decided.events, ::testing::ElementsAreArray(expected.events)) << i;
    for_each_event(decided, [&]<typename Event>(EventSeq, const Event& event) {
      if constexpr (std::is_same_v<Event, OrderAccepted>) {
        ++orders[event.order_group];
      } else if constexpr (std::is_same_v<Event, OrderRejected>) {
        ++refused[event.reason];
      }
    });
  }
  EXPECT_EQ(x.engine.state_hash(), blind.state_hash());
  EXPECT_GT(orders.size(), 100U) << "groups came and went";
  EXPECT_GT(refused[Reason::UnknownOrderGroup], 100U);
  EXPECT_EQ(refused.size(), 1U);
}

// A market's rows are archived in chunks, and the memory of those that are gone is given back: an
// order for that market may be looked at in between.
TEST(Prefetch, OfARowThatIsArchivedReadsNothing) {
  Exchange x;
  for (int i = 0; i < 4'200; ++i) {  // a chunk ends after 4 096 rows
    const std::string account = "account-" + std::to_string(i);
    x.run(CreateAccount{.account = Name{account}});
    x.buy(account, "1", "0.40");
  }
  x.run(CloseMarket{.market = Name{"RAIN"}});
  x.finish_batches();
  x.determine("RAIN", {{.symbol = Name{"RAIN"}, .numerator = 1, .denominator = 1}});
  x.settle("RAIN");
  x.finish_batches();
  x.run(ArchiveMarket{.market = Name{"RAIN"}});
  ASSERT_EQ(x.engine.batch_pending(), PendingBatch::Payments);
  const std::uint64_t before = x.engine.state_hash();
  for (const char* const account : {"account-0", "account-4095", "account-4096"}) {
    const Command order{.body = x.order(account, "RAIN", Side::Bid, "1", "0.40")};
    x.engine.prefetch([&](std::size_t) { return &order; });
  }
  EXPECT_EQ(x.engine.state_hash(), before);
}

TEST(BookDeathTest, TakesNoOrderThatIsOffItsLadder) {
  OrderPool orders;
  const Slot slot = orders.take();
  orders.at(slot).side = Side::Bid;
  Book book{kClassic};
  for (const std::int32_t tick : {-1, kClassic.tick_count()}) {
    orders.at(slot).tick = Tick{tick};
    EXPECT_DEATH(book.push_back(orders, slot), "assertion failed") << tick;
  }
}

TEST(Texts, HoldWhatTheyAreMadeOfAndZeros) {
  static_assert(Name{"constant"}.view() == "constant" && Name{""}.empty());
  const std::string longest(Name::kCapacity, 'x');
  for (const std::string& text : {std::string{}, std::string{"RAIN"}, longest}) {
    EXPECT_EQ(Name{text}.view(), text);
    EXPECT_TRUE(Name{text}.well_formed());
  }
  EXPECT_EQ(Name{std::string_view{}}, Name{});
  EXPECT_DEATH(Name{longest + "x"}, "assertion failed");
}

}  // namespace
}  // namespace betex::matching::testing
