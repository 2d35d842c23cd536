// A report is written once, into its session's block, and on the way allocates nothing of its own.
#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "gateway/session/outbound_queue.h"
#include "gateway/wire/report_encoder.h"
#include "tests/gateway/wire/sample_reports.h"
#include "tests/support/allocations.h"

namespace betex::fix {
namespace {

OutboundHeader header(std::uint32_t number) {
  return {.sender_comp_id = "BETEX",
          .target_comp_id = "BROKER1",
          .msg_seq_num = matching::MsgSeqNum{number},
          .sending_time = testing::kReportTime};
}

TEST(ReportAllocation, EncodingAllocatesNothing) {
  const Report report = testing::trade();
  std::string out;
  out.reserve(std::size_t{64} * 1024);
  const std::size_t before = test::allocations();
  for (std::uint32_t i = 1; i <= 100; ++i) {
    encode(report, header(i), out);
  }
  EXPECT_EQ(test::allocations(), before);
}

// A turn's reports share a block that grows by doubling.
TEST(ReportAllocation, APortionOfReportsTakesFewAllocations) {
  constexpr std::uint32_t kPortion = 64;
  const Report report = testing::trade();
  OutboundQueue queue;
  const std::size_t before = test::allocations();
  for (std::uint32_t i = 1; i <= kPortion; ++i) {
    queue.append_report([&](std::string& bytes) { encode(report, header(i), bytes); });
  }
  queue.seal();
  const auto block = queue.take_released();
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(block->reports, kPortion);
  EXPECT_EQ(queue.take_released(), nullptr) << "one block for a turn";
  EXPECT_LT(test::allocations() - before, kPortion / 2);
}

}  // namespace
}  // namespace betex::fix
