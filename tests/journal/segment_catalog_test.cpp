#include "journal/segment_catalog.h"

#include <cstdint>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace betex::journal {
namespace {

SegmentName name(std::uint64_t first_seq, std::uint32_t epoch = 1) {
  return {.first_seq = EventSeq{first_seq}, .epoch = WriterEpoch{epoch}};
}

TEST(SegmentCatalog, TheOldestSegmentEndsWhereTheFirstLaterOneBegins) {
  EXPECT_EQ(end_of_oldest({name(1), name(21), name(41)}), EventSeq{20});
  EXPECT_EQ(end_of_oldest({name(1), name(1, 2), name(21, 2)}), EventSeq{20});
}

TEST(SegmentCatalog, WhatAnOlderWriterHasBegunBehindANewerOneIsLeftOut) {
  using Names = std::vector<SegmentName>;
  const Names whole{name(1), name(21), name(41, 2), name(61, 2)};
  EXPECT_EQ(without_older_writers(whole), whole);
  EXPECT_EQ(without_older_writers({name(1), name(21), name(21, 2), name(31), name(41, 2)}),
            (Names{name(1), name(21, 2), name(41, 2)}));
  EXPECT_EQ(without_older_writers({}), Names{});
}

TEST(SegmentCatalog, TheNewestIsTheNewestWritersLastOne) {
  std::vector<SegmentName> names{name(1), name(21, 2), name(41, 2), name(51)};
  EXPECT_EQ(newest_of(names), name(41, 2));
  sort_by_writer(names);
  EXPECT_EQ(names, (std::vector<SegmentName>{name(41, 2), name(21, 2), name(51), name(1)}));
}

TEST(SegmentCatalog, WhereNoneIsLaterItsEndIsNotKnown) {
  EXPECT_EQ(end_of_oldest({}), std::nullopt);
  EXPECT_EQ(end_of_oldest({name(1)}), std::nullopt);
  EXPECT_EQ(end_of_oldest({name(1), name(1, 2)}), std::nullopt) << "one of them is empty";
}

}  // namespace
}  // namespace betex::journal
