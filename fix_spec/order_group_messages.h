// Order groups: a broker's own brake, of which FIX has nothing.
#pragma once

#include <array>

#include "fix_spec/fields.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

inline constexpr std::array kOrderGroupRequestFields{
    MessageField{field::kAccount, "NN", "as on D"},
    MessageField{field::kClOrdId, "YY", "a new id, as on D"},
    MessageField{
        field::kTransactTime, "YY", "your clock, as on D; with 20081=4 and 5 never too old"},
    MessageField{field::kOrderGroup,
                 "YY",
                 "the group, one of the account's: at most 15 printable ASCII characters"},
    MessageField{
        field::kOrderGroupAction, "YY", "1 create, 2 update, 3 reset, 4 trip, 5 delete: see below"},
    MessageField{field::kOrderGroupLimit,
                 "CC",
                 "with 20081=1 and 2, and with no other, as the next two: so much may be filled in "
                 "the window, stake or contracts; above 0"},
    MessageField{field::kOrderGroupWindowMs, "CC", "the window, 1000 to 3600000 milliseconds"},
    MessageField{field::kOrderGroupScope,
                 "CC",
                 "what is counted: 1 every fill, 2 fills of orders that were in the book"},
    MessageField{field::kOrderGroupCancelOnDisconnect,
                 "NN",
                 "with 20081=1 and 2: Y: the group's orders are cancelled when this session is "
                 "gone; without it N"},
};

inline constexpr MessageSpec kOrderGroupRequest{
    .type = "UOG",
    .name = "OrderGroupRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker},
    .id_tags = {field::kClOrdId.tag},
    .effect = Effect::Order,
    .fields = kOrderGroupRequestFields,
};

inline constexpr std::array kOrderGroupReportFields{
    MessageField{field::kAccount, "YY"},
    MessageField{field::kClOrdId,
                 "CC",
                 "of the request; absent on a copy, and where nobody has asked: its fills have "
                 "tripped the group"},
    MessageField{field::kText, "CC", "where refused"},
    MessageField{field::kTransactTime, "YY", "when the exchange decided"},
    MessageField{field::kTotalAffectedOrders,
                 "CC",
                 "where the group has tripped: so many orders were cancelled for it, also 0"},
    MessageField{field::kCopyMsgIndicator, "NN", "Y: a drop copy"},
    MessageField{field::kEngineReason, "CC", "where refused: section 5"},
    MessageField{field::kRetry, "CC", "where refused: section 5"},
    MessageField{field::kReportId,
                 "YY",
                 "event and leg, as ExecID has them: the same when the message is told again"},
    MessageField{field::kOrderGroup, "YY", "the group"},
    MessageField{field::kOrderGroupAction, "YY", "what was done, or asked; 4 it has tripped"},
    MessageField{field::kOrderGroupLimit,
                 "CC",
                 "with 20085, as the next two and the last three: what holds from now on"},
    MessageField{field::kOrderGroupWindowMs, "CC"},
    MessageField{field::kOrderGroupScope, "CC"},
    MessageField{field::kOrderGroupState,
                 "CC",
                 "1 active, 2 tripped; absent where refused, and where the group was deleted"},
    MessageField{field::kOrderGroupCancelOnDisconnect, "CC"},
    MessageField{field::kOrderGroupFilled, "CC", "what was filled in the window"},
    MessageField{field::kOrderGroupLiveOrders, "CC", "how many live orders it has"},
};

inline constexpr MessageSpec kOrderGroupReport{
    .type = "UOH",
    .name = "OrderGroupReport",
    .direction = Direction::Outbound,
    .fields = kOrderGroupReportFields,
};

inline constexpr auto kOrderGroupMessages = std::to_array<const MessageSpec*>({
    &kOrderGroupRequest,
    &kOrderGroupReport,
});

}  // namespace betex::fix
