#include "gateway/wire/operation_requests.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <utility>

#include "fix_spec/field_index.h"
#include "fix_spec/operations.h"
#include "gateway/link/report.h"
#include "gateway/link/session_link.h"
#include "gateway/wire/tags.h"
#include "matching/commands.h"
#include "matching/request_kinds.h"
#include "matching/types.h"

namespace betex::fix {
namespace {

using matching::Decimal;
using matching::MarketKind;
using matching::Name;
using matching::Remark;

// Of at most this many named sessions, NetworkCounterpartySystemStatusRequest(BC).
constexpr std::uint32_t kMaxNamedSessions = 100;

// ---- What they have in common -------------------------------------------------------------------

// What a command says of itself, as far as its message has it: what it is about, and the version
// that its sender has seen. `id` is the field of the request's id.
template <typename Body>
Body command(RequestFields& request, FieldIndex id) {
  Body body;
  if constexpr (requires { body.market; }) {
    body.market = request.name(tag::kMarketSegmentId);
  }
  if constexpr (requires { body.symbol; }) {
    body.symbol = request.name(tag::kSymbol);
  }
  if constexpr (requires { body.account; }) {
    body.account = request.name(tag::kAccount);
  }
  if constexpr (requires { body.comp_id; }) {
    body.comp_id = request.name(tag::kRefCompId);
  }
  if constexpr (requires { body.version_guard; }) {
    body.version_guard = request.positive_integer(tag::kMarketVersion);
  }
  body.request_id = request.name(id);
  body.transact_time = request.time(tag::kTransactTime);
  return body;
}

template <typename Body>
OperatorRequest operator_request(RequestFields& request, Body body) {
  OperatorRequest asked{.body = std::move(body),
                        .digest = request.digest(),
                        .remark = {},
                        .test = request.flag(tag::kApplTestMessageIndicator),
                        .makes_safer = matching::kMakesSafer<Body>};
  if (request.has(tag::kText)) {
    asked.remark = request.printable<Remark::kCapacity>(tag::kText);
  }
  return asked;
}

std::uint32_t at_least_one(RequestFields& request, FieldIndex field) {
  const std::uint32_t value = request.integer(field);
  if (request.has(field) && value == 0) {
    request.refuse_value(field);
  }
  return value;
}

std::optional<std::uint32_t> integer_if_given(RequestFields& request, FieldIndex field) {
  return request.has(field) ? std::optional{request.integer(field)} : std::nullopt;
}

std::optional<Decimal> decimal_if_given(RequestFields& request, FieldIndex field) {
  return request.has(field) ? std::optional{request.decimal(field)} : std::nullopt;
}

// The group that `count` counts has at least and at most so many entries, where it is there.
void limit_entries(RequestFields& request,
                   FieldIndex count,
                   std::uint32_t least,
                   std::uint32_t most) {
  const std::uint32_t number = request.integer(count);
  if (request.has(count) && (number < least || number > most)) {
    request.refuse_value(count);
  }
}

void check_currency(RequestFields& request, const Sender& sender) {
  if (request.has(tag::kCurrency) && request.text(tag::kCurrency) != sender.currency.view()) {
    request.refuse_value(tag::kCurrency);
  }
}

// An account or a session; the other one is empty.
struct Party {
  Name account;
  Name comp_id;
};

// The tags by which a group names a party.
struct PartyTags {
  FieldIndex id;
  FieldIndex source;
  FieldIndex role;
};

Party read_party(RequestFields& request, const GroupEntry& entry, const PartyTags& tags) {
  constexpr std::string_view kProprietary = "D";
  constexpr std::string_view kCustomerAccount = "24";
  constexpr std::string_view kSession = "55";
  const Name name = request.name(entry, tags.id);
  if (entry.text(tags.source) != kProprietary) {
    request.refuse_value(tags.source);
  }
  const std::string_view role = entry.text(tags.role);
  if (role == kCustomerAccount) {
    return {.account = name, .comp_id = {}};
  }
  if (role != kSession) {
    request.refuse_value(tags.role);
  }
  return {.account = {}, .comp_id = name};
}

// ---- OperationsCommand: what some commands say beside that --------------------------------------

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

void read_approval(RequestFields& request, matching::Approve& approve) {
  approve.proposal = request.name(tag::kRefOpsReqId);
  approve.proposed = matching::EventSeq{request.positive_integer(tag::kEventSeq)};
}

void read_decline(RequestFields& request, matching::Decline& decline) {
  decline.proposal = request.name(tag::kRefOpsReqId);
}

// ---- OperationsCommand: the table ---------------------------------------------------------------

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
     kGuard | fields({tag::kBetDelayMs, tag::kCommissionBp, tag::kMaxTradeVol}),
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

// ---- Messages of the standard -------------------------------------------------------------------

Decoded read_security_definition_request(RequestFields& request, const Sender& sender) {
  using matching::LadderKind;
  enum class Type : std::uint8_t { New = 1 };
  static_cast<void>(request.enumerator<Type::New>(tag::kSecurityRequestType, Type::New));
  check_currency(request, sender);
  auto create = command<matching::CreateMarket>(request, tag::kSecurityReqId);
  create.kind = request.enumerator<MarketKind::ExchangeOdds, MarketKind::Binary>(
      tag::kMarketKind, MarketKind::ExchangeOdds);
  create.ladder = request.enumerator<LadderKind::Classic,
                                     LadderKind::Finest,
                                     LadderKind::LinearCent,
                                     LadderKind::TaperedDeciCent,
                                     LadderKind::DeciCent>(tag::kLadder, LadderKind::Classic);
  create.winners = integer_if_given(request, tag::kWinners).value_or(1);
  create.commission_bp = request.integer(tag::kCommissionBp);
  create.bet_delay_ms = request.integer(tag::kBetDelayMs);
  create.min_quantity = request.decimal(tag::kMinTradeVol);
  create.quantity_step = request.decimal(tag::kRoundLot);
  create.max_quantity = request.decimal(tag::kMaxTradeVol);
  create.max_position = request.decimal(tag::kMaxPosition);
  if (create.kind == MarketKind::Binary) {
    request.forbid(tag::kNoRelatedSym);
  }
  limit_entries(request, tag::kNoRelatedSym, 0, matching::kMaxRunners);
  request.for_each_entry(tag::kNoRelatedSym, [&](const GroupEntry& entry) {
    create.runners.push_back(request.name(entry, tag::kSymbol));
  });
  return operator_request(request, std::move(create));
}

Decoded read_order_mass_action_request(RequestFields& request, const Sender& /*sender*/) {
  using enum MassCancelType;
  enum class Type : std::uint8_t { Cancel = 3 };
  static_cast<void>(request.enumerator<Type::Cancel>(tag::kMassActionType, Type::Cancel));
  auto cancel = command<matching::CancelOnBehalf>(request, tag::kClOrdId);
  cancel.side = request.side_if_given();
  const auto scope = request.enumerator<Security, All, MarketSegment>(tag::kMassActionScope, All);
  request.only_if(tag::kSymbol, scope == Security);
  request.only_if(tag::kMarketSegmentId, scope == MarketSegment);
  if (scope == All) {
    request.require(tag::kNoTargetPartyIds);
  }
  limit_entries(request, tag::kNoTargetPartyIds, scope == All ? 1 : 0, 1);
  request.for_each_entry(tag::kNoTargetPartyIds, [&](const GroupEntry& entry) {
    const Party party = read_party(
        request, entry, {tag::kTargetPartyId, tag::kTargetPartyIdSource, tag::kTargetPartyRole});
    cancel.account = party.account;
    cancel.comp_id = party.comp_id;
  });
  return operator_request(request, std::move(cancel));
}

Decoded read_party_action_request(RequestFields& request, const Sender& /*sender*/) {
  using enum PartyAction;
  const auto action =
      request.enumerator<Suspend, SuspendAndCancel, Reinstate>(tag::kPartyActionType, Suspend);
  Party party;
  limit_entries(request, tag::kNoPartyIds, 1, 1);
  request.for_each_entry(tag::kNoPartyIds, [&](const GroupEntry& entry) {
    party = read_party(request, entry, {tag::kPartyId, tag::kPartyIdSource, tag::kPartyRole});
  });
  const auto about = [&]<typename Body>(Body body) {
    if constexpr (requires { body.account; }) {
      body.account = party.account;
    } else {
      body.comp_id = party.comp_id;
    }
    if constexpr (requires { body.cancel_orders; }) {
      body.cancel_orders = action == SuspendAndCancel;
    }
    return operator_request(request, std::move(body));
  };
  constexpr FieldIndex kId{tag::kPartyActionRequestId};
  if (action == Reinstate) {
    return party.comp_id.empty() ? about(command<matching::ResumeAccount>(request, kId))
                                 : about(command<matching::ResumeSession>(request, kId));
  }
  return party.comp_id.empty() ? about(command<matching::SuspendAccount>(request, kId))
                               : about(command<matching::SuspendSession>(request, kId));
}

Decoded read_network_status_request(RequestFields& request, const Sender& sender) {
  constexpr std::string_view kAll = "1";
  constexpr std::string_view kNamed = "9";
  const std::string_view type = request.text(tag::kNetworkRequestType);
  if (request.has(tag::kNetworkRequestType) && type != kAll && type != kNamed) {
    request.refuse_value(tag::kNetworkRequestType);
  }
  request.only_if(tag::kNoCompIds, type == kNamed);
  limit_entries(request, tag::kNoCompIds, 1, kMaxNamedSessions);
  gateway::NetworkStatusQuery query{.session = sender.session,
                                    .msg_seq_num = request.number(),
                                    .network_request_id = request.name(tag::kNetworkRequestId),
                                    .comp_ids = {}};
  request.for_each_entry(tag::kNoCompIds, [&](const GroupEntry& entry) {
    query.comp_ids.push_back(request.name(entry, tag::kRefCompId));
  });
  return query;
}

Decoded read_announcement(RequestFields& request, const Sender& /*sender*/) {
  enum class Urgency : std::uint8_t { Normal = 0, Flash = 1 };
  auto announce = command<matching::Announce>(request, tag::kNewsId);
  announce.headline = request.printable<Remark::kCapacity>(tag::kHeadline);
  announce.urgent = request.enumerator<Urgency::Normal, Urgency::Flash>(
                        tag::kUrgency, Urgency::Normal) == Urgency::Flash;
  limit_entries(request, tag::kNoLinesOfText, 1, 1);
  request.for_each_entry(tag::kNoLinesOfText, [&](const GroupEntry& line) {
    if (line.text(tag::kText) != request.text(tag::kHeadline)) {
      request.refuse_value(tag::kText);
    }
  });
  limit_entries(request, tag::kNoRelatedSym, 0, 1);
  request.for_each_entry(tag::kNoRelatedSym, [&](const GroupEntry& entry) {
    announce.subject = request.name(entry, tag::kSymbol);
  });
  return operator_request(request, std::move(announce));
}

}  // namespace betex::fix
