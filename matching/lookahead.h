// Hints to the processor about the commands that will follow. Each of them is looked at four times,
// some commands apart: a step reads what the one before it has asked for, and asks for what follows
// from it. Nothing depends on it but time. Owned by the engine's thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "matching/commands.h"
#include "matching/types.h"

namespace betex::matching {

struct OrderGroup;
struct State;

// Of the commands that follow the one to be decided next, those that are at a step; null: not
// known.
struct CommandsAhead {
  static constexpr std::size_t kFarthest = 11;
  static constexpr std::size_t kFar = 8;
  static constexpr std::size_t kNear = 5;
  static constexpr std::size_t kNearest = 2;

  const Command* farthest = nullptr;
  const Command* far = nullptr;
  const Command* near = nullptr;
  const Command* nearest = nullptr;
};

class Lookahead {
 public:
  // `state` must outlive it.
  explicit Lookahead(const State& state) noexcept : state_{state} {}

  // To be called once before each command is decided.
  void step(const CommandsAhead& ahead) noexcept;

  // The order group that the order which is decided now names, or what OrderGroups::named() takes
  // for a guess: it may be that of an earlier order, and groups come and go meanwhile.
  [[nodiscard]] const OrderGroup* group_guess() const noexcept {
    return names_[place_ % kNames].group;
  }

 private:
  // What the names of a new order stand for; zeros: for nothing.
  struct Names {
    std::uint64_t place = 0;  // of the command, among all that were ever decided
    AccountId account;
    InstrumentId instrument;
    MarketId market;
    std::uint32_t group_hash = 0;       // of the account and the name of the order group; 0: none
    const OrderGroup* group = nullptr;  // what OrderGroups::named() takes for a guess
  };

  static constexpr std::size_t kNames = 16;
  static_assert(kNames > CommandsAhead::kFarthest);

  [[nodiscard]] Names& names_of(const PlaceOrder& order, std::size_t distance) noexcept;
  [[gnu::noinline]] void look_up(const PlaceOrder& order, Names& names) const noexcept;

  // The steps of a new order, and of a cancel or an amend.
  void look_farthest(const PlaceOrder& order) const noexcept;
  void look_far(const PlaceOrder& order) noexcept;
  void look_near(const PlaceOrder& order) noexcept;
  void look_nearest(const PlaceOrder& order) noexcept;
  template <typename Change>
  void look_farthest(const Change& change) const noexcept;
  template <typename Change>
  void look_far(const Change& change) const noexcept;
  template <typename Change>
  void look_near(const Change& change) const noexcept;
  template <typename Change>
  void look_nearest(const Change& change) const noexcept;

  const State& state_;
  std::uint64_t place_ = 0;  // of the command that is decided next
  // They are looked up once, at the first of these steps, by place % kNames.
  std::array<Names, kNames> names_;
};

}  // namespace betex::matching
