// The table of order groups against standard containers, and a window against all that was filled.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matching/order_groups.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAreArray;

// What is added, bound and removed at random, seldom more than some dozen groups at a time, so that
// names come and go at every place of the table of names.
class TableOfGroups {
 public:
  void step() {
    guess();
    const std::uint64_t dice = random_() % 10;
    if (dice < 4 || groups_.empty()) {
      add();
    } else if (dice < 7) {
      remove();
    } else {
      bind();
    }
    if (random_() % 50 == 0) {
      table_.start_generation();
      ++generation_;
      std::erase_if(deleted_, [this](const auto& entry) { return entry.second + 1 < generation_; });
    }
  }

  void check() const {
    std::map<AccountId, std::uint32_t> counts;
    std::map<SessionId, std::vector<std::uint32_t>> bound;
    std::vector<std::uint32_t> numbers;
    for (const auto& [number, known] : groups_) {
      ASSERT_EQ(table_.find(known.account, known.name), number);
      const OrderGroup* const group = table_.find(number);
      ASSERT_NE(group, nullptr);
      ASSERT_EQ(group->name, known.name);
      ASSERT_EQ(group->session, known.session);
      ++counts[known.account];
      bound[known.session].push_back(number);
      numbers.push_back(number);
    }
    for (std::uint32_t account = 1; account <= kAccounts; ++account) {
      ASSERT_EQ(table_.count_of(AccountId{account}), counts[AccountId{account}]);
      for (std::uint64_t name = 0; name < kNames; ++name) {
        const std::uint32_t number = table_.find(AccountId{account}, name_of(name));
        ASSERT_TRUE(number == 0 || groups_.contains(number));
        check_guesses(AccountId{account}, name_of(name));
      }
    }
    for (std::uint32_t session = 1; session <= kSessions; ++session) {
      const auto shown = table_.bound_to(SessionId{session});
      ASSERT_THAT(std::vector(shown.begin(), shown.end()),
                  ElementsAreArray(bound[SessionId{session}]));
    }
    std::vector<std::uint32_t> visited;
    table_.for_each([&visited](const OrderGroup& group) { visited.push_back(group.number); });
    ASSERT_EQ(visited, numbers);
    ASSERT_EQ(table_.size(), numbers.size());
    std::vector<std::pair<std::uint32_t, std::uint32_t>> deleted;
    table_.for_each_deleted([&deleted](const DeletedOrderGroup& group) {
      deleted.emplace_back(group.number, group.generation);
    });
    ASSERT_EQ(deleted, deleted_);
    ASSERT_EQ(table_.deleted(), deleted_.size());
    for (const auto& [number, generation] : deleted_) {
      ASSERT_EQ(table_.find(number), nullptr);
    }
  }

 private:
  static constexpr std::uint32_t kAccounts = 3;
  static constexpr std::uint32_t kSessions = 2;
  static constexpr std::uint64_t kNames = 40;
  static constexpr std::size_t kGuesses = 100;

  struct Known {
    AccountId account;
    Reference name;
    SessionId session;
  };

  static Reference name_of(std::uint64_t number) {
    return Reference{"name-" + std::to_string(number)};
  }

  // As an order that names a group, or none, is seen coming.
  void guess() {
    const AccountId account{static_cast<std::uint32_t>(1 + random_() % kAccounts)};
    const std::uint32_t hash =
        random_() % 8 == 0 ? 0 : table_.hash_of(account, name_of(random_() % kNames));
    guesses_.push_back(table_.prefetch_named(hash));
    if (guesses_.size() > kGuesses) {
      guesses_.pop_front();
    }
  }

  // Those of long ago lead to what the name alone leads to.
  void check_guesses(AccountId account, const Reference& name) const {
    const OrderGroup* const known = table_.named(account, name);
    ASSERT_EQ(table_.named(account, name, nullptr), known);
    for (const OrderGroup* const guess : guesses_) {
      ASSERT_EQ(table_.named(account, name, guess), known);
    }
  }

  auto any() {
    return std::next(groups_.begin(), static_cast<std::ptrdiff_t>(random_() % groups_.size()));
  }

  SessionId any_session() {
    return SessionId{static_cast<std::uint32_t>(random_() % (kSessions + 1))};
  }

  void add() {
    const AccountId account{static_cast<std::uint32_t>(1 + random_() % kAccounts)};
    const Reference name = name_of(random_() % kNames);
    if (table_.find(account, name) != 0) {
      return;
    }
    const std::uint32_t number = table_.last_number() + 1;
    const Known known{account, name, any_session()};
    table_.add(
        {.number = number, .account = account, .name = known.name, .session = known.session});
    groups_[number] = known;
  }

  void remove() {
    const auto removed = any();
    table_.remove(removed->first, generation_);
    deleted_.emplace_back(removed->first, generation_);
    groups_.erase(removed);
  }

  void bind() {
    const auto bound = any();
    bound->second.session = any_session();
    table_.bind(bound->first, bound->second.session);
  }

  OrderGroups table_{ClOrdIdKey{}};
  std::map<std::uint32_t, Known> groups_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> deleted_;  // with their generations
  std::deque<const OrderGroup*> guesses_;                         // the oldest first
  std::uint32_t generation_ = 0;
  std::mt19937_64 random_{5};
};

TEST(OrderGroupTable, KnowsWhatWasAddedAndNothingElse) {
  TableOfGroups table;
  for (int i = 0; i < 5'000; ++i) {
    table.step();
    if (i % 5 == 0) {
      table.check();
    }
  }
}

// In buckets of 1 s, whatever the steps of time.
TEST(FilledWindow, IsTheSumOfItsBuckets) {
  constexpr std::int64_t kBucket = 1'000'000'000;
  std::mt19937_64 random{7};
  FilledWindow window{64'000};
  std::int64_t now = 1'700'000'000'000'000'123;
  std::vector<std::pair<std::int64_t, std::int64_t>> fills;  // when, how much
  const auto expected = [&] {
    std::int64_t sum = 0;
    for (const auto& [at, quantity] : fills) {
      sum += now / kBucket - at / kBucket <= FilledWindow::kBuckets ? quantity : 0;
    }
    return Decimal{sum};
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t longest = i % 100 == 0 ? 200 * kBucket : i % 10 == 0 ? 9 * kBucket : kBucket;
    now += static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(longest));
    ASSERT_EQ(window.filled(Timestamp{now}), expected()) << i;
    if (random() % 3 != 0) {
      const auto quantity = static_cast<std::int64_t>(1 + random() % 1'000'000);
      window.add(Timestamp{now}, Decimal{quantity});
      fills.emplace_back(now, quantity);
      ASSERT_EQ(window.filled(Timestamp{now}), expected()) << i;
      std::int64_t before = -1;
      Decimal sum;
      window.for_each([&](std::int64_t bucket, Decimal filled) {
        EXPECT_LT(std::exchange(before, bucket), bucket) << i;
        EXPECT_GT(filled, Decimal{}) << i;
        sum += filled;
      });
      ASSERT_EQ(sum, expected()) << i;
    }
    std::erase_if(fills, [now](const auto& fill) { return fill.first < now - 70 * kBucket; });
    if (i % 64 == 0) {
      FilledWindow restored{64'000};
      window.for_each([&](std::int64_t bucket, Decimal quantity) {
        ASSERT_TRUE(restored.restore(bucket, quantity));
      });
      ASSERT_EQ(restored.filled(Timestamp{now}), expected());
      window = std::move(restored);
    }
  }
}

TEST(FilledWindow, KeepsTheBucketThatRunsAndTheSixtyFourBeforeIt) {
  constexpr std::int64_t kBucket = 1'000'000'000;
  constexpr std::int64_t kFirst = 1'000;
  for (std::int64_t steps = 1; steps <= 70; ++steps) {
    FilledWindow window{64'000};
    const std::int64_t last = kFirst + 1 + steps;
    window.add(Timestamp{kFirst * kBucket}, Decimal{1});
    window.add(Timestamp{(kFirst + 1) * kBucket}, Decimal{2});
    const Decimal kept{(last - kFirst <= 64 ? 1 : 0) + (steps <= 64 ? 2 : 0)};
    ASSERT_EQ(window.filled(Timestamp{last * kBucket}), kept) << steps;
    window.add(Timestamp{last * kBucket}, Decimal{4});
    ASSERT_EQ(window.filled(Timestamp{last * kBucket}), kept + Decimal{4}) << steps;
    ASSERT_EQ(window.most_filled(), kept + Decimal{4}) << steps;
  }
}

TEST(FilledWindow, TakesNothingBackThatItCannotHaveHeld) {
  FilledWindow window{1'000};
  EXPECT_FALSE(window.restore(-1, Decimal{1}));
  EXPECT_FALSE(window.restore(100, Decimal{}));
  EXPECT_FALSE(window.restore(100, Decimal{5 * kMaxGroupLimit.value()}));
  EXPECT_TRUE(window.restore(100, Decimal{1}));
  EXPECT_FALSE(window.restore(100, Decimal{1}));
  EXPECT_FALSE(window.restore(99, Decimal{1}));
  EXPECT_TRUE(window.restore(164, Decimal{1}));
  EXPECT_FALSE(window.restore(165, Decimal{1})) << "the first one would not be there any more";
}

}  // namespace
}  // namespace betex::matching::testing
