// One subscription of a market data session: what was asked for, and a book of each instrument that
// has come of it. Another request's messages about the same instruments are nothing to it: updates
// build on what this one has told.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/client/client_book.h"
#include "gateway/client/market_data.h"

namespace betex::client {

// What a message has made of one instrument.
struct BookChange {
  enum class Kind { Image, Update, Status, OutOfStep };

  Kind kind{};
  std::string symbol;
  bool conflated = false;         // 814=2: it stands for several
  std::vector<BookEntry> trades;  // of an update, in their order
};

// One thread at a time.
class Subscription {
 public:
  explicit Subscription(MarketDataRequest request) : request_{std::move(request)} {}

  [[nodiscard]] const MarketDataRequest& request() const noexcept { return request_; }

  // Takes W, X and Y of this request, and f; other messages change nothing. In the message's order.
  // Throws ProtocolError.
  std::vector<BookChange> apply(const Message& message);

  // Why the exchange has refused the request; nothing where it has not.
  [[nodiscard]] const std::optional<MarketDataReject>& refused() const noexcept { return refused_; }

  // By symbol. One is here from its first message on.
  [[nodiscard]] const std::map<std::string, ClientBook, std::less<>>& books() const noexcept {
    return books_;
  }

  // Null where nothing of it has come.
  [[nodiscard]] const ClientBook* find(std::string_view symbol) const;

 private:
  ClientBook& book(const std::string& symbol);
  void apply_image(const Message& message, std::vector<BookChange>& changes);
  void apply_updates(const Message& message, std::vector<BookChange>& changes);
  void apply_status(const Message& message, std::vector<BookChange>& changes);

  MarketDataRequest request_;
  std::optional<MarketDataReject> refused_;
  std::map<std::string, ClientBook, std::less<>> books_;
};

}  // namespace betex::client
