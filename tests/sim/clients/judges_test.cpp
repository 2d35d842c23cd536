// A simulation is worth as much as its judges: each is shown what is right, and then one thing that
// is wrong, and must say so.
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/reports/report_state.h"
#include "gateway/wire/report_encoder.h"
#include "matching/commands.h"
#include "tests/matching/damage.h"
#include "tests/matching/exchange.h"
#include "tests/sim/clients/judge.h"
#include "tests/sim/gateway/exchange_config.h"

namespace betex::sim {
namespace {

using client::ClientBook;
using client::Message;
using matching::EventSeq;
using matching::Name;
using matching::SessionId;
using matching::Side;
using matching::TransactionView;
using matching::testing::StoredTransaction;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kMillisecond = 1'000'000;

// A client as the run sees it, which has nothing to say.
class Nobody final : public Client {
 public:
  explicit Nobody(std::string comp_id) : comp_id_{std::move(comp_id)} {}

  void live(const sim::Exchange& /*exchange*/) override {}

  void ask(Whim /*whim*/) override {}

  [[nodiscard]] std::uint64_t followed(Whim /*whim*/) const override { return 0; }

  [[nodiscard]] std::vector<std::string> faults() const override { return {}; }

  [[nodiscard]] std::uint64_t requests_sent() const override { return 0; }

  [[nodiscard]] std::uint64_t messages_told() const override { return 0; }

  [[nodiscard]] bool settled() const override { return true; }

  [[nodiscard]] const std::string& comp_id() const override { return comp_id_; }

  [[nodiscard]] std::vector<std::string> recent_traffic() const override { return {}; }

 private:
  std::string comp_id_;
};

// The messages of the reports that the gateway would make of a log, by their sessions.
class Reporter final : public gateway::ReportReceiver {
 public:
  explicit Reporter(const std::vector<gateway::AudienceMember>& members)
      : state_{.model = gateway::ReadModel{gateway::Audience{members}},
               .cursors = {},
               .last_seq = {},
               .last_time = {},
               .times = {}} {}

  void take(const TransactionView& transaction) {
    state_.take(transaction, *this, [](const auto&) {});
  }

  bool wants(SessionId, fix::ReportId) override { return true; }

  void receive(SessionId session, fix::Report report) override {
    const std::string comp_id{state_.model.comp_id(session).view()};
    std::string frame;
    fix::encode(report,
                {.version = fix::FixVersion::Fixt11,
                 .sender_comp_id = "BETEX",
                 .target_comp_id = comp_id,
                 .msg_seq_num = matching::MsgSeqNum{1},
                 .sending_time = matching::Timestamp{1},
                 .last_msg_seq_num_processed = {}},
                frame);
    messages[comp_id].push_back(Message::parse(frame));
  }

  std::map<std::string, std::vector<Message>> messages;

 private:
  gateway::ReportState state_;
};

// Two brokers of FIXT.1.1, T1 and T3, who trade with each other in the binary market RAIN.
class Judged : public ::testing::Test {
 protected:
  Judged() {
    for (const char* name : {"T1", "T3"}) {
      x.run(matching::CreateAccount{.account = Name{name}});
      x.run(matching::SessionUp{.comp_id = Name{name}, .username = Name{name}});
      judge.joins(name);
    }
    place("T1", "a", Side::Ask, "10", "0.50");
    place("T3", "b", Side::Bid, "4", "0.50");
    place("T3", "c", Side::Bid, "3", "0.40");
    x.deposit("T1", "7.50");
  }

  void place(const char* account,
             const char* id,
             Side side,
             std::string_view quantity,
             std::string_view price) {
    matching::PlaceOrder order = x.order(account, "RAIN", side, quantity, price);
    order.cl_ord_id = matching::ClOrdId{id};
    x.run(order, next_of(account));
    if (records.contains(account)) {
      client::NewOrder sent{
          .cl_ord_id = id,
          .symbol = "RAIN",
          .side = side == Side::Bid ? client::Side::BackOrBuy : client::Side::LayOrSell,
          .quantity = std::string{quantity},
          .price = std::string{price}};
      records.at(account).sending(sent);
    }
  }

  // The next message of this session's.
  [[nodiscard]] matching::Origin next_of(const char* comp_id) const {
    matching::Origin origin;
    x.engine.visit_sessions([&](const matching::SessionInfo& info) {
      if (info.comp_id == Name{comp_id}) {
        origin = {info.session, info.epoch, info.next_in};
      }
    });
    return origin;
  }

  [[nodiscard]] static std::vector<gateway::AudienceMember> members() {
    std::vector<gateway::AudienceMember> both;
    for (const char* name : {"T1", "T3"}) {
      both.push_back({.comp_id = Name{name}, .accounts = {Name{name}}});
    }
    return both;
  }

  // All that is logged by now becomes durable.
  void commit() {
    for (; committed < x.log.size(); ++committed) {
      judge.durable(x.log[committed].view());
      reporter.take(x.log[committed].view());
    }
  }

  // As commit(), of a log of which no reports can be made.
  void commit_damaged() {
    for (const StoredTransaction& transaction : x.log) {
      judge.durable(transaction.view());
    }
  }

  // Each client is told what it is owed, but for what `change` makes of its messages.
  void tell(const std::function<void(std::vector<Message>&)>& change = [](auto&) {}) {
    for (auto& [comp_id, messages] : reporter.messages) {
      change(messages);
      for (const Message& message : messages) {
        judge.told(comp_id, message);
        if (message.type() == "8" || message.type() == "UAR") {
          records.at(comp_id).told(message);
        }
      }
    }
  }

  void leave() {
    for (const auto& [comp_id, record] : records) {
      judge.is_settled(comp_id);
    }
    for (const auto& [comp_id, record] : records) {
      if (judge.may_leave(comp_id)) {
        judge.leaves(comp_id, &record);
      }
    }
  }

  [[nodiscard]] std::vector<std::string> finish() {
    judge.finish(x.engine, {&first, &second});
    return judge.take_faults();
  }

  std::map<std::string, test::TradingRecord> records{{"T1", {}}, {"T3", {}}};
  matching::testing::Exchange x;
  Judge judge;
  Reporter reporter{members()};
  std::size_t committed = 0;
  Nobody first{"T1"};
  Nobody second{"T3"};
};

// ---- All is well

TEST_F(Judged, WhatIsRightHasNoFaults) {
  commit();
  tell();
  judge.look(x.engine);
  leave();
  EXPECT_THAT(finish(), IsEmpty());
  EXPECT_EQ(judge.events(), x.engine.last_seq().value());
}

TEST_F(Judged, AStartThatFindsTheSameHasNoFaults) {
  commit();
  judge.gateway_ended();
  for (std::size_t i = 5; i < x.log.size(); ++i) {
    judge.durable(x.log[i].view());
  }
  judge.look(x.engine);
  tell();
  leave();
  EXPECT_THAT(finish(), IsEmpty());
}

// ---- The log

TEST_F(Judged, ATransactionThatIsAnotherOneAfterAStartIsFound) {
  commit();
  judge.gateway_ended();
  StoredTransaction changed = x.log.back();
  changed.header.timestamp += matching::Timestamp{kMillisecond};
  judge.durable(changed.view());
  EXPECT_THAT(judge.take_faults(), Contains(HasSubstr("is another one than")));
}

TEST_F(Judged, AGapInTheLogIsFound) {
  judge.durable(x.log[0].view());
  judge.durable(x.log[2].view());
  EXPECT_THAT(judge.take_faults(), Contains(HasSubstr("does not follow")));
}

TEST_F(Judged, AStartThatHasLostTheEndOfTheLogIsFound) {
  commit();
  judge.gateway_ended();
  matching::Engine older;
  for (std::size_t i = 0; i + 1 < x.log.size(); ++i) {
    older.apply(x.log[i].view());
    judge.durable(x.log[i].view());
  }
  judge.look(older);
  EXPECT_THAT(judge.take_faults(), Contains(HasSubstr("a start has found the log up to event")));
}

TEST_F(Judged, AnInvariantOfTheLogThatIsBrokenIsFound) {
  matching::testing::damage<matching::TradeMatched>(
      x.log, [](matching::TradeMatched& trade) { trade.price += matching::Price{100}; });
  commit_damaged();
  EXPECT_THAT(judge.take_faults(), Contains(HasSubstr("trade is at the maker's price")));
}

TEST_F(Judged, AnOrderThatActsTwiceIsFound) {
  place("T1", "d", Side::Ask, "1", "0.60");
  matching::testing::damage<matching::OrderAccepted>(x.log, [](matching::OrderAccepted& event) {
    if (event.cl_ord_id == matching::ClOrdId{"d"}) {
      event.cl_ord_id = matching::ClOrdId{"a"};
    }
  });
  commit_damaged();
  EXPECT_THAT(judge.take_faults(), Contains(HasSubstr("an id acts once")));
}

// ---- The engine

TEST_F(Judged, AnEngineThatIsInAnotherStateIsFound) {
  commit();
  matching::testing::Exchange other;  // as far in its log, and with another history
  while (other.engine.last_seq() < x.engine.last_seq()) {
    other.run(matching::CreateAccount{
        .account = Name{"more" + std::to_string(other.engine.last_seq().value())}});
  }
  ASSERT_EQ(other.engine.last_seq(), x.engine.last_seq());
  judge.look(other.engine);
  EXPECT_THAT(judge.take_faults(), Contains(HasSubstr("has another state than one that has")));
}

// Long before the next look that is due now and then.
TEST_F(Judged, WhereEachTransactionIsAuditedTheFirstOtherStateIsFound) {
  Judge strict{16, Audits::EachTransaction};
  matching::Engine other;
  for (const StoredTransaction& transaction : x.log) {
    strict.durable(transaction.view());
    other.apply(transaction.view());
  }
  commit();
  judge.look(other);  // behind a start
  strict.look(other);
  const std::size_t known = x.log.size();
  x.deposit("T3", "1.00");
  std::vector<StoredTransaction> changed{x.log.begin() + static_cast<std::ptrdiff_t>(known),
                                         x.log.end()};
  matching::testing::damage<matching::FundsMoved>(changed, [](matching::FundsMoved& event) {
    event.amount += matching::Money{1};
    event.balance += matching::Money{1};
  });
  for (const StoredTransaction& transaction : changed) {
    other.apply(transaction.view());
  }
  for (; committed < x.log.size(); ++committed) {
    strict.durable(x.log[committed].view());
    judge.durable(x.log[committed].view());
  }
  EXPECT_THAT(strict.take_faults(), IsEmpty());
  judge.look(other);
  EXPECT_THAT(judge.take_faults(), IsEmpty());
  strict.look(other);
  EXPECT_THAT(strict.take_faults(), Contains(HasSubstr("has another state than one that has")));
}

// ---- What clients are told

TEST_F(Judged, AReportOfWhatIsNotDurableIsFound) {
  for (const StoredTransaction& transaction : x.log) {
    reporter.take(transaction.view());
  }
  for (std::size_t i = 0; i + 1 < x.log.size(); ++i) {
    judge.durable(x.log[i].view());
  }
  tell();
  EXPECT_THAT(judge.take_faults(), Contains(HasSubstr("are durable")));
}

TEST_F(Judged, AReportThatComesTwiceIsFoundUnlessItIsMarkedSo) {
  commit();
  tell();
  ASSERT_THAT(judge.take_faults(), IsEmpty());
  Message again = reporter.messages.at("T1").front();
  judge.told("T1", Message{again}.add(97, "Y"));
  EXPECT_THAT(judge.take_faults(), IsEmpty());
  judge.told("T1", again);
  EXPECT_THAT(judge.take_faults(), Contains(HasSubstr("was told twice of")));
}

TEST_F(Judged, AReportThatSaysAnotherThingIsFound) {
  commit();
  const Message& right = reporter.messages.at("T1").front();
  Message wrong{"8"};
  for (const client::Field& field : right.fields()) {
    wrong.add(field.tag, field.tag == 38 ? "11" : field.value);
  }
  judge.told("T1", wrong);
  EXPECT_THAT(judge.take_faults(), Contains(HasSubstr("was told another thing of")));
}

TEST_F(Judged, AReportThatIsForSomebodyElseIsFound) {
  commit();
  judge.told("T3", reporter.messages.at("T1").front());
  EXPECT_THAT(judge.take_faults(), Contains(HasSubstr("which is not for it")));
}

TEST_F(Judged, AReportThatIsNeverToldKeepsItsClientFromLeaving) {
  commit();
  tell([](std::vector<Message>& messages) { messages.pop_back(); });
  leave();
  EXPECT_THAT(finish(), Contains(HasSubstr("T3 has not come to its end: it is owed")));
}

// It names the message, and no event.
TEST_F(Judged, ARejectIsOwedUntilItIsToldAsItIs) {
  matching::RefuseInbound refused;
  refused.msg_type = matching::Text<7>{"D"};
  refused.answer = matching::RefuseInbound::Answer::SessionReject;
  refused.fix_reason = 1;
  x.run(refused, next_of("T3"));
  commit();
  const Message reject = reporter.messages.at("T3").back();
  ASSERT_EQ(reject.type(), "3");
  reporter.messages.at("T3").pop_back();
  tell();
  judge.is_settled("T1");
  judge.is_settled("T3");
  EXPECT_FALSE(judge.may_leave("T3"));
  Message other{"3"};  // of a message that came again, say
  for (const client::Field& field : reject.fields()) {
    other.add(field.tag, field.tag == 373 ? "10" : field.value);
  }
  judge.told("T3", other);
  EXPECT_FALSE(judge.may_leave("T3"));
  judge.told("T3", reject);
  leave();
  EXPECT_THAT(finish(), IsEmpty());
}

// ---- Its record against the journal

TEST_F(Judged, AnOrderThatStandsOtherwiseIsFound) {
  commit();
  tell();
  records.at("T1").sending(
      client::NewOrder{.cl_ord_id = "ghost", .symbol = "RAIN", .quantity = "1", .price = "0.50"});
  Message ghost{"8"};
  ghost.add(17, "9999-1").add(150, "0").add(39, "0").add(14, "0").add(151, "1").add(37, "77");
  records.at("T1").told(ghost.add(54, "1").add(55, "RAIN").add(11, "ghost"));
  leave();
  EXPECT_THAT(judge.take_faults(),
              Contains(HasSubstr("ghost of T1 was acknowledged and is not in the journal")));
}

TEST_F(Judged, MoneyThatIsNotInItsRecordIsFound) {
  commit();
  tell();
  records["T1"] = {};  // as if it had noted nothing
  leave();
  EXPECT_THAT(judge.take_faults(), Contains(HasSubstr("T1 was not told of")));
}

TEST_F(Judged, ATradeOfWhichOneSideAloneWasToldIsFound) {
  commit();
  tell();
  test::TradingRecord nothing;
  for (const char* comp_id : {"T1", "T3"}) {
    judge.is_settled(comp_id);
  }
  judge.leaves("T1", &records.at("T1"));
  judge.leaves("T3", &nothing);
  EXPECT_THAT(finish(), Contains(HasSubstr("only one side was told of")));
}

TEST_F(Judged, AClientsOwnFaultIsHeard) {
  judge.fault("T1", "MsgSeqNum 7 came twice");
  EXPECT_THAT(judge.take_faults(), Contains("T1: MsgSeqNum 7 came twice"));
  EXPECT_THAT(judge.take_faults(), IsEmpty());
}

TEST_F(Judged, NobodyLeavesBeforeAllAreSettled) {
  commit();
  tell();
  judge.is_settled("T1");
  EXPECT_FALSE(judge.may_leave("T1"));
  EXPECT_THAT(judge.why_it_stays("T1"), HasSubstr("T3 is not settled"));
  judge.is_settled("T3");
  EXPECT_TRUE(judge.may_leave("T1"));
}

// ---- Books

class JudgedBook : public Judged {
 protected:
  JudgedBook() { commit(); }

  // As the engine has RAIN: 6 offered at 0.50, 3 asked for at 0.40, 4 traded.
  [[nodiscard]] client::MarketImage image() const {
    client::MarketImage image{.symbol = "RAIN"};
    x.engine.visit_markets([&](const matching::MarketInfo& market) {
      if (market.name == Name{"RAIN"}) {
        image.rpt_seq = static_cast<std::int64_t>(market.public_changes);
      }
    });
    image.entries = {entry(client::EntryType::Bid, "0.40", "3"),
                     entry(client::EntryType::Offer, "0.50", "6"),
                     entry(client::EntryType::TradedVolume, "", "4")};
    return image;
  }

  static client::BookEntry entry(client::EntryType type, const char* price, const char* size) {
    client::BookEntry made{.type = type, .price = price, .size = size};
    made.level = type == client::EntryType::TradedVolume ? 0 : 1;
    return made;
  }

  std::vector<std::string> shown(const client::MarketImage& image, const char* symbol = "RAIN") {
    ClientBook book{10};
    EXPECT_TRUE(book.apply(image));
    judge.shown(symbol, book, 10);
    return judge.take_faults();
  }
};

TEST_F(JudgedBook, ThatIsTheEnginesHasNoFaults) {
  EXPECT_THAT(shown(image()), IsEmpty());
  EXPECT_THAT(judge.symbols(), Contains("RAIN"));
}

TEST_F(JudgedBook, ThatIsAnotherOneIsFound) {
  client::MarketImage other = image();
  other.entries[1].size = "7";
  EXPECT_THAT(shown(other), Contains(HasSubstr("offers: a reader has")));
  other = image();
  other.entries.erase(other.entries.begin());
  EXPECT_THAT(shown(other), Contains(HasSubstr("bids: a reader has")));
  other = image();
  other.entries[2].size = "5";
  EXPECT_THAT(shown(other), Contains(HasSubstr("was told that 5 were traded")));
}

TEST_F(JudgedBook, OfAnotherMomentIsFound) {
  client::MarketImage early = image();
  --early.rpt_seq;
  EXPECT_THAT(shown(early), Contains(HasSubstr("a reader has")));
  early.rpt_seq += 2;
  EXPECT_THAT(shown(early), Contains(HasSubstr("nothing that is durable has made it so")));
}

TEST_F(JudgedBook, OfWhatThereIsNotIsFound) {
  EXPECT_THAT(shown(image(), "SNOW"), Contains(HasSubstr("there is no such instrument")));
}

}  // namespace
}  // namespace betex::sim
