// Repeating groups, in a message that is in no table but that of this test: it has what can be
// wrong with one.
#include "gateway/wire/request_fields.h"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fix_spec/fields.h"
#include "gateway/wire/tags.h"
#include "tests/gateway/wire/fix_text.h"

namespace betex::fix::testing {
namespace {

constexpr std::array kRunnerFields{MessageField{field::kSymbol, "YY"},
                                   MessageField{field::kRoundLot, "NN"},
                                   MessageField{field::kMinTradeVol, "YY"},
                                   MessageField{field::kMaxTradeVol, "N-"}};
constexpr Group kRunners{.fields = kRunnerFields};
constexpr std::array kCreateMarketFields{
    MessageField{field::kSymbol, "NN"},
    MessageField{field::kNoRelatedSym, "CC", "with a market of odds", &kRunners},
    MessageField{field::kSecurityReqId, "YY"},
    MessageField{field::kTransactTime, "NN"}};
constexpr MessageSpec kCreateMarket{.type = "UCM",
                                    .name = "CreateMarket",
                                    .direction = Direction::Inbound,
                                    .fields = kCreateMarketFields};
constexpr RequestSpec kSpec{kCreateMarket};

// The body with a header and a trailer around it, as a frame would have them.
class Body {
 public:
  explicit Body(const std::string& text, FixVersion version = FixVersion::Fixt11)
      : frame_{message(version, "35=UCM|34=2|49=DESK|52=20261122-14:20:31|56=BETEX|" + text)} {
    EXPECT_EQ(table_.read(frame_), FieldTable::Fault::None) << text;
    fields_.emplace(table_, kSpec, version);
  }

  [[nodiscard]] const RequestFields& fields() const { return *fields_; }

  [[nodiscard]] std::string fault() const {
    const auto& fault = fields_->fault();
    return fault ? "371=" + std::to_string(fault->tag) +
                       " 373=" + std::to_string(fault->reject_reason)
                 : "";
  }

 private:
  std::string frame_;
  FieldTable table_;
  std::optional<RequestFields> fields_;
};

std::vector<std::string> entries_of(const Body& body) {
  std::vector<std::string> entries;
  body.fields().for_each_entry(tag::kNoRelatedSym, [&](const GroupEntry& entry) {
    entries.push_back(std::string{entry.text(tag::kSymbol)} + " " +
                      std::string{entry.text(tag::kRoundLot)} + " " +
                      std::string{entry.text(tag::kMinTradeVol)});
  });
  return entries;
}

TEST(RepeatingGroup, IsReadEntryByEntry) {
  const Body body{"320=r|146=3|55=A|561=1|562=2|55=B|562=3|55=C|561=4|562=5|1140=6|60=now|"};
  EXPECT_EQ(body.fault(), "");
  EXPECT_EQ(entries_of(body), (std::vector<std::string>{"A 1 2", "B  3", "C 4 5"}));
  EXPECT_EQ(body.fields().text(tag::kTransactTime), "now");
  EXPECT_FALSE(body.fields().has(tag::kSymbol)) << "that of an entry is not the message's";
}

TEST(RepeatingGroup, MayHaveNoEntry) {
  for (const std::string text : {"320=r|", "146=0|320=r|", "320=r|146=0|"}) {
    const Body body{text};
    EXPECT_EQ(body.fault(), "") << text;
    EXPECT_TRUE(entries_of(body).empty()) << text;
  }
}

TEST(RepeatingGroup, LeavesTheSameTagInTheMessageAlone) {
  const Body body{"320=r|55=MARKET|146=1|55=A|562=2|"};
  EXPECT_EQ(body.fault(), "");
  EXPECT_EQ(body.fields().text(tag::kSymbol), "MARKET");
  EXPECT_EQ(entries_of(body), std::vector<std::string>{"A  2"});
}

struct Wrong {
  std::string body;  // behind 320
  std::string fault;
};

void check(const std::vector<Wrong>& cases, FixVersion version = FixVersion::Fixt11) {
  for (const auto& [body, fault] : cases) {
    EXPECT_EQ(Body("320=r|" + body, version).fault(), fault) << body;
  }
}

TEST(RepeatingGroup, HasAsManyEntriesAsItsCountSays) {
  check({{"146=1|", "371=146 373=16"},
         {"146=2|55=A|562=1|", "371=146 373=16"},
         {"146=1|55=A|562=1|55=B|562=1|", "371=146 373=16"},
         {"146=0|55=A|562=1|", "371=146 373=16"},
         {"146=two|55=A|562=1|", "371=146 373=6"},
         {"146=1234567890|55=A|562=1|", "371=146 373=5"},
         {"146=1|55=A|562=1|146=1|55=B|562=1|", "371=146 373=13"}});
}

TEST(RepeatingGroup, HasItsFieldsInTheirOrder) {
  check({{"146=1|562=1|55=A|", "371=562 373=15"},
         {"146=1|561=1|", "371=561 373=15"},
         {"146=1|55=A|562=1|561=2|", "371=561 373=15"},
         {"146=2|55=A|562=1|55=B|1140=3|562=2|", "371=562 373=15"}});
}

TEST(RepeatingGroup, HasAFieldOnceInAnEntry) {
  check({{"146=1|55=A|562=1|562=1|", "371=562 373=13"},
         {"146=1|55=A|561=1|562=1|561=1|", "371=561 373=13"}});
}

TEST(RepeatingGroup, HasWhatEachEntryMustHave) {
  check({{"146=1|55=A|", "371=562 373=1"},
         {"146=2|55=A|55=B|562=1|", "371=562 373=1"},
         {"146=2|55=A|562=1|55=B|561=1|", "371=562 373=1"}});
}

TEST(RepeatingGroup, EndsWithTheFirstFieldThatIsNoneOfIts) {
  check({{"146=1|55=A|562=1|44=2|", "371=44 373=2"},
         {"146=1|55=A|562=1|9999=2|", "371=9999 373=0"},
         {"146=1|55=A|60=now|562=1|", "371=562 373=1"},
         {"561=1|", "371=561 373=2"}});
}

TEST(RepeatingGroup, HasTheFieldsThatTheDialectHas) {
  check({{"146=1|55=A|562=1|1140=2|", ""}});
  check({{"146=1|55=A|562=1|", ""}, {"146=1|55=A|562=1|1140=2|", "371=1140 373=0"}},
        FixVersion::Fix44);
}

}  // namespace
}  // namespace betex::fix::testing
