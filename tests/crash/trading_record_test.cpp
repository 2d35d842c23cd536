// The crash test is worth as much as its judge: each kind of fault is shown to it once.
#include "tests/crash/trading_record.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace betex::test {
namespace {

using client::Message;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Values {
  std::string exec_id;
  std::string exec_type;
  std::string ord_status;
  std::string cum;
  std::string leaves;
};

Message report(const std::string& cl_ord_id, const Values& values) {
  Message message{"8"};
  message.add(17, values.exec_id).add(150, values.exec_type).add(39, values.ord_status);
  message.add(14, values.cum).add(151, values.leaves).add(37, "1").add(54, "2");
  return message.add(11, cl_ord_id).add(55, "EPL-ARS-CHE.HOME");
}

Message trade(const std::string& cl_ord_id, const Values& values, const std::string& quantity) {
  return report(cl_ord_id, values).add(32, quantity).add(31, "2.04");
}

class TradingRecordTest : public testing::Test {
 protected:
  TradingRecordTest() {
    record_.sending(client::NewOrder{
        .cl_ord_id = "a", .symbol = "EPL-ARS-CHE.HOME", .quantity = "30", .price = "2.04"});
  }

  void cancel_a() {
    record_.sending(client::CancelRequest{.cl_ord_id = "c", .orig_cl_ord_id = "a"});
  }

  TradingRecord record_;
};

TEST_F(TradingRecordTest, ACompleteAccountHasNoFaults) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  record_.told(trade("a", {"2-1", "F", "1", "10.00", "20.00"}, "10.00"));
  cancel_a();
  record_.told(report("c", {"3-1", "4", "4", "10.00", "0.00"}));
  EXPECT_THAT(record_.faults(), IsEmpty());
  EXPECT_EQ(record_.outstanding(), 0U);
  EXPECT_FALSE(record_.orders().at("a").live());
}

TEST_F(TradingRecordTest, AnOrderWithoutAnswerIsLost) {
  EXPECT_EQ(record_.outstanding(), 1U);
  EXPECT_THAT(record_.faults(), ElementsAre(HasSubstr("order a was never answered")));
}

TEST_F(TradingRecordTest, AnOrderThatActsTwiceIsFound) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  record_.told(report("a", {"2-1", "0", "0", "0.00", "30.00"}));
  EXPECT_THAT(record_.faults(), ElementsAre(HasSubstr("no request explains, 2-1")));
}

TEST_F(TradingRecordTest, ARefusalAfterARefusalIsFound) {
  record_.told(report("a", {"1-1", "8", "8", "0", "0"}));
  EXPECT_THAT(record_.faults(), IsEmpty());
  record_.told(report("a", {"2-1", "8", "8", "0", "0"}));
  EXPECT_THAT(record_.faults(), ElementsAre(HasSubstr("refused and told of again")));
}

TEST_F(TradingRecordTest, ARepeatedReportIsFound) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  EXPECT_THAT(record_.faults(), ElementsAre("ExecID 1-1 came twice"));
}

TEST_F(TradingRecordTest, AReportThatIsMarkedAsRepeatedMustSayTheSame) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}).add(97, "Y"));
  EXPECT_THAT(record_.faults(), IsEmpty());
  EXPECT_EQ(record_.repeated(), 1U);
  record_.told(report("a", {"1-1", "0", "0", "0.00", "20.00"}).add(97, "Y"));
  EXPECT_THAT(record_.faults(), ElementsAre("ExecID 1-1 came twice"));
}

TEST_F(TradingRecordTest, AReportThatWasNotToldCountsThoughItIsMarkedAsRepeated) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}).add(97, "Y"));
  EXPECT_EQ(record_.outstanding(), 0U);
  EXPECT_EQ(record_.repeated(), 0U);
}

TEST_F(TradingRecordTest, ALostFillIsFoundByTheNextOne) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  record_.told(trade("a", {"3-1", "F", "1", "20.00", "10.00"}, "10.00"));
  EXPECT_THAT(record_.faults(), ElementsAre(HasSubstr("do not add up in 3-1")));
}

TEST_F(TradingRecordTest, AFillBeforeTheNewIsFound) {
  record_.told(trade("a", {"2-1", "F", "1", "10.00", "20.00"}, "10.00"));
  EXPECT_THAT(record_.faults(), ElementsAre(HasSubstr("before it was new")));
}

TEST_F(TradingRecordTest, AFillAfterTheEndIsFound) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  record_.told(report("a", {"2-1", "4", "4", "0.00", "0.00"}));
  record_.told(trade("a", {"3-1", "F", "1", "10.00", "20.00"}, "10.00"));
  EXPECT_THAT(record_.faults(), ElementsAre(HasSubstr("after its end, 3-1")));
}

TEST_F(TradingRecordTest, ACancelMustBeAnsweredOnce) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  cancel_a();
  EXPECT_THAT(record_.faults(), ElementsAre("cancel c has 0 answers"));
  Message reject{"9"};
  reject.add(37, "1").add(11, "c").add(39, "0").add(434, "1");
  record_.told(reject);
  EXPECT_THAT(record_.faults(), IsEmpty());
  record_.told(reject);
  EXPECT_THAT(record_.faults(), ElementsAre("cancel c has 2 answers"));
}

// ---- Requests of other kinds

TEST_F(TradingRecordTest, AReplaceChangesWhatAddsUp) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  record_.sending(client::ReplaceRequest{.cl_ord_id = "r", .orig_cl_ord_id = "a"});
  record_.told(report("r", {"2-1", "5", "0", "0.00", "20.00"}).add(38, "20.00"));
  record_.told(trade("r", {"3-1", "F", "2", "20.00", "0.00"}, "20.00"));
  EXPECT_THAT(record_.faults(), IsEmpty());
  EXPECT_EQ(record_.outstanding(), 0U);
  EXPECT_EQ(record_.root_of("r"), "a");
}

TEST_F(TradingRecordTest, AReplaceWithoutAnswerIsFound) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  record_.sending(client::ReplaceRequest{.cl_ord_id = "r", .orig_cl_ord_id = "a"});
  EXPECT_EQ(record_.outstanding(), 1U);
  EXPECT_THAT(record_.faults(), ElementsAre("replace r has 0 answers"));
  record_.told(report("r", {"2-1", "5", "0", "0.00", "30.00"}).add(38, "20.00"));
  EXPECT_THAT(record_.faults(), ElementsAre(HasSubstr("do not add up in 2-1")));
}

TEST_F(TradingRecordTest, AnOrderMayWaitForItsBetDelay) {
  record_.told(report("a", {"1-1", "A", "A", "0.00", "30.00"}));
  EXPECT_EQ(record_.outstanding(), 0U);
  record_.told(report("a", {"2-1", "0", "0", "0.00", "30.00"}));
  EXPECT_THAT(record_.faults(), IsEmpty());
  record_.told(report("a", {"3-1", "0", "0", "0.00", "30.00"}));
  EXPECT_THAT(record_.faults(), ElementsAre(HasSubstr("no request explains, 3-1")));
}

TEST_F(TradingRecordTest, WhatReducesAnOrderMakesItSmaller) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  record_.told(report("a", {"2-1", "D", "0", "0.00", "25.00"}).add(38, "25.00"));
  record_.told(report("a", {"3-1", "C", "C", "0.00", "0.00"}));
  EXPECT_THAT(record_.faults(), IsEmpty());
  record_.told(report("a", {"4-1", "C", "C", "0.00", "0.00"}));
  EXPECT_THAT(record_.faults(), ElementsAre(HasSubstr("after its end, 4-1")));
}

TEST_F(TradingRecordTest, AnOrderThatIsSentAgainIsAnsweredAgain) {
  record_.told(report("a", {"1-1", "0", "0", "0.00", "30.00"}));
  record_.sending_again("a");
  EXPECT_THAT(record_.faults(), ElementsAre("order a was sent 2 times and answered 1 times"));
  record_.told(report("a", {"2-1", "I", "0", "0.00", "30.00"}));
  EXPECT_THAT(record_.faults(), IsEmpty());
  EXPECT_EQ(record_.outstanding(), 0U);
  record_.told(report("a", {"2-1", "I", "0", "0.00", "30.00"}).add(97, "Y"));
  EXPECT_THAT(record_.faults(), IsEmpty());
  record_.told(report("a", {"3-1", "0", "0", "0.00", "30.00"}));
  EXPECT_THAT(record_.faults(), ElementsAre(HasSubstr("no request explains, 3-1")));
}

TEST_F(TradingRecordTest, AMessageThatWasRefusedIsAnswered) {
  record_.refused_as_message("a");
  EXPECT_EQ(record_.outstanding(), 0U);
  EXPECT_THAT(record_.faults(), IsEmpty());
  EXPECT_FALSE(record_.orders().at("a").accepted());
}

TEST_F(TradingRecordTest, WhatWasNeverAskedForIsFound) {
  record_.told(report("a", {"1-1", "8", "8", "0", "0"}));
  record_.told(report("stranger", {"2-1", "0", "0", "0.00", "30.00"}));
  record_.told(Message{"B"}.add(58, "hello"));
  EXPECT_THAT(record_.faults(),
              ElementsAre(HasSubstr("2-1 tells of an order that was never sent"),
                          HasSubstr("unexpected message of type B: hello")));
}

}  // namespace
}  // namespace betex::test
