// What a view shows as MarketDataSnapshotFullRefresh(W).
#include <cstdint>

#include "gateway/market_data/view.h"
#include "gateway/reports/security_status.h"

namespace betex::gateway {
namespace {

using fix::MdEntry;
using fix::MdEntryType;
using matching::Side;
using matching::WideQuantity;

// More than an image has in front of its entries, and than one entry.
constexpr std::size_t kMostOfAHead = 400;
constexpr std::size_t kMostOfAnEntry = 256;

// Cuts the entries of an image into fragments. What stands in front of them has their number, so
// they are written elsewhere first.
class Fragments {
 public:
  Fragments(Round& round, const fix::MdImageHead& head, const fix::DecimalFormat& format)
      : round_{round}, head_{head}, format_{format} {}

  void write(const MdEntry& entry, std::uint32_t level = 0) {
    const bool full = entries_ == fix::kMaxMdEntries ||
                      text_.size() + kMostOfAHead + kMostOfAnEntry > fix::kMaxMdBodyBytes;
    if (full) {
      end(false);
    }
    fix::write_image_entry(text_, format_, entry, level);
    ++entries_;
  }

  void end(bool last) {
    fix::write_image_head(round_.text(), head_, last, entries_);
    const std::string_view entries = text_.from(0);
    char* const at = round_.text().room(entries.size());
    round_.text().set_end(entries.copy(at, entries.size()) + at);
    round_.end_piece(entries_, true, false);
    text_.clear();
    entries_ = 0;
  }

 private:
  Round& round_;
  const fix::MdImageHead& head_;
  fix::DecimalFormat format_;
  fix::GrowingText text_;
  std::uint32_t entries_ = 0;
};

}  // namespace

void View::write_image(const MarketBooks& books, Round& round) const {
  const Securities& securities = books.securities();
  const Instrument& instrument = securities.instrument(instrument_);
  const Market& market = securities.market(instrument.market);
  const fix::MdImageHead head{
      .symbol = instrument.symbol.view(),
      .market = market.name.view(),
      .rpt_seq = rpt_seq_,
      .updated = updated_,
      .depth = spec_.depth,
      .status = static_cast<std::uint8_t>(trading_status(securities, instrument)),
      .version = market.version,
      .suspend_reason = books.standing(instrument.market).suspend_reason,
      .in_play = market.in_play,
      .conflate_ms = spec_.conflate_ms()};
  Fragments fragments{round, head, units_.format};
  if (instrument.removed(market.version)) {
    fragments.end(true);
    return;
  }
  std::uint32_t level = 0;
  for (const BookLevel& bid : levels_.bids) {
    fragments.write(entry_of(Side::Bid, bid), ++level);
  }
  level = 0;
  for (const BookLevel& offer : levels_.offers) {
    fragments.write(entry_of(Side::Ask, offer), ++level);
  }
  if (spec_.trades && last_trade_.event != matching::EventSeq{}) {
    fragments.write(entry_of(last_trade_));
  }
  if (spec_.volume) {
    fragments.write({.type = MdEntryType::Volume, .size = traded_});
    if (spec_.traded_ladder) {
      books.book(instrument_).traded_at.for_each([&](matching::Tick tick, WideQuantity volume) {
        if (const WideQuantity shown = shown_at(tick, volume); shown != WideQuantity{}) {
          fragments.write(entry_of(tick, shown));
        }
      });
    }
  }
  if (spec_.open_interest && ladder_->market() == matching::MarketKind::Binary) {
    fragments.write({.type = MdEntryType::OpenInterest, .size = WideQuantity{open_interest_}});
  }
  fragments.end(true);
}

}  // namespace betex::gateway
