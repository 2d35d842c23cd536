// What a Logon may hold: a table of what is wrong with one, and what of a good one is read.
#include "gateway/wire/logon_check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/wire/report_encoder.h"
#include "matching/ladder.h"
#include "tests/gateway/wire/fix_text.h"
#include "tests/gateway/wire/sample_reports.h"

namespace betex::fix {
namespace {

using matching::MsgSeqNum;
using testing::message;

const std::string kHeader = "34=7|49=BROKER1|52=20261122-14:20:31.000|56=BETEX|";

std::string required(FixVersion version) {
  return version == FixVersion::Fixt11 ? "98=0|108=30|1137=9|" : "98=0|108=30|";
}

tl::expected<Logon, LogonRefusal> check(FixVersion version, const std::string& body) {
  const std::string frame = message(version, "35=A|" + body);
  FieldTable fields;
  fields.read(frame);
  return check_logon(fields, {.version = version, .reset_allowed = true});
}

// "" where it is taken.
std::string fault(FixVersion version, const std::string& body) {
  const auto logon = check(version, body);
  return logon ? "" : logon.error().text;
}

class LogonCheck : public ::testing::TestWithParam<FixVersion> {
 protected:
  // Of a Logon with these fields besides.
  static std::string fault_with(const std::string& fields) {
    return fault(GetParam(), kHeader + required(GetParam()) + fields);
  }

  static tl::expected<Logon, LogonRefusal> good(const std::string& fields) {
    return check(GetParam(), kHeader + required(GetParam()) + fields);
  }
};

// Of sessions whose numbers live as long as their connection.
TEST_P(LogonCheck, RefusesOneWithoutAResetWhereEachMustHaveIt) {
  const auto fault = [](const std::string& number, const std::string& fields) {
    const std::string frame = message(
        GetParam(),
        "35=A|" + number + kHeader.substr(kHeader.find('|') + 1) + required(GetParam()) + fields);
    FieldTable table;
    table.read(frame);
    const auto logon = check_logon(table, {.version = GetParam(), .reset_required = true});
    return logon ? "" : logon.error().text;
  };
  EXPECT_EQ(fault("34=1|", "141=Y|"), "");
  const std::string missing =
      "ResetSeqNumFlag(141)=Y is missing: this session's numbers begin again at each Logon";
  EXPECT_EQ(fault("34=1|", ""), missing);
  EXPECT_EQ(fault("34=1|", "141=N|"), missing);
  EXPECT_EQ(fault("34=7|", "141=Y|"), "with ResetSeqNumFlag(141)=Y MsgSeqNum(34) must be 1, not 7");
}

TEST_P(LogonCheck, ReadsWhatItSays) {
  const auto plain = good("553=u|554=p|");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->number, MsgSeqNum{7});
  EXPECT_EQ(plain->heart_bt_int, 30U);
  EXPECT_FALSE(plain->reset);
  EXPECT_FALSE(plain->cancel_on_disconnect.has_value());
  EXPECT_FALSE(plain->next_expected.has_value());

  const auto full = good("141=N|8013=Y|789=12|");
  ASSERT_TRUE(full.has_value());
  EXPECT_EQ(full->cancel_on_disconnect, true);
  EXPECT_EQ(full->next_expected, MsgSeqNum{12});
  EXPECT_EQ(good("8013=N|")->cancel_on_disconnect, false);
}

TEST_P(LogonCheck, TakesTheStandardFieldsThatEveryEngineSends) {
  for (const std::string fields : {"383=1024|",
                                   "383=999999999|",
                                   "464=N|",
                                   "384=0|",
                                   "384=1|372=D|385=S|",
                                   "384=3|372=D|385=S|372=8|385=R|372=F|464=N|",
                                   "384=2|372=D|372=D|",
                                   "789=1|"}) {
    EXPECT_EQ(fault_with(fields), "") << fields;
  }
}

TEST_P(LogonCheck, RefusesEveryOtherFieldAndEveryWrongValueInWords) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"7=1|", "a Logon has no tag 7"},
      {"58=hello|", "a Logon has no tag 58"},
      {"112=id|", "a Logon has no tag 112"},
      {"9999=x|", "a Logon has no tag 9999"},
      {"925=new|", "a Logon has no tag 925"},
      {"11=an order's|", "Tag not defined for this message type: tag 11"},
      {"95=3|96=abc|", "Invalid tag number: tag 95"},
      {"115=X|", "Invalid tag number: tag 115"},
      {"abc=1|", "a tag is not a number"},
      {"553=|", "Tag specified without a value: Username(553)"},
      {"43=Y|", "Tag specified out of required order: PossDupFlag(43)"},
      {"553=a|553=b|", "Tag appears more than once: Username(553)"},
      {"789=1|789=2|", "NextExpectedMsgSeqNum(789) appears more than once"},
      {"8013=Y|8013=N|", "CancelOrdersOnDisconnect(8013) appears more than once"},
      {"8013=X|", "CancelOrdersOnDisconnect(8013) is neither Y nor N"},
      {"464=Y|", "TestMessageIndicator(464) is Y, but this is no test session"},
      {"464=1|", "TestMessageIndicator(464) is neither Y nor N"},
      {"383=1023|", "MaxMessageSize(383) is 1023, but our messages have up to 1024 bytes"},
      {"383=0|", "MaxMessageSize(383) is 0, but our messages have up to 1024 bytes"},
      {"383=4294967297|", "MaxMessageSize(383) is no number of at most 9 digits"},
      {"789=0|", "NextExpectedMsgSeqNum(789) is no number from 1 to 999999999"},
      {"789=x|", "NextExpectedMsgSeqNum(789) is no number from 1 to 999999999"},
      {"384=x|", "NoMsgTypes(384) is no number"},
      {"384=2|372=D|", "NoMsgTypes(384) does not count the entries behind it"},
      {"384=0|372=D|", "NoMsgTypes(384) does not count the entries behind it"},
      {"384=1|385=S|372=D|",
       "the group behind NoMsgTypes(384) does not begin with RefMsgType(372)"},
      {"372=D|", "a Logon has no RefMsgType(372) there"},
      {"384=1|372=D|464=N|385=S|", "a Logon has no MsgDirection(385) there"},
      {"141=X|", "Incorrect data format for value: ResetSeqNumFlag(141)"},
      {"141=Y|", "with ResetSeqNumFlag(141)=Y MsgSeqNum(34) must be 1, not 7"},
  };
  for (const auto& [fields, expected] : cases) {
    EXPECT_EQ(fault_with(fields), expected) << fields;
  }
}

TEST_P(LogonCheck, RefusesAWrongHeaderInWords) {
  const std::string body = required(GetParam());
  const std::vector<std::pair<std::string, std::string>> cases{
      {"49=B|52=20261122-14:20:31|56=X|",
       "MsgSeqNum(34) is missing or no number from 1 to 999999999"},
      {"34=0|49=B|52=20261122-14:20:31|56=X|",
       "MsgSeqNum(34) is missing or no number from 1 to 999999999"},
      {"34=1|49=B|56=X|", "Required tag missing: SendingTime(52)"},
      {"34=1|49=B|52=yesterday|56=X|", "Incorrect data format for value: SendingTime(52)"},
      {"34=1|49=B|49=C|52=20261122-14:20:31|56=X|", "Tag appears more than once: SenderCompID(49)"},
      {"34=1|43=Y|49=B|52=20261122-14:20:31|56=X|",
       "OrigSendingTime(122) is missing beside PossDupFlag(43)=Y"},
      {"34=1|43=Y|49=B|52=20261122-14:20:31|56=X|122=20261122-14:20:32|",
       "OrigSendingTime(122) is later than SendingTime(52)"},
      {"34=1|43=Y|49=B|52=20261122-14:20:31|56=X|122=20261122-14:20:31|", ""},
      {"34=1|49=B|52=20261122-14:20:31|56=X|369=x|",
       "Incorrect data format for value: LastMsgSeqNumProcessed(369)"},
  };
  for (const auto& [header, expected] : cases) {
    EXPECT_EQ(fault(GetParam(), header + body), expected) << header;
  }
}

TEST_P(LogonCheck, HoldsHeartBtIntAgainstItsLimitsAtBothEnds) {
  const std::string version = GetParam() == FixVersion::Fixt11 ? "1137=9|" : "";
  const auto fault_of = [&](const std::string& fields) {
    return fault(GetParam(), kHeader + fields + version);
  };
  EXPECT_EQ(fault_of("98=0|108=5|"), "");
  EXPECT_EQ(fault_of("98=0|108=60|"), "");
  EXPECT_EQ(fault_of("98=0|108=4|"), "HeartBtInt(108) is 4, but must be from 5 to 60");
  EXPECT_EQ(fault_of("98=0|108=61|"), "HeartBtInt(108) is 61, but must be from 5 to 60");
  EXPECT_EQ(fault_of("98=0|108=-30|"), "Incorrect data format for value: HeartBtInt(108)");
  EXPECT_EQ(fault_of("98=0|108=4294967326|"),
            "Value is incorrect (out of range) for this tag: HeartBtInt(108)");
  EXPECT_EQ(fault_of("98=0|"), "HeartBtInt(108) is missing");
  EXPECT_EQ(fault_of("108=30|"), "EncryptMethod(98) is missing");
  EXPECT_EQ(fault_of("98=1|108=30|"), "EncryptMethod(98) must be 0");
}

TEST_P(LogonCheck, AResetBeginsBothSidesAtOneWhereItIsAgreed) {
  const std::string header = "34=1|49=BROKER1|52=20261122-14:20:31.000|56=BETEX|";
  const std::string frame =
      message(GetParam(), "35=A|" + header + required(GetParam()) + "141=Y|789=1|");
  FieldTable fields;
  fields.read(frame);
  EXPECT_TRUE(check_logon(fields, {.version = GetParam(), .reset_allowed = true})->reset);
  EXPECT_EQ(check_logon(fields, {.version = GetParam()}).error().text,
            "ResetSeqNumFlag(141)=Y is not agreed for this session");
  EXPECT_EQ(fault(GetParam(), header + required(GetParam()) + "141=Y|789=2|"),
            "with ResetSeqNumFlag(141)=Y NextExpectedMsgSeqNum(789) must be 1, not 2");
}

TEST(LogonVersions, AreThoseOfTheDialect) {
  const std::string logon = kHeader + "98=0|108=30|";
  EXPECT_EQ(fault(FixVersion::Fixt11, logon), "DefaultApplVerID(1137) is missing");
  EXPECT_EQ(fault(FixVersion::Fixt11, logon + "1137=8|"),
            "Invalid/Unsupported Application Version: DefaultApplVerID(1137)");
  EXPECT_EQ(fault(FixVersion::Fixt11, logon + "1137=9|384=1|372=D|1130=9|1131=x|1406=1|1410=Y|"),
            "");
  EXPECT_EQ(fault(FixVersion::Fix44, logon + "1137=9|"),
            "Invalid tag number: DefaultApplVerID(1137)");
  EXPECT_EQ(fault(FixVersion::Fix44, logon + "384=1|372=D|1130=9|"),
            "a Logon has no RefApplVerID(1130)");
}

TEST(LogonNumbers, MustNotBeOfAnotherHistory) {
  const auto fault_of = [](const Logon& logon) {
    const auto refusal =
        check_logon_numbers(logon, {.next_in = MsgSeqNum{5}, .next_out = MsgSeqNum{9}});
    return refusal ? refusal->text : std::string{};
  };
  EXPECT_EQ(fault_of({.number = MsgSeqNum{5}}), "");
  EXPECT_EQ(fault_of({.number = MsgSeqNum{6}}), "") << "what lacks is asked for";
  EXPECT_EQ(fault_of({.number = MsgSeqNum{4}}), "MsgSeqNum too low, expecting 5 but received 4");
  EXPECT_EQ(fault_of({.number = MsgSeqNum{5}, .next_expected = MsgSeqNum{9}}), "");
  EXPECT_EQ(fault_of({.number = MsgSeqNum{5}, .next_expected = MsgSeqNum{1}}), "");
  EXPECT_EQ(fault_of({.number = MsgSeqNum{5}, .next_expected = MsgSeqNum{10}}),
            "NextExpectedMsgSeqNum(789) is 10, but our next number is 9");
  EXPECT_EQ(fault_of({.number = MsgSeqNum{1}, .reset = true, .next_expected = MsgSeqNum{1}}), "");
}

// Of `report` with everything as long as it can be, and with what a resend adds.
std::size_t longest_of(Report report, FixVersion version) {
  const std::string name(31, 'N');
  report.id = {.event = matching::EventSeq{UINT64_MAX}, .leg = UINT32_MAX};
  std::string bytes;
  encode(report,
         {.version = version,
          .sender_comp_id = name,
          .target_comp_id = name,
          .msg_seq_num = MsgSeqNum{999'999'999},
          .sending_time = matching::Timestamp{1},
          .last_msg_seq_num_processed = MsgSeqNum{999'999'999},
          .poss_resend = true},
         bytes);
  constexpr std::size_t kAddedByAResend = sizeof("43=Y|122=20261122-14:20:31.000000|");
  return bytes.size() + kAddedByAResend;
}

// With everything as long as it can be.
TEST_P(LogonCheck, NoMessageThatWeMakeIsLongerThanMaxMessageSizeMustAllow) {
  const std::string name(31, 'N');
  const std::string cl_ord_id(matching::kMaxClOrdIdLength, 'C');
  const matching::Decimal number{-999'999'999'999'999'999};
  ExecutionReport execution{.exec_type = ExecType::Trade,
                            .order_id = matching::OrderId{UINT64_MAX},
                            .cl_ord_id = matching::ClOrdId{cl_ord_id},
                            .orig_cl_ord_id = matching::ClOrdId{cl_ord_id},
                            .account = matching::Name{name},
                            .symbol = matching::Name{name},
                            .price = number,
                            .order_qty = number,
                            .cum_qty = number,
                            .leaves_qty = number,
                            .last_qty = number,
                            .last_px = number,
                            .avg_px_e8 = INT64_MIN + 1,
                            .expire_time = matching::Timestamp{1},
                            .effective_time = matching::Timestamp{1},
                            .status_req_id = matching::Name{name},
                            .mass_status_req_id = matching::Name{name},
                            .total_reports = UINT32_MAX,
                            .copy = true,
                            .reason = matching::Reason::LowDiskSpace,
                            .restatement_reason = 12,
                            .format = {.price_decimals = 2, .quantity_decimals = 2}};
  News news{.subject = matching::Name{name}, .headline = matching::Remark{std::string(255, 'H')}};
  std::vector<Report> reports = testing::all_reports(GetParam());
  reports.push_back({.body = execution});
  reports.push_back({.body = news});
  std::size_t longest = 0;
  for (const Report& report : reports) {
    longest = std::max(longest, longest_of(report, GetParam()));
  }
  EXPECT_LE(longest, kLongestMessageBytes);
}

// The one exception that brokers can meet, who have to ask for it.
TEST(LongestMessages, ASecurityListHasNoMoreThanTheRulesSay) {
  const matching::Name name{std::string(31, 'N')};
  const std::string text(matching::DescriptionText::kCapacity, 'D');
  const matching::Decimal number{INT64_MAX};
  SecurityList list{.request_id = name,
                    .total = UINT32_MAX,
                    .last = false,
                    .symbol = name,
                    .status = ListingStatus::Published,
                    .description = text,
                    .tick_rules = {},
                    .quantity_step = number,
                    .min_quantity = number,
                    .max_quantity = number,
                    .currency = matching::Currency{"EUR"},
                    .market = name,
                    .market_version = UINT64_MAX,
                    .kind = matching::MarketKind::ExchangeOdds,
                    .ladder = matching::LadderKind::Classic,
                    .winners = 99,
                    .bet_delay_ms = 60'000,
                    .commission_bp = 10'000,
                    .scheduled_start = matching::Timestamp{1},
                    .market_description = text,
                    .parent = name,
                    .format = {.price_decimals = 2, .quantity_decimals = 2}};
  for (const matching::Band& band : matching::kClassic.bands()) {
    list.tick_rules.push_back({.first = matching::Decimal{std::int64_t{band.from} * 10'000},
                               .last = matching::Decimal{std::int64_t{band.to} * 10'000},
                               .increment = matching::Decimal{std::int64_t{band.step} * 10'000}});
  }
  EXPECT_LE(longest_of({.id = {}, .body = list}, FixVersion::Fixt11), kLongestSecurityListBytes);
  EXPECT_GT(longest_of({.id = {}, .body = list}, FixVersion::Fixt11), kLongestMessageBytes);
}

INSTANTIATE_TEST_SUITE_P(BothDialects,
                         LogonCheck,
                         ::testing::Values(FixVersion::Fixt11, FixVersion::Fix44),
                         [](const auto& param) {
                           return param.param == FixVersion::Fixt11 ? "Fixt11" : "Fix44";
                         });

}  // namespace
}  // namespace betex::fix
