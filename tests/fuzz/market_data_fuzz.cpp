// Fuzz target for market data behind its sessions: requests as they come, from the decoder into
// what keeps the subscriptions, while an exchange beside it goes on.
//
//   build/fuzz/bin/market_data_fuzz -dict=tests/fuzz/fix.dict CORPUS tests/fuzz/corpus/market_data
//
// An input is lines; `|` counts as SOH. One that begins with a digit is a message of that session
// (three of them): its type and its fields, the header is put before them. Else its first letter
// says what happens, and the bytes behind it how:
//   o  an order: account, instrument, side, price, quantity    t  time passes
//   m  something befalls a market                              r  a session stops reading, or reads
//   g  a resend of a session's was filled                      x  a session is gone, and another on
//   b  md is behind, or no longer                              a  everything gets an image

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

#include "gateway/wire/guard.h"
#include "gateway/wire/order_decoder.h"
#include "tests/gateway/market_data/venue.h"
#include "tests/support/raw_fix_peer.h"

namespace betex::gateway::testing {
namespace {

constexpr std::size_t kSessions = 3;
constexpr std::size_t kMostLines = 200;

// What is behind a line's first letter, a choice at a time; zeros when it is used up.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_{bytes} {}

  std::size_t below(std::size_t bound) {
    const auto byte = bytes_.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(bytes_.empty() ? 0 : 1);
    return byte % bound;
  }

  template <typename T, std::size_t kSize>
  const T& of(const std::array<T, kSize>& items) {
    return items[below(kSize)];
  }

 private:
  std::string_view bytes_;
};

class FuzzedMarketData {
 public:
  FuzzedMarketData() {
    for (SubscriberId& session : sessions_) {
      session = venue_.join();
    }
  }

  void take(std::string_view line) {
    if (line.empty()) {
      return;
    }
    if (line[0] >= '0' && line[0] <= '9') {
      ask(session(static_cast<std::size_t>(line[0] - '0')), line.substr(1));
    } else {
      happen(line[0], Choices{line.substr(1)});
    }
    venue_.turn();
    for (SubscriberId& session : sessions_) {
      RecordedOutlet& outlet = venue_.outlet(session);
      if (outlet.reads) {
        static_cast<void>(venue_.told(session));
      }
      if (!outlet.logged_out.empty()) {
        replace(session);
      }
    }
  }

 private:
  SubscriberId& session(std::size_t number) { return sessions_[number % kSessions]; }

  void ask(SubscriberId session, std::string_view message) {
    const std::string_view type = message.substr(0, message.find('|'));
    const std::string_view fields = message.substr(std::min(type.size() + 1, message.size()));
    const std::string frame = test::fix_message(
        "FIXT.1.1",
        "35=" + std::string{type} + "|34=2|49=MD1|52=20261122-15:00:03.000|56=BETEX|" +
            std::string{fields});
    fix::FieldTable table;
    table.read(frame);
    if (!std::holds_alternative<fix::Accepted>(fix::guard(table, fix::FixVersion::Fixt11)) ||
        fix::is_session_message(table.msg_type())) {
      return;
    }
    const fix::Decoded decoded = fix::decode(
        table, {.version = fix::FixVersion::Fixt11, .role = fix::SessionRole::MarketData});
    if (const auto* const request = std::get_if<MarketDataRequest>(&decoded)) {
      venue_.ask(session, *request);
    } else if (const auto* const query = std::get_if<Query>(&decoded)) {
      if (const auto* const list = std::get_if<SecurityListQuery>(query)) {
        venue_.take();
        venue_.data.ask(session, *list, venue_.now);
      }
    }
  }

  void happen(char what, Choices choices) {
    switch (what) {
      case 'o':
        return place_order(choices);
      case 'm':
        return befall_market(choices);
      case 't':
        return pass(std::chrono::milliseconds{choices.below(256) * 10});
      case 'r': {
        RecordedOutlet& outlet = venue_.outlet(session(choices.below(kSessions)));
        outlet.reads = !outlet.reads;
        return;
      }
      case 'g':
        return venue_.data.resend_was_filled(session(choices.below(kSessions)));
      case 'x':
        return replace(session(choices.below(kSessions)));
      case 'b':
        return venue_.data.set_behind(choices.below(2) == 1);
      case 'a':
        return venue_.data.mark_all();
      default:
        return;
    }
  }

  void place_order(Choices choices) {
    static constexpr std::array<const char*, 3> kAccounts{"alice", "bob", "carol"};
    static constexpr std::array<const char*, 4> kSymbols{"A", "B", "C", "RAIN"};
    static constexpr std::array<const char*, 6> kOdds{"1.01", "2.00", "2.02", "2.04", "50", "1000"};
    static constexpr std::array<const char*, 6> kCents{
        "0.01", "0.30", "0.50", "0.51", "0.60", "0.99"};
    static constexpr std::array<const char*, 4> kQuantities{"2", "5", "30", "1000"};
    const char* const account = choices.of(kAccounts);
    const std::string_view symbol = choices.of(kSymbols);
    const auto side = choices.below(2) == 0 ? matching::Side::Bid : matching::Side::Ask;
    const char* const price = choices.of(symbol == "RAIN" ? kCents : kOdds);
    venue_.exchange.run(
        venue_.exchange.order(account, symbol, side, choices.of(kQuantities), price));
  }

  void befall_market(Choices choices) {
    const bool odds = choices.below(2) == 0;
    const matching::Name market{odds ? "HORSE" : "RAIN"};
    matching::testing::Exchange& exchange = venue_.exchange;
    switch (choices.below(10)) {
      case 0:
        exchange.run(matching::SuspendMarket{.market = market});
        break;
      case 1:
        exchange.run(matching::ResumeMarket{.market = market});
        break;
      case 2:
        exchange.run(matching::CloseMarket{.market = market});
        break;
      case 3:
        exchange.determine(
            market.view(),
            {{.symbol = matching::Name{odds ? "A" : "RAIN"}, .numerator = 1, .denominator = 1}});
        break;
      case 4:
        exchange.settle(market.view());
        break;
      case 5:
        exchange.run(matching::VoidMarket{.market = market});
        break;
      case 6:
        exchange.run(matching::AddRunner{
            .market = market, .symbol = matching::Name{"N" + std::to_string(++runners_)}});
        break;
      case 7:
        exchange.run(matching::RemoveRunner{.market = market, .symbol = matching::Name{"B"}});
        break;
      case 8:
        exchange.run(matching::ArchiveMarket{.market = market});
        break;
      default:
        exchange.run(matching::HaltExchange{});
        exchange.run(matching::UnhaltExchange{});
        break;
    }
    exchange.finish_batches();
  }

  void pass(std::chrono::milliseconds time) {
    venue_.pass(time);
    venue_.exchange.pass(std::chrono::nanoseconds{time}.count());
  }

  void replace(SubscriberId& session) {
    venue_.data.leave(session);
    session = venue_.join();
  }

  Venue venue_{MarketDataLimits{.max_instruments = 12,
                                .max_requests = 6,
                                .requests_per_second = 1'000'000,
                                .slow_bytes = 4'096,
                                .normal_bytes = 1'024,
                                .most_unsent = 65'536,
                                .images_per_turn = 3,
                                .list_messages_per_turn = 2}};
  std::array<SubscriberId, kSessions> sessions_{};
  int runners_ = 0;  // that were added
};

}  // namespace
}  // namespace betex::gateway::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ::testing::FLAGS_gtest_break_on_failure = true;  // what Venue expects of each message
  betex::gateway::testing::FuzzedMarketData market_data;
  std::string_view text{reinterpret_cast<const char*>(data), size};
  for (std::size_t line = 0; !text.empty() && line < betex::gateway::testing::kMostLines; ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    market_data.take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}
