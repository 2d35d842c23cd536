#include "gateway/page/picture_box.h"

#include <memory>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

std::shared_ptr<const MarketsPicture> picture(std::uint64_t revision) {
  return std::make_shared<const MarketsPicture>(MarketsPicture{.revision = revision});
}

TEST(PictureBoxTest, HoldsTheNewestAndWakesOnce) {
  int woken = 0;
  PictureBox box{[&woken] { ++woken; }};
  EXPECT_EQ(box.take(), nullptr);
  const auto first = picture(1);
  const std::weak_ptr<const MarketsPicture> old = first;
  box.show(first);
  box.show(picture(2));
  box.show(picture(3));
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(box.take()->revision, 3U);
  EXPECT_EQ(box.take(), nullptr);
  box.show(picture(4));
  EXPECT_EQ(woken, 2);
  EXPECT_EQ(box.take()->revision, 4U);
  EXPECT_EQ(old.use_count(), 1) << "only this test still has the first";
}

}  // namespace
}  // namespace betex::gateway
