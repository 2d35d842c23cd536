#include "gateway/wire/request_specs.h"

#include <array>

namespace betex::fix {
namespace {

constexpr SlotSet kOfEveryChange =
    slots(Slot::Account, Slot::ClOrdId, Slot::Side, Slot::Symbol, Slot::TransactTime);

constexpr MessageSpec kNewOrderSingle{.allowed = kOfEveryChange | slots(Slot::ExecInst,
                                                                        Slot::HandlInst,
                                                                        Slot::OrderQty,
                                                                        Slot::OrdType,
                                                                        Slot::Price,
                                                                        Slot::TimeInForce,
                                                                        Slot::MinQty,
                                                                        Slot::ExpireTime,
                                                                        Slot::SelfTradePrevention,
                                                                        Slot::Persistence,
                                                                        Slot::VersionGuard,
                                                                        Slot::MaxCost),
                                      .required = slots(Slot::ClOrdId,
                                                        Slot::OrderQty,
                                                        Slot::OrdType,
                                                        Slot::Side,
                                                        Slot::Symbol,
                                                        Slot::TransactTime)};

constexpr MessageSpec kOrderCancelRequest{
    .allowed = kOfEveryChange | slots(Slot::OrderId, Slot::OrderQty, Slot::OrigClOrdId),
    .required = slots(Slot::ClOrdId, Slot::Side, Slot::Symbol, Slot::TransactTime)};

constexpr MessageSpec kOrderCancelReplaceRequest{
    .allowed = kOfEveryChange | slots(Slot::HandlInst,
                                      Slot::OrderId,
                                      Slot::OrderQty,
                                      Slot::OrdType,
                                      Slot::OrigClOrdId,
                                      Slot::Price,
                                      Slot::TimeInForce,
                                      Slot::ExpireTime),
    .required = slots(Slot::ClOrdId,
                      Slot::OrderQty,
                      Slot::OrdType,
                      Slot::Price,
                      Slot::Side,
                      Slot::Symbol,
                      Slot::TransactTime)};

constexpr MessageSpec kOrderStatusRequest{.allowed = slots(Slot::Account,
                                                           Slot::ClOrdId,
                                                           Slot::OrderId,
                                                           Slot::Side,
                                                           Slot::Symbol,
                                                           Slot::OrdStatusReqId),
                                          .required = slots(Slot::Side, Slot::Symbol)};

constexpr MessageSpec kOrderMassStatusRequest{
    .allowed = slots(
        Slot::Account, Slot::Side, Slot::Symbol, Slot::MassStatusReqId, Slot::MassStatusReqType),
    .required = slots(Slot::MassStatusReqId, Slot::MassStatusReqType)};

constexpr MessageSpec kOrderMassCancelRequest{
    .allowed = kOfEveryChange | slots(Slot::MassCancelRequestType, Slot::MarketSegmentId),
    .required = slots(Slot::ClOrdId, Slot::TransactTime, Slot::MassCancelRequestType)};

constexpr MessageSpec kSecurityListRequest{
    .allowed = slots(
        Slot::Symbol, Slot::SecurityReqId, Slot::SecurityListRequestType, Slot::MarketSegmentId),
    .required = slots(Slot::SecurityReqId, Slot::SecurityListRequestType)};

constexpr MessageSpec kSecurityStatusRequest{
    .allowed = slots(Slot::Symbol, Slot::SubscriptionRequestType, Slot::SecurityStatusReqId),
    .required = slots(Slot::Symbol, Slot::SubscriptionRequestType, Slot::SecurityStatusReqId)};

struct Row {
  std::string_view msg_type;
  MessageSpec spec;
  SlotSet required_in_fix44 = 0;  // besides
  bool in_fix44 = true;
  bool for_ops = false;
};

constexpr std::array kRows{
    Row{.msg_type = "D", .spec = kNewOrderSingle},
    Row{.msg_type = "F", .spec = kOrderCancelRequest, .required_in_fix44 = bit(Slot::OrigClOrdId)},
    Row{.msg_type = "G",
        .spec = kOrderCancelReplaceRequest,
        .required_in_fix44 = bit(Slot::OrigClOrdId)},
    Row{.msg_type = "H", .spec = kOrderStatusRequest, .required_in_fix44 = bit(Slot::ClOrdId)},
    Row{.msg_type = "AF", .spec = kOrderMassStatusRequest},
    Row{.msg_type = "q", .spec = kOrderMassCancelRequest},
    Row{.msg_type = "x", .spec = kSecurityListRequest, .in_fix44 = false, .for_ops = true},
    Row{.msg_type = "e", .spec = kSecurityStatusRequest, .in_fix44 = false, .for_ops = true}};

const Row* row_of(std::string_view msg_type) noexcept {
  for (const Row& row : kRows) {
    if (row.msg_type == msg_type) {
      return &row;
    }
  }
  return nullptr;
}

}  // namespace

std::optional<MessageSpec> spec_of(std::string_view msg_type, FixVersion version) noexcept {
  const Row* const row = row_of(msg_type);
  if (row == nullptr || (version == FixVersion::Fix44 && !row->in_fix44)) {
    return std::nullopt;
  }
  MessageSpec spec = row->spec;
  if (version == FixVersion::Fix44) {
    spec.allowed &= ~kOnlyInFixt;
    spec.required |= row->required_in_fix44;
  }
  return spec;
}

// One letter or digit, or two capitals; or user-defined, which begins with a U.
bool is_valid_msg_type(std::string_view msg_type) noexcept {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (msg_type.starts_with('U')) {
    return true;
  }
  if (msg_type.size() == 1) {
    return msg_type != "I" && msg_type != "O";
  }
  return msg_type.size() == 2 && msg_type[0] >= 'A' && msg_type[0] <= 'E' &&
         is_capital(msg_type[1]);
}

bool may_send(SessionRole role, std::string_view msg_type) noexcept {
  const Row* const row = row_of(msg_type);
  return row != nullptr &&
         (role == SessionRole::Broker || (role == SessionRole::Ops && row->for_ops));
}

}  // namespace betex::fix
