// The table of known ClOrdIDs against a plain map and list, and what it must bring through a
// snapshot.
#include "matching/cl_ord_ids.h"

#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;

ClOrdIdData data_of(std::uint32_t account, std::uint64_t number) {
  return {.id = ClOrdId{"id-" + std::to_string(number)}, .account = AccountId{account}};
}

// The same operations on a std::map and a std::deque.
class ModelledIds {
 public:
  void insert(std::uint32_t account, std::uint64_t number) {
    const ClOrdIdData data = data_of(account, number);
    ids_.insert(data);
    arrival_.emplace_back(account, number);
    known_[{account, number}] = true;
  }

  void forget_any(std::uint64_t pick) {
    const auto& [account, number] = arrival_[pick % arrival_.size()];
    if (known_[{account, number}]) {
      const ClOrdIdData data = data_of(account, number);
      ids_.forget(ids_.find(data.account, data.id));
      known_[{account, number}] = false;
    }
  }

  void examine_oldest() {
    const auto [account, number] = arrival_.front();
    arrival_.pop_front();
    if (known_[{account, number}]) {
      ids_.renew_oldest(nullptr);
      arrival_.emplace_back(account, number);
    } else {
      ids_.drop_oldest();
      known_.erase({account, number});
    }
  }

  void check() const {
    ASSERT_EQ(ids_.size(), arrival_.size());
    std::size_t place = 0;
    ids_.for_each([&](const ClOrdIdData& data) {
      const auto& [account, number] = arrival_[place++];
      const ClOrdIdData expected = data_of(account, number);
      const Slot found = ids_.find(expected.account, expected.id);
      if (known_.at({account, number})) {
        ASSERT_EQ(data.id, expected.id);
        ASSERT_NE(found, 0U);
        ASSERT_EQ(&ids_.at(found), &data);
      } else {
        ASSERT_EQ(data.account, AccountId{});
        ASSERT_EQ(found, 0U);
      }
    });
    ASSERT_EQ(place, arrival_.size());
  }

  [[nodiscard]] bool empty() const { return arrival_.empty(); }

 private:
  ClOrdIds ids_;
  std::deque<std::pair<std::uint32_t, std::uint64_t>> arrival_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, bool> known_;
};

TEST(ClOrdIds, BehavesLikeAMapInOrderOfArrival) {
  std::mt19937_64 random{3};
  ModelledIds ids;
  std::uint64_t next = 0;
  for (int phase = 0; phase < 6; ++phase) {
    const std::uint64_t inserts = phase % 2 == 0 ? 70 : 20;  // it grows, it shrinks
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t dice = random() % 100;
      if (ids.empty() || dice < inserts) {
        ++next;
        ids.insert(static_cast<std::uint32_t>(1 + next % 3), next / 3);
      } else if (dice < 95) {
        ids.forget_any(random());
        ids.examine_oldest();
      } else {
        ids.examine_oldest();
      }
    }
    ids.check();
  }
  while (!ids.empty()) {
    ids.forget_any(0);
    ids.examine_oldest();
  }
  ids.check();
  ids.insert(1, 1);
  ids.check();
}

Engine reloaded(const Engine& engine) {
  std::vector<std::byte> bytes;
  engine.save([&bytes](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  return Engine::load(bytes);
}

AmendOrder amend_of(Exchange& x, const char* account, std::uint64_t order) {
  return {.account = Name{account},
          .cl_ord_id = x.fresh_id(),
          .order_id = OrderId{order},
          .transact_time = x.now()};
}

// The chain of an old order is forgotten from its first id, long before the place of its last one
// is the oldest.
TEST(ClOrdIdsInASnapshot, PlacesOfForgottenIdsAreKept) {
  Exchange x;
  x.back("alice", "10", "2");
  x.pass(26 * kHour);
  x.cancel("alice", 1);  // in the next generation
  x.pass(10 * kHour);
  bool was_forgotten = false;
  for (int i = 0; i < 100; ++i) {
    x.back("bob", "10", "2");
    x.pass(kHour);
    Engine loaded = reloaded(x.engine);
    ASSERT_EQ(loaded.state_hash(), x.engine.state_hash());
    was_forgotten |= !x.engine.find_order(Name{"alice"}, OrderId{1}, ClOrdId{}).has_value();
  }
  EXPECT_TRUE(was_forgotten);
}

TEST(ClOrdIdsInASnapshot, IdOfAnAmendThatWaitsIsNotYetInTheChain) {
  Exchange x;
  x.run(CreateMarket{.market = Name{"PLAY"},
                     .bet_delay_ms = 5'000,
                     .kind = MarketKind::Binary,
                     .ladder = LadderKind::LinearCent});
  x.run(OpenMarket{.market = Name{"PLAY"}});
  PlaceOrder keep = x.order("bob", "PLAY", Side::Ask, "30", "0.55");
  keep.persistence = Persistence::Persist;
  x.run(keep);
  x.run(TurnInPlay{.market = Name{"PLAY"}});
  AmendOrder amend = amend_of(x, "bob", 1);
  amend.price = decimal("0.57");
  amend.quantity = decimal("30");
  x.run(amend);

  Engine loaded = reloaded(x.engine);
  const std::size_t before = x.log.size();
  EXPECT_THAT(x.pass(6 * kSecond), ElementsAre("amended #1 30 @ 0.5700 rests"));
  for (std::size_t i = before; i < x.log.size(); ++i) {
    loaded.apply(x.log[i].view());
  }
  std::vector<std::size_t> chains;
  loaded.visit_orders([&](const OrderInfo& order) { chains.push_back(order.chain.size()); });
  EXPECT_THAT(chains, ElementsAre(2U));
  EXPECT_EQ(loaded.state_hash(), x.engine.state_hash());
}

// Every id of a live order's chain is renewed, in every generation; their order in the chain stays.
TEST(ClOrdIdGenerations, RenewedIdsKeepTheirPlacesInTheChain) {
  Exchange x;
  x.back("alice", "50", "2");
  for (int left = 49; left > 45; --left) {
    AmendOrder amend = amend_of(x, "alice", 1);
    amend.price = decimal("2");
    amend.quantity = decimal(std::to_string(left));
    x.run(amend);
    x.pass(7 * kHour);
  }
  const auto chain_of = [&x] {
    std::vector<std::string> ids;
    x.engine.visit_orders([&ids](const OrderInfo& order) {
      for (const AcceptedRequest& entry : order.chain) {
        ids.emplace_back(entry.cl_ord_id.view());
      }
    });
    return ids;
  };
  const std::vector<std::string> chain = chain_of();
  ASSERT_EQ(chain.size(), 5U);
  for (int i = 0; i < 30; ++i) {
    x.pass(9 * kHour);
    ASSERT_EQ(chain_of(), chain);
  }
  AmendOrder amend = amend_of(x, "alice", 1);
  amend.price = decimal("2");
  amend.quantity = decimal("40");
  x.run(amend);
  EXPECT_EQ(chain_of().size(), 6U);
  EXPECT_EQ(chain_of().back(), amend.cl_ord_id.view());
}

}  // namespace
}  // namespace betex::matching::testing
