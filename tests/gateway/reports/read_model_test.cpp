// The read model that is built from an engine's state, against the one that saw every event.
#include "gateway/reports/read_model.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matching/engine.h"
#include "matching/transaction.h"

namespace betex::gateway {
namespace {

using matching::AmendOrder;
using matching::CancelOrder;
using matching::ClOrdId;
using matching::Decimal;
using matching::Engine;
using matching::Name;
using matching::OrderId;
using matching::PlaceOrder;
using matching::Reference;
using matching::Timestamp;

constexpr Timestamp kNow{1'700'000'000'000'000'000};
constexpr Timestamp kTomorrow = kNow + Timestamp{86'400'000'000'000};
constexpr Timestamp kLater = kTomorrow + Timestamp{1'000'000'000};

void decide(Engine& engine,
            ReadModel& model,
            const matching::CommandBody& body,
            const matching::Origin& origin = {},
            Timestamp now = kNow) {
  matching::for_each_event(
      engine.decide({.timestamp = now, .origin = origin, .body = body}),
      [&](matching::EventSeq seq, const auto& event) { model.apply(origin.session, seq, event); });
}

Engine reloaded(const Engine& engine) {
  std::vector<std::byte> bytes;
  engine.save([&bytes](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  return Engine::load(bytes);
}

TEST(ReadModelFromAnEngine, KnowsTheTermsThatEachRequestGaveItsOrder) {
  Engine engine;
  ReadModel live;
  decide(engine, live, matching::CreateAccount{.account = Name{"alice"}});
  decide(engine, live, matching::CreateMarket{.market = Name{"M"}});
  decide(engine, live, matching::AddRunner{.market = Name{"M"}, .symbol = Name{"A"}});
  decide(engine, live, matching::AddRunner{.market = Name{"M"}, .symbol = Name{"B"}});
  decide(engine, live, matching::OpenMarket{.market = Name{"M"}});
  decide(engine,
         live,
         PlaceOrder{.account = Name{"alice"},
                    .cl_ord_id = ClOrdId{"first"},
                    .symbol = Name{"A"},
                    .transact_time = kNow,
                    .price = Decimal{2'000'000},
                    .quantity = Decimal{10'000'000},
                    .expire_time = kTomorrow,
                    .time_in_force = matching::TimeInForce::Gtd});
  decide(engine,
         live,
         AmendOrder{.account = Name{"alice"},
                    .cl_ord_id = ClOrdId{"second"},
                    .order_id = OrderId{1},
                    .transact_time = kNow,
                    .price = Decimal{3'000'000},
                    .quantity = Decimal{10'000'000},
                    .expire_time = kLater});
  decide(
      engine,
      live,
      CancelOrder{.account = Name{"alice"}, .cl_ord_id = ClOrdId{"third"}, .order_id = OrderId{1}});

  const ReadModel rebuilt{reloaded(engine)};
  for (const ReadModel* const model : std::array<const ReadModel*, 2>{&live, &rebuilt}) {
    const auto expect = [&](std::uint32_t index, const char* id, int price, Timestamp expires) {
      const ChainEntry& entry = model->chain(OrderId{1}, index);
      EXPECT_EQ(entry.cl_ord_id, ClOrdId{id});
      EXPECT_EQ(entry.price, matching::Price{price}) << id;
      EXPECT_EQ(entry.expire_time, expires) << id;
    };
    expect(0, "first", 200, kTomorrow);
    expect(1, "second", 300, kLater);
    expect(2, "third", 300, kLater);
  }
}

// ---- Every field --------------------------------------------------------------------------------

// A field of a record that is kept, and whether two records have the same in it.
template <typename Record>
struct Field {
  const char* name;
  bool (*same)(const Record& one, const Record& other);
};

template <auto kMember, typename Record>
bool same(const Record& one, const Record& other) {
  return one.*kMember == other.*kMember;
}

template <auto kMember>
bool same_value(const OrderRecord& one, const OrderRecord& other) {
  return one.values.*kMember == other.values.*kMember;
}

template <auto kMember>
bool same_term(const OrderRecord& one, const OrderRecord& other) {
  return one.first.*kMember == other.first.*kMember;
}

using OrderField = Field<OrderRecord>;
using Values = matching::OrderValues;

constexpr auto kOrderFields = std::to_array<OrderField>({
    {"account", same<&OrderRecord::account>},
    {"session", same<&OrderRecord::session>},
    {"instrument", same<&OrderRecord::instrument>},
    {"side", same<&OrderRecord::side>},
    {"type", same<&OrderRecord::type>},
    {"time_in_force", same<&OrderRecord::time_in_force>},
    {"status", same<&OrderRecord::status>},
    {"order_qty", same_value<&Values::order_qty>},
    {"cum_qty", same_value<&Values::cum_qty>},
    {"leaves_qty", same_value<&Values::leaves_qty>},
    {"notional", same_value<&Values::notional>},
    {"chain_index", same_value<&Values::chain_index>},
    {"cl_ord_id", same_term<&ChainEntry::cl_ord_id>},
    {"price", same_term<&ChainEntry::price>},
    {"expire_time", same_term<&ChainEntry::expire_time>},
    {"finished_generation", same<&OrderRecord::finished_generation>},
    {"reference", same<&OrderRecord::reference>},
    {"order_group", same<&OrderRecord::order_group>},
});

using MarketField = Field<Market>;

constexpr auto kMarketFields = std::to_array<MarketField>({
    {"name", same<&Market::name>},
    {"kind", same<&Market::kind>},
    {"ladder", same<&Market::ladder>},
    {"state", same<&Market::state>},
    {"in_play", same<&Market::in_play>},
    {"version", same<&Market::version>},
    {"min_quantity", same<&Market::min_quantity>},
    {"quantity_step", same<&Market::quantity_step>},
    {"max_quantity", same<&Market::max_quantity>},
    {"passive_skips_delay", same<&Market::passive_skips_delay>},
    {"instruments", same<&Market::instruments>},
});

// That both know the same of each, and that of each field some differ from what a record has that
// was never filled: a field that is not kept is noticed.
template <typename Record, std::size_t kFields>
void expect_all_kept(const std::array<Field<Record>, kFields>& fields,
                     const std::vector<std::pair<Record, Record>>& live_and_rebuilt) {
  for (const auto& [name, same] : fields) {
    bool filled = false;
    for (std::size_t i = 0; i < live_and_rebuilt.size(); ++i) {
      const auto& [live, rebuilt] = live_and_rebuilt[i];
      EXPECT_TRUE(same(live, rebuilt)) << name << " of number " << i + 1;
      filled |= !same(live, Record{});
    }
    EXPECT_TRUE(filled) << "nothing has a " << name;
  }
}

constexpr matching::SessionId kOne{1};
constexpr matching::SessionId kTwo{2};
constexpr Timestamp kNextGeneration = kNow + Timestamp{26 * 3'600'000'000'000};
constexpr Timestamp kEnd = kNextGeneration + kTomorrow - kNow;

// Orders of two accounts and sessions in markets of both kinds; kOne's that finishes by the end of
// the day does so in the first generation of ClOrdIDs, the others in the second.
class EveryField : public ::testing::Test {
 protected:
  EveryField() {
    for (const char* const name : {"alice", "bob"}) {
      run(matching::CreateAccount{.account = Name{name}});
    }
    for (const char* const comp_id : {"ONE", "TWO"}) {
      run(matching::SessionUp{.comp_id = Name{comp_id}});
    }
    run(matching::CreateMarket{.market = Name{"BIN"},
                               .kind = matching::MarketKind::Binary,
                               .ladder = matching::LadderKind::LinearCent,
                               .min_quantity = Decimal{4'000'000},
                               .quantity_step = Decimal{2'000'000},
                               .max_quantity = Decimal{1'000'000'000}});
    run(matching::OpenMarket{.market = Name{"BIN"}});
    run(matching::CreateMarket{
        .market = Name{"ODDS"}, .bet_delay_ms = 5000, .passive_skips_delay = true});
    run(matching::AddRunner{.market = Name{"ODDS"}, .symbol = Name{"A"}});
    run(matching::AddRunner{.market = Name{"ODDS"}, .symbol = Name{"B"}});
    run(matching::OpenMarket{.market = Name{"ODDS"}});

    place(kOne, {.account = Name{"alice"}, .cl_ord_id = ClOrdId{"day"}});
    pass_time_to(kNextGeneration);
    place(kTwo,
          {.account = Name{"bob"},
           .cl_ord_id = ClOrdId{"partly filled"},
           .quantity = Decimal{20'000'000},
           .expire_time = kEnd,
           .time_in_force = matching::TimeInForce::Gtd});
    place(kOne,
          {.account = Name{"alice"},
           .cl_ord_id = ClOrdId{"filled"},
           .side = matching::Side::Ask,
           .time_in_force = matching::TimeInForce::Fok});
    place(kOne,
          {.account = Name{"alice"},
           .cl_ord_id = ClOrdId{"market"},
           .side = matching::Side::Ask,
           .type = matching::OrderType::Market,
           .time_in_force = matching::TimeInForce::Ioc});
    for (const char* const name : {"kept", "deleted"}) {
      ask_group(matching::OrderGroupAction::Create, name);
    }
    place(
        kOne,
        {.account = Name{"alice"},
         .cl_ord_id = ClOrdId{"cancelled"},
         .extras = matching::OrderExtras{
             .reference = Reference{"mine"}, .order_group = Reference{"deleted"}, .max_cost = {}}});
    run(CancelOrder{.account = Name{"alice"},
                    .cl_ord_id = ClOrdId{"cancel"},
                    .orig_cl_ord_id = ClOrdId{"cancelled"}},
        kOne);

    run(matching::TurnInPlay{.market = Name{"ODDS"}});
    place(kTwo,
          {.account = Name{"bob"},
           .cl_ord_id = ClOrdId{"delayed"},
           .symbol = Name{"A"},
           .price = Decimal{2'000'000},
           .quantity = Decimal{10'000'000},
           .side = matching::Side::Ask});
    run(matching::RemoveRunner{.market = Name{"ODDS"}, .symbol = Name{"B"}});
  }

  // By default a bid for 4 at 0.60 in BIN.
  void place(matching::SessionId session, PlaceOrder order) {
    order.transact_time = now_;
    if (order.symbol == Name{}) {
      order.symbol = Name{"BIN"};
    }
    if (order.quantity == Decimal{}) {
      order.quantity = Decimal{4'000'000};
    }
    if (order.price == Decimal{} && order.type == matching::OrderType::Limit) {
      order.price = Decimal{600'000};
    }
    run(order, session);
  }

  // Of alice.
  void ask_group(matching::OrderGroupAction action, const char* name) {
    matching::OrderGroupRequest request{.account = Name{"alice"},
                                        .cl_ord_id = ClOrdId{"g" + std::to_string(++groups_asked_)},
                                        .group = Reference{name},
                                        .action = action,
                                        .transact_time = now_};
    if (action == matching::OrderGroupAction::Create) {
      request.limit = Decimal{1'000'000'000};
      request.window_ms = matching::kMinGroupWindowMs;
      request.counted = matching::CountedFills::All;
    }
    run(request, kOne);
  }

  void run(const matching::CommandBody& body, matching::SessionId session = {}) {
    matching::Origin origin{.session = session};
    engine_.visit_sessions([&](const matching::SessionInfo& info) {
      if (info.session == session) {
        origin = {.session = session, .epoch = info.epoch, .msg_seq_num = info.next_in};
      }
    });
    decide(engine_, live_, body, origin, now_);
  }

  void pass_time_to(Timestamp time) {
    now_ = time;
    const auto batch_pending = [this] {
      return engine_.batch_pending() != matching::PendingBatch::None;
    };
    while (engine_.is_due(now_) || batch_pending()) {
      if (batch_pending()) {
        run(matching::ContinueBatch{});
      } else {
        run(matching::AdvanceTime{});
      }
    }
  }

  static constexpr std::uint64_t kOrders = 6;
  Timestamp now_ = kNow;
  Engine engine_;
  ReadModel live_;
  int groups_asked_ = 0;
};

TEST_F(EveryField, OfAnOrderIsKept) {
  const ReadModel rebuilt{reloaded(engine_)};
  std::vector<std::pair<OrderRecord, OrderRecord>> orders;
  for (std::uint64_t id = 1; id <= kOrders; ++id) {
    orders.emplace_back(live_.order(OrderId{id}), rebuilt.order(OrderId{id}));
  }
  expect_all_kept(kOrderFields, orders);
}

// As long as the engine knows an order that came to it, and then no longer.
TEST_F(EveryField, TheNameOfADeletedGroupIsKeptWithItsOrders) {
  ask_group(matching::OrderGroupAction::Delete, "deleted");
  constexpr OrderId kOfTheGroup{5};
  for (const bool known : {true, false}) {
    const ReadModel rebuilt{reloaded(engine_)};
    const OrderRecord* const order = rebuilt.orders().find(kOfTheGroup);
    ASSERT_EQ(order != nullptr, known);
    if (known) {
      EXPECT_EQ(rebuilt.order_group(*order), Reference{"deleted"});
      EXPECT_EQ(live_.order_group(live_.order(kOfTheGroup)), Reference{"deleted"});
    }
    EXPECT_EQ(rebuilt.orders().groups().size(), known ? 2U : 1U);
    pass_time_to(now_ + kTomorrow - kNow);
    pass_time_to(now_ + kTomorrow - kNow);
    pass_time_to(now_ + kTomorrow - kNow);
  }
}

TEST_F(EveryField, HasOrdersOfEveryStatus) {
  std::vector<fix::OrdStatus> statuses;
  for (std::uint64_t id = 1; id <= kOrders; ++id) {
    statuses.push_back(live_.order(OrderId{id}).status);
  }
  using enum fix::OrdStatus;
  EXPECT_THAT(
      statuses,
      ::testing::ElementsAre(Expired, PartiallyFilled, Filled, Filled, Canceled, PendingNew));
}

TEST_F(EveryField, OfAMarketIsKept) {
  const ReadModel rebuilt{reloaded(engine_)};
  std::vector<std::pair<Market, Market>> markets;
  for (const std::uint32_t id : {1U, 2U}) {
    markets.emplace_back(live_.market(matching::MarketId{id}),
                         rebuilt.market(matching::MarketId{id}));
  }
  expect_all_kept(kMarketFields, markets);
}

TEST_F(EveryField, OfWhatOperatorsChangeIsKept) {
  const Name bin{"BIN"};
  const Name odds{"ODDS"};
  run(matching::ChangeMarket{.market = bin, .max_quantity = Decimal{600'000'000}});
  run(matching::CloseMarket{.market = bin});
  run(matching::ReopenMarket{.market = bin});
  run(matching::HaltMarket{.market = odds});
  run(matching::SuspendMarket{.market = odds});
  run(matching::SuspendSession{.comp_id = Name{"ONE"}});
  run(matching::SuspendSession{.comp_id = Name{"TWO"}});
  run(matching::ResumeSession{.comp_id = Name{"ONE"}});
  run(matching::HaltExchange{});
  const ReadModel rebuilt{reloaded(engine_)};
  for (const ReadModel* const model : std::array<const ReadModel*, 2>{&live_, &rebuilt}) {
    const Market& reopened = model->market(matching::MarketId{1});
    EXPECT_EQ(reopened.state, matching::MarketState::Suspended);
    EXPECT_EQ(reopened.max_quantity, matching::Quantity{600});
    EXPECT_EQ(model->market(matching::MarketId{2}).state, matching::MarketState::Halted);
    EXPECT_FALSE(model->is_suspended(Name{"ONE"}));
    EXPECT_TRUE(model->is_suspended(Name{"TWO"}));
    EXPECT_TRUE(model->exchange_halted());
  }
  for (const std::uint32_t id : {1U, 2U}) {
    EXPECT_EQ(live_.market(matching::MarketId{id}).version,
              rebuilt.market(matching::MarketId{id}).version);
  }
  run(matching::UnhaltExchange{});
  EXPECT_FALSE(live_.exchange_halted());
  EXPECT_FALSE(ReadModel{reloaded(engine_)}.exchange_halted());
}

TEST_F(EveryField, OfAProposalThatWaitsIsKept) {
  run(matching::RequireApproval{.classes = matching::kAllApprovalClasses});
  run(matching::DetermineMarket{.market = Name{"ODDS"},
                                .shares = {{.symbol = Name{"A"}, .numerator = 1, .denominator = 1}},
                                .request_id = Name{"result"},
                                .transact_time = now_},
      kOne);
  run(
      matching::VoidMarket{
          .market = Name{"ODDS"}, .request_id = Name{"void"}, .transact_time = now_},
      kOne);
  run(matching::MoveFunds{.account = Name{"bob"},
                          .amount = Decimal{5'000'000},
                          .request_id = Name{"funds"},
                          .transact_time = now_},
      kTwo);
  run(matching::Decline{.proposal = Name{"void"}, .request_id = Name{"no"}, .transact_time = now_},
      kTwo);
  const ReadModel rebuilt{reloaded(engine_)};
  for (const ReadModel* const model : std::array<const ReadModel*, 2>{&live_, &rebuilt}) {
    const std::span<const OpenProposal> open = model->open_proposals();
    ASSERT_EQ(open.size(), 2U);
    EXPECT_EQ(open[0].event.request_id, Name{"result"});
    EXPECT_EQ(open[0].event.proposer, kOne);
    EXPECT_EQ(open[0].shares,
              (std::vector{
                  matching::RunnerShare{.symbol = Name{"A"}, .numerator = 1, .denominator = 1}}));
    EXPECT_EQ(open[1].event.request_id, Name{"funds"});
    EXPECT_EQ(open[1].event.amount, Decimal{5'000'000});
    EXPECT_TRUE(open[1].shares.empty());
    for (std::size_t i = 0; i < open.size(); ++i) {
      EXPECT_EQ(open[i].proposed, live_.open_proposals()[i].proposed);
      EXPECT_EQ(open[i].event.expires, now_ + matching::kProposalWaits);
    }
  }
  pass_time_to(now_ + matching::kProposalWaits);
  EXPECT_TRUE(live_.open_proposals().empty());
  EXPECT_TRUE(ReadModel{reloaded(engine_)}.open_proposals().empty());
}

TEST_F(EveryField, OfAnInstrumentAnAccountAndASessionIsKept) {
  const ReadModel rebuilt{reloaded(engine_)};
  for (const std::uint32_t number : {1U, 2U, 3U}) {
    const Instrument& live = live_.instrument(matching::InstrumentId{number});
    const Instrument& other = rebuilt.instrument(matching::InstrumentId{number});
    EXPECT_EQ(live.symbol, other.symbol);
    EXPECT_EQ(live.market, other.market);
    EXPECT_EQ(live.ladder, other.ladder);
    EXPECT_EQ(live.units.millionths_per_price, other.units.millionths_per_price);
    EXPECT_EQ(live.units.millionths_per_quantity, other.units.millionths_per_quantity);
    EXPECT_EQ(live.units.format, other.units.format);
    const std::uint64_t version = live_.market(live.market).version;
    EXPECT_EQ(live.removed(version), other.removed(version));
    EXPECT_EQ(live.removed(version), live.symbol == Name{"B"});
  }
  for (const ReadModel* const model : std::array<const ReadModel*, 2>{&live_, &rebuilt}) {
    EXPECT_EQ(model->account(matching::AccountId{2}), Name{"bob"});
    EXPECT_EQ(model->comp_id(kTwo), Name{"TWO"});
    EXPECT_EQ(model->find_instrument(Name{"A"}), matching::InstrumentId{2});
    EXPECT_EQ(model->find_market(Name{"ODDS"}), matching::MarketId{2});
    EXPECT_EQ(model->live_orders(matching::AccountId{2}).first, OrderId{2});
    EXPECT_EQ(model->live_orders(matching::AccountId{2}).last, OrderId{6});
  }
}

}  // namespace
}  // namespace betex::gateway
