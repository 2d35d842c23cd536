// What a client knows of one instrument's book, from images (W) and updates (X), by the rules of
// engagement: an image takes the place of all that was known, in one or several parts; an update
// builds on the one before, whose number it names; what leaves the window is forgotten.
//
// It takes nothing on trust: what does not fit, as a change of a level that is not there, makes it
// out of step, and a test that uses it a second opinion about every update.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/client/market_data.h"

namespace betex::client {

struct Level {
  std::string price;
  std::string size;

  friend bool operator==(const Level&, const Level&) = default;
};

// A value type.
class ClientBook {
 public:
  enum class State {
    Waiting,    // for the first image
    InStep,     // as the exchange's book was at rpt_seq()
    OutOfStep,  // something was missed or does not fit: only an image helps
    Over,       // settled or void: nothing more comes
  };

  // `depth`: levels a side as they were asked for; 0: all that there are, up to 1 000.
  explicit ClientBook(int depth);

  // True when the image is whole, and this the book. A part of one changes nothing yet.
  bool apply(const MarketImage& image);

  // True where it was applied; else it is out of step, or was before.
  bool apply(const MarketUpdate& update);

  void apply(MarketStatus status);

  [[nodiscard]] State state() const noexcept { return state_; }

  // Why it is out of step, in words; empty where it is not.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  [[nodiscard]] const std::string& market() const noexcept { return market_; }

  [[nodiscard]] const MarketStatus& status() const noexcept { return status_; }

  // 83, and the time of the last change, as a UTCTimestamp.
  [[nodiscard]] std::int64_t rpt_seq() const noexcept { return rpt_seq_; }

  [[nodiscard]] const std::string& time() const noexcept { return time_; }

  // Whether prices are odds, which are above 1, or those of a binary market, which are below. As
  // long as none has been seen it is not known.
  [[nodiscard]] std::optional<bool> has_odds() const noexcept { return has_odds_; }

  // The best first.
  [[nodiscard]] std::vector<Level> bids() const { return best_first(EntryType::Bid); }

  [[nodiscard]] std::vector<Level> offers() const { return best_first(EntryType::Offer); }

  // A bid and an offer that would trade with one another.
  [[nodiscard]] bool crossed() const;

  // The last one; `size` is empty where there was none.
  [[nodiscard]] const BookEntry& last_trade() const noexcept { return last_trade_; }

  // Quantities as decimal numbers; empty: none was told.
  [[nodiscard]] const std::string& traded_volume() const noexcept { return volume_; }

  [[nodiscard]] const std::string& open_interest() const noexcept { return open_interest_; }

  // What was matched price by price, the lowest price first.
  [[nodiscard]] std::vector<Level> traded_ladder() const;

 private:
  // By their prices, in millionths.
  using Levels = std::map<std::int64_t, Level>;

  [[nodiscard]] std::vector<Level> best_first(EntryType side) const;
  [[nodiscard]] bool lowest_is_best(EntryType side) const noexcept;
  [[nodiscard]] const Levels& levels(EntryType side) const noexcept;
  Levels& levels(EntryType side) noexcept;
  void learn_kind(std::int64_t price) noexcept;
  void clear() noexcept;
  void put(const BookEntry& entry);
  void put_level(const BookEntry& entry);
  void put_traded(const BookEntry& entry);
  void check_places(const std::vector<BookEntry>& entries);
  void drop_outside();
  void fall_out_of_step(std::string problem);

  std::size_t depth_;
  State state_ = State::Waiting;
  std::string problem_;
  std::string market_;
  MarketStatus status_;
  std::int64_t rpt_seq_ = 0;
  std::string time_;
  std::optional<bool> has_odds_;
  Levels bids_;
  Levels offers_;
  Levels traded_;
  BookEntry last_trade_;
  std::string volume_;
  std::string open_interest_;
  std::optional<MarketImage> begun_;  // an image of which not all parts have come
};

}  // namespace betex::client
