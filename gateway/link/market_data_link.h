// The seam between market data sessions (on their I/O thread) and `md`, the agent that keeps the
// books as committed events make them. Sessions ask through a MarketDataFeed; md answers and tells
// of changes through each session's MarketDataOutlet. Everything crosses by value, nothing here
// blocks, nothing is journaled or stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "gateway/link/report.h"
#include "gateway/link/session_link.h"
#include "matching/types.h"

namespace betex::gateway {

// One logon of a market data session; never used again.
using SubscriberId = matching::Strong<std::uint64_t, struct SubscriberIdTag>;

// MarketDataRequest(V), its form checked: tags as in fix_spec/rules_of_engagement.md.
struct MarketDataRequest {
  enum class Type : std::uint8_t { Image, Subscribe, End };  // 263

  matching::MsgSeqNum msg_seq_num;
  matching::Name id;  // 262
  Type type = Type::Image;
  std::uint16_t depth = 1;              // levels a side, 1 to 10; 0: all, up to 1 000
  bool full_refresh = false;            // 265=0: an image at each change
  bool deletes_outside = false;         // 547=N: what leaves the window is deleted by an entry
  bool log_out_when_slow = false;       // 815=3
  bool traded_ladder = false;           // 20052: matched volume also price by price
  std::uint32_t conflate_ms = 0;        // 20051, rounded up to one that is served
  bool levels = false;                  // 269=0 and 1
  bool trades = false;                  // 2
  bool volume = false;                  // B
  bool open_interest = false;           // C
  std::vector<matching::Name> symbols;  // 146
  std::vector<matching::Name> markets;  // 1310
};

// The body of an application message: whole fields, the last one's SOH included, without header
// and checksum, which the session puts around it.
struct MarketDataBody {
  char msg_type = 'X';   // W or X
  std::uint8_t sum = 0;  // of all its bytes, modulo 256: CheckSum(10) is a sum
  std::string fields;
};

// What md has made of its own, or an answer as other sessions get it.
using MarketDataMessage = std::variant<MarketDataBody, fix::Report>;

// A market data session that is on, as md sees it. Called on md's thread.
class MarketDataOutlet {
 public:
  virtual ~MarketDataOutlet() = default;

  // In order; hands over and returns at once.
  virtual void send(std::vector<MarketDataMessage> messages) = 0;

  // What was given to send() and has not been written to the socket, in bytes, about now.
  // Thread-safe.
  [[nodiscard]] virtual std::size_t unsent_bytes() const noexcept = 0;

  // Ends the session by a Logout with this text. Returns at once.
  virtual void log_out(std::string text) = 0;
};

// Where market data sessions ask: md. Thread-safe, never blocks.
class MarketDataFeed {
 public:
  virtual ~MarketDataFeed() = default;

  // The session is on; its outlet lives until md has taken leave().
  [[nodiscard]] virtual SubscriberId join(std::shared_ptr<MarketDataOutlet> outlet) = 0;

  // It is on no longer: its subscriptions end.
  virtual void leave(SubscriberId subscriber) = 0;

  virtual void ask(SubscriberId subscriber, MarketDataRequest request) = 0;

  // SecurityListRequest(x); with Updates::Begin also how the list changes (BK).
  virtual void ask(SubscriberId subscriber, const SecurityListQuery& query) = 0;

  // A ResendRequest was answered by a gap fill: what was lost is made good by images of all that it
  // is subscribed to.
  virtual void resend_was_filled(SubscriberId subscriber) = 0;
};

// ---- What a page shows, which is no FIX
// -----------------------------------------------------------

// A level of a ladder as people read it.
struct PictureLevel {
  std::string price;
  std::string size;

  friend bool operator==(const PictureLevel&, const PictureLevel&) = default;
};

struct RunnerPicture {
  std::string symbol;
  std::vector<PictureLevel> bids;  // 269=0, the best first
  std::vector<PictureLevel> offers;
  std::string last_price;  // empty: never traded
  std::string last_size;
  std::string matched;  // volume

  friend bool operator==(const RunnerPicture&, const RunnerPicture&) = default;
};

struct MarketSummary {
  std::string name;
  std::string state;  // as matching/ names it
  bool in_play = false;
  std::uint64_t version = 0;

  friend bool operator==(const MarketSummary&, const MarketSummary&) = default;
};

// As of the last committed event.
struct MarketsPicture {
  std::uint64_t revision = 0;  // greater when anything here has changed
  std::vector<MarketSummary> markets;
  std::string market;  // that the runners are of; empty: none was asked for
  std::vector<RunnerPicture> runners;
};

// Who shows them. Called on md's thread; hands over and returns at once.
class PictureOutlet {
 public:
  virtual ~PictureOutlet() = default;
  virtual void show(std::shared_ptr<const MarketsPicture> picture) = 0;
};

// Thread-safe, never blocks.
class PictureFeed {
 public:
  virtual ~PictureFeed() = default;

  // A picture now, and another one when something has changed, at most five a second, until the
  // outlet is gone. `market`: the runners of which are shown, 10 levels a side.
  virtual void watch(std::weak_ptr<PictureOutlet> outlet, std::string market) = 0;
};

}  // namespace betex::gateway
