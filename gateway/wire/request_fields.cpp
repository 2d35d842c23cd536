#include "gateway/wire/request_fields.h"

#include <algorithm>
#include <bit>

#include "gateway/wire/known_tags.h"
#include "gateway/wire/session_reject.h"
#include "gateway/wire/utc_time.h"

namespace betex::fix {
namespace {

using matching::ClOrdId;
using matching::Decimal;
using matching::Name;

constexpr std::array<std::uint32_t, kSlots> kTags{tag::kAccount,
                                                  tag::kClOrdId,
                                                  tag::kExecInst,
                                                  tag::kHandlInst,
                                                  tag::kOrderId,
                                                  tag::kOrderQty,
                                                  tag::kOrdType,
                                                  tag::kOrigClOrdId,
                                                  tag::kPrice,
                                                  tag::kSide,
                                                  tag::kSymbol,
                                                  tag::kTimeInForce,
                                                  tag::kTransactTime,
                                                  tag::kMinQty,
                                                  tag::kExpireTime,
                                                  tag::kSubscriptionRequestType,
                                                  tag::kSecurityReqId,
                                                  tag::kSecurityStatusReqId,
                                                  tag::kMassCancelRequestType,
                                                  tag::kSecurityListRequestType,
                                                  tag::kMassStatusReqId,
                                                  tag::kMassStatusReqType,
                                                  tag::kOrdStatusReqId,
                                                  tag::kMarketSegmentId,
                                                  tag::kSelfTradePrevention,
                                                  tag::kPersistence,
                                                  tag::kVersionGuard,
                                                  tag::kMaxCost};

static_assert(std::ranges::is_sorted(kTags));

constexpr std::size_t index(Slot slot) noexcept {
  return static_cast<std::size_t>(slot);
}

// From a tag below kLowTags to its slot's index from 1; 0 where it has none.
constexpr std::size_t kLowTags = 1024;
constexpr auto kSlotOfLowTag = [] {
  std::array<std::uint8_t, kLowTags> table{};
  for (std::size_t i = 0; i < kSlots; ++i) {
    if (kTags[i] < kLowTags) {
      table[kTags[i]] = static_cast<std::uint8_t>(i + 1);
    }
  }
  return table;
}();

std::optional<Slot> slot_of(std::uint32_t tag, FixVersion version) noexcept {
  std::optional<Slot> slot;
  if (tag < kLowTags) {
    if (const std::uint8_t low = kSlotOfLowTag[tag]; low != 0) {
      slot = static_cast<Slot>(low - 1);
    }
  } else {
    for (std::size_t i = index(Slot::MarketSegmentId); i < kSlots && !slot; ++i) {
      if (tag_of(static_cast<Slot>(i), version) == tag) {
        slot = static_cast<Slot>(i);
      }
    }
  }
  const bool unknown = slot && version == FixVersion::Fix44 && (kOnlyInFixt & bit(*slot)) != 0;
  return unknown ? std::nullopt : slot;
}

bool is_printable(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

constexpr bool is_header_or_trailer(std::uint32_t tag) noexcept {
  switch (tag) {
    case tag::kBeginString:
    case tag::kBodyLength:
    case tag::kCheckSum:
    case tag::kMsgSeqNum:
    case tag::kMsgType:
    case tag::kPossDupFlag:
    case tag::kSenderCompId:
    case tag::kSenderSubId:
    case tag::kSendingTime:
    case tag::kTargetCompId:
    case tag::kTargetSubId:
    case tag::kPossResend:
    case tag::kOrigSendingTime:
    case tag::kSenderLocationId:
    case tag::kTargetLocationId:
    case tag::kLastMsgSeqNumProcessed:
    case tag::kApplVerId:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::uint32_t tag_of(Slot slot, FixVersion version) noexcept {
  if (slot == Slot::SelfTradePrevention && version == FixVersion::Fix44) {
    return tag::kSelfTradePrevention44;
  }
  return kTags[index(slot)];
}

bool is_cl_ord_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= matching::kMaxClOrdIdLength && is_printable(text);
}

RequestFields::RequestFields(const FieldTable& fields,
                             const MessageSpec& spec,
                             FixVersion version) noexcept
    : version_{version} {
  for (const Field& field : fields.fields()) {
    if (is_header_or_trailer(field.tag)) {
      continue;
    }
    const auto slot = slot_of(field.tag, version);
    if (!slot) {
      const bool known =
          is_application_tag(field.tag, version) || is_session_tag(field.tag, version);
      fail(field.tag,
           known ? session_reject::kTagNotDefinedForMessage : session_reject::kInvalidTagNumber);
    } else if ((spec.allowed & bit(*slot)) == 0) {
      fail(field.tag, session_reject::kTagNotDefinedForMessage);
    } else if (has(*slot)) {
      fail(field.tag, session_reject::kTagRepeated);
    } else {
      present_ |= bit(*slot);
      values_[index(*slot)] = field.value;
    }
  }
  if (const SlotSet missing = spec.required & ~present_; missing != 0) {
    require(static_cast<Slot>(std::countr_zero(missing)));
  }
}

void RequestFields::require(Slot slot) noexcept {
  if (!has(slot)) {
    fail(tag_of(slot, version_), session_reject::kRequiredTagMissing);
  }
}

void RequestFields::forbid(Slot slot) noexcept {
  if (has(slot)) {
    fail(tag_of(slot, version_), session_reject::kTagNotDefinedForMessage);
  }
}

std::string_view RequestFields::text(Slot slot) const noexcept {
  return values_[index(slot)];
}

ClOrdId RequestFields::cl_ord_id(Slot slot) noexcept {
  if (!has(slot)) {
    return {};
  }
  if (!is_cl_ord_id(text(slot))) {
    refuse_value(slot);
    return {};
  }
  return ClOrdId{text(slot)};
}

Name RequestFields::name(Slot slot) noexcept {
  if (!has(slot)) {
    return {};
  }
  if (text(slot).size() > Name::kCapacity || !is_printable(text(slot))) {
    refuse_value(slot);
    return {};
  }
  return Name{text(slot)};
}

Decimal RequestFields::decimal(Slot slot) noexcept {
  if (!has(slot)) {
    return {};
  }
  const auto value = parse_decimal(text(slot));
  if (!value) {
    fail_parse(slot, value.error());
    return {};
  }
  return *value;
}

Decimal RequestFields::positive_decimal(Slot slot) noexcept {
  const Decimal value = decimal(slot);
  if (has(slot) && value <= Decimal{}) {
    refuse_value(slot);
  }
  return value;
}

std::uint64_t RequestFields::positive_integer(Slot slot) noexcept {
  if (!has(slot)) {
    return 0;
  }
  const auto value = parse_uint64(text(slot));
  if (!value) {
    fail_parse(slot, value.error());
    return 0;
  }
  if (*value == 0) {
    refuse_value(slot);
  }
  return *value;
}

matching::Timestamp RequestFields::time(Slot slot) noexcept {
  if (!has(slot)) {
    return {};
  }
  const auto value = parse_utc_timestamp(text(slot));
  if (!value) {
    fail_parse(slot, value.error());
    return {};
  }
  return *value;
}

matching::OrderId RequestFields::order_id() noexcept {
  if (!has(Slot::OrderId) || text(Slot::OrderId) == "NONE") {
    return {};
  }
  const auto value = parse_uint64(text(Slot::OrderId));
  if (!value || *value == 0) {  // a String to FIX, but none that we have ever given
    refuse_value(Slot::OrderId);
    return {};
  }
  return matching::OrderId{*value};
}

ExecInst RequestFields::exec_inst() noexcept {
  ExecInst flags;
  if (!has(Slot::ExecInst)) {
    return flags;
  }
  const std::string_view values = text(Slot::ExecInst);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool separator = i % 2 == 1;
    bool* const flag = values[i] == '6'   ? &flags.post_only
                       : values[i] == 'K' ? &flags.cancel_on_pause
                                          : nullptr;
    if (separator ? values[i] != ' ' || i + 1 == values.size() : flag == nullptr || *flag) {
      refuse_value(Slot::ExecInst);
      return {};
    }
    if (!separator) {
      *flag = true;
    }
  }
  return flags;
}

void RequestFields::fail(std::uint32_t tag, std::uint16_t reject_reason) noexcept {
  if (!fault_) {
    fault_ = FieldFault{tag, reject_reason};
  }
}

void RequestFields::refuse_value(Slot slot) noexcept {
  fail(tag_of(slot, version_), session_reject::kValueIncorrect);
}

void RequestFields::fail_parse(Slot slot, ParseFault parse_fault) noexcept {
  fail(tag_of(slot, version_), session_reject::code_of(parse_fault));
}

matching::Side RequestFields::side() noexcept {
  using matching::Side;
  return enumerator<Side::Bid, Side::Ask>(Slot::Side, Side::Bid);
}

std::uint8_t RequestFields::side_if_given() noexcept {
  return has(Slot::Side) ? static_cast<std::uint8_t>(side()) : std::uint8_t{0};
}

}  // namespace betex::fix
