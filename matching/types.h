// The vocabulary of the exchange: prices, quantities, identifiers and short texts as distinct
// types.
//
// Nothing here converts into anything else by itself, so that a swapped argument does not compile.
// All of it is trivially copyable and has no padding: these types stand in events, and so on disk.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "matching/assert.h"

namespace betex::matching {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

// An integer that only mixes with itself. `Tag` names what it counts.
template <std::integral Rep, typename Tag>
class Strong {
 public:
  using rep = Rep;

  constexpr Strong() noexcept = default;

  constexpr explicit Strong(Rep value) noexcept : value_{value} {}

  [[nodiscard]] constexpr Rep value() const noexcept { return value_; }

  [[nodiscard]] constexpr Strong next() const noexcept {
    return Strong{static_cast<Rep>(value_ + 1)};
  }

  constexpr Strong& operator+=(Strong other) noexcept {
    value_ = static_cast<Rep>(value_ + other.value_);
    return *this;
  }

  constexpr Strong& operator-=(Strong other) noexcept {
    value_ = static_cast<Rep>(value_ - other.value_);
    return *this;
  }

  friend constexpr auto operator<=>(Strong, Strong) noexcept = default;

 private:
  Rep value_{};
};

// Identifiers. Each is given by a counter in the engine's state, starts at 1, and is never used
// again; 0 means "none".
using OrderId = Strong<std::uint64_t, struct OrderIdTag>;
using AccountId = Strong<std::uint32_t, struct AccountIdTag>;
using SessionId = Strong<std::uint32_t, struct SessionIdTag>;
using MarketId = Strong<std::uint32_t, struct MarketIdTag>;
using InstrumentId = Strong<std::uint32_t, struct InstrumentIdTag>;
using BatchId = Strong<std::uint32_t, struct BatchIdTag>;

// Positions in the log. Both are gapless and start at 1.
using EventSeq = Strong<std::uint64_t, struct EventSeqTag>;
using TxId = Strong<std::uint64_t, struct TxIdTag>;

// A FIX session's incarnation, raised by each reset of its numbers, and its MsgSeqNum(34).
using SessionEpoch = Strong<std::uint32_t, struct SessionEpochTag>;
using MsgSeqNum = Strong<std::uint32_t, struct MsgSeqNumTag>;

// Nanoseconds since 1970-01-01T00:00:00Z.
using Timestamp = Strong<std::int64_t, struct TimestampTag>;

// Index of a price on its market's ladder; 0 is the lowest price.
using Tick = Strong<std::int32_t, struct TickTag>;

// Odds markets: backer's stake in minor units (1/100). Binary markets: contracts.
using Quantity = Strong<std::int64_t, struct QuantityTag>;

// A price as the ladder writes it. Odds: hundredths (2.02 is 202). Binary: mu (0.60 is 6 000).
using Price = Strong<std::int64_t, struct PriceTag>;

// Money in mu, 1/10 000 of the currency's major unit.
using Money = Strong<std::int64_t, struct MoneyTag>;

// A sum that need not fit into 64 bits, such as one over accounts or over all trades: two's
// complement of 128 bits, the lower half first.
template <typename Tag>
class Wide {
 public:
  using Part = Strong<std::int64_t, Tag>;

  constexpr Wide() noexcept = default;

  constexpr explicit Wide(Int128 value) noexcept
      : low_{static_cast<std::uint64_t>(value)}, high_{static_cast<std::int64_t>(value >> 64)} {}

  constexpr explicit Wide(Part part) noexcept : Wide{Int128{part.value()}} {}

  [[nodiscard]] constexpr Int128 value() const noexcept {
    return static_cast<Int128>(static_cast<Uint128>(high_) << 64 | low_);
  }

  constexpr Wide& operator+=(Wide other) noexcept { return *this = Wide{value() + other.value()}; }

  constexpr Wide& operator-=(Wide other) noexcept { return *this = Wide{value() - other.value()}; }

  constexpr Wide& operator+=(Part part) noexcept { return *this += Wide{part}; }

  constexpr Wide& operator-=(Part part) noexcept { return *this -= Wide{part}; }

  friend constexpr bool operator==(Wide, Wide) noexcept = default;

 private:
  std::uint64_t low_ = 0;
  std::int64_t high_ = 0;
};

using WideMoney = Wide<struct MoneyTag>;
using WideQuantity = Wide<struct QuantityTag>;

static_assert(sizeof(WideMoney) == 16 && std::has_unique_object_representations_v<WideMoney>);

// A sum of quantity times price over fills, in the units of both: what AvgPx(6) is made of.
using Notional = Strong<std::int64_t, struct NotionalTag>;

// A decimal number exactly as a client wrote it, in millionths. Only the engine knows the unit.
using Decimal = Strong<std::int64_t, struct DecimalTag>;
inline constexpr std::int64_t kDecimalScale = 1'000'000;

template <typename Rep, typename Tag>
constexpr Strong<Rep, Tag> operator+(Strong<Rep, Tag> lhs, Strong<Rep, Tag> rhs) noexcept {
  return Strong<Rep, Tag>{static_cast<Rep>(lhs.value() + rhs.value())};
}

template <typename Rep, typename Tag>
constexpr Strong<Rep, Tag> operator-(Strong<Rep, Tag> lhs, Strong<Rep, Tag> rhs) noexcept {
  return Strong<Rep, Tag>{static_cast<Rep>(lhs.value() - rhs.value())};
}

// A short text stored in place, padded with zeros so that equal texts have equal bytes.
template <std::size_t Capacity>
class Text {
 public:
  static_assert(Capacity < 256);
  static constexpr std::size_t kCapacity = Capacity;

  constexpr Text() noexcept = default;

  // `text` must fit: the decoder has checked the length of everything that comes from outside.
  constexpr explicit Text(std::string_view text) : size_{static_cast<std::uint8_t>(text.size())} {
    BETEX_ASSERT(text.size() <= Capacity);
    text.copy(chars_.data(), Capacity);
  }

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {chars_.data(), size_}; }

  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }

  // False for bytes that no Text can hold: a size beyond the capacity, or padding that is not zero.
  [[nodiscard]] constexpr bool well_formed() const noexcept {
    if (size_ > Capacity) {
      return false;
    }
    for (std::size_t i = size_; i < Capacity; ++i) {
      if (chars_[i] != '\0') {
        return false;
      }
    }
    return true;
  }

  static constexpr std::size_t kWords = (Capacity + 1) / sizeof(std::uint64_t);

  // Word by word straight from memory: names and ids are compared and hashed in every request.
  [[nodiscard]] std::uint64_t word(std::size_t i) const noexcept {
    static_assert(sizeof(Text) == kWords * sizeof(std::uint64_t));
    std::uint64_t word = 0;
    std::memcpy(&word, reinterpret_cast<const char*>(this) + i * sizeof(word), sizeof(word));
    return word;
  }

  friend constexpr bool operator==(const Text& left, const Text& right) noexcept {
    if (std::is_constant_evaluated()) {
      return left.view() == right.view();
    }
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((left.word(I) ^ right.word(I)) | ...) == 0;
    }
    (std::make_index_sequence<kWords>{});
  }

 private:
  std::uint8_t size_{0};
  std::array<char, Capacity> chars_{};
};

using ClOrdId = Text<39>;
inline constexpr std::size_t kMaxClOrdIdLength = 36;  // FIX tag 11, as our rules of engagement say.
using Name = Text<31>;                                // Symbols, account names, CompIDs.
using Reference = Text<15>;                           // A broker's own, of an order.
using Currency = Text<7>;                             // ISO 4217, three letters.
using Remark = Text<255>;                             // What an operator writes beside a request.

static_assert(sizeof(ClOrdId) == 40 && std::has_unique_object_representations_v<ClOrdId>);
static_assert(sizeof(Name) == 32 && std::has_unique_object_representations_v<Name>);

// A bool as a byte on disk: 0 or 1. It stands for a bool wherever one is meant.
class Flag {
 public:
  constexpr Flag() noexcept = default;

  constexpr Flag(bool value) noexcept  // NOLINT(google-explicit-constructor)
      : byte_{static_cast<std::uint8_t>(value)} {}

  constexpr operator bool() const noexcept {  // NOLINT(google-explicit-constructor)
    return byte_ != 0;
  }

  // False for bytes that no Flag can hold.
  [[nodiscard]] constexpr bool well_formed() const noexcept { return byte_ <= 1; }

 private:
  std::uint8_t byte_ = 0;
};

// An enumerator, or none of them: 0, which the enumeration does not have. It stands for the
// enumeration wherever one is meant; none is Enum{}.
template <typename Enum>
class OrNone {
 public:
  using Enumeration = Enum;

  constexpr OrNone() noexcept = default;

  constexpr OrNone(Enum value) noexcept  // NOLINT(google-explicit-constructor)
      : value_{value} {}

  constexpr operator Enum() const noexcept {  // NOLINT(google-explicit-constructor)
    return value_;
  }

  [[nodiscard]] constexpr Enum value() const noexcept { return value_; }

 private:
  Enum value_{};
};

// Bytes that mean nothing and are 0: they stand where a struct would be padded.
template <std::size_t Count>
class Zeros {
 public:
  static constexpr std::size_t kCount = Count;

  // False for bytes that no Zeros can hold.
  [[nodiscard]] constexpr bool well_formed() const noexcept {
    if constexpr (std::is_integral_v<Bytes>) {
      return bytes_ == 0;
    } else {
      std::uint8_t set = 0;
      for (const std::uint8_t byte : bytes_) {
        set |= byte;
      }
      return set == 0;
    }
  }

  friend constexpr bool operator==(const Zeros&, const Zeros&) noexcept = default;

 private:
  // As a number where OrderValues has them: with an array GCC takes more instructions a trade.
  using Bytes = std::conditional_t<Count == 4, std::uint32_t, std::array<std::uint8_t, Count>>;

  Bytes bytes_{};
};

static_assert(sizeof(Flag) == 1 && sizeof(Zeros<3>) == 3 && sizeof(Zeros<4>) == 4);

// The bid is BACK / BUY YES, the ask is LAY / SELL YES; the values are those of FIX Side(54).
enum class Side : std::uint8_t { Bid = 1, Ask = 2 };  // on disk: never change

constexpr Side opposite(Side side) noexcept {
  return side == Side::Bid ? Side::Ask : Side::Bid;
}

}  // namespace betex::matching

template <std::integral Rep, typename Tag>
struct std::hash<betex::matching::Strong<Rep, Tag>> {
  std::size_t operator()(betex::matching::Strong<Rep, Tag> id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};

template <std::size_t Capacity>
struct std::hash<betex::matching::Text<Capacity>> {
  std::size_t operator()(const betex::matching::Text<Capacity>& text) const noexcept {
    return std::hash<std::string_view>{}(text.view());
  }
};
