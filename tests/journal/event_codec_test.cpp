#include "journal/event_codec.h"

#include <cstring>
#include <limits>

#include <gmock/gmock.h>

#include "journal/event_fields.h"
#include "tests/journal/transactions.h"

namespace betex::journal {
namespace {

using ::testing::EndsWith;
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
  reinterpret_cast<std::uint8_t*>(&refused().reserved)[2] = 1;
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

// ---- Events with a tail -------------------------------------------------------------------------

// A dead heat.
test::EventBytes determined() {
  test::EventBytes events;
  events.add(matching::MarketDetermined{},
             {{.instrument = matching::InstrumentId{4}, .numerator = 1, .denominator = 2},
              {.instrument = matching::InstrumentId{5}, .numerator = 1, .denominator = 2}});
  return events;
}

// Two rows of a round, with no byte of a number that is 0.
test::EventBytes settled() {
  constexpr std::int64_t kMany = 0x0101'0101'0101'0101;
  matching::PositionsSettled event;
  event.header.market = matching::MarketId{3};
  event.header.market_seq = 9;
  event.result = matching::SettlementResult::Determined;
  event.house = matching::WideMoney{matching::Int128{kMany} << 64 | kMany};
  const matching::SettledRow row{.account = matching::AccountId{7},
                                 .position = matching::Quantity{-kMany},
                                 .gross = matching::Money{kMany},
                                 .target = matching::Money{kMany},
                                 .commission = matching::Money{kMany},
                                 .commission_before = matching::Money{kMany},
                                 .balance = matching::Money{-kMany}};
  matching::SettledRow other = row;
  other.account = matching::AccountId{8};
  test::EventBytes events;
  events.add(event, {row, other});
  return events;
}

class MalformedTailTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::optional<std::string> problem() {
    return find_malformed(test::make_transaction_header(matching::TxId{1}, events_),
                          events_.bytes());
  }

  matching::PositionsSettled& event() {
    return *reinterpret_cast<matching::PositionsSettled*>(events_.writable_bytes().data());
  }

  test::EventBytes events_ = settled();
};

TEST_F(MalformedTailTest, AWholeOnePasses) {
  EXPECT_EQ(problem(), std::nullopt);
  events_ = determined();
  EXPECT_EQ(problem(), std::nullopt);
  events_.clear();
  events_.add(matching::RunnerBetsVoided{}, {});
  EXPECT_EQ(problem(), std::nullopt) << "nobody had bets there";
}

TEST_F(MalformedTailTest, ACountThatIsNotThatOfItsParts) {
  event().count = 3;
  EXPECT_EQ(problem(), "event 1: size 184 where its kind has 240");
  event().count = 1;
  EXPECT_EQ(problem(), "event 1: size 184 where its kind has 128");
  event().count = 0;
  EXPECT_EQ(problem(), "event 1: size 184 where its kind has 72");
}

TEST_F(MalformedTailTest, MorePartsThanItsKindHas) {
  event().count = 129;
  EXPECT_EQ(problem(), "event 1: count 129 where its kind has at most 128");
  event().count = std::numeric_limits<std::uint32_t>::max();
  EXPECT_EQ(problem(), "event 1: count 4294967295 where its kind has at most 128");
  events_.clear();
  events_.add(matching::PositionsSettled{.result = matching::SettlementResult::Void},
              std::vector<matching::SettledRow>(129));
  EXPECT_EQ(problem(), "event 1: count 129 where its kind has at most 128");
}

TEST_F(MalformedTailTest, ASizeThatLeavesNoRoomForTheCount) {
  event().header.size = 64;
  EXPECT_EQ(problem(), "event 1: size 64 where its kind has 72");
}

TEST_F(MalformedTailTest, AFieldOfAPart) {
  matching::VoidedBets bets;
  reinterpret_cast<std::uint8_t&>(bets.reserved) = 1;
  events_.clear();
  events_.add(matching::RunnerBetsVoided{}, {matching::VoidedBets{}, bets});
  EXPECT_EQ(problem(), "event 1: reserved is not zero");
}

// No bit means nothing: what cannot be told from the bytes shows in the description.
TEST_F(MalformedTailTest, EveryFlippedBitIsFoundOrShown) {
  const std::string text = to_text(describe(events_.front()));
  for (std::size_t bit = 0; bit < events_.bytes().size() * 8; ++bit) {
    std::byte& byte = events_.writable_bytes()[bit / 8];
    byte ^= std::byte{1} << (bit % 8);
    EXPECT_TRUE(problem() || to_text(describe(events_.front())) != text) << "bit " << bit;
    byte ^= std::byte{1} << (bit % 8);
  }
}

// ---- Enumerators that may be none ---------------------------------------------------------------

test::EventBytes suspended(matching::OrNone<matching::MarketState> state) {
  test::EventBytes events;
  events.add(matching::MarketSuspended{.header = {.market = matching::MarketId{3}, .market_seq = 9},
                                       .version = 2,
                                       .reason = matching::SuspendReason::Goal,
                                       .state = state,
                                       .request_id = matching::Name{"ops-1"}});
  return events;
}

std::optional<std::string> problem_of(const test::EventBytes& events) {
  return find_malformed(test::make_transaction_header(matching::TxId{1}, events), events.bytes());
}

TEST(EnumeratorOrNone, IsAnEnumeratorOrZero) {
  EXPECT_EQ(problem_of(suspended({})), std::nullopt);
  EXPECT_EQ(problem_of(suspended(matching::MarketState::Halted)), std::nullopt);
  EXPECT_EQ(problem_of(suspended(static_cast<matching::MarketState>(9))),
            "event 1: state is no value of its enumeration");
}

TEST(EnumeratorOrNone, NoneIsAnEmptyText) {
  EXPECT_THAT(to_text(describe(suspended({}).front())),
              EndsWith(R"( scope="None" goes_on=0 state="" request_id="ops-1")"));
  EXPECT_THAT(to_text(describe(suspended(matching::MarketState::Halted).front())),
              EndsWith(R"( state="Halted" request_id="ops-1")"));
}

// What operators propose, with a share of a tie: no bit of it means nothing.
TEST(ProposedOperation, EveryFlippedBitIsFoundOrShown) {
  test::EventBytes events;
  events.add(matching::OperationProposed{.proposer = matching::SessionId{3},
                                         .command = 21,
                                         .funds = matching::FundsKind::Deposit,
                                         .new_epoch = true,
                                         .next_in = matching::MsgSeqNum{7},
                                         .reserved_to = matching::MsgSeqNum{8},
                                         .expires = matching::Timestamp{9},
                                         .version_guard = 4,
                                         .amount = matching::Decimal{5},
                                         .subject = matching::Name{"CUP"},
                                         .request_id = matching::Name{"ops-1"},
                                         .remark = matching::Remark{"as agreed"}},
             {{.symbol = matching::Name{"A"}, .numerator = 1, .denominator = 2}});
  ASSERT_EQ(problem_of(events), std::nullopt);
  const std::string text = to_text(describe(events.front()));
  EXPECT_THAT(text, HasSubstr(R"( funds="Deposit" new_epoch=1 )"));
  EXPECT_THAT(text, EndsWith(R"( count=1 share.symbol="A" share.numerator=1 share.denominator=2)"));
  for (std::size_t bit = 0; bit < events.bytes().size() * 8; ++bit) {
    std::byte& byte = events.writable_bytes()[bit / 8];
    byte ^= std::byte{1} << (bit % 8);
    EXPECT_TRUE(problem_of(events) || to_text(describe(events.front())) != text) << "bit " << bit;
    byte ^= std::byte{1} << (bit % 8);
  }
}

// ---- What events say ----------------------------------------------------------------------------

TEST(EventDescription, NamesEachFieldAndSaysTextsAndEnumeratorsInWords) {
  test::EventBytes events;
  test::make_events(matching::TxId{1}, events);
  const auto& refused = *reinterpret_cast<const matching::EventHeader*>(events.bytes().data());
  EXPECT_EQ(to_text(describe(refused)),
            "InboundRefused session=2 msg_seq_num=1 tag=0 fix_reason=0 reason=\"Throttled\" "
            "answer=\"BusinessReject\" retry_after_ms=0 msg_type=\"D\" cl_ord_id=\"order-1\"");
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

TEST(EventDescription, EachPartOfATailBearsItsNameAndIsOfAList) {
  const EventDescription description = describe(determined().front());
  EXPECT_THAT(to_text(description),
              EndsWith(" count=2 share.instrument=4 share.numerator=1 share.denominator=2"
                       " share.instrument=5 share.numerator=1 share.denominator=2"));
  for (const EventField& field : description.fields) {
    EXPECT_EQ(field.in_list, field.name.starts_with("share.")) << field.name;
  }
}

TEST(EventDescription, AnIdInATailIsAField) {
  test::EventBytes events;
  events.add(matching::OrderCancelledBatched{}, {matching::OrderId{5}, matching::OrderId{6}});
  EXPECT_THAT(to_text(describe(events.front())), EndsWith(" count=2 order=5 order=6"));
}

TEST(EventDescription, MoneyOfMoreThan64BitsIsExact) {
  matching::FundsMoved moved;
  moved.header.kind = matching::EventKind::FundsMoved;
  moved.header.size = sizeof(moved);
  moved.kind = matching::FundsKind::WriteOff;
  moved.amount = matching::Money{std::numeric_limits<std::int64_t>::min()};
  moved.house = matching::WideMoney{matching::Int128{1} << 100};
  EXPECT_THAT(to_text(describe(moved.header)),
              HasSubstr(" kind=\"WriteOff\" amount=-9223372036854775808 balance=0"
                        " house=1267650600228229401496703205376 "));
}

TEST(EventDescription, EveryWideNumberHasItsDigits) {
  constexpr auto kLargest =
      static_cast<matching::Int128>(std::numeric_limits<matching::Uint128>::max() >> 1);
  EXPECT_EQ(to_text(matching::Int128{0}), "0");
  EXPECT_EQ(to_text(matching::Int128{-10}), "-10");
  EXPECT_EQ(to_text(kLargest), "170141183460469231731687303715884105727");
  EXPECT_EQ(to_text(-kLargest - 1), "-170141183460469231731687303715884105728");
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

TEST(EventSearch, FindsAnyOfSeveralNumbers) {
  matching::TradeMatched trade;
  trade.header.kind = matching::EventKind::TradeMatched;
  trade.header.size = sizeof(trade);
  trade.taker.order = matching::OrderId{12};
  trade.taker.account = matching::AccountId{7};
  EXPECT_TRUE(mentions_any(trade.header, "order", {5, 12}));
  EXPECT_FALSE(mentions_any(trade.header, "order", {5, 7}));
  EXPECT_FALSE(mentions_any(trade.header, "order", {}));
  test::EventBytes events;
  events.add(matching::OrderCancelledBatched{}, {matching::OrderId{5}, matching::OrderId{6}});
  EXPECT_TRUE(mentions_any(events.front(), "order", {4, 6}));
}

TEST(EventSearch, FindsWhatIsInATail) {
  test::EventBytes events;
  events.add(matching::OrderCancelledBatched{}, {matching::OrderId{5}, matching::OrderId{6}});
  EXPECT_TRUE(mentions(events.front(), "order", 6));
  EXPECT_FALSE(mentions(events.front(), "order", 2));
  EXPECT_TRUE(mentions(settled().front(), "account", 8));
  EXPECT_FALSE(mentions(settled().front(), "account", 2));
}

// ---- Events that are shorter than their struct --------------------------------------------------

// As a later version would make it: `since` was added to what the first one wrote.
struct Grown {
  static constexpr std::size_t kFirstSize = 32;
  matching::EventHeader header;
  std::uint64_t old = 0;
  std::uint64_t since = 0;
  matching::Flag flag;
  matching::Zeros<7> reserved;
};

using matching::covers;
BETEX_FIELDS(Grown, header, old, since, flag, reserved);

class GrownEventTest : public ::testing::Test {
 protected:
  GrownEventTest() {
    event_.old = 7;
    event_.since = 8;
    event_.flag = true;
  }

  std::optional<std::string> problem_of_size(std::uint32_t size) {
    event_.header.size = size;
    return find_malformed<Grown>(event_.header);
  }

  std::string text_of_size(std::uint32_t size) {
    event_.header.size = size;
    return to_text({.kind = "Grown", .fields = describe_fields<Grown>(event_.header)});
  }

  Grown event_;
};

TEST_F(GrownEventTest, HasAnySizeSinceItsFirst) {
  EXPECT_EQ(problem_of_size(24), "size 24 where its kind has 32 to 48");
  EXPECT_EQ(problem_of_size(32), std::nullopt);
  EXPECT_EQ(problem_of_size(40), std::nullopt);
  EXPECT_EQ(problem_of_size(48), std::nullopt);
  EXPECT_EQ(problem_of_size(56), "size 56 where its kind has 32 to 48");
}

TEST_F(GrownEventTest, HasAMultipleOfEightBytes) {
  for (const std::uint32_t size : {33U, 36U, 39U, 44U, 47U}) {
    EXPECT_EQ(problem_of_size(size), "size " + std::to_string(size) + " is no multiple of 8");
  }
}

TEST_F(GrownEventTest, HasZerosForWhatIsNotThere) {
  EXPECT_EQ(text_of_size(32), "Grown old=7 since=0 flag=0");
  EXPECT_EQ(text_of_size(40), "Grown old=7 since=8 flag=0");
  EXPECT_EQ(text_of_size(48), "Grown old=7 since=8 flag=1");
  event_.header.size = 32;
  EXPECT_TRUE(mentions<Grown>(event_.header, "old", 7));
  EXPECT_FALSE(mentions<Grown>(event_.header, "since", 8));
}

TEST_F(GrownEventTest, WhatStandsBehindItIsNotItsOwn) {
  reinterpret_cast<std::uint8_t&>(event_.flag) = 2;
  EXPECT_EQ(problem_of_size(40), std::nullopt);
  EXPECT_EQ(problem_of_size(48), "flag is neither 0 nor 1");
}

// Each that has grown, as it was written first: nothing of what has come since is read.
TEST(EventsThatHaveGrown, HaveZerosForWhatHasComeSince) {
  int grown = 0;
  matching::for_each_event_type([&grown]<typename Event>(std::type_identity<Event>) {
    constexpr std::size_t kFirst = matching::first_size<Event>();
    if constexpr (kFirst < sizeof(Event)) {
      ++grown;
      Event event{};
      event.header.kind = Event::kKind;
      event.header.size = sizeof(Event);
      const std::vector<EventField> zeros = describe_fields<Event>(event.header);
      std::memset(reinterpret_cast<std::byte*>(&event) + kFirst, 0xff, sizeof(Event) - kFirst);
      event.header.size = kFirst;
      const std::vector<EventField> fields = describe_fields<Event>(event.header);
      EXPECT_EQ(to_text({.kind = "", .fields = fields}), to_text({.kind = "", .fields = zeros}))
          << "kind " << static_cast<int>(Event::kKind);
    }
  });
  EXPECT_EQ(grown, 20);
}

}  // namespace
}  // namespace betex::journal
