// A node that goes on taking what another one writes has, in the end, what that one has.
#include <cstddef>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/journal_reader.h"
#include "tests/gateway/start/life.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

using matching::EventSeq;
using matching::Side;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FollowingTest : public ::testing::Test {
 protected:
  // All that the leader has written, as far as the follower does not have it.
  void follow() {
    journal::JournalReader reader{
        folder_.path() / "leader", leader_.pool, follower_.recovered.engine.last_seq().next()};
    while (const auto transaction = reader.next()) {
      follower_.journal.append(*transaction);
      follower_.journal.commit();
      take(follower_.recovered, *transaction);
    }
  }

  test::TempFolder folder_;
  Life leader_{folder_.path() / "leader"};
  Life follower_{folder_.path() / "follower"};
};

TEST_F(FollowingTest, TheEngineAndTheReportsAreTheLeaders) {
  leader_.open_market();
  leader_.place(kOne, "A1", Side::Ask);
  follow();
  leader_.place(kTwo, "B1", Side::Bid);
  leader_.confirm(kOne);
  follow();
  EXPECT_EQ(follower_.recovered.engine.last_seq(), leader_.recovered.engine.last_seq());
  EXPECT_EQ(follower_.recovered.engine.state_hash(), leader_.recovered.engine.state_hash());
  const ReportCursors& cursors = follower_.recovered.reports.cursors;
  const ReportCursors& others = leader_.recovered.reports.cursors;
  EXPECT_EQ(cursors.note(leader_.recovered.engine.last_seq()),
            others.note(leader_.recovered.engine.last_seq()));
}

TEST_F(FollowingTest, WhoIsOnIsFoundAtTheEnd) {
  EXPECT_THAT(follower_.recovered.left_up, IsEmpty());
  leader_.open_market();
  follow();
  find_left_up(follower_.recovered);
  EXPECT_THAT(follower_.recovered.left_up, ElementsAre(kOne, kTwo));
  leader_.run(matching::SessionDown{.session = kOne,
                                    .epoch = matching::SessionEpoch{1},
                                    .next_in = {},
                                    .reason = matching::SessionDownReason::Restart});
  follow();
  find_left_up(follower_.recovered);
  EXPECT_THAT(follower_.recovered.left_up, ElementsAre(kTwo));
}

TEST_F(FollowingTest, SnapshotsCanBeTakenOfWhatWasToldSoFar) {
  leader_.open_market();
  leader_.place(kOne, "A1", Side::Ask);
  follow();
  EXPECT_EQ(follower_.retention.taken(), EventSeq{0}) << "nothing was told yet";
  tell(follower_.recovered, follower_.retention);
  EXPECT_EQ(follower_.retention.taken(), leader_.recovered.engine.last_seq());
  EXPECT_EQ(follower_.snapshot(), leader_.recovered.engine.last_seq());
}

}  // namespace
}  // namespace betex::gateway::testing
