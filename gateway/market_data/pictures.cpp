#include "gateway/market_data/pictures.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "gateway/wire/decimal.h"

namespace betex::gateway {
namespace {

using matching::MarketId;
using matching::MarketState;
using matching::Side;

// matching/'s own names.
std::string_view name_of(MarketState state) {
  switch (state) {
    case MarketState::Inactive:
      return "Inactive";
    case MarketState::Open:
      return "Open";
    case MarketState::Suspended:
      return "Suspended";
    case MarketState::Halted:
      return "Halted";
    case MarketState::Closed:
      return "Closed";
    case MarketState::Determined:
      return "Determined";
    case MarketState::Settled:
      return "Settled";
    case MarketState::Voided:
      return "Voided";
  }
  return "";
}

std::string text_of(matching::Decimal value, unsigned decimals) {
  std::array<char, fix::kMaxNumber> text;
  return {text.data(), fix::write_decimal(text.data(), value, decimals)};
}

// A volume may be more than a Decimal holds: then nobody wants to know what is behind the point.
std::string text_of(matching::WideQuantity volume, const Units& units) {
  constexpr matching::Int128 kMost = std::int64_t{1} << 62;
  const matching::Int128 millionths = volume.value() * units.millionths_per_quantity;
  if (millionths <= kMost) {
    return text_of(matching::Decimal{static_cast<std::int64_t>(millionths)},
                   units.format.quantity_decimals);
  }
  std::array<char, fix::kMaxNumber> text;
  const auto whole = static_cast<std::uint64_t>(millionths / matching::kDecimalScale);
  return {text.data(), fix::write_uint(text.data(), whole)};
}

std::vector<PictureLevel> ladder_of(const InstrumentBook& book, const Units& units, Side side) {
  std::array<BookLevel, kPictureDepth> levels;
  const std::size_t count = book.levels.best(side, levels);
  std::vector<PictureLevel> ladder;
  for (std::size_t i = 0; i < count; ++i) {
    const matching::Price price = book.levels.ladder().price_of(levels[i].tick);
    ladder.push_back(
        {.price = text_of(units.price(price), units.format.price_decimals),
         .size = text_of(units.quantity(levels[i].volume), units.format.quantity_decimals)});
  }
  return ladder;
}

// 0: there is none. Whoever looks may have typed anything.
MarketId find_market(const Securities& securities, const std::string& name) {
  return name.size() <= matching::Name::kCapacity ? securities.find_market(matching::Name{name})
                                                  : MarketId{};
}

RunnerPicture runner_of(const Instrument& instrument, const InstrumentBook& book) {
  const Units& units = instrument.units;
  RunnerPicture runner{.symbol = std::string{instrument.symbol.view()},
                       .bids = ladder_of(book, units, Side::Bid),
                       .offers = ladder_of(book, units, Side::Ask),
                       .matched = text_of(book.traded, units)};
  if (const MarketTrade& last = book.last_trade; last.event != matching::EventSeq{}) {
    runner.last_price =
        text_of(units.price(instrument.ladder->price_of(last.tick)), units.format.price_decimals);
    runner.last_size = text_of(units.quantity(last.quantity), units.format.quantity_decimals);
  }
  return runner;
}

}  // namespace

MarketsPicture picture_of(const MarketBooks& books, const std::string& market) {
  const Securities& securities = books.securities();
  MarketsPicture picture{.revision = books.revision(), .market = market};
  picture.markets.reserve(books.markets().size());
  for (const MarketId id : books.markets()) {
    const Market& one = securities.market(id);
    picture.markets.push_back({.name = std::string{one.name.view()},
                               .state = std::string{name_of(one.state)},
                               .in_play = one.in_play,
                               .version = one.version});
  }
  if (const MarketId id = find_market(securities, market); id != MarketId{}) {
    const Market& one = securities.market(id);
    for (const matching::InstrumentId instrument : one.instruments) {
      if (!securities.instrument(instrument).removed(one.version)) {
        picture.runners.push_back(
            runner_of(securities.instrument(instrument), books.book(instrument)));
      }
    }
  }
  return picture;
}

void Pictures::watch(std::weak_ptr<PictureOutlet> outlet, std::string market) {
  watchers_.push_back({.outlet = std::move(outlet), .market = std::move(market)});
}

void Pictures::show(const MarketBooks& books, Instant now) {
  if (watchers_.empty()) {
    return;
  }
  revision_ = books.revision();
  std::erase_if(watchers_, [](const Watcher& watcher) { return watcher.outlet.expired(); });
  std::map<std::string_view, std::shared_ptr<const MarketsPicture>> pictures;
  for (Watcher& watcher : watchers_) {
    const std::shared_ptr<PictureOutlet> outlet = watcher.outlet.lock();
    if (watcher.shown == revision_ || now < watcher.due || outlet == nullptr) {
      continue;
    }
    std::shared_ptr<const MarketsPicture>& picture = pictures[watcher.market];
    if (picture == nullptr) {
      picture = std::make_shared<const MarketsPicture>(picture_of(books, watcher.market));
    }
    watcher.due = now + kPictureInterval;
    watcher.shown = revision_;
    outlet->show(picture);
  }
}

std::optional<Pictures::Instant> Pictures::next_deadline() const {
  std::optional<Instant> earliest;
  for (const Watcher& watcher : watchers_) {
    if (watcher.shown != revision_) {
      earliest = earliest ? std::min(*earliest, watcher.due) : watcher.due;
    }
  }
  return earliest;
}

}  // namespace betex::gateway
