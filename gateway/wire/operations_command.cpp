// OperationsCommand(UOC): the table of its words, what each of them takes and what reads it.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "fix_spec/field_index.h"
#include "fix_spec/operations.h"
#include "gateway/wire/operation_fields.h"
#include "gateway/wire/operation_requests.h"
#include "gateway/wire/tags.h"
#include "matching/commands.h"
#include "matching/types.h"

namespace betex::fix {
namespace {

using matching::Decimal;

// ---- What some commands say beside what all have in common --------------------------------------

std::uint32_t at_least_one(RequestFields& request, FieldIndex field) {
  const std::uint32_t value = request.integer(field);
  if (request.has(field) && value == 0) {
    request.refuse_value(field);
  }
  return value;
}

std::optional<Decimal> decimal_if_given(RequestFields& request, FieldIndex field) {
  return request.has(field) ? std::optional{request.decimal(field)} : std::nullopt;
}

void read_expected_runners(RequestFields& request, matching::OpenMarket& open) {
  open.expected_runners = at_least_one(request, tag::kExpectedRunners);
}

void read_suspension(RequestFields& request, matching::SuspendMarket& suspend) {
  using Why = matching::SuspendReason;
  using Scope = matching::CancelScope;
  suspend.reason =
      request.enumerator<Why::Goal, Why::RunnerRemoval, Why::TurningInPlay, Why::Pause>(
          tag::kSuspendReason, Why::Goal);
  suspend.scope =
      request.enumerator<Scope::None, Scope::LapseOnly, Scope::All>(tag::kCancelScope, Scope::None);
}

std::uint16_t share(RequestFields& request, const GroupEntry& entry, FieldIndex field) {
  const std::uint32_t value = request.integer(entry, field);
  if (value > std::numeric_limits<std::uint16_t>::max()) {
    request.refuse_value(field);
  }
  return static_cast<std::uint16_t>(value);
}

void read_shares(RequestFields& request, matching::DetermineMarket& determine) {
  limit_entries(request, tag::kNoRelatedSym, 1, matching::kMaxRunners);
  request.for_each_entry(tag::kNoRelatedSym, [&](const GroupEntry& entry) {
    determine.shares.push_back({.symbol = request.name(entry, tag::kSymbol),
                                .numerator = share(request, entry, tag::kShareNumerator),
                                .denominator = share(request, entry, tag::kShareDenominator),
                                .reserved = {}});
  });
}

void read_price(RequestFields& request, matching::VoidMarket& void_market) {
  void_market.price = request.positive_decimal(tag::kSettlPrice);
}

void read_changes(RequestFields& request, matching::ChangeMarket& change) {
  change.bet_delay_ms = integer_if_given(request, tag::kBetDelayMs);
  change.commission_bp = integer_if_given(request, tag::kCommissionBp);
  change.max_quantity = decimal_if_given(request, tag::kMaxTradeVol);
  if (request.has(tag::kPassiveSkipsDelay)) {
    change.passive_skips_delay = request.flag(tag::kPassiveSkipsDelay);
  }
}

// A runner has its text in another field than the market.
void read_description(RequestFields& request, matching::DescribeMarket& describe) {
  const bool runner = request.has(tag::kSymbol);
  request.only_if(tag::kSecurityDesc, runner);
  if (runner) {
    request.forbid(tag::kMarketSegmentDesc);
  }
  const FieldIndex text =
      runner ? FieldIndex{tag::kSecurityDesc} : FieldIndex{tag::kMarketSegmentDesc};
  if (request.has(text)) {
    describe.description->text = request.printable<matching::DescriptionText::kCapacity>(text);
  }
  if (request.has(tag::kParentMktSegmId)) {
    describe.description->parent = request.name(tag::kParentMktSegmId);
  }
  if (request.has(tag::kScheduledStart)) {
    describe.description->scheduled_start = request.time(tag::kScheduledStart);
  }
}

void read_account(RequestFields& request, matching::CreateAccount& create) {
  using matching::AccountKind;
  create.kind = request.enumerator<AccountKind::Unlimited, AccountKind::Collateralised>(
      tag::kAccountKind, AccountKind::Unlimited);
  create.max_open_orders = request.integer(tag::kMaxOpenOrders);
  create.commission_discount_bp = request.integer(tag::kCommissionDiscountBp);
  create.credit = request.decimal(tag::kCredit);
  create.exposure_limit = request.decimal(tag::kExposureLimit);
  create.market_exposure_limit = request.decimal(tag::kMarketExposureLimit);
}

void read_limits(RequestFields& request, matching::SetLimits& limits) {
  limits.max_open_orders = integer_if_given(request, tag::kMaxOpenOrders);
  limits.commission_discount_bp = integer_if_given(request, tag::kCommissionDiscountBp);
  limits.credit = decimal_if_given(request, tag::kCredit);
  limits.exposure_limit = decimal_if_given(request, tag::kExposureLimit);
  limits.market_exposure_limit = decimal_if_given(request, tag::kMarketExposureLimit);
}

template <matching::FundsKind Kind>
void read_funds(RequestFields& request, matching::MoveFunds& move) {
  move.kind = Kind;
  move.amount = request.decimal(tag::kAmount);
}

void read_session_numbers(RequestFields& request, matching::SetSessionNumbers& set) {
  set.next_in = matching::MsgSeqNum{at_least_one(request, tag::kNextIn)};
  set.reserved_to = matching::MsgSeqNum{at_least_one(request, tag::kReservedTo)};
  set.new_epoch = request.flag(tag::kNewEpoch);
}

void read_trading_day(RequestFields& request, matching::SetTradingDay& set) {
  set.ends_at_s = request.integer(tag::kDayEndsAt);
}

void read_watermark(RequestFields& request, matching::MoveWatermark& move) {
  move.watermark = matching::EventSeq{request.positive_integer(tag::kEventSeq)};
}

void read_notice(RequestFields& request, matching::StopExchange& stop) {
  stop.notice_s = request.integer(tag::kNoticeSeconds);
}

void read_approval(RequestFields& request, matching::Approve& approve) {
  approve.proposal = request.name(tag::kRefOpsReqId);
  approve.proposed = matching::EventSeq{request.positive_integer(tag::kEventSeq)};
}

void read_decline(RequestFields& request, matching::Decline& decline) {
  decline.proposal = request.name(tag::kRefOpsReqId);
}

// ---- The table ----------------------------------------------------------------------------------

// One command, and `more` than what all have in common.
template <typename Body, auto... More>
OperatorRequest read(RequestFields& request) {
  Body body = command<Body>(request, tag::kOpsReqId);
  (More(request, body), ...);
  return operator_request(request, std::move(body));
}

// What a command takes, and what reads it.
struct Form {
  Operation operation;
  FieldSet required;
  FieldSet optional;
  OperatorRequest (*read)(RequestFields& request);
};

constexpr FieldSet fields(std::initializer_list<FieldIndex> list) noexcept {
  FieldSet set;
  for (const FieldIndex field : list) {
    set.add(field);
  }
  return set;
}

constexpr FieldSet kOfEveryCommand = fields({tag::kText,
                                             tag::kTransactTime,
                                             tag::kApplTestMessageIndicator,
                                             tag::kOpsCommand,
                                             tag::kOpsReqId});

constexpr FieldSet kNone;
constexpr FieldSet kMarket = fields({tag::kMarketSegmentId});
constexpr FieldSet kRunner = fields({tag::kMarketSegmentId, tag::kSymbol});
constexpr FieldSet kGuard = fields({tag::kMarketVersion});
constexpr FieldSet kOfAccount = fields({tag::kAccount});
constexpr FieldSet kFunds = fields({tag::kAccount, tag::kAmount});
constexpr FieldSet kMoneyOf = fields({tag::kCurrency});
constexpr FieldSet kLimits = fields({tag::kMaxOpenOrders,
                                     tag::kExposureLimit,
                                     tag::kCredit,
                                     tag::kMarketExposureLimit,
                                     tag::kCommissionDiscountBp});

// By Operation.
constexpr std::array<Form, kOperationsByUoc> kForms{{
    {Operation::AddRunner, kRunner, kGuard, read<matching::AddRunner>},
    {Operation::Open,
     kMarket,
     kGuard | fields({tag::kExpectedRunners}),
     read<matching::OpenMarket, read_expected_runners>},
    {Operation::Suspend,
     kMarket | fields({tag::kSuspendReason}),
     fields({tag::kCancelScope}),
     read<matching::SuspendMarket, read_suspension>},
    {Operation::Reopen, kMarket, kGuard, read<matching::ReopenMarket>},
    {Operation::Resume, kMarket, kGuard, read<matching::ResumeMarket>},
    {Operation::Halt, kMarket, kNone, read<matching::HaltMarket>},
    {Operation::Unhalt, kMarket, kGuard, read<matching::UnhaltMarket>},
    {Operation::TurnInPlay, kMarket, kGuard, read<matching::TurnInPlay>},
    {Operation::RemoveRunner, kRunner, kGuard, read<matching::RemoveRunner>},
    {Operation::Close, kMarket, kNone, read<matching::CloseMarket>},
    {Operation::Determine,
     kMarket | fields({tag::kNoRelatedSym}),
     kGuard,
     read<matching::DetermineMarket, read_shares>},
    {Operation::Settle, kMarket, kGuard, read<matching::SettleMarket>},
    {Operation::Void,
     kMarket,
     kGuard | fields({tag::kSettlPrice}),
     read<matching::VoidMarket, read_price>},
    {Operation::ChangeMarket,
     kMarket,
     kGuard |
         fields({tag::kBetDelayMs, tag::kCommissionBp, tag::kMaxTradeVol, tag::kPassiveSkipsDelay}),
     read<matching::ChangeMarket, read_changes>},
    {Operation::DescribeMarket,
     kMarket,
     kGuard | fields({tag::kSymbol,
                      tag::kSecurityDesc,
                      tag::kMarketSegmentDesc,
                      tag::kParentMktSegmId,
                      tag::kScheduledStart}),
     read<matching::DescribeMarket, read_description>},
    {Operation::HaltExchange, kNone, kNone, read<matching::HaltExchange>},
    {Operation::UnhaltExchange, kNone, kNone, read<matching::UnhaltExchange>},
    {Operation::CreateAccount,
     kOfAccount | fields({tag::kAccountKind}),
     kMoneyOf | kLimits,
     read<matching::CreateAccount, read_account>},
    {Operation::SetLimits, kOfAccount, kLimits, read<matching::SetLimits, read_limits>},
    {Operation::Deposit,
     kFunds,
     kMoneyOf,
     read<matching::MoveFunds, read_funds<matching::FundsKind::Deposit>>},
    {Operation::Withdraw,
     kFunds,
     kMoneyOf,
     read<matching::MoveFunds, read_funds<matching::FundsKind::Withdrawal>>},
    {Operation::Correct,
     kFunds,
     kMoneyOf,
     read<matching::MoveFunds, read_funds<matching::FundsKind::Correction>>},
    {Operation::WriteOff,
     kOfAccount,
     kNone,
     read<matching::MoveFunds, read_funds<matching::FundsKind::WriteOff>>},
    {Operation::Archive, kMarket, kGuard, read<matching::ArchiveMarket>},
    {Operation::LogoutSession, fields({tag::kRefCompId}), kNone, read<matching::LogoutSession>},
    {Operation::SetSessionNumbers,
     fields({tag::kRefCompId}),
     fields({tag::kNextIn, tag::kReservedTo, tag::kNewEpoch}),
     read<matching::SetSessionNumbers, read_session_numbers>},
    {Operation::SetTradingDay,
     fields({tag::kDayEndsAt}),
     kNone,
     read<matching::SetTradingDay, read_trading_day>},
    {Operation::MoveWatermark,
     fields({tag::kEventSeq}),
     kNone,
     read<matching::MoveWatermark, read_watermark>},
    {Operation::Stop,
     fields({tag::kNoticeSeconds}),
     kNone,
     read<matching::StopExchange, read_notice>},
    {Operation::Approve,
     fields({tag::kRefOpsReqId, tag::kEventSeq}),
     kNone,
     read<matching::Approve, read_approval>},
    {Operation::Decline, fields({tag::kRefOpsReqId}), kNone, read<matching::Decline, read_decline>},
}};

static_assert([] {
  for (std::size_t i = 0; i < kForms.size(); ++i) {
    if (kForms[i].operation != static_cast<Operation>(i)) {
      return false;
    }
  }
  return true;
}());

// Null where the word names none that comes by this message.
const Form* find_form(std::string_view word) noexcept {
  const auto* const found =
      std::ranges::find(kForms, word, [](const Form& form) { return to_text(form.operation); });
  return found == kForms.end() ? nullptr : found;
}

}  // namespace

Decoded read_operations_command(RequestFields& request, const Sender& sender) {
  const Form* const form = find_form(request.text(tag::kOpsCommand));
  if (form == nullptr) {
    if (request.has(tag::kOpsCommand)) {
      request.refuse_value(tag::kOpsCommand);
    }
    return OperatorRequest{};
  }
  request.take_only(form->required, form->optional | kOfEveryCommand);
  check_currency(request, sender);
  return form->read(request);
}

}  // namespace betex::fix
