#include "tests/sim/clients/watcher.h"

#include <array>
#include <cstddef>
#include <utility>

#include "gateway/client/order_entry.h"
#include "tests/sim/clients/bodies.h"
#include "tests/sim/gateway/exchange_config.h"

namespace betex::sim {
namespace {

using client::BookChange;
using client::ClientBook;
using client::MarketDataRequest;
using client::Message;

constexpr std::size_t kMostSubscriptions = 12;

}  // namespace

Watcher::Watcher(ClientSettings settings, Witness& witness)
    : FixClient{std::move(settings), client::Dialect::Fixt11, witness} {}

void Watcher::logged_on() {
  subscriptions_.clear();
  MarketDataRequest all;
  for (const Instrument& instrument : kInstruments) {
    all.symbols.emplace_back(instrument.symbol);
  }
  send(std::move(all));
}

void Watcher::act() {
  count_request();
  const std::size_t dice = random().below(100);
  if (dice < 60 || subscriptions_.empty()) {
    subscribe();
  } else if (dice < 85) {
    end_one();
  } else {
    list();
  }
}

void Watcher::subscribe() {
  static constexpr std::array kDepths{1, 2, 5, 10, 10, 0};
  static constexpr std::array kConflation{0, 0, 0, 50, 250};
  const std::vector<std::string>& of_the_day = witness().symbols();
  MarketDataRequest request{.type = random().chance(20) ? MarketDataRequest::Type::Image
                                                        : MarketDataRequest::Type::Subscribe,
                            .depth = kDepths[random().below(kDepths.size())]};
  if (!of_the_day.empty() && random().chance(70)) {
    request.symbols = {of_the_day[random().below(of_the_day.size())]};
  } else {
    request.symbols = {std::string{kInstruments[random().below(kInstruments.size())].symbol}};
  }
  request.traded_ladder = random().chance(30);
  if (request.type == MarketDataRequest::Type::Subscribe) {
    request.conflate_ms = kConflation[random().below(kConflation.size())];
    request.full_refresh = random().chance(20);
    request.deletes_outside = random().chance(20);
  }
  send(std::move(request));
}

void Watcher::send(MarketDataRequest request) {
  if (subscriptions_.size() >= kMostSubscriptions) {
    end_one();
  }
  request.id = "w-" + std::to_string(++ids_);
  session().send(client::to_message(request));
  subscriptions_.emplace_back(std::move(request));
}

void Watcher::end_one() {
  const std::size_t at = random().below(subscriptions_.size());
  const MarketDataRequest& ended = subscriptions_[at].request();
  if (ended.type == MarketDataRequest::Type::Subscribe && !subscriptions_[at].refused()) {
    MarketDataRequest end{.id = ended.id, .type = MarketDataRequest::Type::End};
    session().send(client::to_message(end));
  }
  subscriptions_.erase(subscriptions_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Watcher::list() {
  session().send(client::to_message(client::SecurityListRequest{
      .security_req_id = "l-" + std::to_string(++ids_), .symbol = "", .market = ""}));
}

void Watcher::take(const Message& message) {
  for (client::Subscription& subscription : subscriptions_) {
    for (const BookChange& change : subscription.apply(message)) {
      look_at(subscription, change, message);
    }
  }
}

void Watcher::look_at(const client::Subscription& subscription,
                      const BookChange& change,
                      const Message& message) {
  const ClientBook& book = *subscription.find(change.symbol);
  if (change.kind == BookChange::Kind::OutOfStep) {
    add_fault(change.symbol + ": " + book.problem() + ": " + words_of(message));
  } else if (book.crossed()) {
    add_fault(change.symbol + ": a book that is crossed: " + words_of(message));
  } else if (change.kind != BookChange::Kind::Status) {
    witness().shown(change.symbol, book, subscription.request().depth);
  }
}

}  // namespace betex::sim
