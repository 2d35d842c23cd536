// An engine with short ways to give it commands, for tests: an odds market HORSE with runners A, B
// and C, a binary market RAIN, both open, and the accounts alice, bob and carol.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "matching/engine.h"
#include "tests/matching/event_text.h"

namespace betex::matching::testing {

using Lines = std::vector<std::string>;

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kHour = 3'600 * kSecond;

// "2.04" as a client's decimal.
Decimal decimal(std::string_view text);

// A transaction that outlives the engine's buffer.
struct StoredTransaction {
  TransactionHeader header;
  EventSeq first_seq;
  std::vector<std::byte> events;

  [[nodiscard]] TransactionView view() const { return {header, first_seq, events}; }
};

class Exchange {
 public:
  Exchange();

  // Each returns the events as lines (event_text.h). An operator's request without a time gets the
  // present one.
  Lines run(const CommandBody& body);
  Lines run(const CommandBody& body,
            const Origin& origin,
            std::uint64_t digest = 0,
            const OptionalBox<Remark>& remark = {});

  // As from the session, which this brings up the first time; with its user's name.
  Lines ask(std::string_view session, const CommandBody& body, std::string_view remark = "");

  // A GTC limit order with a fresh ClOrdID; the caller changes what it needs.
  PlaceOrder order(std::string_view account,
                   std::string_view symbol,
                   Side side,
                   std::string_view quantity,
                   std::string_view price);
  Lines back(std::string_view account, std::string_view quantity, std::string_view odds);
  Lines lay(std::string_view account, std::string_view quantity, std::string_view odds);
  Lines buy(std::string_view account, std::string_view quantity, std::string_view price);
  Lines sell(std::string_view account, std::string_view quantity, std::string_view price);
  Lines cancel(std::string_view account, std::uint64_t order);

  Lines deposit(std::string_view account, std::string_view amount);
  Lines withdraw(std::string_view account, std::string_view amount);
  Lines determine(std::string_view market, const std::vector<RunnerShare>& shares);
  Lines settle(std::string_view market);

  // Lets time pass and does what is due, as the gateway does before a command.
  Lines pass(std::int64_t nanoseconds);

  // Runs the batched processes to their end; a line per transaction's events.
  Lines finish_batches();

  ClOrdId fresh_id();

  [[nodiscard]] Timestamp now() const { return now_; }

  [[nodiscard]] OrderInfo find_order(std::uint64_t order) const;

  [[nodiscard]] AccountInfo account(std::string_view name) const;

  // The account's row in the market, without its runners; one of exposure 0 where there is none.
  [[nodiscard]] RowInfo row(std::string_view account, std::string_view market) const;

  // The bytes of its saved state.
  [[nodiscard]] std::vector<std::byte> saved() const;

  Engine engine;
  std::vector<StoredTransaction> log;

 private:
  EventText text_;
  Timestamp now_{1'700'000'000'000'000'000};
  std::uint64_t ids_ = 0;
};

// The events of one type in a log, without their tails.
template <typename Event>
std::vector<Event> all_of(const std::vector<StoredTransaction>& log) {
  std::vector<Event> found;
  for (const StoredTransaction& transaction : log) {
    for_each_event(transaction.view(), [&found]<typename Other>(EventSeq, const Other& event) {
      if constexpr (std::is_same_v<Event, Other>) {
        found.push_back(event);
      }
    });
  }
  return found;
}

}  // namespace betex::matching::testing
