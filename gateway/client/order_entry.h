// Order entry in words: what a broker sends, and what the exchange answers, as plain structs over
// Message. Prices and quantities stay the texts of the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "gateway/client/message.h"
#include "gateway/client/session.h"

namespace betex::client {

// FIX Side(54): BACK or BUY YES, LAY or SELL YES.
enum class Side : char { BackOrBuy = '1', LayOrSell = '2' };

// FIX TimeInForce(59).
enum class TimeInForce : char {
  Day = '0',
  GoodTillCancel = '1',
  ImmediateOrCancel = '3',
  FillOrKill = '4',
  GoodTillDate = '6',
};

// NewOrderSingle(D). Empty texts are left out; an order without a price is a market order.
struct NewOrder {
  std::string cl_ord_id;
  std::string symbol;
  Side side = Side::BackOrBuy;
  std::string quantity;
  std::string price;
  TimeInForce time_in_force = TimeInForce::Day;
  std::string account;
  std::string min_quantity;
  std::string expire_time;       // UTCTimestamp, for GoodTillDate
  std::string exec_inst;         // 18: "6" post-only, "K" cancel on a trading halt
  std::string persistence;       // 20004: "1" stays when the market turns in play
  std::string market_version{};  // 20005: refused, or cancelled, where the market's is another
  std::string reference{};       // 583: of a customer or a strategy
  std::string order_group{};     // 20080: one of the account's
  // 97=Y: it may have arrived before; if it has, the answer is how it stands (150=I).
  bool poss_resend = false;
};

// OrderCancelRequest(F). The order is named by `order_id` or, where that is empty, by
// `orig_cl_ord_id`.
struct CancelRequest {
  std::string cl_ord_id;
  std::string orig_cl_ord_id;
  std::string order_id;
  std::string symbol;
  Side side = Side::BackOrBuy;
  std::string account;
};

// OrderCancelReplaceRequest(G). The order is named as in a CancelRequest; `quantity` is its new
// total. What is empty stays as it is.
struct ReplaceRequest {
  std::string cl_ord_id;
  std::string orig_cl_ord_id;
  std::string order_id;
  std::string symbol;
  Side side = Side::BackOrBuy;
  std::string quantity;
  std::string price;
  std::string expire_time;  // of an order that has one
  std::string account;
  std::string persistence{};     // 20004: "0" or "1"
  std::string market_version{};  // 20005: from now on the order's, as of a NewOrder
};

// OrderMassCancelRequest(q): all orders of the account, those of one instrument or one market, or
// those that this session has entered.
struct MassCancelRequest {
  std::string cl_ord_id;
  std::string symbol;
  std::string market;
  std::optional<Side> side;
  std::string account;
  bool own_session = false;
  std::string reference{};    // only those with this one, as the next
  std::string order_group{};  //
};

// OrderMassStatusRequest(AF): the account's open orders, or those in one instrument.
struct MassStatusRequest {
  std::string mass_status_req_id;  // 584, echoed
  std::string symbol;
  std::optional<Side> side;
  std::string account;
  std::string reference{};    // only those with this one, as the next
  std::string order_group{};  //
};

// OrderGroupRequest(UOG). When the group's fills within its window reach its limit, its orders are
// cancelled, and none is taken until it is reset.
struct OrderGroupRequest {
  enum class Action : char {  // 20081
    Create = '1',
    Update = '2',
    Reset = '3',
    Trip = '4',
    Delete = '5',
  };

  // Of Create and Update, which say all of it.
  struct Terms {
    std::string limit;                  // 20082: stake or contracts
    std::string window_ms;              // 20083
    bool resting_only = false;          // 20084: fills of orders that take do not count
    bool cancel_on_disconnect = false;  // 20086: its orders go when this session has gone
  };

  std::string cl_ord_id;
  std::string group;
  Action action = Action::Create;
  std::optional<Terms> terms;
  std::string account;
};

// ApplicationMessageRequest(BW): this session's reports of events `first` to `last`, once more,
// each with 97=Y and the ExecID that it had.
struct ReplayRequest {
  std::string request_id;  // 1346, echoed
  std::string first;
  std::string last = "0";  // 0: the newest
};

// UserRequest(BE), of what the session may send.
struct LimitsRequest {
  std::string request_id;  // 923, echoed
  std::string username;    // 553
};

// SecurityListRequest(x): one instrument, those of one market, or all whose market is not archived.
struct SecurityListRequest {
  // FIX SubscriptionRequestType(263): an operator may ask, with the list of all, to be told from
  // now on how markets change; or, instead of a list, to be told so no longer.
  enum class Updates : char { AsBefore = '0', Begin = '1', End = '2' };

  std::string security_req_id;  // 320, echoed
  std::string symbol;
  std::string market;
  Updates updates = Updates::AsBefore;
};

// SecurityStatusRequest(e).
struct SecurityStatusRequest {
  std::string security_status_req_id;  // 324, echoed
  std::string symbol;
};

// OrderStatusRequest(H). The order is named as in a CancelRequest, here by `cl_ord_id`.
struct StatusRequest {
  std::string cl_ord_id;
  std::string order_id;
  std::string symbol;
  Side side = Side::BackOrBuy;
  std::string status_req_id;  // 790, echoed
  std::string account;
};

// The messages, with TransactTime(60) of now where they have one.
Message to_message(const NewOrder& order);
Message to_message(const CancelRequest& request);
Message to_message(const StatusRequest& request);
Message to_message(const ReplaceRequest& request);
Message to_message(const MassCancelRequest& request);
Message to_message(const MassStatusRequest& request);
Message to_message(const OrderGroupRequest& request);
Message to_message(const ReplayRequest& request);
Message to_message(const LimitsRequest& request);
Message to_message(const SecurityListRequest& request);
Message to_message(const SecurityStatusRequest& request);

// ExecutionReport(8). Empty: the field was absent.
struct ExecutionReport {
  std::string exec_id;
  char exec_type = '\0';
  char ord_status = '\0';
  std::string order_id;
  std::string cl_ord_id;
  std::string orig_cl_ord_id;
  std::string account;
  std::string symbol;
  Side side{};
  std::string price;
  std::string order_qty;
  std::string cum_qty;
  std::string leaves_qty;
  std::string last_qty;
  std::string last_px;
  std::string trade_id{};           // 880: the same on both sides of it
  std::optional<bool> aggressor{};  // 1057, on FIX.4.4 851: of a trade, whether it took
  std::string avg_px;
  std::string reference{};    // 583
  std::string order_group{};  // 20080
  std::string status_req_id;
  std::string mass_status_req_id;             // 584
  std::optional<std::int64_t> total_reports;  // 911; 0: it stands for no order
  bool last_report = false;                   // 912=Y
  bool copy = false;                          // 797=Y: a drop copy
  std::string transact_time;
  std::optional<std::int64_t> ord_rej_reason;  // 103
  std::optional<std::int64_t> reason;          // 20001
  std::string text;
  bool poss_resend = false;  // 97=Y: it may be one that was told before; its ExecID tells

  // 39=2, 4, 8 or C: no further report changes the order.
  [[nodiscard]] bool terminal() const noexcept;
};

// OrderCancelReject(9).
struct CancelReject {
  std::string order_id;
  std::string cl_ord_id;
  std::string orig_cl_ord_id;
  char ord_status = '\0';
  char response_to = '\0';                     // 434
  std::optional<std::int64_t> cxl_rej_reason;  // 102
  std::optional<std::int64_t> reason;
  std::string text;
  std::string transact_time;
  bool poss_resend = false;
};

// OrderMassCancelReport(r).
struct MassCancelReport {
  std::string cl_ord_id;
  bool refused = false;    // 531=0
  std::int64_t total = 0;  // 533
  std::optional<std::int64_t> reason;
  std::string text;
  std::string transact_time;
  bool poss_resend = false;
};

// BusinessMessageReject(j) or Reject(3): the message with number `ref_seq_num` did nothing.
struct MessageReject {
  std::uint32_t ref_seq_num = 0;
  std::string ref_msg_type;
  std::string ref_id;                         // 379, j only
  std::optional<std::int64_t> reject_reason;  // 380 or 373
  std::optional<std::int64_t> ref_tag;        // 371, Reject(3) only
  std::optional<std::int64_t> reason;
  std::string text;
  std::string sending_time;
  std::optional<std::int64_t> retry_after_ms{};  // 20074: of one that was one too many, j only
  bool poss_resend = false;
};

// Any other message, as it came.
using Report =
    std::variant<ExecutionReport, CancelReject, MassCancelReport, MessageReject, Message>;

// Throws ProtocolError where a message lacks a field that its type must have.
Report to_report(const Message& message);

// 97=Y: it may have been told before, as all that a ReplayRequest brings. It answers nothing that
// is asked now.
[[nodiscard]] bool told_again(const Report& report);

}  // namespace betex::client
