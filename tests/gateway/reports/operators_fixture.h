// Two operators beside brokers of either dialect and a drop copy, who all hear of one account and
// one market.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/pipeline/pipeline_fixture.h"
#include "tests/gateway/reports/told_text.h"

namespace betex::gateway::testing {

inline constexpr SessionId kOne{1};  // FIXT.1.1, trades for ACC
inline constexpr SessionId kTwo{2};  // FIX.4.4, likewise
inline constexpr SessionId kDrop{3};
inline constexpr SessionId kOps1{4};
inline constexpr SessionId kOps2{5};
inline constexpr SessionId kOps3{6};  // has not been on yet
inline constexpr std::array kAll{kOne, kTwo, kDrop, kOps1, kOps2};
inline constexpr SubscriptionId kFirst{1};
inline constexpr SubscriptionId kSecond{2};
inline constexpr SubscriptionId kThird{3};

inline Audience operators_audience() {
  using enum fix::SessionRole;
  return Audience{
      {{.comp_id = Name{"ONE"}, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"TWO"}, .version = fix::FixVersion::Fix44, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"DROP"}, .role = DropCopy, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"OPS1"}, .role = Ops, .accounts = {}},
       {.comp_id = Name{"OPS2"}, .role = Ops, .accounts = {}},
       {.comp_id = Name{"OPS3"}, .role = Ops, .accounts = {}}}};
}

class OperatorsTest : public ::testing::Test {
 protected:
  using Lines = std::vector<std::string>;

  void SetUp() override {
    pipeline.submit(matching::CreateExchange{.currency = matching::Currency{"EUR"}});
    pipeline.open_market();  // of RUN and OTHER, and the sessions ONE and TWO
    pipeline.submit(matching::SessionUp{.comp_id = Name{"DROP"}});
    pipeline.submit(matching::SessionUp{.comp_id = Name{"OPS1"}, .username = Name{"ann"}});
    pipeline.submit(matching::SessionUp{.comp_id = Name{"OPS2"}, .username = Name{"ben"}});
    pipeline.run();
    begin = pipeline.engine.last_seq();
    for (const SessionId session : kAll) {
      subscribe(session, kFirst);
    }
    sink.reports.clear();
  }

  void subscribe(SessionId session, SubscriptionId subscription) {
    pipeline.feed.subscribe(session, subscription, {begin, kProposerLeg});
    pipeline.run();
  }

  // An operator asks, under this id; what it asks for is all done at the return.
  template <typename Body>
  void ask(const std::string& id, Body body, SessionId session = kOps1) {
    submit(id, std::move(body), session);
    settle();
  }

  template <typename Body>
  void submit(const std::string& id, Body body, SessionId session = kOps1) {
    BETEX_ASSERT(pipeline.commands.try_reserve(1));
    pipeline.commands.publish(command(id, std::move(body), pipeline.origin(session)));
  }

  template <typename Body>
  matching::Command command(const std::string& id, Body body, matching::Origin origin) const {
    body.request_id = Name{id};
    body.transact_time = pipeline.clock.time;
    return {.origin = origin, .digest = digest, .body = std::move(body)};
  }

  void settle() {
    pipeline.run();
    while (pipeline.engine.batch_pending() != matching::PendingBatch::None) {
      pass(10'000'000);
    }
  }

  void pass(std::int64_t nanos) {
    pipeline.clock.time = matching::Timestamp{pipeline.clock.time.value() + nanos};
    pipeline.run();
  }

  // What the session has been told since this was last asked for it.
  Lines told_to(SessionId session) {
    Lines lines;
    std::erase_if(sink.reports, [&](const RecordingSink::Delivery& delivery) {
      if (delivery.session != session || delivery.subscription != kFirst) {
        return false;
      }
      lines.push_back(told(delivery.report));
      kept[session].push_back(delivery.report);
      return true;
    });
    return lines;
  }

  // All that the session has been told by this subscription and is still in the sink.
  [[nodiscard]] std::vector<fix::Report> reports_of(SessionId session,
                                                    SubscriptionId subscription = kFirst) const {
    std::vector<fix::Report> reports;
    for (const RecordingSink::Delivery& delivery : sink.reports) {
      if (delivery.session == session && delivery.subscription == subscription) {
        reports.push_back(delivery.report);
      }
    }
    return reports;
  }

  // The same as lines.
  [[nodiscard]] Lines lines_of(SessionId session, SubscriptionId subscription) const {
    Lines lines;
    for (const fix::Report& report : reports_of(session, subscription)) {
      lines.push_back(told(report));
    }
    return lines;
  }

  Pipeline pipeline{1024, operators_audience()};
  RecordingSink& sink = pipeline.sink;
  matching::EventSeq begin;
  std::uint64_t digest = 1;
  std::map<SessionId, std::vector<fix::Report>> kept;  // that told_to() has told of
};

}  // namespace betex::gateway::testing
