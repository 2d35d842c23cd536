// The body fields of the requests that we take: which message may and must have which, and their
// values as typed data. The decoder's lower half.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fix_spec/dialect.h"
#include "gateway/wire/decimal.h"
#include "gateway/wire/field_table.h"
#include "matching/commands.h"
#include "matching/types.h"

namespace betex::fix {

// The body fields of all requests, in ascending order of their tags.
enum class Slot : std::uint8_t {
  Account,
  ClOrdId,
  ExecInst,
  HandlInst,
  OrderId,
  OrderQty,
  OrdType,
  OrigClOrdId,
  Price,
  Side,
  Symbol,
  TimeInForce,
  TransactTime,
  MinQty,
  ExpireTime,
  SubscriptionRequestType,
  SecurityReqId,
  SecurityStatusReqId,
  MassCancelRequestType,
  SecurityListRequestType,
  MassStatusReqId,
  MassStatusReqType,
  OrdStatusReqId,
  MarketSegmentId,
  SelfTradePrevention,
  Persistence,
  VersionGuard,
  MaxCost,
};
inline constexpr std::size_t kSlots = 28;

using SlotSet = std::uint32_t;

constexpr SlotSet bit(Slot slot) noexcept {
  return SlotSet{1} << static_cast<unsigned>(slot);
}

template <typename... Slots>
constexpr SlotSet slots(Slots... all) noexcept {
  return (SlotSet{0} | ... | bit(all));
}

// What no request of FIX.4.4 has.
inline constexpr SlotSet kOnlyInFixt = slots(Slot::SubscriptionRequestType,
                                             Slot::SecurityReqId,
                                             Slot::SecurityStatusReqId,
                                             Slot::SecurityListRequestType,
                                             Slot::MarketSegmentId);

// The tag of a slot; the dialects differ in that of SelfTradePrevention alone.
[[nodiscard]] std::uint32_t tag_of(Slot slot, FixVersion version) noexcept;

struct MessageSpec {
  SlotSet allowed = 0;
  SlotSet required = 0;
};

// ExecInst(18).
struct ExecInst {
  bool post_only = false;
  bool cancel_on_pause = false;
};

// A failure as Reject(3) tells it.
struct FieldFault {
  std::uint32_t tag = 0;            // 371
  std::uint16_t reject_reason = 0;  // 373
};

// The body of one request. Reading a value that is wrong remembers the first fault and yields a
// default, so a decoder reads all it needs and asks once, at the end.
class RequestFields {
 public:
  // Sorts the body into slots; a tag that is unknown, out of place, repeated or missing is a fault.
  RequestFields(const FieldTable& fields, const MessageSpec& spec, FixVersion version) noexcept;

  [[nodiscard]] const std::optional<FieldFault>& fault() const noexcept { return fault_; }

  [[nodiscard]] bool has(Slot slot) const noexcept { return (present_ & bit(slot)) != 0; }

  // A field that only some requests of this type must have.
  void require(Slot slot) noexcept;

  // A field that some requests of this type must not have.
  void forbid(Slot slot) noexcept;

  // A field that requests of one kind must have, and others of the same type must not.
  void only_if(Slot slot, bool due) noexcept { due ? require(slot) : forbid(slot); }

  // The value of `slot` is none that we take.
  void refuse_value(Slot slot) noexcept;

  // Of all readers: the default where the field is absent.

  [[nodiscard]] std::string_view text(Slot slot) const noexcept;
  [[nodiscard]] matching::ClOrdId cl_ord_id(Slot slot) noexcept;
  [[nodiscard]] matching::Name name(Slot slot) noexcept;
  [[nodiscard]] matching::Decimal decimal(Slot slot) noexcept;
  [[nodiscard]] matching::Decimal positive_decimal(Slot slot) noexcept;
  [[nodiscard]] std::uint64_t positive_integer(Slot slot) noexcept;
  [[nodiscard]] matching::Timestamp time(Slot slot) noexcept;
  // "NONE", which is what we call an order that does not exist, counts as absent.
  [[nodiscard]] matching::OrderId order_id() noexcept;
  [[nodiscard]] ExecInst exec_inst() noexcept;
  [[nodiscard]] matching::Side side() noexcept;
  // 0 where it is absent.
  [[nodiscard]] std::uint8_t side_if_given() noexcept;

  // One digit that is the value of one of `Allowed`, else `absent`.
  template <auto... Allowed, typename Enum>
  [[nodiscard]] Enum enumerator(Slot slot, Enum absent) noexcept {
    if (!has(slot)) {
      return absent;
    }
    Enum value = absent;
    const auto is = [&](Enum allowed) {
      const bool same =
          text(slot) == std::string_view{&kDigits[static_cast<std::size_t>(allowed)], 1};
      value = same ? allowed : value;
      return same;
    };
    if (!(is(Allowed) || ...)) {
      refuse_value(slot);
    }
    return value;
  }

 private:
  static constexpr std::array<char, 10> kDigits{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'};

  void fail(std::uint32_t tag, std::uint16_t reject_reason) noexcept;
  void fail_parse(Slot slot, ParseFault parse_fault) noexcept;

  FixVersion version_;
  SlotSet present_ = 0;
  std::array<std::string_view, kSlots> values_;
  std::optional<FieldFault> fault_;
};

// 1 to 36 printable ASCII characters, as a ClOrdID(11) must be.
[[nodiscard]] bool is_cl_ord_id(std::string_view text) noexcept;

}  // namespace betex::fix
