// An exchange whose log is written by hand, and what everybody is told of it: two brokers and a
// drop copy of one account, a broker of another one, an operator; a market of one runner.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/reports/report_state.h"
#include "tests/gateway/reports/told_text.h"
#include "tests/gateway/reports/written_log.h"

namespace betex::gateway::testing {

using matching::AccountId;
using matching::ClOrdId;
using matching::Decimal;
using matching::Name;
using matching::OrderId;
using matching::Reference;
using matching::SessionId;

inline constexpr SessionId kOne{1};    // FIXT.1.1, trades for ACC
inline constexpr SessionId kTwo{2};    // FIX.4.4, likewise
inline constexpr SessionId kDrop{3};   // of ACC
inline constexpr SessionId kOther{4};  // trades for OTHER
inline constexpr SessionId kOps{5};

inline constexpr AccountId kAcc{1};
inline constexpr AccountId kOtherAccount{2};

struct Told {
  SessionId session;
  fix::Report report;

  friend bool operator==(const Told&, const Told&) = default;
};

class EveryReport final : public ReportReceiver {
 public:
  [[nodiscard]] bool wants(SessionId /*session*/, fix::ReportId /*id*/) override { return true; }

  void receive(SessionId session, fix::Report report) override {
    told.push_back({session, std::move(report)});
  }

  std::vector<Told> told;
};

class WrittenExchange : public ::testing::Test {
 protected:
  using Lines = std::vector<std::string>;

  WrittenExchange() {
    take(log.write(matching::AccountCreated{.account = kAcc, .name = Name{"ACC"}},
                   matching::AccountCreated{.account = kOtherAccount, .name = Name{"OTHER"}}));
    std::uint32_t session = 0;
    for (const char* const comp_id : {"ONE", "TWO", "DROP", "BROKER", "OPS"}) {
      take(log.write(matching::SessionWentUp{
          .session = SessionId{++session}, .comp_id = Name{comp_id}, .username = {}}));
    }
    take(log.write(matching::MarketCreated{.header = in_market(),
                                           .kind = matching::MarketKind::ExchangeOdds,
                                           .ladder = matching::LadderKind::Classic,
                                           .runners = 1,
                                           .name = Name{"MKT"}},
                   matching::RunnerAdded{.header = in_market(),
                                         .instrument = matching::InstrumentId{1},
                                         .symbol = Name{"RUN"}}));
    take(log.write(matching::MarketOpened{.header = in_market(), .version = 1}));
    told.clear();
  }

  static Audience audience() {
    using enum fix::SessionRole;
    return Audience{
        {{.comp_id = Name{"ONE"}, .accounts = {Name{"ACC"}}},
         {.comp_id = Name{"TWO"}, .version = fix::FixVersion::Fix44, .accounts = {Name{"ACC"}}},
         {.comp_id = Name{"DROP"}, .role = DropCopy, .accounts = {Name{"ACC"}}},
         {.comp_id = Name{"BROKER"}, .accounts = {Name{"OTHER"}}},
         {.comp_id = Name{"OPS"}, .role = Ops, .accounts = {}}}};
  }

  static matching::EventHeader in_market() { return {.market = matching::MarketId{1}}; }

  // In minor units; a fill is at odds of 2.
  static matching::OrderValues values(std::int64_t quantity,
                                      std::int64_t filled,
                                      std::int64_t leaves,
                                      std::uint32_t chain_index = 0) {
    return {.order_qty = matching::Quantity{quantity},
            .cum_qty = matching::Quantity{filled},
            .leaves_qty = matching::Quantity{leaves},
            .notional = matching::Notional{filled * 200},
            .chain_index = chain_index};
  }

  // Rests; its ClOrdID is "O" and its number.
  static matching::OrderAccepted accepted(std::uint64_t order,
                                          SessionId session,
                                          std::uint32_t group = 0,
                                          const char* reference = "") {
    return {.header = in_market(),
            .order = OrderId{order},
            .account = session == kOther ? kOtherAccount : kAcc,
            .session = session,
            .instrument = matching::InstrumentId{1},
            .tick = matching::Tick{99},
            .side = matching::Side::Ask,
            .type = matching::OrderType::Limit,
            .time_in_force = matching::TimeInForce::Gtc,
            .entry = matching::Entry::Rests,
            .reference = Reference{reference},
            .order_group = group,
            .values = values(1'000, 0, 1'000),
            .cl_ord_id = ClOrdId{"O" + std::to_string(order)}};
  }

  static matching::OrderGroupStanding standing(std::uint32_t live_orders = 0) {
    return {.limit = Decimal{50'000'000},
            .filled = Decimal{7'000'000},
            .window_ms = 1'000,
            .live_orders = live_orders,
            .cancel_on_disconnect = {},
            .counted = matching::CountedFills::All,
            .state = matching::OrderGroupState::Active};
  }

  static matching::OrderGroupSet group_set(std::uint32_t group,
                                           const char* name,
                                           SessionId requester = kOne,
                                           const char* id = "G") {
    return {.group = group,
            .account = requester == kOther ? kOtherAccount : kAcc,
            .requester = requester,
            .action = matching::OrderGroupAction::Create,
            .standing = standing(),
            .name = Reference{name},
            .cl_ord_id = ClOrdId{id}};
  }

  static Followed<matching::OrderGroupCancelled> group_cancelled(
      std::uint32_t group,
      std::vector<OrderId> orders,
      matching::CancelCause cause = matching::CancelCause::OrderGroupTripped) {
    return {.event = {.header = in_market(), .group = group, .account = kAcc, .cause = cause},
            .tail = std::move(orders)};
  }

  static matching::OrderGroupDeleted group_deleted(std::uint32_t group, const char* name) {
    return {.group = group,
            .account = kAcc,
            .requester = kOne,
            .name = Reference{name},
            .cl_ord_id = ClOrdId{"D"}};
  }

  void take(const WrittenTransaction& transaction) {
    EveryReport receiver;
    state.take(transaction.view(), receiver, [](const auto& /*event*/) {});
    told.insert(told.end(), receiver.told.begin(), receiver.told.end());
    all_told.insert(all_told.end(), receiver.told.begin(), receiver.told.end());
  }

  template <typename... Events>
  void happen(const Events&... events) {
    take(log.write(events...));
  }

  // All reports that the log gives from its beginning on, made by what is known now.
  [[nodiscard]] std::vector<Told> told_late() const {
    EveryReport receiver;
    for (const WrittenTransaction& transaction : log.transactions()) {
      matching::for_each_event(transaction.view(), [&](matching::EventSeq seq, const auto& event) {
        state.maker().make(transaction.header, seq, event, receiver);
      });
    }
    return std::move(receiver.told);
  }

  // What the session has been told, the bodies of one kind.
  template <typename Body>
  [[nodiscard]] std::vector<Body> bodies(SessionId session) const {
    std::vector<Body> found;
    for (const Told& one : told) {
      const auto* const body = std::get_if<Body>(&one.report.body);
      if (one.session == session && body != nullptr) {
        found.push_back(*body);
      }
    }
    return found;
  }

  [[nodiscard]] std::vector<fix::ExecutionReport> executions(SessionId session) const {
    return bodies<fix::ExecutionReport>(session);
  }

  // What the session has been told, as lines (told_text.h).
  [[nodiscard]] Lines lines(SessionId session) const {
    Lines found;
    for (const Told& one : told) {
      if (one.session == session) {
        found.push_back(testing::told(one.report));
      }
    }
    return found;
  }

  ReportState state{.model = ReadModel{audience()}, .cursors = {}, .last_seq = {}, .last_time = {}};
  WrittenLog log;
  std::vector<Told> told;      // since the exchange has opened, or the test has forgotten it
  std::vector<Told> all_told;  // from the beginning of the log on
};

}  // namespace betex::gateway::testing
