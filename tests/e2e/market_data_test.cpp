// Prices by FIX, with the gateway as a process: what is traded is seen, numbers and volumes outlive
// kills and the log's oldest segments, and an operator's suspension comes in its place.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/client/error.h"
#include "journal/retirement.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"
#include "tests/e2e/market_data_fixture.h"
#include "tests/support/patience.h"
#include "tests/support/raw_fix_peer.h"

namespace betex::test {
namespace {

using client::ClientBook;
using client::Level;
using client::Message;
using client::Side;
using testing::ElementsAre;
using testing::IsEmpty;

std::string text_of(const std::vector<Level>& levels) {
  std::string text;
  for (const Level& level : levels) {
    text += " " + level.price + "x" + level.size;
  }
  return text;
}

// What outlives the gateway. Which trade was the last does not.
std::string picture(const ClientBook& book) {
  return "bids" + text_of(book.bids()) + ", offers" + text_of(book.offers()) + ", matched " +
         book.traded_volume() + ":" + text_of(book.traded_ladder());
}

class MarketDataTest : public MarketDataFixture {
 protected:
  void log_on() {
    one_.log_on(gateway_->fix_port());
    two_.log_on(gateway_->fix_port());
    watcher_.log_on(md_port());
  }

  // All that there is of these.
  void watch(const std::vector<std::string>& symbols) {
    watcher_.subscribe({.traded_ladder = true, .symbols = symbols});
  }

  void wait_for_volume(const std::string& symbol, const std::string& volume) {
    watcher_.wait_until([&] { return watcher_.book(symbol).traded_volume() == volume; },
                        symbol + " with a volume of " + volume);
  }

  Broker one_{"BROKER1"};
  Broker two_{"BROKER2"};
  PriceWatcher watcher_;
};

TEST_F(MarketDataTest, WhatIsOfferedAndTradedIsSeen) {
  start();
  log_on();
  watch({kHome});
  const ClientBook& book = watcher_.book(kHome);
  EXPECT_THAT(book.bids(), IsEmpty());
  EXPECT_EQ(book.last_trade().size, "");

  const std::string lay = rest(one_, Side::LayOrSell, kHome, "30", "2.04");
  rest(one_, Side::LayOrSell, kHome, "20", "2.02");
  rest(two_, Side::BackOrBuy, kHome, "50", "2.1");
  watcher_.wait_until([&] { return book.bids().size() == 1 && book.offers().size() == 2; },
                      "three levels");
  EXPECT_THAT(book.offers(), ElementsAre(Level{"2.04", "30.00"}, Level{"2.02", "20.00"}))
      << "the best offer has the highest odds";
  EXPECT_THAT(book.bids(), ElementsAre(Level{"2.10", "50.00"}));

  send(two_, Side::BackOrBuy, kHome, "10", "2.04");
  EXPECT_EQ(two_.next_execution().exec_type, '0');
  const client::ExecutionReport fill = two_.next_execution();
  EXPECT_EQ(one_.next_execution().leaves_qty, "20.00");
  wait_for_volume(kHome, "10.00");
  EXPECT_THAT(book.offers(), ElementsAre(Level{"2.04", "20.00"}, Level{"2.02", "20.00"}))
      << "what rests is the 151 of its order";
  EXPECT_EQ(book.last_trade().price, "2.04");
  EXPECT_EQ(book.last_trade().size, "10.00");
  EXPECT_EQ(book.last_trade().aggressor, '1') << "the backer came later";
  EXPECT_EQ(book.last_trade().trade_id, fill.exec_id.substr(0, fill.exec_id.find('-')));
  EXPECT_THAT(book.traded_ladder(), ElementsAre(Level{"2.04", "10.00"}));

  cancel(one_, Side::LayOrSell, kHome, lay);
  watcher_.wait_until([&] { return book.offers().size() == 1; }, "the cancelled level is gone");
  EXPECT_EQ(book.traded_volume(), "10.00");
}

TEST_F(MarketDataTest, InABinaryMarketTheHighestBidIsTheBest) {
  start();
  log_on();
  watch({kRain});
  const ClientBook& book = watcher_.book(kRain);
  EXPECT_EQ(book.open_interest(), "0");
  rest(one_, Side::BackOrBuy, kRain, "10", "0.50");
  rest(one_, Side::BackOrBuy, kRain, "20", "0.58");
  rest(two_, Side::LayOrSell, kRain, "30", "0.60");
  trade(two_, one_, kRain, "5", "0.59");
  wait_for_volume(kRain, "5");
  EXPECT_THAT(book.bids(), ElementsAre(Level{"0.58", "20"}, Level{"0.50", "10"}));
  EXPECT_THAT(book.offers(), ElementsAre(Level{"0.60", "30"}));
  watcher_.wait_until([&] { return book.open_interest() == "5"; }, "five contracts are held");
}

TEST_F(MarketDataTest, AMarketIsAllItsRunnersAndDepthIsAsAskedFor) {
  start();
  log_on();
  for (const char* const price : {"2.02", "2.04", "2.06", "2.08"}) {
    rest(one_, Side::LayOrSell, kHome, "10", price);
  }
  watcher_.subscribe({.depth = 2, .markets = {"EPL-ARS-CHE"}});
  watcher_.wait_until([&] { return watcher_.count("W") == 3; }, "an image of each runner");
  const ClientBook& home = watcher_.book(kHome);
  EXPECT_THAT(home.offers(), ElementsAre(Level{"2.08", "10.00"}, Level{"2.06", "10.00"}));
  rest(two_, Side::BackOrBuy, kHome, "10", "2.08");
  EXPECT_EQ(one_.next_execution().exec_type, 'F');
  watcher_.wait_until(
      [&] {
        return home.offers() == std::vector<Level>{{"2.06", "10.00"}, {"2.04", "10.00"}};
      },
      "what was below the window comes into it");
  rest(one_, Side::LayOrSell, kDraw, "7", "3.1");
  watcher_.wait_until([&] { return watcher_.book(kDraw).offers().size() == 1; }, "the draw's");
}

TEST_F(MarketDataTest, EachChangeMayBeAnImage) {
  start();
  log_on();
  watcher_.subscribe({.full_refresh = true, .symbols = {kHome}});
  for (int i = 0; i < 3; ++i) {
    const std::string id = rest(one_, Side::LayOrSell, kHome, "10", "2.04");
    watcher_.wait_until([&] { return !watcher_.book(kHome).offers().empty(); }, "a level");
    cancel(one_, Side::LayOrSell, kHome, id);
    watcher_.wait_until([&] { return watcher_.book(kHome).offers().empty(); }, "none");
  }
  EXPECT_EQ(watcher_.count("X"), 0U);
  EXPECT_EQ(watcher_.count("W"), 7U);
}

TEST_F(MarketDataTest, ASubscriptionThatHasEndedTellsNothing) {
  start();
  log_on();
  watcher_.subscribe({.id = "first", .symbols = {kHome}});
  watcher_.session().send(client::to_message(
      client::MarketDataRequest{.id = "first", .type = client::MarketDataRequest::Type::End}));
  watch({kDraw});  // what is answered comes behind that end
  rest(one_, Side::LayOrSell, kHome, "10", "2.04");
  watcher_.clear();
  watcher_.subscribe({.id = "second", .symbols = {kHome}});
  EXPECT_EQ(watcher_.messages().size(), 1U) << "the image of the second, and nothing of the first";
  EXPECT_TRUE(watcher_.messages().back().has(262, "second"));
}

// ---- Restarts -----------------------------------------------------------------------------------

TEST_F(MarketDataTest, NumbersNeverGoBackAndVolumesStayOverKills) {
  start();
  std::int64_t newest = 0;
  double volume = 0;
  for (int life = 0; life < 4; ++life) {
    log_on();
    watch({kHome});
    const ClientBook& book = watcher_.book(kHome);
    EXPECT_GE(book.rpt_seq(), newest) << life;
    EXPECT_EQ(std::stod(book.traded_volume()), volume) << life;
    rest(one_, Side::LayOrSell, kHome, "1", "1.50");
    rest(two_, Side::BackOrBuy, kHome, "2", "3.00");
    const std::string id = trade(one_, two_, kHome, "5", life % 2 == 0 ? "2.04" : "2.06");
    volume += 5;
    watcher_.wait_until([&] { return std::stod(book.traded_volume()) == volume; }, "the volume");
    EXPECT_EQ(book.last_trade().trade_id, id);
    EXPECT_GT(book.rpt_seq(), newest);
    newest = book.rpt_seq();
    const std::string before = picture(book);

    kill_and_start();
    EXPECT_THROW(watcher_.wait_until([] { return false; }, "the end"), client::Disconnected);
    EXPECT_THROW(one_.session().receive(kPatience), client::Disconnected);
    EXPECT_THROW(two_.session().receive(kPatience), client::Disconnected);
    PriceWatcher fresh;
    fresh.log_on(md_port());
    fresh.subscribe({.traded_ladder = true, .symbols = {kHome}});
    EXPECT_EQ(picture(fresh.book(kHome)), before) << life;
    EXPECT_GE(fresh.book(kHome).rpt_seq(), newest);
    fresh.session().logout(kPatience);
  }
}

TEST_F(MarketDataTest, VolumesOutliveTheRetirementOfAllThatASnapshotHolds) {
  configure(
      {{.shipped = "snapshot_every_events = 1_000_000", .value = "snapshot_every_events = 10"}});
  start({"--max-segment-events", "5"});
  log_on();
  watch({kHome});
  for (int i = 0; i < 10; ++i) {
    trade(one_, two_, kHome, "3", i % 2 == 0 ? "2.04" : "2.06");
  }
  rest(one_, Side::LayOrSell, kHome, "1", "1.50");
  wait_for_volume(kHome, "30.00");
  watcher_.wait_until([&] { return watcher_.book(kHome).offers().size() == 1; }, "the last order");
  const std::string before = picture(watcher_.book(kHome));
  const std::int64_t newest = watcher_.book(kHome).rpt_seq();
  ASSERT_TRUE(comes_to([&] { return !journal::list_snapshots(wal()).empty(); }));
  gateway_->kill();
  journal::retire_up_to(wal(), journal::list_snapshots(wal()).back());
  ASSERT_FALSE(journal::list_segments(wal() / journal::kRetiredFolder).empty());
  std::filesystem::remove_all(wal() / journal::kRetiredFolder);

  start();
  PriceWatcher fresh;
  fresh.log_on(md_port());
  fresh.subscribe({.traded_ladder = true, .symbols = {kHome}});
  EXPECT_EQ(picture(fresh.book(kHome)), before);
  EXPECT_GE(fresh.book(kHome).rpt_seq(), newest);
}

// ---- Operators ----------------------------------------------------------------------------------

class MarketDataOperatorTest : public MarketDataTest {
 protected:
  void log_on_all() {
    log_on();
    operator_ = std::make_unique<RawFixPeer>(
        gateway_->fix_port(),
        RawFixPeer::Names{.begin_string = "FIXT.1.1", .sender = "OPS1", .target = "BETEX"});
    operator_->send("A", "98=0|108=30|553=OPS1|554=demo|1137=9|141=Y|");
    ASSERT_EQ(operator_->read_type("A").type(), "A");
  }

  void operate(const std::string& fields) {
    const std::string id = "u-" + std::to_string(++orders_);
    operator_->send("UOC", "20012=" + id + "|" + fields + "60=" + fix_now() + "|");
    std::string result;
    do {
      const RawFixMessage answer = operator_->read_type("UOR");
      EXPECT_EQ(answer.value(20012), id);
      result = answer.value(20013);
      EXPECT_NE(result, "1") << answer.text();
    } while (result == "2");  // it is under way
  }

  std::unique_ptr<RawFixPeer> operator_;
};

TEST_F(MarketDataOperatorTest, ASuspensionIsSeenBetweenTheChangesBeforeAndAfterIt) {
  start();
  log_on_all();
  watch({kHome});
  rest(one_, Side::LayOrSell, kHome, "30", "2.04");
  watcher_.wait_until([&] { return !watcher_.book(kHome).offers().empty(); }, "the level");
  watcher_.clear();
  // With all orders, which go after it.
  operate("20011=Suspend|1300=EPL-ARS-CHE|20032=1|20010=2|");
  watcher_.wait_until([&] { return watcher_.book(kHome).offers().empty(); }, "cancelled");
  ASSERT_GE(watcher_.messages().size(), 2U);
  const Message& status = watcher_.messages().front();
  EXPECT_EQ(status.type(), "f");
  EXPECT_TRUE(status.has(55, kHome));
  EXPECT_TRUE(status.has(326, "2"));
  EXPECT_TRUE(status.has(20032, "1"));
  EXPECT_EQ(watcher_.messages().back().type(), "X");
  EXPECT_EQ(watcher_.book(kHome).status().trading_status, "2");

  watcher_.clear();
  operate("20011=Resume|1300=EPL-ARS-CHE|");
  watcher_.wait_until([&] { return watcher_.count("f") == 1; }, "the resumption");
  EXPECT_TRUE(watcher_.messages().back().has(326, "3"));
  EXPECT_EQ(watcher_.book(kHome).status().suspend_reason, "");
}

TEST_F(MarketDataOperatorTest, WhoComesDuringASuspensionLearnsOfItFromTheImage) {
  start();
  log_on_all();
  operate("20011=Suspend|1300=EPL-ARS-CHE|20032=4|");
  watch({kHome});
  EXPECT_EQ(watcher_.book(kHome).status().trading_status, "2");
  EXPECT_EQ(watcher_.book(kHome).status().suspend_reason, "4");
}

TEST_F(MarketDataOperatorTest, WithASettledMarketItsSubscriptionsEnd) {
  start();
  log_on_all();
  watch({kRain, kHome});
  trade(one_, two_, kRain, "5", "0.60");
  wait_for_volume(kRain, "5");
  operate("20011=Close|1300=RAIN-LON|");
  operate("20011=Determine|1300=RAIN-LON|146=1|55=RAIN-LON|20037=1|20038=1|");
  operate("20011=Settle|1300=RAIN-LON|");
  watcher_.wait_until([&] { return watcher_.book(kRain).state() == ClientBook::State::Over; },
                      "settled");
  one_.rest();  // what it was told of the market
  rest(one_, Side::LayOrSell, kHome, "30", "2.04");
  watcher_.wait_until([&] { return !watcher_.book(kHome).offers().empty(); }, "the others go on");
}

TEST_F(MarketDataOperatorTest, AMarketThatComesAndItsRunnersAreTold) {
  start();
  log_on_all();
  watcher_.session().send(client::to_message(client::SecurityListRequest{
      .security_req_id = "all", .updates = client::SecurityListRequest::Updates::Begin}));
  watcher_.wait_until(
      [&] { return watcher_.count("y") != 0 && watcher_.messages().back().has(893, "Y"); },
      "the list");
  EXPECT_EQ(watcher_.count("y"), 4U);
  watcher_.clear();
  operator_->send(
      "c", "320=new|321=1|1300=CUP|20031=1|20030=1|146=2|55=CUP.A|55=CUP.B|60=" + fix_now() + "|");
  EXPECT_EQ(operator_->read_type("d").value(1300), "CUP");
  watcher_.wait_until([&] { return watcher_.count("BK") >= 2; }, "both runners");
  EXPECT_TRUE(watcher_.messages().front().has(1324, "A"));
  EXPECT_TRUE(watcher_.messages().front().has(55, "CUP.A"));
  EXPECT_TRUE(watcher_.messages().front().has(1300, "CUP"));

  watcher_.subscribe({.markets = {"CUP"}});
  watcher_.wait_until([&] { return watcher_.count("W") == 2; }, "their images");
  operate("20011=AddRunner|1300=CUP|55=CUP.C|");
  watcher_.wait_until([&] { return watcher_.count("W") == 3; }, "the new runner's, unasked");
  EXPECT_EQ(watcher_.book("CUP.C").market(), "CUP");
}

}  // namespace
}  // namespace betex::test
