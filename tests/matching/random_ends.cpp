// How markets end: results, rounds, voids and archives; and crowds that have bet on them.
#include <algorithm>

#include "tests/matching/random_commands.h"

namespace betex::matching::testing {

// Shares of the runners that are left, in parts of one denominator, that add up to the winners;
// sometimes anything at all.
DetermineMarket RandomCommands::result_of(const Market& market, const ReferenceEngine& reference) {
  DetermineMarket determine{.market = market.name, .request_id = request()};
  if (market.kind == MarketKind::Binary) {
    const auto yes = static_cast<std::uint16_t>(below(2));
    determine.shares = {{.symbol = market.symbols[0], .numerator = yes, .denominator = 1}};
    return determine;
  }
  const RefMarket* const known = reference.find_market(market.name);
  std::vector<Name> runners;
  for (std::size_t i = 0; i < market.symbols.size(); ++i) {
    if (known == nullptr || i >= known->instruments.size() ||
        !reference.instruments().at(known->instruments[i]).removed || one_in(50)) {
      runners.push_back(market.symbols[i]);
    }
  }
  const auto denominator = static_cast<std::uint16_t>(
      one_in(4) ? 1 : 2 + below(market.symbols.size() - (one_in(20) ? 0 : 1)));
  std::uint64_t left = market.winners * denominator;
  for (std::size_t i = 0; i < runners.size(); ++i) {
    const std::size_t others = runners.size() - i - 1;
    const std::uint64_t least = left > others * denominator ? left - others * denominator : 0;
    const std::uint64_t most = std::min<std::uint64_t>(left, denominator);
    const std::uint64_t share = least >= most ? least : least + below(most - least + 1);
    left -= std::min(left, share);
    if (share != 0 || one_in(3)) {
      determine.shares.push_back({.symbol = runners[i],
                                  .numerator = static_cast<std::uint16_t>(share),
                                  .denominator = denominator});
    }
  }
  return determine;
}

VoidMarket RandomCommands::void_of(const Market& market) {
  const bool binary = market.kind == MarketKind::Binary;
  const Decimal odd = pick({Decimal{}, Decimal{1'000'000}, Decimal{250'000}, Decimal{333'333}});
  const Decimal priced =
      pick({Decimal{500'000}, Decimal{250'000}, Decimal{100}, Decimal{999'900}, Decimal{333'300}});
  return {.market = market.name,
          .price = one_in(8) ? odd
                   : binary  ? priced
                             : Decimal{},
          .request_id = request()};
}

// A market's whole end: a result or two, rounds, sometimes a void, an archive; another one comes.
void RandomCommands::plan_end(std::size_t which, const ReferenceEngine& reference) {
  create_some_market();
  Market& market = markets_[which];
  market.ends = true;
  planned_.push_back(CloseMarket{.market = market.name, .request_id = request()});
  if (one_in(4)) {
    planned_.push_back(ReopenMarket{.market = market.name, .request_id = request()});
    planned_.push_back(CloseMarket{.market = market.name, .request_id = request()});
  }
  const std::uint64_t rounds = one_in(6) ? 0 : 1 + below(3);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    if (one_in(3)) {
      planned_.push_back(result_of(market, reference));
    }
    DetermineMarket result = result_of(market, reference);
    planned_.push_back(result);
    planned_.push_back(SettleMarket{.market = market.name, .request_id = request()});
    if (one_in(2)) {  // too late for this market
      planned_.push_back(SetLimits{.account = account(),
                                   .commission_discount_bp = pick({0U, 2'500U, 10'000U}),
                                   .request_id = request()});
    }
    if (one_in(3)) {  // the same again
      result.request_id = request();
      planned_.push_back(result);
      planned_.push_back(SettleMarket{.market = market.name});
    }
  }
  if (rounds == 0 || one_in(3)) {
    planned_.push_back(void_of(market));
  }
  if (one_in(2)) {
    planned_.push_back(ArchiveMarket{.market = market.name, .request_id = request()});
    planned_.push_back(result_of(market, reference));
  }
}

// In any order, and so mostly refused.
CommandBody RandomCommands::result_command(const ReferenceEngine& reference) {
  const Market& chosen = market();
  switch (below(6)) {
    case 5:
      return ReopenMarket{.market = chosen.name, .request_id = request()};
    case 0:
      return SettleMarket{.market = chosen.name, .request_id = request()};
    case 1:
      return ArchiveMarket{.market = chosen.name, .request_id = request()};
    case 2:
      return one_in(3) ? void_of(chosen) : VoidMarket{.market = Name{"NONE"}};
    case 3:
      return result_of(chosen, reference);
    default: {
      DetermineMarket determine{.market = chosen.name, .request_id = request()};
      for (std::uint64_t named = below(4); named > 0; --named) {
        determine.shares.push_back({.symbol = one_in(20) ? symbol_of(market()) : symbol_of(chosen),
                                    .numerator = static_cast<std::uint16_t>(below(3)),
                                    .denominator = static_cast<std::uint16_t>(below(3))});
      }
      return determine;
    }
  }
}

// ---- A crowd ------------------------------------------------------------------------------------

Asked RandomCommands::crowd_order(std::uint64_t i) {
  const bool binary = i % 8 >= 6;  // pairs of opposite sides, one of four in the binary market
  const Market& market = markets_[binary ? 2 : 0];
  const bool late = i >= 2'000 && i % 8 == 0;  // of those who go on to bet
  return {.body = PlaceOrder{.account = late ? Name{kAccounts[i / 8 % kAccounts.size()]}
                                             : Name{"u" + std::to_string(i)},
                             .cl_ord_id = id(),
                             .symbol = market.symbols[0],
                             .transact_time = now_,
                             .price = binary ? Decimal{500'000} : Decimal{2'000'000},
                             .quantity = Decimal{20 * kDecimalScale},
                             .side = i % 2 == 0 ? Side::Bid : Side::Ask,
                             .time_in_force = TimeInForce::Gtc}};
}

void RandomCommands::plan_end_of_crowd() {
  const Market& odds = markets_[0];
  const Market& binary = markets_[2];
  const auto winner = [&](const Market& market, std::size_t runner, std::uint16_t share) {
    DetermineMarket determine{.market = market.name};
    for (std::size_t i = 0; i < market.winners; ++i) {
      determine.shares.push_back(
          {.symbol = market.symbols[runner + i], .numerator = share, .denominator = 1});
    }
    return determine;
  };
  const bool removes = one_in(2);
  if (removes) {
    planned_.push_back(RemoveRunner{.market = odds.name, .symbol = odds.symbols[0]});
  }
  for (const Market* market : {&odds, &binary}) {
    planned_.push_back(CloseMarket{.market = market->name});
    for (int round = 0; round < 2; ++round) {
      const std::size_t first = market == &odds && (removes || round == 1) ? 1 : 0;
      const auto share = static_cast<std::uint16_t>(market == &odds ? 1 : round);
      planned_.push_back(winner(*market, first, share));
      planned_.push_back(SettleMarket{.market = market->name});
    }
    planned_.push_back(VoidMarket{.market = market->name,
                                  .price = market == &odds ? Decimal{} : Decimal{300'000}});
    planned_.push_back(ArchiveMarket{.market = market->name});
  }
}

}  // namespace betex::matching::testing
