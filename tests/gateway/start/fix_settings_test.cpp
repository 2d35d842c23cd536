#include "gateway/start/fix_settings.h"

#include <vector>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

using matching::Name;

TEST(FixSettings, AccountsAreTheDefaultOneAndThenTheOthersByName) {
  const Config config{.sessions = {{.target_comp_id = "ONE", .accounts = {"M", "Z", "A", "B"}},
                                   {.target_comp_id = "TWO", .accounts = {"ONLY"}},
                                   {.target_comp_id = "OPS", .role = SessionRole::Ops}}};
  const std::vector<fix::SessionSettings> settings = session_settings(config);
  ASSERT_EQ(settings.size(), 3U);
  EXPECT_EQ(settings[0].accounts, (std::vector{Name{"M"}, Name{"A"}, Name{"B"}, Name{"Z"}}));
  EXPECT_EQ(settings[1].accounts, std::vector{Name{"ONLY"}});
  EXPECT_TRUE(settings[2].accounts.empty());
}

}  // namespace
}  // namespace betex::gateway
