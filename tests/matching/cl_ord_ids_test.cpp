// The table of known ClOrdIDs against plain maps, and what it must bring through a snapshot.
#include "matching/cl_ord_ids.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;

// The same operations on maps: who knows which id, and each known order's chain.
class ModelledIds {
 public:
  void refuse() { refused_[insert(OrderId{}).second] = generation_; }

  void place() {
    const OrderId id{++last_order_};
    orders_.insert(id);
    live_.push_back(id);
    extend(id);
  }

  void extend_any(std::uint64_t pick) {
    if (!live_.empty()) {
      extend(live_[pick % live_.size()]);
    }
  }

  void finish_any(std::uint64_t pick) {
    if (live_.empty()) {
      return;
    }
    std::swap(live_[pick % live_.size()], live_.back());
    const Slot slot = orders_.find(live_.back());
    orders_.at(slot).finished_generation = generation_;
    orders_.finish(slot);
    orders_.put_finished_away();
    finished_[live_.back()] = generation_;
    live_.pop_back();
  }

  void end_generation() {
    ++generation_;
    orders_.start_generation(generation_);
    ids_.start_generation(generation_);
    const auto is_old = [this](const auto& entry) { return entry.second + 1 < generation_; };
    std::erase_if(refused_, is_old);
    for (const auto& [order, generation] : finished_) {
      if (generation + 1 < generation_) {
        chains_.erase(order);
      }
    }
    std::erase_if(finished_, is_old);
  }

  void check() const {
    std::set<std::uint64_t> known;
    for (const auto& [order, chain] : chains_) {
      std::vector<std::string_view> ids;
      const Slot slot = orders_.find(order);
      ASSERT_NE(slot, 0U);
      std::vector<Slot> slots;
      ids_.get_chain(orders_.at(slot), slots);
      for (const Slot id : slots) {
        ids.push_back(ids_.at(id).id.view());
      }
      ASSERT_EQ(ids.size(), chain.size());
      for (std::size_t i = 0; i < ids.size(); ++i) {
        ASSERT_EQ(ids[i], id_of(chain[i]).view());
      }
      known.insert(chain.begin(), chain.end());
    }
    for (const auto& [number, generation] : refused_) {
      known.insert(number);
    }
    for (std::uint64_t number = 1; number <= last_; ++number) {
      const Slot found = ids_.find(account_of(number), id_of(number));
      ASSERT_EQ(found != 0, known.contains(number)) << number;
      ASSERT_TRUE(found == 0 || ids_.at(found).id == id_of(number));
    }
    std::vector<std::pair<std::uint64_t, std::uint32_t>> refused;
    ids_.for_each_outside_chains([&](std::uint32_t generation, const ClOrdIdData& data) {
      refused.emplace_back(std::stoull(std::string{data.id.view().substr(3)}), generation);
    });
    ASSERT_THAT(refused, ::testing::ElementsAreArray(refused_));
    ASSERT_EQ(orders_.size(), chains_.size());
  }

 private:
  static ClOrdId id_of(std::uint64_t number) { return ClOrdId{"id-" + std::to_string(number)}; }

  static AccountId account_of(std::uint64_t number) {
    return AccountId{static_cast<std::uint32_t>(1 + number % 3)};
  }

  std::pair<Slot, std::uint64_t> insert(OrderId order) {
    ++last_;
    return {ids_.insert(account_of(last_), id_of(last_), order), last_};
  }

  void extend(OrderId order) {
    const auto [slot, number] = insert(order);
    ids_.append_to_chain(slot, orders_.at(orders_.find(order)));
    chains_[order].push_back(number);
  }

  OrderTable orders_;
  ClOrdIds ids_{orders_, {}, 500};  // so that a generation needs one table or several
  std::uint32_t generation_ = 0;
  std::uint64_t last_order_ = 0;
  std::uint64_t last_ = 0;
  std::vector<OrderId> live_;
  std::map<OrderId, std::uint32_t> finished_;
  std::map<OrderId, std::vector<std::uint64_t>> chains_;
  std::map<std::uint64_t, std::uint32_t> refused_;
};

TEST(ClOrdIds, AreKnownAsLongAsTheirOrdersAndRefusedOnesForAGenerationMore) {
  std::mt19937_64 random{3};
  ModelledIds ids;
  for (int generation = 0; generation < 14; ++generation) {
    // Many, few, many: what was forgotten is used again at once, late, and in part.
    const int operations = generation % 3 == 0 ? 30'000 : generation % 3 == 1 ? 1'000 : 12'000;
    for (int i = 0; i < operations; ++i) {
      const std::uint64_t dice = random() % 100;
      if (dice < 20) {
        ids.refuse();
      } else if (dice < 55) {
        ids.place();
      } else if (dice < 65) {
        ids.extend_any(random());
      } else {
        ids.finish_any(random());
      }
    }
    ids.check();
    ids.end_generation();
    ids.check();
  }
}

// An order that was amended often has ids that move over many inserts, while it is amended further,
// finishes, and is forgotten.
TEST(ClOrdIds, OfALongChainAreKnownWhileTheyMove) {
  ModelledIds ids;
  ids.place();
  for (int i = 0; i < 5'000; ++i) {
    ids.extend_any(0);
  }
  for (int generation = 0; generation < 9; ++generation) {
    ids.end_generation();
    // Enough for all to move, or not.
    const int inserts = generation % 2 == 0 ? 900 : 200;
    for (int i = 0; i < inserts; ++i) {
      ids.refuse();
      if (i % 100 == 50) {
        ids.check();
        ids.extend_any(0);
      }
    }
    if (generation == 5) {
      ids.finish_any(0);
    }
    ids.check();
  }
}

// ---- Ids that a client chooses so that they collide ---------------------------------------------

ClOrdIdKey random_key(std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::array<std::uint64_t, ClOrdIdKey::kWords> words{};
  std::generate(words.begin(), words.end(), std::ref(random));
  return ClOrdIdKey{words};
}

// Their first half is their second, so that without a key, or with one word of it for all, the
// halves cancel out. The first byte of the id in memory is its length, of the second half a '!'.
std::vector<ClOrdId> ids_that_meet(int count) {
  std::vector<ClOrdId> ids;
  for (int i = 0; i < count; ++i) {
    const std::string half = std::to_string(100'000'000'000'000 + i);
    ids.emplace_back(half + '!' + half + "ab");
  }
  return ids;
}

std::size_t count_different(const ClOrdIdKey& key, const std::vector<ClOrdId>& ids) {
  std::set<std::uint64_t> hashes;
  for (const ClOrdId& id : ids) {
    hashes.insert(key.hash(AccountId{7}, id));
  }
  return hashes.size();
}

TEST(ClOrdIdKey, KeepsApartWhatWasChosenToMeet) {
  const std::vector<ClOrdId> ids = ids_that_meet(10'000);
  ASSERT_EQ(ids.front().view().size(), std::size_t{'!'});
  EXPECT_EQ(count_different(ClOrdIdKey{}, ids), 1U);
  std::array<std::uint64_t, ClOrdIdKey::kWords> one_word{};
  one_word.fill(0x0123'4567'89ab'cdef);
  EXPECT_EQ(count_different(ClOrdIdKey{one_word}, ids), 1U);
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    EXPECT_EQ(count_different(random_key(seed), ids), ids.size());
  }
}

TEST(ClOrdIdKey, KnowsEveryByteAndTheAccount) {
  const ClOrdIdKey key = random_key(4);
  const std::string text(kMaxClOrdIdLength, 'a');
  std::set<std::uint64_t> hashes{key.hash(AccountId{1}, ClOrdId{text}),
                                 key.hash(AccountId{2}, ClOrdId{text})};
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = 'b';
    hashes.insert(key.hash(AccountId{1}, ClOrdId{other}));
    hashes.insert(key.hash(AccountId{1}, ClOrdId{text.substr(0, i)}));
  }
  EXPECT_EQ(hashes.size(), 2 + 2 * text.size());
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

// Between the end of a generation and the use of its memory for other ids.
TEST(ClOrdIdsInASnapshot, ForgottenIdsAreLeftOut) {
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
