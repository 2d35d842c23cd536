#include "gateway/wire/market_data_writer.h"

#include <array>
#include <string>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

#include "gateway/wire/checksum.h"
#include "tests/gateway/wire/fix_text.h"

namespace betex::fix {
namespace {

using matching::Decimal;
using matching::Name;
using matching::Timestamp;
using matching::WideQuantity;
using testing::readable;

constexpr DecimalFormat kOdds{.price_decimals = 2, .quantity_decimals = 2};
constexpr DecimalFormat kBinary{.price_decimals = 2, .quantity_decimals = 0};
constexpr Timestamp kTime{1'795'357'231'000'001'000};

MdEntry level(MdEntryType type, std::int64_t price, std::int64_t size) {
  return {.type = type,
          .has_price = true,
          .price = Decimal{price},
          .size = WideQuantity{matching::Quantity{size}}};
}

MdEntry trade() {
  MdEntry entry = level(MdEntryType::Trade, 2'020'000, 400);
  entry.trade = matching::EventSeq{77};
  entry.aggressor = matching::Side::Ask;
  entry.trade_time = kTime;
  return entry;
}

std::string text_of(const GrowingText& text) {
  return readable(text.from(0));
}

TEST(MdUpdateWriter, HasTheInstrumentOnTheFirstEntryOfABlock) {
  GrowingText text;
  MdUpdateWriter writer{text, kOdds};
  const MdBlockHead head{
      .symbol = "EPL-ARS-CHE.HOME", .time = kTime, .rpt_seq = 12, .prev_rpt_seq = 9};
  writer.begin(head);
  writer.write(MdUpdateAction::Delete, level(MdEntryType::Bid, 2'020'000, 0));
  writer.write(MdUpdateAction::Change, level(MdEntryType::Offer, 1'900'000, 1'250));
  writer.write(MdUpdateAction::New, trade());
  writer.begin(head);
  writer.write(MdUpdateAction::New, trade());
  EXPECT_EQ(text_of(text),
            "279=2|269=0|55=EPL-ARS-CHE.HOME|270=2.02|60=20261122-14:20:31.000001|83=12|20050=9|"
            "279=1|269=1|270=1.90|271=12.50|"
            "279=0|269=2|270=2.02|271=4.00|1003=77|2446=2|"
            "279=0|269=2|55=EPL-ARS-CHE.HOME|270=2.02|271=4.00|1003=77|"
            "60=20261122-14:20:31.000001|2446=2|83=12|20050=9|");
}

TEST(MdUpdateWriter, WritesSizesOfAnyMagnitude) {
  const matching::Int128 most = (matching::Int128{1} << 126) + 7;
  for (const auto& [size, odds, binary] :
       {std::tuple{matching::Int128{0}, "0.00", "0"},
        std::tuple{matching::Int128{7}, "0.07", "7"},
        std::tuple{matching::Int128{-120}, "-1.20", "-120"},
        std::tuple{matching::Int128{1} << 63, "92233720368547758.08", "9223372036854775808"},
        std::tuple{most,
                   "850705917302346158658436518579420528.71",
                   "85070591730234615865843651857942052871"}}) {
    for (const auto& [format, expected] : {std::pair{kOdds, odds}, std::pair{kBinary, binary}}) {
      GrowingText text;
      write_image_entry(text, format, {.type = MdEntryType::Volume, .size = WideQuantity{size}}, 0);
      EXPECT_EQ(text_of(text), std::string{"269=B|271="} + expected + "|");
    }
  }
}

TEST(MdImage, HasAHeadAndEntries) {
  GrowingText text;
  write_image_head(text,
                   {.symbol = "RAIN",
                    .market = "WEATHER",
                    .rpt_seq = 5,
                    .updated = kTime,
                    .depth = 1,
                    .status = 2,
                    .version = 3,
                    .suspend_reason = 4,
                    .in_play = true,
                    .conflate_ms = 250},
                   false,
                   2);
  write_image_entry(text, kBinary, level(MdEntryType::Bid, 605'000, 12), 1);
  write_image_entry(text, kBinary, trade(), 0);
  EXPECT_EQ(text_of(text),
            "55=RAIN|1300=WEATHER|83=5|779=20261122-14:20:31.000001|264=1|1021=1|1187=Y|1682=2|"
            "20005=3|20032=4|20033=Y|20051=250|893=N|268=2|"
            "269=0|270=0.605|271=12|1023=1|"
            "269=2|270=2.02|271=400|272=20261122|273=14:20:31.000001|1003=77|2446=2|");
}

TEST(MdBodies, ArePutTogetherWithTheirSums) {
  const MdRequestPrefix prefix{Name{"my-request"}};
  const std::string first = testing::wire("279=2|269=0|55=A|");
  const std::string second = testing::wire("279=2|269=1|55=B|");
  const std::array blocks{MdPart{.text = first, .sum = checksum(first), .entries = 1},
                          MdPart{.text = second, .sum = checksum(second), .entries = 11}};
  const gateway::MarketDataBody update = make_update(prefix, false, blocks);
  EXPECT_EQ(update.msg_type, 'X');
  EXPECT_EQ(readable(update.fields), "262=my-request|268=12|279=2|269=0|55=A|279=2|269=1|55=B|");
  EXPECT_EQ(update.sum, checksum(update.fields));
  const gateway::MarketDataBody resolved = make_update(prefix, true, blocks);
  EXPECT_EQ(readable(resolved.fields),
            "262=my-request|814=2|268=12|279=2|269=0|55=A|279=2|269=1|55=B|");
  EXPECT_EQ(resolved.sum, checksum(resolved.fields));
  const gateway::MarketDataBody image = make_image(prefix, true, blocks[0]);
  EXPECT_EQ(image.msg_type, 'W');
  EXPECT_EQ(readable(image.fields), "262=my-request|814=2|279=2|269=0|55=A|");
  EXPECT_EQ(image.sum, checksum(image.fields));
}

TEST(MdBodies, BearTheLongestNameThereIs) {
  const MdRequestPrefix prefix{Name{std::string(31, 'x')}};
  EXPECT_EQ(readable(prefix.text()), "262=" + std::string(31, 'x') + "|");
}

TEST(GrowingText, KeepsWhatItHasWhenItGrows) {
  GrowingText text;
  std::string expected;
  for (int i = 0; i < 1'000; ++i) {
    const std::string piece = std::to_string(i);
    char* const at = text.room(piece.size());
    text.set_end(at + piece.copy(at, piece.size()));
    expected += piece;
  }
  EXPECT_EQ(text.from(0), expected);
  EXPECT_EQ(text.part(10, 5), expected.substr(10, 5));
  text.clear();
  EXPECT_EQ(text.from(0), "");
}

}  // namespace
}  // namespace betex::fix
