#include "journal/event_codec.h"

#include <gmock/gmock.h>

#include "tests/journal/transactions.h"

namespace betex::journal {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

class MalformedTest : public ::testing::Test {
 protected:
  MalformedTest() {
    test::make_events(matching::TxId{2}, events_);  // InboundRefused, OrderRested, OrderRested
    header_ = test::make_transaction_header(matching::TxId{2}, events_);
  }

  [[nodiscard]] std::optional<std::string> problem() const {
    return find_malformed(header_, events_.bytes());
  }

  template <typename Event>
  Event& event_at(std::size_t offset) {
    return *reinterpret_cast<Event*>(events_.writable_bytes().data() + offset);
  }

  matching::InboundRefused& refused() { return event_at<matching::InboundRefused>(0); }

  matching::OrderRested& rested() {
    return event_at<matching::OrderRested>(sizeof(matching::InboundRefused));
  }

  test::EventBytes events_;
  matching::TransactionHeader header_;
};

TEST_F(MalformedTest, WellFormedEventsPass) {
  EXPECT_EQ(problem(), std::nullopt);
}

TEST_F(MalformedTest, AnUnknownKind) {
  rested().header.kind = static_cast<matching::EventKind>(999);
  EXPECT_EQ(problem(), "event 2: unknown kind 999");
}

TEST_F(MalformedTest, ASizeThatIsNotItsKinds) {
  rested().header.size = 48;
  EXPECT_EQ(problem(), "event 2: size 48 where its kind has 40");
  rested().header.size = 0;
  EXPECT_EQ(problem(), "event 2: size 0 where its kind has 40");
}

TEST_F(MalformedTest, ASizeBeyondTheTransaction) {
  refused().header.size = 4096;
  EXPECT_EQ(problem(), "event 1: size 4096 reaches beyond the transaction");
}

TEST_F(MalformedTest, ReservedBytesThatAreNotZero) {
  rested().header.reserved = 1;
  EXPECT_EQ(problem(), "event 2: reserved is not zero");
  rested().header.reserved = 0;
  reinterpret_cast<std::uint8_t*>(&refused().reserved)[6] = 1;
  EXPECT_EQ(problem(), "event 1: reserved is not zero");
}

TEST_F(MalformedTest, AnEnumeratorThatDoesNotExist) {
  refused().answer = static_cast<matching::RefuseInbound::Answer>(0);
  EXPECT_EQ(problem(), "event 1: answer is no value of its enumeration");
  refused().answer = matching::RefuseInbound::Answer::SessionReject;
  refused().reason = static_cast<matching::Reason>(60'000);
  EXPECT_EQ(problem(), "event 1: reason is no value of its enumeration");
}

TEST_F(MalformedTest, ATextThatIsTooLongOrNotPaddedWithZeros) {
  auto* const text = reinterpret_cast<std::uint8_t*>(&refused().cl_ord_id);
  const std::uint8_t size = text[0];
  text[0] = 40;
  EXPECT_EQ(problem(), "event 1: cl_ord_id is no well-formed text");
  text[0] = size;
  text[39] = 'x';
  EXPECT_EQ(problem(), "event 1: cl_ord_id is no well-formed text");
}

TEST_F(MalformedTest, AFlagThatIsNeitherZeroNorOne) {
  test::EventBytes events;
  matching::SessionWentUp up;
  *reinterpret_cast<std::uint8_t*>(&up.reset) = 2;
  events.add(up);
  header_ = test::make_transaction_header(matching::TxId{1}, events);
  EXPECT_THAT(find_malformed(header_, events.bytes()),
              Optional(std::string{"event 1: reset is neither 0 nor 1"}));
}

TEST_F(MalformedTest, AMarketWithoutAMarketSequence) {
  rested().header.market_seq = 0;
  EXPECT_EQ(problem(), "event 2: only one of market and market_seq is zero");
}

TEST_F(MalformedTest, ACountOrATotalThatDoesNotFit) {
  header_.event_count = 4;
  EXPECT_EQ(problem(), "event_count is 4 where there are 3");
  header_.event_count = 3;
  header_.events_size += 8;
  EXPECT_THAT(problem(), Optional(HasSubstr("bytes follow")));
}

TEST_F(MalformedTest, BytesTooFewForAnEvent) {
  header_.events_size = 16;
  EXPECT_EQ(find_malformed(header_, events_.bytes().first(16)),
            "event 1: no room for an event's header");
}

TEST(EventDescription, NamesEachFieldAndSaysTextsAndEnumeratorsInWords) {
  test::EventBytes events;
  test::make_events(matching::TxId{1}, events);
  const auto& refused = *reinterpret_cast<const matching::EventHeader*>(events.bytes().data());
  EXPECT_EQ(to_text(describe(refused)),
            "InboundRefused session=2 msg_seq_num=1 tag=0 fix_reason=0 reason=\"Throttled\" "
            "answer=\"BusinessReject\" msg_type=\"D\" cl_ord_id=\"order-1\"");
}

TEST(EventDescription, AnIdThatAClientHasChosenCannotBeTakenForAnotherField) {
  matching::InboundRefused refused;
  refused.header.kind = matching::EventKind::InboundRefused;
  refused.cl_ord_id = matching::ClOrdId{"a\" order=\"7"};
  EXPECT_THAT(to_text(describe(refused.header)), HasSubstr(R"( cl_ord_id="a\" order=\"7")"));
}

TEST(EventDescription, PartsOfAGroupBearItsName) {
  matching::TradeMatched trade;
  trade.header.kind = matching::EventKind::TradeMatched;
  trade.header.market = matching::MarketId{3};
  trade.header.market_seq = 9;
  trade.taker_side = matching::Side::Ask;
  trade.maker.values.cum_qty = matching::Quantity{-5};
  const std::string text = to_text(describe(trade.header));
  EXPECT_THAT(text, HasSubstr("TradeMatched market=3 market_seq=9 "));
  EXPECT_THAT(text, HasSubstr(" taker_side=\"Ask\" maker.order=0 "));
  EXPECT_THAT(text, HasSubstr(" maker.values.cum_qty=-5 "));
}

TEST(EventDescription, EachPartOfAnArrayBearsItsNameInTheSingular) {
  matching::MarketDetermined determined;
  determined.header.kind = matching::EventKind::MarketDetermined;
  determined.shares[1] = {
      .instrument = matching::InstrumentId{4}, .numerator = 1, .denominator = 2};
  const std::string text = to_text(describe(determined.header));
  EXPECT_THAT(text,
              HasSubstr(" share.instrument=0 share.numerator=0 share.denominator=0"
                        " share.instrument=4 share.numerator=1 share.denominator=2 share."));
}

TEST(EventSearch, FindsANumberInTheFieldAskedForAndInPartsOfTheEvent) {
  matching::TradeMatched trade;
  trade.header.kind = matching::EventKind::TradeMatched;
  trade.maker.order = matching::OrderId{12};
  trade.taker.account = matching::AccountId{7};
  EXPECT_TRUE(mentions(trade.header, "order", 12));
  EXPECT_TRUE(mentions(trade.header, "account", 7));
  EXPECT_FALSE(mentions(trade.header, "order", 7));
  EXPECT_FALSE(mentions(trade.header, "account", 12));
}

TEST(EventSearch, FindsOrdersOfABatch) {
  struct {
    matching::OrderCancelledBatched event;
    matching::OrderId orders[2] = {matching::OrderId{5}, matching::OrderId{6}};
  } batch;

  batch.event.header.kind = matching::EventKind::OrderCancelledBatched;
  batch.event.count = 2;
  EXPECT_TRUE(mentions(batch.event.header, "order", 6));
  EXPECT_FALSE(mentions(batch.event.header, "order", 2));
}

}  // namespace
}  // namespace betex::journal
