// The hand-made codec beside QuickFIX with our dictionaries: what we write it accepts and would
// write again byte for byte, and what we take or refuse it takes or refuses as well.

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "fix_spec/messages.h"
#include "fix_spec/operations.h"
#include "gateway/session/quickfix.h"
#include "gateway/wire/guard.h"
#include "gateway/wire/order_decoder.h"
#include "gateway/wire/report_encoder.h"
#include "tests/fix_spec/dictionaries.h"
#include "tests/gateway/wire/fix_text.h"
#include "tests/gateway/wire/sample_operation_reports.h"
#include "tests/gateway/wire/sample_operations.h"

namespace betex::fix {
namespace {

using testing::message;
using testing::readable;

const MessageSpec& request_spec(std::string_view msg_type) {
  return **std::ranges::find_if(kMessages, [&](const MessageSpec* message) {
    return message->type == msg_type && message->direction == Direction::Inbound;
  });
}

// One that may send it, with all that it may have: brokers may not end what they are told (263=2).
SessionRole sender_of(std::string_view msg_type) {
  const RoleSet& roles = request_spec(msg_type).roles;
  if (roles.contains(SessionRole::Broker) && msg_type != "x") {
    return SessionRole::Broker;
  }
  return roles.contains(SessionRole::Ops) ? SessionRole::Ops : SessionRole::MarketData;
}

class QuickFixAgreement : public ::testing::TestWithParam<FixVersion> {
 protected:
  static const FIX::DataDictionary& session_dictionary() {
    return testing::session_dictionary(GetParam());
  }

  static const FIX::DataDictionary& application_dictionary() {
    return testing::application_dictionary(GetParam());
  }

  static FIX::Message parse(const std::string& text) {
    return FIX::Message{text, session_dictionary(), application_dictionary(), true};
  }

  static std::string validate(const std::string& text) {
    return testing::validate(GetParam(), text);
  }

  static std::string encoded(const Report& report) {
    std::string out;
    encode(report,
           {.version = GetParam(),
            .sender_comp_id = "BETEX",
            .target_comp_id = "BROKER1",
            .msg_seq_num = matching::MsgSeqNum{42},
            .sending_time = matching::Timestamp{1'795'357'231'123'456'789},
            .last_msg_seq_num_processed = matching::MsgSeqNum{7},
            .poss_resend = true},
           out);
    return out;
  }

  static Decoded decode_text(const std::string& text) {
    static constexpr std::array kAccounts{matching::Name{"BROKER1"}};
    FieldTable fields;
    EXPECT_EQ(fields.read(text), FieldTable::Fault::None) << readable(text);
    EXPECT_TRUE(std::holds_alternative<Accepted>(guard(fields, GetParam()))) << readable(text);
    return decode(fields,
                  {.version = GetParam(),
                   .role = sender_of(fields.msg_type()),
                   .accounts = kAccounts,
                   .currency = matching::Currency{"EUR"}});
  }

  static std::string message_with(const std::string& body) {
    return message(GetParam(),
                   body.substr(0, body.find('|') + 1) +
                       "34=2|49=BROKER1|52=20261122-14:20:31.000|56=BETEX|" +
                       body.substr(body.find('|') + 1));
  }
};

// What operators ask, likewise.
std::vector<std::string> full_operations() {
  std::vector<std::string> requests{
      "35=c|15=EUR|60=20261122-14:20:31|146=2|55=X|55=Y|320=r|321=1|561=0.5|562=1|1140=9|1300=M|"
      "2330=Y|20030=1|20031=1|20034=2|20035=5000|20036=500|20072=Y|",
      "35=c|60=20261122-14:20:31|320=r|321=1|1300=M|20029=500|20030=5|20031=2|",
      "35=CA|11=m|54=1|60=20261122-14:20:31|1373=3|1374=7|1461=1|1462=A|1463=D|1464=24|2330=N|",
      "35=CA|11=m|55=X|60=20261122-14:20:31|1373=3|1374=1|",
      "35=CA|11=m|60=20261122-14:20:31|1300=M|1373=3|1374=9|",
      "35=DH|60=20261122-14:20:31|453=1|448=A|447=D|452=55|2328=p|2329=1|2330=N|",
      "35=BC|933=n|935=1|",
      "35=BC|933=n|935=9|936=2|930=A|930=B|",
      "35=B|33=1|58=t|60=20261122-14:20:31|61=1|146=1|55=X|148=t|1472=n|",
      "35=UOC|60=20261122-14:20:31|1300=M|107=t|20011=DescribeMarket|20012=o|55=X|"};
  for (const testing::SampleCommand& sample : testing::sample_commands()) {
    std::string body = "35=UOC|20011=" + std::string{to_text(sample.operation)} + "|";
    for (const auto& fields : {testing::kRequiredOfEveryCommand,
                               sample.required,
                               sample.optional,
                               testing::kOptionalOfEveryCommand}) {
      for (const std::string& field : fields) {
        body += field + "|";
      }
    }
    requests.push_back(body);
  }
  return requests;
}

// The requests that we take, each with every field that it may have.
std::vector<std::string> full_requests(FixVersion version) {
  const std::string stp = version == FixVersion::Fixt11 ? "2964=1|" : "20003=1|";
  const std::string account_type = version == FixVersion::Fixt11 ? "" : "581=1|";
  std::vector<std::string> requests{
      "35=D|1=BROKER1|11=a|18=6 K|21=1|38=5|40=2|44=2.02|54=1|55=X|59=6|"
      "60=20261122-14:20:31|110=1|126=20261231-23:59:59.999|" +
          stp + "583=r|20004=1|20005=7|20006=12.50|20080=g|",
      "35=F|1=BROKER1|11=b|37=5|38=5|41=a|54=2|55=X|60=20261122-14:20:31.123456|",
      "35=H|1=BROKER1|11=b|37=5|54=2|55=X|790=q|",
      "35=G|1=BROKER1|11=c|21=1|37=5|38=5|40=2|41=a|44=2.02|54=1|55=X|59=6|60=20261122-14:20:31|"
      "126=20261231-23:59:59.999|20004=1|20005=7|",
      "35=AF|1=BROKER1|54=1|55=X|583=r|584=s|585=1|20080=g|",
      "35=q|1=BROKER1|11=d|54=1|55=X|60=20261122-14:20:31|530=1|583=r|20080=g|",
      "35=q|1=BROKER1|11=d|54=1|60=20261122-14:20:31|530=6|583=r|20080=g|",
      "35=UOG|1=BROKER1|11=g|60=20261122-14:20:31|20080=g|20081=1|20082=200.5|20083=5000|20084=1|"
      "20086=Y|",
      "35=UOG|1=BROKER1|11=g|60=20261122-14:20:31|20080=g|20081=4|",
      "35=AN|1=BROKER1|60=20261122-14:20:31|" + account_type + "710=p|715=20261122|724=0|"};
  if (version == FixVersion::Fixt11) {
    requests.insert(requests.end(),
                    {"35=q|1=BROKER1|11=d|54=1|60=20261122-14:20:31|530=9|1300=M|",
                     "35=BW|1346=r|1347=0|1351=1|1355=BETEX|1182=1|1183=9|",
                     "35=BE|553=u|923=t|924=5|",
                     "35=x|55=X|320=r|559=0|",
                     "35=x|320=r|559=5|1300=M|",
                     "35=x|263=1|320=r|559=4|",
                     "35=e|55=X|263=1|324=r|",
                     "35=V|146=2|55=X|55=Y|262=m|263=1|264=9|265=1|266=Y|267=5|269=0|269=1|269=2|"
                     "269=B|269=C|547=Y|815=2|20051=50|20052=Y|",
                     "35=V|262=m|263=1|264=1|267=1|269=2|1310=2|1300=M|1300=N|"});
    for (const std::string& operation : full_operations()) {
      requests.push_back(operation);
    }
  }
  return requests;
}

std::string msg_type_of(const std::string& body) {
  return body.substr(3, body.find('|') - 3);
}

TEST_P(QuickFixAgreement, QuickFixAcceptsAllThatWeSend) {
  for (const Report& report : testing::all_reports_and_operations(GetParam())) {
    EXPECT_EQ(validate(encoded(report)), "") << readable(encoded(report));
  }
}

TEST_P(QuickFixAgreement, QuickFixWouldResendOurMessagesByteForByte) {
  for (const Report& report : testing::all_reports_and_operations(GetParam())) {
    const std::string text = encoded(report);
    EXPECT_EQ(readable(parse(text).toString()), readable(text));
  }
}

// What QuickFIX does to a message that it sends again.
TEST_P(QuickFixAgreement, AResendDiffersInFiveFieldsAlone) {
  const auto fields_of = [](const std::string& text) {
    FieldTable table;
    EXPECT_EQ(table.read(text), FieldTable::Fault::None);
    std::vector<std::string> fields;
    for (const Field& field : table.fields()) {
      if (field.tag != 9 && field.tag != 10 && field.tag != 43 && field.tag != 52 &&
          field.tag != 122) {
        fields.push_back(std::to_string(field.tag) + "=" + std::string{field.value});
      }
    }
    return fields;
  };
  for (const Report& report : testing::all_reports_and_operations(GetParam())) {
    const std::string text = encoded(report);
    FIX::Message resent = parse(text);
    resent.getHeader().setField(FIX::OrigSendingTime{FIX::UtcTimeStamp{}});
    resent.getHeader().setField(FIX::PossDupFlag{true});
    resent.getHeader().setField(FIX::SendingTime{FIX::UtcTimeStamp{}, 6});
    EXPECT_EQ(fields_of(resent.toString()), fields_of(text));
  }
}

TEST_P(QuickFixAgreement, BothTakeARequestWithEveryFieldThatItMayHave) {
  for (const std::string& body : full_requests(GetParam())) {
    const std::string text = message_with(body);
    EXPECT_EQ(validate(text), "") << body;
    const Decoded decoded = decode_text(text);
    EXPECT_FALSE(std::holds_alternative<SessionReject>(decoded) ||
                 std::holds_alternative<BusinessReject>(decoded) ||
                 std::holds_alternative<MarketDataRequestReject>(decoded))
        << body;
  }
}

// So that what follows speaks of every request, and of every field of it.
TEST_P(QuickFixAgreement, TheRequestsAreThoseOfTheTableWithAllTheirFields) {
  for (const MessageSpec* const message : kMessages) {
    if (message->layer == Layer::Session || message->direction != Direction::Inbound ||
        !message->is_in(GetParam())) {
      continue;
    }
    std::string seen;
    for (const std::string& body : full_requests(GetParam())) {
      seen += msg_type_of(body) == message->type ? "|" + body : "";
    }
    for (const MessageField& row : message->fields) {
      EXPECT_EQ(seen.find("|" + std::to_string(row.field.tag) + "=") != std::string::npos,
                row.is_in(GetParam()))
          << message->type << " " << row.field.tag;
    }
  }
}

// Tag by tag over everything that FIX has, and our own: the two agree on what a request may carry.
TEST_P(QuickFixAgreement, BothAgreeOnTheTagsOfEveryRequest) {
  std::vector<std::uint32_t> tags;
  for (std::uint32_t tag = 1; tag <= 3100; ++tag) {
    tags.push_back(tag);
  }
  for (std::uint32_t tag = 20001; tag <= 20127; ++tag) {
    tags.push_back(tag);
  }
  std::size_t taken = 0;
  std::set<std::string> types;
  for (const std::string& body : full_requests(GetParam())) {
    types.insert(msg_type_of(body));
  }
  for (const std::string& msg_type : types) {
    const bool goes_both_ways = std::ranges::count(kMessages, msg_type, &MessageSpec::type) > 1;
    for (const std::uint32_t tag : tags) {
      if (session_dictionary().isHeaderField(static_cast<int>(tag)) ||
          session_dictionary().isTrailerField(static_cast<int>(tag))) {
        continue;
      }
      // Which has the fields of both directions.
      const bool from_us_alone =
          goes_both_ways &&
          std::ranges::none_of(request_spec(msg_type).fields,
                               [&](const MessageField& row) { return row.field.tag == tag; });
      const bool in_dictionary =
          application_dictionary().isMsgField(msg_type, static_cast<int>(tag)) && !from_us_alone;
      const std::string text = message_with("35=" + msg_type + "|" + std::to_string(tag) + "=1|");
      FieldTable fields;
      ASSERT_EQ(fields.read(text), FieldTable::Fault::None);
      const Decoded decoded = decode(fields, {.version = GetParam(), .role = sender_of(msg_type)});
      const auto* const reject = std::get_if<SessionReject>(&decoded);
      const bool refused =
          !std::holds_alternative<Accepted>(guard(fields, GetParam())) ||
          (reject != nullptr && reject->ref_tag_id == tag &&
           (reject->session_reject_reason == 0 || reject->session_reject_reason == 2));
      EXPECT_EQ(!refused, in_dictionary) << "tag " << tag << " of " << msg_type;
      taken += refused ? 0U : 1U;
    }
  }
  EXPECT_GT(taken, 50U);
}

// What other fields of the request make required: no dictionary can tell.
bool is_conditional(const std::string& body, std::uint32_t tag) {
  const std::string msg_type = msg_type_of(body);
  const auto says = [&](const std::string& field) {
    return body.find("|" + field + "|") != std::string::npos;
  };
  if (msg_type == "D") {
    return tag == 44 || tag == 126;
  }
  if (msg_type == "AF" || msg_type == "q" || msg_type == "x") {
    return tag == 55 || tag == 1300;
  }
  if (msg_type == "UOG") {
    return says("20081=1") && (tag == 20082 || tag == 20083 || tag == 20084);
  }
  if (msg_type == "BW") {
    return tag == 1182;
  }
  if (msg_type == "V") {
    return tag == 146;
  }
  if (msg_type == "CA") {
    return tag == 55 || tag == 1300 || tag == 1463 || tag == 1464 ||
           (tag == 1461 && says("1374=7"));
  }
  if (msg_type == "B") {  // which the dictionaries have without a direction
    return tag == 60 || tag == 1472;
  }
  if (msg_type == "DH") {
    return tag == 447 || tag == 452;
  }
  if (msg_type == "BC") {
    return tag == 936;
  }
  if (msg_type != "UOC") {
    return false;
  }
  if (tag == 107) {
    return true;
  }
  for (const testing::SampleCommand& sample : testing::sample_commands()) {
    if (says("20011=" + std::string{to_text(sample.operation)})) {
      return std::ranges::any_of(sample.required, [&](const std::string& field) {
        return field.starts_with(std::to_string(tag) + "=") ||
               (field.starts_with("146=") && (tag == 20037 || tag == 20038));
      });
    }
  }
  return false;
}

// Those of groups go with their counts.
TEST_P(QuickFixAgreement, BothRequireTheSameFields) {
  for (const std::string& body : full_requests(GetParam())) {
    const std::string msg_type = msg_type_of(body);
    const std::string text = message_with(body);
    FieldTable all;
    all.read(text);
    for (const Field& left_out : all.fields()) {
      if (session_dictionary().isHeaderField(static_cast<int>(left_out.tag)) ||
          left_out.tag == 10) {
        continue;
      }
      std::string rest = "35=" + msg_type + "|";
      bool in_left_out = false;
      int first = 0;
      const FIX::DataDictionary* group = nullptr;
      application_dictionary().getGroup(msg_type, static_cast<int>(left_out.tag), first, group);
      for (const Field& field : all.fields()) {
        const int tag = static_cast<int>(field.tag);
        in_left_out =
            group != nullptr && (field.tag == left_out.tag || (in_left_out && group->isField(tag)));
        if (field.tag != left_out.tag && !in_left_out && field.tag != 10 &&
            !session_dictionary().isHeaderField(tag)) {
          rest += std::to_string(field.tag) + "=" + std::string{field.value} + "|";
        }
      }
      const Decoded decoded = decode_text(message_with(rest));
      const auto* const reject = std::get_if<SessionReject>(&decoded);
      const bool required_by_us = reject != nullptr && reject->ref_tag_id == left_out.tag &&
                                  reject->session_reject_reason == 1;
      EXPECT_EQ(required_by_us,
                is_conditional(body, left_out.tag) || application_dictionary().isRequiredField(
                                                          msg_type, static_cast<int>(left_out.tag)))
          << "tag " << left_out.tag << " of " << body;
    }
  }
}

// The field of a MarketDataRequest that a MarketDataRequestReject is about.
std::uint32_t tag_of(MarketDataRefusal refusal) {
  switch (refusal) {
    case MarketDataRefusal::SubscriptionType:
      return 263;
    case MarketDataRefusal::Depth:
      return 264;
    case MarketDataRefusal::UpdateType:
      return 265;
    case MarketDataRefusal::Aggregation:
      return 266;
    case MarketDataRefusal::EntryType:
      return 269;
    case MarketDataRefusal::ImplicitDelete:
      return 547;
    default:
      return 0;
  }
}

// Whether the answer says that this field's value is wrong.
bool is_refused_for(const Decoded& decoded, std::uint32_t tag) {
  if (const auto* reject = std::get_if<MarketDataRequestReject>(&decoded)) {
    return tag_of(reject->refusal) == tag;
  }
  const auto* const reject = std::get_if<SessionReject>(&decoded);
  return reject != nullptr && reject->ref_tag_id == tag;
}

// Every value of every field that is an enumeration: what the dictionary lists the decoder takes,
// and nothing else.
TEST_P(QuickFixAgreement, BothAgreeOnEveryEnumeration) {
  std::set<std::uint32_t> enumerations;
  for (const std::string& base : full_requests(GetParam())) {
    const std::string text = message_with(base);
    FieldTable fields;
    fields.read(text);
    for (const Field& field : fields.fields()) {
      const int tag = static_cast<int>(field.tag);
      const bool only_limit_orders_rest = msg_type_of(base) == "G" && tag == 40;
      const bool begins_nothing_to_end = msg_type_of(base) == "e" && tag == 263;
      const bool only_of_all =
          msg_type_of(base) == "x" && tag == 559 && base.find("|263=1|") != std::string::npos;
      const bool of_both_sides_or_none = tag == 269;
      if (!application_dictionary().hasFieldValue(tag) || only_limit_orders_rest ||
          begins_nothing_to_end || only_of_all || of_both_sides_or_none ||
          session_dictionary().isHeaderField(tag)) {
        continue;
      }
      enumerations.insert(field.tag);
      for (char value = '!'; value <= '~'; ++value) {
        if (value == '|') {
          continue;
        }
        const std::string name = "|" + std::to_string(tag) + "=";
        const std::size_t begin = base.find(name) + name.size();
        std::string body = base;
        body.replace(begin, body.find('|', begin) - begin, 1, value);
        const bool refused = is_refused_for(decode_text(message_with(body)), field.tag);
        EXPECT_EQ(!refused, application_dictionary().isFieldValue(tag, std::string(1, value)))
            << base << " with " << tag << "=" << value;
      }
    }
  }
  EXPECT_EQ(
      enumerations,
      GetParam() == FixVersion::Fixt11
          ? (std::set<std::uint32_t>{18,    21,    40,    54,    59,    61,    263,  265,   321,
                                     447,   452,   530,   559,   585,   724,   815,  924,   935,
                                     1347,  1373,  1374,  1463,  1464,  2329,  2964, 20004, 20010,
                                     20011, 20021, 20030, 20031, 20032, 20081, 20084})
          : (std::set<std::uint32_t>{
                18, 21, 40, 54, 59, 530, 585, 724, 20003, 20004, 20081, 20084}));
}

// The values that our reports bear are those that the dictionary lists.
TEST_P(QuickFixAgreement, TheDictionaryListsTheValuesThatWeSend) {
  const auto listed = [](int tag) {
    std::set<std::string> values;
    for (int value = 0; value < 200; ++value) {
      for (const std::string& text :
           {std::to_string(value), std::string(1, static_cast<char>(value))}) {
        if (application_dictionary().isFieldValue(tag, text)) {
          values.insert(text);
        }
      }
    }
    return values;
  };
  const bool fixt = GetParam() == FixVersion::Fixt11;
  using Values = std::set<std::string>;
  EXPECT_EQ(listed(39), (Values{"0", "1", "2", "4", "8", "A", "C"}));
  EXPECT_EQ(listed(150), (Values{"0", "4", "5", "8", "A", "C", "D", "F", "I"}));
  EXPECT_EQ(listed(434), (Values{"1", "2"}));
  EXPECT_EQ(listed(531), fixt ? (Values{"0", "1", "6", "7", "9"}) : (Values{"0", "1", "6", "7"}));
  EXPECT_EQ(listed(20081), (Values{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(listed(20084), (Values{"1", "2"}));
  EXPECT_EQ(listed(20085), (Values{"1", "2"}));
  EXPECT_EQ(listed(20002), (Values{"Y", "N"}));
  if (!fixt) {
    EXPECT_EQ(listed(851), (Values{"1", "2"}));
  } else {
    EXPECT_EQ(listed(926), (Values{"1"}));
    EXPECT_EQ(listed(1348), (Values{"0", "1", "2"}));
    EXPECT_EQ(listed(1426), (Values{"3"}));
    EXPECT_EQ(listed(1611), (Values{"0", "2"}));
    EXPECT_EQ(listed(1612), (Values{"0", "1"}));
    EXPECT_EQ(listed(1615), (Values{"3"}));
    EXPECT_EQ(listed(326), (Values{"2", "3", "17", "18", "20", "100", "101", "102"}));
    EXPECT_EQ(listed(560), (Values{"0", "2"}));
    EXPECT_EQ(listed(965), (Values{"1", "2", "4", "5", "9", "10"}));
    EXPECT_EQ(listed(20030), (Values{"1", "2", "3", "4", "5"}));
    EXPECT_EQ(listed(20031), (Values{"1", "2"}));
    EXPECT_EQ(listed(20032), (Values{"1", "2", "3", "4"}));
    EXPECT_EQ(listed(269), (Values{"0", "1", "2", "B", "C"}));
    EXPECT_EQ(listed(279), (Values{"0", "1", "2"}));
    EXPECT_EQ(listed(281), (Values{"0", "1", "2", "3", "4", "5", "6", "7", "8", "C"}));
    EXPECT_EQ(listed(814), (Values{"2"}));
    EXPECT_EQ(listed(1021), (Values{"1", "2"}));
    EXPECT_EQ(listed(1324), (Values{"A", "M", "D"}));
    EXPECT_EQ(listed(1682), (Values{"2", "17", "18", "100", "101", "102"}));
    EXPECT_EQ(listed(2446), (Values{"1", "2"}));
    EXPECT_EQ(listed(323), (Values{"1", "5"}));
    EXPECT_EQ(listed(340), (Values{"1", "2"}));
    EXPECT_EQ(listed(928), (Values{"1", "2", "3", "4"}));
    EXPECT_EQ(listed(937), (Values{"1"}));
    EXPECT_EQ(listed(1375), (Values{"0", "1", "2"}));
    EXPECT_EQ(listed(1376), (Values{"1", "8", "99"}));
    EXPECT_EQ(listed(1607), (Values{"1", "2", "12"}));
    EXPECT_EQ(listed(2332), (Values{"0", "1", "2"}));
    EXPECT_EQ(listed(2333), (Values{"0", "99"}));
    EXPECT_EQ(listed(20013), (Values{"0", "1", "2", "3", "4", "5", "6", "7"}));
    EXPECT_EQ(listed(20019), (Values{"1", "2", "3", "4", "5", "6", "7", "8"}));
  }
}

// QuickFIX reads numbers and times more loosely than we; it must not refuse what we take.
TEST_P(QuickFixAgreement, QuickFixTakesEveryNumberAndTimeThatWeTake) {
  const auto validated = [&](const std::string& price, const std::string& time) {
    return validate(message_with("35=D|11=a|38=" + price + "|40=2|44=" + price +
                                 "|54=1|55=X|60=" + time + "|"));
  };
  const std::string good_time = "20261122-14:20:31";
  for (const std::string price : {"2.02",
                                  "0.60",
                                  "00023.23",
                                  "-1.5",
                                  "5.",
                                  ".5",
                                  "1000000000000",
                                  "0.000001",
                                  "100.10",
                                  "2.0200000"}) {
    EXPECT_TRUE(parse_decimal(price).has_value());
    EXPECT_EQ(validated(price, good_time), "") << price;
  }
  for (const std::string fraction : {"", ".123", ".123456", ".123456789"}) {
    EXPECT_EQ(validated("2", good_time + fraction), "") << fraction;
  }
}

TEST_P(QuickFixAgreement, SessionMessagesPassGuardAndDictionary) {
  std::vector<std::string> bodies{"35=0|",
                                  "35=0|112=id|",
                                  "35=1|112=id|",
                                  "35=2|7=1|16=0|",
                                  "35=3|45=2|58=text|371=55|372=D|373=5|",
                                  "35=4|36=9|123=Y|",
                                  "35=5|58=bye|"};
  bodies.emplace_back(GetParam() == FixVersion::Fixt11
                          ? "35=A|98=0|108=30|141=Y|553=BROKER1|554=demo|1137=9|"
                          : "35=A|98=0|108=30|141=Y|553=BROKER1|554=demo|");
  for (const std::string& body : bodies) {
    const std::string text = message_with(body);
    EXPECT_EQ(validate(text), "") << body;
    FieldTable fields;
    ASSERT_EQ(fields.read(text), FieldTable::Fault::None);
    EXPECT_TRUE(std::holds_alternative<Accepted>(guard(fields, GetParam()))) << body;
  }
}

INSTANTIATE_TEST_SUITE_P(BothDialects,
                         QuickFixAgreement,
                         ::testing::Values(FixVersion::Fixt11, FixVersion::Fix44),
                         [](const auto& param) {
                           return param.param == FixVersion::Fixt11 ? "Fixt11" : "Fix44";
                         });

}  // namespace
}  // namespace betex::fix
