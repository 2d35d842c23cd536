#include "gateway/session/resends.h"

#include <string>

#include <gtest/gtest.h>

#include "gateway/wire/checksum.h"
#include "gateway/wire/tags.h"

namespace betex::fix {
namespace {

using matching::MsgSeqNum;

// `text` with | for SOH.
std::string frame(std::string text) {
  for (char& c : text) {
    c = c == '|' ? '\001' : c;
  }
  return text;
}

std::string request(const std::string& fields) {
  return frame("8=FIX.4.4|9=0|35=2|34=9|49=A|56=B|52=20260101-00:00:00|" + fields + "10=000|");
}

Resends::Request of(std::uint32_t number, std::uint32_t first, std::uint32_t last) {
  return {.message = "request",
          .processed = {},
          .number = MsgSeqNum{number},
          .next = MsgSeqNum{first},
          .last = MsgSeqNum{last}};
}

// The range of the next slice, where the first kept number is `kept`.
std::pair<std::uint32_t, std::uint32_t> slice(Resends& resends, std::optional<std::uint32_t> kept) {
  const auto taken =
      resends.take_slice(kept ? std::optional{MsgSeqNum{*kept}} : std::optional<MsgSeqNum>{});
  return {taken.first.value(), taken.last.value()};
}

using Range = std::pair<std::uint32_t, std::uint32_t>;

TEST(Resends, AreServedInSlices) {
  Resends resends;
  resends.add(of(9, 1, 130));
  EXPECT_EQ(slice(resends, 1), Range(1, 64));
  EXPECT_FALSE(resends.current_is_done());
  EXPECT_EQ(slice(resends, 65), Range(65, 128));
  EXPECT_EQ(slice(resends, 129), Range(129, 130));
  EXPECT_TRUE(resends.current_is_done());
}

TEST(Resends, StepOverWhatIsNotKeptAtOnce) {
  Resends resends;
  resends.add(of(9, 1, 100'000));
  EXPECT_EQ(slice(resends, 90'001), Range(1, 90'000));
  EXPECT_EQ(slice(resends, 90'020), Range(90'001, 90'064)) << "a slice at least";
  EXPECT_EQ(slice(resends, std::nullopt), Range(90'065, 100'000));
  EXPECT_TRUE(resends.current_is_done());
}

TEST(Resends, NeverGoBeyondTheRequest) {
  Resends resends;
  resends.add(of(9, 5, 7));
  EXPECT_EQ(slice(resends, 2000), Range(5, 7));
}

TEST(Resends, EndWithASliceThatIsRefused) {
  Resends resends;
  resends.add(of(9, 1, 130));
  resends.slice_refused();  // something before it
  (void)slice(resends, 1);
  EXPECT_FALSE(resends.current_is_done());
  resends.slice_refused();
  EXPECT_TRUE(resends.current_is_done());
}

TEST(Resends, AreAnsweredInOrder) {
  Resends resends;
  EXPECT_TRUE(resends.none());
  resends.add(of(9, 1, 2));
  resends.add(of(10, 3, 4));
  EXPECT_EQ(resends.current().number, MsgSeqNum{9});
  EXPECT_EQ(resends.end_current().number, MsgSeqNum{9});
  EXPECT_EQ(resends.current().number, MsgSeqNum{10});
  resends.clear();
  EXPECT_TRUE(resends.none());
}

TEST(Resends, WaitUpToSoMany) {
  Resends resends;
  for (std::uint32_t i = 0; i <= Resends::kMaxWaiting; ++i) {
    EXPECT_FALSE(resends.full()) << i;
    resends.add(of(i + 1, 1, 2));
  }
  EXPECT_TRUE(resends.full());
  (void)resends.end_current();
  EXPECT_FALSE(resends.full());
}

TEST(CutResendRequest, HasTheSliceAndTheTimeAndAllElseOfTheClients) {
  const std::string whole = request("7=1|16=0|369=5|");
  FieldTable fields;
  fields.read(whole);
  const std::string cut_one =
      cut(fields, {.first = MsgSeqNum{65}, .last = MsgSeqNum{128}}, matching::Timestamp{0});
  FieldTable read;
  ASSERT_EQ(read.read(cut_one), FieldTable::Fault::None);
  EXPECT_EQ(read.value(tag::kBeginSeqNo), "65");
  EXPECT_EQ(read.value(tag::kEndSeqNo), "128");
  EXPECT_EQ(read.value(tag::kLastMsgSeqNumProcessed), "5");
  EXPECT_EQ(read.msg_seq_num(), MsgSeqNum{9});
  EXPECT_EQ(read.begin_string(), "FIX.4.4");
  EXPECT_EQ(read.sending_time().substr(0, 17), "19700101-00:00:00");

  const std::size_t body = cut_one.find("\00135=") + 1;
  const std::size_t trailer = cut_one.find("\00110=") + 1;
  EXPECT_EQ(read.value(tag::kBodyLength), std::to_string(trailer - body));
  EXPECT_EQ(std::stoul(std::string{read.value(tag::kCheckSum)}),
            checksum(cut_one.substr(0, trailer)));
}

// The tag that is at fault; 0: none.
std::uint32_t fault(const std::string& message) {
  FieldTable fields;
  fields.read(message);
  const auto refusal = check_resend_request(fields, MsgSeqNum{20});
  return refusal ? refusal->ref_tag_id : 0;
}

TEST(CheckResendRequest, TakesARangeThatWasSent) {
  EXPECT_EQ(fault(request("7=1|16=0|")), 0U);
  EXPECT_EQ(fault(request("7=20|16=20|")), 0U);
  EXPECT_EQ(fault(request("7=20|16=99|")), 0U) << "up to what there is";
}

TEST(CheckResendRequest, RefusesARangeThatMakesNoSense) {
  EXPECT_EQ(fault(request("16=0|")), tag::kBeginSeqNo);
  EXPECT_EQ(fault(request("7=1|")), tag::kEndSeqNo);
  EXPECT_EQ(fault(request("7=0|16=0|")), tag::kBeginSeqNo);
  EXPECT_EQ(fault(request("7=21|16=0|")), tag::kBeginSeqNo);
  EXPECT_EQ(fault(request("7=9|16=8|")), tag::kEndSeqNo);
}

TEST(CheckResendRequest, LooksAtNoOtherMessage) {
  EXPECT_EQ(fault(frame("8=FIX.4.4|9=0|35=0|34=9|10=000|")), 0U);
}

}  // namespace
}  // namespace betex::fix
