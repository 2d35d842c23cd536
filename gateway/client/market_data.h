// Market data in words: what a client asks for, and the prices that it gets, as plain structs over
// Message. Prices and sizes stay the texts of the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/client/message.h"

namespace betex::client {

// FIX MDEntryType(269).
enum class EntryType : char {
  Bid = '0',    // orders that rest with 54=1: to back, or to buy YES
  Offer = '1',  // with 54=2: to lay, or to sell YES
  Trade = '2',
  TradedVolume = 'B',
  OpenInterest = 'C',
};

// FIX MDUpdateAction(279).
enum class UpdateAction : char {
  New = '0',  // a level that was not there, or a trade
  Change = '1',
  Delete = '2',
};

// MarketDataRequest(V): `symbols` or `markets`, and neither for Type::End.
struct MarketDataRequest {
  enum class Type : char { Image = '0', Subscribe = '1', End = '2' };

  std::string id;  // 262; of End that of the subscription
  Type type = Type::Subscribe;
  int depth = 10;                  // 264: levels a side, 1 to 10; 0: up to 1 000
  bool full_refresh = false;       // 265=0: an image at each change
  bool deletes_outside = false;    // 547=N
  bool log_out_when_slow = false;  // 815=3
  int conflate_ms = 0;             // 20051: at most one update in so many milliseconds
  bool traded_ladder = false;      // 20052=Y: what was matched also price by price
  std::vector<EntryType> entries{EntryType::Bid,
                                 EntryType::Offer,
                                 EntryType::Trade,
                                 EntryType::TradedVolume,
                                 EntryType::OpenInterest};
  std::vector<std::string> symbols;
  std::vector<std::string> markets;
};

[[nodiscard]] Message to_message(const MarketDataRequest& request);

// An entry of W or X. Empty: the field was absent.
struct BookEntry {
  UpdateAction action = UpdateAction::New;  // in W always this one
  EntryType type{};
  std::string price;
  std::string size;        // the whole of it, never a difference
  std::int64_t level = 0;  // 1023, in W: 1 is the best; 0: absent
  std::string trade_id;    // 1003
  std::string trade_time;  // in W: 272 and 273 as a UTCTimestamp
  char aggressor = '\0';   // 2446: '1' backed or bought, '2' laid or sold; 0: absent
};

// How an instrument's market stands, by W or f.
struct MarketStatus {
  std::string trading_status;  // 1682 or 326
  std::string suspend_reason;  // 20032, where it is suspended
  std::string market_version;  // 20005; empty: none is told
  bool in_play = false;

  // 101 or 102, settled or void: nothing more comes of the instrument.
  [[nodiscard]] bool over() const { return trading_status == "101" || trading_status == "102"; }
};

// MarketDataSnapshotFullRefresh(W), or a part of one that is too long for a message.
struct MarketImage {
  std::string request_id;
  std::string symbol;
  std::string market;
  std::int64_t rpt_seq = 0;      // 83
  std::string time;              // 779: of the last event in it
  std::int64_t depth = 0;        // 264, as served
  bool stands_for_more = false;  // 814=2: for updates that were not sent
  bool last_fragment = true;     // 893
  MarketStatus status;
  std::vector<BookEntry> entries;
};

// What an X says of one instrument.
struct MarketUpdate {
  std::string symbol;
  std::int64_t rpt_seq = 0;       // 83: the book is the one at this number
  std::int64_t prev_rpt_seq = 0;  // 20050: when that was this before
  std::string time;               // 60
  std::vector<BookEntry> entries;
};

// MarketDataIncrementalRefresh(X).
struct MarketUpdates {
  std::string request_id;
  bool conflated = false;  // 814=2: several states were made into one
  std::vector<MarketUpdate> instruments;
};

// MarketDataRequestReject(Y): nothing of the request stands.
struct MarketDataReject {
  std::string request_id;
  char code = '\0';     // 281
  std::string subject;  // the symbol or market that it is for; empty: none
  std::optional<std::int64_t> reason;
  std::string text;
};

// Of W, X and Y, in this order. Throw ProtocolError where a message lacks a field that its type
// must have, or its entries are not as many as it says.
[[nodiscard]] MarketImage to_market_image(const Message& message);
[[nodiscard]] MarketUpdates to_market_updates(const Message& message);
[[nodiscard]] MarketDataReject to_market_data_reject(const Message& message);

// What an f that changes `before` makes of it: what it does not say stays.
[[nodiscard]] MarketStatus changed_by(const Message& security_status, MarketStatus before);

}  // namespace betex::client
