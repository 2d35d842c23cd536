#include "journal/segment_catalog.h"

#include <cstdint>
#include <optional>

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

TEST(SegmentCatalog, WhereNoneIsLaterItsEndIsNotKnown) {
  EXPECT_EQ(end_of_oldest({}), std::nullopt);
  EXPECT_EQ(end_of_oldest({name(1)}), std::nullopt);
  EXPECT_EQ(end_of_oldest({name(1), name(1, 2)}), std::nullopt) << "one of them is empty";
}

}  // namespace
}  // namespace betex::journal
