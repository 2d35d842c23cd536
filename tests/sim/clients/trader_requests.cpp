// What a trader asks for: each kind of order and of request that a broker has.
#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/client/utc_time.h"
#include "tests/sim/clients/trader.h"
#include "tests/sim/gateway/exchange_config.h"

namespace betex::sim {
namespace {

using client::Message;
using client::Side;
using client::TimeInForce;

constexpr std::size_t kRecent = 24;  // orders that cancels and replaces are aimed at
constexpr std::size_t kMostGroups = 4;

// Of odds and of contracts: close to one another, so that they meet.
constexpr std::array<std::string_view, 6> kOdds{"1.97", "1.98", "1.99", "2.00", "2.02", "2.04"};
constexpr std::array<std::string_view, 5> kProbabilities{"0.48", "0.49", "0.50", "0.51", "0.52"};

constexpr std::array<std::string_view, 4> kReferences{"ALICE", "BOB", "STRATEGY-7", "c"};

template <std::size_t kSize>
std::string one_of(Random& random, const std::array<std::string_view, kSize>& all) {
  return std::string{all[random.below(kSize)]};
}

std::string in_a_while(std::chrono::milliseconds time) {
  return client::format_utc(std::chrono::system_clock::now() + time);
}

std::string group_name(std::size_t number) {
  return "G" + std::to_string(number);
}

Side any_side(Random& random) {
  return random.chance(50) ? Side::BackOrBuy : Side::LayOrSell;
}

}  // namespace

void Trader::act() {
  const std::size_t dice = random().below(100);
  count_request();
  if (dice < 2) {
    repeat();
  } else if (dice < 56) {
    place();
  } else if (dice < 70) {
    cancel();
  } else if (dice < 80) {
    replace();
  } else if (dice < 83) {
    cancel_many();
  } else if (dice < 88) {
    set_group();
  } else if (dice < 91) {
    ask_for_status();
  } else if (dice < 93) {
    ask_for_all_statuses();
  } else if (dice < 95) {
    ask_for_positions();
  } else if (!speaks_fixt()) {
    place();
  } else if (dice < 97) {
    ask_for_replay();
  } else if (dice < 98) {
    ask_for_limits();
  } else {
    ask_for_list();
  }
}

std::string Trader::next_id() {
  return comp_id() + "-" + std::to_string(++ids_);
}

// Most of them where the others trade: on two instruments, and in the newest market. Those of the
// day come and go: one that is over is refused.
std::string Trader::some_symbol() {
  const std::size_t dice = random().below(100);
  if (dice < 45) {
    return std::string{dice % 2 == 0 ? kInstruments.front().symbol : kInstruments.back().symbol};
  }
  const std::vector<std::string>& traded = witness().symbols();
  if (dice < 85 && !traded.empty()) {
    const std::size_t newest = std::min<std::size_t>(traded.size(), 2);
    return traded[traded.size() - 1 - random().below(newest)];
  }
  return random().chance(2) ? "NOT-THERE"
                            : std::string{kInstruments[random().below(kInstruments.size())].symbol};
}

std::string Trader::some_price(const std::string& symbol) {
  const bool odds = !test::is_binary(symbol);
  if (random().chance(2)) {
    return odds ? "2.03" : "0.505";  // which not every ladder has
  }
  return odds ? one_of(random(), kOdds) : one_of(random(), kProbabilities);
}

std::string Trader::some_quantity(const std::string& symbol) {
  const std::string whole = std::to_string(1 + random().below(40));
  return test::is_binary(symbol) ? whole : whole + (random().chance(50) ? ".50" : ".07");
}

const test::OrderRecord* Trader::some_order_of_mine() {
  if (placed_.empty()) {
    return nullptr;
  }
  const std::size_t recent = std::min(placed_.size(), kRecent);
  return &record_.orders().at(placed_[placed_.size() - 1 - random().below(recent)]);
}

// ---- Orders

client::NewOrder Trader::some_order() {
  const std::string symbol = some_symbol();
  client::NewOrder order{.cl_ord_id = next_id(),
                         .symbol = symbol,
                         .side = any_side(random()),
                         .quantity = some_quantity(symbol),
                         .price = some_price(symbol),
                         .time_in_force = TimeInForce::GoodTillCancel};
  add_terms(order);
  return order;
}

void Trader::add_terms(client::NewOrder& order) {
  const std::size_t dice = random().below(100);
  if (dice < 6) {
    order.price.clear();  // a market order
  } else if (dice < 16) {
    order.time_in_force = TimeInForce::ImmediateOrCancel;
    if (random().chance(40)) {
      order.min_quantity = std::to_string(1 + random().below(30));
    }
  } else if (dice < 23) {
    order.time_in_force = TimeInForce::FillOrKill;
  } else if (dice < 31) {
    order.exec_inst = "6";  // post-only
  } else if (dice < 41) {
    order.time_in_force = TimeInForce::GoodTillDate;
    order.expire_time = in_a_while(std::chrono::milliseconds{random().between(50, 4'000)});
  } else if (dice < 51) {
    order.time_in_force = TimeInForce::Day;
  } else if (dice < 56) {
    order.exec_inst = "K";  // goes when its market pauses
  }
  if (random().chance(25)) {
    order.persistence = "1";
  }
  if (random().chance(20)) {
    order.reference = one_of(random(), kReferences);
  }
  if (groups_ > 0 && random().chance(25)) {
    order.order_group = group_name(1 + random().below(groups_));
  }
  const auto version = versions_.find(order.symbol);
  if (version != versions_.end() && random().chance(20)) {
    order.market_version = version->second;
  }
}

// Every third order says what becomes of it where it meets one of its owner's, by its id: so it
// says the same when it is sent again.
Message Trader::message_of(const client::NewOrder& order) const {
  Message message = client::to_message(order);
  const char last = order.cl_ord_id.back();
  if (last >= '0' && last <= '4' && (last - '0') % 2 == 0) {
    message.add(speaks_fixt() ? 2964 : 20003, last == '0' ? "4" : last == '2' ? "2" : "3");
  }
  return message;
}

void Trader::place() {
  const client::NewOrder order = some_order();
  record_.sending(order);
  placed_.push_back(order.cl_ord_id);
  sent_.push_back(order.cl_ord_id);
  send(order.cl_ord_id, message_of(order));
}

// One that it has sent before, however long ago, once more under its ClOrdID: here, or on another
// connection.
void Trader::repeat() {
  if (sent_.empty()) {
    return place();
  }
  std::string id = sent_[random().below(sent_.size())];
  if (random().chance(50)) {
    return send_again(id);
  }
  to_repeat_ = std::move(id);
  session().disconnect();
  lost_connection();
}

// Of an order that may have ended, or not be known yet; by our id, or by theirs.
void Trader::cancel() {
  const test::OrderRecord* const order = some_order_of_mine();
  if (order == nullptr) {
    return place();
  }
  client::CancelRequest request{.cl_ord_id = next_id(),
                                .orig_cl_ord_id = order->sent.cl_ord_id,
                                .order_id = "",
                                .symbol = order->sent.symbol,
                                .side = order->sent.side,
                                .account = ""};
  if (order->accepted() && random().chance(40)) {
    request.order_id = order->reports.back().order_id;
  }
  record_.sending(request);
  cancels_.emplace(request.cl_ord_id, request);
  sent_.push_back(request.cl_ord_id);
  send(request.cl_ord_id, client::to_message(request));
}

void Trader::replace() {
  const test::OrderRecord* const order = some_order_of_mine();
  if (order == nullptr || order->sent.price.empty()) {
    return place();
  }
  client::ReplaceRequest request{
      .cl_ord_id = next_id(),
      .orig_cl_ord_id = order->sent.cl_ord_id,
      .order_id = "",
      .symbol = order->sent.symbol,
      .side = order->sent.side,
      .quantity = some_quantity(order->sent.symbol),
      .price = random().chance(50) ? order->sent.price : some_price(order->sent.symbol),
      .expire_time = "",
      .account = ""};
  if (order->sent.time_in_force == TimeInForce::GoodTillDate && random().chance(30)) {
    request.expire_time = in_a_while(std::chrono::milliseconds{random().between(50, 8'000)});
  }
  if (random().chance(15)) {
    request.persistence = random().chance(50) ? "0" : "1";
  }
  record_.sending(request);
  send(request.cl_ord_id, client::to_message(request));
}

void Trader::cancel_many() {
  client::MassCancelRequest request{
      .cl_ord_id = next_id(), .symbol = "", .market = "", .side = std::nullopt, .account = ""};
  const std::size_t dice = random().below(10);
  if (dice < 4) {
    request.symbol = some_symbol();
  } else if (dice < 6) {
    request.own_session = true;
  } else if (dice < 8) {
    request.reference = one_of(random(), kReferences);
  }
  if (random().chance(30)) {
    request.side = any_side(random());
  }
  record_.asking(request.cl_ord_id);
  send(request.cl_ord_id, client::to_message(request));
}

// Creates one, or changes one that it has.
void Trader::set_group() {
  using Action = client::OrderGroupRequest::Action;
  client::OrderGroupRequest request{
      .cl_ord_id = next_id(), .group = "", .action = Action::Create, .terms = {}, .account = ""};
  if (groups_ == 0 || (groups_ < kMostGroups && random().chance(40))) {
    request.group = group_name(++groups_);
  } else {
    request.group = group_name(1 + random().below(groups_));
    constexpr std::array kActions{
        Action::Create, Action::Update, Action::Reset, Action::Reset, Action::Trip, Action::Delete};
    request.action = kActions[random().below(kActions.size())];
  }
  if (request.action == Action::Create || request.action == Action::Update) {
    request.terms =
        client::OrderGroupRequest::Terms{.limit = std::to_string(20 + random().below(80)),
                                         .window_ms = std::to_string(1'000 + random().below(5'000)),
                                         .resting_only = random().chance(30),
                                         .cancel_on_disconnect = random().chance(20)};
  }
  record_.asking(request.cl_ord_id);
  send(request.cl_ord_id, client::to_message(request));
}

// ---- Questions, whose answers are lost with the connection

void Trader::ask_for_status() {
  const test::OrderRecord* const order = some_order_of_mine();
  if (order == nullptr) {
    return place();
  }
  session().send(client::to_message(client::StatusRequest{.cl_ord_id = order->sent.cl_ord_id,
                                                          .order_id = "",
                                                          .symbol = order->sent.symbol,
                                                          .side = order->sent.side,
                                                          .status_req_id = next_id(),
                                                          .account = ""}));
}

void Trader::ask_for_all_statuses() {
  session().send(client::to_message(
      client::MassStatusRequest{.mass_status_req_id = next_id(),
                                .symbol = random().chance(30) ? some_symbol() : "",
                                .side = std::nullopt,
                                .account = ""}));
}

void Trader::ask_for_limits() {
  session().send(
      client::to_message(client::LimitsRequest{.request_id = next_id(), .username = comp_id()}));
}

void Trader::ask_for_replay() {
  session().send(client::to_message(client::ReplayRequest{
      .request_id = next_id(),
      .first = std::to_string(1 + random().below(400)),
      .last = random().chance(60) ? "0" : std::to_string(400 + random().below(200))}));
}

void Trader::ask_for_positions() {
  Message request{"AN"};
  request.add(710, next_id()).add(724, "0").add(60, client::utc_now()).add(1, comp_id());
  if (!speaks_fixt()) {
    request.add(581, "1").add(715, client::utc_now().substr(0, 8));
  }
  session().send(request);
}

void Trader::ask_for_list() {
  if (random().chance(50)) {
    session().send(client::to_message(client::SecurityListRequest{
        .security_req_id = next_id(), .symbol = some_symbol(), .market = ""}));
  } else {
    session().send(client::to_message(client::SecurityStatusRequest{
        .security_status_req_id = next_id(), .symbol = some_symbol()}));
  }
}

}  // namespace betex::sim
