#include "tests/journal/recording.h"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "matching/engine.h"

namespace betex::matching::testing {
namespace {

class Recorder {
 public:
  Recording record() && {
    open_exchange();
    trade();
    ask_amiss();
    play();
    run_markets();
    move_funds();
    operate();
    take_snapshot();
    change_markets();
    halt_all();
    group_orders();
    ask_two();
    end();
    return std::move(recording_);
  }

 private:
  void run(const CommandBody& body,
           const Origin& origin = {},
           const OptionalBox<Remark>& remark = {}) {
    decide(body, origin, remark);
    while (engine_.batch_pending() != PendingBatch::None) {
      decide(ContinueBatch{}, {}, {});
    }
  }

  void decide(CommandBody body, const Origin& origin, const OptionalBox<Remark>& remark) {
    Command command{.timestamp = now_,
                    .origin = origin,
                    .digest = 0,
                    .remark = remark,
                    .body = std::move(body)};
    std::visit([&](auto& request) { complete(command, request); }, command.body);
    const TransactionView view = engine_.decide(command);
    if (view.header.event_count != 0) {
      recording_.log.push_back(
          {view.header, view.first_seq, {view.events.begin(), view.events.end()}});
    }
    now_ += Timestamp{1'000'003};
  }

  // An operator's request has a time, and a digest, which follows from its id here.
  template <typename Request>
  void complete(Command& command, Request& request) const {
    if constexpr (requires { request.request_id, request.transact_time; }) {
      request.transact_time = now_;
      for (const char c : request.request_id.view()) {
        command.digest = command.digest * 131 + static_cast<unsigned char>(c);
      }
      command.digest ^= other_content_;
    }
  }

  void take_snapshot() { recording_.snapshots.push_back(engine_.last_seq()); }

  // As the next message of BROKER1, BROKER2, OPS1 or OPS2.
  void ask(std::uint32_t session, const CommandBody& body, const OptionalBox<Remark>& remark = {}) {
    run(body, {SessionId{session}, SessionEpoch{1}, MsgSeqNum{++asked_[session]}}, remark);
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

  static OptionalBox<OrderExtras> marked(const char* reference, const char* group = "") {
    return OrderExtras{
        .reference = Reference{reference}, .order_group = Reference{group}, .max_cost = {}};
  }

  // As the next message of BROKER1.
  void ask_of_group(OrderGroupAction action, const char* name, const char* limit = "20") {
    ask(1,
        OrderGroupRequest{.account = Name{"alice"},
                          .cl_ord_id = fresh_id(),
                          .group = Reference{name},
                          .limit = decimal(limit),
                          .window_ms = 60'000,
                          .counted = CountedFills::Makers,
                          .action = action,
                          .cancel_on_disconnect = true,
                          .transact_time = now_});
  }

  CancelOrder cancel(const char* account, std::uint64_t order) {
    return {.account = Name{account}, .cl_ord_id = fresh_id(), .order_id = OrderId{order}};
  }

  void open_exchange() {
    run(CreateExchange{.currency = Currency{"EUR"}, .max_requests_a_day = 1'000});
    run(SessionUp{.comp_id = Name{"BROKER1"},
                  .username = Name{"desk1"},
                  .cancel_on_disconnect = true,
                  .grace_ms = 5'000});
    run(SessionUp{.comp_id = Name{"BROKER2"}, .reset = true});
    run(ReserveNumbers{SessionId{1}, SessionEpoch{1}, MsgSeqNum{1'000}});
    run(CreateAccount{.account = Name{"alice"},
                      .commission_discount_bp = 1'000,
                      .opening_balance = decimal("1000"),
                      .request_id = request(1)});
    run(CreateAccount{.account = Name{"bob"}, .request_id = request(2)});
    run(CreateAccount{.account = Name{"carol"},
                      .kind = AccountKind::Collateralised,
                      .credit = decimal("5"),
                      .exposure_limit = decimal("900"),
                      .market_exposure_limit = decimal("300"),
                      .request_id = request(3)});
    run(SetLimits{.account = Name{"bob"},
                  .max_open_orders = 77,
                  .credit = decimal("12.5"),
                  .request_id = request(4)});
    run(MoveFunds{.account = Name{"carol"},
                  .kind = FundsKind::Deposit,
                  .amount = decimal("50"),
                  .request_id = request(40)});
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
                     .max_position = decimal("1000"),
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
    market.extras = OrderExtras{.reference = {}, .order_group = {}, .max_cost = decimal("500")};
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
    ask(2, order("bob", "CIGAR", Side::Ask, "4", "9"));    // 9
    ask(1, order("carol", "CIGAR", Side::Bid, "4", "9"));  // 10 takes
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
    run(RefuseInbound{.msg_type = Text<7>{"D"},
                      .cl_ord_id = ClOrdId{"too-fast"},
                      .reason = Reason::Throttled,
                      .retry_after_ms = 250},
        {SessionId{1}, SessionEpoch{1}, MsgSeqNum{++asked_[1]}});
    PlaceOrder again = order("alice", "ARKLE", Side::Ask, "8", "4");
    again.poss_resend = true;
    ask(1, again);  // 11
    ask(1, again);
    PlaceOrder refused = order("alice", "ARKLE", Side::Ask, "8", "4.01");
    refused.poss_resend = true;
    ask(1, refused);
    ask(1, refused);
    const MassCancel all{
        .account = Name{"alice"}, .cl_ord_id = fresh_id(), .symbol = Name{"ARKLE"}, .side = 2};
    ask(1, all);
    ask(1, all);
    ask(1, order("carol", "ARKLE", Side::Bid, "1000", "2"));            // funds
    run(OpenMarket{.market = Name{"RACE"}, .request_id = request(6)});  // again
    other_content_ = 1;
    run(OpenMarket{.market = Name{"RACE"}, .request_id = request(6)});
    other_content_ = 0;
    run(OpenMarket{.market = Name{"RACE"}, .request_id = request(9)});
    run(OpenMarket{.market = Name{"RACE"}, .request_id = request(9)});  // refused again
  }

  void play() {
    PlaceOrder keep = order("bob", "RAIN", Side::Ask, "30", "0.55");
    keep.persistence = Persistence::Persist;
    ask(2, keep);                                            // 12
    ask(1, order("alice", "RAIN", Side::Ask, "10", "0.7"));  // 13 lapses
    run(TurnInPlay{.market = Name{"RAIN"}, .request_id = request(10)});
    ask(1, order("alice", "RAIN", Side::Bid, "20", "0.6"));  // 14 is delayed
    AmendOrder lapse = amend("bob", 12, "30", "0.57");
    lapse.version_guard = 2;
    lapse.persistence_given = true;
    ask(2, lapse);
    take_snapshot();
    pass(5 * kSecond);
    ask(1, order("alice", "RAIN", Side::Bid, "8", "0.5"));  // 15 is delayed
    ask(1, amend("alice", 15, "6", "0.5"));
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
    ask(1, order("alice", "CIGAR", Side::Bid, "5", "11"));  // 16
    run(RemoveRunner{.market = race, .symbol = Name{"CIGAR"}, .request_id = request(15)});
    run(ResumeMarket{.market = race, .request_id = request(16)});
    run(CloseMarket{.market = race, .request_id = request(17)});
    run(DetermineMarket{.market = race,
                        .shares = {{.symbol = Name{"ARKLE"}, .numerator = 1, .denominator = 2},
                                   {.symbol = Name{"BYERLEY"}, .numerator = 1, .denominator = 2}},
                        .request_id = request(18)});
    run(SettleMarket{.market = race, .request_id = request(41)});
    run(DetermineMarket{.market = race,
                        .shares = {{.symbol = Name{"ARKLE"}, .numerator = 1, .denominator = 1}},
                        .request_id = request(42)});
    run(SettleMarket{.market = race, .request_id = request(43)});
    run(VoidMarket{.market = Name{"RAIN"}, .price = decimal("0.25"), .request_id = request(19)});
    run(ArchiveMarket{.market = Name{"RAIN"}, .request_id = request(44)});
    run(SettleMarket{.market = Name{"RAIN"}, .request_id = request(45)});
  }

  void move_funds() {
    const Name carol{"carol"};
    run(MoveFunds{.account = carol,
                  .kind = FundsKind::Withdrawal,
                  .amount = decimal("10.0001"),
                  .request_id = request(46)});
    run(MoveFunds{.account = carol,
                  .kind = FundsKind::Correction,
                  .amount = Decimal{-45 * kDecimalScale},
                  .request_id = request(47)},
        {},
        Remark{"as agreed by telephone"});
    run(MoveFunds{.account = carol, .kind = FundsKind::WriteOff, .request_id = request(48)});
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
                 .headline = Remark{"Stewards' \"enquiry\": result stands"},
                 .request_id = request(27)});
    run(MoveWatermark{.watermark = EventSeq{20}, .request_id = request(28)});
    run(WatchMarkets{.session = SessionId{1}, .on = true});
    run(StopExchange{.notice_s = 60, .request_id = request(30)}, {}, Remark{"a new release"});
  }

  void change_markets() {
    const Name cup{"CUP"};
    run(CreateMarket{.market = cup,
                     .runners = {Name{"FOXHALL"}, Name{"GALTEE"}, Name{"HYPERION"}},
                     .request_id = request(50)});
    run(DescribeMarket{.market = cup,
                       .description = Description{.text = DescriptionText{"A cup"},
                                                  .parent = Name{"SEASON"},
                                                  .scheduled_start = now_ + Timestamp{kHour}},
                       .request_id = request(51)});
    run(DescribeMarket{.market = cup,
                       .symbol = Name{"GALTEE"},
                       .description = Description{.text = DescriptionText{"Galtee More"},
                                                  .parent = {},
                                                  .scheduled_start = {}},
                       .request_id = request(52)});
    run(OpenMarket{.market = cup, .expected_runners = 3, .request_id = request(53)});
    run(ChangeMarket{.market = cup,
                     .bet_delay_ms = 2'000,
                     .commission_bp = 150,
                     .max_quantity = decimal("5000"),
                     .passive_skips_delay = true,
                     .version_guard = 1,
                     .request_id = request(54)});
    ask(1, order("alice", "FOXHALL", Side::Bid, "5", "4"));
    ask(2, order("bob", "GALTEE", Side::Ask, "5", "4"));
    run(HaltMarket{.market = cup, .request_id = request(55)});
    run(SuspendMarket{.market = cup, .scope = CancelScope::None, .request_id = request(56)});
    run(UnhaltMarket{.market = cup, .request_id = request(57)});
    run(SuspendMarket{.market = cup, .scope = CancelScope::LapseOnly, .request_id = request(58)});
    run(CloseMarket{.market = cup, .request_id = request(59)}, {}, Remark{"too early"});
    run(ReopenMarket{.market = cup, .request_id = request(60)});
    run(ResumeMarket{.market = cup, .version_guard = 7, .request_id = request(61)});
    run(ResumeMarket{.market = cup, .request_id = request(62)});
    ask(1, order("alice", "FOXHALL", Side::Bid, "5", "4"));
    run(CancelOnBehalf{
        .account = Name{"alice"}, .market = cup, .side = 1, .request_id = request(63)});
    run(SuspendAccount{.account = Name{"bob"}, .request_id = request(64)});
    run(SuspendAccount{.account = Name{"bob"}, .request_id = request(65), .cancel_orders = true});
    run(ResumeAccount{.account = Name{"bob"}, .request_id = request(66)});
  }

  void halt_all() {
    run(HaltExchange{.request_id = request(67)}, {}, Remark{"a doubt about the prices"});
    run(ResumeMarket{.market = Name{"CUP"}, .request_id = request(68)});
    ask(1, order("alice", "FOXHALL", Side::Bid, "5", "4"));
    run(UnhaltExchange{.request_id = request(69)});
    run(Announce{.headline = Remark{"Trading goes on"}, .urgent = true, .request_id = request(70)});
  }

  // In CUP, by BROKER1 and BROKER2.
  void group_orders() {
    ask_of_group(OrderGroupAction::Create, "makers");
    ask_of_group(OrderGroupAction::Create, "makers");  // is there
    ask_of_group(OrderGroupAction::Create, "spare", "7.5");
    ask_of_group(OrderGroupAction::Update, "spare", "1000");
    PlaceOrder first = order("alice", "FOXHALL", Side::Bid, "30", "5");
    first.extras = marked("north", "makers");
    ask(1, first);
    PlaceOrder second = order("alice", "HYPERION", Side::Bid, "5", "5");
    second.extras = marked("", "makers");
    ask(1, second);
    ask(2, order("bob", "FOXHALL", Side::Ask, "25", "5"));  // trips them
    PlaceOrder refused = order("alice", "HYPERION", Side::Bid, "6", "5");
    refused.extras = marked("south", "makers");
    ask(1, refused);
    ask_of_group(OrderGroupAction::Reset, "makers");
    PlaceOrder again = order("alice", "HYPERION", Side::Bid, "7", "5");
    again.extras = marked("south", "makers");
    ask(1, again);
    PlaceOrder plain = order("alice", "HYPERION", Side::Bid, "8", "5");
    plain.extras = marked("south");
    ask(1, plain);
    ask(1,
        MassCancel{.account = Name{"alice"},
                   .cl_ord_id = fresh_id(),
                   .own_session = true,
                   .reference = Reference{"south"},
                   .order_group = Reference{"makers"}});
    MassCancel elsewhere{.account = Name{"alice"}, .cl_ord_id = fresh_id(), .own_session = true};
    elsewhere.market = Name{"NOWHERE"};
    ask(1, elsewhere);
    PlaceOrder last = order("alice", "HYPERION", Side::Bid, "9", "5");
    last.extras = marked("south", "makers");
    ask(1, last);
    ask(2, order("bob", "HYPERION", Side::Ask, "4", "5"));
    take_snapshot();  // with something in the window
    ask_of_group(OrderGroupAction::Trip, "spare");
    ask_of_group(OrderGroupAction::Delete, "spare");
    ask_of_group(OrderGroupAction::Delete, "makers");  // has a live order
  }

  void ask_two() {
    constexpr std::uint32_t kInasSession = 3;
    constexpr std::uint32_t kJonsSession = 4;
    run(SessionUp{.comp_id = Name{"OPS1"}, .username = Name{"ina"}, .number = MsgSeqNum{41}});
    run(SessionUp{.comp_id = Name{"OPS2"}, .username = Name{"jon"}});
    run(RequireApproval{.classes = kAllApprovalClasses});
    const Name cup{"CUP"};
    run(CloseMarket{.market = cup, .request_id = request(71)});
    const auto propose = [&](auto request_of_ina, int number, const char* remark) {
      request_of_ina.request_id = request(number);
      ask(kInasSession, request_of_ina, Remark{remark});
      return EventSeq{engine_.last_seq()};
    };
    const DetermineMarket tie{
        .market = cup,
        .shares = {{.symbol = Name{"GALTEE"}, .numerator = 1, .denominator = 2},
                   {.symbol = Name{"HYPERION"}, .numerator = 1, .denominator = 2}}};
    const EventSeq result = propose(tie, 72, "a photograph");
    ask(kInasSession,
        Approve{.proposal = request(72), .proposed = result, .request_id = request(73)});
    ask(kJonsSession,
        Approve{.proposal = request(72), .proposed = result, .request_id = request(74)},
        Remark{"seen"});
    const MoveFunds deposit{.account = Name{"carol"}, .amount = decimal("7.5")};
    const EventSeq funds = propose(deposit, 75, "by bank");
    ask(kJonsSession,
        Approve{.proposal = request(75), .proposed = funds, .request_id = request(76)});
    const EventSeq settlement = propose(SettleMarket{.market = cup}, 77, "");
    ask(kJonsSession,
        Approve{.proposal = request(77), .proposed = settlement, .request_id = request(78)});
    const EventSeq again = propose(SettleMarket{.market = cup}, 79, "");
    ask(kJonsSession,
        Approve{.proposal = request(79), .proposed = again, .request_id = request(80)});
    propose(VoidMarket{.market = cup}, 81, "no");
    ask(kJonsSession, Decline{.proposal = request(81), .request_id = request(82)});
    propose(SetSessionNumbers{.comp_id = Name{"BROKER2"}, .new_epoch = true}, 83, "");
    take_snapshot();
    pass(900 * kSecond);  // it runs out
    run(RequireApproval{});
  }

  void end() {
    run(CreateMarket{.market = Name{"LATER"}, .request_id = request(29)});
    run(AddRunner{.market = Name{"LATER"}, .symbol = Name{"DUNDEE"}});
    run(AddRunner{.market = Name{"LATER"}, .symbol = Name{"EBOR"}});
    run(OpenMarket{.market = Name{"LATER"}});
    PlaceOrder until = order("bob", "DUNDEE", Side::Bid, "10", "3.5");
    until.time_in_force = TimeInForce::Gtd;
    until.expire_time = now_ + Timestamp{60 * kSecond};
    run(until);  // 17 expires
    PlaceOrder today = order("bob", "DUNDEE", Side::Bid, "10", "3.5");
    today.time_in_force = TimeInForce::Day;
    run(today);  // 18 expires
    PlaceOrder bound = order("alice", "DUNDEE", Side::Bid, "11", "7");
    bound.extras = marked("", "makers");
    run(bound);                                              // goes with the session
    ask(1, order("alice", "DUNDEE", Side::Bid, "10", "7"));  // so does this one
    run(SessionDown{
        SessionId{1}, SessionEpoch{1}, MsgSeqNum{asked_[1] + 1}, SessionDownReason::Disconnect});
    pass(30 * kHour);
    pass(36 * 24 * kHour);  // no request is known any more
  }

  Engine engine_;
  Timestamp now_{1'700'000'000'000'000'000};
  std::uint32_t asked_[5] = {0, 1, 1, 1, 1};  // the logons were number 1
  int ids_ = 0;
  std::uint64_t other_content_ = 0;  // not 0: in the next requests
  Recording recording_;
};

}  // namespace

Recording record_two_days() {
  return Recorder{}.record();
}

}  // namespace betex::matching::testing
