#include "gateway/tools/price_words.h"

#include <fmt/format.h>

#include "gateway/tools/report_words.h"

namespace betex::tools {

using client::ClientBook;

SideWords side_words(const ClientBook& book) {
  if (!book.has_odds()) {
    return {.offers = "offers", .bids = "bids", .price = "price"};
  }
  return *book.has_odds() ? SideWords{.offers = "to back", .bids = "to lay", .price = "odds"}
                          : SideWords{.offers = "to buy", .bids = "to sell", .price = "price"};
}

std::string state_text(const ClientBook& book) {
  const client::MarketStatus& status = book.status();
  std::string text{trading_status_word(status.trading_status)};
  if (!status.suspend_reason.empty()) {
    text += fmt::format(" ({})", suspend_reason_word(status.suspend_reason));
  }
  if (status.in_play) {
    text += ", in play";
  }
  if (!status.market_version.empty()) {
    text += fmt::format(", version {}", status.market_version);
  }
  switch (book.state()) {
    case ClientBook::State::Waiting:
      text = "waiting for the first image";
      break;
    case ClientBook::State::OutOfStep:
      text += fmt::format(", OUT OF STEP: {}", book.problem());
      break;
    case ClientBook::State::InStep:
    case ClientBook::State::Over:
      break;
  }
  return text;
}

std::string traded_text(const ClientBook& book) {
  const client::BookEntry& last = book.last_trade();
  std::string text =
      last.size.empty() ? "no trade" : fmt::format("last {} x {}", last.price, last.size);
  if (!book.traded_volume().empty()) {
    text += fmt::format(", matched {}", book.traded_volume());
  }
  if (!book.open_interest().empty()) {
    text += fmt::format(", open interest {}", book.open_interest());
  }
  return text;
}

}  // namespace betex::tools
