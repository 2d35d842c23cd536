// The books of all instruments after each durable transaction, so that whatever picture a reader of
// market data has can be held against what the engine had when its number, RptSeq(83), was that.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/client/client_book.h"
#include "matching/engine.h"
#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::sim {

// One thread at a time.
class BookHistory {
 public:
  // `engine` has applied it, and nothing behind it.
  void take(const matching::TransactionView& transaction, const matching::Engine& engine);

  // Why this is no picture of the instrument, `depth` levels a side (0: all); empty: it is one.
  [[nodiscard]] std::string why_wrong(const std::string& symbol,
                                      const client::ClientBook& book,
                                      int depth) const;

  // Instruments of markets that have begun and are not over, in the order of their ids.
  [[nodiscard]] const std::vector<std::string>& symbols() const noexcept { return symbols_; }

 private:
  // As the wire has it: in millionths.
  struct Level {
    std::int64_t price = 0;
    std::int64_t size = 0;

    friend bool operator==(const Level&, const Level&) = default;
  };

  struct Picture {
    std::vector<Level> bids;  // the best first
    std::vector<Level> offers;
    std::int64_t traded = 0;
  };

  struct Instrument {
    std::string symbol;
    matching::InstrumentId id;
    matching::MarketKind kind{};
    std::int64_t traded = 0;                    // in millionths
    std::map<std::uint64_t, Picture> pictures;  // by 83
  };

  struct Market {
    std::uint64_t changes = 0;  // 83 of the newest pictures
    std::vector<matching::InstrumentId> instruments;
    matching::MarketState state = matching::MarketState::Inactive;
  };

  [[nodiscard]] static Picture picture_of(const Instrument& instrument,
                                          const matching::Engine& engine);
  void note(const matching::MarketInfo& info, const matching::Engine& engine);
  void list_symbols();
  [[nodiscard]] static std::string text_of(const std::vector<Level>& levels);

  std::unordered_map<std::string, matching::InstrumentId> ids_;
  std::map<std::uint32_t, Instrument> instruments_;  // by id
  std::map<std::uint32_t, Market> markets_;          // by id
  std::vector<std::string> symbols_;
};

}  // namespace betex::sim
