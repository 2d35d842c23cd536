// A log that an earlier program wrote (stored_log/, with what `dump` said of it) must stay what it
// is: it is read, dumped and replayed as before, and the commands that led to it give its bytes
// again. Where the rules of the engine change on purpose, or the format has a new version, the
// first test stays as it is; the second needs a log of its own.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "matching/engine.h"
#include "tests/journal/tool_run.h"
#include "tests/journal/wal_fixture.h"
#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

// Two brokers' days on a small exchange; every kind of event happens at least once.
class Recording {
 public:
  Recording() {
    open_exchange();
    trade();
    ask_amiss();
    play();
    run_markets();
    operate();
    end();
  }

  [[nodiscard]] const std::vector<StoredTransaction>& log() const { return log_; }

 private:
  void run(const CommandBody& body, const Origin& origin = {}) {
    const TransactionView view =
        engine_.decide({.timestamp = now_, .origin = origin, .digest = 0, .body = body});
    if (view.header.event_count != 0) {
      log_.push_back({view.header, view.first_seq, {view.events.begin(), view.events.end()}});
    }
    now_ += Timestamp{1'000'003};
  }

  // As BROKER1's or BROKER2's next message.
  void ask(std::uint32_t session, const CommandBody& body) {
    run(body, {SessionId{session}, SessionEpoch{1}, MsgSeqNum{++asked_[session]}});
  }

  void pass(std::int64_t nanoseconds) {
    now_ += Timestamp{nanoseconds};
    while (engine_.is_due(now_)) {
      run(AdvanceTime{});
    }
  }

  static Name request(int number) { return Name{"ops-" + std::to_string(number)}; }

  ClOrdId fresh_id() { return ClOrdId{"request-" + std::to_string(++ids_)}; }

  PlaceOrder order(
      const char* account, const char* symbol, Side side, const char* quantity, const char* price) {
    return {.account = Name{account},
            .cl_ord_id = fresh_id(),
            .symbol = Name{symbol},
            .transact_time = now_,
            .price = decimal(price),
            .quantity = decimal(quantity),
            .side = side,
            .time_in_force = TimeInForce::Gtc};
  }

  AmendOrder amend(const char* account,
                   std::uint64_t order,
                   const char* quantity,
                   const char* price) {
    return {.account = Name{account},
            .cl_ord_id = fresh_id(),
            .order_id = OrderId{order},
            .transact_time = now_,
            .price = decimal(price),
            .quantity = decimal(quantity)};
  }

  CancelOrder cancel(const char* account, std::uint64_t order) {
    return {.account = Name{account}, .cl_ord_id = fresh_id(), .order_id = OrderId{order}};
  }

  void open_exchange() {
    run(SessionUp{.comp_id = Name{"BROKER1"}, .cancel_on_disconnect = true, .grace_ms = 5'000});
    run(SessionUp{.comp_id = Name{"BROKER2"}, .reset = true});
    run(ReserveNumbers{SessionId{1}, SessionEpoch{1}, MsgSeqNum{1'000}});
    run(CreateAccount{.account = Name{"alice"}, .request_id = request(1)});
    run(CreateAccount{.account = Name{"bob"}, .request_id = request(2)});
    run(CreateAccount{
        .account = Name{"carol"}, .kind = AccountKind::Collateralised, .request_id = request(3)});
    run(SetLimits{.account = Name{"bob"}, .max_open_orders = 77, .request_id = request(4)});
    run(CreateMarket{.market = Name{"RACE"},
                     .winners = 1,
                     .commission_bp = 250,
                     .kind = MarketKind::ExchangeOdds,
                     .ladder = LadderKind::Classic,
                     .request_id = request(5)});
    for (const char* runner : {"ARKLE", "BYERLEY", "CIGAR"}) {
      run(AddRunner{.market = Name{"RACE"}, .symbol = Name{runner}});
    }
    run(OpenMarket{.market = Name{"RACE"}, .request_id = request(6)});
    run(CreateMarket{.market = Name{"RAIN"},
                     .bet_delay_ms = 5'000,
                     .kind = MarketKind::Binary,
                     .ladder = LadderKind::LinearCent,
                     .min_quantity = decimal("2"),
                     .quantity_step = decimal("2"),
                     .max_quantity = decimal("5000"),
                     .request_id = request(7)});
    run(OpenMarket{.market = Name{"RAIN"}, .request_id = request(8)});
  }

  void trade() {
    ask(1, order("alice", "ARKLE", Side::Ask, "30.25", "2.04"));  // order 1
    ask(2, order("bob", "ARKLE", Side::Bid, "20", "2.02"));       // 2 takes
    PlaceOrder guarded = order("bob", "ARKLE", Side::Bid, "50", "2.04");
    guarded.version_guard = 1;
    guarded.persistence = Persistence::Persist;
    ask(2, guarded);  // 3 takes and rests
    PlaceOrder until = order("alice", "BYERLEY", Side::Bid, "10", "3.5");
    until.time_in_force = TimeInForce::Gtd;
    until.expire_time = now_ + Timestamp{6 * kHour};
    until.post_only = true;
    until.cancel_on_pause = true;
    ask(1, until);  // 4
    PlaceOrder market = order("alice", "ARKLE", Side::Ask, "10", "0");
    market.type = OrderType::Market;
    market.time_in_force = TimeInForce::Ioc;
    market.max_cost = decimal("500");
    ask(1, market);  // 5 takes
    PlaceOrder all_or_none = order("alice", "BYERLEY", Side::Ask, "9000", "3.5");
    all_or_none.time_in_force = TimeInForce::Fok;
    ask(1, all_or_none);  // 6 is cancelled
    PlaceOrder at_least = order("bob", "BYERLEY", Side::Ask, "20", "3.5");
    at_least.time_in_force = TimeInForce::Ioc;
    at_least.min_quantity = decimal("15");
    ask(2, at_least);  // 7 is cancelled
    PlaceOrder own = order("bob", "ARKLE", Side::Ask, "10", "2.04");
    own.self_trade_prevention = SelfTradePrevention::Decrement;
    ask(2, own);  // 8 reduces 3
    ask(2, amend("bob", 3, "31", "2"));
    ask(2, cancel("bob", 3));
    run(ConfirmDelivery{.session = SessionId{1}, .delivered = EventSeq{25}});
  }

  void ask_amiss() {
    ask(1, order("alice", "NOWHERE", Side::Bid, "1", "2"));
    ask(1, order("mallory", "ARKLE", Side::Ask, "1.5", "2"));
    ask(1, cancel("alice", 999));
    ask(2, amend("bob", 3, "40", "2"));
    run(RefuseInbound{.msg_type = Text<7>{"D"},
                      .cl_ord_id = ClOrdId{"too-much"},
                      .tag = 38,
                      .fix_reason = 5,
                      .reason = Reason::MalformedMessage,
                      .answer = RefuseInbound::Answer::SessionReject},
        {SessionId{1}, SessionEpoch{1}, MsgSeqNum{++asked_[1]}});
    PlaceOrder again = order("alice", "ARKLE", Side::Ask, "8", "4");
    again.poss_resend = true;
    ask(1, again);  // 9
    ask(1, again);
    PlaceOrder refused = order("alice", "ARKLE", Side::Ask, "8", "4.01");
    refused.poss_resend = true;
    ask(1, refused);
    ask(1, refused);
    const MassCancel all{
        .account = Name{"alice"}, .cl_ord_id = fresh_id(), .symbol = Name{"ARKLE"}, .side = 2};
    ask(1, all);
    ask(1, all);
    run(OpenMarket{.market = Name{"RACE"}, .request_id = request(6)});
    run(OpenMarket{.market = Name{"RACE"}, .request_id = request(9)});
  }

  void play() {
    PlaceOrder keep = order("bob", "RAIN", Side::Ask, "30", "0.55");
    keep.persistence = Persistence::Persist;
    ask(2, keep);                                            // 10
    ask(1, order("alice", "RAIN", Side::Ask, "10", "0.7"));  // 11 lapses
    run(TurnInPlay{.market = Name{"RAIN"}, .request_id = request(10)});
    ask(1, order("alice", "RAIN", Side::Bid, "20", "0.6"));  // 12 is delayed
    ask(2, amend("bob", 10, "30", "0.57"));
    pass(5 * kSecond);
    ask(1, order("alice", "RAIN", Side::Bid, "8", "0.5"));  // 13 is delayed
    ask(1, amend("alice", 13, "6", "0.5"));
    pass(5 * kSecond);
  }

  void run_markets() {
    const Name race{"RACE"};
    run(SuspendMarket{.market = race,
                      .reason = SuspendReason::Pause,
                      .scope = CancelScope::None,
                      .request_id = request(11)});
    run(HaltMarket{.market = race, .request_id = request(12)});
    run(UnhaltMarket{.market = race, .request_id = request(13)});
    run(ResumeMarket{.market = race, .request_id = request(14)});
    ask(1, order("alice", "CIGAR", Side::Bid, "5", "11"));  // 14
    run(RemoveRunner{.market = race, .symbol = Name{"CIGAR"}, .request_id = request(15)});
    run(ResumeMarket{.market = race, .request_id = request(16)});
    run(CloseMarket{.market = race, .request_id = request(17)});
    DetermineMarket heat{.market = race, .request_id = request(18)};
    (*heat.shares)[0] = {.symbol = Name{"ARKLE"}, .numerator = 1, .denominator = 2};
    (*heat.shares)[1] = {.symbol = Name{"BYERLEY"}, .numerator = 1, .denominator = 2};
    run(heat);
    run(VoidMarket{.market = Name{"RAIN"}, .price = decimal("0.25"), .request_id = request(19)});
  }

  void operate() {
    run(SuspendAccount{.account = Name{"alice"}, .request_id = request(20), .cancel_orders = true});
    run(ResumeAccount{.account = Name{"alice"}, .request_id = request(21)});
    run(SuspendSession{.comp_id = Name{"BROKER2"}, .request_id = request(22)});
    run(ResumeSession{.comp_id = Name{"BROKER2"}, .request_id = request(23)});
    run(LogoutSession{.comp_id = Name{"BROKER2"}, .request_id = request(24)});
    run(SessionDown{SessionId{2}, SessionEpoch{1}, MsgSeqNum{40}, SessionDownReason::Logout});
    run(SetSessionNumbers{.comp_id = Name{"BROKER2"},
                          .next_in = MsgSeqNum{50},
                          .reserved_to = MsgSeqNum{60},
                          .request_id = request(25)});
    run(SetTradingDay{.ends_at_s = 82'800, .request_id = request(26)});
    run(Announce{.subject = Name{"RACE"},
                 .headline = Text<255>{"Stewards' \"enquiry\": result stands"},
                 .request_id = request(27)});
    run(MoveWatermark{.watermark = EventSeq{20}, .request_id = request(28)});
  }

  void end() {
    run(CreateMarket{.market = Name{"LATER"}, .request_id = request(29)});
    run(AddRunner{.market = Name{"LATER"}, .symbol = Name{"DUNDEE"}});
    run(AddRunner{.market = Name{"LATER"}, .symbol = Name{"EBOR"}});
    run(OpenMarket{.market = Name{"LATER"}});
    PlaceOrder until = order("bob", "DUNDEE", Side::Bid, "10", "3.5");
    until.time_in_force = TimeInForce::Gtd;
    until.expire_time = now_ + Timestamp{60 * kSecond};
    run(until);  // 15 expires
    PlaceOrder today = order("bob", "DUNDEE", Side::Bid, "10", "3.5");
    today.time_in_force = TimeInForce::Day;
    run(today);                                              // 16 expires
    ask(1, order("alice", "DUNDEE", Side::Bid, "10", "7"));  // 17
    run(SessionDown{
        SessionId{1}, SessionEpoch{1}, MsgSeqNum{asked_[1] + 1}, SessionDownReason::Disconnect});
    pass(30 * kHour);
  }

  Engine engine_;
  Timestamp now_{1'700'000'000'000'000'000};
  std::uint32_t asked_[3] = {0, 1, 1};  // the logons were number 1
  int ids_ = 0;
  std::vector<StoredTransaction> log_;
};

}  // namespace
}  // namespace betex::matching::testing

namespace betex::journal {
namespace {

using matching::testing::Recording;
using matching::testing::StoredTransaction;
using ::testing::SizeIs;

class StoredLogTest : public test::WalTest {
 protected:
  StoredLogTest() {
    // A copy: LMDB writes its lock file even for a reader.
    std::filesystem::copy(stored() / "wal", root(), std::filesystem::copy_options::recursive);
  }

  static std::filesystem::path stored() { return BETEX_SOURCE_DIR "/tests/journal/stored_log"; }

  static std::vector<std::string> lines_of(const std::filesystem::path& file) {
    std::ifstream stream{file};
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
      lines.push_back(line);
    }
    return lines;
  }
};

TEST_F(StoredLogTest, IsDumpedAndReplayedAsBefore) {
  const test::ToolOutput dump = test::run_tool(root(), {"dump"});
  EXPECT_EQ(dump.code, 0);
  const std::vector<std::string> before = lines_of(stored() / "dump.txt");
  ASSERT_EQ(dump.lines.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(dump.lines[i], before[i]);
  }
  EXPECT_EQ(test::run_tool(root(), {"verify"}).code, 0);

  std::set<std::string> kinds;
  for (const std::string& line : dump.lines) {
    kinds.insert(line.substr(0, line.find(' ')));
  }
  EXPECT_THAT(kinds, SizeIs(47)) << "an event of every kind that there was";
}

TEST_F(StoredLogTest, TheSameCommandsGiveTheSameBytes) {
  const Recording recording;
  JournalReader reader{root(), pool_, EventSeq{1}};
  for (const StoredTransaction& now : recording.log()) {
    const auto before = reader.next();
    ASSERT_TRUE(before);
    EXPECT_EQ(std::memcmp(&now.header, &before->header, sizeof(now.header)), 0);
    EXPECT_TRUE(std::equal(
        now.events.begin(), now.events.end(), before->events.begin(), before->events.end()))
        << "transaction " << before->header.tx_id.value();
  }
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace betex::journal
