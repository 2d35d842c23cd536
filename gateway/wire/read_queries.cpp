#include "gateway/wire/read_requests.h"

namespace betex::fix {

using gateway::MassStatusQuery;
using gateway::OrderStatusQuery;
using gateway::SecurityListQuery;
using gateway::SecurityStatusQuery;
using matching::Name;

OrderStatusQuery status_query(RequestFields& request, const Name& account) {
  OrderStatusQuery query{
      .account = account,
      .order_id = request.order_id(),
      .cl_ord_id = request.cl_ord_id(Slot::ClOrdId),
      .symbol = request.name(Slot::Symbol),
      .side = request.side(),
      .status_req_id = request.name(Slot::OrdStatusReqId),
  };
  if (query.order_id == matching::OrderId{}) {
    request.require(Slot::ClOrdId);
  }
  return query;
}

MassStatusQuery mass_status_query(RequestFields& request, const Name& account) {
  enum class Type : std::uint8_t { Security = 1, All = 7 };
  MassStatusQuery query{
      .account = account,
      .symbol = request.name(Slot::Symbol),
      .side = request.side_if_given(),
      .mass_status_req_id = request.name(Slot::MassStatusReqId),
  };
  const auto type =
      request.enumerator<Type::Security, Type::All>(Slot::MassStatusReqType, Type::All);
  request.only_if(Slot::Symbol, type == Type::Security);
  return query;
}

SecurityListQuery security_list_query(RequestFields& request) {
  enum class Type : std::uint8_t { Symbol = 0, All = 4, Market = 5 };
  SecurityListQuery query{
      .security_req_id = request.name(Slot::SecurityReqId),
      .symbol = request.name(Slot::Symbol),
      .market = request.name(Slot::MarketSegmentId),
  };
  const auto type = request.enumerator<Type::Symbol, Type::All, Type::Market>(
      Slot::SecurityListRequestType, Type::All);
  request.only_if(Slot::Symbol, type == Type::Symbol);
  request.only_if(Slot::MarketSegmentId, type == Type::Market);
  return query;
}

SecurityStatusQuery security_status_query(RequestFields& request) {
  // Every change is told to all brokers in any case, so a subscription is no more than a snapshot.
  enum class Type : std::uint8_t { Snapshot = 0, SnapshotAndUpdates = 1 };
  static_cast<void>(request.enumerator<Type::Snapshot, Type::SnapshotAndUpdates>(
      Slot::SubscriptionRequestType, Type::Snapshot));
  return {.security_status_req_id = request.name(Slot::SecurityStatusReqId),
          .symbol = request.name(Slot::Symbol)};
}

}  // namespace betex::fix
