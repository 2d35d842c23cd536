#include "tests/bench/neutral_mix.h"

#include <random>

#include "tests/bench/floor.h"

namespace betex::matching::bench {
namespace {

constexpr std::int64_t kAddQuantity = 1'000;
// What a crossing order takes: five orders on average, a little more or less to keep the number.
constexpr std::int64_t kLessQuantity = 4 * kAddQuantity;
constexpr std::int64_t kMoreQuantity = 6 * kAddQuantity;
constexpr std::int32_t kLowestBack = 176;  // odds: backs above, lays below the middle
constexpr std::int32_t kHighestLay = 174;
constexpr std::uint64_t kLevels = 40;  // a side

// Picks a random live order and forgets it here.
std::uint32_t pick(std::vector<std::uint32_t>& alive,
                   const Floor<false>& floor,
                   std::mt19937_64& random) {
  while (true) {
    std::uint32_t& place = alive[random() % alive.size()];
    const std::uint32_t order = place;
    place = alive.back();
    alive.pop_back();
    if (floor.live(order)) {
      return order;
    }
  }
}

}  // namespace

std::vector<Operation> make_stream(std::size_t count, std::size_t live) {
  std::mt19937_64 random{7};
  Floor<false> floor{count};
  std::vector<Operation> operations;
  std::vector<std::uint32_t> alive;
  operations.reserve(count);
  std::size_t living = 0;
  while (operations.size() < count) {
    Operation operation{.side = random() % 2 == 0 ? Side::Bid : Side::Ask};
    const std::uint64_t dice = operations.size() < live ? 0 : random() % 100;
    if (dice < 60) {
      operation.kind = Kind::Add;
      const auto away = static_cast<std::int32_t>(random() % kLevels);
      operation.tick = operation.side == Side::Bid ? kLowestBack + away : kHighestLay - away;
      operation.quantity = kAddQuantity;
      alive.push_back(floor.last() + 1);
    } else if (dice < 95) {
      operation.kind = Kind::Cancel;
      operation.order = pick(alive, floor, random);
    } else {
      operation.kind = Kind::Cross;
      operation.tick = operation.side == Side::Bid ? 0 : kTicks - 1;
      operation.quantity = living > live ? kMoreQuantity : kLessQuantity;
    }
    living += static_cast<std::size_t>(floor.run(operation));
    operations.push_back(operation);
  }
  return operations;
}

}  // namespace betex::matching::bench
