// What may be asked of the exchange, as the words of betex-fix say it. Ids that are empty, and the
// account, are filled in by whoever sends it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/client/message.h"
#include "gateway/client/order_entry.h"

namespace betex::tools {

// Which order a cancel or status request means. `symbol` and `side` are needed where this session
// has not sent the order itself, since FIX wants them in the request.
struct OrderRef {
  std::string cl_ord_id;
  std::string order_id;  // 37; empty: by cl_ord_id
  std::string symbol;
  std::optional<client::Side> side;
};

struct CancelArgs {
  OrderRef order;
  std::string account;
  std::string cl_ord_id;  // of the cancel request itself
};

struct ReplaceArgs {
  OrderRef order;
  std::string account;
  std::string cl_ord_id;  // of the request itself
  std::string quantity;
  std::string price;
  std::string expire_time;
  std::string persistence;     // 20004; empty: as before, as the next
  std::string market_version;  // 20005
};

struct StatusArgs {
  OrderRef order;
  std::string account;
};

// How the node is: its figures, and this session's.
struct NodeRequest {};

// Prices, which are told to market data sessions only: a PriceDesk has one, and a Desk none.
struct PricesRequest {
  enum class Kind {
    Book,   // one instrument's ladder, as it moves
    Image,  // how the books are now
    Watch,  // and how they change
    List,   // the instruments that there are
  };

  Kind kind = Kind::Book;
  std::vector<std::string> symbols;
  std::vector<std::string> markets;
  int depth = 10;  // levels a side; 0: up to 1 000
  int conflate_ms = 0;
  bool traded_ladder = false;
  bool full_refresh = false;
  bool follow = false;                                  // List: and how they come and go
  bool json = false;                                    // a JSON object a line
  std::optional<std::chrono::milliseconds> for_time{};  // none: until it is interrupted
};

enum class Stamp { None, TransactTime };

// A message that asks for something by an id, and the message that answers it with the same id.
// Where an id has been decided before, an OperationsReport(UOR) answers in its place.
struct OperationKind {
  std::string_view type;
  int id_tag = 0;  // of the request and of its answer
  std::string_view answer;
  Stamp stamp = Stamp::TransactTime;
};

inline constexpr OperationKind kOperationsCommand{.type = "UOC", .id_tag = 20012, .answer = "UOR"};
inline constexpr OperationKind kCreateMarket{.type = "c", .id_tag = 320, .answer = "d"};
inline constexpr OperationKind kMassAction{.type = "CA", .id_tag = 11, .answer = "BZ"};
inline constexpr OperationKind kPartyAction{.type = "DH", .id_tag = 2328, .answer = "DI"};
inline constexpr OperationKind kAnnouncement{.type = "B", .id_tag = 1472, .answer = "UOR"};
inline constexpr OperationKind kSystemStatus{
    .type = "BC", .id_tag = 933, .answer = "BD", .stamp = Stamp::None};
inline constexpr OperationKind kPositions{.type = "AN", .id_tag = 710, .answer = "AP"};

// The kind with this MsgType; none: an order's, or no request of ours.
[[nodiscard]] const OperationKind* operation_kind(std::string_view type);

// What an operator asks for: the fields of its message behind the id and before TransactTime(60).
struct Operation {
  const OperationKind* kind = &kOperationsCommand;
  std::string id;
  std::vector<client::Field> fields;
};

// With TransactTime(60) of now where the kind has one. The id must be there.
[[nodiscard]] client::Message to_message(const Operation& operation);

// Until when its sender waits.
enum class Until {
  Answered,  // by anything that says what has become of it, be it that it waits
  Settled,   // also through a bet delay, or another operator's approval
};

struct Request {
  using Body = std::variant<client::NewOrder,
                            CancelArgs,
                            ReplaceArgs,
                            StatusArgs,
                            client::MassCancelRequest,
                            client::MassStatusRequest,
                            client::OrderGroupRequest,
                            client::ReplayRequest,
                            client::LimitsRequest,
                            client::SecurityListRequest,
                            client::SecurityStatusRequest,
                            NodeRequest,
                            PricesRequest,
                            Operation>;

  Body body;
  Until until = Until::Answered;
};

}  // namespace betex::tools
