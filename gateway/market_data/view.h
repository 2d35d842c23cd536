// One instrument as a class of readers sees it: those who want the same of it, as deep and as
// often. It holds what they were told last, and says what is different now. *Owned by one thread.*
//
// All its readers that are in step have the same picture of the instrument, and with it the same
// RptSeq(83): so an update, its PrevRptSeq(20050) included, is the same for all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gateway/market_data/level_book.h"
#include "gateway/market_data/market_books.h"
#include "gateway/market_data/round.h"
#include "gateway/market_data/view_spec.h"
#include "gateway/wire/market_data_writer.h"
#include "matching/types.h"

namespace betex::gateway {

// A subscription, as its view knows it.
struct Reader {
  std::uint32_t request = 0;  // a slot
  std::uint32_t place = 0;    // of the instrument in the request
};

// The levels of both sides that a view shows, the best first.
struct LevelWindow {
  std::vector<BookLevel> bids;
  std::vector<BookLevel> offers;

  friend bool operator==(const LevelWindow&, const LevelWindow&) = default;
};

class View {
 public:
  // As the books are now.
  View(matching::InstrumentId instrument, const ViewSpec& spec, const MarketBooks& books);

  [[nodiscard]] matching::InstrumentId instrument() const noexcept { return instrument_; }

  [[nodiscard]] const ViewSpec& spec() const noexcept { return spec_; }

  // ---- What it shows

  // What has changed since, in pieces of `round`, and from now on it shows that. None where nothing
  // of what it shows has changed. Returns how many trades it has left out. `scratch` is for its
  // memory.
  std::size_t publish(const MarketBooks& books, Round& round, LevelWindow& scratch);

  // From now on it shows how things are now, and nobody is told what has changed.
  void refresh(const MarketBooks& books);

  // Before the books forget what has changed, where it is not published yet.
  void note_ladder_changes(const MarketBooks& books);

  // What it shows, as a W in one piece or more; empty of an instrument that was removed.
  void write_image(const MarketBooks& books, Round& round) const;

  // ---- Who is told: first those in step, then those that wait for an image

  std::vector<Reader> readers;
  std::uint32_t in_step = 0;

  // ---- Its place in the present turn: whoever takes turns keeps this

  bool waits = false;             // for its tick
  std::uint64_t image_round = 0;  // in which the image was written last
  Round::Update image;

 private:
  class Block;

  void read_levels(const InstrumentBook& book, LevelWindow& window) const;
  void write_changes(const InstrumentBook& book, const LevelWindow& now, Block& block) const;
  void write_deletes(matching::Side side,
                     std::span<const BookLevel> before,
                     std::span<const BookLevel> now,
                     Block& block) const;
  void write_levels(matching::Side side,
                    std::span<const BookLevel> before,
                    std::span<const BookLevel> now,
                    Block& block) const;
  [[nodiscard]] bool shows_change(const InstrumentBook& book, const LevelWindow& now) const;
  void adopt(const InstrumentBook& book, std::uint64_t public_changes);

  [[nodiscard]] bool is_better(matching::Side side,
                               matching::Tick left,
                               matching::Tick right) const noexcept;
  [[nodiscard]] fix::MdEntry entry_of(matching::Side side, const BookLevel& level) const noexcept;
  [[nodiscard]] fix::MdEntry entry_of(const MarketTrade& trade) const noexcept;
  [[nodiscard]] fix::MdEntry entry_of(matching::Tick tick,
                                      matching::WideQuantity traded) const noexcept;
  [[nodiscard]] matching::WideQuantity shown_at(matching::Tick tick,
                                                matching::WideQuantity now) const noexcept;

  matching::InstrumentId instrument_;
  ViewSpec spec_;
  const matching::Ladder* ladder_;  // static storage
  Units units_;

  // Shown.
  LevelWindow levels_;
  std::uint64_t rpt_seq_ = 0;
  matching::Timestamp updated_;
  matching::WideQuantity traded_;
  matching::Int128 open_interest_ = 0;
  MarketTrade last_trade_;
  std::uint64_t trades_ = 0;        // of the book's, that were told or never will be
  std::uint64_t transactions_ = 0;  // of the book's, that are in it

  // Prices that were traded at since, ascending, with the volumes that are shown.
  std::vector<LadderChange> ladder_changes_;
  std::uint64_t ladder_changes_noted_ = 0;
};

}  // namespace betex::gateway
