// What is told of an instrument that is listed: how it stands in each state of its market, its
// terms, what people call it; and which are listed. Also where the read model was built from a
// snapshot's engine.
#include "gateway/reports/security_lists.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/reports/read_model.h"
#include "matching/engine.h"
#include "matching/transaction.h"

namespace betex::gateway {
namespace {

using fix::ListingStatus;
using fix::SecurityList;
using fix::TickRule;
using matching::Decimal;
using matching::DescriptionText;
using matching::Name;
using matching::Timestamp;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Name kCup{"CUP"};
const Name kRain{"RAIN"};
const Name kFirst{"FIRST"};
const Name kSecond{"SECOND"};
const Name kThird{"THIRD"};

class SecurityListsTest : public ::testing::Test {
 protected:
  SecurityListsTest() {
    run(matching::CreateExchange{.currency = matching::Currency{"EUR"}});
    run(matching::CreateMarket{.market = kCup,
                               .commission_bp = 500,
                               .bet_delay_ms = 5'000,
                               .quantity_step = Decimal{500'000},
                               .runners = {kFirst, kSecond, kThird}});
    run(matching::CreateMarket{.market = kRain,
                               .kind = matching::MarketKind::Binary,
                               .ladder = matching::LadderKind::TaperedDeciCent,
                               .max_quantity = Decimal{1'000'000'000}});
  }

  // A process over rows or orders, too.
  void run(const matching::CommandBody& body) {
    decide(body);
    while (engine_.batch_pending() != matching::PendingBatch::None) {
      decide(matching::ContinueBatch{});
    }
  }

  // Of the instrument, which a model that was built from the engine's state tells alike.
  [[nodiscard]] SecurityList listed(const Name& symbol) const {
    const SecurityList list = listed(live_, symbol);
    EXPECT_EQ(listed(rebuilt(), symbol), list);
    return list;
  }

  // The symbols of what the query is about, to a model that was built from the engine's state too.
  [[nodiscard]] std::vector<Name> symbols(const SecurityListQuery& query) const {
    std::vector<Name> found = symbols(live_, query);
    EXPECT_EQ(symbols(rebuilt(), query), found);
    return found;
  }

  // From here on the model is one that began with the engine's state, and had the events behind it.
  void restart() { live_ = rebuilt(); }

  void archive(const Name& market) {
    run(matching::VoidMarket{.market = market});
    run(matching::ArchiveMarket{.market = market});
  }

  [[nodiscard]] std::vector<ListingStatus> of_the_cup() const {
    return {listed(kFirst).status, listed(kSecond).status, listed(kThird).status};
  }

 private:
  [[nodiscard]] ReadModel rebuilt() const {
    std::vector<std::byte> bytes;
    engine_.save([&bytes](std::span<const std::byte> piece) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    });
    return ReadModel{matching::Engine::load(bytes)};
  }

  static std::vector<Name> symbols(const ReadModel& model, const SecurityListQuery& query) {
    std::vector<Name> found;
    for (const matching::InstrumentId id : instruments_of(model.securities(), query)) {
      found.push_back(model.instrument(id).symbol);
    }
    return found;
  }

  void decide(const matching::CommandBody& body) {
    const matching::TransactionView transaction = engine_.decide(
        {.timestamp = Timestamp{1'700'000'000'000'000'000}, .origin = {}, .body = body});
    matching::for_each_event(transaction, [&](matching::EventSeq seq, const auto& event) {
      EXPECT_NE(event.kKind, matching::EventKind::CommandRejected);
      live_.apply({}, seq, event);
    });
  }

  static SecurityList listed(const ReadModel& model, const Name& symbol) {
    const fix::Report report = security_list(model.securities(),
                                             model.find_instrument(symbol),
                                             {.symbol = symbol},
                                             {.next = 0, .total = 1});
    return std::get<SecurityList>(report.body);
  }

  matching::Engine engine_;
  ReadModel live_;
};

std::vector<ListingStatus> all(ListingStatus status) {
  return {status, status, status};
}

TEST_F(SecurityListsTest, EachStateOfAMarketHasItsStatus) {
  using enum ListingStatus;
  EXPECT_EQ(of_the_cup(), all(Published));
  run(matching::OpenMarket{.market = kCup});
  EXPECT_EQ(of_the_cup(), all(Active));
  run(matching::SuspendMarket{.market = kCup});
  EXPECT_EQ(of_the_cup(), all(Suspended));
  run(matching::HaltMarket{.market = kCup});
  EXPECT_EQ(of_the_cup(), all(Suspended));
  run(matching::UnhaltMarket{.market = kCup});
  EXPECT_EQ(of_the_cup(), all(Suspended));
  run(matching::RemoveRunner{.market = kCup, .symbol = kThird});
  EXPECT_THAT(of_the_cup(), ElementsAre(Suspended, Suspended, Delisted));
  run(matching::ResumeMarket{.market = kCup});
  EXPECT_THAT(of_the_cup(), ElementsAre(Active, Active, Delisted));
  run(matching::TurnInPlay{.market = kCup});
  EXPECT_THAT(of_the_cup(), ElementsAre(Active, Active, Delisted));
  run(matching::CloseMarket{.market = kCup});
  EXPECT_THAT(of_the_cup(), ElementsAre(Inactive, Inactive, Delisted));
  run(matching::ReopenMarket{.market = kCup});
  EXPECT_THAT(of_the_cup(), ElementsAre(Suspended, Suspended, Delisted));
  run(matching::CloseMarket{.market = kCup});
  run(matching::DetermineMarket{.market = kCup,
                                .shares = {{.symbol = kFirst, .numerator = 1, .denominator = 1}}});
  EXPECT_THAT(of_the_cup(), ElementsAre(Inactive, Inactive, Delisted));
  run(matching::SettleMarket{.market = kCup});
  EXPECT_THAT(of_the_cup(), ElementsAre(Expired, Expired, Delisted));
  run(matching::VoidMarket{.market = kCup});
  EXPECT_EQ(of_the_cup(), all(Delisted));
  run(matching::ArchiveMarket{.market = kCup});
  EXPECT_EQ(of_the_cup(), all(Delisted));
  EXPECT_EQ(listed(kRain).status, Published) << "of a market of its own";
}

TEST_F(SecurityListsTest, OfAllInstrumentsThoseOfArchivedMarketsAreLeftOut) {
  const Name plate{"PLATE"};
  const Name fourth{"FOURTH"};
  const Name fifth{"FIFTH"};
  run(matching::CreateMarket{.market = plate, .runners = {fourth}});
  run(matching::AddRunner{.market = kCup,
                          .symbol = fifth});  // others stand between it and its like
  EXPECT_THAT(symbols({}), ElementsAre(kFirst, kSecond, kThird, kRain, fourth, fifth));
  run(matching::VoidMarket{.market = kCup});
  EXPECT_THAT(symbols({}), SizeIs(6)) << "it may be archived, and is not";
  run(matching::ArchiveMarket{.market = kCup});
  EXPECT_THAT(symbols({}), ElementsAre(kRain, fourth));

  restart();
  EXPECT_THAT(symbols({}), ElementsAre(kRain, fourth));
  const Name bowl{"BOWL"};
  const Name sixth{"SIXTH"};
  run(matching::CreateMarket{.market = bowl, .runners = {sixth}});
  EXPECT_THAT(symbols({}), ElementsAre(kRain, fourth, sixth));
  archive(plate);
  EXPECT_THAT(symbols({}), ElementsAre(kRain, sixth));
  archive(bowl);
  EXPECT_THAT(symbols({}), ElementsAre(kRain));
}

TEST_F(SecurityListsTest, ByItsNameAnArchivedMarketIsListedAsBefore) {
  archive(kCup);
  EXPECT_THAT(symbols({.market = kCup}), ElementsAre(kFirst, kSecond, kThird));
  EXPECT_THAT(symbols({.symbol = kSecond}), ElementsAre(kSecond));
  EXPECT_EQ(of_the_cup(), all(ListingStatus::Delisted));
  EXPECT_THAT(symbols({.market = Name{"NOWHERE"}}), IsEmpty());
  EXPECT_THAT(symbols({.symbol = Name{"NOBODY"}}), IsEmpty());
  EXPECT_THAT(symbols({.updates = SecurityListQuery::Updates::End}), IsEmpty());
}

TEST_F(SecurityListsTest, AnInstrumentHasItsMarketsTermsAsTheyAreNow) {
  const SecurityList before = listed(kFirst);
  EXPECT_EQ(before.market, kCup);
  EXPECT_EQ(before.kind, matching::MarketKind::ExchangeOdds);
  EXPECT_EQ(before.ladder, matching::LadderKind::Classic);
  EXPECT_EQ(before.winners, 1U);
  EXPECT_EQ(before.bet_delay_ms, 5'000U);
  EXPECT_EQ(before.commission_bp, 500U);
  EXPECT_EQ(before.quantity_step, Decimal{500'000});
  EXPECT_EQ(before.min_quantity, Decimal{500'000});
  EXPECT_EQ(before.market_version, 0U);
  EXPECT_EQ(before.currency, matching::Currency{"EUR"});
  EXPECT_EQ(before.format, (fix::DecimalFormat{2, 2}));

  run(matching::OpenMarket{.market = kCup});
  run(matching::ChangeMarket{.market = kCup,
                             .bet_delay_ms = 0,
                             .commission_bp = 200,
                             .max_quantity = Decimal{7'000'000'000}});
  const SecurityList after = listed(kFirst);
  EXPECT_EQ(after.market_version, 2U);
  EXPECT_EQ(after.bet_delay_ms, 0U);
  EXPECT_EQ(after.commission_bp, 200U);
  EXPECT_EQ(after.max_quantity, Decimal{7'000'000'000});

  const SecurityList rain = listed(kRain);
  EXPECT_EQ(rain.kind, matching::MarketKind::Binary);
  EXPECT_EQ(rain.max_quantity, Decimal{1'000'000'000});
  EXPECT_EQ(rain.format, (fix::DecimalFormat{2, 0}));
}

TEST_F(SecurityListsTest, TheTickRulesAreTheLaddersBands) {
  const auto rule = [](std::int64_t first, std::int64_t last, std::int64_t increment) {
    return TickRule{Decimal{first}, Decimal{last}, Decimal{increment}};
  };
  EXPECT_THAT(listed(kRain).tick_rules,
              ElementsAre(rule(1'000, 100'000, 1'000),
                          rule(110'000, 900'000, 10'000),
                          rule(901'000, 999'000, 1'000)));
  const std::vector<TickRule> classic = listed(kFirst).tick_rules;
  ASSERT_THAT(classic, SizeIs(10));
  EXPECT_EQ(classic.front(), rule(1'010'000, 2'000'000, 10'000));
  EXPECT_EQ(classic.back(), rule(110'000'000, 1'000'000'000, 10'000'000));
}

TEST_F(SecurityListsTest, TheDescriptionOfAMarketIsOnEachOfItsInstruments) {
  EXPECT_EQ(listed(kFirst).description, "");
  EXPECT_EQ(listed(kFirst).market_description, "");
  run(matching::DescribeMarket{
      .market = kCup,
      .description = matching::Description{.text = DescriptionText{"The final"},
                                           .parent = Name{"ASCOT"},
                                           .scheduled_start = Timestamp{7}}});
  run(matching::DescribeMarket{
      .market = kCup,
      .symbol = kSecond,
      .description = matching::Description{.text = DescriptionText{"Galtee More"}}});
  for (const Name& symbol : {kFirst, kSecond, kThird}) {
    const SecurityList list = listed(symbol);
    EXPECT_EQ(list.market_description, "The final");
    EXPECT_EQ(list.parent, Name{"ASCOT"});
    EXPECT_EQ(list.scheduled_start, Timestamp{7});
    EXPECT_EQ(list.description, symbol == kSecond ? "Galtee More" : "");
  }
  EXPECT_EQ(listed(kRain).market_description, "");

  run(matching::DescribeMarket{
      .market = kCup, .description = matching::Description{.text = DescriptionText{"The race"}}});
  EXPECT_EQ(listed(kFirst).market_description, "The race");
  EXPECT_EQ(listed(kFirst).parent, Name{"ASCOT"}) << "what is not said stays";
}

}  // namespace
}  // namespace betex::gateway
