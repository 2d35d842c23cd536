#include "gateway/wire/guard.h"

#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/wire/fix_text.h"

namespace betex::fix {
namespace {

using testing::message;

const std::string kHeader = "34=2|49=BROKER1|52=20261122-14:20:31.000|56=BETEX|";

GuardResult guard_of(FixVersion version, const std::string& body) {
  const std::string frame = message(version, body);
  FieldTable fields;
  fields.read(frame);
  return guard(fields, version);
}

std::string describe(const GuardResult& result) {
  if (std::holds_alternative<Accepted>(result)) {
    return "accepted";
  }
  if (std::holds_alternative<Unnumbered>(result)) {
    return "no number";
  }
  const auto& refusal = std::get<Refusal>(result);
  EXPECT_FALSE(refusal.text.empty());
  return "371=" + std::to_string(refusal.ref_tag_id) +
         " 373=" + std::to_string(refusal.session_reject_reason);
}

struct Case {
  std::string body;
  std::string expected;
};

void check(FixVersion version, const std::vector<Case>& cases) {
  for (const auto& [body, expected] : cases) {
    EXPECT_EQ(describe(guard_of(version, body)), expected) << body;
  }
}

TEST(Guard, LetsGoodMessagesThroughInBothDialects) {
  const std::vector<Case> both{
      {"35=0|" + kHeader, "accepted"},
      {"35=0|" + kHeader + "112=hello|", "accepted"},
      {"35=1|" + kHeader + "112=hello|", "accepted"},
      {"35=2|" + kHeader + "7=1|16=0|", "accepted"},
      {"35=3|" + kHeader + "45=1|371=55|372=D|373=1|58=text|", "accepted"},
      {"35=4|" + kHeader + "123=Y|36=12|", "accepted"},
      {"35=5|" + kHeader + "58=bye|", "accepted"},
      {"35=D|" + kHeader + "11=a|55=X|", "accepted"},
      {"35=D|34=000000002|43=Y|49=A|50=desk|52=20261122-14:20:31|56=B|57=x|97=Y|"
       "122=20261122-14:20:30.123456789|142=London|143=Dublin|369=7|11=a|",
       "accepted"},
      // What a body means is the decoder's and the dictionary's business.
      {"35=D|" + kHeader + "108=x|11=a|11=b|141=maybe|", "accepted"},
  };
  check(FixVersion::Fixt11, both);
  check(FixVersion::Fix44, both);
  check(FixVersion::Fixt11,
        {{"35=D|" + kHeader + "1128=9|11=a|", "accepted"},
         {"35=A|" + kHeader + "98=0|108=30|141=Y|553=u|554=p|1137=9|", "accepted"}});
  check(FixVersion::Fix44, {{"35=A|" + kHeader + "98=0|108=30|", "accepted"}});
}

TEST(Guard, RefusesControlBytesInCredentials) {
  const std::string logon = "35=A|" + kHeader + "98=0|108=30|";
  for (const char byte : {'\0', '\n', '\r', '\t', '\x1b', '\x7f'}) {
    check(FixVersion::Fix44,
          {{logon + "553=u" + byte + "|554=p|", "371=553 373=6"},
           {logon + "553=u|554=p" + byte + "q|", "371=554 373=6"}});
  }
  check(FixVersion::Fix44, {{logon + "553=u|554=p\xc3\xa4 q|", "accepted"}});
}

TEST(Guard, TellsAMessageThatHasNoUsableNumber) {
  for (const std::string number : {"",
                                   "34=0|",
                                   "34=-1|",
                                   "34=4294967297|",
                                   "34=1000000000|",
                                   "34=99999999999999999999|",
                                   "34=x|",
                                   "34=1.5|"}) {
    check(FixVersion::Fix44, {{"35=0|" + number + "49=A|52=20261122-14:20:31|56=B|", "no number"}});
  }
}

TEST(Guard, RefusesHeaderValuesOfTheWrongForm) {
  check(FixVersion::Fixt11,
        {
            {"35=0|34=2|49=A|52=yesterday|56=B|", "371=52 373=6"},
            {"35=0|34=2|49=A|52=20261322-14:20:31|56=B|", "371=52 373=5"},
            {"35=0|34=2|49=A|52=20261122-14:20:31.1|56=B|", "371=52 373=6"},
            {"35=0|" + kHeader + "122=20261122|", "371=122 373=6"},
            {"35=0|" + kHeader + "43=X|", "371=43 373=6"},
            {"35=0|" + kHeader + "97=y|", "371=97 373=6"},
            {"35=0|" + kHeader + "369=4294967297|", "371=369 373=5"},
            {"35=0|" + kHeader + "369=-1|", "371=369 373=6"},
            {"35=0|34=2|52=20261122-14:20:31|56=B|", "371=49 373=1"},
            {"35=0|34=2|49=A|52=20261122-14:20:31|", "371=56 373=1"},
            {"35=0|34=2|49=A|56=B|", "371=52 373=1"},
            {"35=D D|" + kHeader, "371=35 373=11"},
            {"35=ABCDEFGH|" + kHeader, "371=35 373=11"},
        });
}

TEST(Guard, RefusesHeaderFieldsTwiceOrOutOfPlace) {
  check(FixVersion::Fix44,
        {
            {"35=0|34=2|34=3|49=A|52=20261122-14:20:31|56=B|", "371=34 373=13"},
            {"35=0|" + kHeader + "49=C|", "371=49 373=13"},
            {"35=0|" + kHeader + "35=D|", "371=35 373=13"},
            {"35=0|" + kHeader + "9=12|", "371=9 373=13"},
            {"35=0|" + kHeader + "10=000|", "371=10 373=13"},
            {"35=D|" + kHeader + "11=a|43=Y|", "371=43 373=14"},
            {"35=D|34=2|11=a|49=A|52=20261122-14:20:31|56=B|", "371=49 373=14"},
        });
}

TEST(Guard, RefusesLengthAndDataFieldsAndForeignHeaders) {
  for (const int tag :
       {89,   90,   91,   93,   95,   96,   212,  213,  348,  349,  350,  351,  352,  353,  354,
        355,  356,  357,  358,  359,  360,  361,  362,  363,  364,  365,  445,  446,  618,  619,
        621,  622,  1184, 1185, 1277, 1278, 1280, 1281, 1282, 1283, 1359, 1360, 1397, 1398, 1401,
        1402, 1403, 1404, 115,  116,  128,  129,  144,  145,  347,  627,  1129, 1156}) {
    const std::string field = std::to_string(tag) + "=3|";
    const std::string expected = "371=" + std::to_string(tag) + " 373=0";
    for (const FixVersion version : {FixVersion::Fixt11, FixVersion::Fix44}) {
      check(version,
            {{"35=D|" + kHeader + field, expected},
             {"35=A|" + kHeader + "98=0|108=30|1137=9|" + field,
              version == FixVersion::Fixt11 ? expected : "371=1137 373=0"},
             {"35=0|" + kHeader + field, expected}});
    }
  }
}

// The data would be taken for a field: what counts is that its length was seen first.
TEST(Guard, RefusesADataFieldWhateverItHolds) {
  check(FixVersion::Fix44,
        {{"35=D|" + kHeader + "95=5|96=a|b|c|", "371=95 373=0"},
         {"35=D|" + kHeader + "96=a||", "371=96 373=0"}});
}

TEST(Guard, RefusesAnyOtherApplicationVersion) {
  const std::string logon = "35=A|" + kHeader + "98=0|108=30|";
  check(FixVersion::Fixt11,
        {
            {logon + "1137=8|", "371=1137 373=18"},
            {logon + "1137=FIX.4.2|", "371=1137 373=18"},
            {logon + "1137=9|1137=8|", "371=1137 373=13"},
            {"35=D|" + kHeader + "1128=7|11=a|", "371=1128 373=18"},
            {"35=A|" + kHeader + "1128=8|98=0|108=30|1137=9|", "371=1128 373=18"},
            {"35=D|" + kHeader + "1128=9|1128=7|11=a|", "371=1128 373=13"},
            {"35=D|" + kHeader + "1129=x|11=a|", "371=1129 373=0"},
            {"35=D|" + kHeader + "1156=1|11=a|", "371=1156 373=0"},
        });
  check(FixVersion::Fix44,
        {{logon + "1137=9|", "371=1137 373=0"},
         {"35=D|" + kHeader + "1128=9|11=a|", "371=1128 373=0"}});
}

// What it must hold besides is check_logon's: see logon_check_test.cpp.
TEST(Guard, ChecksTheFormOfWhatALogonSays) {
  const std::string logon = "35=A|" + kHeader + "98=0|108=30|";
  check(FixVersion::Fix44,
        {
            {"35=A|" + kHeader + "98=x|108=30|", "371=98 373=6"},
            {"35=A|" + kHeader + "98=0|108=-30|", "371=108 373=6"},
            {"35=A|" + kHeader + "98=0|108=4294967326|", "371=108 373=5"},
            {logon + "108=31|", "371=108 373=13"},
            {logon + "141=X|", "371=141 373=6"},
            {logon + "141=N|141=Y|", "371=141 373=13"},
            {logon + "553=a|553=b|", "371=553 373=13"},
            {logon + "141=N|", "accepted"},
        });
}

TEST(Guard, ChecksTheNumbersOfSessionMessages) {
  check(FixVersion::Fixt11,
        {
            {"35=2|" + kHeader + "7=-1|16=0|", "371=7 373=6"},
            {"35=2|" + kHeader + "7=1|16=4294967297|", "371=16 373=5"},
            {"35=2|" + kHeader + "7=1|7=2|16=0|", "371=7 373=13"},
            {"35=4|" + kHeader + "36=99999999999|", "371=36 373=5"},
            {"35=4|" + kHeader + "123=1|36=9|", "371=123 373=6"},
            {"35=3|" + kHeader + "45=x|", "371=45 373=6"},
            {"35=3|" + kHeader + "45=1|373=-1|", "371=373 373=6"},
            {"35=1|" + kHeader + "112=a|112=b|", "371=112 373=13"},
        });
}

// Those that no message has, or another session message, QuickFIX tells apart.
TEST(Guard, RefusesTagsOfApplicationMessagesInSessionMessages) {
  for (const FixVersion version : {FixVersion::Fixt11, FixVersion::Fix44}) {
    check(version,
          {
              {"35=1|" + kHeader + "112=a|11=order|", "371=11 373=2"},
              {"35=0|" + kHeader + "150=0|", "371=150 373=2"},
              {"35=5|" + kHeader + "20001=4|", "371=20001 373=2"},
              {"35=5|" + kHeader + "58=text|", "accepted"},
              {"35=3|" + kHeader + "45=1|58=text|372=D|", "accepted"},
              {"35=1|" + kHeader + "112=a|9999=x|", "accepted"},
          });
  }
  check(FixVersion::Fixt11, {{"35=0|" + kHeader + "1300=MKT|", "371=1300 373=2"}});
  check(FixVersion::Fix44, {{"35=0|" + kHeader + "1300=MKT|", "accepted"}});
}

TEST(Guard, RefusesWhatIsNoFieldByTheFirstFault) {
  check(FixVersion::Fix44,
        {
            {"35=D|" + kHeader + "11=a|12|55=x|", "371=0 373=0"},
            {"35=D|" + kHeader + "x=a|", "371=0 373=0"},
            {"35=D|" + kHeader + "11=|", "371=11 373=4"},
            {"35=D|" + kHeader + "11=|95=3|", "371=11 373=4"},
            {"35=D|" + kHeader + "95=3|11=|", "371=95 373=0"},
        });
  std::string many = "35=D|" + kHeader;
  for (std::size_t i = 0; i < FieldTable::kMaxFields; ++i) {
    many += "11=a|";
  }
  check(FixVersion::Fix44, {{many, "371=0 373=99"}});
}

}  // namespace
}  // namespace betex::fix
