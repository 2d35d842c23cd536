// A reader that was killed in the middle of a transaction must not hold the writer's old pages:
// each commit would take new ones for the tree, and the segment fill up with nothing.
#include "tests/journal/child.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using test::Child;

class DeadReaderTest : public test::WalTest {
 protected:
  DeadReaderTest() {
    config_.max_segment_events = 1'000'000;
    config_.segment_map_size_bytes = std::size_t{64} << 20U;
    config_.sync = JournalConfig::Sync::Never;
  }

  // A process that holds a view of the log's first segment.
  [[nodiscard]] Child start_reader() const {
    return Child{{BETEX_JOURNAL_CHILD, "read", root().string()}};
  }

  [[nodiscard]] std::shared_ptr<Environment> live_segment(const Journal& journal) {
    return pool_.open(segments() / journal.position().segment.value().text(), {});
  }

  // What 200 small commits take.
  [[nodiscard]] std::size_t bytes_of_commits(Journal& journal) {
    const std::shared_ptr<Environment> live = live_segment(journal);
    const std::size_t before = live->used_bytes();
    commit(journal, 200, 1);
    return live->used_bytes() - before;
  }

  JournalConfig config_ = config();
};

TEST_F(DeadReaderTest, HoldsPagesOnlyUntilTheNextCommit) {
  Journal journal{config_, pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  commit(journal, 1, 1);
  const std::size_t usual = bytes_of_commits(journal);
  Child reader = start_reader();
  ASSERT_EQ(reader.read_line(), "reading");
  EXPECT_GT(bytes_of_commits(journal), 10 * usual);  // a live one must hold them
  reader.kill();
  EXPECT_LT(bytes_of_commits(journal), 2 * usual);
}

TEST_F(DeadReaderTest, LeavesNoSlotBehindInASegmentThatIsStillRead) {
  Journal journal{config_, pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  commit(journal, 1, 1);
  const std::shared_ptr<Environment> live = live_segment(journal);
  Child reader = start_reader();
  ASSERT_EQ(reader.read_line(), "reading");
  commit(journal, 1, 1);
  reader.kill();
  commit(journal, 1, 1);
  EXPECT_EQ(live->clear_dead_readers(), 0);
}

}  // namespace
}  // namespace betex::journal
