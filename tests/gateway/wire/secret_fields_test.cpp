#include "gateway/wire/secret_fields.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "gateway/wire/framer.h"
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

TEST(SecretFields, AreNotShownNorIsWhatIsUnprintable) {
  EXPECT_EQ(printable("35=A\x01"
                      "553=me\x01"
                      "554=secret\x01"
                      "58=a\nb\x01"),
            "35=A|553=me|554=***|58=a?b|");
  EXPECT_EQ(printable("\x01"
                      "554=cut off"),
            "|554=***");
  EXPECT_EQ(printable("554=first\x01"
                      "925=new\x01"
                      "1402=b64\x01"
                      "1404=b64\x01"
                      "96=raw\x01"
                      "1554=shown\x01"
                      "58=925=shown\x01"),
            "554=***|925=***|1402=***|1404=***|96=***|1554=shown|58=925=shown|");
}

}  // namespace
}  // namespace betex::fix
