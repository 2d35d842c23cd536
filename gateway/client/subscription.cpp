#include "gateway/client/subscription.h"

#include <utility>

namespace betex::client {
namespace {

constexpr int kSymbol = 55;
constexpr int kMdReqId = 262;

}  // namespace

std::vector<BookChange> Subscription::apply(const Message& message) {
  std::vector<BookChange> changes;
  const bool is_ours = message.has(kMdReqId, request_.id);
  if (message.type() == "W" && is_ours) {
    apply_image(message, changes);
  } else if (message.type() == "X" && is_ours) {
    apply_updates(message, changes);
  } else if (message.type() == "Y" && is_ours) {
    refused_ = to_market_data_reject(message);
  } else if (message.type() == "f") {
    apply_status(message, changes);
  }
  return changes;
}

const ClientBook* Subscription::find(std::string_view symbol) const {
  const auto found = books_.find(symbol);
  return found == books_.end() ? nullptr : &found->second;
}

ClientBook& Subscription::book(const std::string& symbol) {
  return books_.try_emplace(symbol, request_.depth).first->second;
}

void Subscription::apply_image(const Message& message, std::vector<BookChange>& changes) {
  const MarketImage image = to_market_image(message);
  ClientBook& book = this->book(image.symbol);
  if (book.apply(image)) {
    changes.push_back({.kind = BookChange::Kind::Image,
                       .symbol = image.symbol,
                       .conflated = image.stands_for_more,
                       .trades = {}});
  } else if (book.state() == ClientBook::State::OutOfStep && image.last_fragment) {
    changes.push_back({.kind = BookChange::Kind::OutOfStep, .symbol = image.symbol, .trades = {}});
  }
}

// A book that is out of step says so once.
void Subscription::apply_updates(const Message& message, std::vector<BookChange>& changes) {
  const MarketUpdates updates = to_market_updates(message);
  for (const MarketUpdate& update : updates.instruments) {
    ClientBook& book = this->book(update.symbol);
    const bool was_lost = book.state() == ClientBook::State::OutOfStep;
    BookChange change{.kind = BookChange::Kind::Update,
                      .symbol = update.symbol,
                      .conflated = updates.conflated,
                      .trades = {}};
    if (book.apply(update)) {
      for (const BookEntry& entry : update.entries) {
        if (entry.type == EntryType::Trade) {
          change.trades.push_back(entry);
        }
      }
    } else if (!was_lost && book.state() == ClientBook::State::OutOfStep) {
      change.kind = BookChange::Kind::OutOfStep;
    } else {
      continue;
    }
    changes.push_back(std::move(change));
  }
}

void Subscription::apply_status(const Message& message, std::vector<BookChange>& changes) {
  const auto found = books_.find(message.get(kSymbol));
  if (found != books_.end()) {
    found->second.apply(changed_by(message, found->second.status()));
    changes.push_back({.kind = BookChange::Kind::Status, .symbol = found->first, .trades = {}});
  }
}

}  // namespace betex::client
