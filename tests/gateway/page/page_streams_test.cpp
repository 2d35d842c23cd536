// The page's streams over sockets: what comes, how many there may be, and that nobody waits for
// one.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>

#include "gateway/http/http_server.h"
#include "gateway/page/page.h"
#include "tests/gateway/http/fake_sources.h"
#include "tests/gateway/page/fake_metrics.h"
#include "tests/gateway/page/stream_client.h"
#include "tests/support/patience.h"

namespace betex::gateway {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// md, as far as the page knows it.
class FakePictures : public PictureFeed {
 public:
  void watch(std::weak_ptr<PictureOutlet> outlet, std::string market) override {
    const std::lock_guard lock{mutex_};
    watchers_.push_back({std::move(outlet), std::move(market)});
  }

  // To all that are still there; returns how many.
  std::size_t show(MarketsPicture picture) {
    std::vector<Watcher> watchers;
    {
      const std::lock_guard lock{mutex_};
      watchers = watchers_;
    }
    std::size_t shown = 0;
    for (const Watcher& watcher : watchers) {
      if (const auto outlet = watcher.outlet.lock()) {
        picture.market = watcher.market;
        outlet->show(std::make_shared<const MarketsPicture>(picture));
        ++shown;
      }
    }
    return shown;
  }

  void await(std::size_t count) {
    ASSERT_TRUE(test::comes_to([&] { return watching() == count; }))
        << watching() << " watch, not " << count;
  }

 private:
  struct Watcher {
    std::weak_ptr<PictureOutlet> outlet;
    std::string market;
  };

  std::size_t watching() {
    const std::lock_guard lock{mutex_};
    return static_cast<std::size_t>(std::ranges::count_if(
        watchers_, [](const Watcher& watcher) { return !watcher.outlet.expired(); }));
  }

  std::mutex mutex_;
  std::vector<Watcher> watchers_;  // guarded by mutex_
};

class FakeNetwork : public NetworkView {
 public:
  [[nodiscard]] std::vector<fix::CounterpartyState> counterparties(
      std::span<const matching::Name> /*comp_ids*/) const override {
    fix::CounterpartyState session;
    session.comp_id = matching::Name{"BROKER1"};
    session.status = fix::CounterpartyStatus::Connected;
    session.words = "on";
    return {session};
  }

  [[nodiscard]] fix::NodeState node() const override { return {.segments = 5}; }
};

// The HTTP port on one thread, the page's streams on another.
class PageStreamsTest : public ::testing::Test {
 protected:
  ~PageStreamsTest() override {
    page->stop();
    server->stop();
    http_thread.join();
    page_io.stop();
    page_thread.join();
  }

  void start(std::chrono::milliseconds patience = std::chrono::minutes{10}) {
    metrics.gauge("betex_journal_durable_sequence", 42);
    page =
        std::make_unique<Page>(page_io,
                               PageOptions{.patience = patience, .sample_every = milliseconds{20}},
                               health,
                               std::vector<const prometheus::Collectable*>{&metrics});
    server = std::make_unique<HttpServer>(http_io,
                                          HttpServerOptions{},
                                          health,
                                          std::vector<const prometheus::Collectable*>{&metrics},
                                          page.get());
    http_thread = std::thread{[this] { http_io.run(); }};
    page_thread = std::thread{[this] { page_io.run(); }};
  }

  // With prices and sessions.
  void start_with_markets(std::chrono::milliseconds patience = std::chrono::minutes{10}) {
    start(patience);
    page->connect(pictures, network);
  }

  [[nodiscard]] static MarketsPicture picture(const std::string& state, std::string size = "1.00") {
    return {.markets = {{.name = "M", .state = state}},
            .runners = {{.symbol = "M.A", .bids = {{"2.04", std::move(size)}}}}};
  }

  [[nodiscard]] std::string ask(const std::string& target) {
    StreamClient client{server->port(), target};
    client.read_to_end();
    return client.unread();
  }

  FakeHealth health;
  FakeMetrics metrics;
  FakePictures pictures;
  const FakeNetwork network{};
  boost::asio::io_context http_io;
  boost::asio::io_context page_io;
  std::unique_ptr<Page> page;
  std::unique_ptr<HttpServer> server;
  std::thread http_thread;
  std::thread page_thread;
};

TEST_F(PageStreamsTest, WhileTheJournalIsReplayedThereAreFiguresAndAlarms) {
  health.not_ready = "the journal is being replayed";
  start();
  StreamClient client{server->port()};
  const std::string header = client.read_until("\r\n\r\n");
  EXPECT_THAT(header, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(header, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_THAT(header, HasSubstr("\r\nContent-Security-Policy: default-src 'none'"));
  EXPECT_THAT(header, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(header, Not(HasSubstr("Access-Control")));
  EXPECT_EQ(client.next("alarms"), "[\"orders are not taken: the journal is being replayed\"]");
  EXPECT_THAT(client.next("figures"), HasSubstr(",42.0,null,null]"));
}

TEST_F(PageStreamsTest, HistoryComesFirst) {
  start();
  StreamClient client{server->port()};
  client.read_until("retry: 1000\n\n");
  EXPECT_THAT(client.read_until("\n\n"),
              StartsWith("event: history\ndata: {\"series\":[\"orders\""));
}

TEST_F(PageStreamsTest, PricesAndSessionsComeWhenTheyAreThere) {
  start();
  StreamClient early{server->port(), "/events?market=M"};
  early.next("figures");
  page->connect(pictures, network);
  StreamClient late{server->port(), "/events"};
  pictures.await(2);
  for (StreamClient* const client : {&early, &late}) {
    EXPECT_THAT(client->next("sessions"), HasSubstr("\"comp_id\":\"BROKER1\""));
  }
  EXPECT_EQ(pictures.show(picture("Open")), 2U);
  for (StreamClient* const client : {&early, &late}) {
    EXPECT_EQ(client->next("markets"),
              "[{\"name\":\"M\",\"state\":\"Open\",\"in_play\":false,\"version\":0}]");
  }
  EXPECT_THAT(early.next("ladder"), HasSubstr("\"bids\":[[\"2.04\",\"1.00\"]]"));
  EXPECT_THAT(early.next("figures"), HasSubstr(",42.0,5.0,null]")) << "segments are known";
  late.next("figures");
  EXPECT_THAT(late.unread(), Not(HasSubstr("event: ladder"))) << "it has asked for no market";
}

TEST_F(PageStreamsTest, WhatHasNotChangedIsNotSentAgain) {
  start_with_markets();
  StreamClient client{server->port(), "/events?market=M"};
  pictures.await(1);
  pictures.show(picture("Open"));
  client.next("ladder");
  pictures.show(picture("Suspended"));
  const std::string until = client.read_until("Suspended");
  EXPECT_THAT(until, Not(HasSubstr("event: ladder")));
  pictures.show(picture("Suspended", "7.00"));
  EXPECT_THAT(client.read_until("7.00"), Not(HasSubstr("event: markets")));
}

TEST_F(PageStreamsTest, OneMoreThanPossibleIsRefusedUntilAnotherGoes) {
  start();
  std::deque<StreamClient> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back(server->port());
    clients.back().read_until("\r\n\r\n");
  }
  const std::string refused = ask("/events");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(refused, HasSubstr("as many pages as are possible are open (16): close one\n"));
  EXPECT_THAT(ask("/livez"), HasSubstr(" 200 OK\r\n"));
  EXPECT_THAT(ask("/page.js"), HasSubstr(" 200 OK\r\n"));
  clients.pop_front();
  EXPECT_TRUE(test::comes_to([&] {
    StreamClient next{server->port()};
    return next.read_until("\r\n").find(" 200 ") != std::string::npos;
  })) << "no place becomes free";
}

TEST_F(PageStreamsTest, SlowReaderGetsTheNewestAndDelaysNobody) {
  start_with_markets();
  StreamClient slow{server->port(), "/events?market=M"};
  StreamClient quick{server->port(), "/events?market=M"};
  pictures.await(2);
  constexpr int kPictures = 50;
  const std::string much(100'000, '9');  // a ladder that fills what the system buffers
  for (int i = 1; i <= kPictures; ++i) {
    const std::string size = std::to_string(i) + "." + much;
    pictures.show(picture("Open", size));
    quick.read_until("\"" + size + "\"");
  }
  const std::string taken = slow.read_until("\"" + std::to_string(kPictures) + ".");
  EXPECT_LT(taken.size(), 10 * much.size()) << "it was sent what was old";
}

TEST_F(PageStreamsTest, BrowserThatTakesNothingIsLetGo) {
  start_with_markets(std::chrono::seconds{1});
  const StreamClient dead{server->port(), "/events?market=M"};
  pictures.await(1);
  pictures.show(picture("Open", std::string(20'000'000, '9')));
  pictures.await(0);
}

TEST_F(PageStreamsTest, BrowserThatHasGoneIsForgotten) {
  start_with_markets();
  {
    const StreamClient gone{server->port(), "/events?market=M"};
    pictures.await(1);
  }
  pictures.await(0);
  EXPECT_EQ(pictures.show(picture("Open")), 0U);
}

TEST_F(PageStreamsTest, ProbesGoOnWhileThePagesThreadIsStuck) {
  start();
  std::mutex stuck;
  std::unique_lock hold{stuck};
  boost::asio::post(page_io, [&stuck] { const std::lock_guard wait{stuck}; });
  std::deque<StreamClient> waiting;
  for (int i = 0; i < 16; ++i) {
    waiting.emplace_back(server->port());
  }
  EXPECT_THAT(ask("/livez"), HasSubstr(" 200 OK\r\n"));
  EXPECT_THAT(ask("/metrics"), HasSubstr("betex_journal_durable_sequence 42"));
  EXPECT_THAT(ask("/"), HasSubstr("<title>betex</title>"));
  EXPECT_THAT(ask("/events"), HasSubstr(" 503 Service Unavailable\r\n"));
  hold.unlock();
  for (StreamClient& client : waiting) {
    client.next("figures");
  }
}

TEST_F(PageStreamsTest, StopEndsTheStreams) {
  start();
  StreamClient client{server->port()};
  client.next("figures");
  page->stop();
  client.read_to_end();
}

}  // namespace
}  // namespace betex::gateway
