#include "tests/bench/market_parties.h"

#include <algorithm>
#include <ctime>
#include <deque>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>

#include "gateway/agent/thread_turns.h"
#include "gateway/client/utc_time.h"
#include "tests/bench/session_name.h"

namespace betex::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};

std::vector<std::unique_ptr<TradingSession>> logged_on(std::uint16_t port, int count) {
  std::vector<std::unique_ptr<TradingSession>> sessions;
  for (int i = 0; i < count; ++i) {
    sessions.push_back(std::make_unique<TradingSession>(port, session_name(i)));
  }
  return sessions;
}

}  // namespace

// ---- MarketDesk ---------------------------------------------------------------------------------

MarketDesk::MarketDesk(std::uint16_t port)
    : peer_{port,
            test::RawFixPeer::Names{
                .begin_string = "FIXT.1.1", .sender = "OPS1", .target = "BETEX"}} {
  // It reads only when it has asked.
  peer_.send("A", "98=0|108=3600|553=OPS1|554=demo|1137=9|");
  static_cast<void>(read("A"));
}

void MarketDesk::create(const std::string& market, int runners) {
  std::string fields =
      fmt::format("320={}|321=1|1300={}|20031=1|20030=1|146={}|", next_id(), market, runners);
  for (int i = 1; i <= runners; ++i) {
    fields += fmt::format("55={}.{}|", market, i);
  }
  peer_.send("c", fields + "60=" + client::utc_now() + "|");
  const test::RawFixMessage answer = read("d");
  if (answer.value(323) != "1") {
    throw std::runtime_error{"no market was created: " + answer.text()};
  }
}

MarketDesk::Answer MarketDesk::ask(const std::string& market,
                                   const std::string& word,
                                   const std::string& fields) {
  const std::string request = fmt::format(
      "20012={}|20011={}|1300={}|{}60={}|", next_id(), word, market, fields, client::utc_now());
  Answer answer{.sent = Clock::now()};
  peer_.send("UOC", request);
  test::RawFixMessage report = read("UOR");
  answer.come = Clock::now();
  if (report.value(20013) != "0" && report.value(20013) != "2") {
    throw std::runtime_error{word + " was not done: " + report.text()};
  }
  answer.version = std::stoull(report.value(20005));
  while (report.value(20013) == "2") {
    report = read("UOR");
  }
  answer.done = Clock::now();
  return answer;
}

double MarketDesk::queued_bytes(const std::string& comp_id) {
  peer_.send("BC", "933=" + next_id() + "|935=9|936=1|930=" + comp_id + "|");
  const test::RawFixMessage answer = read("BD");
  const std::string bytes = answer.value(20046);
  if (bytes.empty()) {
    throw std::runtime_error{"the operator is not told of its queue: " + answer.text()};
  }
  return std::stod(bytes);
}

test::RawFixMessage MarketDesk::read(const std::string& type) {
  for (;;) {
    test::RawFixMessage message = peer_.read();
    if (message.type() == type) {
      return message;
    }
    if (message.type() == "1") {
      peer_.send("0", "112=" + message.value(112) + "|");
    } else if (message.type() != "0") {
      throw std::runtime_error{"the operator waited for 35=" + type + ", and was told " +
                               message.text()};
    }
  }
}

std::string MarketDesk::next_id() {
  return "goal-bench-" + std::to_string(++requests_);
}

// ---- Watchers -----------------------------------------------------------------------------------

Watchers::Watchers(std::uint16_t port, int count)
    : sessions_{logged_on(port, count)}, poll_{sessions_} {}

Watchers::Told Watchers::wait_for(std::size_t each) {
  told_ += each;
  Told told;
  bool begun = false;
  const Moment end = Clock::now() + kPatience;
  while (told.all.size() < sessions_.size()) {
    if (Clock::now() > end) {
      throw std::runtime_error{fmt::format("after {} s {} of {} brokers had been told everything",
                                           kPatience.count(),
                                           told.all.size(),
                                           sessions_.size())};
    }
    poll_.wait(1ms, [&](std::size_t i) {
      TradingSession& session = *sessions_[i];
      const std::size_t before = session.statuses().count;
      session.receive_news(TradingSession::Wait::No);
      const Moment now = Clock::now();
      const std::size_t after = session.statuses().count;
      if (!begun && after > before) {
        told.first = now;
        begun = true;
      }
      if (before < told_ && after >= told_) {
        told.all.push_back(now);
      }
    });
  }
  return told;
}

void Watchers::read_for(std::chrono::milliseconds time) {
  const Moment end = Clock::now() + time;
  while (Clock::now() < end) {
    poll_.wait(std::min<std::chrono::nanoseconds>(end - Clock::now(), 10ms),
               [&](std::size_t i) { sessions_[i]->receive_news(TradingSession::Wait::No); });
  }
}

void Watchers::check(std::uint64_t version) const {
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const TradingSession::Statuses& statuses = sessions_[i]->statuses();
    if (statuses.count != told_ || statuses.version != version) {
      throw std::runtime_error{
          fmt::format("{} was told {} times, last of version {}, and not {} times and of {}",
                      session_name(static_cast<int>(i)),
                      statuses.count,
                      statuses.version,
                      told_,
                      version)};
    }
  }
}

// ---- SteadyTrader -------------------------------------------------------------------------------

SteadyTrader::SteadyTrader(std::uint16_t port, const std::string& name, double rate)
    : session_{port, name},
      interval_{
          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{1 / rate})},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

std::vector<SteadyTrader::Trip> SteadyTrader::finish() {
  thread_.request_stop();
  thread_.join();
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  return std::move(trips_);
}

void SteadyTrader::run(const std::stop_token& stop) {
  try {
    prctl(PR_SET_TIMERSLACK, 1);  // nanosecond: wake when asked to
    gateway::take_turns(0);
    trade(stop);
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void SteadyTrader::trade(const std::stop_token& stop) {
  std::deque<Moment> due;  // of unanswered orders
  Moment next = Clock::now();
  while (!stop.stop_requested() || !due.empty()) {
    for (const Moment now = Clock::now(); !stop.stop_requested() && next <= now;
         next += interval_) {
      session_.append_order();
      due.push_back(next);
    }
    session_.flush();
    std::chrono::nanoseconds timeout = 1ms;
    if (!stop.stop_requested()) {
      timeout = next - Clock::now();
    }
    wait_to_read(timeout);
    const std::size_t news = session_.receive_news(TradingSession::Wait::No);
    const Moment now = Clock::now();
    for (std::size_t i = 0; i < news; ++i) {
      trips_.push_back({.due = due.front(), .answered = now});
      due.pop_front();
    }
    if (!due.empty() && now - due.front() > kPatience) {
      throw std::runtime_error{
          fmt::format("an order was not answered for {} s", kPatience.count())};
    }
  }
}

void SteadyTrader::wait_to_read(std::chrono::nanoseconds timeout) const {
  constexpr long kNanos = 1'000'000'000;
  const long nanos = std::max<long>(0, timeout.count());
  const timespec time{.tv_sec = nanos / kNanos, .tv_nsec = nanos % kNanos};
  pollfd readable{.fd = session_.descriptor(), .events = POLLIN, .revents = 0};
  ppoll(&readable, 1, &time, nullptr);
}

}  // namespace betex::bench
