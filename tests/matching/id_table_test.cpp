// The table that finds ClOrdIDs by their hashes: nothing in it gets lost, whatever the hashes are.
#include "matching/id_table.h"

#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace betex::matching::testing {
namespace {

Slot find(const IdTable& table, std::uint64_t hash, Slot wanted) {
  return table.find(hash, [wanted](Slot slot) { return slot == wanted; });
}

// Fills the table with these hashes, of entries 1, 2, 3, ...
IdTable filled(const std::vector<std::uint64_t>& hashes) {
  IdTable table{hashes.size()};
  Slot slot = 0;
  for (const std::uint64_t hash : hashes) {
    table.insert(hash, ++slot);
  }
  return table;
}

void expect_all_found(const IdTable& table, const std::vector<std::uint64_t>& hashes) {
  Slot slot = 0;
  for (const std::uint64_t hash : hashes) {
    ++slot;
    ASSERT_EQ(find(table, hash, slot), slot);
  }
}

std::vector<std::uint64_t> random_hashes(std::size_t count) {
  std::mt19937_64 random{count};
  std::vector<std::uint64_t> hashes(count);
  for (std::uint64_t& hash : hashes) {
    hash = random();
  }
  return hashes;
}

TEST(IdTable, FindsEveryEntryUntilItIsFull) {
  const std::vector<std::uint64_t> hashes = random_hashes(60'000);
  const IdTable table = filled(hashes);
  EXPECT_TRUE(table.full());
  EXPECT_EQ(table.entries(), hashes.size());
  expect_all_found(table, hashes);
}

TEST(IdTable, DoesNotFindWhatIsNotThere) {
  const IdTable table = filled(random_hashes(60'000));
  std::size_t asked = 0;
  for (const std::uint64_t hash : random_hashes(10'000)) {
    EXPECT_EQ(table.find(hash,
                         [&asked](Slot slot) {
                           EXPECT_NE(slot, 0U);
                           ++asked;
                           return false;
                         }),
              0U);
  }
  // A tag of 15 bits fits by chance once in so many entries; most look-ups need not ask at all.
  EXPECT_LT(asked, 100U);
}

// As a client could choose its ids: all in one bucket, and all that follow it, round the end.
TEST(IdTable, FindsEntriesWhoseHashesAreAllAlike) {
  for (const std::uint64_t hash : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    const std::vector<std::uint64_t> hashes(600, hash);
    expect_all_found(filled(hashes), hashes);
  }
}

TEST(IdTable, ATagThatDiffersByOneBitIsAnotherOne) {
  IdTable table{60};
  for (std::uint64_t i = 0; i < 10; ++i) {
    table.insert(i << 48, static_cast<Slot>(i + 1));
  }
  for (std::uint64_t i = 0; i < 10; ++i) {
    EXPECT_EQ(find(table, i << 48, static_cast<Slot>(i + 1)), i + 1);
  }
}

TEST(IdTable, IsEmptyAndOfUseAgainOnceItIsCleared) {
  const std::vector<std::uint64_t> hashes = random_hashes(6'000);
  IdTable table = filled(hashes);
  std::size_t steps = 1;
  while (!table.clear_some()) {
    ++steps;
  }
  EXPECT_GT(steps, 10U) << "nobody is to wait for the whole";
  EXPECT_EQ(table.entries(), 0U);
  for (const std::uint64_t hash : hashes) {
    ASSERT_EQ(table.find(hash, [](Slot) { return true; }), 0U);
  }
  Slot slot = 0;
  for (const std::uint64_t hash : hashes) {
    table.insert(hash, ++slot);
  }
  expect_all_found(table, hashes);
}

}  // namespace
}  // namespace betex::matching::testing
