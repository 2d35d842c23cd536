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
  Market market{.name = Name{name},
                .kind = kind,
                .ladder = ladder,
                .winners = winners,
                .symbols = {},
                .ends = false};
  planned_.push_back(CreateMarket{
      .market = market.name,
      .winners = winners,
      .commission_bp = pick({0U, 0U, 200U, 500U}),
      .bet_delay_ms = bet_delay_ms,
      .kind = kind,
      .ladder = ladder,
      .min_quantity = Decimal{2 * kDecimalScale},
      .quantity_step = Decimal{odds ? kDecimalScale / 2 : 0},
      .max_quantity = one_in(3) ? Decimal{} : Decimal{5'000 * kDecimalScale},
      .max_position = odds ? Decimal{} : Decimal{pick({0L, 0L, 80L, 400L}) * kDecimalScale},
      .passive_skips_delay = one_in(3),
      .request_id = request()});
  if (odds) {
    const std::uint64_t runners = 2 + winners + below(2);
    const std::uint64_t created = one_in(2) ? 0 : below(runners + 1);  // with the market
    const std::size_t creation = planned_.size() - 1;
    for (std::uint64_t i = 0; i < runners; ++i) {
      market.symbols.push_back(Name{name + "." + std::to_string(i + 1)});
      if (i < created) {
        std::get<CreateMarket>(planned_[creation]).runners.push_back(market.symbols.back());
      } else {
        planned_.push_back(AddRunner{.market = market.name, .symbol = market.symbols.back()});
      }
    }
  } else {
    market.symbols = {market.name};
  }
  const auto expected = static_cast<std::uint32_t>(market.symbols.size());
  planned_.push_back(OpenMarket{.market = market.name,
                                .expected_runners = pick({0U, 0U, expected}),
                                .request_id = request()});
  markets_.push_back(std::move(market));
}

void RandomCommands::create_some_market() {
  const std::uint32_t delay = pick({0U, 0U, 1'000U, 5'000U});
  if (one_in(2)) {
    create_market(MarketKind::ExchangeOdds, pick({LadderKind::Classic, LadderKind::Finest}), delay);
  } else {
    create_market(MarketKind::Binary,
                  pick({LadderKind::LinearCent, LadderKind::TaperedDeciCent, LadderKind::DeciCent}),
                  delay);
  }
}

// Three can bet what they like, three have little.
std::vector<Asked> RandomCommands::setup(Timestamp now, std::uint64_t crowd) {
  now_ = now;
  if (one_in(4)) {
    planned_.push_back(CreateExchange{.currency = Currency{one_in(2) ? "eur" : "EURO"}});
  } else if (!one_in(10)) {
    planned_.push_back(
        CreateExchange{.currency = Currency{"EUR"}, .max_requests_a_day = pick({0U, 0U, 60U})});
  }
  for (const char* name : kAccounts) {
    planned_.push_back(new_account(Name{name}, 2'000));
  }
  std::get<CreateAccount>(planned_.back()).market_exposure_limit = Decimal{300 * kDecimalScale};
  planned_.push_back(CreateAccount{.account = kWhale});
  for (int i = 0; i < 49; ++i) {
    planned_.push_back(MoveFunds{.account = kWhale, .amount = kMostAmount});
  }
  for (std::uint64_t i = 0; i < crowd; ++i) {
    planned_.push_back(new_account(Name{"u" + std::to_string(i)}, 100));
  }
  planned_.push_back(SetLimits{.account = Name{"dan"}, .max_open_orders = 30});
  for (const char* name : kSessions) {
    SessionUp up = session_up(Name{name});
    up.reset = false;
    up.cancel_on_disconnect = name != kSessions[0];
    up.grace_ms = 2'000;
    planned_.push_back(up);
  }
  if (!one_in(3)) {
    planned_.push_back(require_approval());
  }
  create_market(MarketKind::ExchangeOdds, LadderKind::Classic, 0);
  create_market(MarketKind::ExchangeOdds, LadderKind::Finest, 5'000);
  create_market(MarketKind::Binary, LadderKind::LinearCent, 0);
  create_market(MarketKind::Binary, LadderKind::TaperedDeciCent, 2'000);
  create_market(MarketKind::Binary, LadderKind::DeciCent, 0);
  for (const char* name : kAccounts) {
    for (const char* group : {"g1", "g2", "g3"}) {
      if (one_in(4)) {
        continue;
      }
      OrderGroupRequest create = group_terms(OrderGroupAction::Create);
      create.account = Name{name};
      create.group = Reference{group};
      planned_.push_back(create);
    }
  }
  std::vector<Asked> commands;
  for (const CommandBody& body : planned_) {
    commands.push_back(sign({.body = body}));
  }
  planned_.clear();
  return commands;
}

// Who has a name of three letters after "cat", and half of the others, must have the money.
CreateAccount RandomCommands::new_account(const Name& name, std::int64_t balance) {
  const bool poor = name.view() > "cat" && (name.view().front() != 'u' || one_in(2));
  return {.account = name,
          .kind = poor ? AccountKind::Collateralised : AccountKind::Unlimited,
          .commission_discount_bp = pick({0U, 0U, 4'000U, 10'000U}),
          .opening_balance = amount(poor ? balance : 50),
          .credit = one_in(2) ? Decimal{} : amount(balance / 2)};
}

// With up to four decimals.
Decimal RandomCommands::amount(std::int64_t most) {
  const std::int64_t units = static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most)));
  return Decimal{units * kDecimalScale +
                 (one_in(3) ? static_cast<std::int64_t>(below(10'000)) * 100 : 0)};
}

// Gives an operator's request its time and digest. One whose id has been used is the same request
// again, or another one.
Asked RandomCommands::sign(Asked asked) {
  std::visit(
      [&](auto& request) {
        if constexpr (requires { request.request_id, request.transact_time; }) {
          request.transact_time = now_;
          if (one_in(60)) {
            request.transact_time += Timestamp{pick<std::int64_t>({-31 * 24, 1}) * kHourNs};
          } else if (one_in(12)) {  // too late, or just not, for what reopens
            request.transact_time += Timestamp{pick<std::int64_t>({-1, 1}) *
                                               (kHourNs / 60 + pick<std::int64_t>({0, 1}))};
          }
          const auto* const move = std::get_if<MoveFunds>(&asked.body);
          const bool corrects = move != nullptr && move->kind == FundsKind::Correction;
          if (corrects ? !one_in(10) : one_in(8)) {
            asked.remark = Remark{"as agreed"};
          }
          if (request.request_id.empty()) {
            return;
          }
          const auto [known, is_new] = asked_before_.try_emplace(
              std::string{request.request_id.view()}, asked.body, ++digests_);
          asked.digest = known->second.second;
          if (!is_new && one_in(2)) {
            asked.digest = ++digests_;
          } else if (!is_new) {
            asked.body = CommandBody{known->second.first};
            return;
          }
        }
      },
      asked.body);
  return asked;
}

Name RandomCommands::account() {
  if (one_in(50)) {
    return kWhale;
  }
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
  const Market* chosen = nullptr;
  do {
    chosen = &markets_[markets_.size() - 1 - (one_in(20) ? below(markets_.size()) : below(in_use))];
  } while (chosen->ends && !one_in(12));
  return *chosen;
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
  if (!reference.proposals().empty() && one_in(9)) {
    return sign({.body = approval_command(reference), .origin = origin(reference)});
  }
  if (reference.halted() && one_in(12)) {
    return sign({.body = UnhaltExchange{.request_id = request()}});
  }
  const bool waits = reference.batch_pending() != PendingBatch::None && !one_in(8);
  if (!planned_.empty() && !waits && !one_in(3)) {
    CommandBody body = planned_.front();
    planned_.pop_front();
    if (one_in(3)) {
      guard_version(body, reference);
    }
    return sign({.body = body, .origin = one_in(3) ? origin(reference) : Origin{}});
  }
  if (one_in(25)) {
    return {.body = group_request(reference), .origin = origin(reference)};
  }
  const std::uint64_t dice = below(1000);
  if (dice < 600) {
    return {.body = place(), .origin = origin(reference)};
  }
  if (dice < 770) {
    return {.body = cancel(reference), .origin = origin(reference)};
  }
  if (dice < 910) {
    return {.body = amend(reference), .origin = origin(reference)};
  }
  if (dice < 916) {
    return sign(
        {.body = one_in(3) ? CommandBody{cancel_on_behalf(reference)} : CommandBody{mass_cancel()},
         .origin = origin(reference)});
  }
  if (dice < 935) {
    return sign(session_command(reference));
  }
  if (dice < 956) {
    return sign({.body = account_command(), .origin = origin(reference)});
  }
  if (dice < 960) {
    return sign({.body = exchange_command(reference), .origin = origin(reference)});
  }
  CommandBody body = market_command(reference);
  guard_version(body, reference);
  return sign({.body = std::move(body), .origin = one_in(3) ? origin(reference) : Origin{}});
}

bool RandomCommands::continues(PendingBatch pending) {
  return one_in(pending == PendingBatch::Orders ? 2 : 3);
}

// Mostly less than a second; now and then hours, for days and generations to end, and seldom more
// than a month.
std::int64_t RandomCommands::pause_ns() {
  if (one_in(4'000)) {
    return 37 * 24 * kHourNs;
  }
  const auto milliseconds = static_cast<std::int64_t>(below(600));
  return one_in(700) ? milliseconds * 180'000'000'000 : milliseconds * 1'000'000;
}

RandomCommands::Accident RandomCommands::accident(Busy busy) {
  const std::uint64_t dice = below(busy == Busy::Yes ? 4 : 200);
  return dice == 0 ? Accident::Recovered : dice == 1 ? Accident::Reloaded : Accident::None;
}

}  // namespace betex::matching::testing
