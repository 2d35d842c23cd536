#include "gateway/client/client_book.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace betex::client {
namespace {

constexpr std::size_t kDeepest = 1'000;

// No price is finer.
constexpr int kDecimals = 6;
constexpr std::int64_t kOne = 1'000'000;

bool is_level(const BookEntry& entry) {
  return entry.type == EntryType::Bid || entry.type == EntryType::Offer;
}

}  // namespace

ClientBook::ClientBook(int depth)
    : depth_{depth == 0 ? kDeepest : static_cast<std::size_t>(depth)} {}

bool ClientBook::apply(const MarketImage& image) {
  if (begun_ && begun_->rpt_seq != image.rpt_seq) {
    begun_.reset();
    fall_out_of_step("parts of two images: 83 was another one in the part before");
    return false;
  }
  if (!begun_) {
    begun_ = image;
  } else {
    begun_->entries.insert(begun_->entries.end(), image.entries.begin(), image.entries.end());
  }
  if (!image.last_fragment) {
    return false;
  }
  const MarketImage whole = *std::exchange(begun_, std::nullopt);
  clear();
  market_ = whole.market;
  rpt_seq_ = whole.rpt_seq;
  time_ = whole.time;
  status_ = whole.status;
  state_ = status_.over() ? State::Over : State::InStep;
  problem_.clear();
  for (const BookEntry& entry : whole.entries) {
    put(entry);
  }
  check_places(whole.entries);
  return state_ != State::OutOfStep;
}

bool ClientBook::apply(const MarketUpdate& update) {
  if (state_ == State::OutOfStep || state_ == State::Over) {
    return false;
  }
  if (state_ == State::Waiting || begun_) {
    fall_out_of_step("an update before the whole image");
  } else if (update.prev_rpt_seq != rpt_seq_) {
    fall_out_of_step("an update that builds on 83=" + std::to_string(update.prev_rpt_seq) +
                     ", and this is the book at 83=" + std::to_string(rpt_seq_));
  } else if (update.rpt_seq < rpt_seq_) {
    fall_out_of_step("83 goes back from " + std::to_string(rpt_seq_) + " to " +
                     std::to_string(update.rpt_seq));
  } else {
    rpt_seq_ = update.rpt_seq;
    time_ = update.time;
    for (const BookEntry& entry : update.entries) {
      put(entry);
    }
    drop_outside();
  }
  return state_ == State::InStep;
}

void ClientBook::apply(MarketStatus status) {
  status_ = std::move(status);
  if (status_.over()) {
    state_ = State::Over;
  }
}

bool ClientBook::crossed() const {
  if (bids_.empty() || offers_.empty()) {
    return false;
  }
  return *has_odds_ ? bids_.begin()->first <= offers_.rbegin()->first
                    : bids_.rbegin()->first >= offers_.begin()->first;
}

std::vector<Level> ClientBook::traded_ladder() const {
  std::vector<Level> ladder;
  std::transform(traded_.begin(), traded_.end(), std::back_inserter(ladder), [](const auto& each) {
    return each.second;
  });
  return ladder;
}

// Who backs wants high odds, and a bid that asks for less is the better one; who buys YES bids for
// it, and the higher bid is.
bool ClientBook::lowest_is_best(EntryType side) const noexcept {
  return has_odds_.value_or(false) == (side == EntryType::Bid);
}

std::vector<Level> ClientBook::best_first(EntryType side) const {
  std::vector<Level> all;
  for (const auto& [price, level] : levels(side)) {
    all.push_back(level);
  }
  if (!lowest_is_best(side)) {
    std::reverse(all.begin(), all.end());
  }
  return all;
}

const ClientBook::Levels& ClientBook::levels(EntryType side) const noexcept {
  return side == EntryType::Bid ? bids_ : offers_;
}

ClientBook::Levels& ClientBook::levels(EntryType side) noexcept {
  return side == EntryType::Bid ? bids_ : offers_;
}

void ClientBook::learn_kind(std::int64_t price) noexcept {
  has_odds_ = price > kOne;
}

void ClientBook::clear() noexcept {
  bids_.clear();
  offers_.clear();
  traded_.clear();
  last_trade_ = {};
  volume_.clear();
  open_interest_.clear();
}

void ClientBook::put(const BookEntry& entry) {
  switch (entry.type) {
    case EntryType::Bid:
    case EntryType::Offer:
      put_level(entry);
      break;
    case EntryType::Trade:
      learn_kind(parse_decimal(entry.price, kDecimals));
      last_trade_ = entry;
      break;
    case EntryType::TradedVolume:
      put_traded(entry);
      break;
    case EntryType::OpenInterest:
      open_interest_ = entry.size;
      break;
  }
}

void ClientBook::put_level(const BookEntry& entry) {
  const std::int64_t price = parse_decimal(entry.price, kDecimals);
  learn_kind(price);
  Levels& side = levels(entry.type);
  const bool is_there = side.contains(price);
  if (is_there != (entry.action != UpdateAction::New)) {
    fall_out_of_step((is_there ? "a new level that was there: " : "no such level: ") + entry.price);
  } else if (entry.action == UpdateAction::Delete) {
    side.erase(price);
  } else {
    side.insert_or_assign(price, Level{.price = entry.price, .size = entry.size});
  }
}

// The total has no price.
void ClientBook::put_traded(const BookEntry& entry) {
  if (entry.price.empty()) {
    volume_ = entry.size;
    return;
  }
  const std::int64_t price = parse_decimal(entry.price, kDecimals);
  if (entry.action == UpdateAction::Delete) {
    traded_.erase(price);
  } else {
    traded_.insert_or_assign(price, Level{.price = entry.price, .size = entry.size});
  }
}

// What an image calls the best has to be that by our order of prices, and so on down.
void ClientBook::check_places(const std::vector<BookEntry>& entries) {
  const std::vector<Level> bids = this->bids();
  const std::vector<Level> offers = this->offers();
  for (const BookEntry& entry : entries) {
    if (!is_level(entry)) {
      continue;
    }
    const std::vector<Level>& side = entry.type == EntryType::Bid ? bids : offers;
    const auto place = static_cast<std::size_t>(entry.level);
    if (place == 0 || place > side.size() || side[place - 1].price != entry.price) {
      fall_out_of_step("1023 of " + entry.price + " is " + std::to_string(entry.level) +
                       ", which is not its place");
    }
  }
}

void ClientBook::drop_outside() {
  for (const EntryType type : {EntryType::Bid, EntryType::Offer}) {
    Levels& side = levels(type);
    while (side.size() > depth_) {
      side.erase(lowest_is_best(type) ? std::prev(side.end()) : side.begin());
    }
  }
}

void ClientBook::fall_out_of_step(std::string problem) {
  state_ = State::OutOfStep;
  problem_ = std::move(problem);
}

}  // namespace betex::client
