#include "gateway/config/markets_file.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/config/decimal_text.h"
#include "gateway/config/names.h"
#include "gateway/config/section_reader.h"
#include "gateway/config/toml_file.h"
#include "gateway/config/words.h"
#include "matching/units.h"

namespace betex::gateway {

namespace {

using matching::Decimal;
using matching::LadderKind;
using matching::MarketKind;

constexpr std::size_t kMinRunners = 2;
// Of markets in a file; operators may create some with more (RULES.md section 4).
constexpr std::int64_t kMaxWinners = 8;
// As the engine has them; tests/e2e/limits_test.cpp creates markets with these.
constexpr std::int64_t kMaxCommissionBp = 10'000;
constexpr std::int64_t kMaxBetDelayMs = 60'000;

// As much as one order may be, above 0 and no more: a market whose least order is above that takes
// none.
bool fits_an_order(MarketKind kind, Decimal decimal) {
  const auto quantity = matching::to_quantity(kind, decimal);
  return quantity && *quantity > matching::Quantity{0} &&
         *quantity <= matching::max_order_quantity(kind);
}

void read_quantity(SectionReader& reader,
                   const std::string& key,
                   const MarketConfig& market,
                   Decimal& value) {
  const bool odds = market.kind == MarketKind::ExchangeOdds;
  std::string text;
  reader.text(key, text);
  if (text.empty()) {
    return;
  }
  if (const auto quantity = parse_decimal(text, odds ? 2 : 0);
      quantity && fits_an_order(market.kind, *quantity)) {
    value = *quantity;
    return;
  }
  reader.complain(key,
                  {"'" + text + "' is not a quantity of this market",
                   odds ? "give a stake as in \"0.01\", at most 1000000000.00"
                        : "give whole contracts as in \"1\", at most 1000000000000"});
}

void read_runners(SectionReader& reader, MarketConfig& market) {
  reader.require("instruments", "the symbols of the runners");
  if (!reader.texts("instruments", market.instruments)) {
    return;
  }
  if (market.instruments.size() < kMinRunners ||
      market.instruments.size() > matching::kMaxRunners) {
    reader.complain(
        "instruments",
        {"has " + std::to_string(market.instruments.size()) + " runners",
         "give " + std::to_string(kMinRunners) + " to " + std::to_string(matching::kMaxRunners)});
    return;
  }
  const auto most = std::min(kMaxWinners, static_cast<std::int64_t>(market.instruments.size()) - 1);
  reader.integer("winners", market.winners, {1, most});
}

MarketConfig read_market(SectionReader& reader) {
  MarketConfig market;
  reader.require("name", "a name");
  reader.text("name", market.name);
  if (const auto wrong = wrong_name(market.name); wrong && !market.name.empty()) {
    reader.complain("name", *wrong);
  }
  reader.require("kind", "odds or binary");
  reader.choice("kind", market.kind, kMarketKinds);
  reader.require("ladder", "a price ladder");
  if (market.kind == MarketKind::ExchangeOdds) {
    reader.choice("ladder", market.ladder, kOddsLadders);
    read_runners(reader, market);
  } else {
    market.ladder = LadderKind::LinearCent;
    reader.choice("ladder", market.ladder, kBinaryLadders);
    constexpr std::string_view kWhy = "a binary market has one instrument, which bears its name";
    reader.refuse("instruments", {std::string{kWhy}, "remove it"});
    reader.refuse("winners", {std::string{kWhy}, "remove it"});
  }
  read_quantity(reader, "min_quantity", market, market.min_quantity);
  read_quantity(reader, "quantity_step", market, market.quantity_step);
  reader.integer("commission_bp", market.commission_bp, {0, kMaxCommissionBp});
  reader.integer("bet_delay_ms", market.bet_delay_ms, {0, kMaxBetDelayMs});
  reader.finish();
  return market;
}

// Market names are one set, instruments another; a binary market's name is in both.
class UniqueNames {
 public:
  void check(SectionReader& reader, const MarketConfig& market) {
    if (!market.name.empty() && !markets_.insert(market.name).second) {
      reader.complain("name", {"'" + market.name + "' is there already", "give another name"});
    }
    if (market.kind == MarketKind::Binary && !instruments_.insert(market.name).second) {
      reader.complain("name", {"'" + market.name + "' is an instrument", "give another name"});
    }
    for (const std::string& symbol : market.instruments) {
      if (const auto wrong = wrong_name(symbol)) {
        reader.complain("instruments", *wrong);
      } else if (!instruments_.insert(symbol).second) {
        reader.complain("instruments",
                        {"'" + symbol + "' is there already", "give another symbol"});
      }
    }
  }

 private:
  std::set<std::string> markets_;
  std::set<std::string> instruments_;
};

}  // namespace

std::vector<MarketConfig> load_markets(const std::filesystem::path& file,
                                       std::vector<Finding>& findings) {
  std::vector<MarketConfig> markets;
  const auto table = load_toml(file, findings);
  if (!table) {
    return markets;
  }
  SectionReader reader{*table, file, findings};
  UniqueNames names;
  for (SectionReader& section : reader.sections("market")) {
    MarketConfig market = read_market(section);
    names.check(section, market);
    markets.push_back(std::move(market));
  }
  reader.finish();
  return markets;
}

}  // namespace betex::gateway
