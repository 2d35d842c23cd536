// What we send about no order and no market of its own: News and refusals.
#pragma once

#include <array>

#include "fix_spec/fields.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

inline constexpr std::array kLineOfTextFields{
    MessageField{field::kText, "YY"},
};

inline constexpr Group kLinesOfText{.fields = kLineOfTextFields};

inline constexpr std::array kNewsSubjectFields{
    MessageField{field::kSymbol, "NN"},
};

inline constexpr Group kNewsSubjects{.fields = kNewsSubjectFields};

inline constexpr std::array kNewsFields{
    MessageField{field::kNoLinesOfText, "YY", "1, with Text(58)", &kLinesOfText},
    MessageField{field::kOrigTime, "NN", "always"},
    MessageField{field::kUrgency, "NN", "1 flash; absent: normal"},
    MessageField{field::kNoRelatedSym,
                 "NN",
                 "1, with Symbol(55): the market or instrument that it is about; absent: all",
                 &kNewsSubjects},
    MessageField{field::kHeadline, "YY", "the same as Text"},
    MessageField{field::kReportId,
                 "NN",
                 "event and leg, as ExecID has them: the same when the message is told again; "
                 "absent on one to you alone"},
};

inline constexpr MessageSpec kNews{
    .type = "B",
    .name = "News",
    .direction = Direction::Outbound,
    .fields = kNewsFields,
};

inline constexpr std::array kBusinessMessageRejectFields{
    MessageField{field::kRefSeqNum, "NN", "always"},
    MessageField{field::kText, "NN", "always"},
    MessageField{field::kRefMsgType, "YY"},
    MessageField{field::kBusinessRejectRefId,
                 "NN",
                 "the refused message's id, where it could be read: 584 of AF, 320 of x and c, 262 "
                 "of V, 324 of e, 710 of AN, 790 of H where it has one, 923 of BE, 1346 of BW, "
                 "20012 of UOC, 2328 of DH, 933 of BC, 1472 of B, else 11"},
    MessageField{field::kBusinessRejectReason, "YY", "section 5"},
    MessageField{field::kEngineReason, "NN", "always"},
    MessageField{field::kRetry, "NN", "always"},
    MessageField{field::kReportId,
                 "NN",
                 "event and leg, as ExecID has them: the same when the message is told again"},
    MessageField{field::kRetryAfterMs,
                 "NN",
                 "with 20001=143 where you have sent too many in a second: after so many "
                 "milliseconds the next one is taken"},
};

inline constexpr MessageSpec kBusinessMessageReject{
    .type = "j",
    .name = "BusinessMessageReject",
    .direction = Direction::Outbound,
    .fields = kBusinessMessageRejectFields,
};

inline constexpr auto kGeneralMessages = std::to_array<const MessageSpec*>({
    &kNews,
    &kBusinessMessageReject,
});

}  // namespace betex::fix
