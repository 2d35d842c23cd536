// Market data sessions that read slowly or never, come all at once or ask for resends without
// pause: memory is bounded, and nobody else notices. Nothing here is measured in time: what is held
// against each other are counts, orders of messages and books.
#include <algorithm>
#include <cstddef>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/client/error.h"
#include "tests/e2e/market_data_fixture.h"
#include "tests/support/http_get.h"
#include "tests/support/patience.h"
#include "tests/support/raw_fix_peer.h"

namespace betex::test {
namespace {

using client::ClientBook;
using client::Message;
using client::Side;

constexpr const char* kAway = "EPL-ARS-CHE.AWAY";

class MarketDataAbuseTest : public MarketDataFixture {
 protected:
  void start_with(int more_sessions) {
    configure({}, more_sessions);
    start();
    broker_.log_on(gateway_->fix_port());
    watcher_.log_on(md_port());
    watcher_.watch({kHome, kDraw, kAway, kRain});
    watcher_.clear();
  }

  // A change of the lay at 2.04 that everybody who keeps up has seen.
  void change_level() {
    if (resting_.empty()) {
      resting_ = rest(broker_, Side::LayOrSell, kHome, "10", "2.04");
    } else {
      cancel(broker_, Side::LayOrSell, kHome, resting_);
      resting_.clear();
    }
    const std::size_t levels = resting_.empty() ? kDeep : kDeep + 1;
    watcher_.wait_until([&] { return watcher_.book(kHome).offers().size() == levels; },
                        "the change is seen");
  }

  // So that images are long.
  void make_deep() {
    for (std::size_t i = 0; i < kDeep; ++i) {
      rest(broker_, Side::LayOrSell, kHome, "10", "1." + std::to_string(50 + i));
      rest(broker_, Side::BackOrBuy, kHome, "10", "3." + std::to_string(10 + 5 * i));
    }
    watcher_.wait_until(
        [&] {
          const ClientBook& book = watcher_.book(kHome);
          return book.offers().size() == kDeep && book.bids().size() == kDeep;
        },
        "a deep book");
    watcher_.clear();  // some of these may have come as one
  }

  // Images of one instrument a hundred times over at each change: some hundred KiB.
  static void ask_for_much(PriceWatcher& watcher) {
    for (int i = 0; i < 100; ++i) {
      watcher.ask({.full_refresh = true, .symbols = {kHome}});
    }
  }

  // Until the gateway keeps nothing more for so many subscriptions, and only notes that they have
  // missed something. How many changes that takes is the machine's business: by how much the system
  // holds of what nobody reads.
  int change_until_marked(int subscriptions) {
    const std::string marked =
        "\nbetex_md_instruments_marked " + std::to_string(subscriptions) + "\n";
    for (int changes = 1; changes <= kMostChanges; ++changes) {
      change_level();
      if (http_get(gateway_->http_port(), "/metrics").find(marked) != std::string::npos) {
        return changes;
      }
    }
    throw std::runtime_error{"it is told everything, though it reads nothing"};
  }

  [[nodiscard]] std::unique_ptr<RawFixPeer> connect(const std::string& comp_id) const {
    return std::make_unique<RawFixPeer>(
        md_port(),
        RawFixPeer::Names{.begin_string = "FIXT.1.1", .sender = comp_id, .target = "BETEX"});
  }

  static void send_logon(RawFixPeer& peer, const std::string& comp_id) {
    peer.send("A", "98=0|108=30|141=Y|553=" + comp_id + "|554=demo|1137=9|");
  }

  // Of the gateway.
  [[nodiscard]] std::size_t resident_kib() const {
    std::ifstream status{"/proc/" + std::to_string(gateway_->process().pid()) + "/status"};
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) {
        return std::stoul(line.substr(line.find_first_of("0123456789")));
      }
    }
    return 0;
  }

  // Sanitizers keep what is freed.
  void expect_grown_by_at_most(std::size_t kib, std::size_t before) const {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_LE(resident_kib(), before + kib);
#else
    static_cast<void>(kib);
    static_cast<void>(before);
#endif
  }

  // Reads until the connection ends. What the system has kept of it may be tens of MiB, for which a
  // busy machine needs its time.
  static bool comes_to_its_end(PriceWatcher& watcher) {
    constexpr int kTimesPatience = 6;
    for (int i = 0; i < kTimesPatience; ++i) {
      try {
        watcher.wait_until([] { return false; }, "the end");
      } catch (const client::Disconnected&) {
        return true;
      } catch (const std::runtime_error&) {
        continue;  // not yet
      }
    }
    return false;
  }

  // Whoever keeps up has had no further image, and nothing that stands for several changes.
  void expect_watcher_has_noticed_nothing() {
    EXPECT_EQ(watcher_.count("W"), 0U);
    for (const Message& message : watcher_.messages()) {
      EXPECT_FALSE(message.find(814)) << message.type();
    }
  }

  static constexpr std::size_t kDeep = 9;
  static constexpr int kMostChanges = 4'000;  // some 500 MiB for who asks for much

  Broker broker_{"BROKER1"};
  PriceWatcher watcher_;
  std::string resting_;
};

TEST_F(MarketDataAbuseTest, WhoReadsNothingForAWhileGetsImagesAndNoBacklog) {
  constexpr int kFurtherChanges = 300;
  start_with(1);
  make_deep();
  PriceWatcher slow{"MDX1"};
  slow.log_on(md_port());
  ask_for_much(slow);
  slow.wait_until([&] { return slow.count("W") == 100; }, "an image for each request");
  const std::size_t before = resident_kib();
  const int changes = change_until_marked(100) + kFurtherChanges;
  for (int i = 0; i < kFurtherChanges; ++i) {
    change_level();
  }
  // More than 30 MiB would have been told since the system took nothing more.
  expect_grown_by_at_most(std::size_t{24} * 1024, before);
  expect_watcher_has_noticed_nothing();

  slow.clear();
  slow.wait_until(
      [&] {
        return std::all_of(
            slow.subscriptions().begin(), slow.subscriptions().end(), [&](const auto& each) {
              return each.find(kHome)->rpt_seq() == watcher_.book(kHome).rpt_seq();
            });
      },
      "the newest state in all subscriptions");
  EXPECT_LT(slow.messages().size(), 100 * static_cast<std::size_t>(changes));
  const auto stand_for_more =
      std::count_if(slow.messages().begin(), slow.messages().end(), [](const Message& message) {
        return message.type() == "W" && message.has(814, "2");
      });
  EXPECT_GE(stand_for_more, 100) << "an image for each that has missed something";

  // It keeps up again.
  slow.clear();
  change_level();
  slow.wait_until([&] { return slow.count("W") == 100; }, "the next change");
  EXPECT_TRUE(std::none_of(slow.messages().begin(),
                           slow.messages().end(),
                           [](const Message& message) { return message.find(814).has_value(); }));
}

TEST_F(MarketDataAbuseTest, WhoWantsNoImagesIsLoggedOutInstead) {
  start_with(1);
  make_deep();
  PriceWatcher slow{"MDX1"};
  slow.log_on(md_port());
  for (int i = 0; i < 100; ++i) {
    slow.ask({.full_refresh = true, .log_out_when_slow = true, .symbols = {kHome}});
  }
  slow.wait_until([&] { return slow.count("W") == 100; }, "an image for each request");
  // How many changes come as one, and how much the system holds, is the machine's business.
  const auto is_logged_out = [&] {
    return gateway_->process().standard_error().find("session MDX1: logged out: ") !=
           std::string::npos;
  };
  for (int i = 0; i < kMostChanges && !is_logged_out(); ++i) {
    change_level();
  }
  ASSERT_TRUE(is_logged_out()) << gateway_->process().standard_error();
  EXPECT_TRUE(comes_to_its_end(slow));
  expect_watcher_has_noticed_nothing();
}

TEST_F(MarketDataAbuseTest, WhoNeverReadsAgainGivesWayToItsNextLogon) {
  start_with(1);
  make_deep();
  PriceWatcher dead{"MDX1"};
  dead.log_on(md_port());
  ask_for_much(dead);
  dead.wait_until([&] { return dead.count("W") == 100; }, "an image for each request");
  change_until_marked(100);
  PriceWatcher next{"MDX1"};
  next.log_on(md_port());
  next.watch({kHome});
  change_level();
  next.wait_until([&] { return next.book(kHome).offers() == watcher_.book(kHome).offers(); },
                  "the same book");
  expect_watcher_has_noticed_nothing();
  EXPECT_EQ(gateway_->terminate(), 0) << "and nobody keeps it from ending";
}

TEST_F(MarketDataAbuseTest, ManyThatComeAtOnceAndGoAreAllServed) {
  constexpr int kSessions = 60;
  constexpr int kRounds = 3;
  start_with(kSessions);
  make_deep();
  const std::string request =
      "262=r|263=1|264=10|267=3|269=0|269=1|269=B|1310=2|1300=EPL-ARS-CHE|1300=RAIN-LON|";
  std::size_t before = 0;  // after the first round, when everything has been used once
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::unique_ptr<RawFixPeer>> peers;
    for (int i = 1; i <= kSessions; ++i) {
      const std::string comp_id = "MDX" + std::to_string(i);
      peers.push_back(connect(comp_id));
      send_logon(*peers.back(), comp_id);
      peers.back()->send("V", request);
    }
    change_level();
    for (const auto& peer : peers) {
      EXPECT_EQ(peer->read_type("A").type(), "A");
      std::vector<std::string> images;
      while (images.size() < 4) {
        const RawFixMessage message = peer->read();
        if (message.type() == "W") {
          images.push_back(message.value(55));
        }
      }
      EXPECT_THAT(images, testing::UnorderedElementsAre(kHome, kDraw, kAway, kRain));
    }
    change_level();
    for (const auto& peer : peers) {
      peer->reset();
    }
    if (round == 0) {
      before = resident_kib();
    }
  }
  expect_grown_by_at_most(std::size_t{24} * 1024, before);
  expect_watcher_has_noticed_nothing();
  EXPECT_EQ(gateway_->terminate(), 0);
}

TEST_F(MarketDataAbuseTest, ResendRequestsWithoutPauseAreEachAGapFillAndNewImages) {
  constexpr int kRequests = 4;
  start_with(1);
  make_deep();
  const auto peer = connect("MDX1");
  send_logon(*peer, "MDX1");
  EXPECT_EQ(peer->read_type("A").value(141), "Y");
  peer->send(
      "V",
      "262=r|263=1|264=10|267=2|269=0|269=1|146=2|55=" + std::string{kHome} + "|55=" + kDraw + "|");
  EXPECT_EQ(peer->read_type("W").value(55), kHome);
  EXPECT_EQ(peer->read_type("W").value(55), kDraw);
  for (int i = 0; i < kRequests; ++i) {
    peer->send("2", "7=1|16=0|");
  }
  int gap_fills = 0;
  std::vector<std::string> images;  // since the last of them
  while (gap_fills < kRequests || images.size() < 2) {
    const RawFixMessage message = peer->read();
    if (message.type() == "4") {
      ++gap_fills;
      images.clear();
      EXPECT_EQ(message.value(43), "Y");
      EXPECT_EQ(message.value(123), "Y");
      EXPECT_EQ(message.number(), 1);
    } else if (message.type() == "W") {
      EXPECT_EQ(message.value(814), "2") << message.text();
      images.push_back(message.value(55));
    } else {
      EXPECT_EQ(message.type(), "1") << message.text();
    }
  }
  EXPECT_THAT(images, testing::IsSupersetOf({kHome, kDraw}));
  change_level();
  std::string type;
  do {
    type = peer->read().type();  // perhaps images of the gap fill before, if the machine is slow
  } while (type == "W");
  EXPECT_EQ(type, "X") << "and it goes on";
  expect_watcher_has_noticed_nothing();
}

}  // namespace
}  // namespace betex::test
