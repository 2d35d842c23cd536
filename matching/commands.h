// What can be asked of the engine. Commands come from outside, sequenced by the match stage, and
// are never journaled themselves: the events that they cause are. Each stands in the header of its
// subject.
//
// Requests of operators have a `request_id`, which is used up by the first command that bears it,
// also by one that is refused; it is empty for what the gateway itself does at a start. Their
// `transact_time` is at most 30 days old and 5 minutes ahead, and a minute from now of what reopens
// something (RULES.md section 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

#include "matching/account_commands.h"
#include "matching/boxed.h"
#include "matching/market_commands.h"
#include "matching/operation_commands.h"
#include "matching/order_commands.h"
#include "matching/order_group_commands.h"
#include "matching/session_commands.h"
#include "matching/types.h"

namespace betex::matching {

// Where a command came from. `session` 0 is the gateway itself (bootstrap, session bookkeeping).
// An application message's origin moves its session's expected inbound number to msg_seq_num + 1.
struct Origin {
  SessionId session{};
  SessionEpoch epoch{};
  MsgSeqNum msg_seq_num{};

  friend constexpr bool operator==(const Origin&, const Origin&) noexcept = default;
};

// ---- The engine's own steps ---------------------------------------------------------------------

// Time has reached the engine's next deadline: expiries, releases, the end of the trading day.
struct AdvanceTime {};

// The next chunk of the oldest batched process (RULES.md section 4).
struct ContinueBatch {};

using CommandBody = std::variant<PlaceOrder,
                                 CancelOrder,
                                 CreateAccount,
                                 CreateMarket,
                                 AddRunner,
                                 OpenMarket,
                                 SessionUp,
                                 SessionDown,
                                 ReserveNumbers,
                                 RefuseInbound,
                                 AdvanceTime,
                                 // Their order is on disk as TransactionHeader::command_kind: new
                                 // ones go to the end.
                                 AmendOrder,
                                 MassCancel,
                                 RemoveRunner,
                                 SuspendMarket,
                                 ResumeMarket,
                                 HaltMarket,
                                 UnhaltMarket,
                                 TurnInPlay,
                                 CloseMarket,
                                 DetermineMarket,
                                 VoidMarket,
                                 SuspendAccount,
                                 ResumeAccount,
                                 SetLimits,
                                 ConfirmDelivery,
                                 SetSessionNumbers,
                                 SuspendSession,
                                 ResumeSession,
                                 LogoutSession,
                                 SetTradingDay,
                                 Announce,
                                 MoveWatermark,
                                 ContinueBatch,
                                 CreateExchange,
                                 MoveFunds,
                                 SettleMarket,
                                 ArchiveMarket,
                                 ReopenMarket,
                                 ChangeMarket,
                                 DescribeMarket,
                                 HaltExchange,
                                 UnhaltExchange,
                                 CancelOnBehalf,
                                 RequireApproval,
                                 Approve,
                                 Decline,
                                 WatchMarkets,
                                 OrderGroupRequest,
                                 StopExchange>;

// The place of a command in CommandBody, from 1: what a journaled `command` means. // on disk
template <typename Body>
inline constexpr std::uint16_t kCommandKind = [] {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    std::uint16_t kind = 0;
    ((std::is_same_v<Body, std::variant_alternative_t<I, CommandBody>>
          ? void(kind = static_cast<std::uint16_t>(I + 1))
          : void()),
     ...);
    return kind;
  }
  (std::make_index_sequence<std::variant_size_v<CommandBody>>{});
}();

// One command, at most one transaction. `timestamp` is assigned once, when it is sequenced, and
// never runs backwards. `digest` is taken over the content of an operator's request, all but its
// TransactTime: two requests with one id are repetitions of each other where it is the same.
struct Command {
  Timestamp timestamp;
  Origin origin;
  std::uint64_t digest = 0;    // 0 for everything else
  OptionalBox<Remark> remark;  // what an operator wrote beside a request
  CommandBody body;
};

// Many wait on a ring, most of them orders: what is longer than an order is boxed.
static_assert(sizeof(Command) <= 240);

// Takes the hashes of the ids by which the engine looks for orders, so that it need not. On any
// thread, once the command is complete.
inline void take_hashes(const ClOrdIdKey& key, CommandBody& body) noexcept {
  const auto take = [&key](auto* request) {
    if (request != nullptr) {
      key.take_hash(request->cl_ord_id);
      if constexpr (requires { request->orig_cl_ord_id; }) {
        key.take_hash(request->orig_cl_ord_id);
      }
    }
  };
  take(std::get_if<PlaceOrder>(&body));
  take(std::get_if<CancelOrder>(&body));
  take(std::get_if<AmendOrder>(&body));
}

}  // namespace betex::matching
