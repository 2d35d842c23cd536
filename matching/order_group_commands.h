// Order groups: a market maker's own brake. When the fills of a group within its window reach its
// limit, all its orders are cancelled, and none is taken until it is reset (RULES.md section 3).
#pragma once

#include <cstdint>

#include "matching/types.h"

namespace betex::matching {

enum class OrderGroupAction : std::uint8_t {  // on disk and on the wire: OrderGroupAction(20081)
  Create = 1,
  Update = 2,
  Reset = 3,
  Trip = 4,
  Delete = 5,
};

enum class CountedFills : std::uint8_t {  // on disk and on the wire: OrderGroupScope(20084)
  All = 1,
  Makers = 2,  // of resting orders
};

inline constexpr std::uint32_t kMinGroupWindowMs = 1'000;
inline constexpr std::uint32_t kMaxGroupWindowMs = 3'600'000;

// OrderGroupRequest(UOG). The ClOrdID is used up like that of any request of the account's.
struct OrderGroupRequest {
  Name account;
  ClOrdId cl_ord_id;
  Reference group;
  Decimal limit;                // this and the next two: of Create and Update, which state all
  std::uint32_t window_ms = 0;  //
  CountedFills counted{};       //
  OrderGroupAction action{};
  bool cancel_on_disconnect = false;  // when the session that asks is gone, the group's orders go
  Timestamp transact_time;
};

}  // namespace betex::matching
