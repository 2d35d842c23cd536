#include "gateway/wire/requests.h"

#include <array>
#include <cstddef>

#include "fix_spec/messages.h"
#include "gateway/link/report_parts.h"
#include "gateway/link/session_link.h"
#include "gateway/wire/market_data_requests.h"
#include "gateway/wire/operation_fields.h"
#include "gateway/wire/operation_requests.h"
#include "gateway/wire/tags.h"
#include "matching/commands.h"

namespace betex::fix {
namespace {

// ---- Requests that act --------------------------------------------------------------------------

void check_handl_inst(RequestFields& request) {
  if (request.has(tag::kHandlInst) && request.text(tag::kHandlInst) != "1") {
    request.refuse_value(tag::kHandlInst);
  }
}

FieldIndex self_match_prevention(FixVersion version) {
  return version == FixVersion::Fixt11 ? FieldIndex{tag::kSelfMatchPreventionInstruction}
                                       : FieldIndex{tag::kSelfMatchPreventionInstruction44};
}

matching::Reference reference(RequestFields& request, FieldIndex field) {
  return request.printable<matching::Reference::kCapacity>(field);
}

// A block of its own, which an order without any of them does not pay for.
void read_extras(RequestFields& request, matching::PlaceOrder& order) {
  if (request.has(tag::kMaxCost) || request.has(tag::kClOrdLinkId) ||
      request.has(tag::kOrderGroup)) {
    order.extras = matching::OrderExtras{
        .reference = reference(request, tag::kClOrdLinkId),
        .order_group = reference(request, tag::kOrderGroup),
        .max_cost = request.positive_decimal(tag::kMaxCost),
    };
  }
}

Decoded read_new_order(RequestFields& request, const Sender& sender) {
  using matching::OrderType;
  using matching::Persistence;
  using Stp = matching::SelfTradePrevention;
  using Tif = matching::TimeInForce;
  check_handl_inst(request);
  const ExecInst exec_inst = request.exec_inst();
  matching::PlaceOrder order{
      .account = sender.account,
      .cl_ord_id = request.cl_ord_id(tag::kClOrdId),
      .symbol = request.name(tag::kSymbol),
      .transact_time = request.time(tag::kTransactTime),
      .price = request.decimal(tag::kPrice),
      .quantity = request.decimal(tag::kOrderQty),
      .min_quantity = request.decimal(tag::kMinQty),
      .expire_time = request.time(tag::kExpireTime),
      .version_guard = request.positive_integer(tag::kMarketVersion),
      .extras = {},
      .side = request.side(),
      .type =
          request.enumerator<OrderType::Market, OrderType::Limit>(tag::kOrdType, OrderType::Limit),
      .time_in_force = request.enumerator<Tif::Day, Tif::Gtc, Tif::Ioc, Tif::Fok, Tif::Gtd>(
          tag::kTimeInForce, Tif::Day),
      .self_trade_prevention = request.enumerator<Stp::None,
                                                  Stp::CancelTaker,
                                                  Stp::CancelMaker,
                                                  Stp::CancelBoth,
                                                  Stp::Decrement>(
          self_match_prevention(request.version()), Stp::CancelTaker),
      .persistence = request.enumerator<Persistence::Lapse, Persistence::Persist>(
          tag::kPersistence, Persistence::Lapse),
      .post_only = exec_inst.post_only,
      .cancel_on_pause = exec_inst.cancel_on_pause,
  };
  order.poss_resend = request.message().poss_resend();
  read_extras(request, order);
  if (order.type == OrderType::Limit) {
    request.require(tag::kPrice);
  }
  if (order.time_in_force == Tif::Gtd) {
    request.require(tag::kExpireTime);
  }
  return order;
}

Decoded read_cancel(RequestFields& request, const Sender& sender) {
  matching::CancelOrder cancel{
      .account = sender.account,
      .cl_ord_id = request.cl_ord_id(tag::kClOrdId),
      .orig_cl_ord_id = request.cl_ord_id(tag::kOrigClOrdId),
      .order_id = request.order_id(),
  };
  if (cancel.order_id == matching::OrderId{}) {
    request.require(tag::kOrigClOrdId);
  }
  // Required by FIX, and of no use to us: the order knows its side, symbol and quantity, and a
  // cancel is never too old.
  static_cast<void>(request.time(tag::kTransactTime));
  static_cast<void>(request.side());
  static_cast<void>(request.name(tag::kSymbol));
  static_cast<void>(request.decimal(tag::kOrderQty));
  return cancel;
}

Decoded read_replace(RequestFields& request, const Sender& sender) {
  using matching::OrderType;
  using matching::Persistence;
  using Tif = matching::TimeInForce;
  check_handl_inst(request);
  matching::AmendOrder amend{
      .account = sender.account,
      .cl_ord_id = request.cl_ord_id(tag::kClOrdId),
      .orig_cl_ord_id = request.cl_ord_id(tag::kOrigClOrdId),
      .order_id = request.order_id(),
      .transact_time = request.time(tag::kTransactTime),
      .price = request.decimal(tag::kPrice),
      .quantity = request.decimal(tag::kOrderQty),
      .expire_time = request.time(tag::kExpireTime),
      .version_guard = request.positive_integer(tag::kMarketVersion),
      .time_in_force = request.enumerator<Tif::Day, Tif::Gtc, Tif::Ioc, Tif::Fok, Tif::Gtd>(
          tag::kTimeInForce, Tif::Day),
      .time_in_force_given = request.has(tag::kTimeInForce),
      .persistence = request.enumerator<Persistence::Lapse, Persistence::Persist>(
          tag::kPersistence, Persistence::Lapse),
      .persistence_given = request.has(tag::kPersistence),
  };
  if (amend.order_id == matching::OrderId{}) {
    request.require(tag::kOrigClOrdId);
  }
  // Only limit orders rest, so only they can be replaced. Side and symbol are the order's own.
  static_cast<void>(request.enumerator<OrderType::Limit>(tag::kOrdType, OrderType::Limit));
  static_cast<void>(request.side());
  static_cast<void>(request.name(tag::kSymbol));
  return amend;
}

Decoded read_mass_cancel(RequestFields& request, const Sender& sender) {
  using enum MassCancelType;
  matching::MassCancel cancel{
      .account = sender.account,
      .cl_ord_id = request.cl_ord_id(tag::kClOrdId),
      .market = request.name(tag::kMarketSegmentId),
      .symbol = request.name(tag::kSymbol),
      .side = request.side_if_given(),
      .reference = reference(request, tag::kClOrdLinkId),
      .order_group = reference(request, tag::kOrderGroup),
  };
  static_cast<void>(request.time(tag::kTransactTime));  // required, and never too old
  const auto type =
      request.enumerator<Security, Session, All, MarketSegment>(tag::kMassCancelRequestType, All);
  if (type == MarketSegment && request.version() == FixVersion::Fix44) {
    request.refuse_value(tag::kMassCancelRequestType);
  }
  request.only_if(tag::kSymbol, type == Security);
  request.only_if(tag::kMarketSegmentId, type == MarketSegment);
  cancel.own_session = type == Session;
  return cancel;
}

Decoded read_order_group_request(RequestFields& request, const Sender& sender) {
  using Action = matching::OrderGroupAction;
  using matching::CountedFills;
  constexpr FieldIndex kLimit{tag::kOrderGroupLimit};
  constexpr FieldIndex kWindow{tag::kOrderGroupWindowMs};
  constexpr FieldIndex kScope{tag::kOrderGroupScope};
  constexpr FieldIndex kOnDisconnect{tag::kOrderGroupCancelOnDisconnect};
  matching::OrderGroupRequest asked{
      .account = sender.account,
      .cl_ord_id = request.cl_ord_id(tag::kClOrdId),
      .group = reference(request, tag::kOrderGroup),
      .limit = request.decimal(kLimit),
      .window_ms = request.integer(kWindow),
      .counted =
          request.enumerator<CountedFills::All, CountedFills::Makers>(kScope, CountedFills{}),
      .action = request.enumerator<Action::Create,
                                   Action::Update,
                                   Action::Reset,
                                   Action::Trip,
                                   Action::Delete>(tag::kOrderGroupAction, Action::Create),
      .cancel_on_disconnect = request.flag(kOnDisconnect),
      .transact_time = request.time(tag::kTransactTime),
  };
  const bool states_all = asked.action == Action::Create || asked.action == Action::Update;
  for (const FieldIndex field : {kLimit, kWindow, kScope}) {
    request.only_if(field, states_all);
  }
  if (!states_all) {
    request.forbid(kOnDisconnect);
  }
  return asked;
}

// ---- Requests that change nothing ---------------------------------------------------------------

Decoded read_status_request(RequestFields& request, const Sender& sender) {
  gateway::OrderStatusQuery query{
      .session = sender.session,
      .account = sender.account,
      .order_id = request.order_id(),
      .cl_ord_id = request.cl_ord_id(tag::kClOrdId),
      .symbol = request.name(tag::kSymbol),
      .side = request.side(),
      .status_req_id = request.name(tag::kOrdStatusReqId),
  };
  if (query.order_id == matching::OrderId{}) {
    request.require(tag::kClOrdId);
  }
  return query;
}

Decoded read_mass_status_request(RequestFields& request, const Sender& sender) {
  enum class Type : std::uint8_t { Security = 1, All = 7 };
  gateway::MassStatusQuery query{
      .session = sender.session,
      .msg_seq_num = request.number(),
      .account = sender.account,
      .symbol = request.name(tag::kSymbol),
      .side = request.side_if_given(),
      .reference = reference(request, tag::kClOrdLinkId),
      .order_group = reference(request, tag::kOrderGroup),
      .mass_status_req_id = request.name(tag::kMassStatusReqId),
  };
  const auto type =
      request.enumerator<Type::Security, Type::All>(tag::kMassStatusReqType, Type::All);
  request.only_if(tag::kSymbol, type == Type::Security);
  return query;
}

// All brokers are told of every change in any case, which they cannot end.
gateway::SecurityListQuery::Updates updates_asked_for(RequestFields& request,
                                                      const Sender& sender,
                                                      bool of_all) {
  using Updates = gateway::SecurityListQuery::Updates;
  enum class Type : std::uint8_t { Snapshot = 0, SnapshotAndUpdates = 1, Disable = 2 };
  const Type type = request.enumerator<Type::Snapshot, Type::SnapshotAndUpdates, Type::Disable>(
      tag::kSubscriptionRequestType, Type::Snapshot);
  const bool told_on_request = sender.role != SessionRole::Broker;
  if ((type == Type::Disable && !told_on_request) || (type != Type::Snapshot && !of_all)) {
    request.refuse_value(tag::kSubscriptionRequestType);
  }
  if (type == Type::Snapshot || !told_on_request) {
    return Updates::AsBefore;
  }
  return type == Type::Disable ? Updates::End : Updates::Begin;
}

Decoded read_security_list_request(RequestFields& request, const Sender& sender) {
  enum class Type : std::uint8_t { Symbol = 0, All = 4, Market = 5 };
  gateway::SecurityListQuery query{
      .session = sender.session,
      .msg_seq_num = request.number(),
      .security_req_id = request.name(tag::kSecurityReqId),
      .symbol = request.name(tag::kSymbol),
      .market = request.name(tag::kMarketSegmentId),
  };
  const auto type = request.enumerator<Type::Symbol, Type::All, Type::Market>(
      tag::kSecurityListRequestType, Type::All);
  request.only_if(tag::kSymbol, type == Type::Symbol);
  request.only_if(tag::kMarketSegmentId, type == Type::Market);
  query.updates = updates_asked_for(request, sender, type == Type::All);
  return query;
}

Decoded read_security_status_request(RequestFields& request, const Sender& sender) {
  // A subscription is no more than a snapshot: changes are told to all brokers in any case, and to
  // operators that ask for the list with 263=1.
  enum class Type : std::uint8_t { Snapshot = 0, SnapshotAndUpdates = 1 };
  static_cast<void>(request.enumerator<Type::Snapshot, Type::SnapshotAndUpdates>(
      tag::kSubscriptionRequestType, Type::Snapshot));
  return gateway::SecurityStatusQuery{
      .session = sender.session,
      .security_status_req_id = request.name(tag::kSecurityStatusReqId),
      .symbol = request.name(tag::kSymbol)};
}

Decoded read_request_for_positions(RequestFields& request, const Sender& sender) {
  enum class Type : std::uint8_t { Positions = 0 };
  static_cast<void>(request.time(tag::kTransactTime));  // required, and never too old
  static_cast<void>(request.enumerator<Type::Positions>(tag::kPosReqType, Type::Positions));
  return gateway::PositionsQuery{.session = sender.session,
                                 .msg_seq_num = request.number(),
                                 .account = sender.account,
                                 .pos_req_id = request.name(tag::kPosReqId)};
}

Decoded read_application_message_request(RequestFields& request, const Sender& sender) {
  constexpr std::string_view kOurs = "BETEX";
  enum class Type : std::uint8_t { Retransmission = 0 };
  static_cast<void>(
      request.enumerator<Type::Retransmission>(tag::kApplReqType, Type::Retransmission));
  gateway::ReplayQuery query{.session = sender.session,
                             .msg_seq_num = request.number(),
                             .request_id = request.name(tag::kApplReqId),
                             .known_application = true,
                             .first = {},
                             .last = {}};
  limit_entries(request, tag::kNoApplIds, 1, 1);
  request.for_each_entry(tag::kNoApplIds, [&](const GroupEntry& entry) {
    query.known_application = entry.text(tag::kRefApplId) == kOurs;
    query.first = request.event_seq(entry, tag::kApplBegSeqNum);
    query.last = request.event_seq(entry, tag::kApplEndSeqNum);
  });
  if (query.first == matching::EventSeq{}) {
    request.refuse_value(tag::kApplBegSeqNum);
  }
  if (query.last != matching::EventSeq{} && query.last < query.first) {
    request.refuse_value(tag::kApplEndSeqNum);
  }
  return query;
}

Decoded read_user_request(RequestFields& request, const Sender& /*sender*/) {
  enum class Type : std::uint8_t { ThrottleLimit = 5 };
  static_cast<void>(
      request.enumerator<Type::ThrottleLimit>(tag::kUserRequestType, Type::ThrottleLimit));
  return ThrottleQuery{.request_id = request.name(tag::kUserRequestId),
                       .username = request.name(tag::kUsername)};
}

// ---- All of them --------------------------------------------------------------------------------

constexpr std::array kRequests{
    Request{RequestSpec{kNewOrderSingle}, read_new_order},
    Request{RequestSpec{kOrderCancelRequest}, read_cancel},
    Request{RequestSpec{kOrderCancelReplaceRequest}, read_replace},
    Request{RequestSpec{kOrderMassCancelRequest}, read_mass_cancel},
    Request{RequestSpec{kOrderGroupRequest}, read_order_group_request},
    Request{RequestSpec{kOrderStatusRequest}, read_status_request},
    Request{RequestSpec{kOrderMassStatusRequest}, read_mass_status_request},
    Request{RequestSpec{kSecurityListRequest}, read_security_list_request},
    Request{RequestSpec{kSecurityStatusRequest}, read_security_status_request},
    Request{RequestSpec{kMarketDataRequest}, read_market_data_request},
    Request{RequestSpec{kRequestForPositions}, read_request_for_positions},
    Request{RequestSpec{kApplicationMessageRequest}, read_application_message_request},
    Request{RequestSpec{kUserRequest}, read_user_request},
    Request{RequestSpec{kSecurityDefinitionRequest}, read_security_definition_request},
    Request{RequestSpec{kOperationsCommand}, read_operations_command},
    Request{RequestSpec{kOrderMassActionRequest}, read_order_mass_action_request},
    Request{RequestSpec{kPartyActionRequest}, read_party_action_request},
    Request{RequestSpec{kNetworkStatusRequest}, read_network_status_request},
    Request{RequestSpec{kAnnouncement}, read_announcement},
};

constexpr bool is_read(const MessageSpec& message) {
  for (const Request& request : kRequests) {
    if (request.spec.message().type == message.type) {
      return true;
    }
  }
  return false;
}

// Every application message that may come in, and no other.
static_assert([] {
  std::size_t requests = 0;
  for (const MessageSpec* const message : kMessages) {
    const bool is_request =
        message->layer == Layer::Application && message->direction != Direction::Outbound;
    if (is_request && !is_read(*message)) {
      return false;
    }
    requests += is_request ? 1U : 0U;
  }
  return requests == kRequests.size();
}());

// One letter or digit, or two capitals; or user-defined, which begins with a U.
bool is_msg_type(std::string_view text) noexcept {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.starts_with('U')) {
    return true;
  }
  if (text.size() == 1) {
    return text != "I" && text != "O";
  }
  return text.size() == 2 && text[0] >= 'A' && text[0] <= 'E' && is_capital(text[1]);
}

}  // namespace

const Request* find_request(std::string_view msg_type) noexcept {
  for (const Request& request : kRequests) {
    if (request.spec.message().type == msg_type) {
      return &request;
    }
  }
  return nullptr;
}

tl::expected<const Request*, NotARequest> find_request(std::string_view msg_type,
                                                       FixVersion version) noexcept {
  const Request* const request = find_request(msg_type);
  if (request == nullptr) {
    return tl::unexpected{is_msg_type(msg_type) ? NotARequest::NotTaken : NotARequest::NoMsgType};
  }
  if (!request->spec.message().is_in(version)) {
    return tl::unexpected{NotARequest::NotTaken};
  }
  return request;
}

}  // namespace betex::fix
