// The decisions of an opening, put to every combination of a small world: up to three segments with
// records, empty ones beside and behind them, the oldest retired or not, and what the epoch file
// knows; then each of these with each fault at each segment.
#include "journal/recovery_plan.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "journal/errors.h"

namespace betex::journal {
namespace {

constexpr WalId kWal{1, 2, 3};

struct Shape {
  std::size_t holders = 0;       // segments with records
  bool retired = false;          // an older one was there before
  std::size_t empty_last = 0;    // empty ones behind the last record
  bool empty_beside = false;     // and one beside the first with records
  std::size_t newest_known = 0;  // 0: none; else the epoch file names holder n
};

std::string text_of(const Shape& shape) {
  return "holders " + std::to_string(shape.holders) + " retired " +
         std::to_string(int{shape.retired}) + " empty_last " + std::to_string(shape.empty_last) +
         " empty_beside " + std::to_string(int{shape.empty_beside}) + " newest_known " +
         std::to_string(shape.newest_known);
}

// Makes segments one after the other, as writers do.
class World {
 public:
  explicit World(const Shape& shape) {
    if (shape.retired) {
      add(true);
      facts_.segments.clear();
    }
    for (std::size_t i = 0; i < shape.holders; ++i) {
      if (i == 0 && shape.empty_beside) {
        add(false);
      }
      add(true);
    }
    for (std::size_t i = 0; i < shape.empty_last; ++i) {
      add(false);
    }
    facts_.epoch_file = EpochRecord{.wal_id = kWal, .epoch = epoch_, .newest_segment = {}};
    std::size_t holder = 0;
    for (const SegmentFacts& segment : facts_.segments) {
      if (segment.has_records && ++holder == shape.newest_known) {
        facts_.epoch_file->newest_segment = segment.name;
      }
    }
  }

  [[nodiscard]] const WalFacts& facts() const { return facts_; }

  [[nodiscard]] const Position& end() const { return end_; }

 private:
  void add(bool with_records) {
    epoch_ = epoch_.next();
    SegmentFacts segment;
    segment.name = {.first_seq = end_.last_seq.next(), .epoch = epoch_};
    segment.header.writer_epoch = epoch_;
    segment.header.wal_id = kWal;
    segment.header.first_seq = segment.name.first_seq;
    segment.header.first_tx_id = end_.last_tx_id.next();
    if (end_.segment) {
      segment.header.predecessor_first_seq = end_.segment->first_seq;
      segment.header.predecessor_epoch = end_.segment->epoch;
      segment.header.predecessor_last_seq = end_.last_seq;
      segment.header.predecessor_chain = end_.chain;
      segment.header.predecessor_timestamp = end_.last_timestamp;
    }
    if (with_records) {
      end_ = {.last_seq = EventSeq{end_.last_seq.value() + 100},
              .last_tx_id = TxId{end_.last_tx_id.value() + 40},
              .last_timestamp = Timestamp{end_.last_timestamp.value() + 1000},
              .chain = Chain{end_.chain.value() * 31 + 7},
              .segment = segment.name};
      segment.has_records = true;
      segment.end = end_;
    }
    facts_.segments.push_back(segment);
  }

  WalFacts facts_;
  Position end_;
  WriterEpoch epoch_{1};
};

std::vector<Shape> all_shapes() {
  std::vector<Shape> shapes;
  for (std::size_t holders = 0; holders <= 3; ++holders) {
    for (const bool retired : {false, true}) {
      for (std::size_t empty_last = 0; empty_last <= 2; ++empty_last) {
        for (const bool empty_beside : {false, true}) {
          for (std::size_t newest = 0; newest <= holders; ++newest) {
            // The newest segment with records is never retired.
            if (!(retired && holders == 0) && !(empty_beside && holders == 0)) {
              shapes.push_back({holders, retired, empty_last, empty_beside, newest});
            }
          }
        }
      }
    }
  }
  return shapes;
}

std::optional<Fault> fault_of(const WalFacts& facts) {
  try {
    static_cast<void>(plan_recovery(facts));
    return std::nullopt;
  } catch (const JournalError& error) {
    return error.fault();
  }
}

TEST(RecoveryPlan, EveryLogThatWritersCanLeaveIsOpened) {
  for (const Shape& shape : all_shapes()) {
    SCOPED_TRACE(text_of(shape));
    const World world{shape};
    ASSERT_EQ(fault_of(world.facts()), std::nullopt);
    const RecoveryPlan plan = plan_recovery(world.facts());
    EXPECT_EQ(plan.end, world.end());
    EXPECT_EQ(plan.empty.size(), shape.empty_last + (shape.empty_beside ? 1 : 0));
  }
}

TEST(RecoveryPlan, ANewFolderIsAnEmptyLog) {
  const RecoveryPlan plan = plan_recovery({});
  EXPECT_EQ(plan.end, Position{});
}

TEST(RecoveryPlan, ASegmentThatTheEpochFileNamesMayHaveBeenRetired) {
  WalFacts facts = World{{.holders = 2, .retired = true}}.facts();
  facts.epoch_file->newest_segment = SegmentName{.first_seq = EventSeq{1}, .epoch = WriterEpoch{2}};
  EXPECT_EQ(fault_of(facts), std::nullopt);
}

// One way to go wrong, at segment `i`. `applies` says where it is one.
struct Case {
  const char* name;
  std::function<bool(const WalFacts&, std::size_t)> applies;
  std::function<void(WalFacts&, std::size_t)> damage;
  std::vector<Fault> faults;  // any of them
};

bool is_holder(const WalFacts& facts, std::size_t i) {
  return facts.segments[i].has_records;
}

bool has_predecessor(const WalFacts& facts, std::size_t i) {
  return facts.segments[i].header.predecessor_first_seq.value() != 0;
}

// The segment before it, with records, is there.
bool predecessor_is_there(const WalFacts& facts, std::size_t i) {
  for (std::size_t j = 0; j < i; ++j) {
    if (is_holder(facts, j) &&
        facts.segments[j].name.first_seq < facts.segments[i].name.first_seq) {
      return true;
    }
  }
  return false;
}

bool any(const WalFacts&, std::size_t) {
  return true;
}

// Something names segment `i`: a later one as its predecessor, or the epoch file.
bool would_be_missed(const WalFacts& facts, std::size_t i) {
  if (!is_holder(facts, i)) {
    return false;
  }
  const bool named = facts.epoch_file->newest_segment == facts.segments[i].name;
  bool holder_before = false;
  bool holder_after = false;
  bool empty_after = false;
  for (std::size_t j = 0; j < facts.segments.size(); ++j) {
    holder_before = holder_before || (j < i && is_holder(facts, j));
    holder_after = holder_after || (j > i && is_holder(facts, j));
    empty_after = empty_after || (j > i && !is_holder(facts, j));
  }
  return holder_after ? holder_before : (named || empty_after);
}

SegmentHeader& header(WalFacts& facts, std::size_t i) {
  return facts.segments[i].header;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases{
      {"missing",
       would_be_missed,
       [](WalFacts& facts, std::size_t i) {
         facts.segments.erase(facts.segments.begin() + static_cast<std::ptrdiff_t>(i));
       },
       // An empty one beside a missing oldest one has lost what it is compared with.
       {Fault::SegmentMissing, Fault::PredecessorMismatch}},
      {"foreign",
       any,
       [](WalFacts& facts, std::size_t i) { header(facts, i).wal_id[5] = 1; },
       {Fault::SegmentForeign}},
      {"no epoch file",
       any,
       [](WalFacts& facts, std::size_t) { facts.epoch_file.reset(); },
       {Fault::EpochFileMissing}},
      {"old epoch file",
       any,
       [](WalFacts& facts, std::size_t i) {
         facts.epoch_file->epoch = WriterEpoch{facts.segments[i].name.epoch.value() - 1};
       },
       {Fault::EpochFileStale}},
      {"another predecessor",
       predecessor_is_there,
       [](WalFacts& facts, std::size_t i) {
         header(facts, i).predecessor_epoch = header(facts, i).predecessor_epoch.next();
       },
       {Fault::PredecessorMismatch}},
      {"another chain",
       predecessor_is_there,
       [](WalFacts& facts, std::size_t i) { header(facts, i).predecessor_chain = Chain{1}; },
       {Fault::PredecessorMismatch}},
      {"another time",
       predecessor_is_there,
       [](WalFacts& facts, std::size_t i) {
         header(facts, i).predecessor_timestamp = Timestamp{1};
       },
       {Fault::PredecessorMismatch}},
      {"another transaction",
       predecessor_is_there,
       [](WalFacts& facts, std::size_t i) {
         header(facts, i).first_tx_id = header(facts, i).first_tx_id.next();
       },
       {Fault::PredecessorMismatch}},
      {"another end",
       predecessor_is_there,
       [](WalFacts& facts, std::size_t i) { header(facts, i).predecessor_last_seq = EventSeq{7}; },
       {Fault::PredecessorMismatch}},
      {"a predecessor at the log's beginning",
       [](const WalFacts& facts, std::size_t i) { return !has_predecessor(facts, i); },
       [](WalFacts& facts, std::size_t i) {
         header(facts, i).predecessor_first_seq = EventSeq{1};
         header(facts, i).predecessor_epoch = WriterEpoch{1};
       },
       {Fault::PredecessorMismatch}},
      {"a stale writer",
       [](const WalFacts& facts, std::size_t i) {
         return is_holder(facts, i) && predecessor_is_there(facts, i);
       },
       [](WalFacts& facts, std::size_t i) {
         facts.segments[i].name.epoch = WriterEpoch{1};
         header(facts, i).writer_epoch = WriterEpoch{1};
       },
       {Fault::StaleWriter}},
      {"a fork",
       is_holder,
       [](WalFacts& facts, std::size_t i) {
         SegmentFacts twin = facts.segments[i];
         twin.name.epoch = facts.epoch_file->epoch;
         twin.header.writer_epoch = twin.name.epoch;
         if (twin.name == facts.segments[i].name) {
           facts.epoch_file->epoch = facts.epoch_file->epoch.next();
           twin.name.epoch = facts.epoch_file->epoch;
           twin.header.writer_epoch = twin.name.epoch;
         }
         facts.segments.insert(facts.segments.begin() + static_cast<std::ptrdiff_t>(i) + 1, twin);
       },
       {Fault::SegmentFork}},
      {"an overlap",
       is_holder,
       [](WalFacts& facts, std::size_t i) {
         SegmentFacts inside = facts.segments[i];
         inside.name.first_seq = EventSeq{inside.name.first_seq.value() + 50};
         inside.name.epoch = facts.epoch_file->epoch;
         inside.header.first_seq = inside.name.first_seq;
         inside.header.writer_epoch = inside.name.epoch;
         facts.segments.insert(facts.segments.begin() + static_cast<std::ptrdiff_t>(i) + 1, inside);
       },
       {Fault::SegmentFork}},
  };
  return kCases;
}

TEST(RecoveryPlan, EveryFaultAtEverySegmentOfEveryLogIsRefused) {
  std::size_t tried = 0;
  for (const Shape& shape : all_shapes()) {
    const World world{shape};
    for (const Case& test : cases()) {
      for (std::size_t i = 0; i < world.facts().segments.size(); ++i) {
        if (!test.applies(world.facts(), i)) {
          continue;
        }
        WalFacts facts = world.facts();
        test.damage(facts, i);
        const std::optional<Fault> fault = fault_of(facts);
        const std::string trace =
            std::string{test.name} + " at " + std::to_string(i) + " of " + text_of(shape);
        ASSERT_TRUE(fault) << trace;
        EXPECT_NE(std::find(test.faults.begin(), test.faults.end(), *fault), test.faults.end())
            << name_of(*fault) << ": " << trace;
        ++tried;
      }
    }
  }
  EXPECT_GT(tried, 2000U);
}

// A segment with `events` events behind `before`.
SegmentFacts follow(const Position& before,
                    std::uint32_t epoch,
                    std::uint64_t events,
                    std::uint32_t flags) {
  SegmentFacts segment;
  segment.name = {.first_seq = before.last_seq.next(), .epoch = WriterEpoch{epoch}};
  segment.header.writer_epoch = segment.name.epoch;
  segment.header.wal_id = kWal;
  segment.header.flags = flags;
  segment.header.first_seq = segment.name.first_seq;
  segment.header.first_tx_id = before.last_tx_id.next();
  segment.header.predecessor_first_seq =
      before.segment ? before.segment->first_seq : before.last_seq;
  segment.header.predecessor_epoch = before.segment ? before.segment->epoch : WriterEpoch{};
  segment.header.predecessor_last_seq = before.last_seq;
  segment.header.predecessor_chain = before.chain;
  segment.header.predecessor_timestamp = before.last_timestamp;
  segment.has_records = events != 0;
  segment.end = {.last_seq = EventSeq{before.last_seq.value() + events},
                 .last_tx_id = TxId{before.last_tx_id.value() + events},
                 .last_timestamp = Timestamp{before.last_timestamp.value() + 1000},
                 .chain = Chain{before.chain.value() * 31 + epoch},
                 .segment = segment.name};
  return segment;
}

// A, of epoch 1, wrote events 1 to 100; B, of epoch 2, took over there and wrote 101 to 200. Then A
// went on.
class VoidRule : public ::testing::TestWithParam<bool> {
 protected:
  // Of records that A has added to its segment.
  void let_a_go_on(SegmentFacts& segment) const {
    segment.end_before_void = a_.end;
    segment.end.last_seq = EventSeq{125};
    segment.end.last_tx_id = TxId{125};
    segment.end.chain = Chain{99};
  }

  [[nodiscard]] WalFacts facts(std::vector<SegmentFacts> segments) const {
    std::sort(segments.begin(), segments.end(), [](const auto& left, const auto& right) {
      return left.name < right.name;
    });
    WalFacts facts{.segments = std::move(segments), .external = GetParam()};
    facts.epoch_file =
        EpochRecord{.wal_id = kWal, .epoch = WriterEpoch{2}, .newest_segment = std::nullopt};
    return facts;
  }

  static VoidRecords whole(const SegmentFacts& segment) {
    return {.segment = segment.name, .after = std::nullopt};
  }

  const SegmentFacts a_ = follow({}, 1, 100, kEpochGranted);
  const SegmentFacts b_ = follow(a_.end, 2, 100, kEpochGranted);
};

INSTANTIATE_TEST_SUITE_P(EveryAuthority, VoidRule, ::testing::Bool());

TEST_P(VoidRule, ASegmentThatBeginsWithTheNewersFirstEventIsVoid) {
  const SegmentFacts late = follow(a_.end, 1, 10, kEpochGranted);
  const RecoveryPlan plan = plan_recovery(facts({a_, late, b_}));
  EXPECT_EQ(plan.voids, std::vector{whole(late)});
  EXPECT_EQ(plan.end, b_.end);
  EXPECT_TRUE(plan.empty.empty());
}

TEST_P(VoidRule, SoIsALaterOneAndOneThatNobodyHasLookedInto) {
  Position inside = a_.end;
  inside.last_seq = EventSeq{150};
  const SegmentFacts late = follow(inside, 1, 10, kEpochGranted);
  const SegmentFacts unknown{.name = {.first_seq = EventSeq{190}, .epoch = WriterEpoch{1}}};
  const RecoveryPlan plan = plan_recovery(facts({a_, late, unknown, b_}));
  EXPECT_EQ(plan.voids, (std::vector{whole(late), whole(unknown)}));
  EXPECT_EQ(plan.end, b_.end);
}

TEST_P(VoidRule, RecordsBehindThePlaceWhereTheNewerBeginsAreVoid) {
  SegmentFacts a = a_;
  let_a_go_on(a);
  const RecoveryPlan plan = plan_recovery(facts({a, b_}));
  EXPECT_EQ(plan.voids, (std::vector{VoidRecords{.segment = a.name, .after = EventSeq{100}}}));
  EXPECT_EQ(plan.end, b_.end);
}

TEST_P(VoidRule, ThePlaceMustBeTheOneThatTheNewerHasSeen) {
  SegmentFacts a = a_;
  let_a_go_on(a);
  a.end_before_void->chain = Chain{7};
  EXPECT_EQ(fault_of(facts({a, b_})), Fault::PredecessorMismatch);
  a = a_;
  let_a_go_on(a);
  a.end_before_void->last_timestamp = Timestamp{7};
  EXPECT_EQ(fault_of(facts({a, b_})), Fault::PredecessorMismatch);
  a = a_;
  let_a_go_on(a);
  a.end_before_void->last_seq = EventSeq{99};
  EXPECT_EQ(fault_of(facts({a, b_})), Fault::SegmentMissing);
}

TEST_P(VoidRule, ASegmentWithoutRecordsIsEnoughAndStaysAsLongAsItIsNeeded) {
  const SegmentFacts b = follow(a_.end, 2, 0, kEpochGranted);
  const SegmentFacts late = follow(a_.end, 1, 10, kEpochGranted);
  RecoveryPlan plan = plan_recovery(facts({a_, late, b}));
  EXPECT_EQ(plan.voids, std::vector{whole(late)});
  EXPECT_EQ(plan.empty, std::vector{b.name});
  EXPECT_EQ(plan.end, a_.end);
  SegmentFacts a = a_;
  let_a_go_on(a);
  plan = plan_recovery(facts({a, b}));
  EXPECT_EQ(plan.voids, (std::vector{VoidRecords{.segment = a.name, .after = EventSeq{100}}}));
  EXPECT_TRUE(plan.empty.empty());
  EXPECT_EQ(plan.end, a_.end);
}

TEST_P(VoidRule, WithoutTheFlagAllIsAnErrorAsEver) {
  const SegmentFacts b = follow(a_.end, 2, 100, 0);
  EXPECT_EQ(fault_of(facts({a_, follow(a_.end, 1, 10, 0), b})), Fault::SegmentFork);
  SegmentFacts a = a_;
  a.end.last_seq = EventSeq{125};
  EXPECT_EQ(fault_of(facts({a, b})), Fault::SegmentFork);
  EXPECT_EQ(fault_of(facts({a_, b, follow(b.end, 1, 10, 0)})), Fault::StaleWriter);
}

TEST_P(VoidRule, OneWritersTwoSegmentsAreNeverVoid) {
  const SegmentFacts twin = follow(a_.end, 2, 50, kEpochGranted);
  EXPECT_EQ(fault_of(facts({a_, b_, twin})), Fault::SegmentFork);
}

TEST_P(VoidRule, TheNewestOfThreeWritersCounts) {
  const SegmentFacts c = follow(a_.end, 3, 100, kEpochGranted);
  WalFacts three = facts({a_, follow(a_.end, 1, 10, kEpochGranted), b_, c});
  three.epoch_file->epoch = WriterEpoch{3};
  const RecoveryPlan plan = plan_recovery(three);
  EXPECT_EQ(plan.voids.size(), 2U);
  EXPECT_EQ(plan.end, c.end);
}

TEST_P(VoidRule, AnEpochFileOfAnOlderWriterIsRepairedByAnExternalAuthorityOnly) {
  WalFacts stale = facts({a_, b_});
  stale.epoch_file->epoch = WriterEpoch{1};
  stale.epoch_file->newest_segment =
      SegmentName{.first_seq = EventSeq{900}, .epoch = a_.name.epoch};
  if (!GetParam()) {
    EXPECT_EQ(fault_of(stale), Fault::EpochFileStale);
    return;
  }
  EXPECT_EQ(plan_recovery(stale).epoch, WriterEpoch{2});
  EXPECT_EQ(plan_recovery(stale).end, b_.end);
  stale.segments[1].header.flags = 0;
  EXPECT_EQ(fault_of(stale), Fault::EpochFileStale);
}

TEST_P(VoidRule, TheEpochFileMayNameASegmentThatIsVoid) {
  const SegmentFacts late = follow(a_.end, 1, 10, kEpochGranted);
  WalFacts named = facts({a_, late, b_});
  named.epoch_file->newest_segment = late.name;
  EXPECT_EQ(plan_recovery(named).end, b_.end);
  named.epoch_file->newest_segment =
      SegmentName{.first_seq = EventSeq{900}, .epoch = b_.name.epoch};
  EXPECT_EQ(fault_of(named), Fault::SegmentMissing);
}

// B has retired all that A could have begun inside of.
TEST_P(VoidRule, AnOldWritersSegmentBelowTheLogsBeginningIsVoidWhereANewersStoodThere) {
  const SegmentFacts oldest = follow(b_.end, 2, 100, kEpochGranted);
  Position inside = a_.end;
  inside.last_seq = EventSeq{150};
  const SegmentFacts late = follow(inside, 1, 10, kEpochGranted);
  const SegmentFacts late_and_empty = follow(inside, 1, 0, kEpochGranted);
  for (const SegmentFacts& segment : {late, late_and_empty}) {
    const WalFacts by_predecessor = facts({segment, oldest});
    EXPECT_EQ(plan_recovery(by_predecessor).voids, std::vector{whole(segment)});
    EXPECT_EQ(plan_recovery(by_predecessor).end, oldest.end);
  }
  const SegmentFacts last = follow(oldest.end, 2, 100, kEpochGranted);
  WalFacts by_retired = facts({late, last});
  EXPECT_EQ(fault_of(by_retired), Fault::SegmentMissing) << "nobody knows what stood between";
  by_retired.retired = {a_.name, b_.name, oldest.name};
  EXPECT_EQ(plan_recovery(by_retired).voids, std::vector{whole(late)});
  // What only looks like it: the log's own segments, one of which is missing.
  by_retired.segments.front() = a_;
  by_retired.retired = {b_.name, oldest.name};
  EXPECT_EQ(fault_of(by_retired), Fault::SegmentMissing);
}

TEST(Seeding, ALogWithoutRecordsMayBeginBehindASnapshot) {
  const Position snapshot{.last_seq = EventSeq{1000},
                          .last_tx_id = TxId{400},
                          .last_timestamp = Timestamp{77},
                          .chain = Chain{5},
                          .segment = std::nullopt};
  WalFacts facts{.segments = {follow(snapshot, 1, 0, 0), follow(snapshot, 2, 0, 0)}};
  facts.epoch_file =
      EpochRecord{.wal_id = kWal, .epoch = WriterEpoch{2}, .newest_segment = std::nullopt};
  RecoveryPlan plan = plan_recovery(facts);
  EXPECT_EQ(plan.end, snapshot);
  EXPECT_EQ(plan.empty.size(), 2U);
  facts.epoch_file->epoch = WriterEpoch{0};  // the first opening did not come to write it
  EXPECT_EQ(plan_recovery(facts).epoch, WriterEpoch{2});
  facts.segments[1] = follow(snapshot, 2, 10, 0);
  facts.epoch_file->epoch = WriterEpoch{2};
  plan = plan_recovery(facts);
  EXPECT_EQ(plan.end, facts.segments[1].end);
  EXPECT_EQ(plan.empty, std::vector{facts.segments[0].name});
  facts.epoch_file->epoch = WriterEpoch{0};
  EXPECT_EQ(fault_of(facts), Fault::EpochFileStale);
}

TEST(Seeding, SegmentsBehindTwoSnapshotsAreNoLog) {
  Position snapshot{.last_seq = EventSeq{1000},
                    .last_tx_id = TxId{400},
                    .last_timestamp = Timestamp{77},
                    .chain = Chain{5},
                    .segment = std::nullopt};
  WalFacts facts{.segments = {follow(snapshot, 1, 0, 0)}};
  facts.epoch_file =
      EpochRecord{.wal_id = kWal, .epoch = WriterEpoch{2}, .newest_segment = std::nullopt};
  snapshot.chain = Chain{6};
  facts.segments.push_back(follow(snapshot, 2, 0, 0));
  EXPECT_EQ(fault_of(facts), Fault::PredecessorMismatch);
  facts.segments.pop_back();
  facts.segments[0].header.predecessor_last_seq = EventSeq{900};
  EXPECT_EQ(fault_of(facts), Fault::PredecessorMismatch);
}

}  // namespace
}  // namespace betex::journal
