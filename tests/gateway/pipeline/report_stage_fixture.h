// Two sessions that hear of a market, for the tests of what the report stage tells them.
#pragma once

#include <variant>

#include <gtest/gtest.h>

#include "gateway/link/order_reports.h"
#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {

inline constexpr SessionId kOne{1};
inline constexpr SessionId kTwo{2};
inline constexpr SubscriptionId kFirst{1};
inline constexpr SubscriptionId kSecond{2};

inline const fix::ExecutionReport& execution(const RecordingSink::Delivery& delivery) {
  return std::get<fix::ExecutionReport>(delivery.report.body);
}

class ReportStageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    pipeline.open_market();
    pipeline.feed.subscribe(kOne, kFirst, {});
    pipeline.feed.subscribe(kTwo, kFirst, {});
    pipeline.run();
  }

  Pipeline pipeline;
  RecordingSink& sink = pipeline.sink;
};

}  // namespace betex::gateway::testing
