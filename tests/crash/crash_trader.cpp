#include "tests/crash/crash_trader.h"

#include <array>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "gateway/client/error.h"
#include "tests/support/broker.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using client::NewOrder;
using client::Side;
using client::TimeInForce;

constexpr std::size_t kWindow = 32;         // requests without an answer
constexpr std::size_t kRecent = 64;         // orders that a random cancel is aimed at
constexpr std::size_t kFinishedSample = 7;  // one of so many finished orders is asked about
constexpr std::size_t kStepsPerHangUp = 100;
constexpr std::size_t kTrafficKept = 60;   // messages
constexpr std::size_t kOrdersPerLook = 8;  // at what day it is
constexpr auto kLogonTimeout = 5s;
constexpr auto kAnswerTimeout = 60s;

}  // namespace

CrashTrader::CrashTrader(std::string comp_id, std::uint64_t seed, std::filesystem::path day_file)
    : comp_id_{std::move(comp_id)},
      random_{seed},
      session_{{.dialect = dialect_of(comp_id_),
                .sender = comp_id_,
                .password = client::Password{"demo"}},
               store_},
      day_file_{std::move(day_file)} {
  session_.observe([this](client::Traffic traffic, std::string_view frame) {
    traffic_.push_back((traffic == client::Traffic::Sent ? "> " : "< ") + client::readable(frame));
    if (traffic_.size() > kTrafficKept) {
      traffic_.pop_front();
    }
  });
}

std::string CrashTrader::recent_traffic() const {
  std::string lines = comp_id_ + ":\n";
  for (const std::string& line : traffic_) {
    lines += line + "\n";
  }
  return lines;
}

void CrashTrader::trade(const GatewayAddress& address) {
  while (!address.closing.load(std::memory_order_relaxed)) {
    const std::uint16_t port = port_to_try(address);
    try {
      if (session_.logged_on()) {
        trade_once(address);
        if (address.pace > 0us) {
          std::this_thread::sleep_for(address.pace);
        }
      } else if (port != 0) {
        log_on(port);
      } else {
        std::this_thread::sleep_for(1ms);
      }
    } catch (const client::HistoryMismatch& error) {
      record_.add_fault(error.what());
      return;
    } catch (const client::ProtocolError& error) {
      record_.add_fault(error.what());
      return;
    } catch (const client::ClientError&) {
      session_.disconnect();  // the gateway was killed, or is not there yet
      tries_other_ = !tries_other_;
      std::this_thread::sleep_for(1ms);
    }
  }
}

std::uint16_t CrashTrader::port_to_try(const GatewayAddress& address) const {
  const std::uint16_t other = address.other_port.load(std::memory_order_relaxed);
  return tries_other_ && other != 0 ? other : address.port.load(std::memory_order_relaxed);
}

// Half of the time goes on at once, with the gaps of both sides still open.
void CrashTrader::log_on(std::uint16_t port) {
  session_.logon(client::Connection::open("127.0.0.1", port, kLogonTimeout),
                 client::ResetNumbers::No,
                 kLogonTimeout);
  if (pick(2) == 0) {
    session_.synchronise(kLogonTimeout);
  }
}

void CrashTrader::trade_once(const GatewayAddress& address) {
  if (!address.staying.load(std::memory_order_relaxed) && record_.outstanding() > 0 &&
      pick(kStepsPerHangUp) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds{pick(10)});
    session_.disconnect();  // with what has come meanwhile and was not read
    return;
  }
  if (record_.outstanding() >= kWindow) {
    take_all(20ms);
    return;
  }
  if (pick(10) < 3) {
    cancel_random_order();
  } else {
    place_order();
  }
  take_all(0ms);
}

void CrashTrader::take_all(std::chrono::milliseconds wait) {
  while (const auto message = session_.receive(wait)) {
    record_.told(*message);
    messages_told_.fetch_add(1, std::memory_order_relaxed);
    wait = 0ms;
  }
}

void CrashTrader::wait_for_answers() {
  const auto deadline = client::Clock::now() + kAnswerTimeout;
  while (record_.outstanding() > 0) {
    if (client::Clock::now() >= deadline) {
      throw std::runtime_error{comp_id_ + ": " + std::to_string(record_.outstanding()) +
                               " requests were never answered"};
    }
    take_all(100ms);
  }
}

void CrashTrader::settle(std::uint16_t port) {
  session_.disconnect();
  test::log_on(session_, port);  // which a gateway refuses while it has not noticed that end
  wait_for_answers();
}

void CrashTrader::check_statuses() {
  std::size_t finished = 0;
  for (const auto& [id, order] : record_.orders()) {
    if (order.accepted() && (order.live() || ++finished % kFinishedSample == 0)) {
      check_status(id, order);
    }
  }
}

void CrashTrader::check_status(const std::string& cl_ord_id, const OrderRecord& order) {
  const std::string request = next_id();
  session_.send(to_message(client::StatusRequest{.cl_ord_id = cl_ord_id,
                                                 .symbol = order.sent.symbol,
                                                 .side = order.sent.side,
                                                 .status_req_id = request}));
  const auto deadline = client::Clock::now() + kAnswerTimeout;
  while (!record_.status(request) && client::Clock::now() < deadline) {
    take_all(100ms);
  }
  const auto status = record_.status(request);
  const client::ExecutionReport& last = order.reports.back();
  if (!status || status->order_id != last.order_id || status->cum_qty != last.cum_qty ||
      status->leaves_qty != last.leaves_qty || status->ord_status != last.ord_status) {
    record_.add_fault("order " + cl_ord_id + " stands otherwise than was told");
  }
}

void CrashTrader::cancel_all() {
  std::vector<const OrderRecord*> live;
  for (const auto& [id, order] : record_.orders()) {
    if (order.live()) {
      live.push_back(&order);
    }
  }
  for (const OrderRecord* order : live) {
    cancel(*order);
    if (record_.outstanding() >= kWindow) {
      wait_for_answers();
    }
  }
  wait_for_answers();
}

void CrashTrader::place_order() {
  static constexpr std::array kOdds{"1.98", "1.99", "2.00", "2.02", "2.04"};
  static constexpr std::array kProbabilities{"0.48", "0.49", "0.50", "0.51", "0.52"};
  const std::string symbol = pick_symbol();
  const bool odds = !is_binary(symbol);
  NewOrder order{
      .cl_ord_id = next_id(),
      .symbol = symbol,
      .side = pick(2) == 0 ? Side::BackOrBuy : Side::LayOrSell,
      .quantity = std::to_string(1 + pick(50)),
      .price = odds ? kOdds.at(pick(kOdds.size())) : kProbabilities.at(pick(kProbabilities.size())),
      .time_in_force = pick(6) == 0 ? TimeInForce::ImmediateOrCancel : TimeInForce::GoodTillCancel};
  if (odds) {
    order.quantity += pick(2) == 0 ? ".5" : ".07";
  }
  if (pick(40) == 0) {
    order.price = odds ? "2.03" : "0.505";  // on no ladder
  }
  record_.sending(order);
  placed_.push_back(order.cl_ord_id);
  session_.send(to_message(order));
}

// The market of the day may not be open yet, or any more.
std::string CrashTrader::pick_symbol() {
  if (!day_file_.empty() && pick(3) != 0) {
    if (day_.empty() || pick(kOrdersPerLook) == 0) {
      std::ifstream{day_file_} >> day_;
    }
    if (!day_.empty()) {
      const bool binary = std::stoull(day_) % 2 == 0;
      return "DAY-" + day_ + (binary ? "" : pick(2) == 0 ? ".A" : ".B");
    }
  }
  return pick(2) == 0 ? "EPL-ARS-CHE.HOME" : "RAIN-LON";
}

// Aimed at a recent order, which may have ended, or not be known to the gateway yet.
void CrashTrader::cancel_random_order() {
  if (placed_.empty()) {
    return;
  }
  const std::size_t recent = std::min(placed_.size(), kRecent);
  cancel(record_.orders().at(placed_[placed_.size() - 1 - pick(recent)]));
}

void CrashTrader::cancel(const OrderRecord& order) {
  const client::CancelRequest request{.cl_ord_id = next_id(),
                                      .orig_cl_ord_id = order.sent.cl_ord_id,
                                      .symbol = order.sent.symbol,
                                      .side = order.sent.side};
  record_.sending(request);
  session_.send(to_message(request));
}

std::string CrashTrader::next_id() {
  return comp_id_ + "-" + std::to_string(++ids_);
}

std::size_t CrashTrader::pick(std::size_t count) {
  return random_() % count;
}

}  // namespace betex::test
