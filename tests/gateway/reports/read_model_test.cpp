// The read model that is built from an engine's state, against the one that saw every event.
#include "gateway/reports/read_model.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
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
using matching::Timestamp;

constexpr Timestamp kNow{1'700'000'000'000'000'000};
constexpr Timestamp kTomorrow = kNow + Timestamp{86'400'000'000'000};
constexpr Timestamp kLater = kTomorrow + Timestamp{1'000'000'000};

void decide(Engine& engine, ReadModel& model, const matching::CommandBody& body) {
  matching::for_each_event(
      engine.decide({.timestamp = kNow, .body = body}),
      [&model](matching::EventSeq seq, const auto& event) { model.apply({}, seq, event); });
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

}  // namespace
}  // namespace betex::gateway
