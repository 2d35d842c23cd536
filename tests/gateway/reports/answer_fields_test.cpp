// Which fields each command's answers carry on the wire, as a table: what section 8 of the rules of
// engagement promises of OperationsReport(UOR). Every command is taken through all the answers that
// it can have.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "fix_spec/operations.h"
#include "gateway/wire/report_encoder.h"
#include "tests/gateway/reports/operators_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::Operation;
using matching::FundsKind;
using matching::Remark;
using matching::RunnerShare;

using Tags = std::set<int>;

const Tags kNone;
const Tags kMarket{1300};
const Tags kAccount{1};
const Tags kSession{930};
const Tags kProposal{20014};
const Tags kStanding{20005, 20019};
const Tags kMoney{20023, 20024, 20025};
const Tags kReason{58, 20001, 20002};
const Tags kTwoDesks{20015, 20016};

// What a command's answers carry beside what all do: by 20013.
struct Row {
  Operation operation;
  Tags subject;         // all
  Tags after;           // 0, 2 and 3, and 1 of what was approved: how the subject stands
  std::string results;  // that there are
  Tags as_done = {};    // 0 and 2
  Tags as_asked = {};   // 6
  bool cancels = false;
};

const std::vector<Row>& table() {
  using enum Operation;
  static const Tags kShares{146, 55, 20037, 20038};
  static const Tags kAmount{20022};
  static const std::vector<Row> kTable{
      {AddRunner, kMarket, kStanding, "0145", {55}},
      {Open, kMarket, kStanding, "0145"},
      {Suspend, kMarket, kStanding, "012345", {}, {}, true},
      {Reopen, kMarket, kStanding, "014567"},
      {Resume, kMarket, kStanding, "0145"},
      {Halt, kMarket, kStanding, "0145"},
      {Unhalt, kMarket, kStanding, "0145"},
      {TurnInPlay, kMarket, kStanding, "012345", {}, {}, true},
      {RemoveRunner, kMarket, kStanding, "012345", {55}, {}, true},
      {Close, kMarket, kStanding, "012345", {}, {}, true},
      {Determine, kMarket, kStanding, "014567", {}, kShares},
      {Settle, kMarket, kStanding, "01234567"},
      {Void, kMarket, kStanding, "01234567", {}, {}, true},
      {ChangeMarket, kMarket, kStanding, "0145"},
      {DescribeMarket, kMarket, kStanding, "0145"},
      {HaltExchange, kNone, kNone, "0145"},
      {UnhaltExchange, kNone, kNone, "0145"},
      {CreateAccount, kAccount, kMoney, "0145"},
      {SetLimits, kAccount, kMoney, "0145"},
      {Deposit, kAccount, kMoney, "014567", {}, kAmount},
      {Withdraw, kAccount, kMoney, "014567", {}, kAmount},
      {Correct, kAccount, kMoney, "014567", {}, {58, 20022}},
      {WriteOff, kAccount, kMoney, "014567"},
      {Archive, kMarket, kStanding, "014567"},
      {LogoutSession, kSession, {20041, 20043, 20044}, "0145"},
      {SetSessionNumbers, kSession, {20040, 20041, 20043, 20044}, "014567", {}, {20040}},
      {SetTradingDay, kNone, kNone, "0145"},
      {MoveWatermark, kNone, {20066}, "0145"},
      {Stop, kNone, kNone, "0145"},
      {Approve, kProposal, kNone, "0145", kTwoDesks},
      {Decline, kProposal, kNone, "0145"},
      {Announce, {55}, kNone, "014"},
  };
  return kTable;
}

const Row& row_of(Operation operation) {
  return *std::ranges::find(table(), operation, &Row::operation);
}

// What else is known of an answer.
struct Case {
  SessionId asker = kOps1;
  bool is_approved = false;
  bool still_waits = false;  // of a known one
  bool is_declined = false;
  Tags more = {};  // 0, 2 and 6
};

Tags expected(const Row& row, char result, const Case& given) {
  Tags tags{60, 20011, 20012, 20013, 20020};
  const auto add = [&tags](const Tags& more) { tags.insert(more.begin(), more.end()); };
  const bool is_about_market = row.after == kStanding;
  add(row.subject);
  if (result != '5') {
    add({20068});
  }
  if (given.is_approved) {
    add(kTwoDesks);
    add(row.after);
  }
  switch (result) {
    case '0':
    case '2':
      add(row.after);
      add(row.as_done);
      add(given.more);
      break;
    case '1':
      add(kReason);
      break;
    case '3':
      add(row.after);
      add({533});
      break;
    case '4':
      add({20017});
      add(is_about_market ? kStanding : kNone);
      add(given.still_waits ? Tags{126} : kNone);
      break;
    case '5':
      add({2330});
      add(is_about_market ? kStanding : kNone);
      add(row.cancels ? Tags{533} : kNone);
      break;
    case '6':
      add({126, 20015});
      add(row.as_asked);
      add(given.more);
      break;
    default:
      add(kReason);
      add({20015});
      add(given.is_declined ? Tags{20016} : kNone);
  }
  return tags;
}

std::string text_of(const Tags& tags) {
  std::string text;
  for (const int tag : tags) {
    text += std::to_string(tag) + " ";
  }
  return text;
}

// Those of the message's body.
Tags tags_of(const fix::Report& report) {
  const Tags kHeaderAndTrailer{8, 9, 10, 34, 35, 49, 52, 56};
  std::string bytes;
  fix::encode(report,
              {.sender_comp_id = "BETEX",
               .target_comp_id = "OPS1",
               .msg_seq_num = matching::MsgSeqNum{1},
               .sending_time = matching::Timestamp{1'800'000'000'000'000'000}},
              bytes);
  Tags tags;
  for (std::size_t at = 0; at < bytes.size(); at = bytes.find('\x01', at) + 1) {
    const int tag = std::stoi(bytes.substr(at, bytes.find('=', at) - at));
    if (!kHeaderAndTrailer.contains(tag)) {
      tags.insert(tag);
    }
  }
  return tags;
}

class AnswerFieldsTest : public OperatorsTest {
 protected:
  void place(const char* symbol) {
    pipeline.submit(matching::PlaceOrder{.account = Name{"ACC"},
                                         .cl_ord_id = ClOrdId{"order-" + std::to_string(++last_)},
                                         .symbol = Name{symbol},
                                         .transact_time = pipeline.clock.time,
                                         .price = Decimal{2'040'000},
                                         .quantity = Decimal{10'000'000},
                                         .side = Side::Ask,
                                         .time_in_force = matching::TimeInForce::Gtc},
                    pipeline.origin(kOne));
    settle();
  }

  // Its own answers to this request that have come since this was last asked.
  std::vector<fix::Report> answers(SessionId session, const std::string& id) {
    std::vector<fix::Report> found = reports_of(session);
    std::erase_if(found, [&id](const fix::Report& report) {
      const auto* const answer = std::get_if<matching::Boxed<fix::OperationsReport>>(&report.body);
      return answer == nullptr || (*answer)->request_id != Name{id} || (*answer)->involved.copy;
    });
    std::size_t& read = read_[id];
    found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(read));
    read += found.size();
    return found;
  }

  // It has been answered by these results, in this order.
  void expect(const std::string& id,
              const Row& row,
              const std::string& results,
              const Case& given = {}) {
    const std::vector<fix::Report> reports = answers(given.asker, id);
    ASSERT_EQ(reports.size(), results.size()) << to_text(row.operation) << " " << results;
    for (std::size_t i = 0; i < results.size(); ++i) {
      const auto& answer = *std::get<matching::Boxed<fix::OperationsReport>>(reports[i].body);
      EXPECT_EQ(answer.operation, row.operation);
      EXPECT_EQ(static_cast<char>('0' + static_cast<int>(answer.result)), results[i]);
      EXPECT_EQ(text_of(tags_of(reports[i])), text_of(expected(row, results[i], given)))
          << to_text(row.operation) << " 20013=" << results[i];
    }
    seen_[row.operation].insert(results.begin(), results.end());
  }

  template <typename Body>
  void send(const std::string& id, Body body, SessionId session, std::int64_t age = 0) {
    matching::Command request = command(id, std::move(body), pipeline.origin(session));
    std::visit(
        [age]<typename Sent>(Sent& sent) {
          if constexpr (requires { sent.transact_time; }) {
            sent.transact_time = matching::Timestamp{sent.transact_time.value() - age};
          }
        },
        request.body);
    if (!remark.empty()) {
      request.remark = Remark{remark};
    }
    BETEX_ASSERT(pipeline.commands.try_reserve(1));
    pipeline.commands.publish(std::move(request));
    settle();
  }

  template <typename Body>
  void try_out(const std::string& id, Body body, SessionId session) {
    matching::Command request =
        command(id, std::move(body), {session, matching::SessionEpoch{1}, {}});
    if (!remark.empty()) {
      request.remark = Remark{remark};
    }
    pipeline.ask(DryRunQuery{.msg_seq_num = {}, .command = std::move(request)});
    settle();
  }

  // Tried, refused for its age, done, and sent again. Returns its id.
  template <typename Body>
  std::string walk(const Row& row, const Body& body, const std::string& results, Case given = {}) {
    constexpr std::int64_t kMonth = std::int64_t{31} * 86'400 * 1'000'000'000;
    const std::string id = "id-" + std::to_string(++last_);
    if (row.results.find('5') != std::string::npos) {
      try_out(id, body, given.asker);
      expect(id, row, "5", {.asker = given.asker});
    }
    send(id, body, given.asker, kMonth);
    expect(id, row, "1", {.asker = given.asker});
    send(id, body, given.asker);
    expect(id, row, results, given);
    send(id, body, given.asker);
    expect(id, row, "4", {.asker = given.asker, .still_waits = results == "6"});
    return id;
  }

  template <typename Body>
  std::string walk(Operation operation,
                   const Body& body,
                   const std::string& results,
                   const Case& given = {}) {
    return walk(row_of(operation), body, results, given);
  }

  // The same as its row says, of what is decided.
  static Row about(Operation decision, const Row& decided, bool tells_outcome) {
    Row row = row_of(decision);
    row.as_done.insert(decided.subject.begin(), decided.subject.end());
    if (tells_outcome) {
      row.as_done.insert(decided.after.begin(), decided.after.end());
    }
    return row;
  }

  // Which event has proposed it.
  matching::EventSeq proposed_by(const std::string& id) const {
    for (const OpenProposal& proposal : pipeline.report.state().model.open_proposals()) {
      if (proposal.event.request_id == Name{id}) {
        return proposal.proposed;
      }
    }
    return {};
  }

  // Proposed and declined, then proposed and approved.
  template <typename Body>
  void walk_with_two(Operation operation, const Body& body, const std::string& beside = "") {
    const Row& row = row_of(operation);
    remark = beside;
    const std::string declined = walk(row, body, "6");
    const std::string approved = walk(row, body, "6");
    remark = "";
    walk(about(Operation::Decline, row, false),
         matching::Decline{.proposal = Name{declined}},
         "0",
         {.asker = kOps2});
    expect(declined, row, "7", {.is_declined = true});
    send(declined, body, kOps1);
    expect(declined, row, "4");
    walk(about(Operation::Approve, row, true),
         matching::Approve{.proposal = Name{approved}, .proposed = proposed_by(approved)},
         "0",
         {.asker = kOps2});
    expect(approved, row, "0", {.is_approved = true});
  }

  void walk_markets();
  void walk_money();
  void walk_the_rest();
  void walk_approvals();

  std::string remark;  // beside each request
  std::map<Operation, std::set<char>> seen_;

 private:
  int last_ = 0;
  std::map<std::string, std::size_t> read_;  // answers to an id
};

const Name kRace{"RACE"};
const Name kCup{"CUP"};
const Name kMkt{"MKT"};

// Without anything to cancel, and with.
void AnswerFieldsTest::walk_markets() {
  using enum Operation;
  ask("race", matching::CreateMarket{.market = kRace, .runners = {Name{"R1"}, Name{"R2"}}});
  ask("cup", matching::CreateMarket{.market = kCup, .runners = {Name{"C1"}, Name{"C2"}}});
  const matching::Description text{
      .text = matching::DescriptionText{"a race"}, .parent = {}, .scheduled_start = {}};
  walk(AddRunner, matching::AddRunner{.market = kRace, .symbol = Name{"R3"}}, "0");
  walk(DescribeMarket, matching::DescribeMarket{.market = kRace, .description = text}, "0");
  walk(DescribeMarket,
       matching::DescribeMarket{.market = kRace, .symbol = Name{"R1"}, .description = text},
       "0",
       {.more = {55}});
  walk(ChangeMarket, matching::ChangeMarket{.market = kRace, .commission_bp = 100}, "0");
  walk(Open, matching::OpenMarket{.market = kRace}, "0");
  walk(Suspend, matching::SuspendMarket{.market = kRace}, "0");
  walk(Resume, matching::ResumeMarket{.market = kRace}, "0");
  walk(Halt, matching::HaltMarket{.market = kRace}, "0");
  walk(Unhalt, matching::UnhaltMarket{.market = kRace}, "0");
  walk(TurnInPlay, matching::TurnInPlay{.market = kRace}, "0");
  walk(RemoveRunner, matching::RemoveRunner{.market = kRace, .symbol = Name{"R3"}}, "0");
  walk(Close, matching::CloseMarket{.market = kRace}, "0");
  walk(Reopen, matching::ReopenMarket{.market = kRace}, "0");

  place("RUN");
  walk(Suspend, matching::SuspendMarket{.market = kMkt, .scope = matching::CancelScope::All}, "23");
  walk(Resume, matching::ResumeMarket{.market = kMkt}, "0");
  place("RUN");
  walk(TurnInPlay, matching::TurnInPlay{.market = kMkt}, "23");
  place("RUN");
  walk(RemoveRunner, matching::RemoveRunner{.market = kMkt, .symbol = Name{"OTHER"}}, "23");
  walk(Void, matching::VoidMarket{.market = kMkt}, "23");

  ask("open", matching::OpenMarket{.market = kCup});
  place("C1");
  walk(Close, matching::CloseMarket{.market = kCup}, "23");
  walk(Determine,
       matching::DetermineMarket{.market = kCup, .shares = {RunnerShare{Name{"C1"}, 1, 1, {}}}},
       "0");
  walk(Settle, matching::SettleMarket{.market = kCup}, "23");
  walk(Archive, matching::ArchiveMarket{.market = kCup}, "0");
}

void AnswerFieldsTest::walk_money() {
  using enum Operation;
  const Name account{"NEW"};
  walk(CreateAccount, matching::CreateAccount{.account = account}, "0");
  walk(SetLimits, matching::SetLimits{.account = account, .max_open_orders = 9}, "0");
  walk(Deposit, matching::MoveFunds{.account = account, .amount = Decimal{10'000'000}}, "0");
  walk(Withdraw,
       matching::MoveFunds{
           .account = account, .kind = FundsKind::Withdrawal, .amount = Decimal{1'000'000}},
       "0");
  remark = "agreed";
  walk(Correct,
       matching::MoveFunds{
           .account = account, .kind = FundsKind::Correction, .amount = Decimal{-20'000'000}},
       "0");
  remark = "";
  walk(WriteOff, matching::MoveFunds{.account = account, .kind = FundsKind::WriteOff}, "0");
}

void AnswerFieldsTest::walk_the_rest() {
  using enum Operation;
  walk(LogoutSession, matching::LogoutSession{.comp_id = Name{"ONE"}}, "0");
  pipeline.submit(matching::SessionDown{
      .session = kTwo, .epoch = matching::SessionEpoch{1}, .next_in = matching::MsgSeqNum{7}});
  walk(SetSessionNumbers,
       matching::SetSessionNumbers{.comp_id = Name{"TWO"}, .next_in = matching::MsgSeqNum{9}},
       "0");
  walk(SetTradingDay, matching::SetTradingDay{.ends_at_s = 3600}, "0");
  walk(MoveWatermark, matching::MoveWatermark{.watermark = matching::EventSeq{3}}, "0");
  walk(Stop, matching::StopExchange{.notice_s = 60}, "0");
  walk(Announce, matching::Announce{.subject = kMkt, .headline = Remark{"rain"}}, "0");
  walk(HaltExchange, matching::HaltExchange{}, "0");
  walk(UnhaltExchange, matching::UnhaltExchange{}, "0");
}

void AnswerFieldsTest::walk_approvals() {
  using enum Operation;
  pipeline.submit(matching::RequireApproval{.classes = matching::kAllApprovalClasses});
  settle();
  ask("close", matching::CloseMarket{.market = kRace});
  walk_with_two(Reopen, matching::ReopenMarket{.market = kRace});

  // Approved, and it comes to nothing: the market is not determined.
  send("vain", matching::SettleMarket{.market = kRace}, kOps1);
  expect("vain", row_of(Settle), "6");
  ask("yes", matching::Approve{.proposal = Name{"vain"}, .proposed = proposed_by("vain")}, kOps2);
  expect("vain", row_of(Settle), "1", {.is_approved = true});

  ask("close again", matching::CloseMarket{.market = kRace});
  const std::vector<RunnerShare> shares{RunnerShare{Name{"R1"}, 1, 1, {}}};
  walk_with_two(Determine, matching::DetermineMarket{.market = kRace, .shares = shares});
  walk_with_two(Settle, matching::SettleMarket{.market = kRace});
  walk_with_two(Void, matching::VoidMarket{.market = kRace});
  walk_with_two(Archive, matching::ArchiveMarket{.market = kRace});

  matching::MoveFunds funds{.account = Name{"NEW"}, .amount = Decimal{10'000'000}};
  walk_with_two(Deposit, funds);
  funds.kind = FundsKind::Withdrawal;
  walk_with_two(Withdraw, funds);
  funds.kind = FundsKind::Correction;
  funds.amount = Decimal{-20'000'000};
  walk_with_two(Correct, funds, "agreed");
  funds.kind = FundsKind::WriteOff;
  funds.amount = Decimal{};
  walk_with_two(WriteOff, funds);
  walk_with_two(
      SetSessionNumbers,
      matching::SetSessionNumbers{.comp_id = Name{"TWO"}, .next_in = matching::MsgSeqNum{11}});

  // With the version that is asked for; and its time runs out.
  constexpr std::int64_t kQuarterOfAnHour = std::int64_t{15} * 60 * 1'000'000'000;
  const ReadModel& model = pipeline.report.state().model;
  const std::string late =
      walk(Archive,
           matching::ArchiveMarket{.market = kMkt,
                                   .version_guard = model.market(model.find_market(kMkt)).version},
           "6",
           {.more = {20005}});
  pass(kQuarterOfAnHour);
  expect(late, row_of(Archive), "7");
}

TEST_F(AnswerFieldsTest, OfEachCommandAreThoseOfItsRow) {
  walk_markets();
  walk_money();
  walk_the_rest();
  walk_approvals();
  for (const Row& row : table()) {
    EXPECT_EQ(seen_[row.operation], (std::set<char>{row.results.begin(), row.results.end()}))
        << to_text(row.operation);
  }
}

TEST_F(AnswerFieldsTest, TheTableHasEveryCommand) {
  for (std::size_t i = 0; i < fix::kOperationsByUoc; ++i) {
    const auto operation = static_cast<Operation>(i);
    EXPECT_EQ(std::ranges::count(table(), operation, &Row::operation), 1) << to_text(operation);
  }
}

}  // namespace
}  // namespace betex::gateway::testing
