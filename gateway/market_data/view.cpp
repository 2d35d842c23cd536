#include "gateway/market_data/view.h"

#include <algorithm>
#include <cstdint>

#include "gateway/market_data/must.h"

namespace betex::gateway {
namespace {

using fix::MdEntry;
using fix::MdEntryType;
using fix::MdUpdateAction;
using matching::Side;
using matching::Tick;
using matching::WideQuantity;

// What a body has besides its block: 262, 814 and 268.
constexpr std::size_t kBesidesABlock = 96;

constexpr MdUpdateAction set(bool is_new) noexcept {
  return is_new ? MdUpdateAction::New : MdUpdateAction::Change;
}

}  // namespace

// The entries of an X about one instrument, with the first one's additional fields.
class View::Block {
 public:
  Block(Round& round, const fix::DecimalFormat& format, const fix::MdBlockHead& head, bool resolved)
      : round_{round}, head_{head}, writer_{round.text(), format}, resolved_{resolved} {
    writer_.begin(head_);
  }

  void write(MdUpdateAction action, const MdEntry& entry) {
    writer_.write(action, entry);
    ++entries_;
  }

  // It is too much for a message.
  [[nodiscard]] bool too_large() const noexcept {
    return entries_ > fix::kMaxMdEntries ||
           round_.unended() > fix::kMaxMdBodyBytes - kBesidesABlock;
  }

  // One more of these might be too much.
  [[nodiscard]] bool full() const noexcept {
    constexpr std::size_t kMostOfATrade = 256;
    return entries_ == fix::kMaxMdEntries ||
           round_.unended() > fix::kMaxMdBodyBytes - kBesidesABlock - kMostOfATrade;
  }

  // What follows is a block of its own, which changes no level.
  void end() {
    if (entries_ != 0) {
      round_.end_piece(entries_, false, resolved_);
    }
    begin_next();
  }

  // What was written is told by an image instead.
  void drop() {
    round_.drop_unended();
    begin_next();
  }

 private:
  void begin_next() noexcept {
    entries_ = 0;
    head_.prev_rpt_seq = head_.rpt_seq;
    writer_.begin(head_);
  }

  Round& round_;
  fix::MdBlockHead head_;
  fix::MdUpdateWriter writer_;
  bool resolved_;
  std::uint32_t entries_ = 0;
};

View::View(matching::InstrumentId instrument, const ViewSpec& spec, const MarketBooks& books)
    : instrument_{instrument},
      spec_{spec},
      ladder_{books.securities().instrument(instrument).ladder},
      units_{books.securities().instrument(instrument).units} {
  refresh(books);
}

void View::refresh(const MarketBooks& books) {
  const InstrumentBook& book = books.book(instrument_);
  read_levels(book, levels_);
  ladder_changes_.clear();
  ladder_changes_noted_ = book.ladder_changes;
  const matching::MarketId market = books.securities().instrument(instrument_).market;
  adopt(book, books.standing(market).public_changes);
}

std::size_t View::publish(const MarketBooks& books, Round& round, LevelWindow& scratch) {
  note_ladder_changes(books);
  const InstrumentBook& book = books.book(instrument_);
  read_levels(book, scratch);
  if (!shows_change(book, scratch)) {
    transactions_ = book.transactions;
    return 0;
  }
  const Instrument& instrument = books.securities().instrument(instrument_);
  const std::uint64_t public_changes = books.standing(instrument.market).public_changes;
  const std::uint64_t trades = spec_.trades ? book.trades - trades_ : 0;
  const std::uint64_t kept =
      spec_.conflation == 0 ? book.trade_log.size() : std::min(book.trade_log.size(), kTradesKept);
  const std::size_t told = spec_.full_refresh ? 0 : std::min(trades, kept);
  const bool several = book.transactions - transactions_ > 1;

  Block block{round,
              units_.format,
              {.symbol = instrument.symbol.view(),
               .time = book.updated,
               .rpt_seq = public_changes,
               .prev_rpt_seq = rpt_seq_},
              several || told < trades};
  if (!spec_.full_refresh) {
    write_changes(book, scratch, block);
  }
  const bool by_image = spec_.full_refresh || block.too_large();
  levels_.bids.assign(scratch.bids.begin(), scratch.bids.end());
  levels_.offers.assign(scratch.offers.begin(), scratch.offers.end());
  ladder_changes_.clear();
  adopt(book, public_changes);
  if (by_image) {
    block.drop();
    write_image(books, round);
  }
  for (auto trade = book.trade_log.end() - static_cast<std::ptrdiff_t>(told);
       trade != book.trade_log.end();
       ++trade) {
    if (block.full()) {
      block.end();
    }
    block.write(MdUpdateAction::New, entry_of(*trade));
  }
  block.end();
  return spec_.full_refresh ? 0 : trades - told;
}

void View::note_ladder_changes(const MarketBooks& books) {
  if (!spec_.traded_ladder) {
    return;
  }
  const InstrumentBook& book = books.book(instrument_);
  const std::uint64_t count = book.ladder_changes - ladder_changes_noted_;
  must(count <= book.ladder_log.size(), "md: changes of a ladder are forgotten too early");
  for (auto change = book.ladder_log.end() - static_cast<std::ptrdiff_t>(count);
       change != book.ladder_log.end();
       ++change) {
    const auto at =
        std::ranges::lower_bound(ladder_changes_, change->tick, {}, &LadderChange::tick);
    if (at == ladder_changes_.end() || at->tick != change->tick) {
      ladder_changes_.insert(at, *change);
    }
  }
  ladder_changes_noted_ = book.ladder_changes;
}

void View::read_levels(const InstrumentBook& book, LevelWindow& window) const {
  const auto read = [&](Side side, std::vector<BookLevel>& levels) {
    levels.resize(spec_.levels ? std::min(spec_.window(), book.levels.level_count(side))
                               : std::size_t{0});
    book.levels.best(side, levels);
  };
  read(Side::Bid, window.bids);
  read(Side::Ask, window.offers);
}

bool View::shows_change(const InstrumentBook& book, const LevelWindow& now) const {
  return levels_ != now || (spec_.trades && book.trades != trades_) ||
         (spec_.volume && book.traded != traded_) ||
         (spec_.open_interest && book.open_interest != open_interest_);
}

void View::adopt(const InstrumentBook& book, std::uint64_t public_changes) {
  rpt_seq_ = public_changes;
  updated_ = book.updated;
  traded_ = book.traded;
  open_interest_ = book.open_interest;
  last_trade_ = book.last_trade;
  trades_ = book.trades;
  transactions_ = book.transactions;
}

// What goes comes first, so that a reader that drops what leaves its window at once, and one that
// does it at the end, have the same.
void View::write_changes(const InstrumentBook& book, const LevelWindow& now, Block& block) const {
  write_deletes(Side::Bid, levels_.bids, now.bids, block);
  write_deletes(Side::Ask, levels_.offers, now.offers, block);
  write_levels(Side::Bid, levels_.bids, now.bids, block);
  write_levels(Side::Ask, levels_.offers, now.offers, block);
  if (spec_.volume && book.traded != traded_) {
    block.write(set(traded_ == WideQuantity{}), {.type = MdEntryType::Volume, .size = book.traded});
    for (const LadderChange& change : ladder_changes_) {
      block.write(set(change.before == WideQuantity{}),
                  entry_of(change.tick, book.traded_at.at(change.tick)));
    }
  }
  if (spec_.open_interest && book.open_interest != open_interest_) {
    block.write(set(open_interest_ == 0),
                {.type = MdEntryType::OpenInterest, .size = WideQuantity{book.open_interest}});
  }
}

// Levels that are gone, and those outside the window where readers do not drop them themselves.
void View::write_deletes(Side side,
                         std::span<const BookLevel> before,
                         std::span<const BookLevel> now,
                         Block& block) const {
  const bool readers_drop = spec_.depth != 0 && !spec_.deletes_outside;
  const bool is_full = now.size() == spec_.window();
  std::size_t i = 0;
  for (const BookLevel& level : before) {
    while (i < now.size() && is_better(side, now[i].tick, level.tick)) {
      ++i;
    }
    if (i < now.size() && now[i].tick == level.tick) {
      continue;
    }
    if (readers_drop && is_full && i == now.size()) {
      return;  // it and all behind it are outside
    }
    block.write(MdUpdateAction::Delete, entry_of(side, level));
  }
}

void View::write_levels(Side side,
                        std::span<const BookLevel> before,
                        std::span<const BookLevel> now,
                        Block& block) const {
  std::size_t i = 0;
  for (const BookLevel& level : now) {
    while (i < before.size() && is_better(side, before[i].tick, level.tick)) {
      ++i;
    }
    const bool is_new = i == before.size() || before[i].tick != level.tick;
    if (is_new || before[i].volume != level.volume) {
      block.write(set(is_new), entry_of(side, level));
    }
  }
}

// A better bid has the lower odds or the higher price, a better offer the other.
bool View::is_better(Side side, Tick left, Tick right) const noexcept {
  const bool lower_is_better =
      (ladder_->market() == matching::MarketKind::ExchangeOdds) == (side == Side::Bid);
  return lower_is_better ? left < right : left > right;
}

MdEntry View::entry_of(Side side, const BookLevel& level) const noexcept {
  return {.type = side == Side::Bid ? MdEntryType::Bid : MdEntryType::Offer,
          .has_price = true,
          .price = units_.price(ladder_->price_of(level.tick)),
          .size = WideQuantity{level.volume}};
}

MdEntry View::entry_of(const MarketTrade& trade) const noexcept {
  return {.type = MdEntryType::Trade,
          .has_price = true,
          .price = units_.price(ladder_->price_of(trade.tick)),
          .size = WideQuantity{trade.quantity},
          .trade = trade.event,
          .aggressor = trade.taker_side,
          .trade_time = trade.time};
}

MdEntry View::entry_of(Tick tick, WideQuantity traded) const noexcept {
  return {.type = MdEntryType::Volume,
          .has_price = true,
          .price = units_.price(ladder_->price_of(tick)),
          .size = traded};
}

WideQuantity View::shown_at(Tick tick, WideQuantity now) const noexcept {
  const auto at = std::ranges::lower_bound(ladder_changes_, tick, {}, &LadderChange::tick);
  return at != ladder_changes_.end() && at->tick == tick ? at->before : now;
}

}  // namespace betex::gateway
