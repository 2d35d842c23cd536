#include "gateway/tools/ladder_picture.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include <fmt/format.h>

#include "gateway/tools/price_words.h"
#include "gateway/tools/report_words.h"

namespace betex::tools {
namespace {

using client::ClientBook;
using client::Level;

constexpr std::size_t kBar = 12;  // characters of the greatest size
constexpr std::size_t kHeadLines = 3;

// No price or quantity is finer.
constexpr int kPriceDecimals = 6;
constexpr int kSizeDecimals = 4;

struct Row {
  std::string price;
  std::string to_back;
  std::string to_lay;
  std::string matched;
};

// The highest price first.
using Rows = std::map<std::int64_t, Row, std::greater<>>;

void fill(Rows& rows, const std::vector<Level>& levels, std::string Row::*column) {
  for (const Level& level : levels) {
    Row& row = rows[client::parse_decimal(level.price, kPriceDecimals)];
    row.price = level.price;
    row.*column = level.size;
  }
}

std::int64_t amount(const std::string& size) {
  return size.empty() ? 0 : client::parse_decimal(size, kSizeDecimals);
}

std::string bar(const std::string& size, std::int64_t greatest) {
  const std::int64_t of = amount(size);
  if (of <= 0) {
    return {};
  }
  const double part = static_cast<double>(of) / static_cast<double>(greatest);
  return std::string(std::max<std::size_t>(static_cast<std::size_t>(part * kBar), 1), '#');
}

// So many rows about the place where the two sides meet.
std::vector<Row> window(const Rows& rows, const ClientBook& book, std::size_t room) {
  const std::vector<Level> below = book.has_odds() == true ? book.offers() : book.bids();
  std::size_t meet = rows.size() / 2;
  if (!below.empty()) {
    const auto best = rows.find(client::parse_decimal(below.front().price, kPriceDecimals));
    meet = static_cast<std::size_t>(std::distance(rows.begin(), best));
  }
  const std::size_t most_before = rows.size() - std::min(room, rows.size());
  const std::size_t first = std::min(meet - std::min(meet, room / 2), most_before);
  std::vector<Row> shown;
  std::size_t place = 0;
  for (const auto& [price, row] : rows) {
    if (place >= first && shown.size() < room) {
      shown.push_back(row);
    }
    ++place;
  }
  return shown;
}

ScreenLine line_of(const Row& row, const ClientBook& book, std::int64_t greatest) {
  const bool last = !book.last_trade().size.empty() && book.last_trade().price == row.price;
  std::string text = fmt::format("{:>12} {:>12} | {:>7} | {:<12} {:<12} {:>12}{}",
                                 bar(row.to_back, greatest),
                                 row.to_back,
                                 row.price,
                                 row.to_lay,
                                 bar(row.to_lay, greatest),
                                 row.matched,
                                 last ? " < last" : "");
  text.erase(text.find_last_not_of(' ') + 1);
  const Tone tone = !row.to_back.empty()  ? Tone::Back
                    : !row.to_lay.empty() ? Tone::Lay
                                          : Tone::Faint;
  return {.text = std::move(text), .tone = tone};
}

// What is above the prices.
std::vector<ScreenLine> head(std::string_view symbol, const ClientBook& book) {
  const SideWords sides = side_words(book);
  const bool stands_still =
      book.state() != ClientBook::State::InStep || book.status().trading_status == "2";
  return {{.text = fmt::format("{} of {}  {}", word(symbol), word(book.market()), state_text(book)),
           .tone = stands_still ? Tone::Notice : Tone::Plain},
          {.text = traded_text(book)},
          {.text = fmt::format("{:>25} | {:>7} | {:<25} {:>12}",
                               sides.offers,
                               sides.price,
                               sides.bids,
                               book.traded_ladder().empty() ? "" : "matched")}};
}

}  // namespace

std::vector<ScreenLine> ladder_picture(std::string_view symbol,
                                       const ClientBook& book,
                                       std::size_t most_lines) {
  Rows all;
  fill(all, book.offers(), &Row::to_back);
  fill(all, book.bids(), &Row::to_lay);
  fill(all, book.traded_ladder(), &Row::matched);
  const std::size_t room = std::max(most_lines, kHeadLines + 2) - kHeadLines;
  const std::vector<Row> rows = window(all, book, room);
  std::int64_t greatest = 1;
  for (const Row& row : rows) {
    greatest = std::max({greatest, amount(row.to_back), amount(row.to_lay)});
  }
  std::vector<ScreenLine> lines = head(symbol, book);
  for (ScreenLine& line : lines) {
    line.text.erase(line.text.find_last_not_of(' ') + 1);
  }
  for (const Row& row : rows) {
    lines.push_back(line_of(row, book, greatest));
  }
  if (rows.empty()) {
    lines.push_back({.text = fmt::format("{:>35}", "no orders"), .tone = Tone::Faint});
  }
  return lines;
}

}  // namespace betex::tools
