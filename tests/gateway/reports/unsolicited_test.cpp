// Why an order is gone that nobody has asked to cancel, cause by cause, as the design's table has
// it.
#include "gateway/reports/unsolicited.h"

#include <array>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

using matching::CancelCause;
using matching::Reason;

struct Row {
  CancelCause cause;
  Reason reason;                     // 20001
  std::uint16_t restatement_reason;  // 378; 0: absent
};

constexpr std::array kRows{
    // By its owner, or by its own terms: no 378.
    Row{CancelCause::None, Reason::None, 0},
    Row{CancelCause::Requested, Reason::None, 0},
    Row{CancelCause::Expired, Reason::None, 0},
    Row{CancelCause::ImmediateOrCancel, Reason::ImmediateOrCancelRemainder, 0},
    Row{CancelCause::FillOrKill, Reason::FillOrKillNotFilled, 0},
    Row{CancelCause::MinimumFill, Reason::MinimumFillNotReached, 0},
    // Self-trade prevention: the taker, the maker, both.
    Row{CancelCause::SelfTradeTaker, Reason::SelfTradePrevented, 18},
    Row{CancelCause::SelfTradeMaker, Reason::SelfTradePrevented, 19},
    Row{CancelCause::SelfTradeBoth, Reason::SelfTradePrevented, 20},
    Row{CancelCause::SelfTradeDecrement, Reason::SelfTradePrevented, 99},
    // A halt.
    Row{CancelCause::MarketSuspended, Reason::MarketNotOpen, 6},
    Row{CancelCause::MarketPaused, Reason::MarketNotOpen, 6},
    // The market.
    Row{CancelCause::RunnerRemoved, Reason::RunnerNotActive, 8},
    Row{CancelCause::TurnedInPlay, Reason::LapsedAtTurnInPlay, 8},
    Row{CancelCause::MarketClosed, Reason::MarketNotOpen, 8},
    Row{CancelCause::MarketVoided, Reason::MarketNotOpen, 8},
    // The session.
    Row{CancelCause::Disconnected, Reason::None, 12},
    Row{CancelCause::LoggedOut, Reason::None, 13},
    // The rest.
    Row{CancelCause::AccountSuspended, Reason::AccountSuspended, 99},
    Row{CancelCause::SessionSuspended, Reason::SessionSuspended, 99},
    Row{CancelCause::DelayFailed, Reason::None, 99},  // the event has the reason
    Row{CancelCause::MassCancel, Reason::None, 99},
    Row{CancelCause::MassCancelOnBehalf, Reason::None, 8},
    Row{CancelCause::OrderGroupTripped, Reason::OrderGroupTripped, 99},
};
static_assert(kRows.size() == static_cast<std::size_t>(CancelCause::OrderGroupTripped) + 1);

TEST(Unsolicited, EveryCauseHasItsCode) {
  for (const Row& row : kRows) {
    const Unsolicited told = unsolicited(row.cause);
    EXPECT_EQ(told.reason, row.reason) << static_cast<int>(row.cause);
    EXPECT_EQ(told.restatement_reason, row.restatement_reason) << static_cast<int>(row.cause);
  }
}

}  // namespace
}  // namespace betex::gateway
