// A broker in either dialect and a drop copy, of one account.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {

inline constexpr SessionId kOne{1};
inline constexpr SessionId kTwo{2};
inline constexpr SessionId kDrop{3};
inline constexpr SubscriptionId kFirst{1};

inline Audience audience() {
  return Audience{
      {{.comp_id = Name{"ONE"}, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"TWO"}, .version = fix::FixVersion::Fix44, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"DROP"}, .role = fix::SessionRole::DropCopy, .accounts = {Name{"ACC"}}}}};
}

class AudienceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    pipeline.open_market();
    pipeline.feed.subscribe(kOne, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
    pipeline.run();
    sink.reports.clear();
  }

  void mass_cancel(const std::string& id, matching::MassCancel cancel = {}) {
    cancel.account = Name{"ACC"};
    cancel.cl_ord_id = ClOrdId{id};
    pipeline.submit(cancel, pipeline.origin(kOne));
  }

  void log_on_drop_copy() {
    pipeline.submit(matching::SessionUp{.comp_id = Name{"DROP"}});
    pipeline.run();
  }

  // Of what the sink has got for `session`.
  template <typename Body>
  std::vector<Body> bodies(SessionId session = kOne) const {
    std::vector<Body> found;
    for (const auto& delivery : sink.reports) {
      const auto* const body = std::get_if<Body>(&delivery.report.body);
      if (delivery.session == session && body != nullptr) {
        found.push_back(*body);
      }
    }
    return found;
  }

  Pipeline pipeline{1024, audience()};
  RecordingSink& sink = pipeline.sink;
};

}  // namespace betex::gateway::testing
