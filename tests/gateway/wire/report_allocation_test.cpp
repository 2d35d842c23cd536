// A report is written once, into its session's block, and on the way allocates nothing of its own;
// nor does an order that is read, but for the block of what few orders have.
#include <array>
#include <cstddef>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "gateway/session/outbound_queue.h"
#include "gateway/wire/field_table.h"
#include "gateway/wire/order_decoder.h"
#include "gateway/wire/report_encoder.h"
#include "tests/gateway/wire/fix_text.h"
#include "tests/gateway/wire/sample_order_reports.h"
#include "tests/support/allocations.h"

namespace betex::fix {
namespace {

OutboundHeader header(std::uint32_t number) {
  return {.sender_comp_id = "BETEX",
          .target_comp_id = "BROKER1",
          .msg_seq_num = matching::MsgSeqNum{number},
          .sending_time = testing::kReportTime};
}

std::size_t allocations_of_decoding(const std::string& more) {
  static const std::string kOrder =
      "35=D|34=2|49=BROKER1|52=20261122-14:20:31.000|56=BETEX|11=order-1|38=20.00|40=2|44=2.02|"
      "54=1|55=EPL-ARS-CHE.HOME|59=1|60=20261122-14:20:30.500|110=1|20004=1|20005=7|";
  static constexpr std::array kAccounts{matching::Name{"BROKER1"}};
  const std::string frame = testing::message(FixVersion::Fixt11, kOrder + more);
  const std::size_t before = test::allocations();
  FieldTable fields;
  EXPECT_EQ(fields.read(frame), FieldTable::Fault::None);
  const Decoded decoded = decode(fields, {.accounts = kAccounts});
  EXPECT_TRUE(std::holds_alternative<matching::PlaceOrder>(decoded)) << frame;
  return test::allocations() - before;
}

TEST(RequestAllocation, DecodingAnOrderAllocatesItsExtrasAlone) {
  EXPECT_EQ(allocations_of_decoding(""), 0U);
  EXPECT_EQ(allocations_of_decoding("583=customer 17|20080=maker-1|"), 1U);
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
