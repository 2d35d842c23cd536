#include "gateway/fix/secret_fields.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "gateway/fix/framer.h"
#include "tests/support/raw_fix_peer.h"

namespace betex::fix {
namespace {

// In the framer's own buffer, as a message that is still whole: QuickFIX gets it.
TEST(SecretFields, AreMaskedInPlaceAndTheFrameStaysGood) {
  const std::string logon = test::fix_message(
      "FIXT.1.1", "35=A|34=1|49=A|52=20261122-14:20:31|56=B|98=0|553=me|554=secret|925=newer|");
  Framer framer{1024};
  std::ranges::copy(logon, framer.prepare().begin());
  framer.commit(logon.size());
  const Framer::Result frame = framer.next();
  ASSERT_EQ(frame.status, Framer::Status::Frame);
  mask_secrets(framer.writable(frame.bytes));

  EXPECT_EQ(test::RawFixMessage{std::string{frame.bytes}}.value(553), "me");
  EXPECT_EQ(test::RawFixMessage{std::string{frame.bytes}}.value(554), "******");
  EXPECT_EQ(test::RawFixMessage{std::string{frame.bytes}}.value(925), "*****");
  Framer again{1024};
  std::ranges::copy(frame.bytes, again.prepare().begin());
  again.commit(frame.bytes.size());
  EXPECT_EQ(again.next().status, Framer::Status::Frame) << "length and checksum are right";
}

TEST(SecretFields, AMessageWithoutAnyStaysAsItIs) {
  std::string order = test::fix_message("FIX.4.4", "35=D|34=1|11=554=secret|58=925|1554=x|");
  const std::string before = order;
  mask_secrets(order);
  EXPECT_EQ(order, before);
  EXPECT_FALSE(find_secret("", 0).has_value());
  EXPECT_FALSE(find_secret("554", 0).has_value());
}

}  // namespace
}  // namespace betex::fix
