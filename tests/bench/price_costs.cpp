#include "tests/bench/price_costs.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/agent/agent_runner.h"
#include "gateway/market_data/market_data_stage.h"
#include "gateway/pipeline/event_slot.h"
#include "gateway/ring/event_ring.h"
#include "tests/bench/loopback.h"
#include "tests/matching/exchange.h"

namespace betex::bench {
namespace {

using gateway::MarketDataMessage;
using matching::Name;
using matching::testing::Exchange;
using Steady = std::chrono::steady_clock;

constexpr int kMarkets = 100;
constexpr int kRunners = 3;
constexpr std::size_t kQuantity = 10;  // of each order

Name market_name(int index) {
  return Name{fmt::format("P{:03}", index)};
}

Name symbol_name(int index) {
  return Name{fmt::format("P{:03}.{}", index / kRunners, index % kRunners + 1)};
}

// An exchange with these markets open.
std::unique_ptr<Exchange> priced_exchange(int markets) {
  auto exchange = std::make_unique<Exchange>();
  for (int i = 0; i < markets; ++i) {
    exchange->run(matching::CreateMarket{.market = market_name(i)});
    for (int runner = 0; runner < kRunners; ++runner) {
      exchange->run(matching::AddRunner{.market = market_name(i),
                                        .symbol = symbol_name(i * kRunners + runner)});
    }
    exchange->run(matching::OpenMarket{.market = market_name(i)});
  }
  return exchange;
}

void lay(Exchange& exchange, int symbol, int price) {
  constexpr std::array<const char*, 3> kPrices{"2", "2.02", "2.04"};
  const Name name = symbol_name(symbol);
  exchange.run(exchange.order("alice",
                              name.view(),
                              matching::Side::Ask,
                              "10",
                              kPrices[static_cast<std::size_t>(price) % kPrices.size()]));
}

double thread_nanos() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// ---- Encoding -----------------------------------------------------------------------------------

class CountingOutlet final : public gateway::MarketDataOutlet {
 public:
  void send(std::vector<MarketDataMessage> messages) override { sent += messages.size(); }

  [[nodiscard]] std::size_t unsent_bytes() const noexcept override { return 0; }

  void log_out(std::string text) override { throw std::runtime_error{"logged out: " + text}; }

  std::size_t sent = 0;
};

gateway::MarketDataRequest request_of_all(int markets, std::uint32_t conflate_ms) {
  gateway::MarketDataRequest request{.id = Name{"all"},
                                     .type = gateway::MarketDataRequest::Type::Subscribe,
                                     .depth = 3,
                                     .conflate_ms = conflate_ms,
                                     .levels = true};
  for (int i = 0; i < markets; ++i) {
    request.markets.push_back(market_name(i));
  }
  return request;
}

// ---- Event to wire ------------------------------------------------------------------------------

// Of the only level's size, which grows by as much with each event: how many there were.
std::size_t events_in(std::string_view body) {
  constexpr std::string_view kSize{
      "\x01"
      "271="};
  const std::size_t found = body.find(kSize);
  std::size_t size = 0;
  if (found != std::string_view::npos) {
    std::from_chars(body.data() + found + kSize.size(), body.data() + body.size(), size);
  }
  return size / kQuantity;
}

// Writes what it is given on a thread of its own, and notes when what tells of each event was
// written.
class WritingOutlet final : public gateway::MarketDataOutlet {
 public:
  WritingOutlet(boost::asio::io_context& io, int descriptor, std::size_t count)
      : io_{io}, descriptor_{descriptor} {
    written_.reserve(count);
  }

  void send(std::vector<MarketDataMessage> messages) override {
    boost::asio::post(io_, [this, messages = std::move(messages)] { write(messages); });
  }

  [[nodiscard]] std::size_t unsent_bytes() const noexcept override { return 0; }

  void log_out(std::string /*text*/) override {}

  // Events that were told of.
  [[nodiscard]] std::size_t count() const noexcept {
    return count_.load(std::memory_order_acquire);
  }

  // When; only once the io thread has ended.
  [[nodiscard]] const std::vector<Steady::time_point>& written() const noexcept { return written_; }

  // Whether the image has been.
  [[nodiscard]] bool has_image() const noexcept {
    return has_image_.load(std::memory_order_acquire);
  }

 private:
  void write(const std::vector<MarketDataMessage>& messages) {
    for (const MarketDataMessage& message : messages) {
      const auto* const body = std::get_if<gateway::MarketDataBody>(&message);
      if (body == nullptr) {
        continue;
      }
      if (::send(descriptor_, body->fields.data(), body->fields.size(), MSG_NOSIGNAL) < 0) {
        throw std::runtime_error{"the socket takes nothing"};
      }
      if (body->msg_type == 'X') {
        written_.resize(events_in(body->fields), Steady::now());
        count_.store(written_.size(), std::memory_order_release);
      } else {
        has_image_.store(true, std::memory_order_release);
      }
    }
  }

  boost::asio::io_context& io_;
  const int descriptor_;
  std::vector<Steady::time_point> written_;
  std::atomic<std::size_t> count_{0};  // release: what is in written_
  std::atomic<bool> has_image_{false};
};

void wait_until(const std::function<bool()>& condition) {
  const auto end = Steady::now() + std::chrono::seconds{60};
  while (!condition()) {
    if (Steady::now() > end) {
      throw std::runtime_error{"nothing was written for a minute"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

// The thread that measures would wait for what never comes.
void end_by(std::string_view agent, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "{} has failed: {}\n", agent, failure.what());
  }
  std::abort();
}

// Reads until the other end is closed.
void read_all(int descriptor) {
  std::vector<char> buffer(65536);
  while (recv(descriptor, buffer.data(), buffer.size(), 0) > 0) {
  }
}

}  // namespace

EncodeCost measure_encoding(int sessions, int ticks) {
  const auto exchange = priced_exchange(kMarkets);
  const int symbols = kMarkets * kRunners;
  for (int symbol = 0; symbol < symbols; ++symbol) {
    for (int price = 0; price < 3; ++price) {
      lay(*exchange, symbol, price);
    }
  }
  gateway::MarketData data{exchange->engine};
  std::vector<std::shared_ptr<CountingOutlet>> outlets;
  auto now = Steady::time_point{std::chrono::hours{1}};
  for (int i = 0; i < sessions; ++i) {
    outlets.push_back(std::make_shared<CountingOutlet>());
    const gateway::SubscriberId id{static_cast<std::uint64_t>(i) + 1};
    data.join(id, outlets.back());
    data.ask(id, request_of_all(kMarkets, 50), now);
  }
  constexpr int kEnough = 10'000;  // turns, each with some of the images
  for (int i = 0; i < kEnough && (data.turn(now) || data.figures().marked != 0); ++i) {
    now += std::chrono::milliseconds{1};
  }
  double turns = 0;
  double takes = 0;
  const std::uint64_t entries_before = data.figures().entries;
  for (int tick = 0; tick < ticks; ++tick) {
    const std::size_t before = exchange->log.size();
    for (int symbol = 0; symbol < symbols; ++symbol) {
      lay(*exchange, symbol, tick);
    }
    const double begin = thread_nanos();
    for (std::size_t i = before; i < exchange->log.size(); ++i) {
      data.take(exchange->log[i].view());
    }
    takes += thread_nanos() - begin;
    // Once when they have come, which has them wait for their tick, and once when it is there.
    const double turn_begin = thread_nanos();
    for (const auto pause : {std::chrono::milliseconds{0}, std::chrono::milliseconds{50}}) {
      now += pause;
      while (data.turn(now)) {
      }
    }
    turns += thread_nanos() - turn_begin;
  }
  const double entries = static_cast<double>(data.figures().entries - entries_before);
  if (entries < static_cast<double>(symbols) * sessions * ticks) {
    throw std::runtime_error{"not everybody was told everything"};
  }
  return {.ns_an_entry = turns / entries,
          .ns_a_transaction = takes / (static_cast<double>(symbols) * ticks)};
}

Micros measure_event_to_wire(int count, double rate) {
  const auto exchange = priced_exchange(1);
  const auto first = exchange->log.size();
  const auto events = static_cast<std::size_t>(count);

  gateway::WaitStrategy producer_wait;
  gateway::WaitStrategy md_wait;
  gateway::EventRing ring{{}, producer_wait};
  gateway::EventConsumer& journal = ring.add_consumer({.name = "journal", .wait = producer_wait});
  gateway::EventConsumer& consumer =
      ring.add_consumer({.name = "md", .wait = md_wait, .behind = {&journal}, .may_leave = true});
  gateway::MarketDataStage stage{
      {.events = consumer,
       .ring_slots = ring.capacity(),
       .wait = md_wait,
       .open_source = [](matching::EventSeq) -> std::unique_ptr<gateway::TransactionSource> {
         throw std::runtime_error{"there is no journal"};
       },
       .load_state = [] { return nullptr; }},
      exchange->engine};
  for (std::size_t i = 0; i < events; ++i) {
    lay(*exchange, 0, 0);
  }

  const Listener listener;
  const int client = connect_to_loopback(listener.port());
  const int server = listener.accept();
  std::jthread reading{[client] { read_all(client); }};
  boost::asio::io_context io{1};
  auto work = boost::asio::make_work_guard(io);
  const auto outlet = std::make_shared<WritingOutlet>(io, server, events);
  std::jthread writing{[&io] { io.run(); }};
  gateway::AgentRunner runner{{.thread_name = "md", .agents = {&stage}}, md_wait, end_by};
  runner.start();
  stage.ask(stage.join(outlet), request_of_all(1, 0));
  wait_until([&] { return outlet->has_image(); });

  std::vector<Steady::time_point> released;
  const auto interval =
      std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>{1 / rate});
  auto next = Steady::now();
  for (std::size_t i = 0; i < events; ++i) {
    std::this_thread::sleep_until(next += interval);
    const matching::TransactionView transaction = exchange->log[first + i].view();
    const gateway::Claim claim = ring.try_claim(gateway::slot_size(transaction));
    if (claim.outcome != gateway::ClaimOutcome::Claimed) {
      throw std::runtime_error{"the ring is full"};
    }
    gateway::write_slot(claim.bytes, transaction);
    ring.publish(static_cast<std::uint32_t>(gateway::SlotTag::Transaction));
    const gateway::EventBatch batch = journal.poll();
    released.push_back(Steady::now());
    journal.release(batch.end_seq());
  }
  wait_until([&] { return outlet->count() == events; });
  runner.stop();
  runner.join();
  work.reset();
  writing.join();
  shutdown(server, SHUT_RDWR);
  reading.join();
  close(server);
  close(client);

  Micros times;
  for (std::size_t i = 0; i < events; ++i) {
    times.push_back(
        std::chrono::duration<double, std::micro>(outlet->written()[i] - released[i]).count());
  }
  return times;
}

}  // namespace betex::bench
