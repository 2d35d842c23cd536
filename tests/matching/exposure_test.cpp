// What a row may cost at worst: the closed form against every result with every subset of the open
// orders filled, and the engine against both, on random markets with fills at better prices,
// partial fills and removals. BETEX_SEED=n runs the cases of that seed.
#include "tests/matching/exposure.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "matching/engine.h"
#include "tests/matching/shadow.h"
#include "tests/support/environment.h"

namespace betex::matching::testing {
namespace {

constexpr int kCases = 20'000;
constexpr std::size_t kMostOpen = 5;  // for the brute force, which tries all subsets

std::uint64_t seed() {
  return test::number_from_environment("BETEX_SEED", 20'261'129);
}

// A market with two accounts who bet against each other.
class RandomMarket {
 public:
  RandomMarket(std::mt19937_64& random, MarketKind kind) : random_{random}, kind_{kind} {
    for (const char* account : {"ann", "ben"}) {
      run(CreateAccount{.account = Name{account}});
    }
    const bool odds = kind == MarketKind::ExchangeOdds;
    const std::uint64_t runners = odds ? 2 + below(4) : 0;
    run(CreateMarket{.market = Name{"M"},
                     .winners = odds ? static_cast<std::uint32_t>(1 + below(runners - 1)) : 1,
                     .kind = kind,
                     .ladder = odds ? LadderKind::Classic : LadderKind::LinearCent});
    for (std::uint64_t i = 0; i < runners; ++i) {
      symbols_.emplace_back("R" + std::to_string(i));
      run(AddRunner{.market = Name{"M"}, .symbol = symbols_.back()});
    }
    if (!odds) {
      symbols_.emplace_back("M");
    }
    run(OpenMarket{.market = Name{"M"}});
  }

  // An order, a cancel or, seldom, a removal.
  void step() {
    const std::uint64_t dice = below(20);
    if (dice == 0) {
      run(RemoveRunner{.market = Name{"M"}, .symbol = symbol()});
      run(ResumeMarket{.market = Name{"M"}});
    } else if (dice < 5) {
      run(CancelOrder{.account = account(), .cl_ord_id = id(), .order_id = OrderId{1 + below(12)}});
    } else {
      const Decimal price =
          kind_ == MarketKind::ExchangeOdds
              ? Decimal{1'500'000 + static_cast<std::int64_t>(below(12)) * 100'000}
              : Decimal{400'000 + static_cast<std::int64_t>(below(20)) * 10'000};
      run(PlaceOrder{.account = account(),
                     .cl_ord_id = id(),
                     .symbol = symbol(),
                     .transact_time = kNow,
                     .price = price,
                     .quantity = Decimal{static_cast<std::int64_t>(1 + below(40)) * kDecimalScale},
                     .side = below(2) == 0 ? Side::Bid : Side::Ask,
                     .time_in_force = TimeInForce::Gtc});
    }
  }

  // Calls `check(exposure, closed, forced)` with each row's exposure as the engine has it, as the
  // rules give it, and as the brute force finds it where there are few orders open.
  template <typename Check>
  void check_rows(Check&& check) const {
    const ShadowMarket& market = shadow_.markets.at(MarketId{1});
    engine_.visit_rows([&](const RowInfo& row) {
      const ShadowRow& said = shadow_.rows.at({MarketId{1}, row.account});
      const std::vector<OpenPart> open = open_of(row.account);
      const Int128 position = (said.bought - said.sold).value();
      const bool odds = kind_ == MarketKind::ExchangeOdds;
      const Int128 closed = odds ? odds_exposure(said.runners, market.winners, open)
                                 : binary_exposure(position, open);
      const bool few = open.size() <= kMostOpen;
      const Int128 forced = !few   ? closed
                            : odds ? odds_exposure_by_force(said.runners, market.winners, open)
                                   : binary_exposure_by_force(position, open);
      check(row.exposure.value(), closed, forced);
    });
  }

  [[nodiscard]] std::map<AccountId, Int128> available() const {
    std::map<AccountId, Int128> available;
    engine_.visit_accounts([&](const AccountInfo& account) {
      available[account.account] = account.available.value();
    });
    return available;
  }

  // Who gave the last order or cancel; 0 for a removal.
  [[nodiscard]] AccountId last() const { return last_; }

  [[nodiscard]] bool has_traded() const { return has_traded_; }

 private:
  static constexpr Timestamp kNow{1'700'000'000'000'000'000};

  void run(const CommandBody& body) {
    if (std::holds_alternative<RemoveRunner>(body)) {
      last_ = AccountId{};
    }
    const TransactionView view = engine_.decide({.timestamp = kNow, .body = body});
    for_each_event(view, [&](EventSeq, const auto& event) {
      shadow_.read(event);
      has_traded_ |= event.header.kind == EventKind::TradeMatched;
    });
  }

  [[nodiscard]] std::vector<OpenPart> open_of(AccountId account) const {
    std::vector<OpenPart> open;
    for (const auto& [id, order] : shadow_.live) {
      const OrderAccepted& terms = order.accepted;
      if (terms.account == account) {
        // At its limit: a better price would bring more and cost less.
        const Side other = opposite(terms.side);
        const Int128 gain = Int128{order.values.leaves_qty.value()} *
                            shadow_.unit_cost(terms.instrument, other, order.tick);
        open.push_back({.instrument = terms.instrument,
                        .side = terms.side,
                        .part = shadow_.part(order).value(),
                        .gain = gain});
      }
    }
    return open;
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  Name account() {
    last_ = AccountId{static_cast<std::uint32_t>(1 + below(2))};
    return Name{last_ == AccountId{1} ? "ann" : "ben"};
  }

  Name symbol() { return symbols_[below(symbols_.size())]; }

  ClOrdId id() { return ClOrdId{std::to_string(++ids_)}; }

  std::mt19937_64& random_;
  MarketKind kind_;
  Engine engine_;
  Shadow shadow_;
  std::vector<Name> symbols_;
  AccountId last_;
  bool has_traded_ = false;
  std::uint64_t ids_ = 0;
};

void expect_exposures(MarketKind kind) {
  std::mt19937_64 random{seed()};
  int traded = 0;
  int exposed = 0;
  for (int i = 0; i < kCases; ++i) {
    RandomMarket market{random, kind};
    const std::uint64_t steps = 3 + random() % 10;
    for (std::uint64_t step = 0; step < steps; ++step) {
      const auto before = market.available();
      market.step();
      for (const auto& [account, available] : market.available()) {
        const bool others = market.last() != AccountId{} && market.last() != account;
        ASSERT_TRUE(!others || available >= before.at(account))
            << "another one's order has cost account " << account.value() << " something";
      }
    }
    market.check_rows([&](std::int64_t exposure, Int128 closed, Int128 forced) {
      ASSERT_TRUE(exposure == closed && closed == forced)
          << "case " << i << " of seed " << seed() << ": the engine says " << exposure
          << ", the closed form " << static_cast<std::int64_t>(closed) << ", the brute force "
          << static_cast<std::int64_t>(forced);
      exposed += exposure != 0 ? 1 : 0;
    });
    traded += market.has_traded() ? 1 : 0;
    if (::testing::Test::HasFatalFailure()) {
      return;
    }
  }
  EXPECT_GT(traded, kCases / 4);
  EXPECT_GT(exposed, kCases / 2);
}

TEST(Exposure, OfOddsMarketsIsTheBruteForces) {
  expect_exposures(MarketKind::ExchangeOdds);
}

TEST(Exposure, OfBinaryMarketsIsTheBruteForces) {
  expect_exposures(MarketKind::Binary);
}

// Every fill of a part of an order is a subset of its pieces.
TEST(Exposure, PartialFillsNeverCostMore) {
  std::mt19937_64 random{seed()};
  for (int i = 0; i < kCases / 10; ++i) {
    Runners runners;
    for (std::uint32_t runner = 1; runner <= 3; ++runner) {
      runners[InstrumentId{runner}] = {static_cast<std::int64_t>(random() % 200) - 100,
                                       static_cast<std::int64_t>(random() % 200) - 100};
    }
    std::vector<OpenPart> whole;
    std::vector<OpenPart> pieces;
    for (std::uint64_t order = random() % 4; order > 0; --order) {
      const OpenPart piece{.instrument = InstrumentId{static_cast<std::uint32_t>(1 + random() % 3)},
                           .side = random() % 2 == 0 ? Side::Bid : Side::Ask,
                           .part = static_cast<std::int64_t>(random() % 100),
                           .gain = static_cast<std::int64_t>(random() % 100)};
      pieces.insert(pieces.end(), 2, piece);
      whole.push_back({piece.instrument, piece.side, 2 * piece.part, 2 * piece.gain});
    }
    const auto winners = static_cast<std::uint32_t>(1 + random() % 2);
    ASSERT_EQ(static_cast<std::int64_t>(odds_exposure_by_force(runners, winners, pieces)),
              static_cast<std::int64_t>(odds_exposure(runners, winners, whole)));
  }
}

}  // namespace
}  // namespace betex::matching::testing
