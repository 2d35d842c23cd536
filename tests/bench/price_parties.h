// Who takes part when prices are told to many: sessions that read them and do next to nothing else,
// and a broker who makes them change. FIXT.1.1 over loopback; the gateway is servers.h's.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/load.h"
#include "tests/bench/trading_session.h"

namespace betex::bench {

using Moment = std::chrono::steady_clock::time_point;

// The markets that prices are told of: "P000" and so on, each with so many runners, "P000.1" first.
struct PricedMarkets {
  int markets = 100;
  int runners = 3;

  [[nodiscard]] static std::string market(int index);

  // Of all markets, from 0 on.
  [[nodiscard]] std::string symbol(int index) const;

  [[nodiscard]] int symbols() const noexcept { return markets * runners; }
};

// Orders that rest in those markets, each of which changes a level that is told. Some of them are
// *marks*: they go to the first runner, where nothing else does, so that a reader knows by the
// level's size which of them it has seen. On a thread of its own, from its construction on.
class PriceMaker {
 public:
  struct Pace {
    double rate = 6'000;  // orders per second, each when it is due
    int mark_every = 60;  // orders; 1: all are marks
  };

  // Logs on. `resting`: marks of those before it, which rest there still; finish() adds its own.
  PriceMaker(std::uint16_t port,
             const std::string& name,
             PricedMarkets markets,
             Pace pace,
             std::size_t& resting);

  // Sends no more and waits for the answers; call it once. Throws what has ended the thread before:
  // std::runtime_error.
  void finish();

  // When mark `number` (the first is 1) was sent; none: it was not. *Any thread.*
  [[nodiscard]] Moment sent(std::size_t number) const noexcept;

  // Marks that were sent. *Any thread.*
  [[nodiscard]] std::size_t marks() const noexcept {
    return marks_.load(std::memory_order_acquire);
  }

  // Which of its marks is the newest, where its level has so much; 0: none.
  [[nodiscard]] std::size_t newest_in(std::size_t quantity) const noexcept {
    const std::size_t all = quantity / kQuantity;
    return all - std::min(all, before_);
  }

  // From a mark's send to its New, in microseconds; after finish().
  [[nodiscard]] const Micros& answers() const noexcept { return answers_; }

 private:
  static constexpr std::size_t kQuantity = 10;  // that a mark adds to its level
  static constexpr std::size_t kMostMarks = 1U << 20U;

  void run(const std::stop_token& stop);
  void trade(const std::stop_token& stop);
  void append_next();

  TradingSession session_;
  const PricedMarkets markets_;
  const Pace pace_;
  std::size_t& resting_;
  const std::size_t before_;
  std::vector<std::string> symbols_;
  std::uint64_t orders_ = 0;
  std::uint32_t random_ = 1;
  std::unique_ptr<std::atomic<std::int64_t>[]> sent_;  // by mark; nanoseconds of the steady clock
  std::atomic<std::size_t> marks_{0};                  // release: what is in sent_ before it
  Micros answers_;
  std::exception_ptr failure_;
  std::jthread thread_;  // the last: it uses the others
};

// A market data session. *One thread.* The end of its connection, or a message that is missing, is
// a std::runtime_error.
class PriceReader {
 public:
  struct Request {
    int depth = 3;
    int conflate_ms = 50;
    std::string market;  // empty: all of the markets
  };

  // Connects and sends its Logon; asks as soon as it is on.
  PriceReader(std::uint16_t port, std::string name, PricedMarkets markets, Request request);
  ~PriceReader();
  PriceReader(const PriceReader&) = delete;
  PriceReader& operator=(const PriceReader&) = delete;

  // What the marks' level has, of each message that tells of it.
  using Seen = std::function<void(std::size_t quantity)>;

  // Reads what is there.
  void receive(const Seen& seen);

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  // What has come.
  struct Counts {
    std::uint64_t bytes = 0;
    std::uint64_t updates = 0;   // X
    std::uint64_t images = 0;    // whole ones, W
    std::uint64_t statuses = 0;  // f
  };

  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  void send(std::string_view type, const std::string& body);
  void ask();
  void take(std::string_view frame, const Seen& seen);
  // Of the first message that is there whole; 0: there is none.
  [[nodiscard]] std::size_t frame_length() const;

  const std::string name_;
  const PricedMarkets markets_;
  const Request request_;
  int descriptor_ = -1;
  std::uint64_t next_number_ = 1;
  std::uint64_t expected_ = 1;  // MsgSeqNum(34) of what comes next
  std::vector<char> received_;
  std::size_t begin_ = 0;  // of what is not taken yet
  std::size_t end_ = 0;
  Counts counts_;
};

// Many of them, read by one thread, which comes after those of orders where processors are few.
class PriceReaders {
 public:
  // "P0001" and so on, as the gateway must know them. They do not wait for their Logons.
  PriceReaders(std::uint16_t port,
               int count,
               const PricedMarkets& markets,
               const PriceReader::Request& request);
  ~PriceReaders();
  PriceReaders(const PriceReaders&) = delete;
  PriceReaders& operator=(const PriceReaders&) = delete;

  // Reads until `done()` says so, or `end` has passed: false. The caller waits meanwhile, while
  // another thread reads and asks `done`.
  bool read_until(const std::function<bool()>& done, Moment end);

  void read_for(std::chrono::milliseconds time);

  // Reads until each has so many images more than it had. Throws std::runtime_error where that
  // takes too long. How long it took.
  std::chrono::nanoseconds wait_for_images(std::uint64_t each, std::chrono::seconds patience);

  // From now on: times from a mark's send until each of them that reads has seen it, in
  // microseconds.
  void watch(const PriceMaker& maker);
  [[nodiscard]] Micros take_times();

  // It reads nothing any more, and again.
  void stop_reading(int index);
  void go_on_reading(int index);

  [[nodiscard]] PriceReader& reader(int index) {
    return *readers_[static_cast<std::size_t>(index)];
  }

  // Of all.
  [[nodiscard]] PriceReader::Counts counts() const;

  [[nodiscard]] std::size_t size() const noexcept { return readers_.size(); }

 private:
  bool read_here(const std::function<bool()>& done, Moment end);
  void receive(std::size_t index);
  void watch_descriptor(std::size_t index, int operation) const;

  std::vector<std::unique_ptr<PriceReader>> readers_;
  int poll_ = -1;
  const PriceMaker* maker_ = nullptr;
  std::vector<std::size_t> seen_;  // the newest mark, by reader
  Micros times_;
};

}  // namespace betex::bench
