// What operators are told of events that a program wrote before these had all their fields: no
// more than they say.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/reports/operators_fixture.h"

namespace betex::gateway::testing {
namespace {

using matching::EventKind;
using ::testing::ElementsAre;

const Name kRace{"RACE"};
const Name kMarket{"MKT"};

// How long they were then.
const std::map<EventKind, std::uint32_t>& sizes_then() {
  static const std::map<EventKind, std::uint32_t> kSizes{{EventKind::SessionNumbersSet, 72},
                                                         {EventKind::SessionLoggedOut, 64},
                                                         {EventKind::RunnerAdded, 96},
                                                         {EventKind::RunnerRemoved, 72},
                                                         {EventKind::MarketArchived, 72},
                                                         {EventKind::MarketChanged, 80},
                                                         {EventKind::MarketDescribed, 232},
                                                         {EventKind::BatchStarted, 152},
                                                         {EventKind::BatchCompleted, 144},
                                                         {EventKind::RequestKnown, 112},
                                                         {EventKind::OperationApproved, 192}};
  return kSizes;
}

StoredTransaction as_written_then(const StoredTransaction& now) {
  StoredTransaction then{.header = now.header, .first_seq = now.first_seq, .events = {}};
  for (std::size_t at = 0; at < now.events.size();) {
    matching::EventHeader header;
    std::memcpy(static_cast<void*>(&header), now.events.data() + at, sizeof(header));
    const std::uint32_t size = header.size;
    const auto shorter = sizes_then().find(header.kind);
    header.size = shorter == sizes_then().end() ? size : shorter->second;
    const auto begin = now.events.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t start = then.events.size();
    then.events.insert(then.events.end(), begin, begin + header.size);
    std::memcpy(then.events.data() + start, &header, sizeof(header));
    at += size;
  }
  then.header.events_size = static_cast<std::uint32_t>(then.events.size());
  return then;
}

// The OperationsReports of one session.
class Listener final : public ReportReceiver {
 public:
  [[nodiscard]] bool wants(SessionId session, fix::ReportId /*id*/) override {
    return session == kOps1;
  }

  void receive(SessionId /*session*/, fix::Report report) override {
    std::string line = told(report);
    if (line.starts_with("UOR ")) {
      lines.push_back(std::move(line));
    }
  }

  std::vector<std::string> lines;
};

class OlderEventsTest : public OperatorsTest {
 protected:
  // From the log as it was written then.
  [[nodiscard]] Lines told_then() const {
    ReportState state{
        .model = ReadModel{operators_audience()}, .cursors = {}, .last_seq = {}, .last_time = {}};
    Listener listener;
    for (const StoredTransaction& transaction : pipeline.log.committed) {
      state.take(as_written_then(transaction).view(), listener, [](const auto& /*event*/) {});
    }
    return listener.lines;
  }
};

TEST_F(OlderEventsTest, OfMarketsLeaveOutWhatTheyDoNotSay) {
  ask("c1", matching::CreateMarket{.market = kRace, .runners = {Name{"R1"}, Name{"R2"}}});
  ask("m1", matching::AddRunner{.market = kRace, .symbol = Name{"R3"}});
  ask("m2", matching::DescribeMarket{.market = kRace});
  ask("m3", matching::ChangeMarket{.market = kRace, .commission_bp = 100});
  ask("m4", matching::RemoveRunner{.market = kRace, .symbol = Name{"R3"}});
  pipeline.place(kOne, "A", Side::Ask, 204, 1000);
  ask("m5", matching::CloseMarket{.market = kMarket});
  ask("m6",
      matching::DetermineMarket{
          .market = kMarket,
          .shares = {{.symbol = Name{"RUN"}, .numerator = 1, .denominator = 1}}});
  ask("m7", matching::SettleMarket{.market = kMarket});
  ask("m8", matching::ArchiveMarket{.market = kMarket});
  ask("m8", matching::ArchiveMarket{.market = kMarket});
  const Lines lines = told_then();
  ASSERT_EQ(lines.size(), 11U) << ::testing::PrintToString(lines);
  EXPECT_THAT((Lines{lines.begin(), lines.end() - 1}),
              ElementsAre("UOR id=m1 op=AddRunner result=0 market=RACE symbol=R3 state=1",
                          "UOR id=m2 op=DescribeMarket result=0 market=RACE",
                          "UOR id=m3 op=ChangeMarket result=0 market=RACE version=1",
                          "UOR id=m4 op=RemoveRunner result=0 market=RACE symbol=R3 version=2",
                          "UOR id=m5 op=Close result=2 market=MKT version=2 state=5",
                          "UOR id=m5 op=Close result=3 market=MKT affected=1",
                          "UOR id=m6 op=Determine result=0 market=MKT version=3 state=6",
                          "UOR id=m7 op=Settle result=2 market=MKT state=6",
                          "UOR id=m7 op=Settle result=3 market=MKT affected=0",
                          "UOR id=m8 op=Archive result=0 market=MKT version=5"));
  EXPECT_THAT(lines.back(),
              ::testing::MatchesRegex("UOR id=m8 op=Archive result=4 first=[0-9]+ market=MKT"));
}

TEST_F(OlderEventsTest, OfSessionsLeaveOutWhatTheyDoNotSay) {
  pipeline.submit(matching::SessionDown{
      .session = kTwo, .epoch = matching::SessionEpoch{1}, .next_in = matching::MsgSeqNum{7}});
  ask("s1", matching::LogoutSession{.comp_id = Name{"ONE"}});
  ask("s2", matching::SetSessionNumbers{.comp_id = Name{"TWO"}, .next_in = matching::MsgSeqNum{9}});
  EXPECT_THAT(told_then(),
              ElementsAre("UOR id=s1 op=LogoutSession result=0 session=ONE",
                          "UOR id=s2 op=SetSessionNumbers result=0 session=TWO epoch=1 next_in=9"));
}

}  // namespace
}  // namespace betex::gateway::testing
