// A story that an exchange has been through, to see the invariants bite: its log or a view of its
// engine is damaged in one place, and breaks the one that is about it.
#pragma once

#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/damage.h"
#include "tests/matching/exchange.h"
#include "tests/matching/log_invariants.h"
#include "tests/matching/state_invariants.h"

namespace betex::matching::testing {

class DamagedStory : public ::testing::Test {
 protected:
  // By itself neither log nor engine break anything.
  void expect_nothing_broken() {
    EXPECT_THAT(read(x.log), ::testing::IsEmpty());
    const LogInvariants invariants = all_read();
    EXPECT_THAT(broken_state(view_of(x.engine), invariants.shadow()), ::testing::IsEmpty());
  }

  // The log, where its events of this type are changed.
  template <typename Event>
  void expect_breach(const char* invariant, const std::function<void(Event&)>& change) {
    std::vector<StoredTransaction> log = x.log;
    damage<Event>(log, change);
    EXPECT_THAT(read(log), ::testing::Contains(::testing::HasSubstr(invariant)));
  }

  // The engine, where the view of it is changed.
  void expect_broken(const char* invariant, const std::function<void(EngineView&)>& change) {
    const LogInvariants invariants = all_read();
    EngineView view = view_of(x.engine);
    change(view);
    EXPECT_THAT(broken_state(view, invariants.shadow()),
                ::testing::Contains(::testing::HasSubstr(invariant)));
  }

  // What the whole log says.
  [[nodiscard]] LogInvariants all_read() const {
    LogInvariants invariants;
    for (const StoredTransaction& transaction : x.log) {
      EXPECT_THAT(invariants.read(transaction.view()), ::testing::IsEmpty());
    }
    return invariants;
  }

  Exchange x;
};

}  // namespace betex::matching::testing
