#include "tests/matching/random_commands.h"

#include <algorithm>

namespace betex::matching::testing {

namespace {

constexpr std::size_t kMarketsInUse = 7;  // the newest ones

}  // namespace

void RandomCommands::create_market(MarketKind kind, LadderKind ladder, std::uint32_t bet_delay_ms) {
  const std::string name = "M" + std::to_string(markets_.size() + 1);
  const bool odds = kind == MarketKind::ExchangeOdds;
  const std::uint32_t winners = odds && one_in(4) ? 2 : 1;
  Market market{
      .name = Name{name}, .kind = kind, .ladder = ladder, .winners = winners, .symbols = {}};
  planned_.push_back(
      CreateMarket{.market = market.name,
                   .winners = winners,
                   .bet_delay_ms = bet_delay_ms,
                   .kind = kind,
                   .ladder = ladder,
                   .min_quantity = Decimal{2 * kDecimalScale},
                   .quantity_step = Decimal{odds ? kDecimalScale / 2 : 0},
                   .max_quantity = one_in(3) ? Decimal{} : Decimal{5'000 * kDecimalScale},
                   .request_id = request()});
  if (odds) {
    const std::uint64_t runners = 2 + winners + below(2);
    for (std::uint64_t i = 0; i < runners; ++i) {
      market.symbols.push_back(Name{name + "." + std::to_string(i + 1)});
      planned_.push_back(AddRunner{.market = market.name, .symbol = market.symbols.back()});
    }
  } else {
    market.symbols = {market.name};
  }
  planned_.push_back(OpenMarket{.market = market.name, .request_id = request()});
  markets_.push_back(std::move(market));
}

std::vector<CommandBody> RandomCommands::setup() {
  for (const char* name : kAccounts) {
    planned_.push_back(CreateAccount{
        .account = Name{name},
        .kind = Name{name} == Name{"eve"} ? AccountKind::Collateralised : AccountKind::Unlimited});
  }
  planned_.push_back(SetLimits{.account = Name{"dan"}, .max_open_orders = 12});
  for (const char* name : kSessions) {
    planned_.push_back(SessionUp{
        .comp_id = Name{name}, .cancel_on_disconnect = name != kSessions[0], .grace_ms = 2'000});
  }
  create_market(MarketKind::ExchangeOdds, LadderKind::Classic, 0);
  create_market(MarketKind::ExchangeOdds, LadderKind::Finest, 5'000);
  create_market(MarketKind::Binary, LadderKind::LinearCent, 0);
  create_market(MarketKind::Binary, LadderKind::TaperedDeciCent, 2'000);
  create_market(MarketKind::Binary, LadderKind::DeciCent, 0);
  std::vector<CommandBody> commands{planned_.begin(), planned_.end()};
  planned_.clear();
  return commands;
}

Name RandomCommands::account() {
  return one_in(500) ? Name{"nobody"} : Name{kAccounts[below(std::size(kAccounts))]};
}

Name RandomCommands::request() {
  if (one_in(3)) {
    return {};
  }
  const bool again = requests_ > 0 && one_in(12);
  return Name{"r" + std::to_string(again ? below(requests_) + 1 : ++requests_)};
}

const RandomCommands::Market& RandomCommands::market() {
  const std::size_t in_use = std::min(markets_.size(), kMarketsInUse);
  return markets_[markets_.size() - 1 - (one_in(20) ? below(markets_.size()) : below(in_use))];
}

const Name& RandomCommands::symbol_of(const Market& market) {
  return market.symbols[below(market.symbols.size())];
}

const RandomCommands::Market& RandomCommands::market_of(const Name& symbol) const {
  const std::string text{symbol.view()};
  const auto found = std::find_if(markets_.begin(), markets_.end(), [&](const Market& candidate) {
    return text.substr(0, text.find('.')) == candidate.name.view();
  });
  return found == markets_.end() ? markets_.front() : *found;
}

Origin RandomCommands::origin(const ReferenceEngine& reference) {
  if (one_in(2)) {
    return {};
  }
  if (one_in(200)) {
    return {SessionId{99}, SessionEpoch{1}, MsgSeqNum{1}};
  }
  const RefSession& session = reference.sessions().at(1 + below(std::size(kSessions)));
  const std::uint32_t epoch = one_in(200) ? session.epoch + 1 : session.epoch;
  return {SessionId{static_cast<std::uint32_t>(session.id)},
          SessionEpoch{epoch},
          MsgSeqNum{one_in(50) ? session.next_in + 5 : session.next_in}};
}

Asked RandomCommands::next(Timestamp now, const ReferenceEngine& reference) {
  now_ = now;
  if (!planned_.empty()) {
    const CommandBody body = planned_.front();
    planned_.pop_front();
    return {body, {}};
  }
  const std::uint64_t dice = below(1000);
  if (dice < 600) {
    return {place(), origin(reference)};
  }
  if (dice < 770) {
    return {cancel(reference), origin(reference)};
  }
  if (dice < 910) {
    return {amend(reference), origin(reference)};
  }
  if (dice < 916) {
    return {mass_cancel(), origin(reference)};
  }
  if (dice < 935) {
    return session_command(reference);
  }
  if (dice < 950) {
    return {account_command(), origin(reference)};
  }
  if (dice < 954) {
    return {exchange_command(reference), origin(reference)};
  }
  return {market_command(), one_in(3) ? origin(reference) : Origin{}};
}

// Mostly less than a second; now and then hours, for days and generations to end.
std::int64_t RandomCommands::pause_ns() {
  const auto milliseconds = static_cast<std::int64_t>(below(600));
  return one_in(700) ? milliseconds * 180'000'000'000 : milliseconds * 1'000'000;
}

RandomCommands::Accident RandomCommands::accident(Busy busy) {
  const std::uint64_t dice = below(busy == Busy::Yes ? 4 : 200);
  return dice == 0 ? Accident::Recovered : dice == 1 ? Accident::Reloaded : Accident::None;
}

}  // namespace betex::matching::testing
