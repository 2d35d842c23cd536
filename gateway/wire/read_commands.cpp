#include "gateway/link/report.h"
#include "gateway/wire/read_requests.h"

namespace betex::fix {

using matching::AmendOrder;
using matching::CancelOrder;
using matching::MassCancel;
using matching::Name;
using matching::PlaceOrder;

namespace {

void check_handl_inst(RequestFields& request) {
  if (request.has(Slot::HandlInst) && request.text(Slot::HandlInst) != "1") {
    request.refuse_value(Slot::HandlInst);
  }
}

}  // namespace

PlaceOrder place_order(RequestFields& request, const Name& account) {
  using matching::OrderType;
  using matching::Persistence;
  using Stp = matching::SelfTradePrevention;
  using Tif = matching::TimeInForce;
  check_handl_inst(request);
  const ExecInst exec_inst = request.exec_inst();
  PlaceOrder order{
      .account = account,
      .cl_ord_id = request.cl_ord_id(Slot::ClOrdId),
      .symbol = request.name(Slot::Symbol),
      .transact_time = request.time(Slot::TransactTime),
      .price = request.decimal(Slot::Price),
      .quantity = request.decimal(Slot::OrderQty),
      .min_quantity = request.decimal(Slot::MinQty),
      .expire_time = request.time(Slot::ExpireTime),
      .max_cost = request.positive_decimal(Slot::MaxCost),
      .version_guard = request.positive_integer(Slot::VersionGuard),
      .side = request.side(),
      .type =
          request.enumerator<OrderType::Market, OrderType::Limit>(Slot::OrdType, OrderType::Limit),
      .time_in_force = request.enumerator<Tif::Day, Tif::Gtc, Tif::Ioc, Tif::Fok, Tif::Gtd>(
          Slot::TimeInForce, Tif::Day),
      .self_trade_prevention =
          request.enumerator<Stp::None,
                             Stp::CancelTaker,
                             Stp::CancelMaker,
                             Stp::CancelBoth,
                             Stp::Decrement>(Slot::SelfTradePrevention, Stp::CancelTaker),
      .persistence = request.enumerator<Persistence::Lapse, Persistence::Persist>(
          Slot::Persistence, Persistence::Lapse),
      .post_only = exec_inst.post_only,
      .cancel_on_pause = exec_inst.cancel_on_pause,
  };
  if (order.type == OrderType::Limit) {
    request.require(Slot::Price);
  }
  if (order.time_in_force == Tif::Gtd) {
    request.require(Slot::ExpireTime);
  }
  return order;
}

CancelOrder cancel_order(RequestFields& request, const Name& account) {
  CancelOrder cancel{
      .account = account,
      .cl_ord_id = request.cl_ord_id(Slot::ClOrdId),
      .orig_cl_ord_id = request.cl_ord_id(Slot::OrigClOrdId),
      .order_id = request.order_id(),
  };
  if (cancel.order_id == matching::OrderId{}) {
    request.require(Slot::OrigClOrdId);
  }
  // Required by FIX, and of no use to us: the order knows its side, symbol and quantity, and a
  // cancel is never too old.
  static_cast<void>(request.time(Slot::TransactTime));
  static_cast<void>(request.side());
  static_cast<void>(request.name(Slot::Symbol));
  static_cast<void>(request.decimal(Slot::OrderQty));
  return cancel;
}

AmendOrder amend_order(RequestFields& request, const Name& account) {
  using matching::OrderType;
  using Tif = matching::TimeInForce;
  check_handl_inst(request);
  AmendOrder amend{
      .account = account,
      .cl_ord_id = request.cl_ord_id(Slot::ClOrdId),
      .orig_cl_ord_id = request.cl_ord_id(Slot::OrigClOrdId),
      .order_id = request.order_id(),
      .transact_time = request.time(Slot::TransactTime),
      .price = request.decimal(Slot::Price),
      .quantity = request.decimal(Slot::OrderQty),
      .expire_time = request.time(Slot::ExpireTime),
      .time_in_force = request.enumerator<Tif::Day, Tif::Gtc, Tif::Ioc, Tif::Fok, Tif::Gtd>(
          Slot::TimeInForce, Tif::Day),
      .time_in_force_given = request.has(Slot::TimeInForce),
  };
  if (amend.order_id == matching::OrderId{}) {
    request.require(Slot::OrigClOrdId);
  }
  // Only limit orders rest, so only they can be replaced. Side and symbol are the order's own.
  static_cast<void>(request.enumerator<OrderType::Limit>(Slot::OrdType, OrderType::Limit));
  static_cast<void>(request.side());
  static_cast<void>(request.name(Slot::Symbol));
  return amend;
}

MassCancel mass_cancel(RequestFields& request, const Name& account, FixVersion version) {
  using enum MassCancelType;
  MassCancel cancel{
      .account = account,
      .cl_ord_id = request.cl_ord_id(Slot::ClOrdId),
      .market = request.name(Slot::MarketSegmentId),
      .symbol = request.name(Slot::Symbol),
      .side = request.side_if_given(),
  };
  static_cast<void>(request.time(Slot::TransactTime));  // required, and never too old
  const auto type =
      request.enumerator<Security, All, MarketSegment>(Slot::MassCancelRequestType, All);
  if (type == MarketSegment && version == FixVersion::Fix44) {
    request.refuse_value(Slot::MassCancelRequestType);
  }
  request.only_if(Slot::Symbol, type == Security);
  request.only_if(Slot::MarketSegmentId, type == MarketSegment);
  return cancel;
}

}  // namespace betex::fix
